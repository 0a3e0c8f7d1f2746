import threading
from datetime import timedelta
from unittest.mock import patch

import psycopg2.errors

from odoo import SUPERUSER_ID, api, fields
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.sql_db import db_connect
from odoo.tests import tagged

from .document_common import DocumentLinkCommon


@tagged("post_install", "-at_install")
class TestDocumentOnce(DocumentLinkCommon):
    """Two transactions at the same time, on an invoice of the demo data."""

    def setUp(self):
        super().setUp()
        self.move_id = False
        with self._real_cursor() as cr:
            self.move_id = self._find_invoice(cr)
        self.addCleanup(self._remove_document)
        self.rendered, self.failures = [], []

    def _real_cursor(self):
        return db_connect(self.env.cr.dbname).cursor()

    def _move(self, cr):
        env = api.Environment(cr, SUPERUSER_ID, {})
        return env["account.move"].browse(self.move_id)

    def _find_invoice(self, cr):
        moves = self._move(cr).search(
            [("move_type", "=", "out_invoice"), ("state", "=", "posted")]
        )
        return moves.filtered(lambda move: not move.invoice_pdf_report_id)[:1].id

    def _remove_document(self):
        with self._real_cursor() as cr:
            move = self._move(cr)
            move.message_main_attachment_id = False
            move.invoice_pdf_report_id.unlink()

    def _ensure_document_as_customer(self, move):
        try:
            move._ensure_document()
        except Exception as error:  # noqa: BLE001  (told by the test's own thread)
            self.failures.append(error)

    def test_background_and_customer_at_the_same_time_make_one_document(self):
        self.assertTrue(self.move_id, "the demo data have a posted invoice")
        model = self.env.registry["account.move"]
        original = model._make_document
        with self._real_cursor() as cron_cr, self._real_cursor() as web_cr:
            web_cr.execute("SELECT 1")  # its snapshot is older than the document
            cron, web = self._move(cron_cr), self._move(web_cr)
            customer = threading.Thread(
                target=self._ensure_document_as_customer, args=(web,)
            )

            def _make_document(move):
                self.rendered.append(move.env.cr)
                customer.start()
                self._wait_until_blocked()
                return original(move)

            with patch.object(model, "_make_document", _make_document):
                self.assertTrue(cron._ensure_document())
                cron_cr.commit()
                customer.join(timeout=60)
                self.assertFalse(customer.is_alive())
                # what makes Odoo repeat the request (odoo.service.model.retrying)
                [failure] = self.failures
                self.assertIsInstance(failure, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
                web_cr.rollback()
                web.env.invalidate_all()
                self.assertTrue(web._ensure_document())
        self.assertEqual(self.rendered, [cron_cr])
        self.assertEqual(self._count_documents(), 1)

    def test_background_leaves_alone_an_invoice_that_somebody_is_at(self):
        with self._real_cursor() as cron_cr, self._real_cursor() as user_cr:
            cron = self._move(cron_cr)
            user_cr.execute(
                "SELECT id FROM account_move WHERE id = %s FOR UPDATE", [self.move_id]
            )
            with self.assertRaises(psycopg2.errors.LockNotAvailable):
                cron._ensure_document(wait=False)
        self.assertEqual(self._count_documents(), 0)

    def test_visit_while_the_background_makes_the_document(self):
        link_id = self._real_link()
        with self._real_cursor() as cr, self._visited_meanwhile(link_id):
            link = self._link(cr, link_id)
            commit = patch.object(
                self.env.registry["organizer.link"],
                "_commit_documents",
                lambda link, **_progress: link.env.cr.commit(),
            )
            with commit:
                link._prepare_document()
        self.assertEqual(self._count_documents(), 1)
        self.assertEqual(self._state(link_id), ("ready", 1))

    def test_visit_while_the_document_is_made_for_a_visitor(self):
        link_id = self._real_link()
        with self._real_cursor() as cr, self._visited_meanwhile(link_id):
            self.assertTrue(self._link(cr, link_id)._ensure_document())
        self.assertEqual(self._count_documents(), 1)
        self.assertEqual(self._state(link_id), ("pending", 1))
        with self._real_cursor() as cr:
            self._link(cr, link_id)._prepare_document()
        self.assertEqual(self._state(link_id), ("ready", 1))

    def test_visit_is_counted_where_the_link_changed_since_it_began(self):
        link_id = self._real_link()
        with self._real_cursor() as page_cr, self._real_registry():
            page_cr.execute("SELECT 1")
            with self._real_cursor() as cr:
                self._link(cr, link_id).document_state = "ready"
            self._link(page_cr, link_id)._note_opened()
        self.assertEqual(self._state(link_id), ("ready", 1))

    def test_visit_is_counted_where_somebody_holds_the_link(self):
        link_id = self._real_link()
        with (
            self._real_cursor() as page_cr,
            self._real_cursor() as cr,
            self._real_registry(),
        ):
            self._link(cr, link_id)._lock_answers()
            release = threading.Timer(0.3, cr.rollback)
            release.start()
            self._link(page_cr, link_id)._note_opened()
            release.join()
        self.assertEqual(self._state(link_id), ("pending", 1))

    def _real_link(self):
        self.assertTrue(self.move_id, "the demo data have a posted invoice")
        with self._real_cursor() as cr:
            move = self._move(cr)
            rows = [(move.id, move.partner_id.id, move.company_id.id, "pending")]
            [issued] = move.env["organizer.link"]._issue(rows)
        self.addCleanup(self._remove_link, issued.link_id)
        return issued.link_id

    def _remove_link(self, link_id):
        with self._real_cursor() as cr:
            self._link(cr, link_id).unlink()

    def _link(self, cr, link_id):
        return self._move(cr).env["organizer.link"].browse(link_id)

    def _state(self, link_id):
        with self._real_cursor() as cr:
            link = self._link(cr, link_id)
            return link.document_state, link.opened_count

    def _real_registry(self):
        return patch.object(self.env.registry, "cursor", self._real_cursor)

    def _visited_meanwhile(self, link_id):
        """The customer looks at the page while the document is made."""
        model = self.env.registry["account.move"]
        original = model._make_document

        def _make_document(move):
            with self._real_cursor() as cr:
                self._link(cr, link_id)._note_opened()
            return original(move)

        return patch.object(model, "_make_document", _make_document)

    def _count_documents(self):
        with self._real_cursor() as cr:
            cr.execute(
                "SELECT count(*) FROM ir_attachment WHERE res_model = 'account.move' "
                "AND res_id = %s AND res_field = 'invoice_pdf_report_file'",
                [self.move_id],
            )
            return cr.fetchone()[0]

    def _wait_until_blocked(self):
        """Return as soon as another transaction waits for this one's invoice."""
        deadline = fields.Datetime.now() + timedelta(seconds=10)
        while fields.Datetime.now() < deadline:
            with self._real_cursor() as cr:
                cr.execute(
                    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
                    "AND wait_event_type = 'Lock' AND query LIKE '%NO KEY UPDATE%'"
                )
                if cr.fetchone():
                    return
        raise AssertionError("nobody waited for the invoice")
