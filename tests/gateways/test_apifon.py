import hashlib
import hmac
import json
from base64 import b64encode
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import requests

from odoo.tests import BaseCase, tagged

from odoo.addons.sms_organizer.gateways import apifon
from odoo.addons.sms_organizer.gateways.apifon import ApifonGateway
from odoo.addons.sms_organizer.gateways.base import (
    Account,
    Balance,
    Callback,
    Failure,
    Forged,
    Message,
    Report,
    Trouble,
    Verdict,
)
from odoo.addons.sms_organizer.gateways.words import NO_ANSWER, REDIRECTED

from .recorder import HALF, LOST, Recorder

URL = "https://erp.example.com/sms/report/1/aaa/bbb"
MESSAGE = Message("a" * 32, "+306912345678", "Hello", report_url=URL)
ITEM = {"message_id": "4e2d-1", "custom_id": "c", "length": 1}
TAKEN = {
    "request_id": "req-1",
    "results": {"306912345678": [ITEM]},
    "result_info": {"status_code": 200, "description": "OK"},
}
DATE = "Thu, 29 Sep 2016 12:18:56 GMT"


def gateway_at(url, **values):
    return ApifonGateway(
        Account(
            base_url=url,
            username="the-token",
            password="secret-key",
            sender="Firm",
            local_network=True,
            **values,
        )
    )


def refusal(status, code, words):
    return (status, {"result_info": {"status_code": code, "description": words}})


