from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sms_sender_id = fields.Many2one(
        related="company_id.sms_sender_id",
        readonly=False,
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
    )
    sms_sender_required = fields.Boolean(
        related="company_id.sms_sender_required", readonly=False
    )
    sms_sender_state = fields.Selection(related="sms_sender_id.state")
    sms_sender_next_change_on = fields.Date(compute="_compute_sms_sender_next_change")

    def _compute_sms_sender_next_change(self):
        for settings in self:
            day = self.env["sms.sender"]._next_change_day(settings.company_id)
            settings.sms_sender_next_change_on = day
