from odoo import api, fields, models


class OrganizerCompose(models.TransientModel):
    """While its channel is switched off, the window says which switch to turn."""

    _inherit = "organizer.compose"

    switched_off = fields.Char(compute="_compute_switched_off")

    @api.depends("channel")
    def _compute_switched_off(self):
        for compose in self:
            company = compose.company_id or self.env.company
            problem = company._organizer_channel_problem(compose.channel)
            compose.switched_off = problem

    @api.model
    def _open_off(self, channel):
        """Open with nothing but the words that name the switch."""
        return self.create({"channel": channel})._open()

    def _open(self):
        # EXTENDS 'sms_organizer'
        action = super()._open()
        if not self.switched_off:
            return action
        view = self.env.ref("sms_organizer.organizer_compose_view_form_off")
        return {
            **action,
            "views": [(view.id, "form")],
            "context": {"dialog_size": "medium"},
        }

    def action_open_settings(self):
        """For administrators: there the switch is."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "sms_organizer.action_sms_organizer_settings"
        )
