"""The answer is lost: in doubt, asked about, and never sent again blindly."""

from datetime import timedelta
from unittest.mock import patch

from odoo.fields import Domain
from odoo.tests import tagged

from ..gateways import words
from ..gateways.base import Report
from ..models.sms_outbox import Way
from .fault_common import CREDENTIALS, FaultCommon
from .provider import Provider


@tagged("post_install", "-at_install")
class TestLostAnswer(FaultCommon):
    """The answer is lost: in doubt, and *Send again* says what it may cost."""

    def test_lost_answer_is_in_doubt_at_every_kind_of_provider(self):
        for kind in ("kannel", "smsapi", "serwersms"):
            with self.subTest(kind):
                self.provider.forget()
                self.provider.plan.append("lose")
                gateway = self._gateway(kind)
                sms = self._queued()
                self._pass(2)
                self.assertStates(sms, "unconfirmed")
                self.assertIn("No clear answer", sms.failure_reason)
                self.assertIn("broke off", sms.failure_reason)
                self.assertEqual(self.provider.accepted[sms.uuid], 1)
                gateway.active = False

    def test_read_time_out_is_in_doubt(self):
        self.provider.plan.append("hang")
        self._gateway("kannel")
        sms = self._queued()
        with self._impatient("kannel"):
            self._pass()
        self.assertStates(sms, "unconfirmed")
        self.assertIn("no answer in time", sms.failure_reason)
        self._pass()
        self.assertNothingTwice()

    def test_reasons_are_in_the_company_s_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.company.partner_id.lang = "pl_PL"
        self.provider.plan.append("lose")
        self._gateway("kannel")
        sms = self._queued()
        self._pass()
        self.assertEqual(
            sms.failure_reason,
            "Brak jasnej odpowiedzi dostawcy: połączenie zostało przerwane",
        )

    def test_our_own_words_are_all_translated(self):
        self.assertEqual(set(self.env["sms.sms"]._own_words()), set(words.ALL))

    def test_500_after_the_acceptance_is_in_doubt(self):
        self.provider.plan.append("500 after")
        self._gateway("kannel")
        sms = self._queued()
        self._pass()
        self.assertStates(sms, "unconfirmed")
        self.assertIn("HTTP 500", sms.failure_reason)

    def test_send_again_says_what_it_may_cost(self):
        self.provider.plan.append("lose")
        self._gateway("kannel")
        sms = self._queued()
        self._pass()
        action = sms.with_user(self.accountant).action_ask_send_again()
        wizards = self.env[action["res_model"]].with_user(self.accountant)
        wizard = wizards.with_context(**action["context"]).create({})
        self.assertIn("may have been sent already", wizard.words)
        self.assertIn(self.customer.name, wizard.words)
        self.assertRegex(wizard.words, r"may cost up to .*0\.\d\d")
        self.assertStates(sms, "unconfirmed")
        wizard.action_send_again()
        self.assertStates(sms, "outgoing")
        self._later(sms)
        self._pass()
        self.assertStates(sms, "pending")
        references = sorted(self.provider.accepted)
        self.assertEqual(references, [sms.uuid, f"{sms.uuid}01"])

    def test_what_is_not_wanted_any_more_is_not_sent_again_from_doubt(self):
        self.provider.plan.append("lose")
        self._gateway("kannel")
        sms = self._queued()
        self._pass()
        self.env["phone.blacklist"].sudo().add(sms.number)
        with self.assertRaisesRegex(Exception, "opted out"):
            sms.with_user(self.accountant).action_send_doubtful_again()
        self.assertStates(sms, "unconfirmed")

    def test_doubt_outlives_another_attempt_that_is_taken_back(self):
        self.provider.plan.append("lose")
        self._gateway("kannel")
        sms = self._queued()
        self._pass()
        sms.with_user(self.accountant).action_send_doubtful_again()
        self.assertStates(sms, "outgoing")
        sms.with_user(self.accountant).action_cancel()
        self.assertStates(sms, "unconfirmed")
        self.assertIn("may have been sent", sms.failure_reason)

    def test_sent_is_when_it_was_handed_over(self):
        self.provider.plan.append("lose")
        self._gateway("kannel")
        sms = self._queued()
        self._pass()
        sms.handed_over_at -= timedelta(hours=1)
        sms.with_user(self.accountant).action_was_sent()
        self.assertEqual(sms.sent_at, sms.handed_over_at)

    def test_provider_that_keeps_our_reference_gets_it_again_and_sends_once(self):
        self.provider.plan.append("lose")
        self._gateway("smsapi")
        sms = self._queued()
        self._pass()
        self.assertStates(sms, "unconfirmed")
        self.assertTrue(sms.ask_at)
        self._later(sms)
        self._pass()
        self.assertStates(sms, "pending")
        self.assertTrue(sms.sent_at)
        self.assertEqual(sms.cost, sms.price)
        self.assertEqual(self.provider.accepted, {sms.uuid: 1})

    def test_what_never_arrived_is_sent_by_the_repetition(self):
        self._gateway("smsapi")
        sms = self._queued()
        with patch("requests.Session.send", side_effect=ConnectionResetError):
            self._pass()
        self.assertStates(sms, "unconfirmed")
        self._later(sms)
        self._pass()
        self.assertStates(sms, "pending")
        self.assertEqual(self.provider.accepted, {sms.uuid: 1})

    def _left_behind(self, sms, handed_over):
        """Claimed to be repeated, by a process that died then."""
        gateway = sms.gateway_id
        way = Way(self.company, gateway, Domain("id", "in", sms.ids))
        adapter = gateway._adapter(self.company)
        sms._claim(way, adapter, "claim")
        self.assertEqual(sms.state, "process")
        if handed_over:
            sms._mark_handed_over("claim", sms._prepare_messages(), {}, adapter)
        sms.claimed_until = "2020-01-01"
        sms._recover_abandoned()
        self.assertStates(sms, "unconfirmed")

    def test_only_what_was_repeated_before_a_crash_waits_longer(self):
        for handed_over, asked, accepted in ((False, 0, True), (True, 1, False)):
            with self.subTest(handed_over=handed_over):
                self.provider.forget()
                self.provider.plan.append("lose")
                gateway = self._gateway("smsapi")
                sms = self._queued()
                self._pass()
                self._later(sms)
                self._left_behind(sms.sudo(), handed_over)
                self.assertEqual(sms.asked, asked)
                self.assertTrue(sms.ask_at)
                self._later(gateway=gateway)
                self._pass()
                state = "pending" if accepted else "unconfirmed"
                self.assertStates(sms, state)
                self.assertNothingTwice()
                gateway.active = False

    def test_repetition_ends_before_the_provider_may_forget(self):
        self.provider.plan.append("lose")
        self._gateway("smsapi")
        sms = self._queued()
        self._pass()
        sms.handed_over_at -= timedelta(hours=12)
        self._later(sms)
        self._pass()
        self.assertStates(sms, "unconfirmed")
        self.assertNothingTwice()
        with self.assertRaisesRegex(Exception, "cannot be asked"):
            sms.with_user(self.accountant).action_ask_provider()

    def test_other_account_is_not_given_what_the_former_one_may_have(self):
        for kind in ("smsapi", "serwersms"):
            with self.subTest(kind):
                self.provider.forget()
                self.provider.plan.append("lose")
                gateway = self._gateway(kind)
                sms = self._queued()
                self._pass()
                with Provider() as theirs:
                    gateway.base_url = theirs.url(kind)
                    gateway.account_since += timedelta(seconds=2)  # tests are fast
                    sms.handed_over_at -= timedelta(minutes=11)
                    self._later(sms)
                    self._pass(2)
                    self.assertFalse(theirs.requests)
                self.assertStates(sms, "unconfirmed")
                self.assertFalse(sms.can_ask)
                gateway.active = False

    def test_the_same_account_entered_once_more_is_the_same(self):
        self.provider.plan.append("lose")
        gateway = self._gateway("smsapi")
        sms = self._queued()
        self._pass()
        again = gateway.read(["base_url", "username", "password"])[0]
        gateway.write({name: again[name] for name in ("base_url", *CREDENTIALS)})
        self.assertFalse(gateway.account_since)
        self._later(sms)
        self._pass()
        self.assertStates(sms, "pending")
        gateway.password = "another-horse-battery"
        self.assertTrue(gateway.account_since)

    def test_archived_gateway_is_not_asked(self):
        self.provider.plan.append("lose")
        gateway = self._gateway("smsapi")
        sms = self._queued()
        self._pass()
        gateway.active = False
        self._later(sms)
        self._pass()
        self.assertStates(sms, "unconfirmed")
        sms.invalidate_recordset()
        self.assertFalse(sms.can_ask)

    def test_what_is_paid_meanwhile_is_not_repeated(self):
        self.provider.plan.append("lose")
        self._gateway("smsapi")
        sms = self._queued()
        self._pass()
        sms.move_id.payment_state = "paid"
        self._later(sms)
        self._pass()
        self.assertStates(sms, "unconfirmed")
        self.assertIn("may have been sent", sms.failure_reason)
        self.assertIn("paid", sms.failure_reason)
        self.assertFalse(sms.ask_at)

    def test_provider_that_can_be_asked_by_reference_is_asked(self):
        self.provider.plan.append("lose")
        self._gateway("serwersms")
        sms = self._queued()
        self._pass()
        self.assertStates(sms, "unconfirmed")
        self._later(sms)
        self._pass()
        self.assertStates(sms, "pending")
        self.assertEqual(sms.provider_id, f"id-{sms.uuid}")
        self.assertNothingTwice()

    def test_what_the_provider_surely_never_had_is_sent(self):
        self._gateway("serwersms")
        known = self._queued()
        self._pass()
        self.assertStates(known, "pending")
        sms = self._queued()
        with patch("requests.Session.send", side_effect=ConnectionResetError):
            self._pass()
        self._later(sms)
        self._pass()
        self.assertStates(sms, "unconfirmed")  # it may still be on its way
        sms.handed_over_at -= timedelta(minutes=11)
        self._later(sms)
        self._pass()
        self._later(sms)
        self._pass()
        self.assertStates(sms, "pending")
        self.assertEqual(self.provider.accepted, {known.uuid: 1, sms.uuid: 1})

    def test_provider_that_knows_no_reference_is_not_believed(self):
        self.provider.ignores_references = True
        self._gateway("serwersms")
        self._queued()
        self._pass()
        self.provider.plan.append("lose")
        sms = self._queued()
        self._pass()
        for _try in range(3):
            sms.handed_over_at -= timedelta(minutes=11)
            self._later(sms)
            self._pass()
        self.assertStates(sms, "unconfirmed")
        self.assertNothingTwice()

    def test_refused_repetition_says_nothing_of_the_first_time(self):
        self.provider.plan.append("lose")
        self._gateway("smsapi")
        sms = self._queued()
        self._pass()
        self.provider.forgets_references = True
        self.provider.refused_numbers = {sms.number}
        self._later(sms)
        self._pass()
        self.assertStates(sms, "unconfirmed")
        self.assertIn("may have been sent", sms.failure_reason)
        self.assertIn("No valid phone numbers", sms.failure_reason)

    def test_chatter_tells_how_the_doubt_ended(self):
        self.provider.plan.append("lose")
        gateway = self._gateway("kannel")
        sms = self._queued()
        self._pass()
        notification = sms.mail_message_id.notification_ids
        self.assertIn("No clear answer", notification.failure_reason)
        report = Report(sms.uuid, delivered=False, reason="Phone is off")
        sms._apply_reports([report], gateway)
        self.assertEqual(notification.notification_status, "exception")
        self.assertEqual(notification.failure_reason, "Phone is off")

    def test_window_whose_words_are_not_true_any_more_sends_nothing(self):
        self.provider.plan.append("lose")
        self._gateway("smsapi")
        sms = self._queued()
        self._pass()
        action = sms.with_user(self.accountant).action_ask_send_again()
        wizards = self.env[action["res_model"]].with_user(self.accountant)
        wizard = wizards.with_context(**action["context"]).create({})
        self.assertIn("costs nothing", wizard.words)
        sms.handed_over_at -= timedelta(hours=13)
        with self.assertRaisesRegex(Exception, "has changed meanwhile"):
            wizard.action_send_again()

    def test_ask_the_provider_button_asks_now(self):
        self.provider.plan.append("lose")
        self._gateway("serwersms")
        sms = self._queued()
        self._pass()
        self.assertTrue(sms.can_ask)
        sms.ask_at += timedelta(hours=1)
        self._later()
        sms.with_user(self.accountant).action_ask_provider()
        self._pass()
        self.assertStates(sms, "pending")

    def test_report_ends_the_doubt(self):
        self.provider.plan.append("lose")
        gateway = self._gateway("kannel")
        sms = self._queued()
        self._pass()
        sms._apply_reports([Report(sms.uuid, delivered=True)], gateway)
        self.assertStates(sms, "sent")
        self.assertTrue(sms.sent_at)
        self.assertEqual(sms.cost, sms.price)
