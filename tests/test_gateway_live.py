from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ..gateways import PROVIDERS
from ..gateways.base import Balance, Failure, SenderName, SenderStatus, Trouble, Verdict
from .asked_common import AWAY, AskedCommon
from .common import OrganizerCommon

WRONG = Trouble(Verdict.NOT_TAKEN, "Authorization failed (101)", Failure.ACCOUNT)


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
