from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .schedule_common import MONDAY, ScheduleCommon


@tagged("post_install", "-at_install")
class TestSchedule(ScheduleCommon):
    """Levels and repetitions: which night tells whom what."""

    def test_off_until_it_is_switched_on(self):
        schedule = self._schedule(is_on=False)
        self.assertFalse(schedule.next_run_on)
        self._due(7)
        self._night(MONDAY)
        self.assertFalse(self._lines())

    def test_each_level_is_told_once(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7, 14")
            self._due(7)
        self._nights(MONDAY, 20)
        self.assertEqual(
            self._story(self.customer),
            [("2026-06-01", "7", "told"), ("2026-06-08", "14", "told")],
        )

    def test_before_and_after_in_one_schedule(self):
        """Before the due date, an invoice is judged by another basis."""
        with self._at(MONDAY, 9):
            self._schedule(levels="-3, 0, 7, 14")
            self._due(-3)
        self._nights(MONDAY, 20)
        self.assertEqual(
            self._story(self.customer),
            [
                ("2026-06-01", "-3", "told"),
                ("2026-06-04", "0", "told"),
                ("2026-06-11", "7", "told"),
                ("2026-06-18", "14", "told"),
            ],
        )
        self.assertEqual(
            self._lines().run_id.sorted("slot").mapped("basis"),
            ["invoice_due_soon"] * 2 + ["invoice_overdue"] * 2,
        )

    def test_before_its_time_nothing_runs(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7")
            self._due(7)
        self._night(MONDAY, 9, 59)
        self.assertFalse(self._lines())
        self._night(MONDAY, 10, 0)
        self.assertEqual(len(self._lines()), 1)

    def test_a_second_run_tells_nobody(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7")
            self._due(7)
        for _again in range(3):
            self._night(MONDAY)
        self.assertEqual(len(self._lines()), 1)

    def test_after_downtime_only_the_highest_level(self):
        with self._at(MONDAY, 9):
            schedule = self._schedule(levels="7, 8, 9", days_between=0)
            self._due(6)
        # the nights of 7 and 8 are missed
        self._night(MONDAY + timedelta(days=3))
        self._night(MONDAY + timedelta(days=4))
        self.assertEqual(
            self._story(self.customer),
            [
                ("2026-06-04", "9", "told"),
                ("2026-06-04", "7", "superseded"),
                ("2026-06-04", "8", "superseded"),
            ],
        )
        self.assertIn("9 days after", self._lines(step="7").explanation)
        self.assertEqual(schedule.run_count, 2)

    def test_what_is_too_old_is_not_caught_up(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7", catch_up_days=3)
            self._due(10, partner=self.customer)
            late = self._partner("Late", sms_phone="+48601234568")
            self._due(11, partner=late)
        self._night(MONDAY)
        self.assertEqual(self._lines().partner_id, self.customer)

    def test_who_has_no_number_is_told_once_it_has_one(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7")
            silent = self._partner("Silent")
            self._due(7, partner=silent)
        self._nights(MONDAY, 2)
        silent.sms_phone = "+48601234568"
        self._nights(MONDAY + timedelta(days=2), 2)
        self.assertEqual(
            self._story(silent),
            [
                ("2026-06-01", "7", "no_number"),
                ("2026-06-02", "7", "no_number"),
                ("2026-06-03", "7", "told"),
            ],
        )

    def test_a_debt_is_told_every_so_many_days(self):
        with self._at(MONDAY, 9):
            self._schedule("customer_overdue_debt", repeat_days=5)
            self._due(7)
        self._nights(MONDAY, 12)
        told = [one for one in self._story(self.customer) if one[2] == "told"]
        self.assertEqual(
            [day for day, _step, _outcome in told],
            ["2026-06-01", "2026-06-06", "2026-06-11"],
        )
        self.assertEqual(len(self._lines(reason="too_recent")), 9)

    def test_a_debt_only_of_so_many_days(self):
        with self._at(MONDAY, 9):
            self._schedule("customer_overdue_debt", days_from=10, days_to=20)
            self._due(9)
        self._night(MONDAY)
        self.assertFalse(self._lines())
        self._night(MONDAY + timedelta(days=1))
        self.assertEqual(len(self._lines()), 1)

    def test_weekdays_and_month_days(self):
        with self._at(MONDAY, 9):
            weekly = self._schedule(
                every="weekdays",
                monday=False,
                wednesday=False,
                thursday=False,
                friday=False,
            )
            monthly = self._schedule(every="month", month_day=31)
        self.assertEqual(str(weekly.next_run_on), "2026-06-02 08:00:00")
        self.assertEqual(str(monthly.next_run_on), "2026-06-30 08:00:00")

    def test_the_hour_stays_when_the_clocks_change(self):
        with self._at(MONDAY.replace(month=10, day=24), 11):
            schedule = self._schedule()
        self.assertEqual(str(schedule.next_run_on), "2026-10-25 09:00:00")
        with self._at(MONDAY.replace(month=10, day=23), 11):
            schedule.write({"is_on": False})
            schedule.write({"is_on": True})
        self.assertEqual(str(schedule.next_run_on), "2026-10-24 08:00:00")

    def test_a_schedule_narrows_its_template(self):
        group = self.env["res.partner.category"].create({"name": "Retail"})
        retail = self._partner(
            "Retail", sms_phone="+48601234568", category_id=[(4, group.id)]
        )
        with self._at(MONDAY, 9):
            self._schedule(levels="7", category_ids=group.ids)
            self._due(7)
            self._due(7, partner=retail)
        self._night(MONDAY)
        self.assertEqual(self._lines().partner_id, retail)

    def test_below_the_amount(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7", amount_from=200)
            self._due(7, amount=199)
        self._night(MONDAY)
        self.assertEqual(self._story(self.customer), [("2026-06-01", "7", "outside")])

    def test_credit_notes_and_drafts_are_no_candidates(self):
        with self._at(MONDAY, 9):
            self._schedule("invoice_issued", levels="0")
            self._invoice(invoice_date=MONDAY, move_type="out_refund")
            self._invoice(invoice_date=MONDAY, post=False)
        self._night(MONDAY)
        self.assertFalse(self._lines())

    def test_invoices_of_one_customer_are_told_together(self):
        template = self.env["organizer.template"].create(
            {
                "name": "All",
                "basis": "invoice_overdue",
                "text": "[number] [link] and others: [open_invoices], [overdue_debt]",
            }
        )
        with self._at(MONDAY, 9):
            self._schedule(levels="7", template_id=template.id)
            first, second = self._due(8), self._due(7)
        self._nights(MONDAY, 5)
        self.assertEqual(
            [(line.move_id, line.reason) for line in self._lines()],
            [(first, False), (second, "together")],
        )
        self.assertIn(first.name, self._lines(reason="together").explanation)

    def test_where_they_cannot_be_the_others_wait(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7", days_between=1)
            moves = [self._due(7) for _number in range(3)]
        self._nights(MONDAY, 5)
        told = self._lines().filtered("told")
        self.assertEqual([line.move_id for line in told], moves)
        self.assertEqual(told.mapped(lambda line: line.planned_on.day), [1, 2, 3])

    def test_what_is_cancelled_at_the_last_moment_may_be_told_again(self):
        """Less is open than was told: tomorrow's text says how much."""
        with self._at(MONDAY, 9):
            self._schedule(levels="7")
            move = self._due(7)
        with self._at(MONDAY):
            self.schedules._process()
            self._pay(move, 40)
        with self._at(MONDAY, 11):
            self._pass()
        line = self._lines()
        self.assertEqual(line.outcome, "cancelled")
        self._night(MONDAY + timedelta(days=1))
        again = self._lines() - line
        self.assertIn(again.outcome, ("sent", "delivered"))
        self.assertIn("60.00", again.text)
        with self.assertRaisesRegex(UserError, "told already"):
            line.sms_ids.with_user(self.accountant).action_send_again()

    # -- wrong input -----------------------------------------------------------------

    def test_wrong_input_names_the_field(self):
        schedule = self._schedule(is_on=False)
        free = self.env["organizer.template"].create(
            {"name": "Free", "basis": "free_text", "text": "Hello"}
        )
        issued = self._template("invoice_issued").id
        for values, words in (
            ({"levels": "seven"}, "Days: “seven”"),
            ({"levels": "99999"}, "Days: “99999” is too far"),
            ({"levels": ""}, "Days: enter"),
            ({"hour": 24}, "Time:"),
            ({"month_day": 0}, "Day of the month:"),
            ({"catch_up_days": -1}, "Catch up:"),
            ({"window": "own", "window_from": 19, "window_to": 9}, "Hours:"),
            ({"template_id": free.id}, "Template:"),
            ({"channel": "email"}, "Template:"),
            ({"template_id": issued, "levels": "-3"}, "Days: an invoice cannot"),
            ({"amount_from": 9, "amount_to": 5}, "Amount:"),
            ({"domain": "[('x', '=', 1)]"}, "Further conditions:"),
        ):
            with (
                self.subTest(values),
                self.assertRaisesRegex(ValidationError, words),
                self.env.cr.savepoint(),
            ):
                schedule.write(values)

    def test_levels_in_words(self):
        schedule = self._schedule(levels="7,-3;0")
        self.assertEqual(
            schedule.levels_words,
            "3 days before it is due, on the due date, 7 days after it was due",
        )
        self.assertIn("Every day at 10:00", schedule.sentence)

    def test_what_was_used_is_not_deleted(self):
        with self._at(MONDAY, 9):
            schedule = self._schedule(levels="7")
            self._due(7)
        self._night(MONDAY)
        with self.assertRaisesRegex(UserError, "archive"):
            schedule.unlink()
