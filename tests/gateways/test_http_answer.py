import base64
import json
from dataclasses import replace

from odoo.tests import tagged

from odoo.addons.sms_organizer.gateways import words
from odoo.addons.sms_organizer.gateways.base import Failure, Verdict
from odoo.addons.sms_organizer.gateways.http import MISSING, at

from .http_common import MESSAGE, PARAMETERS, HttpCase
from .recorder import LOST, Recorder


@tagged("post_install", "-at_install")
class TestHttpAnswer(HttpCase):
    def test_any_2xx_is_accepted_where_nothing_more_is_asked(self):
        for status in (200, 201, 202, 204):
            self.assert_verdict(Verdict.ACCEPTED, (status, ""))

    def test_status_alone(self):
        for status, verdict in (
            (400, Verdict.REJECTED),
            (422, Verdict.REJECTED),
            (401, Verdict.NOT_TAKEN),
            (402, Verdict.NOT_TAKEN),
            (403, Verdict.NOT_TAKEN),
            (404, Verdict.NOT_TAKEN),
            (405, Verdict.NOT_TAKEN),
            (410, Verdict.NOT_TAKEN),
            (301, Verdict.NOT_TAKEN),
            (307, Verdict.NOT_TAKEN),
            (308, Verdict.NOT_TAKEN),
            (429, Verdict.NOT_TAKEN),
            (302, Verdict.UNKNOWN),
            (303, Verdict.UNKNOWN),
            (304, Verdict.UNKNOWN),
            (503, Verdict.UNKNOWN),
            (408, Verdict.UNKNOWN),
            (409, Verdict.UNKNOWN),
            (425, Verdict.UNKNOWN),
            (500, Verdict.UNKNOWN),
            (502, Verdict.UNKNOWN),
            (504, Verdict.UNKNOWN),
        ):
            with self.subTest(status):
                self.assert_verdict(verdict, (status, "Words"))
        busy = self._sent((429, "Slow down", {"Retry-After": "7"}))
        self.assertEqual(busy.retry_after, 7)
        account = self._sent((401, "No"))
        self.assertEqual(account.failure, Failure.ACCOUNT)

    def test_lost_answer_is_in_doubt(self):
        self.assert_verdict(Verdict.UNKNOWN, LOST)

    def test_refusal_in_the_provider_s_words_without_secrets(self):
        outcome = self.assert_verdict(
            Verdict.REJECTED, (400, "Bad number for s3cret&más")
        )
        self.assertEqual(outcome.reason, "HTTP 400 Bad Request: Bad number for •••")
        answer = {"error": {"text": "Bad number, the user", "code": 7}}
        outcome = self.assert_verdict(
            Verdict.REJECTED, (400, answer), {"words_path": "error.text"}
        )
        self.assertEqual(outcome.reason, "Bad number, ••• (HTTP 400)")
        options = {
            "words_path": "error.text",
            "accepted_path": "error.code",
            "accepted_values": "0",
        }
        outcome = self.assert_verdict(Verdict.REJECTED, answer, options)
        self.assertEqual(outcome.reason, "Bad number, ••• (7)")
        outcome = self.assert_verdict(
            Verdict.REJECTED, answer, {**options, "words_path": "nowhere"}
        )
        self.assertIn("Bad number, •••", outcome.reason)

    def test_trouble_of_the_account_in_the_provider_s_words(self):
        options = {"words_path": "error.text"}
        answer = (401, {"error": {"text": "No such key, the user"}})
        outcome = self.assert_verdict(Verdict.NOT_TAKEN, answer, options)
        self.assertEqual(outcome.reason, "No such key, ••• (HTTP 401)")
        outcome = self.assert_verdict(Verdict.UNKNOWN, (500, {"error": {}}), options)
        self.assertEqual(
            outcome.reason, 'HTTP 500 Internal Server Error: {"error": {}}'
        )

    def test_redirect_in_words(self):
        for status in (301, 302, 303, 307, 308):
            self.assertEqual(self._sent((status, "x")).reason, words.REDIRECTED)

    def test_value_at_a_path(self):
        options = {
            "accepted_path": "messages.0.status",
            "accepted_values": "0, OK,true",
        }
        for value, verdict in (
            ("0", Verdict.ACCEPTED),
            (0, Verdict.ACCEPTED),
            ("ok", Verdict.ACCEPTED),
            (True, Verdict.ACCEPTED),
            ("1", Verdict.REJECTED),
            (1, Verdict.REJECTED),
            (False, Verdict.REJECTED),
            (None, Verdict.REJECTED),
            ("", Verdict.REJECTED),
            ("0, OK", Verdict.REJECTED),
            ({"a": 1}, Verdict.UNKNOWN),
            (["0"], Verdict.UNKNOWN),
        ):
            with self.subTest(value):
                self.assert_verdict(verdict, {"messages": [{"status": value}]}, options)

    def test_value_that_only_has_to_be_there(self):
        options = {"accepted_path": "id"}
        for value, verdict in (
            ("x", Verdict.ACCEPTED),
            (0, Verdict.ACCEPTED),
            ([1], Verdict.ACCEPTED),
            (None, Verdict.REJECTED),
            (False, Verdict.REJECTED),
            ("", Verdict.REJECTED),
            ([], Verdict.REJECTED),
            ({}, Verdict.REJECTED),
        ):
            with self.subTest(value):
                self.assert_verdict(verdict, {"id": value}, options)

    def test_missing_path_is_in_doubt(self):
        options = {"accepted_path": "messages.0.status", "accepted_values": "0"}
        for answer in (
            {},
            [],
            None,
            7,
            "",
            "text",
            "<html>Welcome</html>",
            {"messages": []},
            {"messages": {}},
            {"messages": [7]},
            {"messages": [{"error": "x"}]},
            (200, "{", {"Content-Type": "application/json"}),
            (200, "OK", {"Content-Type": "text/plain; charset=no-such"}),
        ):
            with self.subTest(answer):
                self.assert_verdict(Verdict.UNKNOWN, answer, options)

    def test_text_in_the_answer(self):
        options = {"accepted_text": "OK"}
        self.assert_verdict(Verdict.ACCEPTED, "OK: 12", options)
        self.assert_verdict(Verdict.UNKNOWN, "ERR 7", options)
        self.assert_verdict(Verdict.UNKNOWN, "", options)
        both = {**options, "accepted_path": "s", "accepted_values": "1"}
        self.assert_verdict(Verdict.ACCEPTED, '{"s": 1, "t": "OK"}', both)
        self.assert_verdict(Verdict.REJECTED, '{"s": 2}', both)
        self.assert_verdict(Verdict.UNKNOWN, '{"s": 1}', both)

    def test_provider_s_id(self):
        for answer, options, expected in (
            ({"a": [{"id": 12345}]}, {"id_path": "a.0.id"}, "12345"),
            ({"a": [{"id": "x-1"}]}, {"id_path": "a.0.id"}, "x-1"),
            ({"a": []}, {"id_path": "a.0.id"}, ""),
            ({"id": {"b": 1}}, {"id_path": "id"}, ""),
            ("OK: 123,2", {"id_after": "OK:"}, "123"),
            ("OK ID=ab-1\nrest", {"id_after": "ID="}, "ab-1"),
            ("<r><id>77</id></r>", {"id_after": "<id>"}, "77"),
            ("OK", {"id_after": "ID="}, ""),
            ("ID=", {"id_after": "ID="}, ""),
            ("OK", {}, ""),
        ):
            with self.subTest(answer):
                outcome = self.assert_verdict(Verdict.ACCEPTED, answer, options)
                self.assertEqual(outcome.provider_id, expected)

    def test_path(self):
        data = {"a": [{"b": None}], "1": "x"}
        self.assertIs(at(data, "a.0.b"), None)
        self.assertEqual(at(data, "1"), "x")
        for path in ("", "b", "a.1", "a.-1", "a.00", "a.x", "a.0.b.c", "a.", "a.²"):
            self.assertIs(at(data, path), MISSING, path)

    def test_nothing_is_sent_while_something_is_wrong(self):
        with Recorder() as web:
            gateway = self._gateway(web, {"parameters": "to = [nmber]\nt = [text]"})
            (outcome,) = gateway.send([MESSAGE])
            self.assertEqual(web.requests, [])
        self.assertEqual(outcome.verdict, Verdict.NOT_TAKEN)
        self.assertEqual(outcome.reason, words.NOT_DESCRIBED)
        self.assertEqual(outcome.failure, Failure.ACCOUNT)

    def test_lonely_surrogates_break_nothing(self):
        message = replace(MESSAGE, text="a\ud83d")
        for options in (
            {"content": "json", "body": '["[number]", "[text]"]'},
            {"content": "text", "body": "[number] [text]"},
            {"headers": "X-Text: [text]"},
        ):
            with Recorder() as web:
                (outcome,) = self._gateway(web, options).send([message])
            self.assertIn(outcome.verdict, (Verdict.ACCEPTED, Verdict.NOT_TAKEN))


