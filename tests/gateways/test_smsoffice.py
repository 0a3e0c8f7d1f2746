import hashlib
import json
from datetime import datetime

import requests

from odoo.tests import BaseCase, tagged

from odoo.addons.sms_organizer.gateways.base import (
    Account,
    Balance,
    Callback,
    Failure,
    Forged,
    Message,
    Report,
    Sent,
    Trouble,
    Verdict,
)
from odoo.addons.sms_organizer.gateways.smsoffice import SmsOfficeGateway, label_of
from odoo.addons.sms_organizer.gateways.words import NO_ANSWER

from .recorder import HALF, LOST, Recorder

KEY = "0123456789abcdef0123456789abcdef"
REFERENCE = "a" * 32
LABEL = hashlib.sha256(REFERENCE.encode()).hexdigest()[:20]
MESSAGE = Message(REFERENCE, "+995577123456", "Hello [1] €")
TAKEN = {"Success": True, "Message": "OK", "Output": None, "ErrorCode": 0}


def gateway_at(url):
    return SmsOfficeGateway(
        Account(base_url=url, password=KEY, sender="Firm", local_network=True)
    )


def error(code, words="No"):
    return {"Success": False, "Message": words, "Output": None, "ErrorCode": code}


@tagged("post_install", "-at_install")
class TestSmsOffice(BaseCase):
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
        self.assertEqual((request.method, request.path), ("POST", "/api/v2/send/"))
        self.assertEqual(request.query, {})
        self.assertNotIn("authorization", request.headers)
        self.assertEqual(
            request.headers["content-type"], "application/x-www-form-urlencoded"
        )
        self.assertEqual(
            request.form,
            {
                "key": KEY,
                "destination": "995577123456",
                "sender": "Firm",
                "content": "Hello [1] €",
                "reference": LABEL,
            },
        )

    def test_georgian_and_long_texts_arrive_whole(self):
        for text in ("გამარჯობა & = + 🙏\n", "გთხოვთ გადაიხადოთ " * 50):
            self._send(TAKEN, Message(REFERENCE, "+995577123456", text, "UCS-2", 14))
            self.assertEqual(self.web.request.form["content"], text)

    def test_label_is_short_and_of_one_reference(self):
        labels = {label_of(f"{number:040}") for number in range(1000)}
        self.assertEqual(len(labels), 1000)
        self.assertEqual({len(label) for label in labels}, {20})
        self.assertEqual(label_of(REFERENCE), LABEL)

    def test_default_address(self):
        self.assertEqual(SmsOfficeGateway(Account()).url, "https://smsoffice.ge")

    # -- what becomes of a message ---------------------------------------------------

    def test_accepted(self):
        for answer in (
            TAKEN,
            {"Success": True},
            {"Success": "true", "ErrorCode": "0"},
            {"ErrorCode": 0},
            {**TAKEN, "Output": {"ErrorCode": 0}},
        ):
            outcome = self._send(answer)
            self.assertEqual(outcome.verdict, Verdict.ACCEPTED, answer)
            self.assertEqual(outcome.provider_id, LABEL)

    def test_errors(self):
        for code, verdict, failure in (
            (10, Verdict.REJECTED, Failure.NUMBER),
            (20, Verdict.NOT_TAKEN, Failure.CREDIT),
            (40, Verdict.REJECTED, Failure.TEXT),
            (60, Verdict.REJECTED, Failure.TEXT),
            (75, Verdict.REJECTED, Failure.NUMBER),
            (76, Verdict.REJECTED, Failure.NUMBER),
            (77, Verdict.REJECTED, Failure.NUMBER),
            (80, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (110, Verdict.REJECTED, Failure.SENDER),
            (120, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (150, Verdict.REJECTED, Failure.SENDER),
            (500, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (600, Verdict.REJECTED, Failure.NUMBER),
            (700, Verdict.REJECTED, Failure.SENDER),
            (800, Verdict.REJECTED, Failure.TEXT),
            (-100, Verdict.NOT_TAKEN, Failure.SERVER),
            (9999, Verdict.REJECTED, Failure.OTHER),
        ):
            for answer in (
                error(code),
                error(str(code)),
                {"Message": "No", "ErrorCode": code},
                {"Success": False, "Message": "No", "Output": {"ErrorCode": code}},
            ):
                outcome = self._send(answer)
                self.assertEqual(outcome.verdict, verdict, answer)
                self.assertEqual(outcome.failure, failure, answer)
                self.assertEqual(outcome.reason, f"No ({code})")

    def test_errors_by_http_count_by_their_code(self):
        self.assertEqual(self._send((400, error(76))).verdict, Verdict.REJECTED)
        self.assertEqual(self._send((401, error(80))).verdict, Verdict.NOT_TAKEN)
        self.assertEqual(self._send((400, error(9999))).verdict, Verdict.UNKNOWN)
        self.assertEqual(self._send((500, error(9999))).verdict, Verdict.UNKNOWN)

    def test_answer_that_contradicts_itself_leaves_it_in_doubt(self):
        for answer in (
            {"Success": True, "ErrorCode": 20},
            {"Success": True, "Output": {"ErrorCode": 20}},
            {"Success": False, "ErrorCode": 0},
            (500, TAKEN),
            (401, TAKEN),
        ):
            self.assertEqual(self._send(answer).verdict, Verdict.UNKNOWN, answer)

    def test_statuses_without_a_code(self):
        for status, verdict, failure in (
            (301, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (302, Verdict.UNKNOWN, Failure.SERVER),
            (401, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (404, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (429, Verdict.NOT_TAKEN, Failure.SERVER),
            (503, Verdict.UNKNOWN, Failure.SERVER),
            (400, Verdict.UNKNOWN, Failure.SERVER),
            (500, Verdict.UNKNOWN, Failure.SERVER),
        ):
            outcome = self._send((status, "<html>Sorry</html>", {"Retry-After": "7"}))
            self.assertEqual(outcome.verdict, verdict, status)
            self.assertEqual(outcome.failure, failure, status)
            self.assertEqual(outcome.retry_after, 7 if status == 429 else None)

    def test_answers_that_make_no_sense_leave_it_in_doubt(self):
        for answer in (
            LOST,
            (HALF, json.dumps(TAKEN)),
            "",
            "OK",
            "true",
            "<html>Welcome to the hotel's WiFi</html>",
            None,
            [],
            [TAKEN],
            0,
            {},
            {"Success": None, "ErrorCode": None},
            {"Success": 1, "ErrorCode": 0},
            {"Success": [True], "ErrorCode": [0]},
            {"ErrorCode": "none", "Output": "0"},
            {"ErrorCode": False},
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
        messages = [
            Message(text * 4, "+995577123456", text) for text in ("one", "two", "bad")
        ]
        with Recorder(
            lambda request: error(40) if request.form["content"] == "bad" else TAKEN
        ) as web:
            found = gateway_at(web.url).send(messages)
        outcomes = {outcome.reference: outcome for outcome in found}
        self.assertEqual(
            {request.form["reference"] for request in web.requests},
            {label_of(message.reference) for message in messages},
        )
        for reference in ("one" * 4, "two" * 4):
            self.assertEqual(outcomes[reference].provider_id, label_of(reference))
        self.assertEqual(outcomes["bad" * 4].verdict, Verdict.REJECTED)

    def test_secrets_are_never_told(self):
        for answer in (
            (403, KEY),
            (500, "x" * 190 + KEY),
            error(80, f"Wrong key: {KEY}"),
            f"Nonsense {KEY}",
            {"Success": True, "ErrorCode": 20, "Message": KEY},
        ):
            outcome = self._send(answer)
            self.assertNotEqual(outcome.verdict, Verdict.ACCEPTED)
            self.assertTrue(outcome.reason)
            self.assertNotIn(KEY[:8], outcome.reason)

    # -- balance ---------------------------------------------------------------------

    def _balance(self, answer):
        with Recorder([answer]) as self.web:
            return gateway_at(self.web.url).balance()

    def test_balance(self):
        for answer in (1250, "1250", ' "1250"\r\n'):
            self.assertEqual(self._balance(answer), Balance(1250))
        request = self.web.request
        self.assertEqual((request.method, request.path), ("GET", "/api/getBalance"))
        self.assertEqual(request.query, {"key": KEY})
        self.assertEqual(self._balance("0"), Balance(0))

    def test_no_balance(self):
        for answer, verdict, failure in (
            (error(80), Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (error(-100), Verdict.NOT_TAKEN, Failure.SERVER),
            (error(9999), Verdict.NOT_TAKEN, Failure.OTHER),
            ((401, "5"), Verdict.NOT_TAKEN, Failure.ACCOUNT),
            ((500, "5"), Verdict.UNKNOWN, Failure.SERVER),
            ((400, "5"), Verdict.UNKNOWN, Failure.SERVER),
            ("-1", Verdict.UNKNOWN, Failure.SERVER),
            ("many", Verdict.UNKNOWN, Failure.SERVER),
            ("", Verdict.UNKNOWN, Failure.SERVER),
            ({}, Verdict.UNKNOWN, Failure.SERVER),
            ("<html>", Verdict.UNKNOWN, Failure.SERVER),
            (LOST, Verdict.UNKNOWN, Failure.SERVER),
        ):
            with self.assertRaises(Trouble) as caught:
                self._balance(answer)
            self.assertEqual(caught.exception.verdict, verdict, answer)
            self.assertEqual(caught.exception.failure, failure, answer)

    # -- reports that are asked for --------------------------------------------------

    def _statuses(self, answer, *references):
        sent = [
            Sent(reference, label_of(reference), "+995577123456")
            for reference in references or (REFERENCE,)
        ]
        with Recorder(answer if callable(answer) else [answer]) as self.web:
            return gateway_at(self.web.url).statuses(sent)

    @staticmethod
    def _status(status, **values):
        output = {"Status": status, **values}
        return {"Success": True, "Message": "found", "Output": output, "ErrorCode": 0}

    def test_statuses_one_at_a_time(self):
        words = {label_of("1"): "Delivered", label_of("2"): "Undelivered"}
        reports = self._statuses(
            lambda request: self._status(words.get(request.query["reference"])),
            *("1", "2", "3"),
        )
        self.assertEqual(
            {report.reference: report.delivered for report in reports},
            {"1": True, "2": False},
        )
        self.assertEqual(len(self.web.requests), 3)

    def test_status_request(self):
        report = self._statuses(self._status("Delivered"))
        self.assertEqual(report, [Report(REFERENCE, True)])
        request = self.web.request
        self.assertEqual(request.method, "GET")
        self.assertEqual(request.path, "/api/v2/getMessageStatus/")
        self.assertEqual(
            request.query,
            {"key": KEY, "destination": "995577123456", "reference": LABEL},
        )

    def test_status_of_a_message_whose_answer_was_lost(self):
        with Recorder([self._status("Delivered")]) as web:
            gateway_at(web.url).statuses([Sent(REFERENCE, "", "+995577123456")])
        self.assertEqual(web.request.query["reference"], LABEL)

    def test_status_given_up(self):
        answer = self._status("Expired", Reason="Absent", Timestamp="20261122140500")
        self.assertEqual(
            self._statuses(answer),
            [
                Report(
                    REFERENCE,
                    False,
                    at=datetime(2026, 11, 22, 10, 5),
                    reason="Absent (expired)",
                )
            ],
        )

    def test_status_that_says_nothing(self):
        for answer in (
            *(self._status(word) for word in ("Pending", "Unknown", None, 7, [], "")),
            error(10),
            {"Output": "Delivered"},
            [],
            "<html>",
            (401, "No"),
            LOST,
        ):
            self.assertEqual(self._statuses(answer), [], answer)
        self.assertEqual(gateway_at("http://127.0.0.1:1").statuses([]), [])

    def test_one_lost_answer_hides_no_other_status(self):
        lost, found = label_of("1"), self._status("delivered")
        reports = self._statuses(
            lambda request: LOST if request.query["reference"] == lost else found,
            *("1", "2"),
        )
        self.assertEqual(reports, [Report("2", True)])

    # -- reports that are sent to us -------------------------------------------------

    def _reports(self, values, reference=""):
        return gateway_at("").parse_reports(Callback(reference, values))

    def test_report_is_joined_by_its_label(self):
        values = {
            "reference": LABEL,
            "status": "Delivered",
            "reason": "",
            "destination": "995577123456",
            "timestamp": "20261122140500",
            "operator": "28202",
        }
        at = datetime(2026, 11, 22, 10, 5)
        for reference in ("", REFERENCE):
            (report,) = self._reports(values, reference)
            self.assertEqual(report, Report(reference, True, LABEL, at))

    def test_report_of_failure(self):
        for status in ("Undelivered", "EXPIRED"):
            values = {"reference": LABEL, "status": status}
            (report,) = self._reports({**values, "reason": "Absent"})
            self.assertFalse(report.delivered)
            self.assertEqual(report.provider_id, LABEL)
            self.assertEqual(report.reason, f"Absent ({status.lower()})")
            (report,) = self._reports(values)
            self.assertEqual(report.reason, f"smsoffice.ge: {status.lower()}")

    def test_report_without_a_usable_time(self):
        for timestamp in ("", "soon", "20269922140500", "00010101000000", "2026-11"):
            values = {"reference": LABEL, "status": "Delivered"}
            (report,) = self._reports({**values, "timestamp": timestamp})
            self.assertIsNone(report.at)

    def test_report_on_the_way_is_none(self):
        for status in ("Pending", "Unknown", "???"):
            values = {"reference": LABEL, "status": status}
            self.assertEqual(self._reports(values), [])

    def test_report_tells_no_secret(self):
        values = {"reference": LABEL, "status": "Undelivered", "reason": KEY}
        (report,) = self._reports(values)
        self.assertEqual(report.reason, "••• (undelivered)")

    def test_nonsense_is_no_report(self):
        for reference, values in (
            ("", {}),
            (REFERENCE, {}),
            ("", {"status": "Delivered"}),
            ("", {"reference": LABEL}),
            ("", {"reference": LABEL, "status": ""}),
            ("b" * 32, {"reference": LABEL, "status": "Delivered"}),
        ):
            with self.assertRaises(Forged):
                self._reports(values, reference)
