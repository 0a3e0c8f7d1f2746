from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .one_at_a_time import wait_for
from .organizer_run_send import SETTLED_BY_ANOTHER

REVIEW = "sms_organizer.mail_activity_review"
TROUBLE = "mail.mail_activity_data_warning"
# lines that are queued while a person waits; more are queued in the background
AT_ONCE = 1000
# days that a dry run is kept
FORECAST_DAYS = 7


class OrganizerRun(models.Model):
    """A draft that a person looks at, mends and confirms; or nobody, and it lapses."""

    _name = "organizer.run"
    _inherit = ["organizer.run", "mail.thread", "mail.activity.mixin"]

    drafted_on = fields.Datetime(
        readonly=True, help="Since when it can be confirmed: on this day"
    )
    can_confirm = fields.Boolean(compute="_compute_can_confirm")

    @api.depends("state", "origin")
    def _compute_can_confirm(self):
        for run in self:
            run.can_confirm = run.state == "draft" and run.origin != "forecast"

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        if set(vals) != {"line_ids"} or not all(
            command[0] in (Command.UPDATE, Command.LINK) for command in vals["line_ids"]
        ):
            raise AccessError(
                self.env._("Only the recipients of a draft can be changed.")
            )
        self.check_access("write")
        for command in vals["line_ids"]:
            if command[0] == Command.UPDATE:
                line = self.env["organizer.run.line"].browse(command[1])
                if line.run_id not in self:
                    raise AccessError(
                        self.env._("This line belongs to another sending.")
                    )
                line.write(command[2])
        return True

    # -- buttons ---------------------------------------------------------------------

    def action_confirm(self):
        """*Send* on a draft."""
        self.ensure_one()
        self.check_access("write")
        if self.origin == "forecast":
            raise UserError(
                self.env._("A dry run sends nothing. The schedule sends by itself.")
            )
        run = self.sudo()  # sudo: runs are written by this add-on alone
        wait_for(run)
        run._check_may_be_confirmed()
        run.activity_feedback([REVIEW])
        if run.line_ids.search_count(run._going_domain()) > AT_ONCE:
            run.state = "confirmed"
            self.env["organizer.schedule"]._wake()
        else:
            run.schedule_id._plan_lines(run.line_ids)
            run._send()
        return self._reload()

    def _check_may_be_confirmed(self):
        """:raise UserError: for what was sent or discarded, has lapsed, or is to"""
        if self.state in ("draft", "lapsed") and self._is_over():
            raise UserError(
                self.env._(
                    "“%s” was for another day. The schedule's next run asks again.",
                    self.name,
                )
            )
        if self.state == "lapsed":
            raise UserError(self.env._("“%s” was discarded.", self.name))
        if self.state == "confirmed":
            raise UserError(self.env._("“%s” is being put in the queue.", self.name))
        if self.state != "draft":
            raise UserError(self.env._("“%s” has been sent already.", self.name))

    def _is_over(self):
        """Whether its day is over."""
        schedule = self.schedule_id
        if not schedule:
            return False
        today = schedule._local_date(fields.Datetime.now())
        return schedule._local_date(self.drafted_on or self.slot) < today

    def _lock(self):
        """Whether this transaction has it for itself: by the row of its schedule, or by
        its own where a person made it."""
        if self.schedule_id:
            is_locked = self.schedule_id._lock()
        else:
            is_locked = bool(self.try_lock_for_update(allow_referencing=True))
        self.invalidate_recordset()
        return is_locked

    def _report_trouble(self, words):
        """An activity for who sends it, as long as nobody has dealt with it."""
        if not self.activity_search([TROUBLE]):
            self.activity_schedule(
                TROUBLE,
                user_id=self.user_id.id,
                summary=self.env._("“%s” could not run", self.name),
                note=words,
            )

    def _lapse_unconfirmed(self):
        """Its day is over: say so in the language of the one in charge."""
        # who presses a button of it at this moment is asked again the next time
        if self.try_lock_for_update() and self.state == "draft":
            lang = self.schedule_id.user_id.lang
            mine = self.with_context(lang=lang)
            mine._lapse(mine.env._("Nobody confirmed it on its day."))
        return True

    def _going_domain(self):
        return [("run_id", "=", self.id), ("outcome", "=", "draft")]

    def _queue_confirmed(self):
        """Queue some lines of a big draft that was confirmed.

        :return: how many were looked at; 0 once all are in the queue
        """
        lines = self.env["organizer.run.line"].search(
            self._going_domain(), order="id", limit=AT_ONCE
        )
        if lines:
            self.schedule_id._plan_lines(lines)
            self._send_lines(lines)
        else:
            self._end_queueing()
        return len(lines)

    def _end_queueing(self):
        """All that is to be sent is in the queue."""
        settled = self.line_ids.search(
            [("run_id", "=", self.id), ("reason", "in", SETTLED_BY_ANOTHER)]
        )
        self._settle_with_others(settled)
        self._begin(self._has_lines([("told", "=", True)]))
        self._settle_state()
        self.activity_unlink([TROUBLE])

    def action_discard(self):
        """*Discard* on a draft: nothing of it is sent; *Stop* while a big one is put in
        the queue: no more of it is."""
        self.ensure_one()
        self.check_access("write")
        run = self.sudo()  # sudo: as above
        wait_for(run)
        if run.state not in ("draft", "confirmed", "lapsed"):
            raise UserError(self.env._("“%s” has been sent already.", self.name))
        if run.state != "lapsed":
            run._lapse(self.env._("Discarded by %s.", self.env.user.name))
        return self._reload()

    def _reload(self):
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # -- reviews ---------------------------------------------------------------------

    def _ask_for_review(self):
        """An activity with a link for the one in charge."""
        if self.activity_search([REVIEW]):
            return
        self.drafted_on = fields.Datetime.now()
        self.activity_schedule(
            REVIEW,
            user_id=self.schedule_id.user_id.id,
            date_deadline=self.schedule_id._local_date(fields.Datetime.now()),
            summary=self.env._("Look at it and send it, today"),
        )

    def _lapse(self, why):
        """What was not put in the queue is not sent, and every line says so."""
        for run in self:
            lines = run.line_ids.search(run._going_domain())
            lines.write({"reason": "lapsed", "why": why})
            if run._has_lines([("told", "=", True)]):
                run._end_queueing()
            else:
                run.state = "lapsed"
        self.activity_unlink([REVIEW, TROUBLE])

    @api.autovacuum
    def _gc_forecasts(self):
        """Dry runs are of no use later; they sent nothing."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=FORECAST_DAYS)
        self.search(
            [("origin", "=", "forecast"), ("create_date", "<", limit)], limit=100
        ).unlink()
