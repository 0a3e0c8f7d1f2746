from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import ormcache

from ..gateways import PROVIDERS
from ..gateways.base import Account


class Route(NamedTuple):
    """What has to be known of a gateway to queue a message, kept in memory."""

    id: int
    handles: str
    price: float  # of a segment
    currency_id: int
    is_test: bool

    @classmethod
    def _of(cls, gateway):
        return cls(
            gateway.id,
            gateway.handles,
            gateway.price,
            gateway.currency_id.id,
            gateway.is_sandbox,
        )

    def _domain(self):
        """Which ``sms.sms`` it takes, of whatever company."""
        if self.handles == "organizer":
            return Domain("run_line_id", "!=", False)
        return Domain.TRUE

    def _takes(self, vals):
        """Whether it takes a message with these values."""
        return self.handles != "organizer" or bool(vals.get("run_line_id"))


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
    waiting_count = fields.Integer("Waiting", compute="_compute_counts")
    unconfirmed_count = fields.Integer("In doubt", compute="_compute_counts")

    # credentials: for administrators alone, and never copied
    _CREDENTIALS = "sms_organizer.group_sms_administer"
    base_url = fields.Char("Address", groups=_CREDENTIALS, copy=False)
    username = fields.Char("User name", groups=_CREDENTIALS, copy=False)
    password = fields.Char(groups=_CREDENTIALS, copy=False)

    def _selection_provider(self):
        labels = {"sandbox": self.env._("Sandbox (reaches nobody)")}
        return [(key, labels.get(key, cls.label)) for key, cls in PROVIDERS.items()]

    @api.depends("provider", "test_mode")
    def _compute_is_sandbox(self):
        for gateway in self:
            gateway.is_sandbox = gateway.provider == "sandbox" or gateway.test_mode

    def _compute_counts(self):
        groups = self.env["sms.sms"]._read_group(
            [("gateway_id", "in", self.ids)], ["gateway_id", "state"], ["__count"]
        )
        counts = {(gateway.id, state): count for gateway, state, count in groups}
        for gateway in self:
            gateway.waiting_count = counts.get((gateway.id, "outgoing"), 0)
            gateway.unconfirmed_count = counts.get((gateway.id, "unconfirmed"), 0)

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

    # -- which one sends -------------------------------------------------------------

    @api.model
    @ormcache()
    def _routes(self):
        """The gateways that may send for each company, the first one first.

        A sandbox never stands in for a real gateway that may be down: it is left out
        where there is another.

        :return: ``{company id: (Route, …)}``; those under False serve the companies
            that have none of their own
        """
        # sudo: which gateway sends is no secret, and no credentials are in a route
        everyone = self.sudo().search([("active", "=", True)])
        routes = {}
        for company, gateways in everyone.grouped("company_id").items():
            real = gateways.filtered(lambda gateway: gateway.provider != "sandbox")
            routes[company.id] = tuple(map(Route._of, real or gateways))
        return routes

    @api.model
    def _routes_of(self, company_id):
        """:return: the routes of this company, maybe none"""
        routes = self._routes()
        return routes.get(company_id) or routes.get(False, ())

    @api.model
    def _for_company(self, company):
        """The first gateway of the company, as superuser; empty when it has none."""
        # sudo: as for the routes; credentials stay with the outbox
        return self.sudo().browse(
            [route.id for route in self._routes_of(company.id)][:1]
        )

    def _takes_domain(self, company):
        """Which ``sms.sms`` of the company this gateway takes."""
        return Domain("company_id", "=", company.id) & Route._of(self)._domain()

    @api.model
    def _taken_domain(self):
        """Which ``sms.sms`` one of our gateways takes, of all companies."""
        routes = dict(self._routes())
        shared = routes.pop(False, ())
        domains = [
            Domain("company_id", "=", company_id) & found[0]._domain()
            for company_id, found in routes.items()
        ]
        if shared:
            domains.append(
                Domain("company_id", "!=", False)
                & Domain("company_id", "not in", list(routes))
                & shared[0]._domain()
            )
        return Domain.OR(domains)

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _adapter(self, is_test=None):
        """The object that speaks to the provider; the sandbox while in test mode.

        :param bool is_test: for messages that went to the sandbox, or that did not,
            whatever the mode is now
        """
        self.ensure_one()
        is_test = self.is_sandbox if is_test is None else is_test
        provider = "sandbox" if is_test else self.provider
        return PROVIDERS[provider](
            Account(
                base_url=self.base_url or "",
                username=self.username or "",
                password=self.password or "",
            )
        )

    # -- buttons ---------------------------------------------------------------------

    def action_open_waiting(self):
        return self._open_messages(self.env._("Waiting"), "outgoing")

    def action_open_unconfirmed(self):
        return self._open_messages(self.env._("In doubt"), "unconfirmed")

    def _open_messages(self, title, state):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sms_organizer.action_sms_message"
        )
        return {
            **action,
            "name": title,
            "domain": [("gateway_id", "=", self.id), ("state", "=", state)],
            "context": {"create": False},
        }
