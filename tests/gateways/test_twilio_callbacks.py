import hashlib
import json
from urllib.parse import quote, urlencode

from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from odoo.tests import BaseCase, tagged

from odoo.addons.sms_organizer.gateways.base import (
    Callback,
    Failure,
    Forged,
    Reply,
    Report,
)
from odoo.addons.sms_organizer.gateways.twilio import TwilioGateway

from .twilio_common import REPORT_URL, TOKEN, account

always = settings(max_examples=300, deadline=None, derandomize=True, database=None)
DELIVERED = {"MessageSid": "SM1", "MessageStatus": "delivered", "ErrorMessage": ""}


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
