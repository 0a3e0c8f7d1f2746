from odoo.tests import tagged

from .common import MOBILE_PL
from .sender_common import SenderCommon

NUMBER_US = "+12025550123"


@tagged("post_install", "-at_install")
class TestSenderWaits(SenderCommon):
    """Nothing is sent under a name that is not authorised."""

    def _senders_sent(self):
        return [form.get("from") for form in self.operator.sent]

    def assertWaits(self, messages, words):
        for sms in messages:
            self.assertEqual((sms.state, sms.waits_for), ("outgoing", "sender"))
            self.assertIn(words, sms.failure_reason)
            self.assertIn(words, sms.explanation)
            self.assertTrue(sms.next_attempt_at)
        self.assertFalse(self.operator.sent)

    def test_gateway_s_own_sender_without_a_name(self):
        self.smsapi.sender = "Gate"
        sms = self._queued()
        self._pass()
        self.assertEqual(self._senders_sent(), ["Gate"])
        self.assertEqual(sms.sender, "Gate")

    def test_company_s_name_wins_and_is_kept_in_the_ledger(self):
        self.smsapi.sender = "Gate"
        self._sender("MyShop", "authorised").action_use()
        sms = self._queued(2)
        self._pass()
        self.assertEqual(set(self._senders_sent()), {"MyShop"})
        self.assertEqual(set(sms.mapped("sender")), {"MyShop"})
        self.assertEqual(set(sms.mapped("state")), {"pending"})

    def test_messages_wait_for_the_authorisation_and_then_go(self):
        sender = self._sender("MyShop", "submitted")
        sender.action_use()
        sms = self._queued(2)
        self._pass()
        self.assertWaits(sms, "“MyShop” is not authorised yet")
        self.operator.names["MyShop"] = "ACTIVE"
        sender.action_ask()
        self.assertFalse(any(sms.mapped("next_attempt_at")))
        self._pass()
        self.assertEqual(set(self._senders_sent()), {"MyShop"})
        self.assertFalse(any(sms.mapped("waits_for")))

    def test_another_account_does_not_know_the_name(self):
        sender = self._sender("MyShop", "authorised")
        sender.action_use()
        other = self.smsapi.copy(
            {
                "name": "Second account",
                "password": "of the second account",
                "base_url": self.smsapi.base_url,
                "local_network": True,
                "sender": "Second",
                "sequence": 0,
                "test_mode": False,
            }
        )
        sms = self._queued()
        self.assertEqual(sms.gateway_id, other)
        self._pass()
        # under what that account says
        self.assertEqual(self._senders_sent(), ["Second"])
        self.company.sms_sender_required = True
        late = self._queued()
        self._pass()
        self.assertEqual((late.state, late.waits_for), ("outgoing", "sender"))
        self.assertIn("not authorised at Second account", late.explanation)

    def test_refused_name_and_another_one_in_its_place(self):
        self._sender("MyShop", "refused").action_use()
        other = self._sender("Other", "authorised")
        sms = self._queued()
        self._pass()
        self.assertWaits(sms, "“MyShop” was refused")
        other.action_use()
        self._pass()
        self.assertEqual(self._senders_sent(), ["Other"])

    def test_no_name_in_use_lets_them_go_as_before(self):
        sender = self._sender("MyShop", "submitted")
        sender.action_use()
        sms = self._queued()
        self._pass()
        self.assertWaits(sms, "not authorised")
        sender.action_stop_using()
        self._pass()
        self.assertEqual(self._senders_sent(), [None])
        self.assertFalse(sms.sender)

    def test_authorisation_that_is_taken_back_holds_messages_up(self):
        sender = self._sender("MyShop", "authorised")
        sender.action_use()
        self.operator.names["MyShop"] = "REJECTED"
        sender.action_ask()
        sms = self._queued()
        self._pass()
        self.assertWaits(sms, "“MyShop” was refused")

    def test_required_names(self):
        self.company.sms_sender_required = True
        sms = self._queued()
        self._pass()
        self.assertWaits(sms, "a sender name is required")
        shared = self._sender("Shared", "authorised", company_id=False)
        shared.action_use()
        self._pass()
        self.assertEqual(self._senders_sent(), ["Shared"])

    def test_requirement_that_is_taken_back(self):
        self.company.sms_sender_required = True
        self._queued()
        self._pass()
        self.company.sms_sender_required = False
        self._pass()
        self.assertEqual(self._senders_sent(), [None])

    def test_other_company_is_not_held_up(self):
        self._sender("MyShop", "submitted").action_use()
        other = self.env["res.company"].create({"name": "Others"})
        self.smsapi.copy(
            {
                "company_id": other.id,
                "base_url": self.smsapi.base_url,
                "password": "token-of-theirs",
                "local_network": True,
                "test_mode": False,
            }
        )
        sms = self.env["sms.sms"].sudo()
        ours, theirs = sms.create(
            [
                {"number": MOBILE_PL, "body": "Closed", "company_id": company.id}
                for company in (self.company, other)
            ]
        )
        self._pass()
        self.assertEqual(ours.waits_for, "sender")
        self.assertEqual(theirs.state, "pending")

    def test_country_that_takes_no_names_gets_the_number(self):
        self._sender("MyShop", "submitted").action_use()
        self.smsapi.sender = "+48500600700"
        self.customer.sms_phone = NUMBER_US
        sms = self._queued()
        self._pass()
        self.assertEqual(self._senders_sent(), ["+48500600700"])
        self.assertEqual(sms.sender, "+48500600700")

    def test_country_that_takes_no_names_gets_no_name_of_the_gateway_s(self):
        self.smsapi.sender = "Gate"
        self.customer.sms_phone = NUMBER_US
        sms = self._queued()
        self._pass()
        self.assertEqual(self._senders_sent(), [None])
        self.assertFalse(sms.sender)
        self.assertEqual(sms.state, "pending")

    def test_sandbox_and_test_mode_wait_for_no_name(self):
        self.company.sms_sender_required = True
        self._sender("MyShop", "submitted").action_use()
        self.smsapi.test_mode = True
        sms = self._queued()
        self._pass()
        self.assertEqual(sms.state, "pending")
        self.assertTrue(sms.is_test)
        self.assertFalse(sms.sender)

    def test_test_sms_waits_for_nothing_but_never_carries_the_new_name(self):
        self._sender("MyShop", "submitted").action_use()
        self.smsapi.sender = "Gate"
        wizard = self.env["sms.gateway.try"].create(
            {"gateway_id": self.smsapi.id, "sms_phone": MOBILE_PL}
        )
        wizard.action_send()
        self.assertEqual(self._senders_sent(), ["Gate"])

    def test_what_is_in_doubt_is_repeated_under_the_same_name(self):
        first, second = (self._sender(name, "authorised") for name in ("First", "Two"))
        first.action_use()
        sms = self._queued()
        self._pass()
        second.action_use()
        sms.sudo().write({"is_doubtful": True})
        self.assertEqual(sms._senders(), {sms.id: "First"})
        self.assertFalse(sms._reasons_to_wait())

    def test_queries_do_not_grow_with_the_messages(self):
        self._sender("MyShop", "submitted").action_use()
        messages = self.env["sms.sms"].sudo()
        few = messages.browse(self._queued(2).ids)
        many = messages.browse(self._queued(12).ids)
        counts = []
        for messages in (few, many):
            for _warm in range(2):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                messages._reasons_to_wait()
                messages._senders()
                self.env.flush_all()
                count = self.cr.sql_log_count - before
            counts.append(count)
        self.assertEqual(*counts)
        self.assertLessEqual(counts[0], 12)
