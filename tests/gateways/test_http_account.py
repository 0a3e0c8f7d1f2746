from odoo.tests import tagged

from odoo.addons.sms_organizer.gateways import words
from odoo.addons.sms_organizer.gateways.base import (
    Account,
    Balance,
    Callback,
    Failure,
    Forged,
    Report,
    Trouble,
    Verdict,
)
from odoo.addons.sms_organizer.gateways.http import HttpGateway

from .http_common import HttpCase
from .recorder import LOST, Recorder


@tagged("post_install", "-at_install")
class TestHttpReport(HttpCase):
    options = {
        "report_status": "status",
        "report_delivered": "DELIVRD, 1",
        "report_failed": "UNDELIV,EXPIRED",
        "report_reason": "err",
        "report_id": "id",
    }

    def _reports(self, callback, **options):
        account = Account(
            "http://x", "user", "secret", options={**self.options, **options}
        )
        return HttpGateway(account).parse_reports(callback)

    def test_by_parameters(self):
        self.assertEqual(
            self._reports(Callback("ref1", {"status": "delivrd"})),
            [Report("ref1", True)],
        )
        self.assertEqual(
            self._reports(Callback("ref1", {"status": "1", "id": "x"})),
            [Report("ref1", True, "x")],
        )
        self.assertEqual(
            self._reports(Callback("ref1", {"status": "Expired", "err": "secret 7"})),
            [Report("ref1", False, reason="••• 7 (Expired)")],
        )
        self.assertEqual(
            self._reports(Callback("", {"status": "UNDELIV", "id": "x"})),
            [Report("", False, "x", reason="UNDELIV")],
        )

    def test_by_paths_in_json(self):
        paths = {"report_status": "results.0.state", "report_id": "results.0.id"}
        body = b'{"results": [{"state": 1, "id": 77}]}'
        self.assertEqual(
            self._reports(Callback("", {}, body=body), **paths),
            [Report("", True, "77")],
        )

    def test_other_values_say_nothing_yet(self):
        for status in ("BUFFERED", "2", "DELIVRD,1"):
            self.assertEqual(self._reports(Callback("ref1", {"status": status})), [])

    def test_what_makes_no_report_is_forged(self):
        for callback in (
            Callback("ref1", {}),
            Callback("ref1", {"status": " "}),
            Callback("ref1", {}, body=b'{"status": {"a": 1}}'),
            Callback("ref1", {}, body=b"{"),
            Callback("", {"status": "1"}),
        ):
            with self.subTest(callback), self.assertRaises(Forged):
                self._reports(callback)
        with self.assertRaises(Forged):
            self._reports(Callback("ref1", {"": "1", "status": "1"}), report_status="")


