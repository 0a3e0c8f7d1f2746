from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models import clock
from .answer_common import PHONE, AnswerCommon


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
        _link, token = self._sms_link()
        self._answer(token, "paid", date=self._day(0))
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


@tagged("post_install", "-at_install")
class TestSeveral(AnswerCommon):
    """Of the page with all that a customer owes, one is asked which is meant."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moves = cls.env["account.move"].union(
            *(cls._invoice(days_overdue=days) for days in (9, 5, 2))
        )
        cls.stranger = cls._invoice(cls._partner("Stranger"), days_overdue=3)

    def test_some_all_or_none(self):
        link, token = self._debt_link()
        form = self._open(f"{token}/answer/question").text
        for move in self.moves:
            self.assertIn(move.name, form)
            self.assertIn(link._document_key(move.id), form)
            self.assertNotIn(f'value="{move.id}"', form)
        response = self._answer(token, "question", text="Why?")
        page = self.assertAsked(response, "invoice", "Tick the invoices")
        self.assertEqual(page.get_element_by_id("text").value, "Why?")
        keys = [link._document_key(move.id) for move in self.moves[:2]]
        self._answer(token, "question", text="Why?", invoice=keys)
        self.assertEqual(self._last().move_ids, self.moves[:2])
        self.assertEqual(self.moves.mapped("no_followup"), [True, True, False])
        self._answer(token, "paid", date=self._day(0), invoice="all")
        self.assertEqual(self._last().move_ids, self.moves)
        self.assertIn("all that is open (3 invoices)", self._notes(self.customer))

    def test_keys_of_other_links_and_invoices_are_none(self):
        link, token = self._debt_link()
        other, _token = self._debt_link()
        for key in (
            other._document_key(self.moves[0].id),
            link._document_key(self.stranger.id),
            self.moves[0].id,
            "",
        ):
            response = self._answer(token, "question", text="Why?", invoice=key)
            self.assertAsked(response, "invoice", "Tick")
        self.assertFalse(self._last())

    def test_a_promise_is_about_all(self):
        _link, token = self._debt_link()
        self.assertNotIn("checkbox", self._open(f"{token}/answer/promise").text)
        self._answer(token, "promise", date=self._day(2))
        self.assertEqual(self._last().move_ids, self.moves)

    def test_hundreds_fit_on_the_page(self):
        for _number in range(60):
            self._invoice(days_overdue=1)
        _link, token = self._debt_link()
        response = self._open(f"{token}/answer/question")
        self.assertLess(len(response.content), 50_000)
        self.assertEqual(response.text.count("checkbox"), 51)
        self._answer(token, "question", text="Why?", invoice="all")
        self.assertEqual(len(self._last().move_ids), 63)
        # a note each would be too many
        self.assertEqual(len(self._last().note_ids), 1)

    def test_by_e_mail_there_is_no_number_to_be_wrong(self):
        _link, token = self._debt_link()
        self.assertNotIn("Not my number", self._page(token))
        response = self._answer(token, "wrong-number")
        self.assertEqual(response.headers["Location"], f"/s/{token}")
        self.assertFalse(self._last())

    def test_queries_do_not_depend_on_how_many_there_are(self):
        link, _token = self._debt_link()

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            link._answer_values()
            return self.env.cr.sql_log_count - before

        self._take_some(link)
        few = queries()
        for _number in range(20):
            self._invoice(days_overdue=1)
        self._take_some(link)
        self.assertLessEqual(queries(), few)
        self.assertLess(few, 25)

    def _take_some(self, link):
        moves = link._documents()
        for kind in ("question", "paid"):
            values = {
                "move_ids": moves.ids,
                "date": self.today,
                "text": str(len(moves)),
            }
            self.answers._take(link, kind, values)


@tagged("post_install", "-at_install")
class TestWho(AnswerCommon):
    def _answering(self):
        move = self._invoice(days_overdue=5)
        move.invoice_user_id = False
        _link, token = self._sms_link(move)
        return move, token

    def test_one_activity_says_all(self):
        _move, token = self._answering()
        self._answer(token, "paid", date=self._day(0))
        self._answer(token, "question", text="Or not?")
        self._answer(token, "question", text="Hello?")
        activity = self._activities()
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.summary, "Says it has paid, Has a question")
        self.assertIn("Or not?", activity.note)
        self.assertIn("Hello?", activity.note)
        activity.action_done()
        self._answer(token, "question", text="Still there?")
        self.assertEqual(len(self._activities()), 1)
        self.assertNotIn("Hello?", self._activities().note)

    def test_the_salespersons_else_the_invoices_else_who_sent_it(self):
        seller = new_test_user(
            self.env, "seller", groups="base.group_user", company_id=self.company.id
        )
        self.customer.user_id = seller
        _move, token = self._answering()
        self._answer(token, "question", text="1")
        self.assertEqual(self._activities().user_id, seller)
        self._activities().unlink()
        self.customer.user_id = False
        move, token = self._answering()
        move.invoice_user_id = seller
        self._answer(token, "question", text="2")
        self.assertEqual(self._activities().user_id, seller)
        self._activities().unlink()
        _move, token = self._answering()
        self._answer(token, "question", text="3")
        self.assertEqual(self._activities().user_id, self.accountant)

    def test_who_sent_the_link_by_e_mail(self):
        self.customer.user_id = False
        move = self._invoice(days_overdue=5)
        move.invoice_user_id = False
        _link, token = self._invoice_link(move.with_user(self.accountant))
        self._answer(token, "question", text="Why?")
        self.assertEqual(self._activities().user_id, self.accountant)

    def test_a_receipt_of_nobody(self):
        move = self._invoice(days_overdue=5, post=False, move_type="out_receipt")
        move.partner_id = False
        move.action_post()
        move.invoice_user_id = self.accountant
        _link, token = self._invoice_link(move)
        self.assertNotIn("I will pay", self._page(token))
        self._answer(token, "paid", date=self._day(0))
        self._answer(token, "question", text="Why?")
        self.assertEqual(self._activities(move).user_id, self.accountant)
        self.assertEqual(len(self._activities(move)), 1)
        self.assertIn("Why?", self._notes(move))


@tagged("post_install", "-at_install")
class TestKept(AnswerCommon):
    """Who sees answers, who writes them, and for how long they are kept."""

    def test_who_may_send_reads_and_nobody_writes(self):
        _link, token = self._sms_link()
        self._answer(token, "question", text="Why?")
        answer = self._last().with_user(self.accountant)
        self.assertEqual(answer.text, "Why?")
        boss = new_test_user(
            self.env, "boss", groups="sms_organizer.group_sms_administer"
        )
        for user in (self.accountant, boss):
            mine = answer.with_user(user)
            with self.assertRaises(AccessError):
                mine.write({"text": "Fine."})
            with self.assertRaises(AccessError):
                mine.unlink()
            with self.assertRaises(AccessError):
                mine.create({"kind": "paid", "company_id": self.company.id})
        nobody = new_test_user(self.env, "nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            answer.with_user(nobody).read(["text"])

    def test_of_another_company_are_not_seen(self):
        _link, token = self._sms_link()
        self._answer(token, "question", text="Why?")
        other = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="sms_organizer.group_sms_administer",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        self.assertFalse(self.answers.with_user(stranger).search([]))

    def test_customer_and_invoice_show_them(self):
        move = self._invoice(days_overdue=5)
        _link, token = self._sms_link(move)
        self._answer(token, "question", text="Why?")
        customer = self.customer.with_user(self.accountant)
        self.assertEqual(customer.organizer_answer_count, 1)
        action = customer.action_open_organizer_answers()
        found = self.answers.with_user(self.accountant).search(action["domain"])
        self.assertEqual(found, self._last())
        self.assertEqual(move.with_user(self.accountant).organizer_answer_ids, found)
        self.assertEqual(found.action_open_partner()["res_id"], self.customer.id)
        self.assertEqual(found.action_open_moves()["res_id"], move.id)

    def test_retention_removes_what_was_said(self):
        move = self._invoice(days_overdue=5)
        _link, token = self._sms_link(move)
        self._answer(token, "question", text="My cat died")
        self._answer(token, "paid", date=self._day(0), reference="Cat 7")
        self._answer(token, "wrong-number")
        answers = self.answers.search([])
        self._let_pass(days=100)
        self.env["ir.config_parameter"].sudo().set_param(
            "sms_organizer.retention_days", 90
        )
        self.env["sms.sms"]._gc_personal_data()
        self.assertEqual(set(answers.mapped("is_anonymous")), {True})
        left = str(answers.read()) + str(answers.note_ids.mapped("body"))
        left += str(self._activities().note) + str(self._activities().summary)
        for words in ("cat", "Cat", PHONE[3:]):
            self.assertNotIn(words, left)
        self.assertEqual(len(answers.filtered("date")), 1)
        self.assertEqual(set(answers.mapped("number")), {"+48…"})

    def test_goes_with_the_customer_and_stays_without_the_invoice(self):
        customer = self._partner("Gone", sms_phone=PHONE)
        move = self._invoice(customer, days_overdue=5)
        _link, token = self._invoice_link(move)
        self._answer(token, "question", text="Why?")
        answer = self._last()
        move.button_draft()
        move.name = False
        move.unlink()
        self.assertFalse(answer.move_ids)
        self.assertFalse(answer.link_id)
        customer.unlink()
        self.assertFalse(answer.exists())


@tagged("post_install", "-at_install")
class TestLimits(AnswerCommon):
    def test_the_same_twice_is_one(self):
        move = self._invoice(days_overdue=5)
        _link, token = self._sms_link(move)
        for _tap in range(2):
            response = self._answer(token, "question", text="Why?")
            self.assertThanked(response, token, "question")
        self._answer(token, "paid", date=self._day(0))
        self._answer(token, "question", text="Why?")
        self.assertEqual(self.answers.search_count([]), 2)
        self._let_pass(days=1, minutes=1)
        self._answer(token, "question", text="Why?")
        self.assertEqual(self.answers.search_count([]), 3)

    def test_five_a_day(self):
        link, token = self._sms_link()
        for number in range(5):
            response = self._answer(token, "question", text=str(number))
            self.assertEqual(response.status_code, 303)
        response = self._answer(token, "question", text="6")
        self.assertEqual(response.status_code, 429)
        self.assertIn("Please call us", self._text(response))
        self.assertIn("+48 22 123 45 67", self._text(response))
        self.assertEqual(self.answers.search_count([]), 5)
        self._let_pass(days=1, minutes=1)
        response = self._answer(token, "question", text="6")
        self.assertEqual(response.status_code, 303)
        self.assertEqual(link.answer_count, 6)

    def test_twenty_in_all(self):
        link, token = self._sms_link()
        self._answer(token, "question", text="1")
        link.answer_count = 20
        self.assertEqual(self._answer(token, "question", text="2").status_code, 429)
        # who is not the customer can say so all the same
        response = self._answer(token, "wrong-number")
        self.assertThanked(response, token, "wrong-number")

    @mute_logger("odoo.http")
    def test_no_more_than_a_form_holds(self):
        _link, token = self._sms_link()
        for data in ({"text": "x" * 40_000}, b"x" * 40_000):
            response = self._open(f"{token}/answer/question", data=data)
            self.assertEqual(response.status_code, 413)
        response = self._open(
            f"{token}/answer/question", files={"text": ("a.txt", b"Hello")}
        )
        self.assertAsked(response, "text", "Write")
        self.assertFalse(self._last())

    def test_unknown_tokens_and_answers_are_not_found(self):
        _link, token = self._sms_link()
        wrong = self._open("wrongwrong12")
        self.assertEqual(wrong.status_code, 404)
        for path in (
            "wrongwrong12/answer/paid",
            "wrongwrong12/answer/wrong-number/thanks",
            f"{token}/answer/other",
            f"{token}/answer/wrong_number",
            f"{token}/answer/other/thanks",
        ):
            for data in (None, {"date": self._day(0)}):
                if data and path.endswith("thanks"):
                    continue
                response = self._open(path, data=data)
                self.assertEqual(response.status_code, 404, path)
                self.assertEqual(response.content, wrong.content, path)
        self.assertFalse(self._last())

    def test_misses_of_posts_are_counted(self):
        misses = self.env["organizer.stranger"].sudo()
        before = misses.search_count([])
        self._answer("wrongwrong12", "paid", date=self._day(0))
        self._answer("wrongwrong12", "wrong-number")
        self.assertEqual(misses.search_count([]), before + 2)

    def test_thanks_for_nothing_lead_to_the_page(self):
        _link, token = self._sms_link()
        response = self._open(f"{token}/answer/paid/thanks")
        self.assertEqual(response.status_code, 303)
        self.assertEqual(response.headers["Location"], f"/s/{token}")


@tagged("post_install", "-at_install")
class TestPages(AnswerCommon):
    """Each page: for a phone, without scripts, cookies and traces."""

    def _all(self):
        """``{path: response}`` of every page and answer there is."""
        _link, token = self._sms_link()
        self._debt = self._debt_link()[1]
        form = f"{token}/answer"
        pages = {
            path: self._open(path)
            for path in (
                token,
                f"{form}/paid",
                f"{form}/promise",
                f"{form}/question",
                f"{form}/wrong-number",
                f"{self._debt}/answer/paid",
            )
        }
        pages["wrong"] = self._answer(token, "question", text="")
        for number in range(6):
            pages[f"taken {number}"] = self._answer(token, "question", text=f"{number}")
        pages["thanks"] = self._open(f"{form}/question/thanks")
        pages["disowned"] = self._answer(token, "wrong-number")
        pages["goodbye"] = self._open(f"{form}/wrong-number/thanks")
        return pages

    def test_nothing_is_kept_run_or_told_to_others(self):
        for path, response in self._all().items():
            with self.subTest(path):
                headers = response.headers
                self.assertNotIn("Set-Cookie", headers)
                self.assertEqual(headers["Cache-Control"], "no-store")
                self.assertEqual(headers["Referrer-Policy"], "no-referrer")
                self.assertIn("noindex", headers["X-Robots-Tag"])
                self.assertLess(len(response.content), 50_000)
                self.assertNotIn("<script", response.text)
                if response.status_code == 303:
                    continue
                policy = headers["Content-Security-Policy"]
                self.assertTrue(policy.startswith("default-src 'none'"))
                has_form = "<form" in response.text
                allowed = "form-action 'self'" if has_form else "form-action 'none'"
                self.assertIn(allowed, policy)

    def test_who_is_logged_in_is_nobody_else(self):
        _link, token = self._sms_link()
        self.authenticate(self.accountant.login, self.accountant.login)
        self._answer(token, "question", text="Why?")
        self.assertEqual(self._last().create_uid, self.env.ref("base.user_root"))
        self.assertEqual(self._last().note_ids.author_id, self.customer)

    def test_every_field_has_a_label_and_its_error(self):
        _link, token = self._sms_link()
        self._invoice(days_overdue=2)
        debt = self._debt_link()[1]
        for response in (
            self._open(f"{token}/answer/paid"),
            self._open(f"{debt}/answer/paid"),
            self._answer(debt, "paid"),
            self._answer(debt, "question"),
            self._answer(token, "promise"),
        ):
            self._check_labels(response)

    def _check_labels(self, response):
        page = html.fromstring(response.text)
        self.assertEqual(page.get("lang"), "en")
        self.assertEqual(len(page.xpath("//h1")), 1)
        ids = page.xpath("//@id")
        self.assertEqual(len(ids), len(set(ids)))
        for field in page.xpath("//input|//textarea"):
            labels = page.xpath(f"//label[@for='{field.get('id')}']")
            self.assertTrue(labels or field.getparent().tag == "label")
            for id_ in (field.get("aria-describedby") or "").split():
                self.assertIn(id_, ids)
        for link in page.xpath("//a[starts-with(@href, '#')]/@href"):
            self.assertIn(link[1:], ids)

    def test_the_dates_of_the_calendar(self):
        _link, token = self._sms_link()
        for slug, first, last in (("paid", -365, 1), ("promise", 0, 30)):
            page = html.fromstring(self._open(f"{token}/answer/{slug}").text)
            field = page.get_element_by_id("date")
            self.assertEqual(field.get("type"), "date")
            self.assertEqual(field.get("min"), self._day(first))
            self.assertEqual(field.get("max"), self._day(last))

    def test_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.customer.lang = "pl_PL"
        _link, token = self._sms_link()
        self._answer(token, "promise", date=self._day(3))
        response = self._open(f"{token}/answer/promise/thanks")
        self.assertEqual(response.headers["Content-Language"], "pl")
        self.assertEqual(self._last().lang, "pl_PL")
        day = fields.Date.to_date(self._day(3))
        self.assertIn(str(day.year), self._text(response))
        # what is told to the seller is in the seller's words
        self.assertIn("The customer will pay by", self._notes(self.customer))

    def test_what_is_written_stays_out_of_the_log(self):
        _link, token = self._sms_link()
        with self.assertLogs("werkzeug") as log:
            self._answer(token, "question", text="My secret")
        self.assertNotIn(token, "".join(log.output))
        self.assertNotIn("secret", "".join(log.output))

    def test_today_is_that_of_the_seller(self):
        self.company.partner_id.tz = "Pacific/Kiritimati"
        _link, token = self._sms_link()
        today = clock.today_of(self.company)
        response = self._answer(token, "promise", date=str(today - timedelta(days=1)))
        self.assertAsked(response, "date", "This day is over")
        response = self._answer(token, "promise", date=str(today))
        self.assertThanked(response, token, "promise")
