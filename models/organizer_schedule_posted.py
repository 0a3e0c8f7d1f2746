from dataclasses import replace
from datetime import datetime, time

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import wall_clock
from . import clock
from .organizer_schedule_pass import BATCH, MOST_BATCHES

STEP = "posted"
# days that something waits for its turn, at the most
MOST_WAITING_DAYS = 60


class OrganizerSchedule(models.Model):
    """Invoices that are told about as soon as they are posted.

    An invoice has the time at which it was posted. Each schedule looks at it at once;
    who was not told then is looked at again with each run, as long as it is caught up.
    """

    _inherit = "organizer.schedule"

    @api.model
    def _note_posted(self, moves):
        """:param moves: ``account.move`` that were posted just now"""
        sales = moves.filtered(lambda move: move.is_sale_document())
        # sudo: who posts an invoice need not see the schedules
        schedules = (
            self.sudo()
            ._at_once()
            .filtered(lambda schedule: schedule.company_id in sales.company_id)
        )
        if schedules:
            # sudo: the mark is this add-on's
            sales.sudo().sms_posted_on = fields.Datetime.now()
            self._wake()

    @api.model
    def _at_once(self):
        """Those that tell as soon as something is posted."""
        schedules = self.search(
            [("is_on", "=", True), ("as_soon_as_posted", "=", True)]
        )
        return schedules.filtered(lambda schedule: schedule._tells_at_once())

    @api.model
    def _tell_posted(self):
        """:return: False when the time is up"""
        return all(
            schedule._despite_trouble(schedule._tell_posted_now)
            for schedule in self._at_once()._switched_on()
        )

    def _tell_posted_now(self):
        self._commit()  # what another process has done by now is to be seen
        position = 0
        for _batch in range(MOST_BATCHES):
            if not self._lock():
                return True
            mine = self._as_in_charge()
            moves = mine._documents().search(
                mine._posted_domain() & Domain("id", ">", position),
                order="id",
                limit=BATCH,
            )
            if not moves:
                return True
            mine._check_can_run()
            mine._tell_about(moves)
            position = moves[-1].id
            self.env.flush_all()
            self.env.invalidate_all()
            if self._commit(BATCH) <= 0:
                return False
        return False

    def _posted_domain(self):
        """What was posted since the schedule is on and has not been looked at, or was
        not told and is caught up."""
        now = clock.now(self.env)
        since = self._caught_up_since(now)
        looked_at = Domain("schedule_id", "=", self.id) & Domain("step", "=", STEP)
        daily = replace(self._timetable(), every="day")
        lately = Domain("made_on", ">=", daily.latest_until(now))
        looked_at &= Domain("told", "=", True) | lately
        posted = Domain("sms_posted_on", ">=", max(self.on_since, since))
        longer = fields.Datetime.subtract(now, days=MOST_WAITING_DAYS)
        posted |= Domain("sms_posted_on", ">=", max(self.on_since, longer)) & Domain(
            "organizer_line_ids", "any", self._waiting()
        )
        return (
            posted
            & self._audience_domain(self._basis())
            & ~Domain("organizer_line_ids", "any", looked_at)
        )

    def _caught_up_since(self, now):
        """Since when what was posted is told: the days of a pause do not count."""
        company = self.company_id.sudo()  # sudo: the pause holds, whoever may see it
        since = fields.Datetime.subtract(now, days=self.catch_up_days)
        until, paused_on = company.organizer_paused_until, company.organizer_paused_on
        if not until or not paused_on or until < self._seller_date(since):
            return since
        return min(since, fields.Datetime.subtract(paused_on, days=self.catch_up_days))

    def _tell_about(self, moves):
        """Make lines for these posted invoices, and queue their messages."""
        now = fields.Datetime.now()
        state = "draft" if self.review else "sending"
        slot = now if self.review else self._midnight(now)
        run = self._open_draft("posted", self.basis) or self._run_of(
            slot, self.basis, origin="posted", state=state
        )
        values_list = self._lines_despite(
            run, moves, lambda some: self._lines_for(run, some, (STEP,))
        )
        for values in values_list:
            values["step"] = STEP
        lines = run._add_lines(values_list)
        if not self.review:
            run._begin(run._send_lines(lines))
            run._settle_state()
        elif run._has_lines(self._mendable_domain()):
            run._ask_for_review()
        else:
            run._begin(False)

    def _open_draft(self, origin, basis):
        """A draft of today that nobody has confirmed yet."""
        drafts = self.env["organizer.run"].sudo()  # sudo: written by this add-on alone
        drafts = drafts.search(
            [
                ("schedule_id", "=", self.id),
                ("origin", "=", origin),
                ("basis", "=", basis),
                ("state", "=", "draft"),
            ]
        )
        return drafts.filtered(lambda run: not run._is_over())[:1]

    def _midnight(self, moment):
        """The beginning of the day, naive UTC."""
        start = datetime.combine(self._local_date(moment), time())
        return wall_clock.to_utc(self.tz or "UTC", start)
