from odoo import api, models
from odoo.fields import Domain


class OrganizerRunLine(models.Model):
    _inherit = "organizer.run.line"

    @api.model
    def _to_call_domain(self, has_fallback):
        # EXTENDS 'sms_organizer': calls are planned to customers
        domain = super()._to_call_domain(has_fallback)
        return domain & Domain("run_id.basis", "!=", "employee")
