from odoo import models


class OrganizerBasisCustomerOverdueDebt(models.AbstractModel):
    """What of a customer's debt is past its due date."""

    _name = "organizer.basis.customer_overdue_debt"
    _inherit = "organizer.basis.customer_debt"
    _description = "Basis: a customer's overdue debt"

    _basis_sequence = 50
    _is_late = True
    _basis_amounts = ("overdue_debt", "debt")
    _debt_fields = ("overdue", "overdue_company")

    def _basis_label(self):
        return self.env._("Customer's overdue debt")

    def _amount_label(self):
        return self._placeholders()["overdue_debt"].label

    def _no_debt(self, partner):
        words = self.env._("%s owes nothing that is overdue.", partner.display_name)
        return "not_overdue", words
