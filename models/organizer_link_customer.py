from typing import NamedTuple

from odoo import models
from odoo.tools import SQL, format_date, formatLang, hmac

PAGE_SIZE = 20  # documents: with them the page stays below 50 kB
KEY_LENGTH = 10  # hexadecimal digits
BILLS = ("out_invoice", "out_receipt")


class Total(NamedTuple):
    """What is open in one currency; amounts as the ledger has them, none below zero
    but the balance."""

    currency_id: int
    balance: float  # as organizer.debtor has it: billed + other - credit
    billed: float  # on invoices and receipts
    other: float  # on what is no document of sale: opening balances and the like
    credit: float  # credit notes and payments that are not matched yet
    disputed: float  # of billed and other
    documents: int  # how many invoices and receipts are open

    @property
    def due(self):
        """What the customer is told that it owes: nobody claims what is disputed."""
        return max(self.balance - self.disputed, 0)


class OpenDocument(NamedTuple):
    """An invoice or a receipt on the page."""

    move_id: int
    residual: float
    due: object  # datetime.date: the oldest date of what is open of it
    disputed: bool


class OrganizerLink(models.Model):
    """The page of a customer: all that is open with one company, as the ledger has it
    at this moment, by the same figures as ``organizer.debtor``.

    A customer is a commercial partner, and the link shows no other's. Where its
    customer has become a contact of another one, or was merged into another one, the
    link is closed. Links of the one that others were merged into stay open, and show
    what is this customer's now.
    """

    _inherit = "organizer.link"

    def _has_page(self):
        # EXTENDS organizer_link.py: nothing to pay is worth a page, too
        if not self._is_of_customer():
            return super()._has_page()
        customer = self.partner_id
        return bool(customer) and customer == customer.commercial_partner_id

    def _is_of_customer(self):
        """Whether it shows what is open of a customer, not one invoice."""
        self.ensure_one()
        return not self.move_id

    def _documents(self):
        # EXTENDS organizer_link.py: the open ones of a customer, the oldest due first
        if not self or not self._is_of_customer():
            return super()._documents()
        ids = [document.move_id for document in self._open_documents()]
        return self.env["account.move"].browse(ids)

    def _lang(self):
        """The code of the language of the page."""
        self.ensure_one()
        if self.move_id:
            return self.move_id._document_lang()
        return self.company_id._document_lang(self.partner_id)

    # -- keys: which of several documents is meant -----------------------------------

    def _document_key(self, move_id):
        """What stands in the address of a document: it says nothing of its id, and is
        another one in each link."""
        return hmac(self.env, "organizer.link", f"{self.id}-{move_id}")[:KEY_LENGTH]

    def _document_of(self, key):
        """The document of this key, where the link shows it now; else none.

        :return: ``account.move``
        """
        moves = self.env["account.move"]
        if not self or not self._is_of_customer():
            return moves
        found = (
            document.move_id
            for document in self._open_documents()
            if self._document_key(document.move_id) == key
        )
        return moves.browse(next(found, None))

    # -- the ledger ------------------------------------------------------------------

    def _open_items(self):
        """SQL of what is open of this customer, with ``billed``: whether it is on an
        invoice or a receipt."""
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model(["move_type"])
        return SQL(
            """
            SELECT line.*, move.move_type IN %(bills)s AS billed
              FROM (%(lines)s) line
              JOIN account_move move ON move.id = line.move_id
             WHERE line.partner_id = %(customer)s AND line.company_id = %(company)s
            """,
            bills=BILLS,
            lines=self.env["organizer.debtor"]._open_lines(),
            customer=self.partner_id.id,
            company=self.company_id.id,
        )

    def _open_totals(self):
        """:return: list of :class:`Total`, that of most first"""
        self.env.cr.execute(
            SQL(
                """
                SELECT currency_id,
                       SUM(residual),
                       COALESCE(SUM(residual) FILTER (WHERE owed AND billed), 0),
                       COALESCE(SUM(residual) FILTER (WHERE owed AND NOT billed), 0),
                       COALESCE(-SUM(residual) FILTER (WHERE NOT owed), 0),
                       COALESCE(SUM(residual) FILTER (WHERE owed AND disputed), 0),
                       COUNT(DISTINCT move_id) FILTER (WHERE owed AND billed)
                  FROM (%s) item
              GROUP BY currency_id
              ORDER BY SUM(amount_residual) DESC, currency_id
                """,
                self._open_items(),
            )
        )
        return [Total(*row) for row in self.env.cr.fetchall()]

    def _open_documents(self, limit=None, offset=0):
        """:return: list of :class:`OpenDocument`, the oldest due first"""
        self.env.cr.execute(
            SQL(
                """
                SELECT move_id, SUM(residual), MIN(due), BOOL_OR(disputed)
                  FROM (%(items)s) item
                 WHERE owed AND billed
              GROUP BY move_id
              ORDER BY MIN(due), move_id
                 LIMIT %(limit)s OFFSET %(offset)s
                """,
                items=self._open_items(),
                limit=limit,
                offset=offset,
            )
        )
        return [OpenDocument(*row) for row in self.env.cr.fetchall()]

    # -- what the page says ----------------------------------------------------------

    def _customer_page_values(self, number):
        """What the template ``customer_page`` shows, in the language of the context.

        :param int number: of the page; one that is not there is the nearest
        """
        totals = self._open_totals()
        count = sum(total.documents for total in totals)
        pages = max(1, -(-count // PAGE_SIZE))
        number = min(max(number, 1), pages)
        documents = self._open_documents(PAGE_SIZE, (number - 1) * PAGE_SIZE)
        return {
            "customer": self.partner_id.name or "",
            "totals": [
                self._total_values(total)
                for total in totals
                if not self._is_nothing(total)
            ],
            "documents": self._list_values(documents, self._owed_currencies(totals)),
            "count": count,
            "page": number,
            "pages": pages,
        }

    def _is_nothing(self, total):
        """What is below the smallest coin."""
        currency = self.env["res.currency"].browse(total.currency_id)
        return all(map(currency.is_zero, (total.balance, total.billed, total.credit)))

    def _total_values(self, total):
        """
        :return: ``dict``: ``amount`` and its ``label``, and ``parts``: a list of what
            it is made of, ``(words, amount)``, where it is not just invoices
        """
        currency = self.env["res.currency"].browse(total.currency_id)

        def money(amount):
            return formatLang(self.env, amount, currency_obj=currency)

        parts = [
            (self.env._("Invoices"), total.billed),
            (self.env._("Other charges"), total.other),
            (self.env._("Credit and payments"), -total.credit),
        ]
        parts = [part for part in parts if not currency.is_zero(part[1])]
        parts = parts if len(parts) > 1 or total.credit or total.disputed else []
        if not currency.is_zero(total.disputed):
            parts.append((self.env._("Under discussion"), -total.disputed))
        in_favour = currency.compare_amounts(total.balance, 0) < 0
        return {
            "label": self.env._("In your favour")
            if in_favour
            else self.env._("Total due"),
            "amount": money(-total.balance if in_favour else total.due),
            "parts": [(words, money(amount)) for words, amount in parts],
        }

    def _owed_currencies(self, totals):
        """Those in which something is due: credit that is not matched yet may cover all
        that is open.

        :param totals: list of :class:`Total`
        """
        currencies = self.env["res.currency"]
        for total in totals:
            currency = currencies.browse(total.currency_id)
            if not currency.is_zero(total.due):
                currencies |= currency
        return currencies

    def _list_values(self, documents, owed):
        """
        :param documents: list of :class:`OpenDocument`, those of one page
        :param owed: ``res.currency`` in which something is due
        """
        moves = self.env["account.move"].browse(one.move_id for one in documents)
        payable = moves._documents_payable()
        payable = payable.filtered(lambda move: move.currency_id in owed)
        return [
            self._document_values(move, one, move in payable)
            for move, one in zip(moves, documents, strict=True)
        ]

    def _document_values(self, move, document, payable):
        days = (move._seller_today() - document.due).days
        status, mood = self._document_mood(days, document.disputed)
        return {
            "key": self._document_key(move.id),
            "title": move._document_title(),
            "status": status,
            "mood": mood,
            "amount": formatLang(
                self.env, document.residual, currency_obj=move.currency_id
            ),
            "due_date": format_date(self.env, document.due, date_format="medium"),
            "due_words": move._document_due_words(days),
            "has_xml": move._document_has_xml(),
            "payable": payable,
        }

    def _document_mood(self, days_late, disputed):
        """The status in words, and its mood: plain (disputed), late, open."""
        if disputed:
            return self.env._("Under discussion"), "plain"
        if days_late > 0:
            return self.env._("Overdue"), "late"
        return False, "open"
