from ast import literal_eval

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from . import clock
from .basis.organizer_basis import PREFIX

BROKEN_DOMAIN = (
    psycopg2.DataError,
    AttributeError,
    KeyError,
    SyntaxError,
    TypeError,
    UserError,
    ValueError,
)


class OrganizerAudience(models.AbstractModel):
    """Whom something is for: conditions on what a basis is about.

    Its heirs have a ``name``, ``company_id``, ``basis``, and ``category_ids``,
    ``excluded_category_ids``, ``journal_ids`` and ``user_ids``.
    """

    _name = "organizer.audience"
    _description = "Who a message is for"

    # an empty one is no limit
    amount_from = fields.Monetary("Amount from", currency_field="currency_id")
    amount_to = fields.Monetary("Amount to", currency_field="currency_id")
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.company.currency_id
    )
    days_from = fields.Integer("Days from")
    days_to = fields.Integer("Days to")
    domain = fields.Char("Further conditions", default="[]")

    model = fields.Char(
        "Documents", compute="_compute_model", store=True, precompute=True
    )
    has_amount = fields.Boolean(compute="_compute_basis_settings")
    has_days = fields.Boolean(compute="_compute_basis_settings")
    has_journals = fields.Boolean(compute="_compute_basis_settings")
    days_label = fields.Char(compute="_compute_basis_settings")
    amount_label = fields.Char(compute="_compute_basis_settings")

    def _basis(self):
        name = PREFIX + (self.basis or "free_text")
        # that of an add-on which is gone says nothing, and breaks nothing
        basis = self.env[name if name in self.env else "organizer.basis"]
        return basis.with_company(self.company_id or self.env.company)

    def _documents(self):
        """None of the documents that it is about: their model."""
        basis = self._basis()
        return basis.env[basis._basis_model]

    @api.depends("basis")
    def _compute_model(self):
        for one in self:
            one.model = one._basis()._basis_model

    @api.depends("basis")
    def _compute_basis_settings(self):
        for one in self:
            basis = one._basis()
            one.has_amount = "amount" in basis._basis_filters
            one.has_days = "days" in basis._basis_filters
            one.has_journals = "journals" in basis._basis_filters
            one.days_label = basis._days_label()
            one.amount_label = basis._amount_label()

    # -- what is wrong ---------------------------------------------------------------

    @api.constrains("amount_from", "amount_to", "days_from", "days_to")
    def _check_ranges(self):
        for one in self:
            for label, low, high in (
                (self.env._("Amount"), one.amount_from, one.amount_to),
                (self.env._("Days"), one.days_from, one.days_to),
            ):
                if low < 0 or high < 0:
                    raise ValidationError(
                        self.env._(
                            "%s: it cannot be below 0. Enter 0 for no limit.", label
                        )
                    )
                if high and low > high:
                    raise ValidationError(
                        self.env._(
                            "%(label)s: from %(low)s to %(high)s is nobody. Exchange "
                            "them, or enter 0 for no limit.",
                            label=label,
                            low=f"{low:g}",
                            high=f"{high:g}",
                        )
                    )

    @api.constrains("days_from", "days_to")
    def _check_days(self):
        if any(max(one.days_from, one.days_to) > clock.MOST_DAYS for one in self):
            raise ValidationError(
                self.env._(
                    "Days: enter %s at the most, or 0 for no limit.", clock.MOST_DAYS
                )
            )

    @api.constrains("domain")
    def _check_domain(self):
        for one in self:
            try:
                domain = Domain(literal_eval(one.domain or "[]"))
                one._try_search(domain)
            except BROKEN_DOMAIN as error:
                raise ValidationError(
                    self.env._(
                        "Further conditions: “%(domain)s” cannot be read as conditions "
                        "on %(documents)s (%(error)s). Choose fields and values from "
                        "the list.",
                        domain=one.domain,
                        documents=self.env["ir.model"]._get(one.model).name,
                        error=error,
                    )
                ) from error

    def _try_search(self, domain):
        """Let PostgreSQL read the conditions; nothing is logged where it can't.

        :raise psycopg2.DataError: for a value of another type than its field, and what
            else is in ``BROKEN_DOMAIN`` for a domain that is none
        """
        query = self._documents()._search(domain, limit=1)
        with self.env.cr.savepoint():
            self.env.cr.execute(query.select(), log_exceptions=False)
