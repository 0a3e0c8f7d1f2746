from odoo import models
from odoo.fields import Domain


class OrganizerBasisCustomerDebt(models.AbstractModel):
    """All that a customer owes, due or not."""

    _name = "organizer.basis.customer_debt"
    _inherit = "organizer.basis.customer"
    _description = "Basis: a customer's debt"

    _basis_sequence = 40
    _basis_filters = frozenset(("amount", "days"))
    _schedule_kind = "repeat"
    _is_reminder = True
    _basis_amounts = ("debt", "overdue_debt")
    _basis_obligatory = (("company",), ("debt", "overdue_debt"))
    # what of a debtor is asked for, in its currency and in the company's
    _debt_fields = ("balance", "balance_company")

    def _basis_label(self):
        return self.env._("Customer's debt")

    def _placeholders(self):
        names = (
            "company",
            "customer",
            "customer_id",
            *self._debt_names(),
            "days_overdue",
            "link",
            "bank_account",
            "salesperson",
            "phone",
        )
        examples = self._examples()
        return {name: examples[name] for name in names}

    def _documents_from(self, records):
        """A customer and its contacts owe the same: it is told once."""
        return super()._documents_from(records).commercial_partner_id

    def _owed(self, documents, names=None):
        return self._owed_by(documents)

    # -- who -------------------------------------------------------------------------

    def _domain(self):
        return self._of_company() & self._owing(Domain("undisputed", ">", 0))

    def _wide_domain(self):
        return self._of_company() & self._owing(Domain.TRUE)

    def _owing(self, domain):
        """Customers with a debt in one currency that fits."""
        owed = Domain("company_id", "=", self.env.company.id)
        owed &= Domain(self._debt_fields[0], ">", 0)
        return Domain("organizer_debtor_ids", "any", owed & domain)

    def _refusals(self, documents):
        debtors = self._debtors(documents)
        owing = debtors.filtered(lambda one: one[self._debt_fields[0]] > 0)
        claimed = owing.filtered(lambda one: one.undisputed > 0).partner_id
        owing = owing.partner_id
        return {
            partner.id: self._disputed_debt(partner)
            if partner.commercial_partner_id in owing
            else self._no_debt(partner)
            for partner in documents
            if partner.commercial_partner_id not in claimed
        }

    def _disputed_debt(self, partner):
        words = self.env._(
            "All that %s owes is disputed: it is marked “No Follow-Up”.",
            partner.display_name,
        )
        return "disputed", words

    def _no_debt(self, partner):
        return "paid", self.env._("%s owes nothing.", partner.display_name)

    def _days_late(self, documents):
        late = {}
        for debtor in self._debtors(documents):
            customer = debtor.partner_id.id
            late[customer] = max(debtor.days_overdue, late.get(customer, 0))
        return late

    # -- filters ---------------------------------------------------------------------

    def _amount_domain(self, template):
        """Amount and days of one and the same debt."""
        amount = self._amount_in_range(template, *self._debt_fields)
        days = self._days_overdue_domain(template)
        return self._owing(Domain("undisputed", ">", 0) & amount & days)

    def _days_domain(self, template):
        days = self._days_overdue_domain(template)
        return Domain.TRUE if days.is_true() else self._owing(days)

    def _days_overdue_domain(self, template):
        return self._in_range("days_overdue", template.days_from, template.days_to)

    def _days_label(self):
        return self.env._("Days overdue")

    def _amount_label(self):
        return self._placeholders()["debt"].label
