import hashlib
import json
from datetime import datetime
from urllib.parse import urlencode

import vonage
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.sms_organizer.gateways.base import (
    Callback,
    Failure,
    Forged,
    Reply,
    Report,
)
from odoo.addons.sms_organizer.gateways.vonage import VonageGateway

from .vonage_common import KEY, account

always = settings(max_examples=300, deadline=None, derandomize=True, database=None)
# of the one part that a report is about
CHARGED = {"cost": 0.0333, "currency": "EUR", "is_cost_of_segment": True}
REPORT = {
    "msisdn": "48601234567",
    "to": "Firm",
    "network-code": "26003",
    "messageId": "0A01",
    "price": "0.03330000",
    "status": "delivered",
    "scts": "2607302011",
    "err-code": "0",
    "api-key": KEY,
    "client-ref": "a" * 32,
    "message-timestamp": "2026-07-30 20:12:31",
}
REPLY = {
    "msisdn": "48601234567",
    "to": "48799000000",
    "messageId": "0B01",
    "text": "Proszę & przestać=STOP ",
    "type": "unicode",
    "keyword": "PROSZĘ",
    "api-key": KEY,
    "message-timestamp": "2026-07-30 20:12:31",
}


def sign(values, secret="signature", method=None):
    """As Vonage's own package does."""
    client = vonage.Client(
        key=KEY, secret="-", signature_secret=secret, signature_method=method
    )
    values = {"timestamp": "1785442351", "nonce": "1d2bc5c9-8c0e", **values}
    return {**values, "sig": client.signature(dict(values))}


def ways(values, reference=""):
    """The callbacks by which Vonage may say the same: GET, a form, JSON."""
    pairs = tuple(values.items())
    body = urlencode(pairs).encode()
    return (
        Callback(reference, values),
        Callback(reference, values, form=pairs, body=body),
        Callback(reference, {}, body=json.dumps(values).encode()),
    )


