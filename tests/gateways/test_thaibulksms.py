from base64 import b64encode

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
    Trouble,
    Verdict,
)
from odoo.addons.sms_organizer.gateways.thaibulksms import ThaiBulkSmsGateway
from odoo.addons.sms_organizer.gateways.words import NO_ANSWER

from .recorder import HALF, LOST, Recorder

URL = "https://erp.example.com/sms/report/1/aaa/bbb"
MESSAGE = Message("a" * 32, "+66812345678", "Hello [1] €", report_url=URL)
TAKEN = {
    "remaining_credit": 98,
    "total_use_credit": 2,
    "credit_type": "corporate",
    "phone_number_list": [
        {"number": "66812345678", "message_id": "btv151h3", "used_credit": 2}
    ],
    "bad_phone_number_list": [],
}


def gateway_at(url, **values):
    return ThaiBulkSmsGateway(
        Account(
            base_url=url,
            username="the-api-key",
            password="the-secret",
            sender="Firm",
            local_network=True,
            **values,
        )
    )


@tagged("post_install", "-at_install")
class TestThaiBulkSms(BaseCase):
    def _send(self, answer, message=MESSAGE, **values):
        """:return: what became of one message, by the provider's answer"""
        with Recorder([answer]) as self.web:
            (outcome,) = gateway_at(self.web.url, **values).send([message])
        self.assertEqual(outcome.reference, message.reference)
        return outcome

    def _refusal(self, status, **error):
        return self._send((status, {"error": error}))

    # -- what it is asked ------------------------------------------------------------

    def test_request(self):
        self._send(TAKEN, options={"force": "corporate"})
        request = self.web.request
        self.assertEqual((request.method, request.path), ("POST", "/sms"))
        self.assertEqual(request.query, {})
        token = b64encode(b"the-api-key:the-secret").decode()
        self.assertEqual(request.headers["authorization"], f"Basic {token}")
        self.assertEqual(
            request.headers["content-type"], "application/x-www-form-urlencoded"
        )
        self.assertEqual(
            request.form,
            {
                "msisdn": "+66812345678",
                "message": "Hello [1] €",
                "sender": "Firm",
                "force": "corporate",
                "callback_url": URL,
            },
        )

    def test_request_leaves_out_what_is_empty(self):
        self._send(TAKEN, Message("a" * 32, "+66812345678", "Hello"))
        self.assertEqual(set(self.web.request.form), {"msisdn", "message", "sender"})

    def test_thai_and_long_texts_arrive_whole(self):
        for text in ("สวัสดีครับ ใบแจ้งหนี้ 1 & 2 = 3 🙏", "ยอดค้างชำระ " * 60):
            message = Message("a" * 32, "+66812345678", text, "UCS-2", 12)
            self._send(TAKEN, message)
            self.assertEqual(self.web.request.form["message"], text)

    def test_default_address(self):
        self.assertEqual(
            ThaiBulkSmsGateway(Account()).url, "https://api-v2.thaibulksms.com"
        )

    # -- what becomes of a message ---------------------------------------------------

    def test_accepted(self):
        outcome = self._send(TAKEN)
        self.assertEqual(outcome.verdict, Verdict.ACCEPTED)
        self.assertEqual(outcome.provider_id, "btv151h3")
        self.assertEqual(outcome.credits, 2)
        self.assertIsNone(outcome.cost)

    def test_accepted_in_the_shape_of_its_own_client(self):
        item = {"msisdn": "+66812345678", "id": "uuid-1", "used_credit": "1"}
        outcome = self._send((201, {"data": [item], "error": []}))
        self.assertEqual(outcome.verdict, Verdict.ACCEPTED)
        self.assertEqual((outcome.provider_id, outcome.credits), ("uuid-1", 1))

    def test_number_is_known_in_any_form(self):
        for number in ("+66812345678", "0812345678", "0066812345678", "66-81-2345678"):
            item = {"number": number, "message_id": 7}
            outcome = self._send({"phone_number_list": [item]})
            self.assertEqual(outcome.verdict, Verdict.ACCEPTED, number)
            self.assertEqual(outcome.provider_id, "7")
            self.assertIsNone(outcome.credits)

    def test_bad_number(self):
        for item, reason in (
            ({"number": "0812345678", "message": "Invalid msisdn"}, "Invalid msisdn"),
            ({"number": "66812345678", "msg": "No such"}, "No such"),
            ("66812345678", "ThaiBulkSMS"),
        ):
            answer = {"phone_number_list": [], "bad_phone_number_list": [item]}
            outcome = self._send((201, answer))
            self.assertEqual(outcome.verdict, Verdict.REJECTED, item)
            self.assertEqual(outcome.failure, Failure.NUMBER)
            self.assertEqual(outcome.reason, reason)

    def test_other_numbers_say_nothing_of_ours(self):
        for name in ("phone_number_list", "bad_phone_number_list", "data"):
            item = {"number": "66899999999", "message_id": "x", "message": "Bad"}
            outcome = self._send({name: [item]})
            self.assertEqual(outcome.verdict, Verdict.UNKNOWN, name)

    def test_account_trouble_waits(self):
        for status, name, failure in (
            (400, "ERROR_INSUFFICIENT_CREDIT", Failure.CREDIT),
            (200, "ERROR_INSUFFICIENT_CREDIT", Failure.CREDIT),
            (402, "ERROR_INSUFFICIENT_CREDIT", Failure.CREDIT),
            (401, "ERROR_AUTHENTICATION_FAILED", Failure.ACCOUNT),
            (400, "INVALID_API_KEY", Failure.ACCOUNT),
            (403, "ERROR_IP_NOT_ALLOWED", Failure.ACCOUNT),
            (403, "ERROR_BY_DESIGN", Failure.ACCOUNT),
        ):
            outcome = self._refusal(status, code=104, name=name, description="No")
            self.assertEqual(outcome.verdict, Verdict.NOT_TAKEN, name)
            self.assertEqual(outcome.failure, failure, name)
            self.assertEqual(outcome.reason, "No (104)")

    def test_refused_for_good(self):
        for name, description, failure in (
            ("ERROR_INVALID_SENDER", "Sender not approved", Failure.SENDER),
            ("ERROR_INVALID_MSISDN", "", Failure.NUMBER),
            ("ERROR_MESSAGE_TOO_LONG", "", Failure.TEXT),
            ("BAD_REQUEST", "The phone number is invalid", Failure.NUMBER),
            ("", "The sender is not registered", Failure.SENDER),
        ):
            outcome = self._refusal(400, name=name, description=description)
            self.assertEqual(outcome.verdict, Verdict.REJECTED, name)
            self.assertEqual(outcome.failure, failure, name)

    def test_unknown_errors_are_judged_by_the_status(self):
        for status, verdict in (
            (200, Verdict.UNKNOWN),
            (400, Verdict.NOT_TAKEN),
            (422, Verdict.NOT_TAKEN),
            (429, Verdict.NOT_TAKEN),
            (500, Verdict.UNKNOWN),
            (502, Verdict.UNKNOWN),
            (503, Verdict.UNKNOWN),
            (408, Verdict.UNKNOWN),
        ):
            for error in ({"code": 1, "name": "OOPS"}, "Oops", ["Oops"], 7):
                outcome = self._send((status, {"error": error}))
                self.assertEqual(outcome.verdict, verdict, (status, error))

    def test_too_many_messages_is_no_fault_of_the_message(self):
        answer = (429, {"error": {"name": "TOO_MANY_MESSAGES"}}, {"Retry-After": "7"})
        outcome = self._send(answer)
        self.assertEqual(outcome.verdict, Verdict.NOT_TAKEN)
        self.assertEqual(outcome.failure, Failure.SERVER)
        self.assertEqual(outcome.retry_after, 7)

    def test_description_of_a_breakdown_blames_nobody(self):
        description = "Could not store the message of this sender"
        outcome = self._refusal(500, name="ERROR", description=description)
        self.assertEqual(outcome.verdict, Verdict.UNKNOWN)

    def test_statuses_without_an_error(self):
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
            outcome = self._send((status, "<html>Sorry</html>"))
            self.assertEqual(outcome.verdict, verdict, status)
            self.assertEqual(outcome.failure, failure, status)

    def test_answers_that_make_no_sense_leave_it_in_doubt(self):
        for answer in (
            LOST,
            (HALF, '{"phone_number_list": []}'),
            "",
            "OK",
            "<html>Welcome to the hotel's WiFi</html>",
            None,
            [],
            [TAKEN],
            7,
            {},
            {"error": []},
            {"phone_number_list": None},
            {"phone_number_list": {"number": "66812345678"}},
            {"phone_number_list": [None, 7, [], {}, {"number": None}]},
            {"phone_number_list": "66812345678", "bad_phone_number_list": 5},
            {"data": {"number": "66812345678"}},
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
            if request.form["message"] == "bad":
                return {"bad_phone_number_list": [{"number": "0812345678"}]}
            item = {"number": "0812345678", "message_id": request.form["message"]}
            return {"phone_number_list": [item]}

        messages = [
            Message(text * 4, "+66812345678", text) for text in ("one", "two", "bad")
        ]
        with Recorder(answer) as web:
            outcomes = {
                outcome.reference: outcome
                for outcome in gateway_at(web.url).send(messages)
            }
        self.assertEqual(len(web.requests), 3)
        self.assertEqual(outcomes["one" * 4].provider_id, "one")
        self.assertEqual(outcomes["two" * 4].provider_id, "two")
        self.assertEqual(outcomes["bad" * 4].verdict, Verdict.REJECTED)

    def test_secrets_are_never_told(self):
        token = b64encode(b"the-api-key:the-secret").decode()
        quoted = f"the-api-key the-secret {token}"
        for answer in (
            (403, quoted),
            (500, "x" * 190 + quoted),
            (400, {"error": {"code": quoted, "name": quoted, "description": quoted}}),
            {"bad_phone_number_list": [{"number": "0812345678", "message": quoted}]},
            f"Nonsense {quoted}",
        ):
            outcome = self._send(answer)
            self.assertNotEqual(outcome.verdict, Verdict.ACCEPTED)
            for secret in ("the-api", "the-secret", token[:10]):
                self.assertNotIn(secret, outcome.reason)
            self.assertTrue(outcome.reason)

    # -- balance ---------------------------------------------------------------------

    def _balance(self, answer, **values):
        with Recorder([answer]) as self.web:
            return gateway_at(self.web.url, **values).balance()

    def test_balance(self):
        for left in (500, "500", "500.0"):
            self.assertEqual(self._balance({"remaining_credit": left}), Balance(500))
        request = self.web.request
        self.assertEqual((request.method, request.path), ("GET", "/credit"))
        self.assertEqual(request.query, {})
        self.assertTrue(request.headers["authorization"].startswith("Basic "))
        self.assertEqual(self._balance({"remaining_credit": "1,500"}).amount, 1500)

    def test_balance_of_the_kind_that_is_sent_with(self):
        answer = {"remaining_credit": {"standard": 1, "corporate": "7302"}}
        self.assertEqual(self._balance(answer).amount, 1)
        for force, left in (("standard", 1), ("corporate", 7302)):
            balance = self._balance(answer, options={"force": force})
            self.assertEqual((balance.amount, balance.currency), (left, ""))

    def test_no_balance(self):
        for answer, verdict, failure in (
            ((401, {"error": "Unauthorized"}), Verdict.NOT_TAKEN, Failure.ACCOUNT),
            ((401, "No"), Verdict.NOT_TAKEN, Failure.ACCOUNT),
            ((400, {"error": {"name": "X"}}), Verdict.NOT_TAKEN, Failure.ACCOUNT),
            ((500, {"remaining_credit": 5}), Verdict.UNKNOWN, Failure.SERVER),
            ((503, {"error": "Unauthorized"}), Verdict.UNKNOWN, Failure.SERVER),
            ({}, Verdict.UNKNOWN, Failure.SERVER),
            ({"remaining_credit": {}}, Verdict.UNKNOWN, Failure.SERVER),
            ({"remaining_credit": [5]}, Verdict.UNKNOWN, Failure.SERVER),
            ({"remaining_credit": "many"}, Verdict.UNKNOWN, Failure.SERVER),
            ("<html>", Verdict.UNKNOWN, Failure.SERVER),
            (LOST, Verdict.UNKNOWN, Failure.SERVER),
        ):
            with self.assertRaises(Trouble) as caught:
                self._balance(answer)
            self.assertEqual(caught.exception.verdict, verdict, answer)
            self.assertEqual(caught.exception.failure, failure, answer)

    # -- reports ---------------------------------------------------------------------

    def _reports(self, reference="", **parameters):
        callback = Callback(reference, parameters)
        return gateway_at("").parse_reports(callback)

    def test_reports_under_either_name(self):
        delivered = [Report("a" * 32, True, "btv151h3")]
        for values in (
            {"Transaction": "btv151h3", "Status": "Delivered", "Time": "2026-11-22"},
            {"transaction": "btv151h3", "STATUS": "DELIVRD"},
            {"message_id": "btv151h3", "status": " delivered "},
        ):
            self.assertEqual(self._reports("a" * 32, **values), delivered)

    def test_report_to_the_address_of_all(self):
        reports = self._reports(Transaction="btv151h3", Status="Delivered")
        self.assertEqual(reports, [Report("", True, "btv151h3")])

    def test_report_of_failure(self):
        for status in ("Undelivered", "FAILED", "Expired", "rejected", "Blocked"):
            (report,) = self._reports("a" * 32, Transaction="x", Status=status)
            self.assertFalse(report.delivered)
            self.assertEqual(report.reference, "a" * 32)
            self.assertEqual(report.reason, f"ThaiBulkSMS: {status.lower()}")

    def test_report_on_the_way_is_none(self):
        for status in ("Sent", "pending", "success", "Enroute", "???"):
            self.assertEqual(self._reports("a" * 32, Status=status), [])

    def test_nonsense_is_no_report(self):
        for reference, values in (
            ("", {}),
            ("a" * 32, {}),
            ("a" * 32, {"Transaction": "x"}),
            ("a" * 32, {"Status": ""}),
            ("", {"Status": "Delivered"}),
        ):
            with self.assertRaises(Forged):
                self._reports(reference, **values)
