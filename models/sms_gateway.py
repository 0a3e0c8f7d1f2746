import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..gateways import PROVIDERS
from ..gateways.base import Account
from ..gateways.sandbox import SandboxGateway

# of a country, or of numbers within it: +1 829
PREFIX = re.compile(r"\+[1-9]\d{0,6}", re.ASCII)


class SmsGateway(models.Model):
    """An account at one SMS provider."""

    _name = "sms.gateway"
    _description = "SMS Gateway"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True, tracking=True)
    sequence = fields.Integer(
        default=10, help="Among the gateways of a company, the first one sends."
    )
    provider = fields.Selection(
        selection="_selection_provider",
        required=True,
        default="sandbox",
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        # set to null, it would begin to send for every company
        ondelete="cascade",
        default=lambda self: self.env.company,
        help="Empty: for every company that has no gateway of its own.",
    )
    handles = fields.Selection(
        [
            ("all", "Every SMS of the company"),
            ("organizer", "Only SMS about invoices and customers sent from Organizer"),
        ],
        required=True,
        default="all",
        help="SMS of other apps that no gateway takes go through Odoo's own provider.",
    )
    test_mode = fields.Boolean(
        default=True,
        copy=False,
        tracking=True,
        help="While it is on, messages go to the sandbox phone and reach nobody.",
    )
    prefixes = fields.Char(
        "Country codes",
        tracking=True,
        help="The numbers that it sends to, such as +48, +49. Empty: every number. The "
        "first gateway that takes a number sends to it; the next one that does, while "
        "the first one is down.",
    )
    price = fields.Float(
        "Price per segment",
        digits=(16, 4),
        help="What one billed part of an SMS costs, used to tell the price before "
        "sending.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    is_sandbox = fields.Boolean(compute="_compute_is_sandbox")

    def _selection_provider(self):
        labels = {
            "sandbox": self.env._("Sandbox (reaches nobody)"),
            "odoo": self.env._("Odoo's own provider"),
            "http": self.env._("Any provider by HTTP"),
        }
        return [(key, labels.get(key, cls.label)) for key, cls in PROVIDERS.items()]

    @api.depends("provider", "test_mode")
    def _compute_is_sandbox(self):
        for gateway in self:
            gateway.is_sandbox = gateway.provider == "sandbox" or gateway.test_mode

    @api.constrains("price")
    def _check_price(self):
        for gateway in self:
            if gateway.price < 0:
                raise ValidationError(
                    self.env._(
                        "The price per segment of “%s” is negative. Enter 0 or more.",
                        gateway.name,
                    )
                )

    @api.constrains("prefixes")
    def _check_prefixes(self):
        for gateway in self.filtered("prefixes"):
            for prefix in gateway.prefixes.split(", "):
                if not PREFIX.fullmatch(prefix):
                    raise ValidationError(
                        self.env._(
                            "Country codes: “%s” is none. Enter them with + and with "
                            "commas between them, for example +48, +49, or leave the "
                            "field empty for every number.",
                            prefix,
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._tidied(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._tidied(vals))

    def _tidied(self, vals):
        """``vals`` as they are stored: country codes as ``+48, +49``."""
        if not vals.get("prefixes"):
            return vals
        found = re.split(r"[\s,;]+", vals["prefixes"].strip(" ,;"))
        codes = [re.sub(r"^(00|\+)?(?=\d)", "+", code) for code in found]
        return {**vals, "prefixes": ", ".join(dict.fromkeys(codes))}

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_in_the_ledger(self):
        # sudo: whoever may see the messages, the ledger keeps them
        messages = self.env["sms.sms"].sudo()
        for gateway in self:
            if messages.search_count([("gateway_id", "=", gateway.id)], limit=1):
                raise UserError(
                    self.env._(
                        "“%s” has messages in the ledger, which is kept for good. "
                        "Archive it instead: what waits then goes through the "
                        "company's next gateway, or waits for one.",
                        gateway.name,
                    )
                )

    # -- what speaks to the provider -------------------------------------------------

    def _adapter(self, company, is_test=None):
        """The object that speaks to the provider; the sandbox while in test mode.

        :param company: ``res.company`` whose messages are sent
        :param bool is_test: for messages that went to the sandbox, or that did not,
            whatever the mode is now
        """
        is_test = self.is_sandbox if is_test is None else is_test
        if is_test:
            return SandboxGateway(Account())
        if not self or self.provider == "odoo":
            return self._odoo_adapter(company)
        return PROVIDERS[self.provider](self._account())

    # -- buttons ---------------------------------------------------------------------

    def action_open_waiting(self):
        return self._open_messages(self.env._("Waiting"), "outgoing")

    def action_open_unconfirmed(self):
        action = self._open_messages(self.env._("In doubt"), "unconfirmed")
        views = [
            (self.env.ref("sms_organizer.sms_doubt_view_list").id, "list"),
            (self.env.ref("sms_organizer.sms_message_view_kanban").id, "kanban"),
            (self.env.ref("sms_organizer.sms_message_view_form").id, "form"),
        ]
        return {**action, "view_mode": "list,kanban,form", "views": views}

    def _open_messages(self, title, state):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sms_organizer.action_sms_message"
        )
        return {
            **action,
            "name": title,
            "display_name": title,
            "domain": [("gateway_id", "=", self.id), ("state", "=", state)],
            "context": {"create": False},
        }
