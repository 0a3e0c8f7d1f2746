from odoo import models


class OrganizerBasisInvoiceIssued(models.AbstractModel):
    _name = "organizer.basis.invoice_issued"
    _inherit = "organizer.basis.invoice"
    _description = "Basis: a new invoice"

    _basis_sequence = 10

    def _basis_label(self):
        return self.env._("New invoice")

    def _default_text(self):
        return self.env._(
            "[company]: [document_type] [number], [amount_total], due [due_date]. "
            "[link]"
        )
