from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import ormcache


class Route(NamedTuple):
    """What has to be known of a gateway to queue a message, kept in memory."""

    id: int
    handles: str
    prefixes: tuple[str, ...]  # "+48"; none: every number
    price: float  # of a segment, to the numbers that have no other
    currency_id: int
    is_test: bool
    prices: tuple[tuple[str, float], ...] = ()  # by prefix, the longest first

    @classmethod
    def _of(cls, gateway):
        return cls(
            gateway.id,
            gateway.handles,
            tuple((gateway.prefixes or "").split(", ")) if gateway.prefixes else (),
            gateway.price,
            gateway.currency_id.id,
            gateway.is_sandbox,
            tuple(
                (line.prefix, line.price)
                for line in gateway.price_ids.sorted(lambda one: -len(one.prefix))
            ),
        )

    def _domain(self):
        """Which ``sms.sms`` it takes, of whatever company."""
        taken = Domain.TRUE
        if self.handles == "organizer":
            taken &= Domain("run_line_id", "!=", False) | Domain(
                "reply_id", "!=", False
            )
        if self.prefixes:
            taken &= self._numbers()
        return taken

    def _numbers(self):
        """Which records with a ``number`` it takes, by that alone."""
        if not self.prefixes:
            return Domain.TRUE
        return Domain.OR(
            Domain("number", "=like", f"{prefix}%") for prefix in self.prefixes
        )

    def _sends(self):
        """Which of them it sends now: what was to reach somebody waits for a gateway
        that is live."""
        return Domain("is_test", "=", True) if self.is_test else Domain.TRUE

    def _takes(self, vals):
        """Whether it takes a message with these values."""
        ours = vals.get("run_line_id") or vals.get("reply_id")
        if self.handles == "organizer" and not ours:
            return False
        return self._reaches(vals.get("number"))

    def _reaches(self, number):
        """Whether it takes this number, E.164."""
        return not self.prefixes or (number or "").startswith(self.prefixes)

    def _price_to(self, number):
        """What a segment to this number costs, in the gateway's currency."""
        for prefix, price in self.prices:
            if (number or "").startswith(prefix):
                return price
        return self.price


class SmsGateway(models.Model):
    """Which gateway sends what."""

    _inherit = "sms.gateway"

    # what a route depends on
    _ROUTE_FIELDS = {
        "active",
        "company_id",
        "currency_id",
        "handles",
        "prefixes",
        "price",
        "provider",
        "sequence",
        "test_mode",
    }

    @api.model
    @ormcache()
    def _routes(self):
        """The gateways that may send for each company, the first one first.

        What reaches nobody never stands in for a gateway that may be down: test mode
        and sandbox are left out where there is something better.

        :return: ``{company id: (Route, …)}``; those under False serve the companies
            that have none of their own
        """
        # sudo: which gateway sends is no secret, and no credentials are in a route
        everyone = self.sudo().search([("active", "=", True)])
        routes = {}
        for company, gateways in everyone.grouped("company_id").items():
            live = gateways.filtered(lambda gateway: not gateway.is_sandbox)
            real = gateways.filtered(lambda gateway: gateway.provider != "sandbox")
            routes[company.id] = tuple(map(Route._of, live or real or gateways))
        return routes

    @api.model
    def _routes_of(self, company_id):
        """:return: the routes of this company, maybe none"""
        routes = self._routes()
        return routes.get(company_id) or routes.get(False, ())

    @api.model
    def _reaches_people(self, company):
        """Whether what the company sends now reaches its customers: no gateway in test
        mode is among those of a company that has a live one."""
        live = any(not route.is_test for route in self._routes_of(company.id))
        return live and not self.env["sms.sms"]._redirect_number()

    @api.model
    def _route_to(self, company, number):
        """:param str number: E.164; empty or unknown: the first gateway's numbers
        :return: the :class:`Route` of Organizer's messages to it; None: no gateway
            takes it
        """
        routes = self._routes_of(company.id)
        if not number:
            return routes[0] if routes else None
        return next((route for route in routes if route._reaches(number)), None)

    @api.model
    def _for_company(self, company, number=False):
        """The first gateway of the company that takes the number, as superuser; empty
        when there is none."""
        route = self._route_to(company, number)
        # sudo: as for the routes; credentials stay with the outbox
        return self.sudo().browse(route.id if route else [])

    @api.model
    def _segment_price(self, company, number, currency):
        """What a segment to this number costs, in this currency, now."""
        route = self._route_to(company, number)
        if not route:
            return 0
        own = self.env["res.currency"].browse(route.currency_id)
        price = route._price_to(number)
        if not price or own == currency:
            return price
        today = fields.Date.context_today(self)
        return own._convert(price, currency, company, today, round=False)

    @api.model
    def _ways(self, company):
        """The gateways that the company's messages may take now, and which of them.

        One that rests after a failure is passed over, and the next one takes its place.

        :return: list of ``(gateway, domain of sms.sms)``, no message in two of them
        """
        routes = self._routes_of(company.id)
        # sudo: as for the routes
        gateways = self.sudo().browse([route.id for route in routes])
        ready = {gateway.id for gateway in gateways if not gateway._rests()}
        ways = []
        taken = Domain.FALSE
        for gateway, route in zip(gateways, routes, strict=True):
            if gateway.id in ready:
                domain = route._domain() & route._sends() & ~taken
                ways.append((gateway, Domain("company_id", "=", company.id) & domain))
                taken |= route._domain()
        return ways

    @api.model
    def _taken_domain(self):
        """Which ``sms.sms`` one of our gateways takes, of all companies."""
        routes = dict(self._routes())
        shared = routes.pop(False, ())

        def taken(found):
            return Domain.OR(route._domain() for route in found)

        domains = [
            Domain("company_id", "=", company_id) & taken(found)
            for company_id, found in routes.items()
        ]
        if shared:
            domains.append(
                Domain("company_id", "!=", False)
                & Domain("company_id", "not in", list(routes))
                & taken(shared)
            )
        return Domain.OR(domains)

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        # an outage is noted without making every process forget all it knows
        if self._ROUTE_FIELDS & vals.keys():
            self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
