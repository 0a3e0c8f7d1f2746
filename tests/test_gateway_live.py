from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch
from urllib.parse import unquote

from lxml import etree
from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ..gateways import PROVIDERS
from ..gateways.base import (
    Balance,
    Failure,
    Outcome,
    SenderName,
    SenderStatus,
    Trouble,
    Verdict,
)
from ..gateways.smsapi import SmsApiGateway
from .common import MOBILE_PL, OrganizerCommon
from .fault_common import FaultCommon
from .gateways.recorder import Recorder

NEUTRALIZE = Path(__file__).resolve().parents[1] / "data" / "neutralize.sql"
WRONG = Trouble(Verdict.NOT_TAKEN, "Authorization failed (101)", Failure.ACCOUNT)
AWAY = Trouble(Verdict.NOT_TAKEN, "could not connect")


class AskedCommon(OrganizerCommon):
    """A gateway at SMSAPI, in test mode, whose answers are told by the test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.smsapi = cls.env["sms.gateway"].create(
            {
                "name": "Ours",
                "provider": "smsapi",
                "password": "token",
                "company_id": cls.company.id,
                "price": 0.1,
                "currency_id": cls.env.ref("base.PLN").id,
                "sequence": 1,
            }
        )

    @contextmanager
    def _answers(self, question, answer):
        """What the provider says when it is asked; an exception is raised."""
        asked = []

        def ask(adapter):
            asked.append(adapter)
            if isinstance(answer, Exception):
                raise answer
            return answer

        with patch.object(SmsApiGateway, question, ask):
            yield asked


@tagged("post_install", "-at_install")
class TestGatewayLive(AskedCommon):
    def test_connection_that_works_tells_the_balance(self):
        with self._answers("check", Balance(12.5, "PLN")):
            action = self.smsapi.action_test_connection()
        self.assertEqual(action["params"]["type"], "success")
        self.assertIn("125", action["params"]["message"])
        self.assertEqual(self.smsapi.enough_for, 125)
        self.assertTrue(self.smsapi.test_mode)

    def test_connection_that_fails_says_why_and_what_to_do(self):
        for trouble, hint in ((WRONG, True), (AWAY, False)):
            with self._answers("check", trouble):
                action = self.smsapi.action_test_connection()
            self.assertEqual(action["params"]["type"], "danger")
            self.assertIn(trouble.reason, action["params"]["message"])
            self.assertEqual("Check the address" in action["params"]["message"], hint)

    def test_answer_that_nobody_thought_of_is_no_server_error(self):
        with self._answers("check", KeyError("token")):
            action = self.smsapi.action_test_connection()
        self.assertIn("makes no sense", action["params"]["message"])

    def test_what_is_missing_is_named_before_anybody_is_asked(self):
        self.smsapi.password = False
        with self._answers("check", Balance(1)) as asked:
            for button in ("action_test_connection", "action_go_live", "action_try"):
                with self.assertRaisesRegex(UserError, "Token"):
                    getattr(self.smsapi, button)()
        self.assertFalse(asked)

    def test_going_live_needs_an_account_that_works(self):
        with self._answers("check", WRONG), self.assertRaisesRegex(UserError, "101"):
            self.smsapi.action_go_live()
        self.assertTrue(self.smsapi.test_mode)
        nonsense = Trouble(Verdict.UNKNOWN, "its answer makes no sense")
        for trouble in (nonsense, AWAY):
            with (
                self._answers("check", trouble),
                self.assertRaisesRegex(UserError, trouble.reason),
            ):
                self.smsapi.action_go_live()
        self.assertTrue(self.smsapi.test_mode)
        with self._answers("check", None):
            action = self.smsapi.action_go_live()
        self.assertEqual(action["params"]["type"], "success")
        self.assertFalse(self.smsapi.test_mode)
        self.smsapi.action_test_mode()
        self.assertTrue(self.smsapi.is_sandbox)
        with self._answers("check", Balance(3)):
            self.smsapi.action_go_live()
        self.assertFalse(self.smsapi.is_sandbox)
        self.assertEqual(self.smsapi.balance, 3)

    def test_buttons_are_for_administrators(self):
        gateway = self.smsapi.with_user(self.accountant)
        for button in (
            "action_go_live",
            "action_look_up_senders",
            "action_refresh_balance",
            "action_test_connection",
            "action_test_mode",
            "action_try",
            "action_try_now",
        ):
            with self.subTest(button), self.assertRaises(AccessError):
                getattr(gateway, button)()
        for model in ("sms.gateway.try", "sms.gateway.senders"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.accountant).create(
                    {"gateway_id": self.smsapi.id}
                )

    def test_sender_names_of_the_provider_can_be_taken(self):
        names = [
            SenderName("MyFirm", SenderStatus.AUTHORISED),
            SenderName("Other", SenderStatus.WAITING, "PENDING"),
        ]
        with self._answers("senders", names):
            action = self.smsapi.action_look_up_senders()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        first, second = wizard.line_ids
        with self.assertRaisesRegex(UserError, "not authorised"):
            second.action_use()
        first.action_use()
        self.assertEqual(self.smsapi.sender, "MyFirm")

    def test_alarm_after_ten_minutes_for_whoever_sends(self):
        alarms = self.env["sms.gateway"].with_user(self.accountant).get_alarms
        self.smsapi.test_mode = False
        self.smsapi.failing_since = fields.Datetime.now() - timedelta(minutes=9)
        self.assertFalse(alarms())
        since = fields.Datetime.now() - timedelta(minutes=10)
        self.smsapi.write({"failing_since": since, "trouble": "could not connect"})
        self.assertEqual(
            alarms(),
            [
                {
                    "id": self.smsapi.id,
                    "name": "Ours",
                    "since": fields.Datetime.to_string(since),
                    "words": "could not connect",
                }
            ],
        )
        self.smsapi.test_mode = True
        self.assertFalse(alarms() or self.smsapi.failing_since)
        self.smsapi.test_mode = False
        self.smsapi.failing_since = since
        other = self.env["res.company"].create({"name": "Others"})
        self.smsapi.company_id = other
        self.assertFalse(alarms())

    def test_what_failed_recovers_although_nothing_waits(self):
        self.smsapi.test_mode = False
        self.smsapi.failing_since = fields.Datetime.now() - timedelta(hours=1)
        with self._answers("balance", AWAY), self._answers("check", AWAY):
            self.env["sms.gateway"]._look_after()
        self.assertTrue(self.smsapi.failing_since)
        with self._answers("balance", AWAY), self._answers("check", None):
            self.env["sms.gateway"]._look_after()
        self.assertFalse(self.smsapi.failing_since)

    def test_failures_of_the_last_hour_are_counted_and_opened(self):
        sms = self._send(self._invoice()).line_ids.sms_ids
        sms._set_outcome("error", "unknown", reason="No")
        self.env.flush_all()
        gateway = sms.gateway_id.with_user(self.accountant)
        gateway.invalidate_recordset()
        self.assertEqual(gateway.failed_count, 1)
        action = gateway.action_open_failed()
        self.assertEqual(
            self.env["sms.sms"].with_user(self.accountant).search(action["domain"]),
            sms,
        )


@tagged("post_install", "-at_install")
class TestGatewayForm(OrganizerCommon):
    """Each provider's form has its own fields, and no other's."""

    FIELDS = {
        "apifon": {"username", "password", "sender", "base_url"},
        "http": {"username", "password", "sender", "base_url"},
        "kannel": {"username", "password", "sender", "base_url", "local_network"},
        "odoo": set(),
        "sandbox": set(),
        "serwersms": {"username", "password", "sender", "base_url"},
        "smsapi": {"password", "sender", "base_url"},
        "smsoffice": {"password", "sender", "base_url"},
        "thaibulksms": {"username", "password", "sender", "base_url"},
        "twilio": {"username", "password", "signature_secret", "sender", "base_url"},
        "vonage": {"username", "password", "signature_secret", "sender", "base_url"},
        "yuboto": {"password", "sender", "base_url"},
    }

    def test_fields_of_each_provider(self):
        self.assertEqual(set(self.FIELDS), set(PROVIDERS))
        names = set().union(*self.FIELDS.values())
        view = self.gateway.get_view(view_type="form")
        nodes = etree.fromstring(view["arch"]).iter("field")
        shown = [
            (node.get("name"), node.get("invisible"))
            for node in nodes
            if node.get("name") in names
        ]
        for provider, fields_of_it in self.FIELDS.items():
            known = {"provider": provider, "base_url": False}
            found = [
                name for name, rule in shown if not (rule and safe_eval(rule, known))
            ]
            with self.subTest(provider):
                self.assertEqual(sorted(found), sorted(fields_of_it))
                needs = set(PROVIDERS[provider].needs)
                self.assertLessEqual(needs, fields_of_it)


@tagged("post_install", "-at_install")
class TestBalance(AskedCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.smsapi.write({"test_mode": False, "user_id": cls.env.user.id})

    def _look_after(self, answer):
        self.smsapi.balance_asked_at = False
        with self._answers("balance", answer):
            self.env["sms.gateway"]._look_after()

    def test_it_is_asked_each_hour(self):
        with self._answers("balance", Balance(20, "PLN")) as asked:
            self.env["sms.gateway"]._look_after()
            self.env["sms.gateway"]._look_after()
            self.assertEqual(len(asked), 1)
            self.smsapi.balance_asked_at -= timedelta(hours=1)
            self.env["sms.gateway"]._look_after()
        self.assertEqual(len(asked), 2)

    def test_it_is_asked_each_hour_also_where_it_is_not_told(self):
        with self._answers("balance", AWAY) as asked:
            for _run in range(3):
                self.env["sms.gateway"]._look_after()
        self.assertEqual(len(asked), 1)

    def test_queries_do_not_grow_with_gateways(self):
        gateways = self.smsapi | self.smsapi.copy() | self.smsapi.copy()
        gateways.write(
            {"balance": 5, "balance_unit": "PLN", "balance_at": "2026-01-01"}
        )
        self.env.flush_all()

        def queries(some):
            self.env.invalidate_all()
            some.mapped("price")
            before = self.env.cr.sql_log_count
            some.mapped("balance_words")
            return self.env.cr.sql_log_count - before

        queries(gateways)
        self.assertEqual(queries(gateways[:1]), queries(gateways))

    def test_another_account_has_another_balance(self):
        self._look_after(Balance(10, "PLN"))
        self.smsapi.password = "of another account"
        self.assertFalse(self.smsapi.balance_words or self.smsapi.balance_at)

    def test_who_installs_is_not_in_charge(self):
        gateways = self.env["sms.gateway"].with_user(SUPERUSER_ID)
        gateway = gateways.create({"name": "By the installation"})
        self.assertFalse(gateway.user_id)
        self.assertTrue(gateway._administrator())
        self.assertNotEqual(gateway._administrator().id, SUPERUSER_ID)

    def test_in_test_mode_nobody_is_asked(self):
        self.smsapi.test_mode = True
        with self._answers("balance", Balance(20)) as asked:
            self.env["sms.gateway"]._look_after()
        self.assertFalse(asked)

    def test_no_answer_keeps_the_last_figure_and_says_so(self):
        self._look_after(Balance(20, "PLN"))
        self._look_after(AWAY)
        self.assertEqual(self.smsapi.balance, 20)
        self.assertEqual(self.smsapi.balance_trouble, "could not connect")
        self._look_after(Balance(19, "PLN"))
        self.assertFalse(self.smsapi.balance_trouble)

    def test_enough_for_so_many_of_the_usual_messages(self):
        self._look_after(Balance(10, "PLN"))
        self.assertEqual(self.smsapi.enough_for, 100)
        sms = self._send(self._invoice()).line_ids.sms_ids
        sms.segments = 4
        self.smsapi.invalidate_recordset()
        self.assertEqual(self.smsapi.enough_for, 25)
        self.assertEqual(self.smsapi.enough_words, "enough for about 25 messages")

    def test_another_currency_is_converted(self):
        euro = self.env.ref("base.EUR")
        zloty = self.env.ref("base.PLN")
        with patch.object(
            type(euro), "_convert", lambda self, amount, *_a, **_k: amount / 4
        ):
            self._look_after(Balance(10, "EUR"))
            self.assertEqual(self.smsapi.currency_id, zloty)
            self.assertEqual(self.smsapi.enough_for, 400)

    def test_credits_are_counted_by_what_a_segment_takes(self):
        self._look_after(Balance(50))
        self.smsapi.credits_per_segment = 0.5
        self.assertEqual(self.smsapi.enough_for, 100)
        self.assertEqual(self.smsapi.balance_words, "50 credits")
        self.smsapi.credits_per_segment = 0
        self.assertIn("after the first SMS", self.smsapi.enough_words)

    def test_what_a_segment_takes_is_learned_from_the_provider(self):
        messages = self._send(self._invoice() | self._invoice()).line_ids.sms_ids
        messages.segments = 2
        outcomes = {
            sms._reference(): Outcome(sms._reference(), Verdict.ACCEPTED, credits=0.32)
            for sms in messages
        }
        self.smsapi._learn_credits(messages, outcomes)
        self.assertAlmostEqual(self.smsapi.credits_per_segment, 0.16)
        self.env["sms.gateway"]._learn_credits(messages, outcomes)

    def test_a_low_balance_makes_one_activity_that_ends_by_itself(self):
        self.smsapi.balance_threshold = 15
        for amount, count in ((20, 0), (14.99, 1), (10, 1), (15, 0), (3, 1)):
            self._look_after(Balance(amount, "PLN"))
            self.assertEqual(len(self.smsapi.activity_ids), count, amount)
        activity = self.smsapi.activity_ids
        self.assertEqual(activity.user_id, self.env.user)
        self.assertIn("3.00", activity.note)

    def test_refresh_says_what_is_wrong(self):
        with (
            self._answers("balance", AWAY),
            self.assertRaisesRegex(UserError, "could not connect"),
        ):
            self.smsapi.action_refresh_balance()
        with self._answers("balance", Balance(7, "PLN")):
            self.smsapi.action_refresh_balance()
        self.assertEqual(self.smsapi.balance, 7)


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
