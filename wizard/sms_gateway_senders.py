from odoo import api, fields, models
from odoo.exceptions import UserError

from ..gateways.base import SenderStatus


class SmsGatewaySenders(models.TransientModel):
    """*Sender names*: those that the provider knows, to choose one."""

    _name = "sms.gateway.senders"
    _description = "Sender names at the provider"

    gateway_id = fields.Many2one(
        "sms.gateway", required=True, readonly=True, ondelete="cascade"
    )
    line_ids = fields.One2many("sms.gateway.senders.line", "wizard_id", readonly=True)

    @api.model
    def _of(self, gateway, found):
        """:param list found: :class:`..gateways.base.SenderName`"""
        lines = [
            fields.Command.create(
                {"name": one.name, "status": one.status.value, "reason": one.reason}
            )
            for one in found
        ]
        # sudo: what the provider says is written by nobody else
        wizards = self.sudo()
        found = wizards.create({"gateway_id": gateway.id, "line_ids": lines})
        return found.with_env(self.env)


class SmsGatewaySendersLine(models.TransientModel):
    _name = "sms.gateway.senders.line"
    _description = "Sender name at the provider"
    _order = "status, name"

    wizard_id = fields.Many2one(
        "sms.gateway.senders", required=True, ondelete="cascade"
    )
    name = fields.Char("Sender name", readonly=True)
    status = fields.Selection(
        [
            (SenderStatus.AUTHORISED.value, "Authorised"),
            (SenderStatus.WAITING.value, "Waiting for the provider"),
            (SenderStatus.REFUSED.value, "Refused"),
        ],
        readonly=True,
    )
    reason = fields.Char(readonly=True)

    def action_use(self):
        """*Use*: from now on messages carry this name."""
        self._check_authorised()
        gateway = self.wizard_id.gateway_id
        gateway.check_access("write")
        gateway.sender = self.name
        return {"type": "ir.actions.act_window_close"}

    def action_keep(self):
        """*Keep it here*: among the sender names, authorised."""
        self._check_authorised()
        sender = self.env["sms.sender"]._keep(self.wizard_id.gateway_id, self.name)
        return {
            "type": "ir.actions.act_window",
            "res_model": sender._name,
            "res_id": sender.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _check_authorised(self):
        self.ensure_one()
        if self.status != SenderStatus.AUTHORISED.value:
            raise UserError(
                self.env._(
                    "“%s” is not authorised yet: the provider would refuse messages.",
                    self.name,
                )
            )
