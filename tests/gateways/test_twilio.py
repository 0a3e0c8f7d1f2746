import base64
import json
from itertools import product
from urllib.parse import quote

from odoo.tests import tagged

from odoo.addons.sms_organizer.gateways import words
from odoo.addons.sms_organizer.gateways.base import Failure, Verdict
from odoo.addons.sms_organizer.gateways.twilio import TwilioGateway

from .recorder import HALF, LOST, ODD, Recorder
from .twilio_common import (
    BASIC,
    MESSAGES,
    REPORT_URL,
    SERVICE,
    SID,
    TOKEN,
    TwilioCase,
    account,
    error,
    message,
)


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
        answers = [(429, "Later", {"Retry-After": "8"})]
        self.assertEqual(self.send(answers)[0].retry_after, 8)
        answers = [(503, "Later", {"Retry-After": "8"})]
        self.assertIsNone(self.send(answers)[0].retry_after)

    def test_code_that_is_not_known_is_judged_by_the_status(self):
        for status, verdict in (
            (400, Verdict.REJECTED),
            (408, Verdict.UNKNOWN),
            (409, Verdict.UNKNOWN),
            (425, Verdict.UNKNOWN),
            (429, Verdict.NOT_TAKEN),
        ):
            with self.subTest(status):
                outcome, _sent = self.send([error(12345, status)])
                self.assertIs(outcome.verdict, verdict)
                self.assertEqual(outcome.reason, "No. (12345)")

    def test_status_alone(self):
        page = "<html>nginx</html>"
        for status, verdict, failure in (
            (400, Verdict.UNKNOWN, Failure.SERVER),
            (401, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (402, Verdict.NOT_TAKEN, Failure.CREDIT),
            (403, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (404, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (301, Verdict.NOT_TAKEN, Failure.ACCOUNT),
            (302, Verdict.UNKNOWN, Failure.SERVER),
            (429, Verdict.NOT_TAKEN, Failure.SERVER),
            (500, Verdict.UNKNOWN, Failure.SERVER),
            (502, Verdict.UNKNOWN, Failure.SERVER),
            (503, Verdict.UNKNOWN, Failure.SERVER),
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
