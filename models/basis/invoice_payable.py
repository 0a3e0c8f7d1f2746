from functools import cache

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from .. import clock
from .invoice import OPEN


class OrganizerBasisInvoicePayable(models.AbstractModel):
    """An invoice that somebody is asked to pay: before its due date, or after."""

    _name = "organizer.basis.invoice_payable"
    _inherit = "organizer.basis.invoice"
    _description = "Basis: an invoice to be paid"

    _schedule_kind = "levels"
    _is_reminder = True
    _level_field = "invoice_date_due"
    # what of its customer's debt has to be left for it to be claimed
    _owed_field = "balance"

    # -- to be said by each ----------------------------------------------------------

    def _due_domain(self):
        """Invoices whose due date fits."""
        return Domain.TRUE

    def _due_refusal(self, move, today):
        """(reason, why) where the due date does not fit, else None.

        :param date today: at the seller's place
        """
        return

    # -- who -------------------------------------------------------------------------

    def _domain(self):
        return self._wide_domain() & ~self._disputed()

    def _wide_domain(self):
        return self._meant_domain() & self._due_domain()

    def _meant_domain(self):
        return self._posted_domain() & Domain("payment_state", "in", OPEN)

    def _told_domain(self):
        return self._meant_domain() & ~self._disputed()

    def _refusals(self, documents):
        refusals = super()._refusals(documents)
        marked = self._with_marked_lines(documents)
        today = cache(clock.today_of)
        for move in documents - documents.browse(refusals):
            refusal = self._payable_refusal(move, move.id in marked)
            if refusal := refusal or self._due_refusal(move, today(move.company_id)):
                refusals[move.id] = refusal
        return refusals

    def _with_marked_lines(self, documents):
        """Ids of those with a line that is marked “No Follow-Up”; the others are not
        disputed, and need not be asked line by line. One query."""
        # sudo: a mark holds, whoever may read the lines
        lines = self.env["account.move.line"].sudo()
        query = lines._search(
            [("move_id", "in", documents.ids), ("no_followup", "=", True)]
        )
        rows = self.env.execute_query(query.select(SQL.identifier("move_id")))
        return {move_id for (move_id,) in rows}

    def _payable_refusal(self, move, is_marked):
        """Why nobody is to be asked for the money: (reason, why), or None.

        :param bool is_marked: see ``_with_marked_lines``
        """
        if move.payment_state not in OPEN:
            return "paid", self.env._("%s is paid.", move.display_name)
        if move.move_type == "out_refund":
            words = self.env._(
                "%s is a credit note: nothing is owed.", move.display_name
            )
            return "paid", words
        if is_marked and move.is_invoice() and move.no_followup:
            return "disputed", self._disputed_words(move)
        return None

    def _schedule_refusals(self, documents):
        """Nobody is reminded who has paid, where the payment is not matched yet."""
        covered = {}
        for company, moves in documents.grouped("company_id").items():
            debtors = (
                self._debts()
                .with_company(company)
                ._debtors(moves.commercial_partner_id)
            )
            owing = {
                (one.partner_id, one.currency_id)
                for one in debtors
                if one[self._owed_field] > 0
            }
            for move in moves:
                if (move.commercial_partner_id, move.currency_id) not in owing:
                    covered[move.id] = self._covered_words(move)
        return covered

    def _covered_words(self, move):
        return "paid", self.env._(
            "%s is covered by payments or credit notes that are not matched yet.",
            move.display_name,
        )

    # -- when ------------------------------------------------------------------------

    def _days_late(self, documents):
        return {move.id: self._days_since(move) for move in documents}

    def _basis_of_level(self, level):
        return "invoice_overdue" if level > 0 else "invoice_due_soon"

    def _level_words(self, level):
        words = self._levels_words([level])
        return words[0]

    def _levels_words(self, levels):
        before = [str(-level) for level in levels if level < 0]
        after = [str(level) for level in levels if level > 0]
        words = []
        if before == ["1"]:
            words.append(self.env._("the day before it is due"))
        elif before:
            days = ", ".join(before)
            words.append(self.env._("%s days before it is due", days))
        if 0 in levels:
            words.append(self.env._("on the due date"))
        if after == ["1"]:
            words.append(self.env._("the day after it was due"))
        elif after:
            words.append(self.env._("%s days after it was due", ", ".join(after)))
        return words
