from datetime import datetime

from odoo.tests import BaseCase, tagged

from odoo.addons.sms_organizer.gateways import words
from odoo.addons.sms_organizer.gateways.base import (
    Account,
    Callback,
    Failure,
    Forged,
    Message,
    Reply,
    Report,
    Trouble,
    Verdict,
)
from odoo.addons.sms_organizer.gateways.kannel import (
    KannelGateway,
    reply_configuration,
)

from .recorder import LOST, Recorder

MESSAGE = Message(
    "ref1",
    "+48601234567",
    "Zażółć",
    "UCS-2",
    report_url="https://erp.example.com/sms/report/1/ref1/abc",
)
TAKEN = (202, "0: Accepted for delivery")


class KannelCase(BaseCase):
    def _gateway(self, web, **values):
        values = {"username": "user", "password": "s3cret", **values}
        return KannelGateway(Account(web.url, local_network=True, **values))

    def _send(self, answer, message=MESSAGE, **values):
        with Recorder([answer]) as web:
            (outcome,) = self._gateway(web, **values).send([message])
            return outcome, web.request


@tagged("post_install", "-at_install")
class TestKannelSending(KannelCase):
    def _headers(self, request):
        return {
            name: value.encode("latin-1").decode()  # as the server reads them
            for name, value in request.headers.items()
            if name.startswith(("x-kannel", "content-type"))
        }

    def test_request(self):
        outcome, request = self._send(TAKEN, sender="Firm", password="hasło")
        self.assertEqual(outcome.verdict, Verdict.ACCEPTED)
        self.assertEqual((request.method, request.path), ("POST", "/cgi-bin/sendsms"))
        self.assertEqual(request.query, {})
        self.assertEqual(request.body.decode(), "Zażółć")
        self.assertEqual(
            self._headers(request),
            {
                "content-type": "text/plain; charset=UTF-8",
                "x-kannel-username": "user",
                "x-kannel-password": "hasło",
                "x-kannel-to": "+48601234567",
                "x-kannel-from": "Firm",
                "x-kannel-coding": "2",
                "x-kannel-dlr-mask": "19",
                "x-kannel-dlr-url": f"{MESSAGE.report_url}?status=%d&words=%A",
            },
        )

    def test_request_by_a_connection_without_sender_and_report(self):
        message = Message("ref1", "+48601234567", "Hello")
        _outcome, request = self._send(TAKEN, message, options={"smsc": " orange "})
        self.assertEqual(
            self._headers(request),
            {
                "content-type": "text/plain; charset=UTF-8",
                "x-kannel-username": "user",
                "x-kannel-password": "s3cret",
                "x-kannel-to": "+48601234567",
                "x-kannel-smsc": "orange",
                "x-kannel-coding": "0",
            },
        )
        self.assertIn("smsc", KannelGateway.options)

    def test_answers(self):
        for status, text, verdict in (
            (202, "0: Accepted for delivery", Verdict.ACCEPTED),
            (202, "3: Queued for later delivery", Verdict.ACCEPTED),
            (202, "4: Something else", Verdict.UNKNOWN),
            (202, "", Verdict.UNKNOWN),
            (200, "0: Accepted for delivery", Verdict.UNKNOWN),
            (400, "Sender missing and no global set, rejected", Verdict.NOT_TAKEN),
            (400, "Missing receiver(s) number(s), rejected", Verdict.REJECTED),
            (403, "Authorization failed for sendsms", Verdict.NOT_TAKEN),
            (403, "Not routable. Do not try again.", Verdict.REJECTED),
            (404, "Unknown request.", Verdict.NOT_TAKEN),
            (503, "Temporal failure, try again later.", Verdict.NOT_TAKEN),
            (500, "x", Verdict.UNKNOWN),
        ):
            with self.subTest(status=status, text=text):
                outcome, _request = self._send((status, text))
                self.assertEqual(outcome.verdict, verdict)
                if verdict is not Verdict.ACCEPTED:
                    self.assertIn(text, outcome.reason)
        outcome, _request = self._send((403, "Wrong: s3cret"))
        self.assertEqual(outcome.failure, Failure.ACCOUNT)
        self.assertNotIn("s3cret", outcome.reason)
        self.assertEqual(self._send(LOST)[0].verdict, Verdict.UNKNOWN)

    def test_nonsense_is_in_doubt(self):
        for answer in ({}, [], None, 7, (202, {"a": 1}), (202, "<html>0: </html>")):
            outcome, _request = self._send(answer)
            self.assertEqual(outcome.verdict, Verdict.UNKNOWN, answer)


@tagged("post_install", "-at_install")
class TestKannelCheck(KannelCase):
    def test_message_to_nobody(self):
        answer = (400, "Missing receiver(s) number(s), rejected")
        with Recorder([answer]) as web:
            self.assertIsNone(self._gateway(web).check())
            request = web.request
        self.assertEqual((request.method, request.path), ("POST", "/cgi-bin/sendsms"))
        self.assertEqual(request.headers["x-kannel-username"], "user")
        self.assertEqual(request.headers["x-kannel-password"], "s3cret")
        self.assertNotIn("x-kannel-to", request.headers)
        self.assertEqual(request.body, b"")

    def test_trouble(self):
        for answer, failure in (
            ((403, "Authorization failed for sendsms"), Failure.ACCOUNT),
            ((404, "Unknown request."), Failure.ACCOUNT),
            ((503, "x"), Failure.SERVER),
            ((500, "x"), Failure.SERVER),
            ((200, "<html>Welcome</html>"), Failure.SERVER),
            (TAKEN, Failure.SERVER),
            (LOST, Failure.SERVER),
        ):
            with (
                self.subTest(answer),
                Recorder([answer]) as web,
                self.assertRaises(Trouble) as caught,
            ):
                self._gateway(web).check()
            self.assertEqual(caught.exception.failure, failure)

    def test_address_inside_the_network_has_to_be_allowed(self):
        with Recorder() as web:
            gateway = KannelGateway(Account(web.url, "user", "s3cret"))
            with self.assertRaises(Trouble) as caught:
                gateway.check()
            self.assertEqual(web.requests, [])
        self.assertEqual(caught.exception.reason, words.LOCAL_ADDRESS)


