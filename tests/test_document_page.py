import base64
from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..models import clock
from .document_common import DocumentLinkCommon


@tagged("post_install", "-at_install")
class TestDocumentPage(DocumentLinkCommon, HttpCase):
    def _open(self, path, **options):
        options.setdefault("headers", {"Accept-Language": "en-US"})
        return self.url_open(f"/s/{path}", allow_redirects=False, **options)

    def _page_of(self, move):
        """Return the page of a new link as the text that a customer reads."""
        _link, token = self._make_link(move)
        response = self._open(token)
        self.assertEqual(response.status_code, 200)
        return self._text(response)

    def _text(self, response):
        body = html.fromstring(response.text).body
        return " ".join(body.text_content().replace("\xa0", " ").split())

    # -------------------------------------------------------------------------
    # WHAT IS ON THE PAGE
    # -------------------------------------------------------------------------

    def test_page_says_who_what_how_much_and_when(self):
        today = fields.Date.to_date("2026-03-19")
        with patch.object(clock, "today_of", return_value=today):
            text = self._page_of(
                self._new_invoice(
                    invoice_date="2026-02-18", invoice_date_due="2026-03-04"
                )
            )
        for words in ("Tea & Sons", "Invoice INV/2026/", "Amount due $ 1,234.50"):
            self.assertIn(words, text)
        for words in (
            "Overdue",
            "Due date Mar 4, 2026 15 days ago",
            "Date Feb 18, 2026",
        ):
            self.assertIn(words, text)
        self.assertIn("View PDF", text)
        self.assertIn("+48 500 100 200", text)

    def test_page_speaks_the_customer_s_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.partner_a.lang = "pl_PL"
        due = fields.Date.today() - timedelta(days=5)
        move = self._new_invoice(
            invoice_date=due,
            invoice_date_due=due,
            invoice_line_ids=[
                (0, 0, {"name": "Tea", "price_unit": 12345.5, "tax_ids": []})
            ],
        )
        _link, token = self._make_link(move)
        response = self._open(token)
        self.assertRegex(self._text(response), "12 ?345,50")
        self.assertIn("5 dni temu", self._text(response))
        self.assertEqual(html.fromstring(response.text).get("lang"), "pl")
        self.assertEqual(response.headers["Content-Language"], "pl")

    def test_page_names_the_invoice_s_own_currency(self):
        euro = self.setup_other_currency("EUR")
        self.assertIn(
            "1,234.50 €", self._page_of(self._new_invoice(currency_id=euro.id))
        )

    def test_invoice_due_today_is_not_late(self):
        text = self._page_of(self._new_invoice(invoice_date_due=fields.Date.today()))
        self.assertIn("today", text)
        self.assertNotIn("Overdue", text)

    def test_partly_paid_invoice_shows_the_rest_and_the_total(self):
        self._pay(self.invoice, 1000)
        text = self._page_of(self.invoice)
        self.assertIn("Partly paid", text)
        self.assertIn("Amount due $ 234.50", text)
        self.assertIn("Total $ 1,234.50", text)

    def test_paid_invoice_says_so_and_asks_for_nothing(self):
        self._pay(self.invoice, 1234.5)
        _link, token = self._make_link()
        response = self._open(token)
        text = self._text(response)
        self.assertIn("Paid", text)
        self.assertIn("Total $ 1,234.50", text)
        for words in ("Amount due", "Not paid", "Overdue", "Pay"):
            self.assertNotIn(words, text)
        self.assertEqual(self._open(f"{token}/pay").status_code, 303)

    def test_reversed_invoice_is_not_asked_for(self):
        self.invoice._reverse_moves(cancel=True)
        text = self._page_of(self.invoice)
        self.assertIn("Cancelled by a credit note", text)
        self.assertNotIn("Amount due", text)

    def test_credit_note_and_receipt_have_their_words(self):
        text = self._page_of(self._new_invoice("out_refund"))
        self.assertIn("Credit note RINV/", text)
        for words in ("Amount due", "Due date", "Pay", "Not paid"):
            self.assertNotIn(words, text)
        self.assertIn("Receipt INV/", self._page_of(self._new_invoice("out_receipt")))

    def test_names_are_written_as_text(self):
        self.env.company.sudo().name = "<script>alert(1)</script>"
        _link, token = self._make_link()
        self.assertNotIn("<script", self._open(token).text)

    def test_page_shows_a_small_logo_where_the_seller_has_one(self):
        logo = self.env["ir.binary"]._placeholder("web/static/img/placeholder.png")
        _link, token = self._make_link()
        for company_logo, count in ((None, 0), (logo, 1)):
            self.env.company.sudo().logo = company_logo and base64.b64encode(
                company_logo
            )
            response = self._open(token)
            images = html.fromstring(response.text).findall(".//img")
            self.assertEqual(len(images), count)
            self.assertLess(len(response.content), 50_000)
        self.assertTrue(images[0].get("src").startswith("data:image/png;base64,"))

    def test_page_needs_no_script_and_has_landmarks(self):
        _link, token = self._make_link()
        page = html.fromstring(self._open(token).text)
        self.assertFalse(page.findall(".//script"))
        for landmark in ("header", "main", "nav", "footer", "h1", "head/title"):
            self.assertEqual(len(page.findall(f".//{landmark}")), 1, landmark)
        self.assertTrue(all(image.get("alt") is not None for image in page.iter("img")))

    # -------------------------------------------------------------------------
    # PAYING
    # -------------------------------------------------------------------------

    def test_pay_leads_to_the_portal_where_it_takes_payments(self):
        _link, token = self._make_link()
        payable = patch.object(
            self.env.registry["account.move"], "_document_is_payable", return_value=True
        )
        with payable:
            self.assertRegex(self._text(self._open(token)), r"\bPay\b")
            response = self._open(f"{token}/pay")
        self.assertEqual(response.status_code, 303)
        location = response.headers["Location"]
        self.assertIn(f"/my/invoices/{self.invoice.id}?access_token=", location)
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(self.url_open(location).status_code, 200)

    def test_there_is_no_pay_without_a_provider(self):
        if "payment.provider" in self.env:
            providers = self.env["payment.provider"].sudo().search([])
            providers.write({"state": "disabled", "is_published": False})
        _link, token = self._make_link()
        self.assertNotIn("Pay", self._open(token).text)
        self.assertEqual(self._open(f"{token}/pay").status_code, 303)

    def _pay(self, move, amount):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"amount": amount})._create_payments()
