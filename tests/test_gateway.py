from odoo.exceptions import AccessError, ValidationError
from odoo.tests import BaseCase, tagged

from ..gateways.base import Account, Gateway, Message, Outcome, Verdict, hand_over
from ..gateways.sandbox import SandboxGateway
from .common import OrganizerCommon


class Scripted(Gateway):
    """Answers what it is told to."""

    def __init__(self, answer):
        super().__init__(Account())
        self.answer = answer

    def send(self, messages):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@tagged("post_install", "-at_install")
class TestHandOver(BaseCase):
    messages = [
        Message("a" * 32, "+48601234567", "Hello"),
        Message("b" * 32, "+48601234567", "Hello"),
    ]

    def test_what_the_answer_leaves_out_is_unknown(self):
        answer = [Outcome("a" * 32, Verdict.ACCEPTED, provider_id="1")]
        outcomes = hand_over(Scripted(answer), self.messages)
        self.assertEqual(outcomes["a" * 32].verdict, Verdict.ACCEPTED)
        self.assertEqual(outcomes["b" * 32].verdict, Verdict.UNKNOWN)

    def test_no_answer_at_all_is_unknown(self):
        for answer in (None, ["rubbish"], iter(())):
            outcomes = hand_over(Scripted(answer), self.messages)
            self.assertEqual({o.verdict for o in outcomes.values()}, {Verdict.UNKNOWN})

    def test_answer_that_breaks_off_leaves_the_rest_in_doubt(self):
        def broken():
            yield Outcome("a" * 32, Verdict.ACCEPTED)
            raise ConnectionResetError

        outcomes = hand_over(Scripted(broken()), self.messages)
        self.assertEqual(outcomes["a" * 32].verdict, Verdict.ACCEPTED)
        self.assertEqual(outcomes["b" * 32].reason, "ConnectionResetError")

    def test_answers_about_other_messages_are_ignored(self):
        answer = [Outcome("c" * 32, Verdict.ACCEPTED)]
        outcomes = hand_over(Scripted(answer), self.messages)
        self.assertEqual(set(outcomes), {"a" * 32, "b" * 32})

    def test_an_exception_leaves_all_in_doubt_and_its_words_out(self):
        secret = ConnectionResetError("https://user:secret@provider")
        outcomes = hand_over(Scripted(secret), self.messages)
        for outcome in outcomes.values():
            self.assertEqual(outcome.verdict, Verdict.UNKNOWN)
            self.assertIn("ConnectionResetError", outcome.reason)
            self.assertNotIn("secret", outcome.reason)

    def test_credentials_are_not_printed(self):
        account = Account("https://provider", "user", "secret")
        self.assertNotIn("secret", repr(account))
        self.assertNotIn("user", repr(account))

    def test_sandbox_shows_every_state(self):
        sandbox = SandboxGateway(Account())
        refused, fine = (
            sandbox.send([Message("a" * 32, number, "Hello")])[0].verdict
            for number in ("+48500600700", "+48601234567")
        )
        self.assertEqual(refused, Verdict.REJECTED)
        self.assertEqual(fine, Verdict.ACCEPTED)


@tagged("post_install", "-at_install")
class TestSmsGateway(OrganizerCommon):
    def test_own_gateway_comes_before_that_of_all_companies(self):
        gateways = self.env["sms.gateway"]._for_company(self.company)
        self.assertEqual(gateways, self.gateway)
        self.gateway.active = False
        shared = self.env["sms.gateway"]._for_company(self.company)
        self.assertEqual(shared, self.env.ref("sms_organizer.gateway_sandbox"))

    def test_gateway_of_a_deleted_company_does_not_send_for_the_others(self):
        company = self.env["res.company"].create({"name": "Short-lived"})
        gateway = self.gateway.copy({"company_id": company.id})
        if "payment.provider" in self.env:  # each company has its own, and they stay
            self.env.cr.execute(
                "DELETE FROM payment_provider WHERE company_id = %s", [company.id]
            )
        company.unlink()
        self.assertFalse(gateway.exists())

    def test_the_first_gateway_of_the_company_sends(self):
        second = self.gateway.copy({"sequence": self.gateway.sequence - 1})
        self.assertEqual(self.env["sms.gateway"]._for_company(self.company), second)

    def test_negative_price_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "price per segment"):
            self.gateway.price = -1

    def test_credentials_are_for_administrators_alone(self):
        self.gateway.sudo().password = "secret"
        gateway = self.gateway.with_user(self.accountant)
        self.assertEqual(gateway.name, "Test gateway")
        for name in ("username", "password", "base_url"):
            with self.subTest(name), self.assertRaises(AccessError):
                gateway.read([name])
            self.assertNotIn(name, gateway.fields_get())

    def test_accountant_cannot_change_a_gateway(self):
        with self.assertRaises(AccessError):
            self.gateway.with_user(self.accountant).test_mode = False

    def test_credentials_are_not_copied(self):
        self.gateway.sudo().password = "secret"
        self.assertFalse(self.gateway.copy().sudo().password)
