from odoo import models
from odoo.fields import Domain

from .invoice import OPEN


class OrganizerBasisInvoiceOverdue(models.AbstractModel):
    _name = "organizer.basis.invoice_overdue"
    _inherit = "organizer.basis.invoice"
    _description = "Basis: an invoice that is overdue"

    _basis_sequence = 30

    def _basis_label(self):
        return self.env._("Invoice overdue")

    def _domain(self):
        return (
            super()._domain()
            & Domain("payment_state", "in", OPEN)
            & ~self._disputed()
            & Domain("invoice_date_due", "<", self._today())
        )

    def _days_label(self):
        return self.env._("Days overdue")

    def _days_domain(self, template):
        return self._days_in_range(template, "invoice_date_due", 1)

    def _refusals(self, documents):
        refusals = super()._refusals(documents)
        for move in documents - documents.browse(refusals):
            if refusal := self._payable_refusal(move):
                refusals[move.id] = refusal
            elif not (due := move.invoice_date_due) or due >= move._seller_today():
                words = self.env._("%s is not overdue.", move.display_name)
                refusals[move.id] = ("not_overdue", words)
        return refusals
