import secrets
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..models.organizer_link import TOKEN_ALPHABET, TOKEN_LENGTH
from ..models.organizer_stranger import MISSES, WINDOW
from .test_customer_page import CustomerLinkCommon


@tagged("post_install", "-at_install")
class TestStrangers(CustomerLinkCommon, HttpCase):
    """Who tries addresses learns nothing, and less and less of it."""

    def _open(self, path, address="203.0.113.7", **options):
        """As the visitor from this address, behind a proxy."""
        headers = {"Accept-Language": "en-US", "X-Forwarded-For": f"9.9.9.9, {address}"}
        return self.url_open(path, allow_redirects=False, headers=headers, **options)

    def _answer(self, response):
        headers = {k: v for k, v in response.headers.items() if k != "Date"}
        return response.status_code, headers, response.content

    def _wrong(self):
        return "".join(secrets.choice(TOKEN_ALPHABET) for _i in range(TOKEN_LENGTH))

    def test_a_thousand_wrong_tokens_learn_nothing(self):
        self._bill(5)
        self._customer_link()
        links = self.env["organizer.link"]
        for _i in range(1000):
            self.assertFalse(links._find(self._wrong()))
        answers = [
            self._answer(self._open(f"/s/{self._wrong()}")) for _i in range(MISSES + 5)
        ]
        statuses = [status for status, _headers, _content in answers]
        self.assertEqual(statuses, [404] * MISSES + [429] * 5)
        self.assertTrue(all(one == answers[0] for one in answers[:MISSES]))
        self.assertTrue(all(one == answers[-1] for one in answers[MISSES:]))

    def test_the_right_token_is_not_told_from_a_wrong_one_then(self):
        self._bill(5)
        link, token = self._customer_link()
        self._miss_too_often("203.0.113.7")
        slowed = self._answer(self._open(f"/s/{self._wrong()}"))
        self.assertEqual(slowed[0], 429)
        self.assertEqual(slowed[1]["Retry-After"], "600")
        for path in ("", "/pdf", "/xml", "/pay", "/0123456789/pdf", "/a/b/c"):
            response = self._open(f"/s/{token}{path}")
            self.assertEqual(self._answer(response), slowed, path)
        self.assertFalse(link.opened_count)
        self.assertEqual(self._open(f"/s/{token}", "203.0.113.8").status_code, 200)

    def test_it_is_over_after_ten_minutes(self):
        self._miss_too_often("203.0.113.7", WINDOW - timedelta(minutes=1))
        self.assertEqual(self._open("/s/x").status_code, 429)
        self._miss_too_often("203.0.113.9", WINDOW)
        self.assertEqual(self._open("/s/x", "203.0.113.9").status_code, 404)

    def _miss_too_often(self, address, ago=timedelta()):
        with freeze_time(fields.Datetime.now() - ago):
            for _i in range(MISSES):
                self.env["organizer.stranger"]._note_miss(address)

    def test_who_has_a_whole_network_is_one(self):
        strangers = self.env["organizer.stranger"]
        self._miss_too_often("2001:db8:1:2::1")
        self.assertTrue(strangers._is_slowed("2001:db8:1:2:ffff::9"))
        self.assertFalse(strangers._is_slowed("2001:db8:1:3::1"))
        self._miss_too_often("::ffff:203.0.113.1")
        self.assertTrue(strangers._is_slowed("203.0.113.1"))
        self.assertFalse(strangers._is_slowed("203.0.113.2"))

    def test_address_is_kept_hashed_and_not_for_long(self):
        strangers = self.env["organizer.stranger"].sudo()
        self._miss_too_often("203.0.113.7", timedelta(minutes=11))
        strangers._note_miss("203.0.113.8")
        rows = strangers.search([])
        self.assertFalse(rows.filtered(lambda row: "203" in row.address[:3]))
        self.assertEqual(len(set(rows.mapped("address"))), 2)
        strangers._gc_misses()
        strangers.invalidate_model()
        self.assertEqual(len(strangers.search([])), 1)

    def test_customer_with_an_expired_link_has_room(self):
        link, token = self._customer_link()
        link.expires_on = fields.Datetime.now() - timedelta(days=1)
        _link, open_token = self._customer_link()
        for _i in range(5):
            self.assertEqual(self._open(f"/s/{token}").status_code, 404)
        self.assertEqual(self._open(f"/s/{open_token}").status_code, 200)

    def test_altered_keys_ids_reports_and_formats(self):
        mine, theirs = self._bill(5), self._bill(5, partner=self.partner_b)
        link, token = self._customer_link()
        other, _token = self._customer_link(self.partner_b)
        key = link._document_key(mine.id)
        nothing = self._answer(self._open(f"/s/{self._wrong()}"))
        for number, path in enumerate(
            (
                f"{token}/{other._document_key(theirs.id)}/pdf",
                f"{token}/{link._document_key(theirs.id)}/pdf",
                f"{token}/{theirs.id}/pdf",
                f"{token}/{mine.id}/pdf",
                f"{token}/{key[:-1]}/pdf",
                f"{token}/{key.upper()}x/pdf",
                f"{token}/{key}",
                f"{token}/{key}/html",
                f"{token}/{key}/pdf/1",
                f"{token}/html",
                f"{token}/report",
                f"{token}/account.account_invoices/{theirs.id}",
                f"{token}/../{theirs.id}",
                f"{link.id}",
                f"{link.sudo().token_hash}",
                f"{self._wrong()}/{key}/pdf",
            )
        ):
            response = self._open(f"/s/{path}", f"198.51.100.{number}")
            self.assertEqual(self._answer(response), nothing, path)

    def test_token_opens_nothing_of_odoo_s_own(self):
        mine = self._bill(5)
        _link, token = self._customer_link()
        for path in (
            f"/my/invoices/{mine.id}?access_token={token}",
            f"/my/invoices/{mine.id}?access_token={token}&report_type=pdf",
        ):
            response = self._open(path)
            self.assertIn(response.status_code, (302, 303))
            self.assertNotIn("invoices", response.headers["Location"])
        for path in (
            f"/report/pdf/account.report_invoice/{mine.id}?access_token={token}",
            f"/report/html/account.report_invoice/{mine.id}?access_token={token}",
            f"/web/content/account.move/{mine.id}/name?access_token={token}",
        ):
            response = self._open(path)
            self.assertNotEqual(response.status_code, 200, path)
            self.assertNotIn(mine.name.encode(), response.content)

    def test_every_answer_is_private(self):
        bill = self._bill(5)
        _link, token = self._customer_link()
        self._miss_too_often("203.0.113.9")
        move = self.env.registry["account.move"]
        self.patch(move, "_documents_payable", lambda self: self)
        _link, single = self._make_link(bill)
        for status, path, address in (
            (200, token, "203.0.113.7"),
            (303, f"{single}/pay", "203.0.113.7"),
            (404, self._wrong(), "203.0.113.7"),
            (429, token, "203.0.113.9"),
        ):
            response = self._open(f"/s/{path}", address)
            self.assertEqual(response.status_code, status)
            headers = response.headers
            self.assertEqual(headers["Cache-Control"], "no-store", status)
            self.assertEqual(headers["Referrer-Policy"], "no-referrer", status)
            self.assertIn("noindex", headers["X-Robots-Tag"], status)
            self.assertNotIn("Set-Cookie", headers, status)
