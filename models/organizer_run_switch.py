from odoo import models
from odoo.exceptions import UserError


class OrganizerRun(models.Model):
    _inherit = "organizer.run"

    def _switch_problem(self):
        """The switch that keeps it from being sent, in words; or None."""
        company = self.company_id
        problem = company._organizer_channel_problem(self.channel)
        if not problem and self.schedule_id:
            problem = company._organizer_auto_problem(self.basis)
        return problem

    def _switched_on(self):
        """Those of self that may be sent."""
        return self.filtered(lambda run: not run._switch_problem())

    def _check_may_be_confirmed(self):
        # EXTENDS 'sms_organizer'
        if problem := self._switch_problem():
            raise UserError(problem)
        return super()._check_may_be_confirmed()


class OrganizerRunLine(models.Model):
    _inherit = "organizer.run.line"

    def _waiting_words(self):
        # EXTENDS 'sms_organizer'
        if self.mail_state == "waiting":
            companies = self.env["res.company"]
            if problem := companies._organizer_channel_problem("email"):
                return problem
        return super()._waiting_words()
