import html
import re
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .answer_common import PHONE, AnswerCommon
from .reply_common import ReplyCommon
from .schedule_common import MONDAY, TOLD, ScheduleCommon

OTHER = "+48601999777"


@tagged("post_install", "-at_install")
class TestWrongNumber(AnswerCommon):
    def setUp(self):
        super().setUp()
        self.move = self._invoice(days_overdue=5)
        self.link, self.token = self._sms_link(self.move)

    def _say_so(self, token=None):
        return self._answer(token or self.token, "wrong-number")

    def _is_stopped(self, number=PHONE):
        blacklist = self.env["phone.blacklist"].sudo()
        return bool(blacklist.search_count([("number", "=", number)]))

    def test_a_tap_by_mistake_does_nothing(self):
        page = self._page(f"{self.token}/answer/wrong-number")
        self.assertIn("number that ends in 888", page)
        self.assertFalse(self._last())
        self.assertEqual(self.customer.sms_phone, PHONE)

    def test_is_blacklisted_and_taken_off_the_customer_and_what_is_open(self):
        contact = self._partner("Anna", parent_id=self.customer.id, sms_phone=PHONE)
        other = self._partner("Jan", parent_id=self.customer.id, sms_phone=OTHER)
        draft = self._invoice(post=False)
        stranger = self._partner("Stranger", sms_phone=PHONE, phone=PHONE)
        self.customer.phone = PHONE
        response = self._say_so()
        self.assertThanked(response, self.token, "wrong-number")
        self.assertTrue(self._is_stopped())
        for record in (self.customer, contact, self.move, draft):
            self.assertFalse(record.sms_phone)
        self.assertEqual(other.sms_phone, OTHER)
        # of others, and where it may be for calls, it stays, and is not written to
        self.assertEqual(stranger.sms_phone, PHONE)
        self.assertTrue(self.customer.phone)
        activity = self._activities()
        self.assertEqual(activity.summary, "Wrong number")
        self.assertIn("Ask the customer for the right one", activity.note)
        self._check_words(contact, draft)
        self.assertNotEqual(self._last().note_ids.author_id, self.customer)

    def _check_words(self, contact, draft):
        """What is said is what was changed, and where the number still stands."""
        words = self._last().outcome
        self.assertIn(f"{PHONE} is on the phone blacklist", words)
        [partners] = re.findall(r"no longer the SMS number of ([^.]*)\.", words)
        self.assertIn(self.customer.name, partners)
        self.assertIn(contact.name, partners)
        self.assertNotIn("Jan", partners)
        [moves] = re.findall(r"no longer the SMS number on ([^.]*)\.", words)
        self.assertIn(self.move.name, moves)
        self.assertIn(draft.display_name, moves)
        self.assertIn(f"still the phone of {self.customer.name}", words)
        self.assertIn(words, html.unescape(self._notes(self.customer)))

    def test_a_number_that_stands_in_phone_alone_stays_there(self):
        customer = self._partner("Phone", phone="601 999 666")
        move = self._invoice(customer, days_overdue=5)
        move.sms_phone = False
        _link, token = self._sms_link(move)
        self._say_so(token)
        words = self._last().outcome
        self.assertIn("+48601999666 is on the phone blacklist", words)
        self.assertNotIn("no longer", words)
        self.assertIn("still the phone of Phone", words)
        self.assertEqual(customer.phone, "601 999 666")

    def test_of_many_invoices_the_number_is_said(self):
        for _number in range(12):
            self._invoice(days_overdue=1)
        self._say_so()
        words = self._last().outcome
        self.assertIn("no longer the SMS number on 13 invoices", words)

    def test_who_has_the_phone_sees_nothing_more(self):
        _link, later = self._sms_link(self._invoice(days_overdue=3))
        _link, mailed = self._invoice_link(self.move)
        self._say_so()
        for token in (self.token, later):
            self.assertEqual(self._open(token).status_code, 404)
            self.assertEqual(self._open(f"{token}/pdf").status_code, 404)
        self.assertEqual(self._open(mailed).status_code, 200)
        page = self._page(f"{self.token}/answer/wrong-number/thanks")
        self.assertIn("Drukarz will not write to this number again", page)
        for words in (self.move.name, "Drukarnia", "22 123 45 67", "100"):
            self.assertNotIn(words, page)
        self.assertThanked(self._say_so(), self.token, "wrong-number")
        self.assertEqual(self.answers.search_count([]), 1)
        other = self._open(f"{later}/answer/wrong-number/thanks")
        self.assertEqual(other.status_code, 404)

    def test_the_portal_s_page_of_the_invoice_is_closed_too(self):
        """*Pay* leads there, with a key of Odoo's own."""
        address = self.move.get_portal_url()
        self.env.flush_all()
        self.assertIn(self.move.name, self.url_open(address).text)
        self._say_so()
        self.assertNotIn(self.move.name, self.url_open(address).text)

    def test_links_of_other_customers_go_on(self):
        other = self._partner("Other", sms_phone=PHONE)
        _link, theirs = self._sms_link(self._invoice(other, days_overdue=3))
        self._say_so()
        self.assertEqual(self._open(theirs).status_code, 200)

    def test_what_waits_is_not_sent(self):
        waiting = self._send(self._invoice(days_overdue=2)).line_ids.sms_ids
        self.assertEqual((waiting.number, waiting.state), (PHONE, "outgoing"))
        other = self.env["sms.sms"].sudo()
        other = other.create(
            {"number": PHONE, "body": "Sale!", "company_id": self.company.id}
        )
        # the blacklist's time is that of the transaction
        other.queued_at -= timedelta(seconds=5)
        self._say_so()
        self._pass()
        for sms in (waiting, other):
            self.assertEqual(sms.state, "canceled")
            self.assertIn("not the customer's number", sms.failure_reason)

    def test_is_not_written_to_by_hand_either(self):
        self._say_so()
        self.move.sms_phone = PHONE
        with self.assertRaisesRegex(UserError, "not the customer's number"):
            self._send(self.move)
        compose = self._compose(self.move | self._invoice(days_overdue=1))
        line = compose.line_ids.filtered(lambda one: one.number == PHONE)
        self.assertEqual(line.reason, "wrong_number")

    def test_of_a_message_that_went_to_another_number(self):
        self.link.env["sms.sms"].search([("link_id", "=", self.link.id)]).write(
            {"redirected_to": OTHER}
        )
        self.env.flush_all()
        self.assertNotIn("Not my number", self._page(self.token))
        self._say_so()
        self.assertFalse(self._is_stopped())

    def test_an_opt_out_becomes_one(self):
        blacklist = self.env["phone.blacklist"].sudo()
        entry = blacklist._add([PHONE])
        self.assertIn("opted out", entry._why_not_written_to()[1])
        self._say_so()
        self.assertEqual(entry._why_not_written_to()[0], "wrong_number")
        blacklist._remove([PHONE])
        self.assertFalse(entry.organizer_wrong_number)

    def test_the_customer_is_called(self):
        self.customer.phone = PHONE
        self._say_so()
        run = self._template("invoice_overdue")._draft_run(self.company, self.move)
        self.assertEqual(run.line_ids.reason, "wrong_number")
        calls = self.env["organizer.run.line"]._to_call_domain(False)
        reasons = dict(run.line_ids._fields["reason"].selection)
        self.assertEqual(reasons["wrong_number"], "Not the customer's number")
        self.assertIn("wrong_number", str(calls))


