from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    organizer_promise_days = fields.Integer(
        related="company_id.organizer_promise_days", readonly=False
    )
