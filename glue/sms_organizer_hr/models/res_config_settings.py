from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sms_employees = fields.Boolean(related="company_id.sms_employees", readonly=False)
