import logging
from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from .document_common import DocumentLinkCommon

MOVE_LOGGER = "odoo.addons.sms_organizer.models.account_move_document"


@tagged("post_install", "-at_install")
class TestDocumentDownload(DocumentLinkCommon, HttpCase):
    def _open(self, path):
        return self.url_open(f"/s/{path}", allow_redirects=False)

    def test_customer_faster_than_the_background_gets_the_pdf(self):
        link, token = self._make_link()
        with self._counted_report() as calls:
            responses = [self._open(f"{token}/pdf") for _i in range(2)]
        self.assertEqual(len(calls), 1)
        for response in responses:
            self.assertEqual(response.status_code, 200)
            self.assertEqual(response.headers["Content-Type"], "application/pdf")
            self.assertEqual(
                response.headers["Content-Disposition"],
                f"inline; filename*=UTF-8''{self.invoice.invoice_pdf_report_id.name}",
            )
            self.assertEqual(response.content, self.invoice.invoice_pdf_report_id.raw)
        self.assertEqual(link.document_state, "ready")

    def test_without_a_document_the_page_says_that_it_is_being_prepared(self):
        link, token = self._make_link()
        with self._broken_report(), self.assertLogs(MOVE_LOGGER, logging.INFO):
            self.links_after_an_attempt()
            response = self._open(f"{token}/pdf")
            page = self._open(token)
        self.assertEqual(response.status_code, 503)
        self.assertEqual(response.headers["Retry-After"], "60")
        self.assertEqual(page.status_code, 200)
        for text in (response.text, page.text):
            self.assertIn("The document is being prepared.", text)
        self.assertIn(f'href="/s/{token}"', response.text)
        self.assertEqual(self._open(f"{token}/pdf").status_code, 200)
        self.assertNotIn("being prepared", self._open(token).text)
        self.assertEqual(link.document_state, "ready")

    def test_invoice_that_an_authority_must_see_first_is_shown_meanwhile(self):
        _link, token = self._make_link()
        pending = patch.object(
            self.env.registry["account.move.send"],
            "_get_default_extra_edis",
            lambda self, move: {"ksef"},
        )
        with pending, self.assertLogs(MOVE_LOGGER, logging.INFO):
            response = self._open(f"{token}/pdf")
        self.assertEqual(response.status_code, 200)
        self.assertIn("proforma", response.headers["Content-Disposition"].lower())
        self.assertFalse(self.invoice.invoice_pdf_report_id, "it is not the final one")

    def links_after_an_attempt(self):
        self.env["organizer.link"].sudo()._prepare_documents()

    def test_document_is_made_again_after_the_invoice_was_mended(self):
        _link, token = self._make_link()
        first = self._open(f"{token}/pdf").content
        self.invoice.button_draft()
        self.invoice.invoice_line_ids.price_unit = 99
        self.invoice.action_post()
        second = self._open(f"{token}/pdf")
        self.assertEqual(second.status_code, 200)
        self.assertNotEqual(second.content, first)

    def test_xml_is_offered_where_the_customer_has_a_format(self):
        _link, token = self._make_link()
        self.assertNotIn("Download XML", self._open(token).text)
        self.assertEqual(self._open(f"{token}/xml").status_code, 303)
        self.partner_a.invoice_edi_format = "ubl_bis3"
        self._complete_addresses()
        line = {"name": "Tea", "price_unit": 9, "tax_ids": self.tax_sale_a.ids}
        move = self._new_invoice(invoice_line_ids=[(0, 0, line)])
        _link, token = self._make_link(move)
        self.assertIn("Download XML", self._open(token).text)
        response = self._open(f"{token}/xml")
        self.assertEqual(response.status_code, 200)
        self.assertIn(b"urn:oasis:names:specification:ubl", response.content)
        self.assertEqual(response.headers["Content-Type"], "application/xml")
        self.assertRegex(
            response.headers["Content-Disposition"], r"^attachment; filename.*\.xml$"
        )

    def test_pdf_is_made_even_if_the_xml_cannot_be(self):
        self.partner_a.write({"invoice_edi_format": "ubl_bis3", "country_id": False})
        move = self._new_invoice()
        _link, token = self._make_link(move)
        with self.assertLogs(MOVE_LOGGER, logging.INFO) as log:
            self.assertEqual(self._open(f"{token}/pdf").status_code, 200)
        self.assertIn("No XML", log.output[0])
        self.assertNotIn("Download XML", self._open(token).text)
        self.assertEqual(self._open(f"{token}/xml").status_code, 303)

    def _complete_addresses(self):
        country = self.env.ref("base.be")
        partners = self.partner_a | self.env.company.partner_id
        partners.sudo().write(
            {
                "street": "Rue 1",
                "city": "Namur",
                "zip": "5000",
                "country_id": country.id,
                "vat": "BE0477472701",
            }
        )
