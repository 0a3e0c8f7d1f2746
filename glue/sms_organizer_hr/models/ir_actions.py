from odoo import api, models

SEND_SMS = "sms_organizer_hr.action_send_sms_employees"


class IrActionsActions(models.Model):
    _inherit = "ir.actions.actions"

    @api.model
    def _of_channels_switched_on(self, actions):
        # EXTENDS 'sms_organizer'
        actions = super()._of_channels_switched_on(actions)
        allowed = not self.env.company._sms_employees_problem()
        if allowed and self.env["res.company"]._organizer_channel_is_on("sms"):
            return actions
        ids = self.env["ir.model.data"]._xmlid_to_res_id
        hidden = ids(SEND_SMS, raise_if_not_found=False)
        return [action for action in actions if action["id"] != hidden]
