import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .sms_gateway import PREFIX
from .sms_gateway_route import Route


class SmsPrice(models.Model):
    """What a gateway asks for a segment to the numbers that begin with a prefix.

    The longest prefix wins; the gateway's own price is that of all other numbers.
    """

    _name = "sms.price"
    _description = "Price of an SMS"
    _order = "gateway_id, prefix, id"
    _rec_name = "prefix"

    gateway_id = fields.Many2one(
        "sms.gateway", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="gateway_id.company_id")
    prefix = fields.Char(
        "Country code",
        required=True,
        help="How the numbers begin: +48, or +48 50 for a part of a country.",
    )
    price = fields.Float("Price per segment", digits=(16, 4), required=True)
    currency_id = fields.Many2one(related="gateway_id.currency_id")

    _prefix_unique = models.Constraint(
        "UNIQUE (gateway_id, prefix)",
        "This country code has its price already. Each one stands there once.",
    )

    @api.constrains("prefix")
    def _check_prefix(self):
        for line in self:
            if not PREFIX.fullmatch(line.prefix):
                raise ValidationError(
                    self.env._(
                        "Country code: “%s” is none. Enter it with +, for example +48.",
                        line.prefix,
                    )
                )

    @api.constrains("price")
    def _check_price(self):
        for line in self:
            if line.price < 0:
                raise ValidationError(
                    self.env._(
                        "The price per segment to %s is negative. Enter 0 or more.",
                        line.prefix,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()  # the routes
        return super().create([self._tidied(vals) for vals in vals_list])

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(self._tidied(vals))

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    def _tidied(self, vals):
        """``vals`` as they are stored: ``0048 50``, as in providers' lists, is
        ``+4850``."""
        if not vals.get("prefix"):
            return vals
        digits = re.sub(r"[\s()./-]+", "", vals["prefix"])
        return {**vals, "prefix": re.sub(r"^(00|\+)?(?=\d)", "+", digits)}


class SmsGateway(models.Model):
    """What it asks, by number."""

    _inherit = "sms.gateway"

    price_ids = fields.One2many("sms.price", "gateway_id", "Prices", copy=True)

    def action_open_prices(self):
        """The list of its prices, into which many can be imported."""
        self.ensure_one()
        self.check_access("write")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sms_organizer.action_sms_price"
            ),
            "domain": [("gateway_id", "=", self.id)],
            "context": {"default_gateway_id": self.id},
        }

    def _price_to(self, number):
        """What a segment to this number costs, in the gateway's currency.

        :param number: E.164, or its beginning; empty: the price of other numbers
        """
        return Route._of(self)._price_to(number) if self else 0

    def _home_price(self, company):
        """The same for numbers of the company's own country, where no one number is
        meant."""
        code = company.country_id.phone_code
        return self._price_to(f"+{code}" if code else "")

    def _price_sql(self, number):
        """The same in SQL.

        :param SQL number: of the row at hand
        """
        self.env["sms.price"].flush_model(["gateway_id", "prefix", "price"])
        return SQL(
            """
            COALESCE((SELECT price.price
                        FROM sms_price price
                       WHERE price.gateway_id = %s
                         AND starts_with(%s, price.prefix)
                    ORDER BY length(price.prefix) DESC
                       LIMIT 1), %s)
            """,
            self.id or None,
            number,
            self.price,
        )

    def _price_of_lines(self, domain, run):
        """What lines of a run cost through this gateway, in the run's currency: one
        query, however many prices there are.

        :param domain: of ``organizer.run.line``
        """
        lines = self.env["organizer.run.line"]
        lines.flush_model(["number", "segments"])
        price = self._price_sql(SQL("organizer_run_line.number"))
        found = lines.sudo()._search(domain)  # sudo: of a run that the user may read
        # this way what the domain asks about is written first
        ((total,),) = self.env.execute_query(
            found.select(SQL("SUM(organizer_run_line.segments * %s)", price))
        )
        if not total or self.currency_id == run.currency_id:
            return total or 0
        today = fields.Date.context_today(self)
        return self.currency_id._convert(
            total, run.currency_id, run.company_id, today, round=False
        )
