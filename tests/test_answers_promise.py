from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .answer_common import PHONE, AnswerCommon


@tagged("post_install", "-at_install")
class TestPromise(AnswerCommon):
    def test_pauses_until_its_day_and_replaces_the_one_before(self):
        _link, token = self._sms_link()
        response = self._answer(token, "promise", date=self._day(3))
        self.assertThanked(response, token, "promise")
        self.assertEqual(str(self.customer.reminder_promised_on), self._day(3))
        self.assertEqual(self.customer._why_reminders_rest()[0], "promised")
        self.assertIn("you will pay by", self._page(f"{token}/answer/promise/thanks"))
        activity = self._activities()
        self.assertEqual(str(activity.date_deadline), self._day(4))
        self.assertEqual(activity.summary, "Promises to pay")
        self.assertIn("You have told us that you will pay", self._page(token))
        self._answer(token, "promise", date=self._day(7))
        self.assertEqual(str(self.customer.reminder_promised_on), self._day(7))
        self.assertFalse(self._last().broken_on)
        self.assertEqual(self._activities(), activity)

    def test_is_made_in_the_company_of_the_link(self):
        other = self.setup_other_company()["company"]
        _link, token = self._sms_link()
        self._answer(token, "promise", date=self._day(3))
        self.assertFalse(self.customer.with_company(other).reminder_promised_on)

    def test_is_the_customers_whichever_contact_makes_it(self):
        contact = self._partner("Anna", parent_id=self.customer.id, sms_phone=PHONE)
        _link, token = self._sms_link(self._invoice(contact, days_overdue=5))
        self._answer(token, "promise", date=self._day(3))
        answer = self._last()
        self.assertEqual(answer.partner_id, self.customer)
        self.assertEqual(answer.contact_id, contact)
        self.assertEqual(answer.note_ids.author_id, contact)
        self.assertEqual(str(self.customer.reminder_promised_on), self._day(3))

    def test_a_longer_pause_is_not_shortened(self):
        until = self.today + timedelta(days=60)
        self.customer.reminder_paused_until = until
        _link, token = self._sms_link()
        self._answer(token, "promise", date=self._day(1))
        self.assertEqual(self.customer.reminder_paused_until, until)

    def test_days_that_cannot_be_promised(self):
        _link, token = self._sms_link()
        for days, words in ((-1, "This day is over"), (31, "too far off")):
            response = self._answer(token, "promise", date=self._day(days))
            page = self.assertAsked(response, "date", words)
            self.assertEqual(page.get_element_by_id("date").value, self._day(days))
        self.company.organizer_promise_days = 60
        response = self._answer(token, "promise", date=self._day(31))
        self.assertThanked(response, token, "promise")
        with self.assertRaisesRegex(ValidationError, "Longest promise"):
            self.company.organizer_promise_days = 366

    def test_switched_off(self):
        self.company.organizer_promise_days = 0
        _link, token = self._sms_link()
        self.assertNotIn("I will pay", self._page(token))
        response = self._answer(token, "promise", date=self._day(0))
        self.assertEqual(response.headers["Location"], f"/s/{token}")
        self.assertFalse(self._last())

    def _break(self, days=2):
        """The day of the promise is over."""
        self.customer.reminder_promised_on = self.today - timedelta(days=days)
        last = self._last()
        last.date = self.customer.reminder_promised_on
        self.env.flush_all()

    def test_broken_is_said_wherever_it_matters(self):
        _link, token = self._sms_link()
        self._answer(token, "promise", date=self._day(3))
        self._break()
        self.assertIn("it is still open. Please pay", self._page(token))
        self.assertIn("it is still open", self._page(f"{token}/answer/promise"))
        self.assertTrue(self.customer.reminder_promise_broken)
        debtors = self.env["organizer.debtor"].with_user(self.accountant)
        broken = debtors.search([("promise_broken", "=", True)])
        self.assertEqual(broken.partner_id, self.customer)
        self.assertIsNone(self.customer._why_reminders_rest())
        self._answer(token, "promise", date=self._day(5))
        answer = self._last()
        self.assertEqual(str(answer.broken_on), self._day(-2))
        self.assertEqual(answer.in_a_row, 2)
        for note in (self._notes(self.customer), self._activities().note):
            self.assertIn("has not kept it", note)
        self.assertEqual(self._activities().date_deadline, self.today)
        self.customer.invalidate_recordset()
        self.assertFalse(self.customer.reminder_promise_broken)

    def test_what_was_paid_in_time_is_not_broken(self):
        move = self._invoice(days_overdue=5)
        _link, token = self._sms_link(move)
        self._answer(token, "promise", date=self._day(3))
        self._break()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        self.env.flush_all()
        self.assertFalse(self.customer.reminder_promise_broken)
        self.assertNotIn("still open", self._page(token))

    def test_three_in_a_row_are_enough_until_a_person_has_spoken(self):
        _link, token = self._sms_link()
        for days in (1, 2, 3):
            self._answer(token, "promise", date=self._day(days))
        self.assertEqual(self._last().in_a_row, 3)
        # the same once more is no fourth one
        again = self._answer(token, "promise", date=self._day(3))
        self.assertThanked(again, token, "promise")
        self.assertNotIn("I will pay on", self._page(token))
        for response in (
            self._open(f"{token}/answer/promise"),
            self._answer(token, "promise", date=self._day(4)),
        ):
            self.assertIn("Please call us", self._text(response))
            self.assertIn("+48 22 123 45 67", self._text(response))
        self.assertEqual(str(self.customer.reminder_promised_on), self._day(3))
        self.customer.reminder_promised_on = False
        self.assertIn("I will pay on", self._page(token))
        self._answer(token, "promise", date=self._day(4))
        self.assertEqual(self._last().in_a_row, 1)

    def test_a_new_debt_is_a_new_row(self):
        move = self._invoice(days_overdue=5)
        _link, token = self._sms_link(move)
        for days in (1, 2, 3):
            self._answer(token, "promise", date=self._day(days))
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        self._let_pass(days=9)
        _link, token = self._sms_link(self._invoice(days_overdue=3))
        self.assertIn("I will pay on", self._page(token))
