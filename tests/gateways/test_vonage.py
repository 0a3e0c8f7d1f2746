import base64
import hashlib
import json
from datetime import datetime
from itertools import product
from urllib.parse import urlencode

import vonage
from hypothesis import given, settings
from hypothesis import strategies as st

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
    Trouble,
    Verdict,
)
from odoo.addons.sms_organizer.gateways.vonage import VonageGateway

from .recorder import HALF, LOST, ODD, Recorder

KEY = "a1b2c3d4"
SECRET = "Zażółć-gęślą"
BASIC = "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
REPORT_URL = f"https://erp.example.com/sms/report/1/{'a' * 32}/{'b' * 20}"

always = settings(max_examples=300, deadline=None, derandomize=True, database=None)


def account(url="", **values):
    defaults = {"username": KEY, "password": SECRET, "sender": "Firm"}
    return Account(base_url=url, local_network=True, **{**defaults, **values})


def message(**values):
    defaults = {
        "reference": "a" * 32,
        "number": "+48601234567",
        "text": "Hello & = +",
        "report_url": REPORT_URL,
    }
    return Message(**{**defaults, **values})


def part(status="0", **values):
    """What Vonage says of one part."""
    if status == "0":
        found = {"to": "48601234567", "message-id": "0A01", "message-price": "0.0333"}
    else:
        found = {"error-text": "No"}
    return {"status": status, **found, **values}


def answer(*parts, count=None):
    return {"message-count": count or str(len(parts)), "messages": list(parts)}


class VonageCase(BaseCase):
    def send(self, answers, *messages, **values):
        """:return: the outcome of the only message, and the requests that came"""
        with Recorder(answers) as web:
            gateway = VonageGateway(account(web.url, **values))
            outcomes = gateway.send(list(messages) or [message()])
        self.assertEqual(len(outcomes), len(messages) or 1)
        return outcomes[0], web.requests


