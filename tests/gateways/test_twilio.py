import base64
import hashlib
import json
import time
from datetime import datetime
from itertools import product
from unittest.mock import patch
from urllib.parse import quote, urlencode

import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from odoo.tests import BaseCase, tagged

from odoo.addons.sms_organizer.gateways import words
from odoo.addons.sms_organizer.gateways.base import (
    Account,
    Balance,
    Callback,
    Failure,
    Forged,
    Message,
    Reply,
    Report,
    SenderName,
    SenderStatus,
    Sent,
    Trouble,
    Verdict,
)
from odoo.addons.sms_organizer.gateways.twilio import TwilioGateway

from .recorder import HALF, LOST, ODD, Recorder

SID = "AC" + "0123456789abcdef" * 2
TOKEN = "fedcba98765432100123456789abcdef"
SERVICE = "MG" + "0123456789abcdef" * 2
BASIC = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages.json"
REPORT_URL = f"https://erp.example.com/sms/report/1/{'a' * 32}/secret"

always = settings(max_examples=300, deadline=None, derandomize=True, database=None)


def account(url="", **values):
    defaults = {"username": SID, "password": TOKEN, "sender": "+15005550006"}
    return Account(base_url=url, local_network=True, **{**defaults, **values})


def message(**values):
    defaults = {
        "reference": "a" * 32,
        "number": "+48601234567",
        "text": "Zażółć & = +",
        "report_url": REPORT_URL,
    }
    return Message(**{**defaults, **values})


def error(code, status=400, headers=()):
    """What Twilio refuses with."""
    data = {"code": code, "message": "No.", "more_info": "https://…", "status": status}
    return (status, data, dict(headers))


class TwilioCase(BaseCase):
    def send(self, answers, *messages, **values):
        """:return: the outcome of the only message, and the requests that came"""
        with Recorder(answers) as web:
            gateway = TwilioGateway(account(web.url, **values))
            outcomes = gateway.send(list(messages) or [message()])
        self.assertEqual(len(outcomes), len(messages) or 1)
        return outcomes[0], web.requests


@tagged("post_install", "-at_install")
class TestTwilioSending(TwilioCase):
    def test_request(self):
        outcome, (request,) = self.send([(201, {"sid": "SM1", "status": "queued"})])
        self.assertEqual((request.method, request.path), ("POST", MESSAGES))
        self.assertEqual(request.query, {})
        self.assertEqual(request.headers["authorization"], BASIC)
        self.assertEqual(
            request.form,
            {
                "To": "+48601234567",
                "From": "+15005550006",
                "Body": "Zażółć & = +",
                "StatusCallback": REPORT_URL,
            },
        )
        self.assertEqual(outcome.reference, "a" * 32)
        self.assertIs(outcome.verdict, Verdict.ACCEPTED)
        self.assertEqual(outcome.provider_id, "SM1")
        self.assertEqual((outcome.cost, outcome.currency), (None, ""))

    def test_messaging_service_instead_of_a_sender(self):
        answers = [(201, {"sid": "SM1"})]
        _outcome, (request,) = self.send(answers, sender=SERVICE)
        self.assertEqual(request.form["MessagingServiceSid"], SERVICE)
        self.assertNotIn("From", request.form)
        _outcome, (request,) = self.send(answers, sender="MGarage")
        self.assertEqual(request.form["From"], "MGarage")

    def test_no_address_for_reports(self):
        answers = [(201, {"sid": "SM1"})]
        _outcome, (request,) = self.send(answers, message(report_url=""))
        self.assertNotIn("StatusCallback", request.form)

    def test_credentials_of_any_letters(self):
        _outcome, (request,) = self.send(
            [(201, {"sid": "SM1"})], username="AC/ł?", password="zażółć"
        )
        expected = base64.b64encode("AC/ł?:zażółć".encode()).decode()
        self.assertEqual(request.headers["authorization"], f"Basic {expected}")
        path = f"/2010-04-01/Accounts/{quote('AC/ł?', safe='')}/Messages.json"
        self.assertEqual(request.path, path)

    def test_price_where_it_is_known(self):
        answer = {"sid": "SM1", "price": "-0.00750", "price_unit": "usd"}
        outcome, _requests = self.send([(201, answer)])
        self.assertEqual((outcome.cost, outcome.currency), (0.0075, "USD"))
        for price in ("soon", [], True, float("inf")):
            outcome, _requests = self.send([(201, {"sid": "SM1", "price": price})])
            self.assertIs(outcome.verdict, Verdict.ACCEPTED)
            self.assertIsNone(outcome.cost)

    def test_created_and_failed_at_once(self):
        answer = {"sid": "SM1", "status": "failed", "error_code": 30006}
        outcome, _requests = self.send([(201, answer)])
        self.assertIs(outcome.verdict, Verdict.REJECTED)
        self.assertIs(outcome.failure, Failure.NUMBER)
        self.assertEqual(outcome.reason, "Landline or unreachable carrier (30006)")

    def test_address_for_reports_that_twilio_does_not_take_is_left_out(self):
        answers = [error(21609), (201, {"sid": "SM1"})]
        outcome, (first, second) = self.send(answers)
        self.assertIs(outcome.verdict, Verdict.ACCEPTED)
        self.assertIn("StatusCallback", first.form)
        self.assertNotIn("StatusCallback", second.form)
        outcome, sent = self.send([error(21609)])
        self.assertIs(outcome.verdict, Verdict.REJECTED)
        self.assertEqual(len(sent), 2)
        outcome, sent = self.send([error(21609), LOST])
        self.assertIs(outcome.verdict, Verdict.UNKNOWN)
        for answers, one in (
            ([error(21609)], message(report_url="")),
            ([error(21609, 500)], message()),
            ([(201, {"sid": "SM1", "code": 21609})], message()),
        ):
            outcome, sent = self.send(answers, one)
            self.assertEqual(len(sent), 1)

    def test_many_at_the_same_time_over_few_connections(self):
        def answer(request):
            if request.form["To"].endswith("3"):
                return error(21211)
            return (201, {"sid": "SM" + request.form["To"]})

        messages = [
            message(reference=f"{one:032}", number=f"+486012345{one:02}")
            for one in range(40)
        ]
        with Recorder(answer, delay=0.05) as web:
            gateway = TwilioGateway(account(web.url))
            outcomes = {one.reference: one for one in gateway.send(messages)}
        self.assertEqual(len(web.requests), 40)
        self.assertEqual(web.most_at_once, 16)
        self.assertLessEqual(web.connections, 16)
        for one in messages:
            outcome = outcomes[one.reference]
            if one.number.endswith("3"):
                self.assertIs(outcome.verdict, Verdict.REJECTED)
            else:
                self.assertEqual(outcome.provider_id, "SM" + one.number)


