from odoo import models
from odoo.fields import Domain


class OrganizerBasisCustomerDebt(models.AbstractModel):
    """All that a customer owes, due or not."""

    _name = "organizer.basis.customer_debt"
    _inherit = "organizer.basis.customer"
    _description = "Basis: a customer's debt"

    _basis_sequence = 40
    _basis_filters = frozenset(("amount", "days"))
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
            "bank_account",
            "salesperson",
            "phone",
        )
        examples = self._examples()
        return {name: examples[name] for name in names}

    # -- who -------------------------------------------------------------------------

    def _domain(self):
        return self._of_company() & self._owing(Domain.TRUE)

    def _owing(self, domain):
        """Customers with a debt in one currency that fits."""
        owed = Domain("company_id", "=", self.env.company.id)
        owed &= Domain(self._debt_fields[0], ">", 0)
        return Domain("organizer_debtor_ids", "any", owed & domain)

    def _refusals(self, documents):
        owing = {
            debtor.partner_id
            for debtor in self._debtors(documents)
            if debtor[self._debt_fields[0]] > 0
        }
        return {
            partner.id: self._no_debt(partner)
            for partner in documents
            if partner.commercial_partner_id not in owing
        }

    def _no_debt(self, partner):
        return "paid", self.env._("%s owes nothing.", partner.display_name)

    # -- filters ---------------------------------------------------------------------

    def _amount_domain(self, template):
        domain = self._amount_in_range(template, *self._debt_fields)
        return domain if domain.is_true() else self._owing(domain)

    def _days_label(self):
        return self.env._("Days overdue")

    def _amount_label(self):
        return self._placeholders()["debt"].label

    def _days_domain(self, template):
        domain = self._in_range("days_overdue", template.days_from, template.days_to)
        return domain if domain.is_true() else self._owing(domain)
