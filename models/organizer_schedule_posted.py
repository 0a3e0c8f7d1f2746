from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain

from .organizer_schedule_pass import BATCH

STEP = "posted"


class OrganizerSchedule(models.Model):
    """Invoices that are told about as soon as they are posted.

    An invoice that is posted is marked with when it is to be looked at. Who was not
    told then is looked at again with the next run, as long as it is caught up.
    """

    _inherit = "organizer.schedule"

    @api.model
    def _note_posted(self, moves):
        """:param moves: ``account.move`` that were posted just now"""
        now = fields.Datetime.now()
        # sudo: who posts an invoice need not see the schedules
        for company, posted in moves.grouped("company_id").items():
            schedules = self.sudo()._at_once(company)
            sales = posted.filtered(lambda move: move.is_sale_document())
            if schedules and sales:
                days = max(schedules.mapped("catch_up_days"))
                sales.sudo().write(
                    {"sms_tell_on": now, "sms_tell_until": now + timedelta(days=days)}
                )
                self._wake()

    def _at_once(self, company):
        """Those of the company that tell as soon as something is posted."""
        schedules = self.search(
            [
                ("company_id", "=", company.id),
                ("is_on", "=", True),
                ("as_soon_as_posted", "=", True),
            ]
        )
        return schedules.filtered(lambda schedule: schedule._tells_at_once())

    @api.model
    def _tell_posted(self):
        """:return: False when the time is up"""
        companies = self.search(
            [("is_on", "=", True), ("as_soon_as_posted", "=", True)]
        ).company_id
        for company in companies:
            schedules = self._at_once(company)
            while schedules and schedules[0]._lock():
                moves = self.env["account.move"].search(
                    [
                        ("company_id", "=", company.id),
                        ("sms_tell_on", "<=", fields.Datetime.now()),
                    ],
                    order="commercial_partner_id.id, id",
                    limit=BATCH,
                )
                if not moves:
                    break
                for schedule in schedules:
                    schedule._despite_trouble(
                        lambda schedule=schedule, moves=moves: schedule._tell_about(
                            moves
                        )
                    )
                schedules._note_looked_at(moves)
                if self._commit(len(moves)) <= 0:
                    return False
        return True

    def _tell_about(self, moves):
        """Tell about those of the posted invoices that this schedule is for."""
        mine = self._as_in_charge()
        mine._check_can_run()
        domain = Domain("id", "in", moves.ids)
        domain &= mine._audience_domain(mine._basis_named(self.basis))
        documents = mine._documents().search(domain, order="id")
        if not documents:
            return True
        now = fields.Datetime.now()
        state = "draft" if self.review else "sending"
        slot = now if self.review else self._midnight(now)
        run = mine._run_of(slot, self.basis, state=state)
        lines = run._add_lines(mine._lines_for(run, documents, (STEP,)))
        if not self.review:
            run._begin(run._send_lines(lines))
            run._settle_state()
        elif run._has_lines([("outcome", "=", "draft")]):
            run._ask_for_review()
        else:
            run._begin(False)
        return True

    def _note_looked_at(self, moves):
        """Who was not told is looked at again with the next run."""
        told = self.env["organizer.run.line"]._read_group(
            [
                ("move_id", "in", moves.ids),
                ("schedule_id", "in", self.ids),
                ("step", "=", STEP),
                "|",
                ("told", "=", True),
                ("reason", "=", False),
            ],
            ["move_id"],
        )
        told = moves.browse([move.id for (move,) in told])
        again = min(self.filtered("next_run_on").mapped("next_run_on"), default=False)
        later = (moves - told).filtered(
            lambda move: again and again <= move.sms_tell_until
        )
        later.sms_tell_on = again
        (moves - later).sms_tell_on = False

    def _midnight(self, moment):
        zone = pytz.timezone(self.tz or "UTC")
        midnight = zone.localize(datetime.combine(self._local_date(moment), time()))
        return midnight.astimezone(pytz.utc).replace(tzinfo=None)
