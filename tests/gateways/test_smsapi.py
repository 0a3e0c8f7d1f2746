from datetime import datetime, timedelta

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
from odoo.addons.sms_organizer.gateways.smsapi import SmsApiGateway

from .recorder import LOST, Recorder

ONE = Message("ref1", "+48601234567", "Zażółć", "UCS-2")
OTHER = Message("ref2", "+48601234568", "Zażółć", "UCS-2")
AT = datetime(2026, 9, 21, 14, 13, 20)  # 1790000000
# shapes that no answer and no item should have
NONSENSE = ({}, [], None, 7, "", "x", "<html>", {"list": {}}, {"list": [7, None, []]})


def item(message, /, **values):
    return {
        "id": f"id-{message.reference}",
        "points": 0.16,
        "number": message.number.lstrip("+"),
        "date_sent": 1790000000,
        "submitted_number": message.number,
        "status": "QUEUE",
        "error": None,
        "idx": message.reference,
        "parts": 1,
        **values,
    }


class SmsApiCase(BaseCase):
    def _gateway(self, web, **values):
        values = {"password": "token-of-ours", **values}
        return SmsApiGateway(Account(web.url, local_network=True, **values))

    def _send(self, answers, *messages):
        """:return: {reference: outcome}, and the requests"""
        with Recorder(answers) as web:
            outcomes = self._gateway(web).send(list(messages or [ONE]))
            return {one.reference: one for one in outcomes}, web.requests


