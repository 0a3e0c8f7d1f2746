from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """What the company may spend on SMS."""

    _inherit = "res.config.settings"

    sms_prepaid = fields.Boolean(related="company_id.sms_prepaid", readonly=False)
    sms_packages_low = fields.Integer(
        related="company_id.sms_packages_low", readonly=False
    )
    sms_budget_day = fields.Monetary(
        related="company_id.sms_budget_day",
        readonly=False,
        currency_field="currency_id",
    )
    sms_budget_month = fields.Monetary(
        related="company_id.sms_budget_month",
        readonly=False,
        currency_field="currency_id",
    )
