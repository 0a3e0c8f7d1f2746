import logging
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .document_common import DocumentLinkCommon

MOVE_LOGGER = "odoo.addons.sms_organizer.models.account_move_document"
LINK_LOGGER = "odoo.addons.sms_organizer.models.organizer_document_wait"


@tagged("post_install", "-at_install")
class TestDocumentPdf(DocumentLinkCommon, CronMixinCase):
    @property
    def links(self):
        return self.env["organizer.link"].sudo()

    def test_background_makes_the_document_of_each_new_link(self):
        other = self._new_invoice()
        links = self._make_link()[0] | self._make_link(other)[0]
        self.assertEqual(set(links.mapped("document_state")), {"pending"})
        with self._counted_report() as calls:
            self.links._prepare_documents()
        self.assertEqual(calls, [self.invoice.ids, other.ids], "one invoice per call")
        self.assertEqual(set(links.mapped("document_state")), {"ready"})
        self.assertTrue(self.invoice.invoice_pdf_report_id)

    def test_link_wakes_the_background(self):
        cron = self.env.ref("sms_organizer.ir_cron_document")
        with self.capture_triggers(cron.id) as triggers:
            self._make_link()
        self.assertEqual(len(triggers.records), 1)

    def test_document_is_made_once(self):
        self._make_link()
        with self._counted_report() as calls:
            self.links._prepare_documents()
            self.assertTrue(self.invoice._ensure_document())
            link, _token = self._make_link()
            self.links._prepare_documents()
        self.assertEqual(len(calls), 1)
        self.assertEqual(link.document_state, "ready")

    def test_document_of_send_and_print_is_used(self):
        send = self.env["account.move.send"]
        send._generate_and_send_invoices(self.invoice, sending_methods=set())
        with self._counted_report() as calls:
            link, _token = self._make_link()
            self.links._prepare_documents()
        self.assertEqual(link.document_state, "ready")
        self.assertFalse(calls)

    def test_nobody_is_told_and_the_invoice_is_not_taken_for_sent(self):
        self.invoice.journal_id.sudo().incoming_einvoice_notification_email = "a@b.com"
        mails = self.env["mail.mail"].sudo().search_count([])
        messages = self.invoice.message_ids
        self.assertTrue(self.invoice._ensure_document())
        self.assertEqual(self.env["mail.mail"].sudo().search_count([]), mails)
        self.assertEqual(self.invoice.message_ids, messages)
        self.assertFalse(self.invoice.is_move_sent)

    def test_invoice_that_an_authority_must_see_first_waits(self):
        pending = patch.object(
            self.env.registry["account.move.send"],
            "_get_default_extra_edis",
            lambda self, move: {"ksef"},
        )
        with pending, self.assertLogs(MOVE_LOGGER, logging.INFO) as log:
            self.assertFalse(self.invoice._ensure_document())
        self.assertIn("ksef", log.output[0])
        self.assertFalse(self.invoice.invoice_pdf_report_id)

    # -------------------------------------------------------------------------
    # FAILURES
    # -------------------------------------------------------------------------

    def test_failure_is_logged_in_a_line_and_breaks_nothing(self):
        for error in (UserError("Unable to find Wkhtmltopdf"), KeyError("one\n\ntwo")):
            with (
                self._broken_report(error),
                self.assertLogs(MOVE_LOGGER, logging.INFO) as log,
            ):
                self.assertFalse(self.invoice._ensure_document())
            self.assertEqual([len(line.splitlines()) for line in log.output], [1])
            self.assertEqual(log.records[0].levelname, "INFO")
        self.assertFalse(self.invoice.invoice_pdf_report_id)
        self.assertTrue(self.invoice._ensure_document())

    def test_database_error_in_a_report_leaves_a_working_transaction(self):
        def fail(report, *_args, **_kwargs):
            report.env.cr.execute("SELECT 1 / 0", log_exceptions=False)

        report = self.env.registry["ir.actions.report"]
        with (
            patch.object(report, "_pre_render_qweb_pdf", fail),
            self.assertLogs(MOVE_LOGGER, logging.INFO),
        ):
            self.assertFalse(self.invoice._ensure_document())
        self.assertTrue(self.invoice._ensure_document())

    def test_one_bad_invoice_does_not_stop_the_others(self):
        bad, _token = self._make_link()
        good, _token = self._make_link(self._new_invoice())
        original = self.env.registry["account.move"]._make_document

        def _make_document(move):
            if move == self.invoice:
                raise ValueError("Broken")
            return original(move)

        with (
            patch.object(
                self.env.registry["account.move"], "_make_document", _make_document
            ),
            self.assertLogs(MOVE_LOGGER, logging.INFO),
        ):
            self.links._prepare_documents()
        self.assertEqual((bad | good).mapped("document_state"), ["pending", "ready"])

    def test_failed_document_is_tried_again_later_and_not_for_ever(self):
        link, _token = self._make_link()
        pauses = []
        with self._broken_report() as report, self.assertLogs(LINK_LOGGER) as log:
            while link.document_state == "pending":
                self.links._prepare_documents()
                self.links._prepare_documents()  # too early: does nothing
                if link.document_state == "pending":
                    pauses.append(link.document_due_on - fields.Datetime.now())
                    link.document_due_on = fields.Datetime.now()
        self.assertEqual(link.document_state, "failed")
        self.assertEqual(report.call_count, link.document_attempts)
        self.assertEqual(pauses, sorted(pauses), "longer and longer")
        self.assertGreater(pauses[-1], timedelta(hours=1))
        self.assertEqual([record.levelname for record in log.records], ["WARNING"])

    def test_links_that_nobody_can_open_get_no_document(self):
        revoked, _token = self._make_link()
        revoked.revoked = True
        expired, _token = self._make_link()
        expired.expires_on = fields.Datetime.now() - timedelta(minutes=1)
        draft = self._new_invoice()
        self._make_link(draft)
        draft.button_draft()
        with self._counted_report() as calls:
            self.links._prepare_documents()
        self.assertFalse(calls)

    def test_run_stops_at_the_end_of_its_time(self):
        links = self._make_link()[0] | self._make_link(self._new_invoice())[0]
        budget = patch.object(
            self.env.registry["organizer.link"],
            "_commit_documents",
            side_effect=[10.0, 10.0, 0.0],  # found, made, noted
        )
        with budget:
            self.links._prepare_documents()
        self.assertEqual(links.mapped("document_state"), ["ready", "pending"])
        self.links._prepare_documents()
        self.assertEqual(links.mapped("document_state"), ["ready", "ready"])