@tagged("post_install", "-at_install")
class TestVonageReports(BaseCase):
    def parse(self, values, reference="", **account_values):
        """:return: the reports, which are the same however it is said"""
        gateway = VonageGateway(account(**account_values))
        said = [gateway.parse_reports(way) for way in ways(values, reference)]
        self.assertEqual(said[1:], said[:-1])
        return said[0]

    def test_delivered(self):
        at = datetime(2026, 7, 30, 20, 11)
        expected = Report("a" * 32, True, "0A01", at, **CHARGED)
        self.assertEqual(self.parse(REPORT), [expected])
        self.assertEqual(self.parse(REPORT, reference="a" * 32), [expected])

    def test_given_up(self):
        for status, code, reason, failure in (
            ("failed", "3", "Absent subscriber, permanent (3)", Failure.NUMBER),
            ("failed", "2", "Absent subscriber, temporary (2)", Failure.OTHER),
            ("rejected", "6", "Anti-spam rejection (6)", Failure.TEXT),
            ("rejected", "51", "Header filter (51)", Failure.SENDER),
            ("expired", "77", "Vonage: expired (77)", Failure.OTHER),
            ("expired", "0", "Vonage: expired", Failure.OTHER),
            ("expired", "", "Vonage: expired", Failure.OTHER),
        ):
            (report,) = self.parse({**REPORT, "status": status, "err-code": code})
            self.assertFalse(report.delivered)
            self.assertEqual(report.reason, reason)
            self.assertIs(report.failure, failure)
            self.assertEqual(report.cost, 0.0333)

    def test_report_without_a_price(self):
        for price in (None, "", "soon"):
            (report,) = self.parse({**REPORT, "price": price})
            self.assertEqual((report.cost, report.currency), (None, ""))

    def test_on_its_way(self):
        for status in ("accepted", "buffered", "unknown", "deleted"):
            self.assertEqual(self.parse({**REPORT, "status": status}), [])

    def test_reference_of_the_address_where_it_tells_none(self):
        values = {name: REPORT[name] for name in REPORT if name != "client-ref"}
        (report,) = self.parse(values, reference="b" * 32)
        self.assertEqual(report.reference, "b" * 32)
        (report,) = self.parse(values)
        self.assertEqual((report.reference, report.provider_id), ("", "0A01"))

    def test_moment_is_no_later_than_the_report(self):
        for scts, pushed, at in (
            ("1810251310", "2018-10-25 12:10:29", datetime(2018, 10, 25, 12, 10, 29)),
            ("1810251209", "2018-10-25 12:10:29", datetime(2018, 10, 25, 12, 9)),
            ("1810251209", "", datetime(2018, 10, 25, 12, 9)),
            ("soon", "2018-10-25 12:10:29", datetime(2018, 10, 25, 12, 10, 29)),
            ("", "?", None),
        ):
            values = {**REPORT, "scts": scts, "message-timestamp": pushed}
            self.assertEqual(self.parse(values)[0].at, at)

    def test_each_part_of_a_long_message_reports_by_itself(self):
        first = self.parse(REPORT)
        second = self.parse({**REPORT, "messageId": "0A02", "status": "failed"})
        self.assertEqual({one.reference for one in first + second}, {"a" * 32})
        self.assertEqual([one.delivered for one in first + second], [True, False])

    def test_what_makes_no_report(self):
        gateway = VonageGateway(account())
        for values in ({}, {"messageId": "0A01"}, {"status": "delivered"}):
            for way in ways(values):
                with self.assertRaises(Forged):
                    gateway.parse_reports(way)
        for body in (
            b"",
            b"[]",
            b"null",
            b"\xff",
            b"{",
            b'{"messageId":[],"status":1}',
        ):
            with self.subTest(body), self.assertRaises(Forged):
                gateway.parse_reports(Callback("", {}, body=body))

    def test_figures_in_json(self):
        values = {**REPORT, "err-code": 3, "status": "failed", "scts": 2607302011}
        body = json.dumps(values).encode()
        (report,) = VonageGateway(account()).parse_reports(Callback("", {}, body=body))
        self.assertEqual(report.reason, "Absent subscriber, permanent (3)")
        self.assertEqual(report.at, datetime(2026, 7, 30, 20, 11))

    def test_signed(self):
        for method in ("", "md5hash", "md5", "sha1", "sha256", "sha512"):
            with self.subTest(method):
                hmac = None if method in ("", "md5hash") else method
                reports = self.parse(
                    sign(REPORT, method=hmac),
                    signature_secret="signature",
                    options={"signature_method": method},
                )
                self.assertTrue(reports[0].delivered)

    def test_signature_in_capitals(self):
        signed = sign(REPORT)
        values = {**signed, "sig": signed["sig"].upper()}
        self.assertTrue(self.parse(values, signature_secret="signature"))

    def test_signature_as_it_is_documented(self):
        """Its example: & and = become _, the secret comes last."""
        text = "You & Me = Love"
        signed = "&text=You _ Me _ Love&timestamp=1461605396secret"
        values = {"text": text, "timestamp": "1461605396"}
        gateway = VonageGateway(account(signature_secret="secret"))
        expected = hashlib.md5(signed.encode()).hexdigest()
        self.assertEqual(gateway._signature(values), expected)

    def test_not_signed_or_wrongly(self):
        signed = sign(REPORT)
        unsigned = {name: signed[name] for name in signed if name != "sig"}
        gateway = VonageGateway(account(signature_secret="signature"))
        for values in (
            REPORT,
            unsigned,
            {**signed, "sig": ""},
            {**signed, "sig": "ł\ud800"},
            {**signed, "sig": ["x"]},
            {**signed, "sig": signed["sig"][:-1]},
            {**signed, "status": "failed"},
            {**signed, "client-ref": "b" * 32},
            {**signed, "more": "1"},
            {**signed, "nonce": "2"},
            {**signed, "timestamp": "1785442352"},
            sign(REPORT, secret="another"),
            sign(REPORT, method="sha256"),
        ):
            in_json = Callback("", {}, body=json.dumps(values).encode())
            for way in (Callback("", values), in_json):
                with self.subTest(values), self.assertRaises(Forged):
                    gateway.parse_reports(way)

    def test_method_that_is_not_known_believes_nobody(self):
        gateway = VonageGateway(
            account(signature_secret="signature", options={"signature_method": "md4"})
        )
        with self.assertRaises(Forged):
            gateway.parse_reports(Callback("", sign(REPORT)))

    def test_repeated_a_day_later_is_believed_still(self):
        old = sign({**REPORT, "timestamp": "1700000000"})
        self.assertTrue(self.parse(old, signature_secret="signature"))


