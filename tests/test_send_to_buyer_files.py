from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import mail_new_test_user

from .send_to_buyer_common import SendToBuyerCommon


@tagged("post_install", "-at_install")
class TestDocumentFile(SendToBuyerCommon, HttpCase):
    """The icons that open a PDF and an XML."""

    def setUp(self):
        super().setUp()
        self.move = self._invoice()
        self.accountant.password = "sms_accountant"

    def _open(self, url, login="sms_accountant"):
        self.authenticate(login, login)
        return self.url_open(url)

    def test_pdf_is_made_when_it_is_asked_for(self):
        self.assertFalse(self.move.invoice_pdf_report_id)
        answer = self._open(self.move.document_pdf_url)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertIn("inline", answer.headers["Content-Disposition"])
        self.env.invalidate_all()
        self.assertTrue(self.move.invoice_pdf_report_id)

    def test_what_cannot_be_made_says_so(self):
        report = self.env.registry["ir.actions.report"]
        error = UserError("Unable to find Wkhtmltopdf")
        with patch.object(report, "_pre_render_qweb_pdf", side_effect=error):
            answer = self._open(self.move.document_pdf_url)
        self.assertEqual(answer.status_code, 503)
        self.assertIn(self.move.name, answer.text)
        self.assertIn("could not be made", answer.text)

    def test_xml_where_there_is_or_will_be_one(self):
        if "ubl_cii_xml_id" not in self.moves._fields:
            self.assertFalse(self.move.document_xml_url)
            return
        self.assertEqual(
            bool(self.move.document_xml_url), self.move._document_has_xml()
        )
        self.customer.invoice_edi_format = "ubl_bis3"
        self.env.invalidate_all()
        self.assertTrue(self.move.document_xml_url)
        self.assertTrue(self.move._document_has_xml())

    def test_xml_that_does_not_exist_is_not_found(self):
        self.customer.invoice_edi_format = False
        url = f"/organizer/document/{self.move.id}/xml"
        self.assertEqual(self._open(self.move.document_pdf_url).status_code, 200)
        self.assertEqual(self._open(url).status_code, 404)

    def test_neither_a_stranger_nor_a_draft(self):
        draft = self._invoice(post=False)
        self.assertFalse(draft.document_pdf_url)
        other = self.setup_other_company()["company"]
        theirs = self._invoice(company=other)
        for move in (draft, theirs, self.moves.browse(999999999)):
            for kind in ("pdf", "xml"):
                answer = self._open(f"/organizer/document/{move.id}/{kind}")
                self.assertEqual(answer.status_code, 404)
        mail_new_test_user(self.env, login="nobody_there", password="nobody_there")
        with mute_logger("odoo.http"):
            answer = self._open(self.move.document_pdf_url, "nobody_there")
        self.assertEqual(answer.status_code, 403)

    def test_public(self):
        answer = self.url_open(self.move.document_pdf_url, allow_redirects=False)
        self.assertIn("/web/login", answer.headers["Location"])
