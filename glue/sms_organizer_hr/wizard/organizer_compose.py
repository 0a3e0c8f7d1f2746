from odoo import api, models


class OrganizerCompose(models.TransientModel):
    _inherit = "organizer.compose"

    @api.model
    def _basis_for(self, documents):
        # EXTENDS 'sms_organizer'
        if documents._name == "hr.employee":
            return "employee"
        return super()._basis_for(documents)

    def _check_ready(self):
        # EXTENDS 'sms_organizer'
        if self.basis == "employee":
            self._documents()._check_may_send_sms()
        return super()._check_ready()
