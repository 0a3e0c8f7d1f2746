from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..models.organizer_link_opened import SAME_VISIT
from .document_common import DocumentLinkCommon

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)


@tagged("post_install", "-at_install")
class TestLinkOpened(DocumentLinkCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.link, self.token = self._make_link()

    def _visit(self, path="", method="GET", agent=PHONE, **headers):
        headers = {"User-Agent": agent, **headers}
        response = self.url_open(
            f"/s/{self.token}{path}", headers=headers, method=method
        )
        self.assertEqual(response.status_code, 200)
        self.link.invalidate_recordset()
        return self.link.opened_count

    def _an_hour_ago(self):
        ago = fields.Datetime.now() - timedelta(hours=1)
        self.link.write({"opened_first_on": ago, "opened_last_on": ago})
        self.env.flush_all()

    def test_first_and_last_visit_and_their_number(self):
        self.assertEqual(self._visit(), 1)
        self.assertEqual(self.link.opened_first_on, self.link.opened_last_on)
        self._an_hour_ago()
        self.assertEqual(self._visit(), 2)
        self.assertLess(self.link.opened_first_on, self.link.opened_last_on)

    def test_reload_is_the_same_visit(self):
        self.assertEqual(self._visit(), 1)
        self.assertEqual(self._visit(), 1)
        self.link.opened_last_on -= SAME_VISIT
        self.env.flush_all()
        self.assertEqual(self._visit(), 2)

    def test_previews_and_robots_are_no_visits(self):
        for agent in ("WhatsApp/2.23.20", "facebookexternalhit/1.1", "curl/8.5", ""):
            self.assertEqual(self._visit(agent=agent), 0, agent)

    def test_what_a_browser_loads_ahead_is_no_visit(self):
        for headers in (
            {"Sec-Purpose": "prefetch;prerender"},
            {"Purpose": "prefetch"},
            {"X-Moz": "prefetch"},
        ):
            self.assertEqual(self._visit(**headers), 0, headers)

    def test_neither_head_nor_the_pdf_alone_is_a_visit(self):
        self.assertEqual(self._visit(method="HEAD"), 0)
        self.assertEqual(self._visit("/pdf"), 0)

    def test_the_seller_s_own_staff_do_not_count(self):
        self.authenticate("sms-administrator", "sms-administrator")
        self.assertEqual(self._visit(), 0)
        self.logout()
        self.assertEqual(self._visit(), 1)

    def test_page_that_is_not_found_counts_nothing(self):
        self.link.revoked = True
        self.env.flush_all()
        headers = {"User-Agent": PHONE}
        self.assertEqual(
            self.url_open(f"/s/{self.token}", headers=headers).status_code, 404
        )
        self.link.invalidate_recordset()
        self.assertFalse(self.link.opened_count)

    def test_message_and_invoice_say_when_it_was_opened(self):
        sms = (
            self.env["sms.sms"]
            .sudo()
            .create(
                {
                    "body": "x",
                    "number": "+48601234567",
                    "company_id": self.env.company.id,
                    "move_id": self.invoice.id,
                    "link_id": self.link.id,
                    "state": "pending",
                    "is_test": False,
                    "sent_at": fields.Datetime.now(),
                }
            )
        )
        self.assertFalse(sms.opened_on)
        self.assertNotIn("opened", self.invoice.sms_status_words)
        with freeze_time("2030-03-04 10:00:00"):
            self.link.expires_on = "2031-01-01"
            self.link._note_opened()
        self.env.invalidate_all()
        self.assertEqual(str(sms.opened_on), "2030-03-04 10:00:00")
        self.assertEqual(sms.opened_count, 1)
        self.assertRegex(self.invoice.sms_status_words, r", opened 3/4/30")
        found = self.env["sms.sms"].sudo().search([("opened_on", "!=", False)])
        self.assertIn(sms, found)

    def test_words_of_many_invoices_take_no_query_each(self):
        invoices = self._new_invoice() | self._new_invoice() | self._new_invoice()
        links = self.env["organizer.link"]._make(invoices)
        self.env["sms.sms"].sudo().create(
            [
                {
                    "body": "x",
                    "number": "+48601234567",
                    "move_id": move.id,
                    "link_id": links[move.id].link_id,
                    "state": "pending",
                }
                for move in invoices
            ]
        )
        counts = []
        for some in (invoices, invoices[:1], invoices):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("sms_status_words")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_a_visit_is_one_statement(self):
        self.link._note_opened()
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.link._note_opened()
        # the savepoint, the update, the savepoint's end
        self.assertLessEqual(self.env.cr.sql_log_count - before, 3)
