from odoo import api, fields, models

SEND_SMS = (
    "sms_organizer.action_send_sms_partners",
    "sms_organizer.action_send_sms_moves",
)


class IrActionsServer(models.Model):
    _inherit = "ir.actions.server"

    organizer_template_id = fields.Many2one(
        "organizer.template",
        "Message template",
        index="btree_not_null",
        ondelete="cascade",
        readonly=True,
    )


class IrActionsActions(models.Model):
    _inherit = "ir.actions.actions"

    @api.model
    def get_bindings(self, model_name):
        # EXTENDS 'base': a company's templates are not offered to the others
        bindings = super().get_bindings(model_name)
        if actions := bindings.get("action"):
            actions = self._of_channels_switched_on(actions)
            bindings["action"] = self._of_readable_templates(actions)
        return bindings

    @api.model
    def _of_channels_switched_on(self, actions):
        """All but *Send SMS*, while SMS are switched off."""
        if self.env["res.company"]._organizer_channel_is_on("sms"):
            return actions
        ids = self.env["ir.model.data"]._xmlid_to_res_id
        hidden = {ids(name, raise_if_not_found=False) for name in SEND_SMS}
        return [action for action in actions if action["id"] not in hidden]

    @api.model
    def _of_readable_templates(self, actions):
        ids = [action["id"] for action in actions]
        # sudo: to know which of them are of a template
        of_templates = (
            self.env["ir.actions.server"]
            .sudo()
            .search_fetch(
                [("id", "in", ids), ("organizer_template_id", "!=", False)],
                ["organizer_template_id"],
            )
        )
        if not of_templates:
            return actions
        templates = self.env["organizer.template"]
        readable = (
            templates.search([("id", "in", of_templates.organizer_template_id.ids)])
            if templates.has_access("read")
            else templates
        ).filtered(lambda template: not template.switched_off)
        hidden = of_templates.filtered(
            lambda action: action.organizer_template_id not in readable
        )
        return [action for action in actions if action["id"] not in hidden._ids]
