import json
from base64 import b64encode
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
from odoo.addons.sms_organizer.gateways.words import NO_ANSWER
from odoo.addons.sms_organizer.gateways.yuboto import YubotoGateway

from .recorder import HALF, LOST, Recorder

URL = "https://erp.example.com/sms/report/1/aaa/bbb"
KEY = "CB1430E4-8A88-4503-8B20-B28BBC9DA1E3"
KEY_IN_BASE64 = b64encode(KEY.encode()).decode()
MESSAGE = Message("a" * 32, "+306912345678", "Hello", report_url=URL)
ITEM = {
    "id": "54E3B5F5",
    "channel": "sms",
    "phonenumber": "306912345678",
    "status": "Submitted",
    "errorCode": 0,
}
TAKEN = {"ErrorCode": 0, "ErrorMessage": "", "Message": [ITEM]}


def gateway_at(url, key=KEY):
    return YubotoGateway(
        Account(base_url=url, password=key, sender="Firm", local_network=True)
    )


def error(code, words="No"):
    return {"ErrorCode": code, "ErrorMessage": words, "Message": None}


@tagged("post_install", "-at_install")
class TestYuboto(BaseCase):
    def _send(self, *answers, message=MESSAGE, key=KEY):
        """:return: what became of one message, by the provider's answers"""
        with Recorder(answers) as self.web:
            (outcome,) = gateway_at(self.web.url, key).send([message])
        self.assertEqual(outcome.reference, message.reference)
        return outcome

    # -- what it is asked ------------------------------------------------------------

    def test_request(self):
        self._send(TAKEN)
        request = self.web.request
        self.assertEqual((request.method, request.path), ("POST", "/omni/v1/Send"))
        self.assertEqual(request.query, {})
        self.assertEqual(
            request.headers["content-type"], "application/json; charset=utf-8"
        )
        self.assertEqual(
            request.json,
            {
                "contacts": [{"phonenumber": "306912345678"}],
                "dlr": True,
                "callbackUrl": URL,
                "option1": "a" * 32,
                "sms": {
                    "sender": "Firm",
                    "text": "Hello",
                    "typesms": "sms",
                    "longsms": False,
                },
            },
        )

    def test_key_as_it_is_and_in_base64(self):
        for key in (KEY, KEY_IN_BASE64):
            self._send(TAKEN, key=key)
            header = self.web.request.headers["authorization"]
            self.assertEqual(header, f"Basic {KEY_IN_BASE64}")
        # of letters and digits alone, or of any letters
        for key in ("0123456789abcdef0123456789abcdef", "klíč", "abc"):
            self._send(TAKEN, key=key)
            header = self.web.request.headers["authorization"]
            self.assertEqual(header, f"Basic {b64encode(key.encode()).decode()}")

    def test_unicode_and_long_texts(self):
        for encoding, segments, kind, is_long in (
            ("GSM-7", 1, "sms", False),
            ("GSM-7", 2, "sms", True),
            ("UCS-2", 1, "unicode", False),
            ("UCS-2", 3, "unicode", True),
        ):
            text = "Καλημέρα, οφείλετε 5 € " * segments
            message = Message("a" * 32, "+306912345678", text, encoding, segments)
            self._send(TAKEN, message=message)
            sms = self.web.request.json["sms"]
            self.assertEqual(sms["text"], text)
            self.assertEqual((sms["typesms"], sms["longsms"]), (kind, is_long))

    def test_without_a_report_url_none_is_asked_for(self):
        self._send(TAKEN, message=Message("a" * 32, "+306912345678", "Hello"))
        self.assertIs(self.web.request.json["dlr"], False)
        self.assertNotIn("callbackUrl", self.web.request.json)

    def test_older_server_is_asked_the_old_way(self):
        outcome = self._send(error(20, "Missing value phonenumbers"), TAKEN)
        self.assertEqual(outcome.verdict, Verdict.ACCEPTED)
        new, old = (request.json for request in self.web.requests)
        self.assertNotIn("phonenumbers", new)
        self.assertEqual(old.pop("phonenumbers"), ["306912345678"])
        new.pop("contacts")
        self.assertEqual(old, new)

    def test_default_address(self):
        self.assertEqual(YubotoGateway(Account()).url, "https://services.yuboto.com")

    # -- what becomes of a message ---------------------------------------------------

    def test_accepted(self):
        outcome = self._send(TAKEN)
        self.assertEqual(outcome.verdict, Verdict.ACCEPTED)
        self.assertEqual(outcome.provider_id, "54E3B5F5")

    def test_accepted_by_the_older_answer(self):
        item = {name: ITEM[name] for name in ("id", "phonenumber", "status")}
        for answer in (
            {"ErrorCode": 0, "ErrorMessage": None, "Message": [item]},
            {"errorCode": "0", "message": [{**item, "status": "Unknown"}]},
        ):
            outcome = self._send(answer)
            self.assertEqual(outcome.verdict, Verdict.ACCEPTED, answer)

    def test_errors_of_a_call(self):
        for code, verdict, failure in (
            (2, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (4, Verdict.NOT_TAKEN, Failure.CREDIT),
            (6, Verdict.REJECTED, Failure.COUNTRY),
            (12, Verdict.REJECTED, Failure.NUMBER),
            (24, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (26, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (39, Verdict.NOT_TAKEN, Failure.CREDIT),
            (41, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (43, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (46, Verdict.REJECTED, Failure.NUMBER),
            (100, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (105, Verdict.REJECTED, Failure.TEXT),
            (108, Verdict.REJECTED, Failure.SENDER),
            (109, Verdict.REJECTED, Failure.SENDER),
            (110, Verdict.NOT_TAKEN, Failure.SENDER),
            (111, Verdict.REJECTED, Failure.SENDER),
            (500, Verdict.UNKNOWN, Failure.SERVER),
            (9999, Verdict.REJECTED, Failure.OTHER),
        ):
            for answer in (error(code), {"ErrorCode": str(code), "errormessage": "No"}):
                outcome = self._send(answer)
                self.assertEqual(outcome.verdict, verdict, code)
                self.assertEqual(outcome.failure, failure, code)
                self.assertEqual(outcome.reason, f"No ({code})")
                self.assertEqual(len(self.web.requests), 1)

    def test_refused_in_both_ways_of_naming_recipients(self):
        outcome = self._send(error(20), error(20, "Select a recipient"))
        self.assertEqual(outcome.verdict, Verdict.REJECTED)
        self.assertEqual(outcome.failure, Failure.NUMBER)
        self.assertEqual(len(self.web.requests), 2)

    def test_errors_by_http_count_by_their_code(self):
        outcome = self._send((401, error(2, "Invalid API key")))
        self.assertEqual(outcome.verdict, Verdict.NOT_TAKEN)
        self.assertEqual(outcome.reason, "Invalid API key (2)")
        self.assertEqual(self._send((400, error(12))).verdict, Verdict.REJECTED)
        self.assertEqual(self._send((500, error(9999))).verdict, Verdict.UNKNOWN)

    def test_errors_of_the_recipient(self):
        for changes, verdict, failure in (
            ({"errorCode": 2}, Verdict.REJECTED, Failure.TEXT),
            ({"errorCode": "10"}, Verdict.REJECTED, Failure.TEXT),
            ({"errorCode": 1}, Verdict.UNKNOWN, Failure.SERVER),
            ({"errorCode": 77}, Verdict.UNKNOWN, Failure.SERVER),
            ({"status": "Rejected"}, Verdict.REJECTED, Failure.OTHER),
            ({"status": "Failed"}, Verdict.REJECTED, Failure.CREDIT),
            ({"id": None}, Verdict.UNKNOWN, Failure.SERVER),
        ):
            outcome = self._send({"ErrorCode": 0, "Message": [{**ITEM, **changes}]})
            self.assertEqual(outcome.verdict, verdict, changes)
            self.assertEqual(outcome.failure, failure, changes)

    def test_answer_that_contradicts_itself_leaves_it_in_doubt(self):
        for answer in (
            {"ErrorCode": 4, "ErrorMessage": "No credits", "Message": [ITEM]},
            {"ErrorCode": 4, "Message": [{**ITEM, "phonenumber": "306999999999"}]},
            (401, {"ErrorCode": 2, "Message": [{**ITEM, "phonenumber": "30699"}]}),
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
            "<html>Welcome to the hotel's WiFi</html>",
            None,
            [],
            [TAKEN],
            7,
            {},
            {"ErrorCode": 0},
            {"ErrorCode": "none", "Message": None},
            {"ErrorCode": 0, "Message": "An error has occurred."},
            {"ErrorCode": 0, "Message": {"id": "1", "phonenumber": "306912345678"}},
            {"ErrorCode": 0, "Message": [None, 7, [], {}]},
            {"ErrorCode": 0, "Message": [{**ITEM, "phonenumber": "306999999999"}]},
            {"ErrorCode": 0, "Message": [{**ITEM, "phonenumber": None}]},
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

    def test_answer_lost_the_second_time_leaves_it_in_doubt(self):
        self.assertEqual(self._send(error(20), LOST).verdict, Verdict.UNKNOWN)

    def test_same_number_twice_in_a_batch(self):
        def answer(request):
            reference = request.json["option1"]
            if request.json["sms"]["text"] == "bad":
                return error(105)
            return {"ErrorCode": 0, "Message": [{**ITEM, "id": f"id-{reference}"}]}

        messages = [
            Message(text * 4, "+306912345678", text) for text in ("one", "two", "bad")
        ]
        with Recorder(answer) as web:
            outcomes = {
                outcome.reference: outcome
                for outcome in gateway_at(web.url).send(messages)
            }
        self.assertEqual(len(web.requests), 3)
        for reference in ("one" * 4, "two" * 4):
            self.assertEqual(outcomes[reference].provider_id, f"id-{reference}")
        self.assertEqual(outcomes["bad" * 4].verdict, Verdict.REJECTED)

    def test_secrets_are_never_told(self):
        quoted = f"{KEY} {KEY_IN_BASE64}"
        for key in (KEY, KEY_IN_BASE64):
            for answer in (
                (403, quoted),
                (500, "x" * 190 + quoted),
                error(2, quoted),
                f"Nonsense {quoted}",
                {"ErrorCode": 0, "Message": quoted},
            ):
                outcome = self._send(answer, key=key)
                self.assertNotEqual(outcome.verdict, Verdict.ACCEPTED)
                self.assertTrue(outcome.reason)
                for secret in (KEY[:8], KEY_IN_BASE64[:8]):
                    self.assertNotIn(secret, outcome.reason)

    # -- balance ---------------------------------------------------------------------

    def _balance(self, *answers):
        with Recorder(answers) as self.web:
            return gateway_at(self.web.url).balance()

    def test_balance_in_money_and_in_credits(self):
        answer = {
            "ErrorCode": 0,
            "ErrorMessage": "",
            "currentBalance": 112.8354,
            "actualBalance": 12.8354,
            "limitBalance": 100.00,
            "type": "money",
        }
        self.assertEqual(self._balance(answer), Balance(112.8354, "EUR"))
        request = self.web.request
        self.assertEqual(
            (request.method, request.path), ("POST", "/omni/v1/UserBalance")
        )
        self.assertEqual((request.query, request.json), ({}, {}))
        self.assertEqual(
            self._balance({**answer, "type": "credits"}), Balance(112.8354)
        )

    def test_balance_of_an_older_server(self):
        older = {"ErrorCode": 0, "balance": 100, "balanceLimit": 0, "type": "credits"}
        for no_such in ((404, "<html>"), (405, ""), error(501)):
            self.assertEqual(self._balance(no_such, older), Balance(100))
            paths = [request.path for request in self.web.requests]
            self.assertEqual(paths, ["/omni/v1/UserBalance", "/omni/v1/Balance"])

    def test_no_balance(self):
        for answer, verdict, failure in (
            (error(2), Verdict.NOT_TAKEN, Failure.ACCOUNT),
            ((401, error(2)), Verdict.NOT_TAKEN, Failure.ACCOUNT),
            ((401, "No"), Verdict.NOT_TAKEN, Failure.ACCOUNT),
            ((404, "No"), Verdict.NOT_TAKEN, Failure.ACCOUNT),
            ((500, {"currentBalance": 5}), Verdict.UNKNOWN, Failure.SERVER),
            ({"ErrorCode": 0}, Verdict.UNKNOWN, Failure.SERVER),
            ({"currentBalance": "much"}, Verdict.UNKNOWN, Failure.SERVER),
            ([], Verdict.UNKNOWN, Failure.SERVER),
            (LOST, Verdict.UNKNOWN, Failure.SERVER),
        ):
            with self.assertRaises(Trouble) as caught:
                self._balance(answer)
            self.assertEqual(caught.exception.verdict, verdict, answer)
            self.assertEqual(caught.exception.failure, failure, answer)

    # -- reports that are asked for --------------------------------------------------

    def _statuses(self, answer, *ids):
        sent = [Sent(f"ref-{one}", one, "+306912345678") for one in ids or ("1",)]
        with Recorder(answer if callable(answer) else [answer]) as self.web:
            return gateway_at(self.web.url).statuses(sent)

    @staticmethod
    def _dlr(status, **values):
        channel = {"channel": "sms", "status": status, **values}
        return {"ErrorCode": 0, "dlr": [{"channel": "viber", "status": "?"}, channel]}

    def test_statuses_one_at_a_time(self):
        words = {"1": "Delivered", "2": "Not Delivered", "3": "Sent"}
        reports = self._statuses(
            lambda request: self._dlr(words[request.json["id"]]), "1", "2", "3", ""
        )
        self.assertEqual(
            {report.reference: report.delivered for report in reports},
            {"ref-1": True, "ref-2": False},
        )
        self.assertEqual(
            sorted(request.json["id"] for request in self.web.requests), ["1", "2", "3"]
        )
        for request in self.web.requests:
            self.assertEqual((request.method, request.path), ("POST", "/omni/v1/Dlr"))

    def test_status_tells_when_in_utc(self):
        answer = self._dlr("Delivered", dlrDate="/Date(1500550341991)/")
        (report,) = self._statuses(answer)
        at = datetime(2017, 7, 20, 11, 32, 21, 991000)
        self.assertEqual(report, Report("ref-1", True, at=at))
        for date in (
            "2019-01-11 18:38:09",
            None,
            7,
            "/Date(x)/",
            f"/Date({'9' * 20})/",
        ):
            (report,) = self._statuses(self._dlr("Delivered", dlrDate=date))
            self.assertIsNone(report.at)

    def test_status_given_up(self):
        for status, failure in (
            ("Expired", Failure.OTHER),
            ("Failed", Failure.CREDIT),
            ("Canceled", Failure.OTHER),
        ):
            (report,) = self._statuses(self._dlr(status))
            self.assertFalse(report.delivered)
            self.assertEqual(report.failure, failure)
            self.assertEqual(report.reason, f"Yuboto: {status.lower()}")

    def test_status_that_says_nothing(self):
        for answer in (
            *(self._dlr(status) for status in ("Pending", "Unknown", None, 7, "")),
            error(7, "Invalid Id"),
            {"dlr": "Delivered"},
            {"dlr": [None, "Delivered", {"channel": "viber", "status": "Delivered"}]},
            [],
            "<html>",
            (401, "No"),
            LOST,
        ):
            self.assertEqual(self._statuses(answer), [], answer)
        self.assertEqual(gateway_at("http://127.0.0.1:1").statuses([]), [])

    def test_one_lost_answer_hides_no_other_status(self):
        reports = self._statuses(
            lambda request: LOST if request.json["id"] == "1" else self._dlr("Seen"),
            "1",
            "2",
        )
        self.assertEqual(reports, [Report("ref-2", True)])

    # -- reports that are sent to us -------------------------------------------------

    def _reports(self, reference="a" * 32, **parameters):
        return gateway_at("").parse_reports(Callback(reference, parameters))

    def test_reports_under_either_name(self):
        delivered = [Report("a" * 32, True, "54E3")]
        for values in (
            {
                "sender": "Firm",
                "receiver": "306912345678",
                "smsid": "54E3",
                "status": "1",
                "statusDescription": "Delivered",
                "dlrDate": "2026-11-22 10:05:00",
                "channel": "SMS",
                "option1": "a" * 32,
                "option2": "",
            },
            {"messageId": "54E3", "statusCode": "1"},
        ):
            self.assertEqual(self._reports(**values), delivered)

    def test_report_to_the_address_of_all(self):
        values = {"smsid": "54E3", "status": "1"}
        self.assertEqual(
            self._reports("", option1="b" * 32, **values),
            [Report("b" * 32, True, "54E3")],
        )
        self.assertEqual(self._reports("", **values), [Report("", True, "54E3")])

    def test_report_of_failure(self):
        for status, failure in (
            ("2", Failure.OTHER),
            ("16", Failure.OTHER),
            ("-1", Failure.OTHER),
            ("-2", Failure.NUMBER),
            ("-3", Failure.COUNTRY),
            ("-5", Failure.CREDIT),
            ("-30", Failure.OTHER),
        ):
            words = {"statusDescription": "Not this time"}
            (report,) = self._reports(smsid="54E3", status=status, **words)
            self.assertFalse(report.delivered)
            self.assertEqual(report.failure, failure, status)
            self.assertEqual(report.reason, f"Not this time ({status})")
        (report,) = self._reports(smsid="54E3", status="2")
        self.assertEqual(report.reason, "Yuboto (2)")

    def test_report_on_the_way_is_none(self):
        for status in ("3", "7", "9", "10", "99"):
            self.assertEqual(self._reports(smsid="54E3", status=status), [])

    def test_report_tells_no_secret(self):
        words = f"{KEY} {KEY_IN_BASE64}"
        (report,) = self._reports(status="2", statusDescription=words)
        self.assertEqual(report.reason, "••• ••• (2)")

    def test_nonsense_is_no_report(self):
        for reference, values in (
            ("", {}),
            ("a" * 32, {}),
            ("a" * 32, {"status": "Delivered"}),
            ("a" * 32, {"status": "0"}),
            ("", {"status": "1"}),
            ("a" * 32, {"status": "1", "option1": "b" * 32}),
        ):
            with self.assertRaises(Forged):
                self._reports(reference, **values)
