import socket
import ssl
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from unittest.mock import patch

import requests

from odoo.tests import BaseCase, tagged

from odoo.addons.sms_organizer.gateways import PROVIDERS, words
from odoo.addons.sms_organizer.gateways.base import (
    Account,
    Callback,
    Forged,
    Message,
    Outcome,
    Trouble,
    Verdict,
    hand_over,
)
from odoo.addons.sms_organizer.gateways.kannel import KannelGateway
from odoo.addons.sms_organizer.gateways.serwersms import SerwerSmsGateway
from odoo.addons.sms_organizer.gateways.smsapi import SmsApiGateway
from odoo.addons.sms_organizer.gateways.web import (
    _decoded,
    _seconds,
    by_text,
    nothing_left,
    why_nothing_left,
)

from ..provider import Provider
from .recorder import Recorder


@tagged("post_install", "-at_install")
class TestDidItLeave(BaseCase):
    def _error_of(self, url):
        try:
            requests.get(url, timeout=10)
        except requests.RequestException as error:
            return error
        return self.fail("no error")

    def test_refused_connection_surely_sent_nothing(self):
        with Provider() as provider:
            port = provider.port
        self.assertTrue(nothing_left(self._error_of(f"http://127.0.0.1:{port}/")))

    def test_address_that_makes_no_sense_sent_nothing(self):
        for url in ("127.0.0.1", "ftp://127.0.0.1", "http://"):
            self.assertTrue(nothing_left(self._error_of(url)), url)

    def test_untrusted_certificate_sent_nothing(self):
        error = requests.exceptions.SSLError(ssl.SSLCertVerificationError("no"))
        self.assertTrue(nothing_left(error))

    def test_lost_connection_may_have_sent(self):
        with Provider(plan=["lose"]) as provider:
            gateway = KannelGateway(
                Account(base_url=provider.url("kannel"), local_network=True)
            )
            outcome = gateway.send([Message("a" * 32, "+48601234567", "Hello")])
            self.assertNotEqual(outcome[0].verdict, Verdict.NOT_TAKEN)
        for error in (
            requests.exceptions.ReadTimeout(),
            requests.exceptions.ChunkedEncodingError(),
            requests.exceptions.ConnectionError(ConnectionResetError()),
            ConnectionResetError(),
            ssl.SSLError(),
        ):
            self.assertFalse(nothing_left(error), error)

    def test_why_nothing_left_in_words(self):
        unknown = requests.exceptions.ConnectionError(socket.gaierror(-2, "Name"))
        self.assertEqual(why_nothing_left(unknown)[0], words.UNKNOWN_HOST)
        handshake = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")
        handshake.reason = "WRONG_VERSION_NUMBER"
        error = requests.exceptions.SSLError(handshake)
        self.assertTrue(nothing_left(error))
        self.assertEqual(why_nothing_left(error)[0], words.NO_SECURE_CONNECTION)
        header = UnicodeEncodeError("latin-1", "ł", 0, 1, "no")
        self.assertEqual(why_nothing_left(header)[0], words.NO_REQUEST)

    def test_retry_after_in_seconds_and_as_a_date(self):
        self.assertEqual(_seconds("120"), 120)
        self.assertEqual(_seconds("-5"), 0)
        self.assertIsNone(_seconds("soon"))
        self.assertIsNone(_seconds("²"))
        self.assertIsNone(_seconds(None))
        at = datetime.now(timezone.utc) + timedelta(minutes=5)
        self.assertAlmostEqual(_seconds(format_datetime(at, usegmt=True)), 300, delta=3)

    def test_letters_of_an_answer(self):
        for content, encoding, text in (
            ("zażółć".encode(), "ISO-8859-1", "zażółć"),
            ("zażółć".encode(), "no-such", "zażółć"),
            ("zażółć".encode("iso-8859-2"), "iso-8859-2", "zażółć"),
            (b"\xe9", None, "é"),
            (b"\xe9", "no-such", "é"),
            (b"\xe9", "hex", "é"),
            (b"\xe9", "idna", "é"),
        ):
            self.assertEqual(_decoded(content, encoding), text)

    def test_words_of_a_provider_are_printable_and_short(self):
        outcome = Outcome("a", Verdict.REJECTED, reason="No\x00\n\tway" + "!" * 999)
        self.assertTrue(outcome.reason.startswith("No way!"))
        self.assertEqual(len(outcome.reason), 300)

    def test_one_text_a_call_and_each_number_once(self):
        one, two, three = (Message(ref, "+1", "x") for ref in "abc")
        other = Message("d", "+2", "x")
        longer = Message("e", "+2", "xx")
        self.assertEqual(
            by_text([one, two, other, longer, three]),
            [[one, other], [two], [three], [longer]],
        )
        named = Message("f", "+3", "x", sender="Firm")
        self.assertEqual(by_text([one, named, other]), [[one, other], [named]])

    def test_late_call_begins_nothing_new(self):
        with Provider(delay=0.3) as provider:
            provider.refused_numbers = {"+48601234599"}
            gateway = SmsApiGateway(
                Account(base_url=provider.url("smsapi"), local_network=True)
            )
            gateway.longest_call = 1
            messages = [
                Message(f"{number:032}", f"+486012345{number}", "Same")
                for number in range(80, 100)
            ]
            outcomes = hand_over(gateway, messages)
            verdicts = {outcome.verdict for outcome in outcomes.values()}
            self.assertEqual(verdicts, {Verdict.ACCEPTED, Verdict.NOT_TAKEN})
            accepted = {
                reference
                for reference, outcome in outcomes.items()
                if outcome.verdict is Verdict.ACCEPTED
            }
            self.assertEqual(accepted, set(provider.accepted))
            reached = len(provider.requests)
            time.sleep(1)
            self.assertEqual(len(provider.requests), reached)
            self.assertLess(reached, 6)

    def test_nobody_waits_for_who_is_late_and_each_is_in_doubt(self):
        message = TestRequests.message
        other = replace(message, reference=message.reference[::-1])
        for messages in ([message], [message, other]):
            with self.subTest(len(messages)), Provider(delay=2) as provider:
                account = Account(provider.url("kannel"), "u", "p", local_network=True)
                gateway = KannelGateway(account)
                gateway.longest_call = 0.3
                begun = time.monotonic()
                outcomes = hand_over(gateway, messages)
                self.assertLess(time.monotonic() - begun, 1.5)
                self.assertEqual(
                    {(one.verdict, one.reason) for one in outcomes.values()},
                    {(Verdict.UNKNOWN, words.NO_ANSWER)},
                )

    def test_what_did_not_get_its_turn_was_not_taken(self):
        messages = [Message(f"{n:032}", f"+4860123{n:04}", f"{n}") for n in range(20)]
        with Provider(delay=2) as provider:
            account = Account(provider.url("smsapi"), "u", "p", local_network=True)
            gateway = SmsApiGateway(account)
            gateway.longest_call = 0.5
            outcomes = hand_over(gateway, messages).values()
        found = Counter((one.verdict, one.reason) for one in outcomes)
        self.assertEqual(found[Verdict.NOT_TAKEN, words.NO_TIME], 4)
        self.assertEqual(found[Verdict.UNKNOWN, words.NO_ANSWER], 16)

    def test_proxies_are_asked_for_once_a_host(self):
        with Provider() as provider:
            account = Account(provider.url("kannel"), "u", "p", local_network=True)
            gateway = KannelGateway(account)
            settings = gateway.session.merge_environment_settings
            with patch.object(
                gateway.session, "merge_environment_settings", side_effect=settings
            ) as asked:
                for _time in range(3):
                    gateway.send([TestRequests.message])
                self.assertEqual(asked.call_count, 1)
                gateway._settings("http://localhost/")
                self.assertEqual(asked.call_count, 2)

    def test_password_of_any_letters_reaches_kannel(self):
        with Provider() as provider:
            account = Account(
                provider.url("kannel"), "użytkownik", "zażółć", local_network=True
            )
            outcome = KannelGateway(account).send([TestRequests.message])[0]
            self.assertEqual(outcome.verdict, Verdict.ACCEPTED)