@tagged("post_install", "-at_install")
class TestTwilioRefusals(TwilioCase):
    def test_what_waits_for_the_account_and_what_is_of_the_message(self):
        waits, refused = Verdict.NOT_TAKEN, Verdict.REJECTED
        for code, status, verdict, failure in (
            (20003, 401, waits, Failure.ACCOUNT),
            (20005, 403, waits, Failure.ACCOUNT),
            (20404, 404, waits, Failure.ACCOUNT),
            (10001, 400, waits, Failure.ACCOUNT),
            (21608, 400, waits, Failure.ACCOUNT),
            (20429, 429, waits, Failure.SERVER),
            (21611, 400, waits, Failure.SERVER),
            (21212, 400, waits, Failure.SENDER),
            (21603, 400, waits, Failure.SENDER),
            (21659, 400, waits, Failure.SENDER),
            (21660, 400, waits, Failure.SENDER),
            (21661, 400, waits, Failure.SENDER),
            (21705, 404, waits, Failure.SENDER),
            (21606, 400, refused, Failure.SENDER),
            (21612, 400, refused, Failure.SENDER),
            (21211, 400, refused, Failure.NUMBER),
            (21265, 400, refused, Failure.NUMBER),
            (21266, 400, refused, Failure.NUMBER),
            (21604, 400, refused, Failure.NUMBER),
            (21614, 400, refused, Failure.NUMBER),
            (21635, 400, refused, Failure.NUMBER),
            (21408, 403, refused, Failure.COUNTRY),
            (21610, 400, refused, Failure.OTHER),
            (21602, 400, refused, Failure.TEXT),
            (21617, 400, refused, Failure.TEXT),
            (21658, 400, refused, Failure.TEXT),
            # codes that are not known here
            (99999, 400, refused, Failure.OTHER),
            (99999, 401, waits, Failure.ACCOUNT),
            (99999, 402, waits, Failure.CREDIT),
            (99999, 403, waits, Failure.ACCOUNT),
            (99999, 429, waits, Failure.SERVER),
        ):
            with self.subTest(code=code, status=status):
                outcome, _requests = self.send([error(code, status)])
                self.assertIs(outcome.verdict, verdict)
                self.assertIs(outcome.failure, failure)
                self.assertEqual(outcome.reason, f"No. ({code})")

    def test_opted_out_in_odoos_own_terms(self):
        outcome, _requests = self.send([error(21610)])
        self.assertEqual(outcome.code, "sms_optout")
        outcome, _requests = self.send([error(21211)])
        self.assertEqual(outcome.code, "")

    def test_code_as_text(self):
        outcome, _requests = self.send([error("21211")])
        self.assertIs(outcome.failure, Failure.NUMBER)

    def test_how_long_it_asks_to_be_left_alone(self):
        answers = [error(20429, 429, {"Retry-After": "7"})]
        self.assertEqual(self.send(answers)[0].retry_after, 7)
        answers = [(503, "Later", {"Retry-After": "8"})]
        self.assertEqual(self.send(answers)[0].retry_after, 8)

    def test_status_alone(self):
        page = "<html>nginx</html>"
        for status, verdict, failure in (
            (400, Verdict.UNKNOWN, Failure.SERVER),
            (401, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (402, Verdict.NOT_TAKEN, Failure.CREDIT),
            (403, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (404, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (302, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (429, Verdict.NOT_TAKEN, Failure.SERVER),
            (500, Verdict.UNKNOWN, Failure.SERVER),
            (502, Verdict.UNKNOWN, Failure.SERVER),
            (503, Verdict.NOT_TAKEN, Failure.SERVER),
            (504, Verdict.UNKNOWN, Failure.SERVER),
        ):
            with self.subTest(status):
                outcome, sent = self.send([(status, page)])
                self.assertIs(outcome.verdict, verdict)
                self.assertIs(outcome.failure, failure)
                self.assertNotIn("<", outcome.reason)
                self.assertTrue(outcome.reason)
                self.assertEqual(len(sent), 1)

    def test_trouble_of_twilio_with_a_code_is_in_doubt(self):
        outcome, _requests = self.send([error(20500, 500)])
        self.assertIs(outcome.verdict, Verdict.UNKNOWN)
        self.assertEqual(outcome.reason, "No. (20500)")

    def test_lost_answers_are_in_doubt(self):
        taken = json.dumps({"sid": "SM1", "status": "queued"})
        for answer in (LOST, (HALF, taken)):
            outcome, sent = self.send([answer])
            self.assertIs(outcome.verdict, Verdict.UNKNOWN)
            self.assertEqual(outcome.reason, words.BROKE_OFF)
            self.assertEqual(len(sent), 1)

    def test_nobody_there(self):
        with Recorder() as web:
            pass
        (outcome,) = TwilioGateway(account(web.url)).send([message()])
        self.assertIs(outcome.verdict, Verdict.NOT_TAKEN)
        self.assertEqual(outcome.reason, words.NO_CONNECTION)

    def test_answers_that_make_no_sense_are_in_doubt(self):
        odd = (
            *ODD,
            {"sid": None},
            {"sid": 5},
            {"sid": ""},
            {"sid": ["SM1"]},
            {"status": "queued"},
            {"code": None, "message": "?"},
            {"code": True, "message": None},
            {"code": [21211], "message": {}},
            {"code": "never", "message": 5},
            [{"sid": "SM1"}],
        )
        for status in (200, 201, 202, 400):
            for answer in odd:
                with self.subTest(status=status, answer=answer):
                    outcome, sent = self.send([(status, answer)])
                    self.assertIs(outcome.verdict, Verdict.UNKNOWN)
                    self.assertEqual(len(sent), 1)
                    self.assertNotIn("Error", outcome.reason)

    def test_id_in_an_answer_that_is_none(self):
        for status in (202, 400, 500):
            outcome, _requests = self.send([(status, {"sid": "SM1"})])
            self.assertIs(outcome.verdict, Verdict.UNKNOWN)

    def test_odd_fields_beside_the_id_do_no_harm(self):
        answer = {"sid": "SM1", "status": [], "price": {}, "price_unit": 5}
        outcome, _requests = self.send([(201, answer)])
        self.assertIs(outcome.verdict, Verdict.ACCEPTED)
        for said in (["?"], True, None, ""):
            outcome, _requests = self.send([(400, {"code": 21211, "message": said})])
            self.assertIs(outcome.verdict, Verdict.REJECTED)
            self.assertTrue(outcome.reason.startswith("HTTP 400"), outcome.reason)

    def test_no_secrets_in_reasons(self):
        def quoting(status, as_json, padding):
            def answer(request):
                basic = request.headers["authorization"]
                # one after the other, whatever is cut off
                quoted = f"{'x' * padding} {basic} {TOKEN} {request.path}"
                content = {"code": 21211, "message": quoted} if as_json else quoted
                return (status, content)

            return answer

        for status in (200, 201, 302, 400, 401, 403, 429, 500, 503):
            for as_json, padding in product((True, False), (0, 160, 270)):
                with self.subTest(status=status, as_json=as_json, padding=padding):
                    outcome, _requests = self.send(quoting(status, as_json, padding))
                    self.assertTrue(outcome.reason)
                    for secret in (TOKEN, SID, BASIC[6:]):
                        self.assertNotIn(secret[:10], outcome.reason)


@tagged("post_install", "-at_install")
class TestTwilioAccount(BaseCase):
    sent = (Sent("a" * 32, "SM1", "+48601234567"), Sent("b" * 32, "SM2", "+4860"))

    def statuses(self, answers, sent=sent):
        with Recorder(answers) as web:
            reports = TwilioGateway(account(web.url)).statuses(list(sent))
        return sorted(reports, key=lambda one: one.reference), web.requests

    def test_price_of_a_message_that_was_sent(self):
        found = {
            "sid": "SM1",
            "status": "delivered",
            "price": "-0.01500",
            "price_unit": "USD",
        }
        reports, _came = self.statuses(lambda _one: found, self.sent[:1])
        self.assertEqual(
            [(one.cost, one.currency) for one in reports], [(0.015, "USD")]
        )
        self.assertFalse(reports[0].is_cost_of_segment)

    def test_statuses_are_asked_one_by_one(self):
        found = {
            "SM1": {
                "sid": "SM1",
                "status": "delivered",
                "date_updated": "Thu, 30 Jul 2026 22:12:31 +0200",
            },
            "SM2": {
                "sid": "SM2",
                "status": "undelivered",
                "error_code": 30005,
                "error_message": None,
                "date_updated": "Thu, 30 Jul 2026 20:13:00 -0000",
            },
        }
        reports, came = self.statuses(lambda one: found[one.path[-8:-5]])
        prefix = f"/2010-04-01/Accounts/{SID}/Messages"
        self.assertEqual(
            {(one.method, one.path) for one in came},
            {("GET", f"{prefix}/SM1.json"), ("GET", f"{prefix}/SM2.json")},
        )
        self.assertEqual({one.headers["authorization"] for one in came}, {BASIC})
        self.assertEqual(
            reports,
            [
                Report("a" * 32, True, at=datetime(2026, 7, 30, 20, 12, 31)),
                Report(
                    "b" * 32,
                    False,
                    at=datetime(2026, 7, 30, 20, 13),
                    failure=Failure.NUMBER,
                    reason="Unknown destination handset (30005)",
                ),
            ],
        )

    def test_no_news(self):
        for status in ("queued", "sending", "sent", "accepted", "scheduled", "", None):
            answer = {"sid": "SM1", "status": status}
            self.assertEqual(self.statuses([answer], self.sent[:1])[0], [])
        self.assertEqual(self.statuses([{}], [Sent("a" * 32, "", "+48")]), ([], []))
        self.assertEqual(self.statuses([{}], []), ([], []))

    def test_one_that_cannot_be_read_stops_no_other(self):
        for broken in (LOST, (500, ""), (401, ""), error(20404, 404), *ODD):
            with self.subTest(broken):

                def answer(request, broken=broken):
                    if request.path.endswith("/SM1.json"):
                        return broken
                    return {"sid": "SM2", "status": "delivered", "date_updated": "?"}

                reports, _came = self.statuses(answer)
                self.assertEqual(reports, [Report("b" * 32, True)])

    def test_odd_moments(self):
        for moment in ("?", 5, [], None, "31 Dec 9999 23:59:59 -1200"):
            answer = {"sid": "SM1", "status": "delivered", "date_updated": moment}
            reports, _came = self.statuses([answer], self.sent[:1])
            self.assertEqual(reports, [Report("a" * 32, True)])

    def test_answer_about_another_message_is_none(self):
        answer = {"sid": "SM9", "status": "delivered"}
        self.assertEqual(self.statuses([answer])[0], [])

    def test_statuses_in_no_time_left(self):
        with Recorder([{"sid": "SM1", "status": "delivered"}]) as web:
            gateway = TwilioGateway(account(web.url))
            gateway.deadline = time.monotonic() - 1
            self.assertEqual(gateway.statuses(list(self.sent)), [])
            self.assertEqual(web.requests, [])

    def test_id_cannot_lead_elsewhere(self):
        _reports, (request,) = self.statuses([{}], [Sent("a", "../Balance", "+48")])
        self.assertTrue(request.path.endswith("/Messages/..%2FBalance.json"))

    def test_balance(self):
        with Recorder([{"balance": "12.34", "currency": "USD"}]) as web:
            balance = TwilioGateway(account(web.url)).balance()
        self.assertEqual(balance, Balance(12.34, "USD"))
        path = f"/2010-04-01/Accounts/{SID}/Balance.json"
        self.assertEqual((web.request.method, web.request.path), ("GET", path))

    def test_no_balance(self):
        for answer in (*ODD, {"balance": None}, {"balance": "NaN"}, {"balance": []}):
            with (
                self.subTest(answer),
                Recorder([answer]) as web,
                self.assertRaises(Trouble),
            ):
                TwilioGateway(account(web.url)).balance()

    def test_check(self):
        active = {"sid": SID, "status": "active"}
        for answers, expected in (
            ([active, {"balance": "1.5", "currency": "EUR"}], Balance(1.5, "EUR")),
            ([active, error(20404, 404)], None),
            ([active, {"balance": None}], None),
        ):
            with Recorder(answers) as web:
                self.assertEqual(TwilioGateway(account(web.url)).check(), expected)
            first, second = web.requests
            self.assertEqual(first.path, f"/2010-04-01/Accounts/{SID}.json")
            self.assertTrue(second.path.endswith("/Balance.json"))

    def test_check_finds_trouble(self):
        for answer, failure in (
            (error(20003, 401), Failure.ACCOUNT),
            ({"status": "suspended"}, Failure.ACCOUNT),
            ({"status": None}, Failure.SERVER),
            ("<html>", Failure.SERVER),
            (LOST, Failure.SERVER),
        ):
            with self.subTest(answer), Recorder([answer]) as web:
                with self.assertRaises(Trouble) as caught:
                    TwilioGateway(account(web.url)).check()
                self.assertIs(caught.exception.failure, failure)
        self.assertEqual(web.requests[0].path, f"/2010-04-01/Accounts/{SID}.json")

    def test_names_of_a_messaging_service(self):
        answer = {
            "meta": {"next_page_url": None},
            "alpha_senders": [
                {"sid": "AI1", "alpha_sender": "Firm", "capabilities": ["SMS"]},
                {"alpha_sender": None},
                "?",
            ],
        }
        with Recorder([answer]) as web:
            senders = TwilioGateway(account(web.url, sender=SERVICE)).senders()
        self.assertEqual(senders, [SenderName("Firm", SenderStatus.AUTHORISED)])
        self.assertEqual(web.request.path, f"/v1/Services/{SERVICE}/AlphaSenders")
        self.assertEqual(web.request.headers["authorization"], BASIC)

    def test_numbers_of_an_account(self):
        answer = {
            "incoming_phone_numbers": [
                {"phone_number": "+15005550006", "capabilities": {"sms": True}},
                {"phone_number": "+15005550007", "capabilities": {"sms": False}},
                {"phone_number": "+15005550008", "capabilities": None},
                {"phone_number": 15005550009},
                None,
            ]
        }
        with Recorder([answer]) as web:
            senders = TwilioGateway(account(web.url)).senders()
        self.assertEqual(
            [one.name for one in senders],
            ["+15005550006", "+15005550008", "15005550009"],
        )
        path = f"/2010-04-01/Accounts/{SID}/IncomingPhoneNumbers.json"
        self.assertEqual(web.request.path, path)
        self.assertEqual(web.request.query, {"PageSize": "1000"})

    def test_no_senders(self):
        for sender in (SERVICE, "Firm"):
            for answer in (*ODD, (404, "")):
                with (
                    self.subTest(answer),
                    Recorder([answer]) as web,
                    self.assertRaises(Trouble),
                ):
                    TwilioGateway(account(web.url, sender=sender)).senders()

    def test_host_of_messaging_services(self):
        for url, expected in (
            ("", "https://messaging.twilio.com"),
            ("https://api.twilio.com/", "https://messaging.twilio.com"),
            (
                "https://api.dublin.ie1.twilio.com",
                "https://messaging.dublin.ie1.twilio.com",
            ),
            ("https://api.example.com", "https://api.example.com"),
            ("https://api.nottwilio.com", "https://api.nottwilio.com"),
            (
                "https://example.com/api.twilio.com",
                "https://example.com/api.twilio.com",
            ),
            (
                "https://api.twilio.com.example.com",
                "https://api.twilio.com.example.com",
            ),
        ):
            asked = []

            def send(_session, request, asked=asked, **_options):
                asked.append(request.url)
                raise requests.exceptions.ReadTimeout

            with (
                patch.object(requests.Session, "send", send),
                self.assertRaises(Trouble),
            ):
                TwilioGateway(account(url, sender=SERVICE)).senders()
            path = f"/v1/Services/{SERVICE}/AlphaSenders?PageSize=100"
            self.assertEqual(asked, [expected + path])


def callback(form=(), url=REPORT_URL, urls=None, token=TOKEN, headers=None, **values):
    """A callback that is signed by Twilio's own package.

    :param form: pairs, or a dict
    """
    form = tuple(form.items()) if isinstance(form, dict) else tuple(form)
    signature = RequestValidator(token).compute_signature(url, MultiDict(form))
    return Callback(
        **{
            "reference": "a" * 32,
            "parameters": dict(form),
            "headers": headers or {"x-twilio-signature": signature},
            "body": urlencode(form).encode(),
            "form": form,
            "urls": (url,) if urls is None else urls,
            **values,
        }
    )


DELIVERED = {"MessageSid": "SM1", "MessageStatus": "delivered", "ErrorMessage": ""}


@tagged("post_install", "-at_install")
class TestTwilioReports(BaseCase):
    def parse(self, *args, **kwargs):
        return TwilioGateway(account()).parse_reports(callback(*args, **kwargs))

    def test_delivered(self):
        for status in ("delivered", "read"):
            form = {"SmsSid": "SM1", "MessageSid": "SM1", "MessageStatus": status}
            self.assertEqual(self.parse(form), [Report("a" * 32, True, "SM1")])

    def test_to_the_address_for_all(self):
        (report,) = self.parse(DELIVERED, reference="")
        self.assertEqual((report.reference, report.provider_id), ("", "SM1"))

    def test_given_up(self):
        for status, code, reason, failure in (
            ("undelivered", "30003", "Unreachable destination handset", Failure.OTHER),
            ("undelivered", "30005", "Unknown destination handset", Failure.NUMBER),
            ("failed", "30007", "Message filtered", Failure.TEXT),
            ("failed", "21610", "Attempt to send to unsubscribed", Failure.OTHER),
            ("failed", "77777", "Twilio: failed", Failure.OTHER),
            ("canceled", "", "Twilio: canceled", Failure.OTHER),
        ):
            form = {"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": code}
            (report,) = self.parse(form)
            self.assertFalse(report.delivered)
            self.assertIs(report.failure, failure)
            self.assertTrue(report.reason.startswith(reason), report.reason)
            self.assertEqual(report.reason.endswith(f" ({code})"), bool(code))

    def test_words_of_twilio_where_it_has_some(self):
        form = {
            "MessageSid": "SM1",
            "MessageStatus": "failed",
            "ErrorCode": "30003",
            "ErrorMessage": f"Off, {TOKEN}",
        }
        self.assertEqual(self.parse(form)[0].reason, "Off, ••• (30003)")

    def test_on_its_way(self):
        for status in ("accepted", "queued", "sending", "sent", "partially_delivered"):
            form = {"MessageSid": "SM1", "MessageStatus": status}
            self.assertEqual(self.parse(form), [])

    def test_signed_but_no_report(self):
        for form in ((), {"MessageSid": "SM1"}, {"MessageStatus": "delivered"}):
            with self.assertRaises(Forged):
                self.parse(form)

    def test_signature_with_or_without_the_port(self):
        url, with_port = "https://e.com/s?a=b", "https://e.com:443/s?a=b"
        other_port = "https://e.com:8443/s?a=b"
        for signed, called in (
            (url, with_port),
            (with_port, url),
            (other_port, other_port),
            (url, other_port),
            ("http://e.com/s", "http://e.com:80/s"),
            ("http://e.com:80/s", "http://e.com/s"),
            ("https://[2001:db8::1]/s", "https://[2001:db8::1]:443/s"),
            ("https://[2001:db8::1]:443/s", "https://[2001:db8::1]/s"),
        ):
            with self.subTest(signed=signed, called=called):
                self.assertTrue(self.parse(DELIVERED, url=signed, urls=(called,)))
        for signed, called in (
            ("https://e.com:80/s", "https://e.com/s"),
            ("https://e.com:443/s", "https://e.com:8443/s"),
            ("http://e.com/s", "https://e.com/s"),
        ):
            with self.subTest(called), self.assertRaises(Forged):
                self.parse(DELIVERED, url=signed, urls=(called,))

    def test_any_of_its_addresses(self):
        urls = ("http://10.0.0.7:8069/x", REPORT_URL)
        self.assertTrue(self.parse(DELIVERED, urls=urls))
        for others in ((), ("",), ("?", "https://[", "//x"), urls[:1]):
            with self.subTest(others), self.assertRaises(Forged):
                self.parse(DELIVERED, urls=others)

    def test_no_signature_or_a_wrong_one(self):
        wrong = ("", "?", "ł", "\ud800", "AAAA", "A" * 28, "=" * 28)
        for headers in ({"host": "e.com"}, *({"x-twilio-signature": w} for w in wrong)):
            with self.subTest(headers), self.assertRaises(Forged):
                self.parse(DELIVERED, headers=headers)
        with self.assertRaises(Forged):
            self.parse(DELIVERED, token="another")

    def test_without_a_token_nobody_is_believed(self):
        with self.assertRaises(Forged):
            TwilioGateway(account(password="")).parse_reports(
                callback(DELIVERED, token="")
            )

    def test_what_was_changed_is_forged(self):
        signed = callback(DELIVERED)
        gateway = TwilioGateway(account())
        for form in (
            {**DELIVERED, "MessageStatus": "failed"},
            {**DELIVERED, "MessageSid": "SM2"},
            {**DELIVERED, "ErrorCode": "1"},
            {},
        ):
            changed = callback(form, headers=signed.headers)
            with self.subTest(form), self.assertRaises(Forged):
                gateway.parse_reports(changed)

    def test_what_is_not_signed_is_not_read(self):
        parameters = {"MessageSid": "SM9", "MessageStatus": "failed"}
        (report,) = self.parse(DELIVERED, parameters=parameters)
        self.assertEqual((report.provider_id, report.delivered), ("SM1", True))
        with self.assertRaises(Forged):
            self.parse((), parameters=parameters, body=json.dumps(parameters).encode())

    def test_by_get(self):
        url = f"{REPORT_URL}?MessageSid=SM1&MessageStatus=undelivered&ErrorCode="
        (report,) = self.parse((), url=url)
        self.assertEqual((report.provider_id, report.delivered), ("SM1", False))

    def test_json_whose_hash_is_in_the_address(self):
        values = {
            "MessageSid": "SM1",
            "MessageStatus": "undelivered",
            "ErrorCode": 30003,
        }
        body = json.dumps(values)
        url = f"{REPORT_URL}?bodySHA256={hashlib.sha256(body.encode()).hexdigest()}"
        (report,) = self.parse((), url=url, body=body.encode())
        self.assertEqual(report.reason, "Unreachable destination handset (30003)")
        self.assertTrue(
            RequestValidator(TOKEN).validate(
                url, body, RequestValidator(TOKEN).compute_signature(url, {})
            )
        )
        blank = url.replace("?", "?bodySHA256=&")
        self.assertTrue(self.parse((), url=blank, body=body.encode()))
        for other in (body + " ", "", "[]"):
            with self.subTest(other), self.assertRaises(Forged):
                self.parse((), url=url, body=other.encode())

    def test_signed_json_of_another_shape(self):
        for body in (b"[]", b"null", b"{", b'{"MessageSid": [1]}', b"\xff"):
            url = f"{REPORT_URL}?bodySHA256={hashlib.sha256(body).hexdigest()}"
            with self.subTest(body), self.assertRaises(Forged):
                self.parse((), url=url, body=body)

    def test_key_of_its_own_for_signatures(self):
        gateway = TwilioGateway(account(signature_secret="shared"))
        validator = RequestValidator("shared")
        for algorithm in ("HMAC_SHA256", "HMAC_SHA1"):
            signature = validator.compute_signature(REPORT_URL, DELIVERED, algorithm)
            headers = {
                "X-Twilio-Signature": signature,
                "X-Twilio-Webhooks-Signature-Settings": f"key=k, algorithm={algorithm}",
            }
            self.assertTrue(gateway.parse_reports(callback(DELIVERED, headers=headers)))
            with self.assertRaises(Forged):
                self.parse(DELIVERED, headers=headers)
            settings_name = "X-Twilio-Webhooks-Signature-Settings"
            headers[settings_name] = "key=k,algorithm=NONE"
            with self.assertRaises(Forged):
                gateway.parse_reports(callback(DELIVERED, headers=headers))


@tagged("post_install", "-at_install")
class TestTwilioReplies(BaseCase):
    form = {
        "MessageSid": "SM7",
        "From": "+48601234567",
        "To": "+15005550006",
        "Body": "Proszę przestać ",
        "NumMedia": "0",
    }

    def parse(self, *args, **kwargs):
        return TwilioGateway(account()).parse_replies(callback(*args, **kwargs))

    def test_reply(self):
        expected = Reply("+48601234567", "Proszę przestać ", "+15005550006", "SM7")
        self.assertEqual(self.parse(self.form), [expected])

    def test_picture_without_a_text(self):
        (reply,) = self.parse({**self.form, "Body": "", "NumMedia": "1"})
        self.assertEqual(reply.text, "")

    def test_answered_by_twilio(self):
        for kind in ("STOP", "START", "HELP"):
            (reply,) = self.parse({**self.form, "OptOutType": kind})
            self.assertTrue(reply.is_answered)
        self.assertFalse(self.parse(self.form)[0].is_answered)

    def test_by_get(self):
        url = f"https://e.com/reply?{urlencode(self.form)}"
        self.assertEqual(self.parse((), url=url), self.parse(self.form))

    def test_forged(self):
        gateway = TwilioGateway(account())
        changed = callback(
            {**self.form, "Body": "STOP"}, headers=callback(self.form).headers
        )
        with self.assertRaises(Forged):
            gateway.parse_replies(changed)
        for missing in ("MessageSid", "From"):
            form = {name: self.form[name] for name in self.form if name != missing}
            with self.assertRaises(Forged):
                self.parse(form)

    def test_answer_sends_nothing_to_the_phone(self):
        text, kind = TwilioGateway.reply_answer
        self.assertEqual(kind, "text/xml")
        self.assertNotIn("Message", text)


TEXTS = st.text(max_size=20)
PAIRS = st.lists(st.tuples(TEXTS, TEXTS), max_size=6)
URLS = st.builds(
    lambda scheme, host, port, path, query: (
        f"{scheme}://{host}{port}/{quote(path)}{'?' + query if query else ''}"
    ),
    st.sampled_from(("http", "https")),
    st.sampled_from(("erp.example.com", "localhost", "10.0.0.7")),
    st.sampled_from(("", ":80", ":443", ":8069")),
    TEXTS,
    st.builds(urlencode, st.lists(st.tuples(TEXTS, TEXTS), max_size=2)),
)


@tagged("post_install", "-at_install")
class TestTwilioSignature(BaseCase):
    """Against Twilio's own package, whatever is signed."""

    def believed(self, request, token=TOKEN):
        try:
            TwilioGateway(account(password=token))._signed(request)
        except Forged:
            return False
        return True

    @always
    @given(PAIRS, URLS, st.text(min_size=1, max_size=40))
    def test_what_twilio_signs_is_believed(self, form, url, token):
        self.assertTrue(self.believed(callback(form, url=url, token=token), token))

    @always
    @given(PAIRS, PAIRS, URLS, URLS, st.booleans(), st.booleans())
    def test_believed_when_its_own_validator_does(
        self, form, other_form, url, other_url, is_form_kept, is_url_kept
    ):
        came = form if is_form_kept else other_form
        called = url if is_url_kept else other_url
        signature = RequestValidator(TOKEN).compute_signature(url, MultiDict(form))
        expected = RequestValidator(TOKEN).validate(called, MultiDict(came), signature)
        headers = {"X-Twilio-Signature": signature}
        request = callback(came, url=called, headers=headers)
        self.assertEqual(self.believed(request), expected)

    @always
    @given(st.binary(max_size=200), URLS, st.booleans())
    def test_bodies(self, body, url, is_kept):
        body = body.decode("latin-1")
        digest = hashlib.sha256(body.encode()).hexdigest()
        plain, url = url, f"{url}{'&' if '?' in url else '?'}bodySHA256={digest}"
        body += "" if is_kept else "x"
        validator = RequestValidator(TOKEN)
        signature = validator.compute_signature(url, {})
        request = callback((), url=url, body=body.encode())
        expected = validator.validate(url, body, signature)
        self.assertEqual(self.believed(request), expected)
        if "bodySHA256" not in plain:
            self.assertEqual(expected, is_kept)
