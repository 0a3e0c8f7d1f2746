from odoo import models
from odoo.tools import format_date


class OrganizerBasisInvoice(models.AbstractModel):
    """What the bases about one invoice have in common."""

    _name = "organizer.basis.invoice"
    _inherit = "organizer.basis"
    _description = "Basis: an invoice"

    def _labels(self):
        return {
            "company": self.env._("Your company"),
            "customer": self.env._("Customer"),
            "document_type": self.env._("Type of document"),
            "number": self.env._("Number"),
            "date": self.env._("Date"),
            "due_date": self.env._("Due date"),
            "days_overdue": self.env._("Days overdue"),
            "amount_total": self.env._("Total"),
            "amount_due": self.env._("Amount due"),
            "link": self.env._("Link to the document"),
        }

    def _values_in_lang(self, documents):
        return {move.id: self._invoice_values(move) for move in documents}

    def _invoice_values(self, move):
        due = move.invoice_date_due
        overdue = (move._seller_today() - due).days if due else 0
        return {
            "company": move.company_id.name,
            "customer": move.commercial_partner_id.name or "",
            "document_type": move.type_name,
            "number": move.name or "",
            "date": format_date(self.env, move.invoice_date),
            "due_date": format_date(self.env, due),
            "days_overdue": str(max(overdue, 0)),
            "amount_total": self._format_amount(move.amount_total, move.currency_id),
            "amount_due": self._format_amount(move.amount_residual, move.currency_id),
        }

    def _recipients(self, documents):
        return {move.id: move.partner_id for move in documents}

    def _refusals(self, documents):
        refusals = {}
        for move in documents:
            if not move.is_sale_document(include_receipts=True):
                words = self.env._("%s is not a customer's invoice.", move.display_name)
                refusals[move.id] = ("not_sale", words)
            elif move.state != "posted":
                words = self.env._(
                    "%s is not posted. Confirm it first.", move.display_name
                )
                refusals[move.id] = ("not_posted", words)
            elif move.payment_state == "reversed":
                words = self.env._("%s was credited in full.", move.display_name)
                refusals[move.id] = ("credited", words)
        return refusals