@tagged("post_install", "-at_install")
class TestVonageSending(VonageCase):
    def test_request(self):
        outcome, (request,) = self.send([answer(part())])
        self.assertEqual((request.method, request.path), ("POST", "/sms/json"))
        self.assertEqual(request.query, {})
        self.assertEqual(request.headers["authorization"], BASIC)
        self.assertEqual(
            request.form,
            {
                "from": "Firm",
                "to": "48601234567",
                "text": "Hello & = +",
                "type": "text",
                "client-ref": "a" * 32,
                "callback": REPORT_URL,
            },
        )
        self.assertEqual(outcome.reference, "a" * 32)
        self.assertIs(outcome.verdict, Verdict.ACCEPTED)
        self.assertEqual(outcome.provider_id, "0A01")
        self.assertEqual((outcome.cost, outcome.currency), (0.0333, "EUR"))
        self.assertEqual(outcome.reason, "")

    def test_unicode(self):
        text = "Zażółć 🙂"
        unicode = message(text=text, encoding="UCS-2")
        _outcome, (request,) = self.send([answer(part())], unicode)
        self.assertEqual(
            (request.form["type"], request.form["text"]), ("unicode", text)
        )

    def test_number_as_a_sender(self):
        _outcome, (request,) = self.send([answer(part())], sender="+447700900000")
        self.assertEqual(request.form["from"], "447700900000")

    def test_no_sender(self):
        _outcome, (request,) = self.send([answer(part())], sender="")
        self.assertNotIn("from", request.form)

    def test_address_for_reports_of_a_hundred_characters_at_most(self):
        longest = REPORT_URL.ljust(100, "c")
        _outcome, (request,) = self.send([answer(part())], message(report_url=longest))
        self.assertEqual(request.form["callback"], longest)
        for url in (longest + "c", ""):
            _outcome, (request,) = self.send([answer(part())], message(report_url=url))
            self.assertNotIn("callback", request.form)

    def test_address_for_reports_that_vonage_does_not_take_is_left_out(self):
        refused = answer(part("23"))
        outcome, (first, second) = self.send([refused, answer(part())])
        self.assertIs(outcome.verdict, Verdict.ACCEPTED)
        self.assertIn("callback", first.form)
        self.assertNotIn("callback", second.form)
        outcome, sent = self.send([refused])
        self.assertIs(outcome.verdict, Verdict.REJECTED)
        self.assertEqual(len(sent), 2)
        # a part of it was taken: surely not once more
        outcome, sent = self.send([answer(part("23"), part())])
        self.assertIs(outcome.verdict, Verdict.UNKNOWN)
        self.assertEqual(len(sent), 1)

    def test_long_message_costs_what_its_parts_cost(self):
        parts = [part(**{"message-id": f"0A0{one}"}) for one in (1, 2, 3)]
        outcome, _requests = self.send([answer(*parts)])
        self.assertIs(outcome.verdict, Verdict.ACCEPTED)
        self.assertEqual(outcome.provider_id, "0A01")
        self.assertEqual((outcome.cost, outcome.currency), (0.0999, "EUR"))

    def test_no_price(self):
        for price in (None, "", "soon", [], "NaN", True):
            found = answer(part(**{"message-price": price}))
            outcome, _requests = self.send([found])
            self.assertIs(outcome.verdict, Verdict.ACCEPTED)
            self.assertEqual((outcome.cost, outcome.currency), (None, ""))

    def test_figures_where_texts_are_expected(self):
        found = {"message-count": 1, "messages": [{**part(), "status": 0}]}
        found["messages"][0]["message-price"] = 0.05
        outcome, _requests = self.send([found])
        self.assertIs(outcome.verdict, Verdict.ACCEPTED)
        self.assertEqual(outcome.cost, 0.05)

    def test_many_at_the_same_time_over_few_connections(self):
        def say(request):
            is_bad = request.form["to"].endswith("3")
            return answer(part("7") if is_bad else part())

        messages = [
            message(reference=f"{one:032}", number=f"+486012345{one:02}")
            for one in range(40)
        ]
        with Recorder(say, delay=0.05) as web:
            gateway = VonageGateway(account(web.url))
            outcomes = {one.reference: one for one in gateway.send(messages)}
        self.assertEqual(len(web.requests), 40)
        self.assertEqual(web.most_at_once, 16)
        self.assertLessEqual(web.connections, 16)
        for one in messages:
            is_bad = one.number.endswith("3")
            verdict = Verdict.REJECTED if is_bad else Verdict.ACCEPTED
            self.assertIs(outcomes[one.reference].verdict, verdict)


