from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

REVIEW = "sms_organizer.mail_activity_review"
# days that a dry run is kept
FORECAST_DAYS = 7


class OrganizerRun(models.Model):
    """A draft that a person looks at, mends and confirms; or nobody, and it lapses."""

    _name = "organizer.run"
    _inherit = ["organizer.run", "mail.thread", "mail.activity.mixin"]

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
        run.lock_for_update()
        if run.state == "draft":
            run.schedule_id._plan_lines(run.line_ids)
        run._send()
        run.activity_feedback([REVIEW])
        return self._reload()

    def action_discard(self):
        """*Discard* on a draft: nothing of it is sent."""
        self.ensure_one()
        self.check_access("write")
        run = self.sudo()  # sudo: as above
        run.lock_for_update()
        if run.state != "draft":
            raise UserError(self.env._("“%s” has been sent already.", self.name))
        run._lapse(self.env._("Discarded by %s.", self.env.user.name))
        return self._reload()

    def _reload(self):
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # -- reviews ---------------------------------------------------------------------

    def _ask_for_review(self):
        """An activity with a link for the one in charge."""
        self.activity_schedule(
            REVIEW,
            user_id=self.schedule_id.user_id.id,
            date_deadline=self.schedule_id._local_date(self.slot),
            summary=self.env._("Look at it and send it, today"),
        )

    def _lapse(self, why):
        """Nobody confirmed it: nothing is sent, and every line says so."""
        for run in self:
            lines = run.line_ids.filtered(lambda line: not line.reason)
            lines.write({"reason": "lapsed", "why": why})
        self.write({"state": "lapsed"})
        self.activity_unlink([REVIEW])

    @api.autovacuum
    def _gc_forecasts(self):
        """Dry runs are of no use later; they sent nothing."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=FORECAST_DAYS)
        self.search(
            [("origin", "=", "forecast"), ("create_date", "<", limit)], limit=100
        ).unlink()