@tagged("post_install", "-at_install")
class TestHttpAccount(HttpCase):
    def _balance(self, answer, **options):
        with Recorder([answer]) as web:
            options["balance_url"] = f"{web.url}/credit"
            gateway = self._gateway(web, options)
            return gateway.balance(), web.request

    def test_balance_is_asked_where_there_is_an_address(self):
        self.assertTrue(HttpGateway.asks_balance)
        with Recorder() as web:
            gateway = self._gateway(web)
            self.assertFalse(gateway.asks_balance)
            with self.assertRaises(NotImplementedError):
                gateway.balance()
            self.assertEqual(web.requests, [])

    def test_balance(self):
        headers = "X-Key: [password]\nX-To: [number]\nX-Text: [text]"
        balance, request = self._balance(
            {"account": {"left": "12.50"}},
            headers=headers,
            balance_path="account.left",
            balance_parameters="user = [user]\nkind = sms",
        )
        self.assertEqual(balance, Balance(12.5))
        self.assertEqual((request.method, request.path), ("GET", "/credit"))
        self.assertEqual(request.query, {"user": "the user", "kind": "sms"})
        self.assertIn("x-key", request.headers)
        self.assertFalse({"x-to", "x-text"} & set(request.headers))
        for answer, figure in ((" 1234.5\n", 1234.5), ('"7"', 7), (-3, -3)):
            self.assertEqual(self._balance(answer)[0], Balance(figure))

    def test_balance_that_is_none(self):
        for answer in (
            {},
            {"left": None},
            {"left": True},
            {"left": "nan"},
            {"left": []},
            [],
            "12",
            (400, {"left": 5}),
            (401, {"left": 5}),
            (500, {"left": 5}),
            LOST,
        ):
            with self.subTest(answer), self.assertRaises(Trouble):
                self._balance(answer, balance_path="left")

    def test_check_asks_for_the_balance_where_it_can(self):
        with Recorder(["5"]) as web:
            gateway = self._gateway(web, {"balance_url": f"{web.url}/credit"})
            self.assertEqual(gateway.check(), Balance(5))

    def test_check_with_a_balance_knows_the_account(self):
        self.assertFalse(HttpGateway.check_knows_account)
        with Recorder(["5"]) as web:
            self.assertFalse(self._gateway(web).check_knows_account)
            asking = self._gateway(web, {"balance_url": f"{web.url}/credit"})
            self.assertTrue(asking.check_knows_account)

    def test_check_tells_of_a_description_that_is_none(self):
        for options in (
            {"parameters": ""},
            {"parameters": "to = [number]"},
            {"parameters": "", "balance_url": "http://127.0.0.1/credit"},
        ):
            with self.subTest(options), Recorder() as web:
                with self.assertRaises(Trouble) as caught:
                    self._gateway(web, options).check()
                self.assertEqual(web.requests, [])
            self.assertEqual(caught.exception.reason, words.NOT_DESCRIBED)
            self.assertEqual(caught.exception.failure, Failure.ACCOUNT)
            self.assertEqual(caught.exception.verdict, Verdict.NOT_TAKEN)

    def test_check_of_what_cannot_take_a_message(self):
        page = {"Content-Type": "Text/HTML; charset=utf-8"}
        for answer, reason, failure in (
            ((301, ""), words.REDIRECTED, Failure.ACCOUNT),
            ((302, ""), words.REDIRECTED, Failure.SERVER),
            ((308, "", page), words.REDIRECTED, Failure.ACCOUNT),
            ((304, ""), "HTTP 304 Not Modified", Failure.SERVER),
            ((429, ""), "HTTP 429 Too Many Requests", Failure.SERVER),
            ((500, ""), "HTTP 500 Internal Server Error", Failure.SERVER),
            ((503, ""), "HTTP 503 Service Unavailable", Failure.SERVER),
            ((200, "", page), words.WEB_PAGE, Failure.SERVER),
        ):
            with self.subTest(answer), Recorder([answer]) as web:
                with self.assertRaises(Trouble) as caught:
                    self._gateway(web).check()
                self.assertEqual(caught.exception.reason, reason)
                self.assertEqual(caught.exception.failure, failure)
        with Recorder([(405, "", page)]) as web:
            self.assertIsNone(self._gateway(web).check())

    def test_check_otherwise_sees_who_answers_and_sends_nothing(self):
        for status in (200, 204, 400, 401, 403, 404, 405, 501):
            with Recorder([(status, "")]) as web:
                headers = "X-To: [number]\nX-Text: [text]"
                self.assertIsNone(self._gateway(web, {"headers": headers}).check())
                self.assertEqual(web.request.method, "HEAD")
                self.assertEqual(web.request.query, {})
                self.assertEqual(web.request.body, b"")
                self.assertFalse({"x-to", "x-text"} & set(web.request.headers))
        with self.assertRaises(Trouble) as caught:
            self._gateway(web).check()
        self.assertEqual(caught.exception.reason, words.NO_CONNECTION)

    def test_check_of_credentials_in_a_header(self):
        for header in ("Authorization: Bearer x", "X-Key: [password]"):
            for status in (401, 403):
                with Recorder([(status, "")]) as web:
                    gateway = self._gateway(web, {"headers": header})
                    with self.assertRaises(Trouble) as caught:
                        gateway.check()
                self.assertEqual(caught.exception.failure, Failure.ACCOUNT)
            with Recorder([(400, "")]) as web:
                self.assertIsNone(self._gateway(web, {"headers": header}).check())
