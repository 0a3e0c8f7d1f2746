from odoo import models
from odoo.fields import Domain

from .invoice import OPEN


class OrganizerBasisInvoiceDueSoon(models.AbstractModel):
    _name = "organizer.basis.invoice_due_soon"
    _inherit = "organizer.basis.invoice"
    _description = "Basis: an invoice that is due soon"

    _basis_sequence = 20

    def _basis_label(self):
        return self.env._("Invoice due soon")

    def _domain(self):
        return (
            super()._domain()
            & Domain("payment_state", "in", OPEN)
            & ~self._disputed()
            & Domain("invoice_date_due", ">=", self._today())
        )

    def _days_label(self):
        return self.env._("Days until it is due")

    def _days_domain(self, template):
        return self._days_in_range(template, "invoice_date_due", -1)

    def _refusals(self, documents):
        refusals = super()._refusals(documents)
        for move in documents - documents.browse(refusals):
            if refusal := self._payable_refusal(move):
                refusals[move.id] = refusal
            elif not (due := move.invoice_date_due):
                words = self.env._("%s has no due date.", move.display_name)
                refusals[move.id] = ("not_due_soon", words)
            elif due < move._seller_today():
                words = self.env._("%s is overdue already.", move.display_name)
                refusals[move.id] = ("not_due_soon", words)
        return refusals
