import json
from itertools import product

from odoo.tests import BaseCase, tagged

from odoo.addons.sms_organizer.gateways import words
from odoo.addons.sms_organizer.gateways.base import Balance, Failure, Trouble, Verdict
from odoo.addons.sms_organizer.gateways.vonage import VonageGateway

from .recorder import HALF, LOST, ODD, Recorder
from .vonage_common import (
    BASIC,
    KEY,
    REPORT_URL,
    SECRET,
    VonageCase,
    account,
    answer,
    message,
    part,
)


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
            (301, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (302, Verdict.UNKNOWN, Failure.SERVER),
            (429, Verdict.NOT_TAKEN, Failure.SERVER),
            (500, Verdict.UNKNOWN, Failure.SERVER),
            (502, Verdict.UNKNOWN, Failure.SERVER),
            (503, Verdict.UNKNOWN, Failure.SERVER),
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
