from ast import literal_eval
from datetime import timedelta

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from .. import clock

# the worst case is looked for among so many of the likely ones
LIKELY_WORST = 200


class OrganizerBasis(models.AbstractModel):
    """Whom a template of this basis is for, as domains of its documents."""

    _inherit = "organizer.basis"

    def _template_domain(self, template):
        """The documents that a template is for now.

        :param template: ``organizer.audience``, as below
        """
        return Domain.AND(
            [
                self._domain(),
                self._amount_domain(template),
                self._days_domain(template),
                self._customer_domain(template),
            ]
        )

    def _customer_domain(self, audience):
        """Whose documents: what is left of the conditions without amount and days."""
        return Domain.AND(
            [
                self._group_domain(audience),
                self._salesperson_domain(audience),
                self._journal_domain(audience),
                self._expert_domain(audience),
            ]
        )

    def _amount_domain(self, template):
        """To be said by a basis that has ``"amount"`` among its filters."""
        return Domain.TRUE

    def _days_domain(self, template):
        """To be said by a basis that has ``"days"`` among its filters."""
        return Domain.TRUE

    def _journal_domain(self, template):
        if "journals" not in self._basis_filters or not template.journal_ids:
            return Domain.TRUE
        return Domain("journal_id", "in", template.journal_ids.ids)

    def _group_domain(self, template):
        domain = Domain.TRUE
        path = self._customer_field()
        name = f"{path}.category_id" if path else "category_id"
        if template.category_ids:
            domain &= Domain(name, "child_of", template.category_ids.ids)
        if template.excluded_category_ids:
            domain &= ~Domain(name, "child_of", template.excluded_category_ids.ids)
        return domain

    def _salesperson_domain(self, template):
        if not template.user_ids:
            return Domain.TRUE
        return Domain(self._salesperson_field(), "in", template.user_ids.ids)

    def _expert_domain(self, template):
        # a literal: nothing of it is evaluated
        return Domain(literal_eval(template.domain or "[]"))

    def _days_label(self):
        """What the days of the filter are; "" where it has none."""
        return ""

    def _amount_label(self):
        """What the amount of the filter is; "" where it has none."""
        return ""

    def _documents_action(self):
        """An action that shows documents; its domain is to be filled in."""
        return {
            "type": "ir.actions.act_window",
            "res_model": self._basis_model,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
        }

    # -- ranges ----------------------------------------------------------------------

    def _in_range(self, name, low, high):
        """0 is no limit."""
        domain = Domain.TRUE
        if low:
            domain &= Domain(name, ">=", low)
        if high:
            domain &= Domain(name, "<=", high)
        return domain

    def _amount_in_range(self, template, name, name_in_company_currency):
        """In the template's currency as it stands; what is in another one is compared
        by what it is in the company's, at today's rate."""
        low, high = template.amount_from, template.amount_to
        if not low and not high:
            return Domain.TRUE
        company, today = self.env.company, self._today()
        currency = template.currency_id or company.currency_id

        def in_company_currency(amount):
            return currency._convert(amount, company.currency_id, company, today)

        same = Domain("currency_id", "=", currency.id)
        others = self._in_range(
            name_in_company_currency,
            in_company_currency(low),
            in_company_currency(high),
        )
        return (same & self._in_range(name, low, high)) | (~same & others)

    def _days_in_range(self, template, name, sign):
        """
        :param str name: a date field
        :param int sign: 1 where days are counted since the date, -1 where until it
        """
        today = self._today()
        first, last = (
            timedelta(days=sign * min(days, clock.MOST_DAYS))
            for days in (template.days_from, template.days_to)
        )
        domain = Domain.TRUE
        if first:
            limit = today - first
            domain &= Domain(name, "<=" if sign > 0 else ">=", limit)
        if last:
            limit = today - last
            domain &= Domain(name, ">=" if sign > 0 else "<=", limit)
        return domain

    def _today(self):
        """Today at the seller's place."""
        return clock.today_of(self.env.company)

    # -- the worst case --------------------------------------------------------------

    def _likely_worst(self, domain):
        """The documents whose customers have the longest names: their texts are likely
        to be the longest. Two queries."""
        documents = self.env[self._basis_model]
        query = documents._search(domain)
        alias = query.table
        path = self._customer_field()
        field = documents._fields.get(path)
        customer = alias if documents._name == "res.partner" else None
        if field and field.store and field.type == "many2one":
            customer = query.left_join(alias, path, "res_partner", "id", "customer")
        if customer:
            query.order = SQL(
                "length(%s) DESC NULLS LAST, %s DESC",
                SQL.identifier(customer, "name"),
                SQL.identifier(alias, "id"),
            )
        query.limit = LIKELY_WORST
        return documents.browse(query)
