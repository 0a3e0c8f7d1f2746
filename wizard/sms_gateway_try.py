from odoo import api, fields, models
from odoo.exceptions import UserError


class SmsGatewayTry(models.TransientModel):
    """*Send a test SMS*: one real message to one's own phone, and what
    the provider says of it. Test mode does not matter."""

    _name = "sms.gateway.try"
    _inherit = ["organizer.sms.phone"]
    _description = "Test SMS"

    gateway_id = fields.Many2one(
        "sms.gateway", required=True, readonly=True, ondelete="cascade"
    )
    is_sandbox = fields.Boolean(compute="_compute_gateway")
    redirected_to = fields.Char(related="gateway_id.redirected_to")
    provider = fields.Selection(related="gateway_id.provider")
    sms_phone = fields.Char(
        "Phone number",
        compute="_compute_sms_phone",
        store=True,
        readonly=False,
        precompute=True,
    )
    text = fields.Char(
        required=True,
        compute="_compute_text",
        store=True,
        readonly=False,
        precompute=True,
        size=160,
    )
    sms_id = fields.Many2one("sms.sms", "Message", readonly=True)
    state = fields.Selection(related="sms_id.state")
    outcome = fields.Char(compute="_compute_outcome")
    exchange = fields.Text("What went over the wire", readonly=True)

    @api.depends("gateway_id")
    def _compute_gateway(self):
        for wizard in self:
            wizard.is_sandbox = wizard.gateway_id.provider == "sandbox"

    @api.depends("gateway_id")
    def _compute_sms_phone(self):
        partner = self.env.user.partner_id
        number = partner._sms_phones()[partner.id]
        for wizard in self:
            wizard.sms_phone = number

    @api.depends("gateway_id")
    def _compute_text(self):
        for wizard in self:
            wizard.text = self.env._(
                "Test of %s: SMS from Odoo arrive here.", wizard.gateway_id.name
            )

    def _sms_phone_countries(self):
        # EXTENDS 'organizer.sms.phone'
        partner, company = self.env.user.partner_id, self._company()
        return [partner.country_id.code, company.country_id.code]

    def _company(self):
        return self.gateway_id.company_id or self.env.company

    @api.depends("sms_id.state", "sms_id.failure_reason")
    def _compute_outcome(self):
        for wizard in self:
            sms = wizard.sms_id
            wizard.outcome = sms and wizard._outcome_words(sms)

    def _outcome_words(self, sms):
        why = sms._failure_words() or ""
        if sms.state in ("pending", "sent"):
            return self.env._(
                "The provider took it. Look at the phone; whether it is delivered "
                "shows in SMS Messages."
            )
        if sms.state == "unconfirmed":
            return self.env._("Nobody knows whether it was sent: %s", why)
        return self.env._("It was not sent: %s", why)

    def action_send(self):
        """*Send*: hand it over now, and show what became of it."""
        self.ensure_one()
        self.gateway_id.check_access("write")
        if not self.sms_phone:
            raise UserError(
                self.env._("Phone number: enter the number of a mobile phone.")
            )
        exchanges = []
        # sudo: the ledger is written by this add-on alone
        sms = (
            self.env["sms.sms"]
            .sudo()
            ._create_trial(self.gateway_id, self.sms_phone, self.text)
        )
        sms._send_trial(exchanges)
        self.sms_id = sms
        if self.gateway_id.provider == "http":
            self.exchange = "\n\n".join(map(self._exchange_words, exchanges))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send a test SMS"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def _exchange_words(self, exchange):
        """:param exchange: :class:`..gateways.web.Exchange`, without secrets"""
        status = f"HTTP {exchange.status}" if exchange.status else ""
        return "\n\n".join(
            filter(
                None,
                (
                    f"{exchange.method} {exchange.url}\n{exchange.headers}".strip(),
                    exchange.body,
                    f"→ {status}\n{exchange.answer}".strip() if status else "→ ?",
                ),
            )
        )

    def action_open_message(self):
        """*Open the message*: in the ledger, like all others."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "sms.sms",
            "res_id": self.sms_id.id,
            "view_mode": "form",
            "views": [(self.env.ref("sms_organizer.sms_message_view_form").id, "form")],
        }