@tagged("post_install", "-at_install")
class TestSmsApiSending(SmsApiCase):
    def test_request(self):
        with Recorder([{"list": [item(ONE), item(OTHER)]}]) as web:
            gateway = self._gateway(web, sender="Firm", report_url="https://e.com/r/1")
            gateway.send([ONE, OTHER])
            request = web.request
        self.assertEqual((request.method, request.path), ("POST", "/sms.do"))
        self.assertEqual(request.query, {})
        self.assertEqual(request.headers["authorization"], "Bearer token-of-ours")
        self.assertEqual(
            request.form,
            {
                "to": "48601234567,48601234568",
                "message": "Zażółć",
                "format": "json",
                "encoding": "utf-8",
                "details": "1",
                "idx": "ref1|ref2",
                "check_idx": "1",
                "from": "Firm",
                "notify_url": "https://e.com/r/1",
            },
        )

    def test_accepted_with_id_and_points(self):
        outcomes, _requests = self._send(
            [{"count": 2, "list": [item(OTHER, points="0.32"), item(ONE)]}], ONE, OTHER
        )
        self.assertEqual(outcomes["ref1"].verdict, Verdict.ACCEPTED)
        self.assertEqual(outcomes["ref1"].provider_id, "id-ref1")
        self.assertEqual(outcomes["ref1"].credits, 0.16)
        self.assertEqual(outcomes["ref2"].credits, 0.32)

    def test_joined_by_number_where_there_is_no_reference(self):
        for number in ("number", "submitted_number"):
            values = dict.fromkeys(("idx", "number", "submitted_number"))
            values[number] = "48601234568"
            outcomes, _requests = self._send([{"list": [item(OTHER, **values)]}], OTHER)
            self.assertEqual(outcomes["ref2"].verdict, Verdict.ACCEPTED)
        outcomes, _requests = self._send([{"list": [item(OTHER)]}], ONE)
        self.assertEqual(outcomes, {})

    def test_item_without_id_and_error_is_in_doubt(self):
        for provider_id in (None, "", [], True):
            outcomes, _requests = self._send([{"list": [item(ONE, id=provider_id)]}])
            self.assertEqual(outcomes["ref1"].verdict, Verdict.UNKNOWN)

    def test_documented_errors(self):
        for code, verdict, failure in (
            (11, Verdict.REJECTED, Failure.TEXT),
            (12, Verdict.REJECTED, Failure.TEXT),
            (13, Verdict.REJECTED, Failure.NUMBER),
            (14, Verdict.REJECTED, Failure.SENDER),
            (53, Verdict.ACCEPTED, Failure.OTHER),
            (98, Verdict.REJECTED, Failure.OTHER),
            (101, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (102, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (103, Verdict.NOT_TAKEN, Failure.CREDIT),
            (105, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (8, Verdict.UNKNOWN, Failure.OTHER),
            (201, Verdict.UNKNOWN, Failure.OTHER),
            (202, Verdict.NOT_TAKEN, Failure.OTHER),
            (999, Verdict.UNKNOWN, Failure.OTHER),
        ):
            answer = {
                "error": code,
                "message": "Words token-of-ours",
                "invalid_numbers": [{"number": "48601234567"}],
            }
            in_item = {"list": [item(ONE, error=str(code), message="Words", id=None)]}
            for number, found in enumerate((answer, in_item)):
                with self.subTest(code=code, number=number):
                    outcome = self._send([found])[0]["ref1"]
                    self.assertEqual(outcome.verdict, verdict)
                    self.assertEqual(outcome.failure, failure)
                    self.assertNotIn("token", outcome.reason)
                    if verdict is not Verdict.ACCEPTED:
                        self.assertIn(f"({code})", outcome.reason)

    def test_one_bad_number_concerns_no_other(self):
        def answer(request):
            if "48601234567" in request.form["to"]:
                return {"error": 13, "message": "No correct phone numbers"}
            return {"list": [item(OTHER)]}

        outcomes, requests = self._send(answer, ONE, OTHER)
        self.assertEqual(outcomes["ref1"].verdict, Verdict.REJECTED)
        self.assertEqual(outcomes["ref2"].verdict, Verdict.ACCEPTED)
        self.assertEqual(len(requests), 3)

    def test_trouble_of_the_account_is_asked_about_but_once(self):
        outcomes, requests = self._send([{"error": 103, "message": "x"}], ONE, OTHER)
        self.assertEqual(
            {one.verdict for one in outcomes.values()}, {Verdict.NOT_TAKEN}
        )
        self.assertEqual(len(requests), 1)

    def test_doubt_is_not_asked_about_message_by_message(self):
        for code in (8, 201, 999):
            answer = {"error": code, "message": "x"}
            outcomes, requests = self._send([answer], ONE, OTHER)
            self.assertEqual(
                [one.verdict for one in outcomes.values()], [Verdict.UNKNOWN] * 2
            )
            self.assertEqual(len(requests), 1)

    def test_no_error_is_no_error(self):
        outcomes, _requests = self._send([{"error": None, "list": [item(ONE)]}])
        self.assertEqual(outcomes["ref1"].verdict, Verdict.ACCEPTED)

    def test_statuses_of_http(self):
        for status, verdict in (
            (401, Verdict.NOT_TAKEN),
            (403, Verdict.NOT_TAKEN),
            (404, Verdict.NOT_TAKEN),
            (429, Verdict.NOT_TAKEN),
            (503, Verdict.UNKNOWN),
            (302, Verdict.UNKNOWN),
            (307, Verdict.NOT_TAKEN),
            (408, Verdict.UNKNOWN),
            (409, Verdict.UNKNOWN),
            (425, Verdict.UNKNOWN),
            (500, Verdict.UNKNOWN),
            (502, Verdict.UNKNOWN),
        ):
            outcome = self._send([(status, "Words")])[0]["ref1"]
            self.assertEqual(outcome.verdict, verdict, status)

    def test_nonsense_is_in_doubt_and_raises_nothing(self):
        for answer in (*NONSENSE, LOST):
            with self.subTest(answer):
                outcomes, _requests = self._send([answer])
                verdicts = {one.verdict for one in outcomes.values()}
                self.assertLessEqual(verdicts, {Verdict.UNKNOWN})


@tagged("post_install", "-at_install")
class TestSmsApiReports(SmsApiCase):
    def _parse(self, **parameters):
        return SmsApiGateway(Account()).parse_reports(Callback("", parameters))

    def test_several_in_one_call(self):
        reports = self._parse(
            MsgId="a,b,c,d",
            idx="r1,r2,r3,r4",
            status="404,405,403,402",
            status_name="DELIVERED,UNDELIVERED,SENT,EXPIRED",
            donedate="1790000000,1790000000,1790000000,never",
            to="1,2,3,4",
        )
        self.assertEqual(
            reports,
            [
                Report("r1", True, "a", AT),
                Report("r2", False, "b", AT, Failure.NUMBER, "SMSAPI: UNDELIVERED"),
                Report("r4", False, "d", None, reason="SMSAPI: EXPIRED"),
            ],
        )

    def test_one_without_names_and_references(self):
        self.assertEqual(self._parse(MsgId="a", status="404"), [Report("", True, "a")])
        self.assertEqual(
            self._parse(MsgId="a,b", status="404,404", idx="r1"),
            [Report("", True, "a"), Report("", True, "b")],
        )

    def test_each_status(self):
        for code, name, delivered in (
            ("401", "NOT_FOUND", None),
            ("402", "EXPIRED", False),
            ("403", "SENT", None),
            ("404", "DELIVERED", True),
            ("405", "UNDELIVERED", False),
            ("406", "FAILED", False),
            ("407", "REJECTED", False),
            ("408", "UNKNOWN", None),
            ("409", "QUEUE", None),
            ("410", "ACCEPTED", None),
            ("411", "RENEWAL", None),
            ("412", "STOPPED", False),
        ):
            for status in ({"status": code}, {"status": code, "status_name": name}):
                reports = self._parse(MsgId="a", **status)
                expected = [] if delivered is None else [delivered]
                self.assertEqual([one.delivered for one in reports], expected, name)

    def test_what_makes_no_report_is_forged(self):
        for parameters in (
            {},
            {"status": "404"},
            {"MsgId": "", "status": "404"},
            {"MsgId": "a,b", "status": "404"},
            {"MsgId": "a,b", "status": "404,404", "status_name": "DELIVERED"},
        ):
            with self.subTest(parameters), self.assertRaises(Forged):
                self._parse(**parameters)
        self.assertEqual(self._parse(MsgId="a"), [])

    def test_asked_for(self):
        sent = [
            Sent("r1", "a", "+48601"),
            Sent("r2", "b", "+48602"),
            Sent("r3", "", ""),
        ]
        items = [
            {"id": "b", "status": "405", "donedate": 1790000000},
            {"id": "a", "status": "DELIVERED", "date_sent": "1790000000"},
            {"id": "other", "status": "404"},
        ]
        with Recorder([{"list": items}]) as web:
            reports = self._gateway(web).statuses(sent)
            form = web.request.form
        self.assertEqual(form, {"status": "a|b", "format": "json", "details": "1"})
        self.assertEqual(
            [(one.reference, one.delivered, one.at) for one in reports],
            [("r2", False, AT), ("r1", True, AT)],
        )

    def test_asked_for_nothing_and_answered_nonsense(self):
        with Recorder() as web:
            self.assertEqual(self._gateway(web).statuses([Sent("r", "", "+48")]), [])
            self.assertEqual(web.requests, [])
        for answer in (*NONSENSE, {"list": [{"id": [], "status": {}}, {"id": "a"}]}):
            with Recorder([answer]) as web:
                found = self._gateway(web).statuses([Sent("r1", "a", "+48601")])
                self.assertEqual(found, [], answer)

    def test_same_reference_is_safe_for_a_while(self):
        self.assertGreaterEqual(SmsApiGateway.repeats_safely, timedelta(hours=1))


@tagged("post_install", "-at_install")
class TestSmsApiReplies(SmsApiCase):
    values = {
        "sms_to": "48799448000",
        "sms_from": "48601234567",
        "sms_text": "STOP, proszę",
        "sms_date": "1790000000",
        "username": "firm",
        "MsgId": "5F0A",
    }

    def _parse(self, **values):
        return SmsApiGateway(Account()).parse_replies(Callback("", values))

    def test_reply(self):
        self.assertTrue(SmsApiGateway.takes_replies)
        self.assertEqual(SmsApiGateway.reply_answer, ("OK", "text/plain"))
        self.assertEqual(
            self._parse(**self.values),
            [
                Reply(
                    "48601234567",
                    "STOP, proszę",
                    to="48799448000",
                    provider_id="5F0A-1790000000",
                    at=AT,
                )
            ],
        )

    def test_two_answers_to_one_message_are_two(self):
        (first,) = self._parse(**self.values)
        (second,) = self._parse(**{**self.values, "sms_date": "1790000001"})
        self.assertNotEqual(first.provider_id, second.provider_id)

    def test_what_may_be_missing(self):
        (reply,) = self._parse(sms_from="48601234567", sms_text="")
        self.assertEqual(reply, Reply("48601234567", ""))
        (reply,) = self._parse(sms_from="1", sms_text="x", MsgId="7", sms_date="soon")
        self.assertIsNone(reply.at)

    def test_what_makes_no_reply_is_forged(self):
        for values in ({}, {"sms_from": "1"}, {"sms_text": "x"}, {"MsgId": "a"}):
            with self.subTest(values), self.assertRaises(Forged):
                self._parse(**values)


@tagged("post_install", "-at_install")
class TestSmsApiAccount(SmsApiCase):
    profile = {"name": "A B", "username": "firm", "payment_type": "prepaid"}

    def test_balance_in_points(self):
        with Recorder([{**self.profile, "points": 12.34}]) as web:
            self.assertEqual(self._gateway(web).balance(), Balance(12.34))
            self.assertEqual(
                (web.request.method, web.request.path), ("GET", "/profile")
            )
            self.assertEqual(
                web.request.headers["authorization"], "Bearer token-of-ours"
            )
        with Recorder([{**self.profile, "points": "0.5"}]) as web:
            self.assertEqual(self._gateway(web).check(), Balance(0.5))

    def test_account_that_has_no_points(self):
        with Recorder([self.profile]) as web:
            self.assertIsNone(self._gateway(web).check())
            with self.assertRaises(Trouble) as caught:
                self._gateway(web).balance()
        self.assertEqual(caught.exception.reason, words.NO_BALANCE)

    def test_what_makes_a_profile(self):
        for found in ({"name": "A"}, {"username": "firm"}, {"points": None}):
            with Recorder([found]) as web:
                self.assertIsNone(self._gateway(web).check())
        for found in ({"status": "ok"}, {"email": "a@b.pl"}, {"data": self.profile}):
            with Recorder([found]) as web, self.assertRaises(Trouble) as caught:
                self._gateway(web).check()
            self.assertEqual(caught.exception.verdict, Verdict.UNKNOWN)

    def test_trouble(self):
        refused = {"message": "Authorization failed", "code": 401, "errors": None}
        for answer, failure in (
            ((401, refused), Failure.ACCOUNT),
            ((422, refused), Failure.SERVER),
            ((500, "x"), Failure.SERVER),
            ({"error": 101, "message": "x"}, Failure.SERVER),
            ({}, Failure.SERVER),
            ([], Failure.SERVER),
            ("x", Failure.SERVER),
            (LOST, Failure.SERVER),
        ):
            for ask in ("check", "balance", "senders"):
                with (
                    self.subTest(answer=answer, ask=ask),
                    Recorder([answer]) as web,
                    self.assertRaises(Trouble) as caught,
                ):
                    getattr(self._gateway(web), ask)()
                self.assertEqual(caught.exception.failure, failure)
                self.assertTrue(caught.exception.reason)

    def test_sender_names(self):
        names = [
            {"sender": name, "status": status, "is_default": False, "created_at": "x"}
            for name, status in (
                ("Firm", "ACTIVE"),
                ("New", "PENDING"),
                ("Old", "INACTIVE"),
                ("Bad", "REJECTED"),
                ("Gone", "DELETED"),
                ("Odd", "FROZEN"),
                ("", "ACTIVE"),
                ("None", None),
            )
        ]
        with Recorder([{"collection": [*names, None, 7], "size": 10}]) as web:
            found = self._gateway(web).senders()
            self.assertEqual(
                (web.request.method, web.request.path), ("GET", "/sms/sendernames")
            )
        self.assertEqual(
            found,
            [
                SenderName("Firm", SenderStatus.AUTHORISED),
                SenderName("New", SenderStatus.WAITING),
                SenderName("Old", SenderStatus.REFUSED, "INACTIVE"),
                SenderName("Bad", SenderStatus.REFUSED, "REJECTED"),
                SenderName("Odd", SenderStatus.WAITING, "FROZEN"),
            ],
        )

    def test_name_is_asked_for(self):
        answer = {
            "sender": "MyShop",
            "is_default": False,
            "status": "INACTIVE",
            "created_at": "2026-11-22T12:00:00+01:00",
        }
        for status, expected in (
            ("PENDING", SenderName("MyShop", SenderStatus.WAITING)),
            ("ACTIVE", SenderName("MyShop", SenderStatus.AUTHORISED)),
            ("REJECTED", SenderName("MyShop", SenderStatus.REFUSED, "REJECTED")),
        ):
            with Recorder([(201, {**answer, "status": status})]) as web:
                self.assertEqual(self._gateway(web).request_sender("MyShop"), expected)
                request = web.request
            self.assertEqual(
                (request.method, request.path), ("POST", "/sms/sendernames")
            )
            self.assertEqual(request.form, {"sender": "MyShop"})

    def test_name_that_is_not_taken(self):
        for answer, said, failure in (
            ((400, {"message": "Bad name", "code": 400}), "Bad name (400)", "SENDER"),
            ((409, {"message": "There is one"}), "There is one", "SERVER"),
            ({"error": 11, "message": "No"}, "No (11)", "SENDER"),
            ((422, "x"), "HTTP 422 (422)", "SENDER"),
            ((401, {"message": "token-of-ours"}), "401", "ACCOUNT"),
            ({}, "{}", "SERVER"),
            (LOST, words.BROKE_OFF, "SERVER"),
        ):
            with (
                self.subTest(answer=answer),
                Recorder([answer]) as web,
                self.assertRaises(Trouble) as caught,
            ):
                self._gateway(web).request_sender("MyShop")
            self.assertIn(said, caught.exception.reason)
            self.assertEqual(caught.exception.failure, Failure[failure])
            self.assertNotIn("token-of-ours", caught.exception.reason)
