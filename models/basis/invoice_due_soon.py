from odoo import models
from odoo.fields import Domain


class OrganizerBasisInvoiceDueSoon(models.AbstractModel):
    _name = "organizer.basis.invoice_due_soon"
    _inherit = "organizer.basis.invoice_payable"
    _description = "Basis: an invoice that is due soon"

    _basis_sequence = 20

    def _basis_label(self):
        return self.env._("Invoice due soon")

    def _due_domain(self):
        return Domain("invoice_date_due", ">=", self._today())

    def _due_refusal(self, move, today):
        if not (due := move.invoice_date_due):
            words = self.env._("%s has no due date.", move.display_name)
            return "not_due_soon", words
        if due < today:
            words = self.env._("%s is overdue already.", move.display_name)
            return "not_due_soon", words
        return None

    def _days_label(self):
        return self.env._("Days until it is due")

    def _days_domain(self, template):
        return self._days_in_range(template, "invoice_date_due", -1)
