import io
import logging
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import quote, urlsplit

from lxml import html

from odoo import fields
from odoo.http import HTTPRequest
from odoo.tests import tagged

from ..controllers.document_pay_all import COOKIE
from .common import PayAllCommon

WRONG = "wrongwrong12"


@tagged("post_install", "-at_install")
class TestPayAllPrivacy(PayAllCommon):
    """The payment shows what the link shows, and its token is kept nowhere."""

    def test_token_is_neither_logged_nor_stored(self):
        _link, token = self._customer_link()
        log = io.StringIO()
        handler = logging.StreamHandler(log)
        for name in ("werkzeug", "odoo"):
            logger = logging.getLogger(name)
            logger.addHandler(handler)
            self.addCleanup(logger.removeHandler, handler)
        with self.assertLogs("werkzeug", logging.INFO) as web:
            answer = self._finish(self._begin(token)["reference"])
            self._open(answer["landing_route"])
        self.assertIn("/s/***/pay-all/USD", "".join(web.output))
        self.assertNotIn(token, "".join(web.output) + log.getvalue())
        transaction = self._transactions()
        self.assertNotIn(token, str(transaction.read()))
        self.assertNotIn(token, str(transaction.payment_id.read()))
        self.assertNotIn(token, str(self.both.message_ids.mapped("body")))

    def test_token_is_in_no_address_that_a_script_sees(self):
        _link, token = self._customer_link()
        way = self._open(f"/s/{token}/pay-all/USD")
        self.assertEqual(way.status_code, 303)
        self.assertEqual(way.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(way.headers["Cache-Control"], "no-store")
        self.assertEqual(
            urlsplit(way.headers["Location"]).path, "/sms_organizer/pay/USD"
        )
        page = self._open("/sms_organizer/pay/USD")
        self.assertNotIn(token, page.text)
        self.assertNotIn(COOKIE, str(page.headers))
        route, _params = self._agreed(html.fromstring(page.content))
        self.assertEqual(route, "/sms_organizer/pay/USD/transaction")
        self.assertIn('href="/sms_organizer/pay/back"', page.text)

    def test_other_add_ons_put_nothing_on_the_page(self):
        self.env["ir.ui.view"].create(
            {
                "name": "Counts visitors",
                "type": "qweb",
                "inherit_id": self.env.ref("web.frontend_layout").id,
                "arch": """
                    <xpath expr="//head" position="inside">
                        <script src="https://count.example/visitors.js"/>
                    </xpath>
                """,
            }
        )
        _link, token = self._customer_link()
        self.assertIn("count.example", self._open("/web/login").text)
        self.assertNotIn("count.example", self._open_payment(token).text)

    def test_without_the_cookie_there_is_nothing(self):
        reference = self._answer(self._open(f"/s/{WRONG}"))
        for path in ("USD", "back"):
            response = self._open(f"/sms_organizer/pay/{path}")
            self.assertEqual(self._answer(response), reference)
        answer = self.make_jsonrpc_request("/sms_organizer/pay/USD/transaction", {})
        self.assertEqual(answer["state"], "error")

    def test_https_alone_carries_the_cookie_that_https_set(self):
        _link, token = self._customer_link()
        for scheme, secure in (("http", False), ("https", True)):
            with patch.object(HTTPRequest, "scheme", scheme, create=True):
                response = self._open(f"/s/{token}/pay-all/USD")
            cookie = response.headers["Set-Cookie"].partition(COOKIE)[2]
            self.assertEqual("; Secure" in cookie, secure)

    def test_way_back_is_in_the_customer_s_browser_alone(self):
        _link, token = self._customer_link()
        response = self._open(f"/s/{token}/pay-all/USD")
        cookie = response.headers["Set-Cookie"].partition("sms_organizer_link=")[2]
        for words in (token, "Path=/sms_organizer/pay", "HttpOnly", "SameSite=Lax"):
            self.assertIn(words, cookie)
        self.assertIn("Max-Age=7200", cookie)

    def test_way_back_without_a_payment_says_nothing(self):
        response = self._open("/sms_organizer/pay/done")
        self.assertEqual(response.status_code, 200)
        self.assertIn("The link in your message", response.text)
        self.assertIn("default-src 'none'", response.headers["Content-Security-Policy"])

    def test_way_back_tells_of_no_other_payment(self):
        _link, token = self._customer_link()
        self._begin(token)
        self._transactions().landing_route = "/my/invoices"
        response = self._open("/sms_organizer/pay/done")
        self.assertNotIn("1,334.50", response.text)

    def test_nothing_is_kept_listed_or_told_to_others(self):
        _link, token = self._customer_link()
        headers = self._open_payment(token).headers
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertEqual(headers["Referrer-Policy"], "no-referrer")
        self.assertIn("noindex", headers["X-Robots-Tag"])
        self.assertEqual(headers["Content-Security-Policy"], "frame-ancestors 'none'")

    def test_everything_that_opens_nothing_is_the_same_404(self):
        reference = self._answer(self._open(f"/s/{WRONG}"))
        for path in (WRONG, *self._closed_tokens()):
            for currency in ("USD", "PLN", "x" * 500, "%00"):
                response = self._open(f"/s/{path}/pay-all/{currency}")
                self.assertEqual(self._answer(response), reference)

    def test_closed_links_take_no_payment(self):
        _link, token = self._customer_link()
        route, params = self._agreed(self._payment_page(token))
        misses = self.env["organizer.stranger"].search_count([])
        for closed in (WRONG, *self._closed_tokens()):
            self._keep(closed)
            answer = self.make_jsonrpc_request(route, params)
            self.assertEqual(answer["state"], "error")
            self.assertIn("nothing at this address", answer["state_message"])
        self.assertEqual(self.env["organizer.stranger"].search_count([]), misses + 3)
        self.assertFalse(self._transactions())

    def test_closed_links_open_no_payment(self):
        reference = self._answer(self._open(f"/s/{WRONG}"))
        for closed in (WRONG, *self._closed_tokens(), "ą/../x"):
            self._keep(closed)
            for path in ("USD", "back"):
                response = self._open(f"/sms_organizer/pay/{path}")
                self.assertEqual(self._answer(response), reference)
            response = self._open("/sms_organizer/pay/done")
            self.assertIn("The link in your message", response.text)

    def _keep(self, token):
        """The browser keeps this token, whatever became of its link since."""
        self.opener.cookies.clear()
        self.opener.cookies.set(COOKIE, quote(token), path="/sms_organizer/pay")

    def _closed_tokens(self):
        expired, expired_token = self._customer_link()
        expired.expires_on = fields.Datetime.now() - timedelta(minutes=1)
        revoked, revoked_token = self._customer_link()
        revoked.revoked = True
        return expired_token, revoked_token

    def _answer(self, response):
        headers = {k: v for k, v in response.headers.items() if k != "Date"}
        return response.status_code, headers, response.content

    def test_other_customers_invoices_are_not_on_it(self):
        other = self._invoice_of(1, partner_id=self.partner_b.id)
        foreign = self._invoice_of(2)
        foreign.button_draft()
        _link, token = self._customer_link()
        text = self._text(self._payment_page(token))
        for words in (other.name, foreign.name or "Draft", self.partner_b.name):
            self.assertNotIn(words, text)

    def test_page_speaks_the_customer_s_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.partner_a.lang = "pl_PL"
        _link, token = self._customer_link()
        page = self._payment_page(token)
        self.assertEqual(page.get("lang"), "pl")
        self.assertRegex(self._text(page), r"1 ?334,50")

    # -------------------------------------------------------------------------
    # PAY: ONE INVOICE, IN ODOO'S PORTAL
    # -------------------------------------------------------------------------

    def test_single_invoice_is_paid_in_the_portal(self):
        _link, token = self._make_link()
        response = self._open(f"/s/{token}/pay")
        portal = self.url_open(response.headers["Location"])
        self.assertEqual(portal.status_code, 200)
        self.assertIn(f"/invoice/transaction/{self.invoice.id}", portal.text)
        self.assertIn(self.invoice.name, portal.text)
        self.assertNotIn(self.second.name, portal.text)

    def test_portal_token_of_one_invoice_opens_no_other(self):
        _link, token = self._make_link()
        location = self._open(f"/s/{token}/pay").headers["Location"]
        before, after = f"/invoices/{self.invoice.id}", f"/invoices/{self.second.id}"
        self.assertIn(before, location)
        response = self.url_open(location.replace(before, after))
        self.assertNotIn(self.second.name, response.text)