@tagged("post_install", "-at_install")
class TestRequests(BaseCase):
    """What each provider is asked, field by field."""

    account = Account(
        username="user",
        password="secret",
        sender="Firm",
        report_url="https://erp.example.com/sms/report/1/abc",
    )
    message = Message(
        "a" * 32,
        "+48601234567",
        "Zażółć",
        encoding="UCS-2",
        report_url="https://erp.example.com/sms/report/1/aaa/bbb",
    )

    def setUp(self):
        super().setUp()
        self.calls = []

    def _send(self, gateway_class, *messages):
        """:return: the prepared requests that it makes; they get no answer"""
        calls = []

        def send(_session, request, **_options):
            calls.append(request)
            raise requests.exceptions.ReadTimeout

        self.patch(requests.Session, "send", send)
        gateway_class(self.account).send(list(messages) or [self.message])
        return calls

    def test_smsapi(self):
        (request,) = self._send(SmsApiGateway)
        self.assertEqual(request.url, "https://api.smsapi.pl/sms.do")
        self.assertEqual(request.headers["Authorization"], "Bearer secret")
        form = dict(
            pair.split("=", 1)
            for pair in requests.utils.unquote(request.body).split("&")
        )
        self.assertEqual(
            form,
            {
                "to": "48601234567",
                "message": "Zażółć",
                "from": "Firm",
                "format": "json",
                "encoding": "utf-8",
                "details": "1",
                "idx": "a" * 32,
                "check_idx": "1",
                "notify_url": self.account.report_url,
            },
        )

    def test_smsapi_sends_one_text_a_call(self):
        texts = [Message(ref * 32, f"+4860000000{ref}", "Same") for ref in "12"]
        calls = self._send(SmsApiGateway, *texts, self.message)
        bodies = sorted(requests.utils.unquote(call.body) for call in calls)
        self.assertEqual(len(bodies), 2)
        self.assertIn("to=48600000001,48600000002&", bodies[0])
        self.assertIn(f"idx={'1' * 32}|{'2' * 32}", bodies[0])

    def test_serwersms_with_a_password(self):
        (request,) = self._send(SerwerSmsGateway)
        self.assertEqual(
            request.url, "https://api2.serwersms.pl/messages/send_sms.json"
        )
        values = requests.compat.json.loads(request.body)
        self.assertEqual(
            values,
            {
                "phone": ["+48601234567"],
                "text": "Zażółć",
                "unique_id": ["a" * 32],
                "sender": "Firm",
                "utf": True,
                "details": True,
                "username": "user",
                "password": "secret",
            },
        )

    def test_serwersms_with_a_token(self):
        self.account = Account(password="token")
        (request,) = self._send(SerwerSmsGateway)
        self.assertEqual(request.headers["Authorization"], "Bearer token")
        self.assertNotIn(b"password", request.body)

    def test_kannel(self):
        (request,) = self._send(KannelGateway)
        self.assertEqual(request.url, "http://127.0.0.1:13013/cgi-bin/sendsms")
        self.assertEqual(request.body.decode(), "Zażółć")
        headers = {
            name: value.decode()
            for name, value in request.headers.items()
            if name.startswith("X-Kannel")
        }
        self.assertEqual(
            headers,
            {
                "X-Kannel-Username": "user",
                "X-Kannel-Password": "secret",
                "X-Kannel-To": "+48601234567",
                "X-Kannel-From": "Firm",
                "X-Kannel-Coding": "2",
                "X-Kannel-DLR-Mask": "19",
                "X-Kannel-DLR-Url": f"{self.message.report_url}?status=%d&words=%A",
            },
        )

    def test_what_makes_no_report_is_forged(self):
        for gateway_class in (SmsApiGateway, SerwerSmsGateway, KannelGateway):
            with self.subTest(gateway_class.provider), self.assertRaises(Forged):
                gateway_class(self.account).parse_reports(Callback("", {"a": "b"}))


