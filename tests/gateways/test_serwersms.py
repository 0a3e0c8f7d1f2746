from datetime import datetime

from odoo.tests import BaseCase, tagged

from odoo.addons.sms_organizer.gateways import words
from odoo.addons.sms_organizer.gateways.base import (
    Account,
    Balance,
    Callback,
    Failure,
    Forged,
    Message,
    SenderName,
    SenderStatus,
    Sent,
    Trouble,
    Verdict,
)
from odoo.addons.sms_organizer.gateways.serwersms import SerwerSmsGateway

from .recorder import LOST, Recorder

ONE = Message("ref1", "+48601234567", "Zażółć", "UCS-2", 2)
OTHER = Message("ref2", "+48601234568", "Zażółć", "UCS-2", 2)
# shapes that no answer and no item should have
NONSENSE = ({}, [], None, 7, "", "x", "<html>", {"items": {}}, {"items": [7, None, []]})


def item(message, /, **values):
    return {
        "id": f"id-{message.reference}",
        "phone": message.number,
        "status": "queued",
        "queued": "2026-11-22 10:05:00",
        "parts": 2,
        "error_code": None,
        "error_message": None,
        **values,
    }


def refusal(code, message="Words token-of-ours"):
    return {"error": {"code": code, "type": "Type", "message": message}}


class SerwerSmsCase(BaseCase):
    def _gateway(self, web, **values):
        values = {"password": "token-of-ours", **values}
        return SerwerSmsGateway(Account(web.url, local_network=True, **values))

    def _send(self, answers, *messages):
        """:return: {reference: outcome}, and the requests"""
        with Recorder(answers) as web:
            outcomes = self._gateway(web).send(list(messages or [ONE]))
            return {one.reference: one for one in outcomes}, web.requests


