from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    sms_employees = fields.Boolean("Allow SMS to employees")

    def _sms_employees_problem(self):
        """Why no SMS goes to employees, with the cure; None where they may."""
        # sudo: the switch holds, whoever may see the company
        if self.sudo().sms_employees:
            return None
        return self.env._(
            "SMS to employees are switched off. An administrator turns on “Allow SMS "
            "to employees” in Settings ▸ SMS Organizer."
        )
