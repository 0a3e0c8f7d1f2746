import base64
import hashlib
import logging
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tests.common import new_test_user

from .document_common import DocumentLinkCommon


@tagged("post_install", "-at_install")
class TestDocumentPagePrivacy(DocumentLinkCommon, HttpCase):
    def _open(self, path, **options):
        options.setdefault("headers", {"Accept-Language": "en-US"})
        return self.url_open(f"/s/{path}", allow_redirects=False, **options)

    def test_nothing_is_kept_listed_or_told_to_others(self):
        _link, token = self._make_link()
        for path in (token, f"{token}/pdf", "wrongwrong12"):
            headers = self._open(path).headers
            self.assertEqual(headers["Cache-Control"], "no-store")
            self.assertIn("noindex", headers["X-Robots-Tag"])
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            policy = headers["Content-Security-Policy"]
            self.assertTrue(policy.startswith("default-src 'none'"), policy)
            self.assertNotIn("script-src", policy)
            self.assertNotIn("Set-Cookie", headers)

    def test_policy_lets_through_the_page_s_own_style(self):
        _link, token = self._make_link()
        response = self._open(token)
        style = response.text.partition("<style>")[2].partition("</style>")[0]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self.assertIn(f"'sha256-{digest}'", response.headers["Content-Security-Policy"])

    def test_token_stays_out_of_the_access_log(self):
        _link, token = self._make_link()
        with self.assertLogs("werkzeug", logging.INFO) as log:
            self._open(f"{token}/pdf")
        self.assertNotIn(token, "".join(log.output))
        self.assertIn("/s/***/pdf", "".join(log.output))

    def test_head_is_answered_without_a_body(self):
        _link, token = self._make_link()
        response = self._open(token, method="HEAD")
        self.assertEqual((response.status_code, response.content), (200, b""))
        self.assertEqual(self._open("wrongwrong12", method="HEAD").status_code, 404)

    def test_everything_that_opens_nothing_is_the_same_404(self):
        reference = self._open("wrongwrong12")
        self.assertEqual(reference.status_code, 404)
        tokens = self._closed_tokens()
        rests = ["pdf", "other", "a/b/c", "%2e%2e%2f", "%C4%85", "%00", "x" * 10_000]
        paths = [f"wrongwrong12/{rest}" for rest in (*rests, "%FF%FE")]
        for token in tokens:
            paths += [token, f"{token}/pdf", f"{token}/xml", f"{token}/pay"]
        for path in paths:
            response = self._open(path)
            self.assertEqual(self._answer(response), self._answer(reference), path[:40])

    def _closed_tokens(self):
        expired, expired_token = self._make_link()
        expired.expires_on = fields.Datetime.now() - timedelta(minutes=1)
        revoked, revoked_token = self._make_link()
        revoked.revoked = True
        draft, cancelled = self._new_invoice(), self._new_invoice()
        _link, draft_token = self._make_link(draft)
        _link, cancelled_token = self._make_link(cancelled)
        (draft | cancelled).button_draft()
        cancelled.button_cancel()
        return expired_token, revoked_token, draft_token, cancelled_token

    def _answer(self, response):
        headers = {k: v for k, v in response.headers.items() if k != "Date"}
        return response.status_code, headers, response.content

    def test_token_of_one_invoice_does_not_open_another(self):
        link, token = self._make_link()
        other = self._new_invoice()
        for query in ("move_id", "id", "token", "access_token", "invoice_id"):
            response = self._open(f"{token}?{query}={other.id}")
            self.assertIn(self.invoice.name, response.text)
            self.assertNotIn(other.name, response.text)
        self.assertEqual(self._open(f"{token}/pdf/{other.id}").status_code, 404)
        self.assertEqual(self._open(f"{link.id}").status_code, 404)

    def test_page_is_the_same_for_a_stranger_and_a_user_of_another_company(self):
        _link, token = self._make_link()
        stranger = self._open(token)
        other = self.setup_other_company()["company"]
        user = new_test_user(
            self.env,
            "page-other",
            "base.group_user",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        self.authenticate(user.login, user.login)
        self.assertEqual(self._open(token).content, stranger.content)