@tagged("post_install", "-at_install")
class TestVonageReplies(BaseCase):
    def parse(self, values, **account_values):
        """:return: the replies, which are the same however it is said"""
        gateway = VonageGateway(account(**account_values))
        said = [gateway.parse_replies(way) for way in ways(values)]
        self.assertEqual(said[1:], said[:-1])
        return said[0]

    def test_reply(self):
        at = datetime(2026, 7, 30, 20, 12, 31)
        text = "Proszę & przestać=STOP "
        expected = Reply("48601234567", text, "48799000000", "0B01", at)
        self.assertEqual(self.parse(REPLY), [expected])

    def test_pieces_of_a_long_reply_come_one_by_one(self):
        pieces = [
            self.parse(
                {
                    **REPLY,
                    "messageId": f"0B0{one}",
                    "text": text,
                    "concat": "true",
                    "concat-ref": "7",
                    "concat-total": "2",
                    "concat-part": str(one),
                }
            )[0]
            for one, text in ((2, "two"), (1, "one"))
        ]
        self.assertEqual([one.text for one in pieces], ["two", "one"])
        self.assertEqual([one.provider_id for one in pieces], ["0B02", "0B01"])

    def test_without_a_moment(self):
        for moment in ("", "2026-07-30", "soon"):
            (reply,) = self.parse({**REPLY, "message-timestamp": moment})
            self.assertIsNone(reply.at)

    def test_binary_is_not_for_a_person(self):
        values = {**REPLY, "type": "binary", "data": "0011"}
        self.assertEqual(self.parse(values), [])

    def test_what_makes_no_reply(self):
        gateway = VonageGateway(account())
        for missing in ("msisdn", "messageId"):
            values = {name: REPLY[name] for name in REPLY if name != missing}
            for way in ways(values):
                with self.assertRaises(Forged):
                    gateway.parse_replies(way)

    def test_signed(self):
        secret = {"signature_secret": "signature"}
        signed = sign(REPLY)
        self.assertEqual(self.parse(signed, **secret), self.parse(REPLY))
        for values in (REPLY, {**signed, "text": "STOP"}):
            for way in ways(values):
                with self.assertRaises(Forged):
                    VonageGateway(account(**secret)).parse_replies(way)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("&=_"))
VALUES = st.dictionaries(TEXTS, TEXTS | st.integers(), max_size=6)
METHODS = st.sampled_from((None, "md5", "sha1", "sha256", "sha512"))


@tagged("post_install", "-at_install")
class TestVonageSignature(BaseCase):
    """Against Vonage's own package, whatever is signed."""

    def gateway(self, secret, method):
        options = {"signature_method": method or ""}
        return VonageGateway(account(signature_secret=secret, options=options))

    @always
    @given(VALUES, st.text(min_size=1, max_size=40), METHODS)
    def test_what_vonage_signs_is_believed(self, values, secret, method):
        values = sign(values, secret, method)
        body = json.dumps(values).encode()
        gateway = self.gateway(secret, method)
        self.assertEqual(gateway._authentic(Callback("", {}, body=body)), values)
        texts = {name: str(value) for name, value in values.items()}
        self.assertEqual(gateway._authentic(Callback("", texts)), texts)

    @always
    @given(VALUES, VALUES, METHODS)
    def test_believed_when_its_own_check_does(self, values, others, method):
        values = {**sign(values, method=method), **others}
        client = vonage.Client(
            key=KEY,
            secret="-",
            signature_secret="signature",
            signature_method=method,
        )
        expected = client.check_signature(
            {**values, "sig": str(values["sig"]), "timestamp": values["timestamp"]}
        )
        try:
            self.gateway("signature", method)._authentic(Callback("", values))
        except Forged:
            self.assertFalse(expected)
        else:
            self.assertTrue(expected)
