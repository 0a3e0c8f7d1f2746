from odoo.exceptions import UserError
from odoo.tests import tagged

from .schedule_common import MONDAY, ScheduleCommon


@tagged("post_install", "-at_install")
class TestScheduleFallback(ScheduleCommon):
    """Who could not be reached by SMS gets an e-mail, as the same occasion."""

    def setUp(self):
        super().setUp()
        self.customer.email = "office@drukarnia.example"
        self.mail = self._template("invoice_overdue", "email")
        self.mail.attach_document = False

    def _unreached(self, number):
        self.customer.sms_phone = number
        with self._at(MONDAY, 9):
            self._schedule(levels="7", fallback_template_id=self.mail.id)
            self._due(7)
        for hour in (10, 11, 12):
            self._night(MONDAY, hour)
        return self._lines()

    def test_a_failed_sms(self):
        first, second = self._unreached("+48500600700")
        self.assertEqual(first.outcome, "failed")
        self.assertEqual((second.fallback_of_id, second.channel), (first, "email"))
        self.assertEqual(second.mail_state, "waiting")
        self.assertEqual(second.occasion, first.occasion)
        self.assertFalse(first.told)
        with self.assertRaisesRegex(UserError, "told already"):
            first.sms_ids.with_user(self.accountant).action_send_again()

    def test_no_number_at_all(self):
        first, second = self._unreached(False)
        self.assertEqual(first.reason, "no_number")
        self.assertEqual(second.mail_state, "waiting")
        self.customer.sms_phone = "+48601234567"
        self._nights(MONDAY.replace(day=2), 3)
        self.assertEqual(len(self._lines()), 2)

    def test_neither_way(self):
        self.customer.email = False
        first, second = self._unreached(False)
        self.assertEqual((first.reason, second.reason), ("no_number", "no_email"))

    def test_who_was_reached_gets_no_second_message(self):
        (line,) = self._unreached("+48601234567")
        self.assertFalse(line.fallback_ids)

    def test_a_failed_email_becomes_an_sms(self):
        sms = self._template("invoice_overdue")
        with self._at(MONDAY, 9):
            self._schedule(
                channel="email",
                levels="7",
                fallback_template_id=sms.id,
                template_id=self.mail.id,
            )
            self._due(7)
        with self._at(MONDAY):
            self.schedules._process()
            line = self._lines()
            line.sudo()._set_mail_state("failed", "Bounced")
            self.schedules._process()
            self._pass()
        second = self._lines() - line
        self.assertIn(second.outcome, ("sent", "delivered"))
        self.assertTrue(second.told)
