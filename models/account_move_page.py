from datetime import timedelta

from babel.dates import format_timedelta

from odoo import models
from odoo.tools import format_date
from odoo.tools.misc import babel_locale_parse, formatLang

PAID_STATES = ("in_payment", "paid")


class AccountMove(models.Model):
    """What the page behind the link says of an invoice: plain, formatted texts.

    All of it in the language of the context (``_document_lang``).
    """

    _inherit = "account.move"

    def _document_page_values(self):
        """Return what the template ``document_page_document`` shows."""
        self.ensure_one()
        status, mood = self._document_status()
        days = self._document_days_late() if mood in ("late", "open") else None
        credit, _ = self.move_type == "out_refund", self.env._
        settled = mood == "paid" or credit
        open_amount, total = self.amount_residual, self.amount_total
        return {
            "title": self._document_title(),
            "status": status,
            "mood": mood,
            "amount_label": self.env._("Total")
            if settled
            else self.env._("Amount due"),
            "amount": self._document_money(total if settled else open_amount),
            "total": not settled
            and self.currency_id.compare_amounts(open_amount, total)
            and self._document_money(total),
            "date": self._document_date(self.invoice_date or self.date),
            "due_date": not credit and self._document_date(self.invoice_date_due),
            "due_words": days is not None and self._document_due_words(days),
            "has_xml": self._document_has_xml(),
            "payable": self._document_is_payable(),
        }

    def _document_title(self):
        kinds = {
            "out_refund": self.env._("Credit note %s", self.name),
            "out_receipt": self.env._("Receipt %s", self.name),
        }
        return kinds.get(self.move_type) or self.env._("Invoice %s", self.name)

    def _document_status(self):
        """Return the status in words, and its mood: paid, open, late, plain."""
        if self.move_type == "out_refund":
            settled = self.payment_state in PAID_STATES
            return (self.env._("Settled"), "paid") if settled else (False, "plain")
        if self.payment_state in PAID_STATES:
            return self.env._("Paid"), "paid"
        if self.payment_state == "reversed":
            return self.env._("Cancelled by a credit note"), "paid"
        if self.currency_id.is_zero(self.amount_residual):
            return self.env._("Nothing to pay"), "paid"
        late = (self._document_days_late() or 0) > 0
        if self.payment_state == "partial":
            return self.env._("Partly paid"), "late" if late else "open"
        if late:
            return self.env._("Overdue"), "late"
        return self.env._("Not paid yet"), "open"

    def _document_days_late(self):
        """Return the days since the due date (negative: still to come), or None.

        Today is today at the seller's place.
        """
        if not self.invoice_date_due:
            return None
        return (self._seller_today() - self.invoice_date_due).days

    def _document_due_words(self, days_late):
        """Return "15 days ago", "today", "in 3 days" in the customer's grammar."""
        if not days_late:
            return self.env._("today")
        return format_timedelta(
            timedelta(days=-days_late),
            granularity="day",
            threshold=10**6,  # always days, never "2 weeks ago"
            add_direction=True,
            locale=babel_locale_parse(self.env.context.get("lang")),
        )

    def _document_date(self, date):
        # the month as a word: 03/04 is read in two ways
        return format_date(self.env, date, date_format="medium")

    def _document_money(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)

    # -------------------------------------------------------------------------
    # PAYING
    # -------------------------------------------------------------------------

    def _document_is_payable(self):
        """Return whether Odoo's portal would take a payment for this invoice now."""
        return bool(self._documents_payable())

    def _documents_payable(self):
        """Return those of these invoices that Odoo's portal would take a payment for
        now: providers are looked for once for each currency."""
        if "transaction_ids" not in self._fields:  # account_payment isn't installed
            return self.browse()
        payable = self.filtered(
            lambda move: (
                move.payment_state not in PAID_STATES and move._has_to_be_paid()
            )
        )
        groups = payable.grouped(
            lambda move: (move.company_id, move.partner_id, move.currency_id)
        )
        return self.browse().union(
            *(moves._documents_with_provider(*key) for key, moves in groups.items())
        )

    def _documents_with_provider(self, company, partner, currency):
        """Return those of one currency that a provider takes; some have a maximum.

        As anybody: the seller's staff are offered providers that are not published.
        """
        anybody = self.env.ref("base.public_user")
        # sudo: the visitor has the link and no account
        providers = self.env["payment.provider"].with_user(anybody).sudo()

        def takes(amount):
            return providers._get_compatible_providers(
                company.id, partner.id, amount, currency_id=currency.id
            )

        amounts = self.mapped("amount_residual")
        if takes(max(amounts)):
            return self
        if not takes(min(amounts)):
            return self.browse()
        return self.filtered(lambda move: takes(move.amount_residual))

    def _document_pay_url(self):
        """Return the portal's page of this invoice, open at its payment form."""
        url = self.get_portal_url(query_string="&payment=True", anchor="portal_pay")
        return self.get_base_url() + url
