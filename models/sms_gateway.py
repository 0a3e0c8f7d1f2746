from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..gateways import PROVIDERS
from ..gateways.base import Account


class SmsGateway(models.Model):
    """An account at one SMS provider."""

    _name = "sms.gateway"
    _description = "SMS Gateway"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10, help="Among the gateways of a company, the first one sends."
    )
    provider = fields.Selection(
        selection=lambda self: [(key, cls.label) for key, cls in PROVIDERS.items()],
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
    def _by_company(self, companies):
        """The gateways that may send for each company, the first one first.

        :return: ``{company: gateways}``, as superuser; companies without any left out
        """
        # sudo: which gateway sends is no secret, its credentials stay with the outbox
        everyone = self.sudo().search([("company_id", "in", [False, *companies.ids])])
        by_company = everyone.grouped("company_id")
        shared = by_company.get(self.env["res.company"], everyone.browse())
        found = {
            company: by_company.get(company, shared)._without_stand_ins()
            for company in companies
        }
        return {company: gateways for company, gateways in found.items() if gateways}

    @api.model
    def _for_company(self, company):
        """The first gateway of the company; empty when it has none."""
        return self._by_company(company).get(company, self.sudo().browse())[:1]

    def _without_stand_ins(self):
        """A sandbox never stands in for a real gateway that may be down."""
        return self.filtered(lambda gateway: gateway.provider != "sandbox") or self

    def _takes_domain(self, company):
        """Which ``sms.sms`` of the company this gateway takes."""
        return Domain("company_id", "=", company.id) & self._handles_domain()

    def _handles_domain(self):
        if self.handles == "organizer":
            return Domain("run_line_id", "!=", False)
        return Domain.TRUE

    @api.model
    def _taken_domain(self):
        """Which ``sms.sms`` one of our gateways takes, of all companies."""
        # sudo: as above
        everyone = self.sudo().search([("active", "=", True)])
        by_company = everyone.grouped("company_id")
        shared = by_company.pop(self.env["res.company"], everyone.browse())
        domains = [
            gateways._without_stand_ins()[0]._takes_domain(company)
            for company, gateways in by_company.items()
        ]
        if shared:
            with_own = [company.id for company in by_company]
            domains.append(
                Domain("company_id", "!=", False)
                & Domain("company_id", "not in", with_own)
                & shared._without_stand_ins()[0]._handles_domain()
            )
        return Domain.OR(domains)

    def _adapter(self):
        """The object that speaks to the provider; the sandbox while in test mode."""
        self.ensure_one()
        provider = "sandbox" if self.test_mode else self.provider
        return PROVIDERS[provider](
            Account(
                base_url=self.base_url or "",
                username=self.username or "",
                password=self.password or "",
            )
        )

    def _batch_size(self):
        """Most messages to hand over in one call."""
        return self._adapter().batch_size

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
