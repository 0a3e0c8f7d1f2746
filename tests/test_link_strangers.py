import secrets
from datetime import timedelta

from freezegun import freeze_time
from werkzeug.routing import Map, Rule

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import hmac

from ..models.organizer_link import TOKEN_ALPHABET, TOKEN_LENGTH
from ..models.organizer_stranger import ATTACK, MISSES, WINDOW
from .test_customer_page import CustomerLinkCommon

FAR = "8.8.8.8"  # the addresses for examples are of this network to Python


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
        _link, token = self._customer_link()
        answers = [
            self._answer(self._open(f"/s/{self._wrong()}", FAR)) for _i in range(1000)
        ]
        statuses = [status for status, _headers, _content in answers]
        self.assertEqual(statuses, [404] * MISSES + [429] * (1000 - MISSES))
        self.assertTrue(all(one == answers[0] for one in answers[:MISSES]))
        self.assertTrue(all(one == answers[-1] for one in answers[MISSES:]))
        self.assertEqual(self._answer(self._open(f"/s/{token}", FAR)), answers[-1])
        self.assertEqual(self.env["organizer.stranger"]._misses(FAR), ATTACK)

    def test_who_has_a_link_is_served_whoever_else_misses(self):
        bill = self._bill(5)
        link, token = self._customer_link()
        key = link._document_key(bill.id)
        self._miss_too_often(FAR, misses=ATTACK - 1)
        self.assertEqual(self._open(f"/s/{token}", FAR).status_code, 200)
        self.assertEqual(self._open(f"/s/{token}/{key}/pdf", FAR).status_code, 200)
        asked = "What is this?"
        response = self._open(
            f"/s/{token}/answer/question", FAR, data={"text": asked, "invoice": "all"}
        )
        self.assertEqual(response.status_code, 303)
        answers = self.env["organizer.answer"].search([("link_id", "=", link.id)])
        self.assertEqual(answers.mapped("text"), [asked])
        slowed = self._open(f"/s/{self._wrong()}", FAR)
        self.assertEqual(slowed.status_code, 429)
        self.assertEqual(slowed.headers["Retry-After"], "600")

    def test_nothing_is_looked_up_for_who_attacks(self):
        self._bill(5)
        link, token = self._customer_link()
        self._miss_too_often(FAR, misses=ATTACK)
        slowed = self._answer(self._open(f"/s/{self._wrong()}", FAR))
        self.assertEqual(slowed[0], 429)
        for path in ("", "/pdf", "/xml", "/pay", "/0123456789/pdf", "/a/b/c"):
            response = self._open(f"/s/{token}{path}", FAR)
            self.assertEqual(self._answer(response), slowed, path)
        self.assertFalse(link.opened_count)
        self.assertEqual(self._open(f"/s/{token}", "8.8.4.4").status_code, 200)

    def test_proxy_that_says_nothing_of_visitors_shuts_nobody_out(self):
        self._bill(5)
        _link, token = self._customer_link()
        for address in ("127.0.0.1", "10.1.2.3", "fe80::1", "fd00::1", "::1"):
            self._miss_too_often(address, misses=ATTACK)
            self.assertEqual(self._open(f"/s/{token}", address).status_code, 200)
            wrong = self._open(f"/s/{self._wrong()}", address)
            self.assertEqual(wrong.status_code, 429, address)

    def test_it_is_over_after_ten_minutes(self):
        self._miss_too_often("203.0.113.7", WINDOW - timedelta(minutes=1))
        self.assertEqual(self._open(f"/s/{self._wrong()}").status_code, 429)
        self._miss_too_often("203.0.113.9", WINDOW)
        response = self._open(f"/s/{self._wrong()}", "203.0.113.9")
        self.assertEqual(response.status_code, 404)

    def _miss_too_often(self, address, ago=timedelta(), misses=MISSES):
        with freeze_time(fields.Datetime.now() - ago):
            for _i in range(misses):
                self.env["organizer.stranger"]._insert_miss(address)

    def test_who_has_a_whole_network_is_one(self):
        misses = self.env["organizer.stranger"]._misses
        self._miss_too_often("2001:db8:1:2::1")
        self.assertEqual(misses("2001:db8:1:2:ffff::9"), MISSES)
        self.assertEqual(misses("2001:db8:1:3::1"), 0)
        self._miss_too_often("::ffff:203.0.113.1")
        self.assertEqual(misses("203.0.113.1"), MISSES)
        self.assertEqual(misses("203.0.113.2"), 0)

    def test_address_is_kept_hashed_and_not_for_long(self):
        strangers = self.env["organizer.stranger"].sudo()
        self._miss_too_often("203.0.113.7", timedelta(minutes=11))
        strangers._note_miss("203.0.113.8")
        addresses = set(strangers.search([]).mapped("address"))
        hashed = hmac(strangers.env, "organizer.stranger", "203.0.113.8")
        self.assertEqual(len(addresses), 2)
        self.assertIn(hashed, addresses)
        for address in addresses:
            self.assertNotIn("203.0.113", address)
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
        for path in (
            f"{other._document_key(theirs.id)}/pdf",
            f"{link._document_key(theirs.id)}/pdf",
            f"{theirs.id}/pdf",
            f"{mine.id}/pdf",
            f"{key[:-1]}/pdf",
            f"{key.upper()}x/xml",
            f"{key[:-1]}/pay",
            "pdf",
            "xml",
            "pay",
        ):
            response = self._open(f"/s/{token}/{path}", "198.51.100.1")
            self.assertEqual(response.status_code, 303, path)
            self.assertTrue(response.headers["Location"].endswith(f"/s/{token}"))
        self.assertFalse(self.env["organizer.stranger"]._misses("198.51.100.1"))
        nothing = self._answer(self._open(f"/s/{self._wrong()}"))
        for number, path in enumerate(
            (
                f"{token}/{key}",
                f"{token}/{key}/html",
                f"{token}/{key}/pdf/1",
                f"{token}/html",
                f"{token}/report",
                f"{token}/account.account_invoices/{theirs.id}",
                f"{self._wrong()}/{key}/pdf",
            )
        ):
            response = self._open(f"/s/{path}", f"198.51.100.{number}")
            self.assertEqual(self._answer(response), nothing, path)

    def test_what_is_no_token_is_left_to_others(self):
        """*Surveys* has the codes of its live sessions at the same place."""
        link, token = self._customer_link()
        nothing = self._answer(self._open(f"/s/{self._wrong()}"))
        before = self.env["organizer.stranger"].search_count([])
        codes = ("1234", "1234567890", "abcdef", str(link.id), token[:-1], f"{token}a")
        for path in (*codes, link.sudo().token_hash, "1234/x"):
            response = self._open(f"/s/{path}")
            self.assertEqual(response.status_code, 404, path)
            self.assertNotIn("X-Robots-Tag", response.headers, path)
            self.assertNotEqual(response.content, nothing[2], path)
        self.assertEqual(self.env["organizer.stranger"].search_count([]), before)

    def test_tokens_are_ours_whichever_add_on_is_first(self):
        theirs, ours = "/s/<string:session_code>", "/s/<organizer_token:token>"
        converters = self.env["ir.http"]._get_converters()
        for paths in ((theirs, ours), (ours, theirs)):
            rules = [Rule(path, endpoint=path) for path in paths]
            found = Map(rules, converters=converters).bind("example.com")
            self.assertEqual(found.match(f"/s/{self._wrong()}")[0], ours)
            self.assertEqual(found.match("/s/1234")[0], theirs)

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
            (429, self._wrong(), "203.0.113.9"),
        ):
            response = self._open(f"/s/{path}", address)
            self.assertEqual(response.status_code, status)
            headers = response.headers
            self.assertEqual(headers["Cache-Control"], "no-store", status)
            self.assertEqual(headers["Referrer-Policy"], "no-referrer", status)
            self.assertIn("noindex", headers["X-Robots-Tag"], status)
            self.assertNotIn("Set-Cookie", headers, status)