@tagged("post_install", "-at_install")
class TestVonageRefusals(VonageCase):
    def test_what_waits_for_the_account_and_what_is_of_the_message(self):
        waits, refused = Verdict.NOT_TAKEN, Verdict.REJECTED
        for status, verdict, failure in (
            ("1", waits, Failure.SERVER),
            ("4", waits, Failure.ACCOUNT),
            ("8", waits, Failure.ACCOUNT),
            ("9", waits, Failure.CREDIT),
            ("10", waits, Failure.SERVER),
            ("11", waits, Failure.ACCOUNT),
            ("14", waits, Failure.ACCOUNT),
            ("29", waits, Failure.ACCOUNT),
            ("32", waits, Failure.ACCOUNT),
            ("2", refused, Failure.OTHER),
            ("3", refused, Failure.OTHER),
            ("6", refused, Failure.NUMBER),
            ("7", refused, Failure.NUMBER),
            ("12", refused, Failure.TEXT),
            ("15", refused, Failure.SENDER),
            ("33", refused, Failure.NUMBER),
            # whether it was taken is not said
            ("5", Verdict.UNKNOWN, Failure.SERVER),
            ("13", Verdict.UNKNOWN, Failure.SERVER),
            ("77", Verdict.UNKNOWN, Failure.SERVER),
            ("-1", Verdict.UNKNOWN, Failure.SERVER),
            ("0.0", Verdict.UNKNOWN, Failure.SERVER),
            (" 0", Verdict.UNKNOWN, Failure.SERVER),
            ("ok", Verdict.UNKNOWN, Failure.SERVER),
        ):
            with self.subTest(status):
                outcome, sent = self.send([answer(part(status))])
                self.assertIs(outcome.verdict, verdict)
                self.assertIs(outcome.failure, failure)
                self.assertEqual(outcome.reason, f"No ({status})")
                self.assertEqual(len(sent), 1)

    def test_missing_parameter_is_the_sender_where_there_is_none(self):
        outcome, _requests = self.send([answer(part("2"))], sender="")
        self.assertIs(outcome.verdict, Verdict.NOT_TAKEN)
        self.assertIs(outcome.failure, Failure.SENDER)

    def test_code_without_words(self):
        outcome, _requests = self.send([answer({"status": "9"})])
        self.assertEqual(outcome.reason, "Vonage (9)")

    def test_some_parts_taken_and_some_not_is_in_doubt(self):
        for parts in (
            (part(), part("1")),
            (part("9"), part()),
            (part(), part("5"), part()),
        ):
            outcome, sent = self.send([answer(*parts)])
            self.assertIs(outcome.verdict, Verdict.UNKNOWN)
            self.assertEqual(outcome.reason, words.PARTLY_TAKEN)
            self.assertEqual(outcome.provider_id, "0A01")
            self.assertEqual(len(sent), 1)
        self.assertIn(words.PARTLY_TAKEN, words.ALL)

    def test_all_parts_refused_for_different_reasons(self):
        for statuses, verdict, reason in (
            (("1", "9"), Verdict.NOT_TAKEN, "No (1)"),
            (("1", "7"), Verdict.REJECTED, "No (7)"),
            (("7", "1", "5"), Verdict.UNKNOWN, "No (5)"),
        ):
            outcome, _requests = self.send([answer(*map(part, statuses))])
            self.assertIs(outcome.verdict, verdict)
            self.assertEqual(outcome.reason, reason)

    def test_parts_that_are_not_told_of_may_have_been_taken(self):
        outcome, _requests = self.send([answer(part("7"), count="2")])
        self.assertIs(outcome.verdict, Verdict.UNKNOWN)
        outcome, _requests = self.send([answer(part(), count="2")])
        self.assertIs(outcome.verdict, Verdict.ACCEPTED)

    def test_status_of_http(self):
        page = "<html>nginx</html>"
        for status, verdict, failure in (
            (400, Verdict.UNKNOWN, Failure.SERVER),
            (401, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (403, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (404, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (302, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (429, Verdict.NOT_TAKEN, Failure.SERVER),
            (500, Verdict.UNKNOWN, Failure.SERVER),
            (502, Verdict.UNKNOWN, Failure.SERVER),
            (503, Verdict.NOT_TAKEN, Failure.SERVER),
        ):
            with self.subTest(status):
                outcome, sent = self.send([(status, page)])
                self.assertIs(outcome.verdict, verdict)
                self.assertIs(outcome.failure, failure)
                self.assertNotIn("<", outcome.reason)
                self.assertTrue(outcome.reason)
                self.assertEqual(len(sent), 1)

    def test_words_of_errors(self):
        for data, reason in (
            ({"error-code": "401", "error-code-label": "no"}, "no (401)"),
            ({"title": "Unauthorized", "detail": "Wrong key"}, "Wrong key (401)"),
            (answer(part("4")), "No (4)"),
            ({"title": []}, 'HTTP 401 Unauthorized: {"title": []}'),
        ):
            outcome, _requests = self.send([(401, data)])
            self.assertIs(outcome.verdict, Verdict.NOT_TAKEN)
            self.assertEqual(outcome.reason, reason)

    def test_how_long_it_asks_to_be_left_alone(self):
        outcome, _requests = self.send([(429, {}, {"Retry-After": "7"})])
        self.assertEqual(outcome.retry_after, 7)

    def test_lost_answers_are_in_doubt(self):
        for lost in (LOST, (HALF, json.dumps(answer(part())))):
            outcome, sent = self.send([lost])
            self.assertIs(outcome.verdict, Verdict.UNKNOWN)
            self.assertEqual(outcome.reason, words.BROKE_OFF)
            self.assertEqual(len(sent), 1)

    def test_nobody_there(self):
        with Recorder() as web:
            pass
        (outcome,) = VonageGateway(account(web.url)).send([message()])
        self.assertIs(outcome.verdict, Verdict.NOT_TAKEN)
        self.assertEqual(outcome.reason, words.NO_CONNECTION)

    def test_answers_that_make_no_sense_are_in_doubt(self):
        for odd in (
            *ODD,
            {"messages": None},
            {"messages": {}},
            {"messages": {"0": part()}},
            {"messages": "0"},
            {"messages": []},
            {"messages": [None]},
            {"messages": [[]]},
            {"messages": ["0"]},
            {"messages": [{}]},
            {"messages": [{"status": None}]},
            {"messages": [{"status": ""}]},
            {"messages": [{"status": []}]},
            {"messages": [{"status": False}]},
            {"messages": [{"status": 0.0}]},
            {"messages": [part(), None]},
            {"messages": [part(), {}]},
            [part()],
            {"message-count": [], "messages": 0},
        ):
            with self.subTest(odd):
                outcome, sent = self.send([odd])
                self.assertIs(outcome.verdict, Verdict.UNKNOWN)
                self.assertEqual(len(sent), 1)
                self.assertNotIn("Error", outcome.reason)

    def test_odd_fields_beside_the_status_do_no_harm(self):
        odd = part(**{"message-id": [], "message-price": {}, "network": None})
        outcome, _requests = self.send([answer(odd, count=[])])
        self.assertIs(outcome.verdict, Verdict.ACCEPTED)
        self.assertEqual(outcome.provider_id, "")

    def test_no_secrets_in_reasons(self):
        def quoting(status, as_json, padding):
            def say(request):
                basic = request.headers["authorization"]
                # one after the other, whatever is cut off
                quoted = f"{'x' * padding} {basic} {SECRET} {KEY}"
                quoted_part = part("7", **{"error-text": quoted})
                return (status, answer(quoted_part) if as_json else quoted)

            return say

        for status in (200, 302, 400, 401, 403, 429, 500, 503):
            for as_json, padding in product((True, False), (0, 165, 275)):
                with self.subTest(status=status, as_json=as_json, padding=padding):
                    outcome, _requests = self.send(quoting(status, as_json, padding))
                    self.assertTrue(outcome.reason)
                    for secret in (SECRET, KEY, BASIC[6:]):
                        self.assertNotIn(secret[:8], outcome.reason)


@tagged("post_install", "-at_install")
class TestVonageAccount(BaseCase):
    def test_balance(self):
        for value in (10.28, "10.28"):
            with Recorder([{"value": value, "autoReload": False}]) as web:
                gateway = VonageGateway(account(web.url))
                self.assertEqual(gateway.balance(), Balance(10.28, "EUR"))
            request = web.request
            self.assertEqual((request.method, request.query), ("GET", {}))
            self.assertEqual(request.path, "/account/get-balance")
            self.assertEqual(request.headers["authorization"], BASIC)

    def test_check_is_its_balance(self):
        with Recorder([{"value": 1}]) as web:
            self.assertEqual(VonageGateway(account(web.url)).check().amount, 1)
        refused = (401, {"error-code": "401", "error-code-label": "no"})
        with Recorder([refused]) as web, self.assertRaises(Trouble) as caught:
            VonageGateway(account(web.url)).check()
        self.assertIs(caught.exception.failure, Failure.ACCOUNT)
        self.assertEqual(caught.exception.reason, "no (401)")

    def test_no_balance(self):
        for found in (*ODD, {"value": None}, {"value": "NaN"}, {"value": []}, LOST):
            with (
                self.subTest(found),
                Recorder([found]) as web,
                self.assertRaises(Trouble),
            ):
                VonageGateway(account(web.url)).balance()


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
