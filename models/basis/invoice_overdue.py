from odoo import models


class OrganizerBasisInvoiceOverdue(models.AbstractModel):
    _name = "organizer.basis.invoice_overdue"
    _inherit = "organizer.basis.invoice"
    _description = "Basis: an overdue invoice"

    _basis_sequence = 20

    def _basis_label(self):
        return self.env._("Overdue reminder")

    def _default_text(self):
        return self.env._(
            "[company]: [document_type] [number] was due on [due_date], [amount_due] "
            "is still open. [link]"
        )

    def _refusals(self, documents):
        refusals = super()._refusals(documents)
        for move in documents:
            if move.id in refusals:
                continue
            if move.payment_state not in ("not_paid", "partial"):
                refusals[move.id] = (
                    "paid",
                    self.env._("%s is paid.", move.display_name),
                )
            elif move.move_type == "out_refund":
                words = self.env._(
                    "%s is a credit note: nothing is owed.", move.display_name
                )
                refusals[move.id] = ("paid", words)
            elif move.is_invoice() and move.no_followup:
                words = self.env._(
                    "%s is disputed: it is marked “No Follow-Up”.", move.display_name
                )
                refusals[move.id] = ("disputed", words)
            elif not (due := move.invoice_date_due) or due >= move._seller_today():
                words = self.env._("%s is not overdue.", move.display_name)
                refusals[move.id] = ("not_overdue", words)
        return refusals
