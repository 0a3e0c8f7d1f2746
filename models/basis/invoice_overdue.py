from odoo import models
from odoo.fields import Domain


class OrganizerBasisInvoiceOverdue(models.AbstractModel):
    _name = "organizer.basis.invoice_overdue"
    _inherit = "organizer.basis.invoice_payable"
    _description = "Basis: an invoice that is overdue"

    _basis_sequence = 30
    _is_late = True
    _owed_field = "overdue"

    def _basis_label(self):
        return self.env._("Invoice overdue")

    def _due_domain(self):
        return Domain("invoice_date_due", "<", self._today())

    def _due_refusal(self, move, today):
        due = move.invoice_date_due
        if due and due < today:
            return None
        return "not_overdue", self.env._("%s is not overdue.", move.display_name)

    def _days_label(self):
        return self.env._("Days overdue")

    def _days_domain(self, template):
        return self._days_in_range(template, "invoice_date_due", 1)