@tagged("post_install", "-at_install")
class TestKannelReports(BaseCase):
    def _parse(self, reference="ref1", **parameters):
        gateway = KannelGateway(Account(username="user", password="s3cret"))
        return gateway.parse_reports(Callback(reference, parameters))

    def test_statuses(self):
        delivered = [Report("ref1", True)]
        undelivered = [Report("ref1", False, reason=words.NOT_DELIVERED)]
        refused = [Report("ref1", False, reason=words.REFUSED_BY_OPERATOR)]
        for status, expected in (
            ("1", delivered),
            ("2", undelivered),
            ("16", refused),
            ("4", []),
            ("8", []),
            ("0", []),
            # together with news that are not the last ones, or with each other
            ("9", delivered),
            ("10", undelivered),
            ("24", refused),
            ("18", refused),
            ("34", []),
            ("33", []),
            ("36", []),
            ("48", []),
            ("3", []),
            ("17", []),
        ):
            self.assertEqual(self._parse(status=status), expected, status)

    def test_words_of_the_operator(self):
        (report,) = self._parse(status="2", words="NACK/11/Invalid s3cret")
        self.assertEqual(report.reason, "NACK/11/Invalid •••")

    def test_what_makes_no_report_is_forged(self):
        for status in ("", "x", "-1", "1.0", "²", "9" * 5000):
            with self.subTest(status[:9]), self.assertRaises(Forged):
                self._parse(status=status)
        with self.assertRaises(Forged):
            self._parse()
        with self.assertRaises(Forged):
            self._parse(reference="", status="1")


@tagged("post_install", "-at_install")
class TestKannelReplies(BaseCase):
    """As smsbox 1.4.5 was seen to call with the configuration that we show."""

    at = datetime(2026, 11, 22, 12, 24, 43)

    def _parse(self, body=b"STOP", parameters=None, **headers):
        headers = {
            "Content-Type": 'text/plain; charset="UTF-8"',
            "X-Kannel-From": "+48600700800",
            "X-Kannel-To": "2020",
            "X-Kannel-Time": "2026-11-22 12:24:43",
            "X-Kannel-Coding": "0",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        parameters = parameters or {"id": "b62c9301-6d76", "at": "1795350283"}
        callback = Callback("", parameters, headers, body)
        return KannelGateway(Account()).parse_replies(callback)

    def test_reply(self):
        self.assertTrue(KannelGateway.takes_replies)
        self.assertEqual(KannelGateway.reply_answer, ("", "text/plain"))
        self.assertEqual(
            self._parse("STOP zażółć".encode()),
            [
                Reply(
                    "+48600700800",
                    "STOP zażółć",
                    to="2020",
                    provider_id="b62c9301-6d76",
                    at=self.at,
                )
            ],
        )

    def test_unicode(self):
        text = "გამარჯობა สวัสดี ł€ 🙂"
        for charset in (
            '; charset="UTF-16BE"',
            "; charset=utf-16be",
            "",
            "; charset=x",
        ):
            (reply,) = self._parse(
                text.encode("utf-16-be"),
                Content_Type=f"text/plain{charset}",
                X_Kannel_Coding="2",
            )
            self.assertEqual(reply.text, text, charset)

    def test_other_letters_and_broken_ones(self):
        (reply,) = self._parse(
            "zażółć".encode("iso-8859-2"), Content_Type="text/plain; charset=ISO-8859-2"
        )
        self.assertEqual(reply.text, "zażółć")
        for charset in ("UTF-8", "idna", "hex", "no-such", "utf-16be", ""):
            (reply,) = self._parse(
                b"\xff\xfea", Content_Type=f"text/plain; charset={charset}"
            )
            self.assertIsInstance(reply.text, str)
        (reply,) = self._parse(b"")
        self.assertEqual(reply.text, "")

    def test_what_is_no_text_is_no_reply(self):
        found = self._parse(
            b"\x01\xff", Content_Type="application/octet-stream", X_Kannel_Coding="1"
        )
        self.assertEqual(found, [])

    def test_what_may_be_missing(self):
        for at in ("", "soon", "9" * 30):
            (reply,) = self._parse(parameters={"at": at})
            self.assertEqual((reply.at, reply.provider_id), (None, ""))

    def test_what_makes_no_reply_is_forged(self):
        for number in ("", " "):
            with self.assertRaises(Forged):
                self._parse(X_Kannel_From=number)
        with self.assertRaises(Forged):
            KannelGateway(Account()).parse_replies(Callback("", {"number": "+48"}))

    def test_configuration(self):
        lines = reply_configuration("https://erp.example.com/sms/reply/1/a%b").split(
            "\n"
        )
        self.assertEqual(
            [line for line in lines if line and not line.startswith("#")],
            [
                "group = sms-service",
                "keyword = default",
                "catch-all = true",
                "max-messages = 0",
                "send-sender = true",
                'post-url = "https://erp.example.com/sms/reply/1/a%%b?id=%I&at=%T"',
            ],
        )
        self.assertIn("#   http-request-retry = 100", lines)
