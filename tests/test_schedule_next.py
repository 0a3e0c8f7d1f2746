from datetime import timedelta

from odoo.tests import tagged

from .schedule_common import MONDAY, ScheduleCommon


@tagged("post_install", "-at_install")
class TestScheduleNext(ScheduleCommon):
    """The tab *Reminders*: what comes next and when, and why nothing does."""

    def _outlook(self, document, day=MONDAY, hour=11):
        with self._at(day, hour):
            return self.schedules.with_user(self.accountant)._outlook(
                document.with_user(self.accountant)
            )

    def _one(self, document, **at):
        (one,) = self._outlook(document, **at)
        return str(one.planned_on), one.step, one.why

    def test_the_next_level_of_an_invoice(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="-3, 7, 14")
            move = self._due(7)
        self.assertEqual(
            self._one(move, hour=9),
            ("2026-06-01 08:00:00", "7 days after it was due", ""),
        )
        self._night(MONDAY)
        self.assertEqual(
            self._one(move), ("2026-06-08 08:00:00", "14 days after it was due", "")
        )
        self._nights(MONDAY + timedelta(days=1), 7)
        self.assertEqual(
            self._one(move, day=MONDAY + timedelta(days=8)),
            ("False", "", "Everything that was due has been told."),
        )

    def test_why_nothing_comes(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7", amount_from=50)
            paid, draft, old, small = (
                self._due(7),
                self._invoice_due(MONDAY - timedelta(days=7)),
                self._due(60),
                self._due(7, amount=49),
            )
            self._pay(paid)
            draft.button_draft()
        for move, words in (
            (paid, "is paid"),
            (draft, "not posted"),
            (old, "Its days are over"),
            (small, "amount is below"),
        ):
            with self.subTest(words):
                self.assertIn(words, self._one(move, hour=9)[2])

    def test_what_was_posted_and_waits_for_its_turn(self):
        with self._at(MONDAY, 8):
            schedule = self._schedule(
                "invoice_issued", levels="", as_soon_as_posted=True
            )
            first, second = (self._invoice(invoice_date=MONDAY) for _one in "ab")
            self.schedules._process()
        self._night(MONDAY)
        self.assertEqual(
            self._one(second, hour=11),
            ("2026-06-02 08:00:00", "as soon as it is posted", ""),
        )
        self.assertIn("has been told", self._one(first)[2])
        with self._at(MONDAY, 11):
            self.assertEqual(schedule._forecast().line_ids.move_id, second)

    def test_no_schedule_is_on(self):
        self._schedule(is_on=False)
        self.assertFalse(self._outlook(self._due(7)))

    def test_the_next_repetition_to_a_customer(self):
        with self._at(MONDAY, 9):
            self._schedule("customer_overdue_debt", repeat_days=7)
            self._due(7)
        self._night(MONDAY)
        self.assertEqual(self._one(self.customer), ("2026-06-08 08:00:00", "", ""))
        customer = self.customer.with_company(self.company)
        customer.reminder_excluded = True
        self.assertIn("gets no reminders", self._one(self.customer)[2])

    def test_what_is_in_the_way_of_the_schedule(self):
        schedule = self._schedule(levels="7")
        schedule.template_id.active = False
        self.assertIn("archived", self._one(self._due(7))[2])

    def test_the_tab_says_it(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7, 14")
            self._schedule("customer_overdue_debt")
            move = self._due(7)
        self._night(MONDAY)
        with self._at(MONDAY, 11):
            mine = move.with_user(self.accountant)
            self.assertIn("14 days after it was due", mine.organizer_outlook)
            self.assertIn("customer_overdue_debt", mine.organizer_outlook)
            customer = self.customer.with_user(self.accountant)
            self.assertIn("customer_overdue_debt", customer.organizer_outlook)
        self.assertEqual(len(mine.organizer_line_ids), 1)
        self.assertEqual(
            customer.organizer_line_ids.mapped("reason"), [False, "too_recent"]
        )

    def test_next_of_a_list_takes_as_many_queries(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7, 14")
            self._schedule("customer_overdue_debt")
            partners = self.env["res.partner"]
            for number in range(12):
                partner = self._partner(f"Many {number}", sms_phone="+48601234567")
                self._due(7, partner=partner)
                partners |= partner

            def queries(customers):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                found = self.schedules._next_by_customer(self.company, customers)
                self.assertEqual(set(found), set(customers.ids))
                return self.env.cr.sql_log_count - before

            queries(partners[:2])
            self.assertEqual(queries(partners[:2]), queries(partners))
