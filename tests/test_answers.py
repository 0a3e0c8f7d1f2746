from datetime import timedelta

from odoo.tests import tagged

from .answer_common import AnswerCommon


@tagged("post_install", "-at_install")
class TestPaid(AnswerCommon):
    def test_is_noted_and_to_be_looked_for_and_nothing_is_paid(self):
        move = self._invoice(days_overdue=5)
        link, token = self._sms_link(move)
        response = self._answer(token, "paid", date=self._day(-1), reference=" TX  7 ")
        self.assertThanked(response, token, "paid")
        answer = self._last()
        self.assertEqual((answer.kind, answer.reference), ("paid", "TX 7"))
        self.assertEqual(str(answer.date), self._day(-1))
        self.assertEqual(answer.partner_id, self.customer)
        self.assertEqual(answer.company_id, self.company)
        self.assertEqual((answer.link_id, answer.move_ids), (link, move))
        self.assertEqual(move.payment_state, "not_paid")
        for record in (self.customer, move):
            self.assertIn("Reference: TX 7", self._notes(record))
        activity = self._activities()
        self.assertEqual(activity.user_id, self.accountant)
        self.assertEqual(activity.summary, "Says it has paid")
        self.assertIn("Look for it in the bank", activity.note)
        self.assertIn(move.name, activity.note)
        self.assertIn(
            "We will look for your payment", self._page(f"{token}/answer/paid/thanks")
        )

    def test_nobody_is_written_to(self):
        self.customer.email = "customer@example.com"
        mails = self.env["mail.mail"].sudo()
        before = mails.search([])
        _link, token = self._sms_link()
        self._answer(token, "paid", date=self._day(0))
        self.assertFalse(self._last().note_ids.notified_partner_ids)
        self.assertFalse(self._last().note_ids.notification_ids)
        # who is to look for it may be told so by Odoo
        sent = mails.search([]) - before
        self.assertLessEqual(sent.recipient_ids, self.accountant.partner_id)
        self.assertNotIn("customer@example.com", str(sent.mapped("email_to")))

    def test_reminders_rest_for_five_bank_days_and_once(self):
        move = self._invoice(days_overdue=5)
        _link, token = self._sms_link(move)
        self._answer(token, "paid", date=self._day(0))
        for record in (self.customer, move):
            said = self._notes(record)
            self.assertIn("Reminders to the customer rest until", said)
        until = self.customer.reminder_paused_until
        days = [self.today + timedelta(days=one) for one in range(1, 12)]
        self.assertEqual(until, [day for day in days if day.weekday() < 5][4])
        self.assertEqual(self.customer._why_reminders_rest()[0], "paused")
        self.customer.reminder_paused_until = False
        self._answer(token, "paid", date=self._day(0), reference="again")
        self.assertFalse(self.customer.reminder_paused_until)
        self.assertIn("Reminders go on", self._last().outcome)

    def test_a_longer_pause_stays(self):
        until = self.today + timedelta(days=60)
        self.customer.reminder_paused_until = until
        _link, token = self._sms_link()
        self._answer(token, "paid", date=self._day(0))
        self.assertEqual(self.customer.reminder_paused_until, until)

    def test_the_page_says_so_next_time(self):
        move = self._invoice(days_overdue=5)
        _link, token = self._sms_link(move)
        self.assertNotIn("You told us", self._page(token))
        self._answer(token, "paid", date=self._day(0))
        self.assertIn("We are looking for it", self._page(token))

    def test_days_and_references_that_cannot_be(self):
        _link, token = self._sms_link()
        for date, words in (
            ("", "Enter a day"),
            ("tomorrow", "This is no day"),
            ("2026-02-31", "This is no day"),
            (self._day(2), "still to come"),
            (self._day(-366), "more than a year ago"),
        ):
            with self.subTest(date):
                response = self._answer(token, "paid", date=date, reference="<b>7</b>")
                page = self.assertAsked(response, "date", words)
                self.assertEqual(page.get_element_by_id("date").value, date)
                kept = page.get_element_by_id("reference").value
                self.assertEqual(kept, "<b>7</b>")
        response = self._answer(token, "paid", date=self._day(0), reference="x" * 65)
        self.assertAsked(response, "reference", "65 characters, and 64 fit in")
        self.assertFalse(self._last())
        # it may be tomorrow already where the customer is
        response = self._answer(token, "paid", date=self._day(1), reference="x" * 64)
        self.assertThanked(response, token, "paid")

    def test_what_is_paid_already_needs_no_such_answer(self):
        move = self._invoice(days_overdue=5)
        _link, token = self._sms_link(move)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        page = self._page(token)
        self.assertNotIn("I have paid", page)
        self.assertNotIn("I will pay", page)
        self.assertIn("I have a question", page)
        for slug in ("paid", "promise"):
            response = self._answer(token, slug, date=self._day(0))
            self.assertEqual(response.headers["Location"], f"/s/{token}")
        self.assertFalse(self._last())


@tagged("post_install", "-at_install")
class TestQuestion(AnswerCommon):
    def test_marks_the_invoice_as_disputed(self):
        move = self._invoice(days_overdue=5)
        _link, token = self._sms_link(move)
        text = "Not\r\nmine: <b>no</b> http://example.com [amount_due]"
        response = self._answer(token, "question", text=text)
        self.assertThanked(response, token, "question")
        self.assertEqual(self._last().text, text.replace("\r", ""))
        self.assertTrue(move.no_followup)
        self.assertIn("Marked as disputed", self._last().outcome)
        notes = self._notes(move)
        self.assertIn("&lt;b&gt;no&lt;/b&gt; http://example.com [amount_due]", notes)
        self.assertNotIn("<a ", notes)
        activity = self._activities()
        self.assertEqual(activity.summary, "Has a question")
        self.assertIn("&lt;b&gt;no&lt;/b&gt;", activity.note)
        self.assertNotIn("<a ", activity.note)

    def test_is_said_until_it_is_settled(self):
        move = self._invoice(days_overdue=5)
        _link, token = self._sms_link(move)
        self._answer(token, "question", text="Why?")
        self.assertIn("Your question of", self._page(token))
        move.no_followup = False
        self.assertNotIn("Your question of", self._page(token))

    def test_of_no_length_or_too_long(self):
        _link, token = self._sms_link()
        self.assertAsked(self._answer(token, "question", text=" \n"), "text", "Write")
        long = "ź" * 1001
        page = self.assertAsked(
            self._answer(token, "question", text=long), "text", "1001 characters"
        )
        self.assertEqual(page.get_element_by_id("text").value, long)
        response = self._answer(token, "question", text="ź" * 1000)
        self.assertThanked(response, token, "question")
        self.assertEqual(len(self._last().text), 1000)

    def test_what_no_database_takes(self):
        _link, token = self._sms_link()
        self._answer(token, "question", text="a\x00b\x1bc")
        self.assertEqual(self._last().text, "abc")

    def test_of_a_paid_invoice_is_a_question_too(self):
        move = self._invoice(days_overdue=5)
        _link, token = self._sms_link(move)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        response = self._answer(token, "question", text="A copy, please")
        self.assertThanked(response, token, "question")
        self.assertFalse(self._last().outcome)