@tagged("post_install", "-at_install")
class TestApifon(BaseCase):
    def _send(self, answer, message=MESSAGE):
        """:return: what became of one message, by the provider's answer"""
        with Recorder([answer]) as self.web:
            (outcome,) = gateway_at(self.web.url).send([message])
        self.assertEqual(outcome.reference, message.reference)
        return outcome

    # -- what it is asked ------------------------------------------------------------

    def test_request(self):
        self._send(TAKEN)
        request = self.web.request
        self.assertEqual(request.method, "POST")
        self.assertEqual(request.path, "/services/api/v1/sms/send")
        self.assertEqual(request.query, {})
        self.assertEqual(
            request.headers["content-type"], "application/json; charset=utf-8"
        )
        self.assertEqual(
            request.json,
            {
                "message": {
                    "text": "Hello",
                    "dc": 0,
                    "sender_id": "Firm",
                    "callback_url": URL,
                },
                "subscribers": [{"number": "306912345678"}],
                "callback_url": URL,
                "reference_id": "a" * 32,
            },
        )

    def test_unicode_and_long_texts(self):
        for text, encoding, kind in (
            ("Hello [1] €\n" * 40, "GSM-7", 0),
            ("Καλημέρα 🙏", "UCS-2", 2),
            ("Οφείλετε 5 € από χθες. " * 20, "UCS-2", 2),
        ):
            self._send(TAKEN, Message("a" * 32, "+306912345678", text, encoding, 9))
            message = self.web.request.json["message"]
            self.assertEqual((message["text"], message["dc"]), (text, kind))
            self.assertNotIn("callback_url", message)
            self.assertNotIn("callback_url", self.web.request.json)

    def test_default_address(self):
        self.assertEqual(ApifonGateway(Account()).url, "https://ars.apifon.com")

    # -- the signature ---------------------------------------------------------------

    def test_signature_is_that_of_openssl(self):
        # printf 'POST\n…' | openssl dgst -sha256 -hmac secret-key -binary | base64
        self.patch(apifon, "formatdate", lambda **_options: DATE)
        body = (
            '{"message":{"text":"Καλημέρα","dc":2,"sender_id":"Firm"},'
            '"subscribers":[{"number":"306912345678"}]}'
        )
        for path, sent, signature in (
            ("sms/send", body, "/JoQbzZBMeaymKhxUqYH31qq0i3CtZs15FsPbSoMAJc="),
            ("sms/send", body.encode(), "/JoQbzZBMeaymKhxUqYH31qq0i3CtZs15FsPbSoMAJc="),
            ("balance", None, "HR0Wy6HodZSLlNm3Y1OQ5jMlifdgxt58eFv8ieIbcoE="),
        ):
            request = requests.Request(
                "POST",
                f"https://ars.apifon.com/services/api/v1/{path}",
                data=sent,
                auth=gateway_at("").authenticate,
            ).prepare()
            self.assertEqual(request.headers["X-ApifonWS-Date"], DATE)
            self.assertEqual(
                request.headers["Authorization"], f"ApifonWS the-token:{signature}"
            )

    def _assert_signed(self, request):
        """As its documentation has it, over the bytes that came."""
        date = request.headers["x-apifonws-date"]
        signed = b"\n".join(
            (
                request.method.encode(),
                request.path.encode(),
                request.body,
                date.encode(),
            )
        )
        digest = hmac.new(b"secret-key", signed, hashlib.sha256).digest()
        self.assertEqual(
            request.headers["authorization"],
            f"ApifonWS the-token:{b64encode(digest).decode()}",
        )
        self.assertRegex(
            date, r"^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$"
        )
        age = datetime.now(timezone.utc) - parsedate_to_datetime(date)
        self.assertLess(abs(age), timedelta(minutes=1))

    def test_what_is_sent_is_what_was_signed(self):
        text = 'Καλημέρα 🙏 "&<>\\\n'
        self._send(TAKEN, Message("a" * 32, "+306912345678", text, "UCS-2"))
        self._assert_signed(self.web.request)
        with Recorder([{"balance": "1"}]) as web:
            gateway_at(web.url).balance()
        self.assertEqual(web.request.body, b"")
        self._assert_signed(web.request)

    def test_signature_knows_the_path_of_another_address(self):
        with Recorder([TAKEN]) as web:
            gateway_at(f"{web.url}/proxy/").send([MESSAGE])
        self.assertEqual(web.request.path, "/proxy/services/api/v1/sms/send")
        self._assert_signed(web.request)

    # -- what becomes of a message ---------------------------------------------------

    def test_accepted(self):
        outcome = self._send(TAKEN)
        self.assertEqual(outcome.verdict, Verdict.ACCEPTED)
        self.assertEqual(outcome.provider_id, "4e2d-1")

    def test_accepted_in_other_shapes(self):
        for answer in (
            {"results": {"306912345678": ITEM}},
            {"results": {"+306912345678": [{"message_id": 5}]}, "result_info": None},
            (201, {**TAKEN, "result_info": {"status_code": "201"}}),
            {**TAKEN, "result_info": {"status_code": 0}},
        ):
            outcome = self._send(answer)
            self.assertEqual(outcome.verdict, Verdict.ACCEPTED, answer)
            self.assertTrue(outcome.provider_id)

    def test_errors_whether_http_says_so_or_the_answer(self):
        for code, words, verdict, failure in (
            (400, "Invalid sender_id", Verdict.REJECTED, Failure.SENDER),
            (400, "Invalid destination number", Verdict.REJECTED, Failure.NUMBER),
            (400, "Text is empty", Verdict.REJECTED, Failure.TEXT),
            (422, "No way", Verdict.REJECTED, Failure.OTHER),
            (400, "Insufficient balance", Verdict.NOT_TAKEN, Failure.CREDIT),
            (402, "Pay first", Verdict.NOT_TAKEN, Failure.CREDIT),
            (401, "Unauthorized", Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (403, "Sender not of this account", Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (404, "No such service", Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (429, "Too many messages", Verdict.NOT_TAKEN, Failure.SERVER),
            (503, "Busy", Verdict.UNKNOWN, Failure.SERVER),
            (408, "Too slow", Verdict.UNKNOWN, Failure.SERVER),
            (409, "Again?", Verdict.UNKNOWN, Failure.SERVER),
            (500, "Invalid number of threads", Verdict.UNKNOWN, Failure.SERVER),
        ):
            for status in (code, 200):
                outcome = self._send(refusal(status, code, words))
                self.assertEqual(outcome.verdict, verdict, (status, words))
                self.assertEqual(outcome.failure, failure, (status, words))
                self.assertEqual(outcome.reason, f"{words} ({code})")

    def test_words_of_an_error_in_other_places(self):
        for data in (
            {"status_code": 5, "status_description": "INVALID_RECIPIENT"},
            {"title": "Bad request", "detail": "INVALID_RECIPIENT"},
            {"message": "INVALID_RECIPIENT"},
        ):
            outcome = self._send((400, data))
            self.assertEqual(outcome.verdict, Verdict.REJECTED)
            self.assertEqual(outcome.failure, Failure.NUMBER)
            self.assertEqual(outcome.reason, "INVALID_RECIPIENT (400)")

    def test_statuses_without_words(self):
        for status, verdict, failure in (
            (301, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (302, Verdict.UNKNOWN, Failure.SERVER),
            (400, Verdict.REJECTED, Failure.OTHER),
            (401, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (429, Verdict.NOT_TAKEN, Failure.SERVER),
            (503, Verdict.UNKNOWN, Failure.SERVER),
            (500, Verdict.UNKNOWN, Failure.SERVER),
        ):
            outcome = self._send((status, "<html>Sorry</html>", {"Retry-After": "7"}))
            self.assertEqual(outcome.verdict, verdict, status)
            self.assertEqual(outcome.failure, failure, status)
            redirected = REDIRECTED if status in (301, 302) else None
            reason = redirected or f"HTTP {status} {HTTPStatus(status).phrase}"
            self.assertEqual(outcome.reason, reason)
            self.assertEqual(outcome.retry_after, 7 if status == 429 else None)

    def test_answer_that_contradicts_itself_leaves_it_in_doubt(self):
        for status, code in ((200, 401), (200, 5), (401, 200), (400, 400), (503, 0)):
            answer = {**TAKEN, "result_info": {"status_code": code}}
            outcome = self._send((status, answer))
            self.assertEqual(outcome.verdict, Verdict.UNKNOWN, (status, code))

    def test_answers_that_make_no_sense_leave_it_in_doubt(self):
        for answer in (
            LOST,
            (HALF, json.dumps(TAKEN)),
            "",
            "OK",
            "<html>Welcome to the hotel's WiFi</html>",
            None,
            [],
            [TAKEN],
            7,
            {},
            {"request_id": "req-only", "results": []},
            {"results": "306912345678", "result_info": "OK"},
            {"results": {"306999999999": [ITEM]}},
            {"results": {"306912345678": []}},
            {"results": {"306912345678": [None, 7, "id", {}, {"message_id": None}]}},
            {"results": {"306912345678": "id"}},
            {"result_info": {"status_code": 200}},
        ):
            outcome = self._send(answer)
            self.assertEqual(outcome.verdict, Verdict.UNKNOWN, answer)

    def test_no_answer_in_time_leaves_it_in_doubt(self):
        def send(_session, _request, **_options):
            raise requests.exceptions.ReadTimeout

        self.patch(requests.Session, "send", send)
        (outcome,) = gateway_at("http://127.0.0.1").send([MESSAGE])
        self.assertEqual(outcome.verdict, Verdict.UNKNOWN)
        self.assertEqual(outcome.reason, NO_ANSWER)

    def test_same_number_twice_in_a_batch(self):
        def answer(request):
            if request.json["message"]["text"] == "bad":
                return refusal(400, 400, "Text is bad")
            item = {"message_id": f"id-{request.json['reference_id']}"}
            return {"results": {"306912345678": [item]}}

        messages = [
            Message(text * 4, "+306912345678", text) for text in ("one", "two", "bad")
        ]
        with Recorder(answer) as web:
            found = gateway_at(web.url).send(messages)
        outcomes = {outcome.reference: outcome for outcome in found}
        self.assertEqual(len(web.requests), 3)
        for reference in ("one" * 4, "two" * 4):
            self.assertEqual(outcomes[reference].provider_id, f"id-{reference}")
        self.assertEqual(outcomes["bad" * 4].verdict, Verdict.REJECTED)

    def test_secrets_are_never_told(self):
        quoted = "the-token secret-key"
        for answer in (
            (403, quoted),
            (500, "x" * 190 + quoted),
            refusal(400, 400, quoted),
            refusal(200, 401, quoted),
            (400, {"message": quoted}),
            f"Nonsense {quoted}",
        ):
            outcome = self._send(answer)
            self.assertNotEqual(outcome.verdict, Verdict.ACCEPTED)
            self.assertTrue(outcome.reason)
            for secret in ("the-t", "secret-k"):
                self.assertNotIn(secret, outcome.reason)

    # -- balance ---------------------------------------------------------------------

    def _balance(self, answer):
        with Recorder([answer]) as self.web:
            return gateway_at(self.web.url).balance()

    def test_balance(self):
        answer = {"balance": "9864.5", "reserved": "0.0", "plafon": "0.0"}
        self.assertEqual(self._balance(answer), Balance(9864.5))
        request = self.web.request
        self.assertEqual(request.method, "POST")
        self.assertEqual(request.path, "/services/api/v1/balance")
        self.assertEqual(request.query, {})
        self.assertEqual(
            self._balance({"balance": 5, "currency": "EUR"}), Balance(5, "EUR")
        )

    def test_no_balance(self):
        for answer, verdict, failure in (
            ((401, {"title": "Unauthorized"}), Verdict.NOT_TAKEN, Failure.ACCOUNT),
            ((503, "Busy"), Verdict.UNKNOWN, Failure.SERVER),
            ((500, {"balance": "5"}), Verdict.UNKNOWN, Failure.SERVER),
            ((400, {"balance": "5"}), Verdict.UNKNOWN, Failure.SERVER),
            ({}, Verdict.UNKNOWN, Failure.SERVER),
            ({"balance": None}, Verdict.UNKNOWN, Failure.SERVER),
            ({"balance": [5]}, Verdict.UNKNOWN, Failure.SERVER),
            ([], Verdict.UNKNOWN, Failure.SERVER),
            ("<html>", Verdict.UNKNOWN, Failure.SERVER),
            (LOST, Verdict.UNKNOWN, Failure.SERVER),
        ):
            with self.assertRaises(Trouble) as caught:
                self._balance(answer)
            self.assertEqual(caught.exception.verdict, verdict, answer)
            self.assertEqual(caught.exception.failure, failure, answer)

    # -- reports ---------------------------------------------------------------------

    def _reports(self, data, reference="a" * 32):
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        return gateway_at("").parse_reports(Callback(reference, {}, body=body))

    def test_reports_in_every_shape(self):
        word = {"message_id": "4e2d-1", "status": "DELIVERED", "status_code": 0}
        pair = {"message_id": "4e2d-1", "status": {"code": 2, "text": "delivered"}}
        described = {"message_id": "4e2d-1", "status_description": "Delivered"}
        for row in (word, pair, described):
            for data in (
                {"request_id": "req-1", "results": [row]},
                {"request_id": "req-1", "data": [row], "account_id": 1, "type": "SMS"},
                [row],
                row,
            ):
                self.assertEqual(
                    self._reports(data), [Report("a" * 32, True, "4e2d-1")], data
                )

    def test_report_to_the_address_of_all(self):
        rows = [
            {"message_id": "1", "status": "DELIVERED"},
            {"message_id": "2", "status": "SENT"},
            {"message_id": "3", "status": "UNDELIVERED"},
            {"status": "DELIVERED"},
        ]
        self.assertEqual(
            self._reports({"results": rows}, ""),
            [
                Report("", True, "1"),
                Report("", False, "3", reason="Apifon: undelivered"),
            ],
        )

    def test_report_of_failure(self):
        for status in ("FAILED", "Undeliverable", "rejected", "Expired"):
            (report,) = self._reports([{"message_id": "1", "status": status}])
            self.assertFalse(report.delivered)
            self.assertEqual(report.reference, "a" * 32)
            self.assertEqual(report.reason, f"Apifon: {status.lower()}")

    def test_report_tells_when_in_utc(self):
        at = datetime(2026, 11, 22, 10, 5)
        for timestamp in (1795341900, "1795341900", 1795341900000):
            row = {"status": "delivered", "timestamp": timestamp}
            self.assertEqual(self._reports([row])[0].at, at)
        for timestamp in (None, "", "soon", -1, 0, 1e300, [1], {}, True):
            row = {"status": "delivered", "timestamp": timestamp}
            self.assertIsNone(self._reports([row])[0].at, timestamp)

    def test_report_on_the_way_is_none(self):
        for status in ("SENT", "ACCEPTED", "Enroute", 7, {"code": 2}, None, [], ""):
            self.assertEqual(self._reports([{"message_id": "1", "status": status}]), [])

    def test_nonsense_is_no_report(self):
        for data in (
            b"",
            b"\xff\xfe",
            b"status=delivered",
            None,
            7,
            "delivered",
            [],
            [[]],
            ["delivered"],
            {},
            {"results": []},
            {"results": "delivered"},
            {"results": [{"message_id": "1"}]},
        ):
            with self.assertRaises(Forged):
                self._reports(data)
