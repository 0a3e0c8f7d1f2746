from datetime import timedelta

from odoo.tests import tagged

from .answer_common import AnswerCommon


@tagged("post_install", "-at_install")
class TestLedgerIsNotSummedUp(AnswerCommon):
    """What is asked of a customer's debts is worked out of its own lines alone: in a
    ledger of any size it takes no longer."""

    def setUp(self):
        super().setUp()
        self._invoice(days_overdue=5)
        self.link, self.token = self._debt_link()
        self._answer(self.token, "promise", date=self._day(3))
        last = self._last()
        last.date = self.today - timedelta(days=2)
        self.customer.reminder_promised_on = last.date

    def _sums(self, ask):
        """:return: list of the statements that add up what is open"""
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertLogs("odoo.sql_db", "DEBUG") as log:
            ask()
        return [line for line in log.output if "SUM(item.residual)" in line]

    def _check(self, sums):
        self.assertTrue(sums)
        for statement in sums:
            asked = statement.rpartition('AS "organizer_debtor"')[2]
            self.assertIn('"organizer_debtor"."partner_id" IN', asked)

    def test_on_the_page(self):
        self._check(self._sums(self.link._answer_values))
        self._check(self._sums(self.link._promises_left))

    def test_when_an_answer_is_taken(self):
        values = {"date": self.today, "move_ids": self.link._documents().ids}
        self._check(
            self._sums(lambda: self.answers._take(self.link, "promise", values))
        )
        self.assertEqual(self._last().in_a_row, 2)

    def test_on_the_customers_form(self):
        customers = self.customer | self._partner("Other")
        self._check(self._sums(lambda: customers.mapped("reminder_promise_broken")))
        self.assertTrue(self.customer.reminder_promise_broken)
