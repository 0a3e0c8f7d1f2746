from odoo import api, fields, models

BATCH = 1000


class OrganizerMailOutcome(models.Model):
    """What became of an e-mail, until its line is told."""

    _name = "organizer.mail.outcome"
    _description = "Outcome of an e-mail"
    _order = "id"

    # an id, no reference: a note must not touch the line's row
    line = fields.Integer(required=True)
    state = fields.Char(required=True)
    reason = fields.Char()

    @api.model
    def _add(self, values_list):
        if values_list:
            self.create(values_list)
            self._wake_cron()

    @api.model
    def _wake_cron(self):
        name = "sms_organizer.ir_cron_mail_outcome"
        if cron := self.env.ref(name, raise_if_not_found=False):
            cron._trigger()

    @api.model
    def _settle(self):
        """Tell the lines (cron), and settle those whose e-mail is gone."""
        outcomes = self.search([], limit=BATCH)
        last = {outcome.line: outcome for outcome in outcomes}
        lines = self.env["organizer.run.line"].browse(last).exists()
        groups = lines.grouped(lambda line: (last[line.id].state, last[line.id].reason))
        for (state, reason), told in groups.items():
            if state == "stale":
                told._give_occasions_back()
                state = "cancelled"
            told._set_mail_state(state, reason)
        outcomes.unlink()
        if self.search_count([], limit=1):
            self._wake_cron()
        else:
            self.env["organizer.run.line"]._settle_lost_emails()