@tagged("post_install", "-at_install")
class TestWrongNumberAndStart(ReplyCommon):
    """START comes from the stranger who has the phone: a person decides."""

    def setUp(self):
        super().setUp()
        self.blacklist = self.env["phone.blacklist"].sudo()
        sms = self._sms()
        link = sms.link_id.sudo()
        self.env["organizer.answer"].sudo()._take(
            link, "wrong_number", {"move_ids": link.move_id.ids}
        )
        self.number = sms.number

    def test_start_does_not_lift_it(self):
        self.assertTrue(self._is_stopped(self.number))
        reply = self._reply("START", number=self.number)
        self.assertIn("stays on the phone blacklist", reply.outcome)
        self.assertTrue(self._is_stopped(self.number))
        self.assertFalse(self._confirmations())

    def test_what_a_person_has_lifted_is_like_any_other(self):
        self.blacklist._remove([self.number])
        self.assertFalse(self._is_stopped(self.number))
        self._reply("STOP", number=self.number)
        self.assertTrue(self._is_stopped(self.number))
        self._reply("START", number=self.number)
        self.assertFalse(self._is_stopped(self.number))


@tagged("post_install", "-at_install")
class TestAnswersAndSchedules(ScheduleCommon):
    """What customers say on the page holds for what is sent by itself."""

    def _said(self, move, kind, **values):
        links = self.env["organizer.link"].with_user(self.accountant)
        link = links.sudo().browse(links._make(move)[move.id].link_id)
        values = {"move_ids": move.ids, **values}
        return self.env["organizer.answer"].sudo()._take(link, kind, values)

    def test_a_promise_pauses_until_its_day_and_then_it_goes_on(self):
        day = MONDAY + timedelta(days=2)
        with self._at(MONDAY, 8):
            self._schedule("customer_overdue_debt", repeat_days=1)
            move = self._due(10)
            self._said(move, "promise", date=day)
        self._nights(MONDAY, 4)
        story = [(when, what) for when, _step, what in self._story(self.customer)]
        self.assertEqual(
            story,
            [
                ("2026-06-01", "promised"),
                ("2026-06-02", "promised"),
                ("2026-06-03", "promised"),
                ("2026-06-04", "told"),
            ],
        )
        with self._at(day + timedelta(days=1), 20):
            self.assertTrue(self.customer.reminder_promise_broken)
            again = self._said(move, "promise", date=day + timedelta(days=5))
        self.assertEqual(again.broken_on, day)
        self.assertIn("has not kept it", str(again.note_ids[:1].body))

    def test_a_question_leaves_the_invoice_out(self):
        with self._at(MONDAY, 8):
            self._schedule(levels="7")
            asked, other = self._due(7), self._due(7, partner=self._partner("Other"))
            other.sms_phone = "+48601999111"
            self._said(asked, "question", text="Why?")
        self._night(MONDAY)
        self.assertIn(self._lines(move_id=other.id).outcome, TOLD)
        told = self._lines(move_id=asked.id).filtered("told")
        self.assertFalse(told.sms_ids)

    def test_a_payment_is_given_time(self):
        with self._at(MONDAY, 8):
            self._schedule(levels="7")
            move = self._due(7)
            self._said(move, "paid", date=MONDAY)
        self.assertEqual(
            self.customer.reminder_paused_until, MONDAY + timedelta(days=7)
        )
        self._night(MONDAY)
        self.assertEqual(self._lines(move_id=move.id).mapped("reason"), ["paused"])

    def test_a_wrong_number_is_left_out_although_it_is_its_phone(self):
        with self._at(MONDAY, 8):
            self._schedule(levels="7")
            move = self._due(7)
        self.customer.phone = self.customer.sms_phone
        self.env["phone.blacklist"].sudo()._add_wrong_number(
            self.customer.sms_phone, "Not mine"
        )
        self._night(MONDAY)
        self.assertEqual(
            self._lines(move_id=move.id).mapped("reason"), ["wrong_number"]
        )
