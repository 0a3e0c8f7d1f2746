from datetime import timedelta

from odoo.tests import tagged

from .schedule_common import MONDAY, ScheduleCommon


@tagged("post_install", "-at_install")
class TestScheduleStories(ScheduleCommon):
    """A month of nights: who pays late, who pays half, and who never pays."""

    def test_a_month_of_three_customers(self):
        late = self._partner("Pays late", sms_phone="+48601234501")
        half = self._partner("Pays half", sms_phone="+48601234502")
        never = self._partner("Never pays", sms_phone="+48601234503")
        with self._at(MONDAY, 9):
            self._schedule("invoice_due_soon", levels="-3", sequence=1)
            self._schedule("invoice_overdue", levels="3, 10", sequence=2)
            self._schedule(
                "customer_overdue_debt", repeat_days=7, days_from=14, sequence=3
            )
            moves = {
                partner: self._due(-3, partner=partner)
                for partner in (late, half, never)
            }
        for number in range(31):
            day = MONDAY + timedelta(days=number)
            self._night(day)
            with self._at(day, 15):
                if number == 8:  # five days late
                    self._pay(moves[late])
                if number == 10:
                    self._pay(moves[half], 60)
        self.assertEqual(
            self._story(late),
            [
                ("2026-06-01", "-3", "told"),
                ("2026-06-07", "3", "told"),
            ],
        )
        told = [one for one in self._story(half) if one[2] == "told"]
        self.assertEqual(
            told,
            [
                ("2026-06-01", "-3", "told"),
                ("2026-06-07", "3", "told"),
                ("2026-06-14", "10", "told"),
                ("2026-06-18", "2026-06-18", "told"),
                ("2026-06-25", "2026-06-25", "told"),
            ],
        )
        self.assertEqual([one for one in self._story(never) if one[2] == "told"], told)
        # whoever was not told on a day was told why
        others = {one[2] for one in self._story(never)} - {"told"}
        self.assertEqual(others, {"too_recent"})
        texts = self._lines(commercial_partner_id=half.id).filtered("told")
        amounts = ["100.00", "100.00", "40.00", "40.00", "40.00"]
        for line, amount in zip(texts, amounts, strict=True):
            self.assertIn(amount, line.text)
        self.assertEqual(len(self._lines().filtered("sms_ids").sms_ids), 2 + 5 + 5)
        self.assertEqual(set(self._lines().run_id.mapped("state")), {"done"})
