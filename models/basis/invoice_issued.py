from odoo import models
from odoo.fields import Domain


class OrganizerBasisInvoiceIssued(models.AbstractModel):
    _name = "organizer.basis.invoice_issued"
    _inherit = "organizer.basis.invoice"
    _description = "Basis: an invoice that was issued"

    _basis_sequence = 10
    _types = ("out_invoice", "out_refund", "out_receipt")
    _schedule_kind = "levels"
    _level_field = "invoice_date"

    def _basis_label(self):
        return self.env._("Invoice issued")

    def _domain(self):
        return super()._domain() & Domain("payment_state", "!=", "reversed")

    def _wide_domain(self):
        """A schedule tells about no credit notes."""
        return self._domain() & Domain("move_type", "!=", "out_refund")

    def _schedule_refusals(self, documents):
        disputed = documents.filtered_domain(self._disputed())
        return {move.id: ("disputed", self._disputed_words(move)) for move in disputed}

    def _amount_label(self):
        return self.env._("Total")

    def _days_label(self):
        return self.env._("Days since it was issued")

    def _days_domain(self, template):
        return self._days_in_range(template, "invoice_date", 1)

    def _amount_domain(self, template):
        """Credit notes too, whose total in the company's currency is negative."""
        ranges = self._amount_in_range(template, "amount_total", "amount_total_signed")
        if ranges.is_true():
            return ranges
        refund = Domain("move_type", "=", "out_refund")
        return (~refund & ranges) | (
            refund & self._amount_in_range(template, "amount_total", "amount_total")
        )

    # -- when ------------------------------------------------------------------------

    def _level_words(self, level):
        words = self._levels_words([level])
        return words[0]

    def _levels_words(self, levels):
        after = [str(level) for level in levels if level > 0]
        words = [self.env._("on the invoice's date")] if 0 in levels else []
        if after == ["1"]:
            words.append(self.env._("the day after the invoice's date"))
        elif after:
            days = ", ".join(after)
            words.append(self.env._("%s days after the invoice's date", days))
        return words

    def _levels_problem(self, levels):
        if levels and levels[0] < 0:
            return self.env._(
                "an invoice cannot be told about before its date. Enter 0 or more days."
            )
        return None
