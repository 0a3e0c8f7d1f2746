import re
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..gateways import PROVIDERS
from ..gateways.base import Account
from ..gateways.network import is_inside

# nothing after the host but a path: a user name or a password would end up in logs
ADDRESS = re.compile(r"https?://[\w.-]+(:\d{1,5})?(/[\w./~-]*)?", re.ASCII)
SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}|\+?\d{3,16}", re.ASCII)
PORTS = range(1, 65536)
# Twilio's: it chooses among the numbers and names of a service
MESSAGING_SERVICE = re.compile(r"MG[0-9a-f]{32}", re.ASCII)


class SmsGateway(models.Model):
    """What the provider knows us by: for administrators alone, and never copied.

    A provider's fields, under the names that its own screens use, are in
    ``views/sms_gateway_account_views.xml``; which it cannot do without, in its class.
    """

    _inherit = "sms.gateway"

    _CREDENTIALS = "sms_organizer.group_sms_administer"
    # another account, when one of them changes
    _ACCOUNT_FIELDS = {"provider", "base_url", "username", "password"}
    _PLAIN_FIELDS = {"base_url", "username", "password", "sender", "signature_secret"}

    base_url = fields.Char("Address", groups=_CREDENTIALS, copy=False)
    username = fields.Char("User name", groups=_CREDENTIALS, copy=False)
    password = fields.Char(groups=_CREDENTIALS, copy=False)
    signature_secret = fields.Char(groups=_CREDENTIALS, copy=False)
    sender = fields.Char(
        "Sender name",
        tracking=True,
        help="What a phone shows: a name that your provider has authorised, or a "
        "number. Empty: what the provider uses by itself.",
    )
    local_network = fields.Boolean(
        compute="_compute_local_network",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
        help="The address may be this machine or one of its network, as that of a "
        "Kannel of your own is. Off: nothing inside the network is ever asked.",
    )

    kannel_smsc = fields.Char(
        "SMS centre",
        groups=_CREDENTIALS,
        help="The smsc-id of the connection that is to be used, where your Kannel has "
        "several.",
    )
    thaibulksms_force = fields.Selection(
        [("standard", "Standard"), ("corporate", "Corporate")],
        "Credit",
        groups=_CREDENTIALS,
        help="Which of the account's two kinds of credit messages are paid with.",
    )
    vonage_signature_method = fields.Selection(
        [
            ("md5hash", "MD5 hash"),
            ("md5", "MD5 HMAC"),
            ("sha1", "SHA-1 HMAC"),
            ("sha256", "SHA-256 HMAC"),
            ("sha512", "SHA-512 HMAC"),
        ],
        "Signature method",
        default="md5hash",
        groups=_CREDENTIALS,
    )

    @api.onchange("provider")
    def _onchange_provider(self):
        """What one provider signs with is nothing to another."""
        self.signature_secret = False

    @api.depends("provider")
    def _compute_local_network(self):
        for gateway in self:
            gateway.local_network = gateway.provider == "kannel"

    def _account(self):
        """:return: :class:`..gateways.base.Account`; it carries the credentials"""
        provider = PROVIDERS[self.provider]
        return Account(
            base_url=self.base_url or "",
            username=self.username or "",
            password=self.password or "",
            sender=self.sender or "",
            report_url=self._report_url(),
            signature_secret=self.signature_secret or "",
            local_network=self.local_network,
            options={
                name: self[f"{self.provider}_{name}"] or "" for name in provider.options
            },
        )

    def _labels(self):
        """:return: ``{field: what the form calls it}``, by provider"""
        self.ensure_one()
        username, password = self.env._("User name"), self.env._("Password or token")
        names = {
            "apifon": (self.env._("Token"), self.env._("Secret key")),
            "smsapi": (username, self.env._("Token")),
            "smsoffice": (username, self.env._("API key")),
            "thaibulksms": (self.env._("API key"), self.env._("API secret")),
            "twilio": (self.env._("Account SID"), self.env._("Auth token")),
            "vonage": (self.env._("API key"), self.env._("API secret")),
            "yuboto": (username, self.env._("API key")),
        }.get(self.provider, (username, password))
        return {
            "base_url": self.env._("Address"),
            "username": names[0],
            "password": names[1],
            "sender": self.env._("Sender name"),
        }

    def _changes_account(self, vals):
        """Whether these values are of another account; entered once more, the same
        ones are not."""
        return any(
            (gateway[name] or "") != (vals[name] or "")
            for name in self._ACCOUNT_FIELDS & vals.keys()
            for gateway in self.sudo()  # sudo: to compare the credentials
        )

    def _missing(self):
        """:return: what the form calls the fields that it cannot do without"""
        self.ensure_one()
        # sudo: to see whether the credentials are there
        gateway, labels = self.sudo(), self._labels()
        needs = PROVIDERS[gateway.provider].needs
        return [labels[name] for name in needs if not gateway[name]]

    # -- checks ----------------------------------------------------------------------

    @api.constrains("base_url", "local_network")
    def _check_base_url(self):
        for gateway in self.sudo().filtered("base_url"):  # sudo: to read the address
            self._check_address(self.env._("Address"), gateway.base_url)
            gateway._check_outside(self.env._("Address"), gateway.base_url)

    @api.model
    def _check_address(self, label, url):
        found = ADDRESS.fullmatch(url)
        if not found or int((found[1] or ":1")[1:]) not in PORTS:
            # not quoted: Odoo logs what it says, and it may hold a password
            raise ValidationError(
                self.env._(
                    "%s: what you entered can't be used. Enter http:// or https:// and "
                    "a host name, for example https://api.example.com, and the user "
                    "name and password in their own fields.",
                    label,
                )
            )

    def _check_outside(self, label, url):
        """Names are judged when they are connected to; these can be judged now."""
        host = urlsplit(url).hostname or ""
        try:
            inside = is_inside(host)
        except ValueError:
            inside = host == "localhost" or host.endswith(".localhost")
        if inside and not self.local_network:
            raise ValidationError(
                self.env._(
                    "%(label)s: %(host)s is inside the network. Tick “Local network” "
                    "if the gateway is meant to be there.",
                    label=label,
                    host=host,
                )
            )

    @api.constrains("sender", "provider")
    def _check_sender(self):
        for gateway in self.filtered("sender"):
            is_service = MESSAGING_SERVICE.fullmatch(gateway.sender)
            if is_service and gateway.provider == "twilio":
                continue
            if not SENDER.fullmatch(gateway.sender):
                raise ValidationError(
                    self.env._(
                        "Sender name: “%s” can't be used. Enter up to 11 letters "
                        "without accents, digits and spaces, with a letter among "
                        "them, or a number of up to 16 digits.",
                        gateway.sender,
                    )
                )

    @api.constrains(
        "provider", "test_mode", "base_url", "username", "password", "sender"
    )
    def _check_credentials(self):
        for gateway in self:
            missing = gateway._missing()
            if missing and not gateway.test_mode:
                raise ValidationError(
                    self.env._(
                        "“%(gateway)s” cannot go live without: %(missing)s. Enter it, "
                        "or leave the test mode on.",
                        gateway=gateway.name,
                        missing=", ".join(missing),
                    )
                )

    def _tidied(self, vals):
        # EXTENDS 'sms_organizer': a blank that was pasted along is no part of it
        vals = super()._tidied(vals)
        return {
            name: value.strip()
            if name in self._PLAIN_FIELDS and isinstance(value, str)
            else value
            for name, value in vals.items()
        }