@tagged("post_install", "-at_install")
class TestWordsOfErrors(BaseCase):
    """What a provider says in its own shape is what a person reads."""

    shapes = (
        ("smsapi", {"message": "No", "error": 101}, "No (101)"),
        ("smsapi", {"message": "No", "code": 401, "errors": None}, "No (401)"),
        ("smsapi", {"error": 101}, "SMSAPI (101)"),
        ("serwersms", {"error": {"code": 1001, "message": "No"}}, "No (1001)"),
        ("serwersms", {"error": "No"}, "No ({status})"),
        ("twilio", {"code": 20003, "message": "No"}, "No (20003)"),
        (
            "vonage",
            {"messages": [{"status": "4", "error-text": "No"}]},
            "No (4)",
        ),
        ("vonage", {"error-code": "401", "error-code-label": "No"}, "No (401)"),
        ("vonage", {"title": "No"}, "No ({status})"),
        ("thaibulksms", {"error": {"code": 9, "description": "No"}}, "No (9)"),
        ("thaibulksms", {"error": "No"}, "No ({status})"),
        ("yuboto", {"ErrorCode": 9999, "ErrorMessage": "No"}, "No (9999)"),
        ("apifon", {"status_description": "No"}, "No ({status})"),
        ("smsoffice", {"Success": False, "Message": "No", "ErrorCode": 80}, "No (80)"),
        ("smsoffice", {"ErrorCode": 80}, "smsoffice.ge (80)"),
    )
    message = Message("a" * 32, "+48601234567", "Hello")

    def _gateway(self, provider, web):
        account = Account(web.url, "user1", "secret", "Firm", local_network=True)
        return PROVIDERS[provider](account)

    def test_of_an_error_of_http(self):
        for provider, body, expected in self.shapes:
            for status in (401, 500):
                with (
                    self.subTest(provider=provider, body=body, status=status),
                    Recorder([(status, body)]) as web,
                ):
                    (outcome,) = self._gateway(provider, web).send([self.message])
                    self.assertEqual(outcome.reason, expected.format(status=status))

    def test_of_a_question_about_the_account(self):
        for provider, body, expected in self.shapes:
            with (
                self.subTest(provider=provider, body=body),
                Recorder([(401, body)]) as web,
            ):
                with self.assertRaises(Trouble) as caught:
                    self._gateway(provider, web).check()
                self.assertEqual(caught.exception.reason, expected.format(status=401))
                self.assertEqual(caught.exception.verdict, Verdict.NOT_TAKEN)

    def test_without_secrets(self):
        body = {"message": "No secret for user1, <b>", "error": 101}
        with Recorder([(401, body)]) as web, self.assertRaises(Trouble) as caught:
            self._gateway("smsapi", web).check()
        self.assertEqual(caught.exception.reason, "No ••• for •••, <b> (101)")

    def test_other_shapes_are_shown_as_they_are(self):
        for provider in ("smsapi", "serwersms", "twilio", "vonage", "thaibulksms"):
            with Recorder([(401, {"oops": 1})]) as web:
                (outcome,) = self._gateway(provider, web).send([self.message])
            self.assertEqual(outcome.reason, 'HTTP 401 Unauthorized: {"oops": 1}')

    def test_redirect_is_told_in_words(self):
        for provider in {name for name, _body, _expected in self.shapes} | {"kannel"}:
            for status in (301, 302, 303, 307, 308):
                with (
                    self.subTest(provider=provider, status=status),
                    Recorder([(status, "<html>")]) as web,
                ):
                    gateway = self._gateway(provider, web)
                    (outcome,) = gateway.send([self.message])
                    with self.assertRaises(Trouble) as caught:
                        gateway.check()
                self.assertEqual(outcome.reason, words.REDIRECTED)
                self.assertEqual(caught.exception.reason, words.REDIRECTED)

    def test_words_of_a_trouble_are_printable_and_short(self):
        trouble = Trouble(Verdict.UNKNOWN, "No\x00\n\tway" + "!" * 999)
        self.assertTrue(trouble.reason.startswith("No way!"))
        self.assertEqual(len(trouble.reason), 300)
