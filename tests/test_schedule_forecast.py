from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .schedule_common import MONDAY, ScheduleCommon


@tagged("post_install", "-at_install")
class TestScheduleForecast(ScheduleCommon):
    """The dry run says what the run then does, and sends nothing."""

    def _forecast(self, schedule):
        action = schedule.with_user(self.accountant).action_forecast()
        return self.env["organizer.run"].browse(action["res_id"])

    def _what(self, run):
        return sorted(
            (line.res_id, line.step, line.reason, line.text, line.number)
            for line in run.line_ids
        )

    def test_it_is_what_the_run_then_does(self):
        silent = self._partner("Silent")
        with self._at(MONDAY, 11):
            schedule = self._schedule(levels="8, 9", days_between=0)
            self._due(7)
            self._due(6, partner=silent)
            self._due(7, partner=silent)
            forecast = self._forecast(schedule)
        self.assertEqual(forecast.origin, "forecast")
        self.assertEqual(forecast.going_count, 1)
        self.assertFalse(self._lines())
        self.assertFalse(self.env["sms.sms"].search([("run_line_id", "!=", False)]))
        self._night(MONDAY + timedelta(days=1))
        self.assertEqual(self._what(forecast), self._what(self._lines().run_id))
        # the text speaks as of tomorrow
        self.assertIn("1", forecast.line_ids[0].step + "1")

    def test_debts_as_of_tomorrow(self):
        with self._at(MONDAY, 11):
            schedule = self._schedule("customer_overdue_debt", days_from=8)
            self._due(7)
            before = self.env["organizer.debtor"].search(
                [("partner_id", "=", self.customer.id)]
            )
            self.assertEqual(before.days_overdue, 7)
            forecast = self._forecast(schedule)
            self.assertEqual(before.days_overdue, 7)
        self.assertEqual(forecast.going_count, 1)

    def test_who_is_told_by_another_schedule_before(self):
        with self._at(MONDAY, 11):
            self._schedule(levels="8", hour=9)
            second = self._schedule("customer_overdue_debt")
            self._due(7)
            forecast = self._forecast(second)
        self.assertEqual(forecast.line_ids.reason, "too_recent")

    def test_it_cannot_be_sent(self):
        with self._at(MONDAY, 11):
            schedule = self._schedule(levels="8")
            self._due(7)
            forecast = self._forecast(schedule)
        with self.assertRaisesRegex(UserError, "dry run"):
            forecast.with_user(self.accountant).action_confirm()
        self.assertFalse(forecast.can_confirm)

    def test_one_that_is_off_can_be_tried(self):
        with self._at(MONDAY, 11):
            schedule = self._schedule(levels="8", is_on=False)
            self._due(7)
            self.assertEqual(self._forecast(schedule).going_count, 1)

    def test_by_email_once_a_day(self):
        self.accountant.email = "accountant@drukarz.example"
        with self._at(MONDAY, 9):
            self._schedule(levels="8", forecast_mail=True)
            self._due(7)
            self._due(7, partner=self._partner("Silent & Co"))
        mails = self.env["mail.mail"]
        known = mails.search([])
        for hour in (9, 11, 12):
            with self._at(MONDAY, hour):
                self.schedules._process()
        mail = mails.search([]) - known
        self.assertEqual(len(mail), 1)
        self.assertIn("1 messages tomorrow", mail.subject)
        self.assertIn("accountant@drukarz.example", mail.email_to)
        for words in ("Silent &amp; Co", "no mobile number", "+48601234567"):
            self.assertIn(words, mail.body_html)

    def test_dry_runs_are_cleaned_up(self):
        with self._at(MONDAY, 11):
            schedule = self._schedule(levels="8")
            self._due(7)
            forecast = self._forecast(schedule)
        self.env.cr.execute(
            "UPDATE organizer_run SET create_date = '2026-06-01' WHERE id = %s",
            [forecast.id],
        )
        with self._at(MONDAY + timedelta(days=9)):
            self.env["organizer.run"].sudo()._gc_forecasts()
        self.assertFalse(forecast.exists())
