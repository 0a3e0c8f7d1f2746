import time
from datetime import datetime
from unittest.mock import patch

import requests

from odoo.tests import BaseCase, tagged

from odoo.addons.sms_organizer.gateways.base import (
    Balance,
    Failure,
    Report,
    SenderName,
    SenderStatus,
    Sent,
    Trouble,
)
from odoo.addons.sms_organizer.gateways.twilio import TwilioGateway

from .recorder import LOST, ODD, Recorder
from .twilio_common import BASIC, SERVICE, SID, account, error


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
