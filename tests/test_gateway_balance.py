from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..gateways.base import Balance, Outcome, Verdict
from .asked_common import AWAY, AskedCommon


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