@tagged("post_install", "-at_install")
class TestExchanges(HttpCase):
    """What a try shows an administrator."""

    def _exchange(self, answer, options=None, message=MESSAGE, **values):
        with Recorder([answer]) as web:
            gateway = self._gateway(web, options, **values)
            self.assertIsNone(gateway.exchanges)
            gateway.exchanges = []
            gateway.send([message])
            return gateway.exchanges, web

    def test_request_and_answer(self):
        ((exchange,), web) = self._exchange((202, "Taken"), {"headers": "X-A: b"})
        self.assertEqual(exchange.method, "POST")
        self.assertEqual(exchange.url, f"{web.url}/")
        self.assertIn("\nX-A: b\n", exchange.headers)
        self.assertEqual(exchange.body.encode(), web.request.body)
        self.assertEqual((exchange.status, exchange.answer), (202, "Taken"))

    def test_each_message_is_noted_and_nothing_by_itself(self):
        with Recorder() as web:
            gateway = self._gateway(web)
            gateway.send([MESSAGE])
            self.assertIsNone(gateway.exchanges)
            gateway.exchanges = []
            gateway.send([MESSAGE] * 5)
            self.assertEqual(len(gateway.exchanges), 5)

    def test_no_answer(self):
        ((exchange,), _web) = self._exchange(LOST)
        self.assertEqual((exchange.status, exchange.answer), (None, ""))

    def test_no_secrets_however_they_are_spelt(self):
        password = "s3cret &<ż\"/+='"
        secrets = (
            password,
            "s3cret+%26%3C%C5%BC%22%2F%2B%3D%27",
            "s3cret%20%26%3C%C5%BC%22/%2B%3D%27",
            base64.b64encode(password.encode()).decode(),
            base64.b64encode(f"the user:{password}".encode()).decode(),
            json.dumps(password)[1:-1],
            "s3cret &amp;&lt;ż",
        )
        answer = (200, "You said " + " ".join(secrets[:-1]))
        kinds = (
            {
                "parameters": f"{PARAMETERS}\np = [password]\nb = [basic]",
                "headers": "Authorization: Bearer x7\nX-Key: [password]\nX-B: [basic]",
            },
            {"method": "GET", "parameters": f"{PARAMETERS}\np = [password]"},
            {"content": "json", "body": '["[number]", "[text]", "[password]"]'},
            {
                "content": "text",
                "body": "<a>[number][text]<p>[password]</p></a>",
                "headers": "Content-Type: text/xml",
            },
        )
        for options in kinds:
            message = replace(MESSAGE, text="Hello")
            ((exchange,), web) = self._exchange(
                answer, options, message, password=password
            )
            shown = str(exchange)
            for secret in (*secrets, "s3cret", "x7"):
                self.assertNotIn(secret, shown)
            self.assertIn("•••", exchange.body or exchange.url)
            # what was sent is not masked
            sent = f"{web.request.query}{web.request.headers}{web.request.body}"
            self.assertIn("s3cret", sent)

    def test_long_ones_are_cut_after_the_secrets_are_gone(self):
        text = "x" * 4_995 + "s3cret&más" + "y" * 9_000
        ((exchange,), _web) = self._exchange(
            (200, text),
            {"content": "text", "body": "[text][number]"},
            replace(MESSAGE, text=text),
        )
        for shown in (exchange.body, exchange.answer):
            self.assertEqual(len(shown), 5_000)
            self.assertTrue(shown.endswith("x•••yy"))
