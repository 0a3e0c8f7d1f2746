import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..gateways import PROVIDERS
from ..gateways.base import Account
from ..gateways.sandbox import SandboxGateway

# nothing after the host but a path: a user name or a password would end up in logs
ADDRESS = re.compile(r"https?://[\w.-]+(:\d{1,5})?(/[\w./~-]*)?", re.ASCII)
SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}|\+?\d{3,16}", re.ASCII)


class SmsGateway(models.Model):
    """An account at one SMS provider."""

    _name = "sms.gateway"
    _description = "SMS Gateway"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10, help="Among the gateways of a company, the first one sends."
    )
    provider = fields.Selection(
        selection="_selection_provider",
        required=True,
        default="sandbox",
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
        help="While it is on, messages go to the sandbox phone and reach nobody.",
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
    sender = fields.Char(
        "Sender name",
        help="What a phone shows: a name that your provider has authorised, or a "
        "number. Empty: what the provider uses by itself.",
    )

    # credentials: for administrators alone, and never copied
    _CREDENTIALS = "sms_organizer.group_sms_administer"
    base_url = fields.Char("Address", groups=_CREDENTIALS, copy=False)
    username = fields.Char("User name", groups=_CREDENTIALS, copy=False)
    password = fields.Char(groups=_CREDENTIALS, copy=False)

    def _selection_provider(self):
        labels = {
            "sandbox": self.env._("Sandbox (reaches nobody)"),
            "odoo": self.env._("Odoo's own provider"),
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

    @api.constrains("base_url")
    def _check_base_url(self):
        for gateway in self.sudo().filtered("base_url"):  # sudo: to read the address
            if not ADDRESS.fullmatch(gateway.base_url):
                # not quoted: Odoo logs what it says, and it may hold a password
                raise ValidationError(
                    self.env._(
                        "Address: what you entered can't be used. Enter http:// or "
                        "https:// and a host name, for example "
                        "https://api.example.com, and the user name and password in "
                        "their own fields."
                    )
                )

    @api.constrains("sender")
    def _check_sender(self):
        for gateway in self.filtered("sender"):
            if not SENDER.fullmatch(gateway.sender):
                raise ValidationError(
                    self.env._(
                        "Sender name: “%s” can't be used. Enter up to 11 letters "
                        "without accents, digits and spaces, with a letter among "
                        "them, or a number of up to 16 digits.",
                        gateway.sender,
                    )
                )

    @api.constrains("provider", "test_mode", "username", "password")
    def _check_credentials(self):
        labels = {
            "username": self.env._("User name"),
            "password": self.env._("Password or token"),
        }
        for gateway in self.sudo():  # sudo: to see whether the credentials are there
            missing = [
                labels[name]
                for name in PROVIDERS[gateway.provider].needs
                if not gateway[name]
            ]
            if missing and not gateway.test_mode:
                raise ValidationError(
                    self.env._(
                        "“%(gateway)s” cannot go live without: %(missing)s. Enter it, "
                        "or leave the test mode on.",
                        gateway=gateway.name,
                        missing=", ".join(missing),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._without_blanks(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._without_blanks(vals))

    def _without_blanks(self, vals):
        """A blank that was pasted along is no part of a password."""
        return {
            name: value.strip()
            if name in ("base_url", "username", "password", "sender")
            and isinstance(value, str)
            else value
            for name, value in vals.items()
        }

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
        return PROVIDERS[self.provider](
            Account(
                base_url=self.base_url or "",
                username=self.username or "",
                password=self.password or "",
                sender=self.sender or "",
                report_url=self._report_url(),
            )
        )

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