@tagged("post_install", "-at_install")
class TestSerwerSmsSending(SerwerSmsCase):
    def test_request_with_a_token(self):
        with Recorder([{"items": [item(ONE), item(OTHER)]}]) as web:
            self._gateway(web, sender="Firm").send([ONE, OTHER])
            request = web.request
        self.assertEqual(
            (request.method, request.path), ("POST", "/messages/send_sms.json")
        )
        self.assertEqual(request.headers["authorization"], "Bearer token-of-ours")
        self.assertEqual(
            request.json,
            {
                "phone": ["+48601234567", "+48601234568"],
                "text": "Zażółć",
                "unique_id": ["ref1", "ref2"],
                "sender": "Firm",
                "utf": True,
                "details": True,
            },
        )

    def test_request_with_user_and_password(self):
        with Recorder() as web:
            message = Message("ref1", "+48601234567", "Hello")
            self._gateway(web, username="user").send([message])
            request = web.request
        self.assertNotIn("authorization", request.headers)
        self.assertEqual(
            request.json,
            {
                "phone": ["+48601234567"],
                "text": "Hello",
                "unique_id": ["ref1"],
                "sender": "",
                "utf": False,
                "details": True,
                "username": "user",
                "password": "token-of-ours",
            },
        )

    def test_accepted_with_id_and_parts(self):
        answer = {
            "success": True,
            "queued": 2,
            "unsent": 0,
            "items": [item(OTHER, parts="3", id=77), item(ONE, phone="48601234567")],
        }
        outcomes, _requests = self._send([answer], ONE, OTHER)
        for reference, provider_id, credits in (
            ("ref1", "id-ref1", 2),
            ("ref2", "77", 3),
        ):
            outcome = outcomes[reference]
            self.assertEqual(outcome.verdict, Verdict.ACCEPTED)
            self.assertEqual(outcome.provider_id, provider_id)
            self.assertEqual(outcome.credits, credits)

    def test_documented_errors(self):
        for code, verdict, failure in (
            (1001, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (1002, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (1003, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (2000, Verdict.REJECTED, Failure.OTHER),
            (2001, Verdict.REJECTED, Failure.NUMBER),
            (3000, Verdict.NOT_TAKEN, Failure.CREDIT),
            (3001, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (3002, Verdict.NOT_TAKEN, Failure.CREDIT),
            (3003, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (3100, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (3101, Verdict.REJECTED, Failure.TEXT),
        ):
            of_item = item(
                ONE, status="unsent", error_code=code, error_message="Words", id=None
            )
            for number, answer in enumerate((refusal(code), {"items": [of_item]})):
                with self.subTest(code=code, number=number):
                    outcome = self._send([answer])[0]["ref1"]
                    self.assertEqual(outcome.verdict, verdict)
                    self.assertEqual(outcome.failure, failure)
                    self.assertIn(f"({code})", outcome.reason)
                    self.assertNotIn("token", outcome.reason)

    def test_error_without_a_code(self):
        outcome = self._send([{"error": "Something"}])[0]["ref1"]
        self.assertEqual(outcome.verdict, Verdict.REJECTED)
        self.assertIn("Something", outcome.reason)

    def test_one_bad_number_concerns_no_other(self):
        def answer(request):
            if ONE.number in request.json["phone"]:
                return refusal(2001)
            return {"items": [item(OTHER)]}

        outcomes, requests = self._send(answer, ONE, OTHER)
        self.assertEqual(outcomes["ref1"].verdict, Verdict.REJECTED)
        self.assertEqual(outcomes["ref2"].verdict, Verdict.ACCEPTED)
        self.assertEqual(len(requests), 3)

    def test_trouble_of_the_account_is_asked_about_but_once(self):
        outcomes, requests = self._send([refusal(3000)], ONE, OTHER)
        self.assertEqual(
            {one.verdict for one in outcomes.values()}, {Verdict.NOT_TAKEN}
        )
        self.assertEqual(len(requests), 1)

    def test_status_that_is_not_known_is_in_doubt(self):
        for status in (None, "", "saved", [], {}):
            outcomes, _requests = self._send([{"items": [item(ONE, status=status)]}])
            self.assertEqual(outcomes["ref1"].verdict, Verdict.UNKNOWN)

    def test_statuses_of_http(self):
        for status, verdict in (
            (401, Verdict.NOT_TAKEN),
            (403, Verdict.NOT_TAKEN),
            (429, Verdict.NOT_TAKEN),
            (503, Verdict.UNKNOWN),
            (302, Verdict.UNKNOWN),
            (308, Verdict.NOT_TAKEN),
            (500, Verdict.UNKNOWN),
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
class TestSerwerSmsReports(SerwerSmsCase):
    def test_asked_for(self):
        sent = [
            Sent(f"r{number}", f"id{number}" if number else "", "+48601")
            for number in range(8)
        ]
        items = [
            {"id": "id1", "status": "delivered", "delivered": "2026-11-22 10:05:00"},
            {"id": "id2", "status": "undelivered", "reason": "message_expired"},
            {"id": "id3", "status": "unsent", "reason": None, "delivered": None},
            {"id": "id4", "status": "expired", "delivered": "soon"},
            {"id": "id5", "status": "sent"},
            {"id": "id6", "status": "in_progress"},
            {"id": "id7", "status": "saved"},
            {"id": "other", "status": "delivered"},
        ]
        with Recorder([{"paging": {}, "items": items}]) as web:
            reports = self._gateway(web).statuses(sent)
            request = web.request
        self.assertEqual(request.path, "/messages/reports.json")
        self.assertEqual(request.json, {"id": [f"id{n}" for n in range(1, 8)]})
        self.assertEqual(
            [(one.reference, one.delivered, one.reason) for one in reports],
            [
                ("r1", True, "SerwerSMS: delivered"),
                ("r2", False, "SerwerSMS: message_expired"),
                ("r3", False, "SerwerSMS: unsent"),
                ("r4", False, "SerwerSMS: expired"),
            ],
        )
        # in winter Poland is an hour ahead
        self.assertEqual(reports[0].at, datetime(2026, 11, 22, 9, 5))
        self.assertIsNone(reports[3].at)

    def test_summer_time(self):
        items = [{"id": 7, "status": "delivered", "delivered": "2026-07-22 10:05:00"}]
        with Recorder([{"items": items}]) as web:
            (report,) = self._gateway(web).statuses([Sent("r1", "7", "+48601")])
        self.assertEqual(report.at, datetime(2026, 7, 22, 8, 5))

    def test_asked_for_nothing_and_answered_nonsense(self):
        with Recorder() as web:
            self.assertEqual(self._gateway(web).statuses([Sent("r", "", "+48")]), [])
            self.assertEqual(web.requests, [])
        odd = {"items": [{"id": [], "status": {}}, {"id": "a", "status": []}]}
        for answer in (*NONSENSE, odd, refusal(1001)):
            with Recorder([answer]) as web:
                found = self._gateway(web).statuses([Sent("r1", "a", "+48601")])
                self.assertEqual(found, [], answer)
        odd = {"items": [{"id": "a", "status": "delivered", "delivered": 7}]}
        with Recorder([odd]) as web:
            (report,) = self._gateway(web).statuses([Sent("r1", "a", "+48601")])
            self.assertIsNone(report.at)

    def test_it_sends_none_by_itself(self):
        with self.assertRaises(Forged):
            SerwerSmsGateway(Account()).parse_reports(Callback("", {"id": "a"}))

    def test_looked_up_by_reference(self):
        def answer(request):
            (reference,) = request.json["unique_id"]
            return {
                "has": {"items": [{"id": "7", "status": "sent"}]},
                "refused": {"items": [{"id": 8, "status": "unsent", "reason": "why"}]},
                "bare": {"items": [{"status": "unsent"}]},
                "not": {"items": []},
                "error": refusal(1001),
                "odd": {"items": {}},
                "none": {"items": None},
                "empty": {"items": [{}, 7]},
                "list": [],
                "down": (500, "x"),
            }[reference]

        with Recorder(answer) as web:
            references = (
                *("has", "refused", "bare", "not", "error", "odd", "none", "empty"),
                *("list", "down"),
            )
            found = self._gateway(web).look_up(list(references))
            self.assertEqual(
                {one.path for one in web.requests}, {"/messages/reports.json"}
            )
        outcomes = {
            one.reference: (one.verdict, one.provider_id, one.reason) for one in found
        }
        self.assertEqual(
            outcomes,
            {
                "has": (Verdict.ACCEPTED, "7", ""),
                "refused": (Verdict.REJECTED, "8", "why"),
                "bare": (Verdict.REJECTED, "", "SerwerSMS: unsent"),
                "not": (Verdict.NOT_TAKEN, "", words.NOT_KNOWN_THERE),
            },
        )


@tagged("post_install", "-at_install")
class TestSerwerSmsAccount(SerwerSmsCase):
    limits = {
        "items": [
            {"type": "eco", "chars_limit": 160, "value": 12},
            {"type": "full", "chars_limit": 1530, "value": "345"},
            {"type": "mms", "chars_limit": None, "value": None},
        ]
    }

    def test_balance_of_the_kind_that_we_send(self):
        with Recorder([self.limits]) as web:
            self.assertEqual(self._gateway(web).balance(), Balance(12))
            self.assertEqual(web.request.path, "/account/limits.json")
            self.assertEqual(web.request.json, {})
            named = self._gateway(web, sender="Firm")
            self.assertEqual(named.balance(), Balance(345))
            self.assertEqual(named.check(), Balance(345))

    def test_account_without_a_limit(self):
        for items in ([], [{"type": "eco", "value": None}], [{"type": "full"}, 7]):
            with Recorder([{"items": items}]) as web:
                self.assertIsNone(self._gateway(web).check())
                with self.assertRaises(Trouble) as caught:
                    self._gateway(web).balance()
                self.assertEqual(caught.exception.reason, words.NO_BALANCE)

    def test_trouble(self):
        for answer, failure in (
            (refusal(1001), Failure.ACCOUNT),
            (refusal(3100), Failure.ACCOUNT),
            ({"error": "Something"}, Failure.OTHER),
            ((401, "x"), Failure.ACCOUNT),
            ((500, "x"), Failure.SERVER),
            ({}, Failure.SERVER),
            ([], Failure.SERVER),
            ({"items": {}}, Failure.SERVER),
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
                self.assertNotIn("token", caught.exception.reason)

    def test_sender_names(self):
        items = [
            {"name": name, "agreement": agreement, "status": status}
            for name, agreement, status in (
                ("Firm", "not_required", "authorized"),
                ("New", "required", "pending_authorization"),
                ("Given", "delivered", "pending_authorization"),
                ("Bad", "not_required", "rejected"),
                ("Old", "required", "deactivated"),
                ("Odd", None, "frozen"),
                ("", None, "authorized"),
            )
        ]
        with Recorder([{"items": [*items, 7]}]) as web:
            found = self._gateway(web, username="user").senders()
            self.assertEqual(web.request.path, "/senders/index.json")
            self.assertEqual(
                web.request.json, {"username": "user", "password": "token-of-ours"}
            )
        self.assertEqual(
            found,
            [
                SenderName("Firm", SenderStatus.AUTHORISED),
                SenderName("New", SenderStatus.WAITING, "agreement required"),
                SenderName("Given", SenderStatus.WAITING),
                SenderName("Bad", SenderStatus.REFUSED, "rejected"),
                SenderName(
                    "Old", SenderStatus.REFUSED, "deactivated, agreement required"
                ),
                SenderName("Odd", SenderStatus.WAITING, "frozen"),
            ],
        )

    def test_name_is_asked_for(self):
        with Recorder([{"success": True}]) as web:
            self.assertEqual(
                self._gateway(web).request_sender("MyShop"),
                SenderName("MyShop", SenderStatus.WAITING),
            )
            request = web.request
        self.assertEqual((request.method, request.path), ("POST", "/senders/add.json"))
        self.assertEqual(request.json, {"name": "MyShop"})

    def test_name_that_is_not_taken(self):
        for answer, failure in (
            (refusal(4000), Failure.OTHER),
            (refusal(1001), Failure.ACCOUNT),
            ({"success": False}, Failure.SERVER),
            ({}, Failure.SERVER),
            ([], Failure.SERVER),
            ("x", Failure.SERVER),
            (LOST, Failure.SERVER),
        ):
            with (
                self.subTest(answer=answer),
                Recorder([answer]) as web,
                self.assertRaises(Trouble) as caught,
            ):
                self._gateway(web).request_sender("MyShop")
            self.assertEqual(caught.exception.failure, failure)
            self.assertNotIn("token-of-ours", caught.exception.reason)
