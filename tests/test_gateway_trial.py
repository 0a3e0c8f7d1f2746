from pathlib import Path
from unittest.mock import patch
from urllib.parse import unquote

from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import MOBILE_PL
from .fault_common import FaultCommon
from .gateways.recorder import Recorder

NEUTRALIZE = Path(__file__).resolve().parents[1] / "data" / "neutralize.sql"


@tagged("post_install", "-at_install")
class TestTrial(FaultCommon):
    """*Send a test SMS*."""

    def _try(self, gateway, number=MOBILE_PL):
        action = gateway.action_try()
        wizard = (
            self.env[action["res_model"]]
            .with_context(**action["context"])
            .create({"sms_phone": number})
        )
        wizard.action_send()
        return wizard

    def test_reaches_a_phone_in_test_mode_and_is_in_the_ledger(self):
        gateway = self._gateway("smsapi", test_mode=True)
        wizard = self._try(gateway)
        self.assertEqual(set(self.provider.numbers), {MOBILE_PL})
        sms = wizard.sms_id
        self.assertEqual((sms.state, sms.gateway_id), ("pending", gateway))
        self.assertFalse(sms.is_test)
        self.assertIn("took it", wizard.outcome)
        self.assertTrue(gateway.test_mode)

    def test_is_never_tried_again_by_itself(self):
        gateway = self._gateway("smsapi", test_mode=True)
        self.provider.plan.append("429")
        wizard = self._try(gateway)
        self.assertEqual(wizard.sms_id.state, "error")
        self.assertIn("429", wizard.outcome)
        self.assertFalse(gateway.failing_since)
        self._pass()
        self.assertFalse(self.provider.accepted)

    def test_try_shows_what_went_over_the_wire_without_secrets(self):
        with Recorder([(200, {"status": "OK", "id": "77"})]) as recorder:
            gateway = self._gateway(
                "http",
                test_mode=True,
                base_url=recorder.url,
                http_parameters="to = [number]\ntext = [text]\ndlr = [report_url]",
                http_headers="Authorization: Bearer [password]",
                http_accepted_path="status",
                http_accepted_values="OK",
                http_id_path="id",
            )
            wizard = self._try(gateway)
        self.assertEqual(wizard.sms_id.state, "pending")
        self.assertEqual(wizard.sms_id.provider_id, "77")
        self.assertIn("POST", wizard.exchange)
        self.assertIn("HTTP 200", wizard.exchange)
        self.assertNotIn("correct-horse-battery", wizard.exchange)
        # of the message, also in test mode
        self.assertIn(wizard.sms_id._report_url(), unquote(wizard.exchange))

    def test_description_that_cannot_work_is_refused_with_the_cure(self):
        described = {"http_parameters": "to = [number]\ntext = [text]"}
        for values, words in (
            ({"http_parameters": "to = [number]"}, r"\[text\] has to stand"),
            ({"http_parameters": "text = [text]"}, r"\[number\] or"),
            ({"http_parameters": "to"}, "name = value"),
            ({**described, "http_headers": "Host: x"}, "leave them out"),
            ({**described, "http_headers": "x"}, "Name: value"),
            ({"http_content": "json", "http_body": "{"}, "no JSON"),
            (
                {
                    "http_method": "GET",
                    "http_content": "json",
                    "http_body": '["[number]", "[text]"]',
                },
                "GET sends no body",
            ),
            ({"http_parameters": "to = [phone] [number] [text]"}, r"\[number\]"),
        ):
            with (
                self.subTest(values),
                self.assertRaisesRegex(ValidationError, words),
            ):
                self._gateway(
                    "http", base_url="https://x.example", test_mode=True, **values
                )

    def test_trouble_of_the_database_sends_no_other_one(self):
        gateway = self._gateway("kannel", test_mode=True)
        messages = self.env.registry["sms.sms"]

        def in_the_way(self, *_args):
            raise SerializationFailure

        with patch.object(messages, "_settle_claim", in_the_way):
            wizard = self._try(gateway)
        self.assertEqual(sum(self.provider.numbers.values()), 1)
        self.assertEqual(wizard.sms_id.state, "process")

    def test_a_lost_answer_is_told_as_it_is(self):
        self.provider.plan.append("lose")
        wizard = self._try(self._gateway("kannel"))
        self.assertEqual(wizard.sms_id.state, "unconfirmed")
        self.assertIn("Nobody knows", wizard.outcome)

    def test_needs_a_number_that_wants_sms(self):
        gateway = self._gateway("smsapi")
        with self.assertRaisesRegex(UserError, "Phone number"):
            self._try(gateway, number=False)
        self.env["phone.blacklist"]._add([MOBILE_PL])
        with self.assertRaisesRegex(UserError, "do not want"):
            self._try(gateway)
        self.assertFalse(self.provider.accepted)


@tagged("post_install", "-at_install")
class TestCopies(FaultCommon):
    """A copy of the database: redirected, or neutralised."""

    def _redirect(self, number="+48512345678"):
        settings = self.env["res.config.settings"].create({"sms_redirect_to": number})
        settings.set_values()

    def test_every_sms_goes_to_the_one_number(self):
        self._redirect("+48 512 345 678")
        self._gateway("smsapi")
        ours, others = self._queued(), self._texts(["+48601000003"])
        self._pass()
        self.assertEqual(set(self.provider.numbers), {"+48512345678"})
        self.assertEqual(ours.number, MOBILE_PL)
        self.assertEqual((ours | others).mapped("redirected_to"), ["+48512345678"] * 2)
        self.assertIn("customer did not get it", ours._status_words())

    def test_the_sandbox_needs_no_redirection(self):
        self._redirect()
        self.gateway.active = True
        sms = self._queued()
        self._pass()
        self.assertFalse(sms.redirected_to)

    def test_ending_it_sends_to_customers_again(self):
        self._redirect()
        self._redirect(False)
        self._gateway("smsapi")
        self._queued()
        self._pass()
        self.assertEqual(set(self.provider.numbers), {MOBILE_PL})

    def test_send_sms_says_so(self):
        self._redirect()
        self._gateway("smsapi")
        self.assertEqual(self._compose(self._invoice()).redirected_to, "+48512345678")

    def test_a_wrong_number_is_refused_by_name(self):
        with self.assertRaisesRegex(UserError, "Redirect all SMS"):
            self._redirect("12")

    def test_neutralised_copy_sends_nothing(self):
        gateway = self._gateway("smsapi")
        waiting, handed_over = self._queued(), self._queued()
        handed_over._doubt("lost")
        self.env.flush_all()
        self.env.cr.execute(NEUTRALIZE.read_text())
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.assertTrue(gateway.test_mode)
        self.assertFalse(gateway.password or gateway.base_url)
        self.assertEqual(waiting.state, "canceled")
        self.assertEqual(
            (handed_over.state, handed_over.ask_at), ("unconfirmed", False)
        )
        new = self._queued()
        self._pass(2)
        self.assertEqual((new.state, new.is_test), ("sent", True))
        self.assertFalse(self.provider.requests)
        with self.assertRaisesRegex(UserError, "Token"):
            gateway.action_go_live()
