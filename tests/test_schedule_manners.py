from datetime import date, datetime, timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .schedule_common import MONDAY, ScheduleCommon

FRIDAY = MONDAY + timedelta(days=4)


@tagged("post_install", "-at_install")
class TestScheduleManners(ScheduleCommon):
    """Not at night, not too often, not who asked for patience."""

    def _told(self, **values):
        return self._lines(told=True, **values)

    # -- hours -----------------------------------------------------------------------

    def test_outside_the_window_it_waits_for_the_next_opening(self):
        with self._at(FRIDAY, 9):
            self._schedule(levels="7", hour=21, window="country")
            move = self._invoice_due(FRIDAY - timedelta(days=7))
        with self._at(FRIDAY, 21):
            self.schedules._process()
            self._pass()
            line = self._lines()
            self.assertEqual((line.move_id, line.outcome), (move, "waiting"))
            # Monday 08:00 in Warsaw
            self.assertEqual(line.planned_on, datetime(2026, 6, 8, 6, 0))
            self.assertIn("Leaves on 6/8/26", line.explanation)
        with self._at(MONDAY + timedelta(days=7), 7, 59):
            self._pass()
            self.assertEqual(line.outcome, "waiting")
        with self._at(MONDAY + timedelta(days=7), 8, 0):
            self._pass()
        self.assertIn(line.outcome, ("sent", "delivered"))

    def test_a_public_holiday_waits(self):
        holiday = date(2026, 11, 11)  # Poland's independence day
        with self._at(holiday, 9):
            self._schedule(levels="7", window="country")
            self._invoice_due(holiday - timedelta(days=7))
        self._night(holiday)
        self.assertEqual(self._lines().planned_on, datetime(2026, 11, 12, 7, 0))

    def test_the_recipients_clock_counts(self):
        """At 10:00 in Warsaw it is evening in Auckland: of the next working day."""
        zealand = self.env.ref("base.nz")
        far = self._partner(
            "Far", country_id=zealand.id, sms_phone="+64211234567", tz=False
        )
        with self._at(MONDAY, 9):
            self._schedule(levels="7", window="country")
            self._due(7, partner=far)
        self._night(MONDAY)
        # Tuesday is there 12 hours before: 09:00 is 21:00 of Monday in UTC
        self.assertEqual(self._lines().planned_on, datetime(2026, 6, 1, 21, 0))

    def test_the_clocks_change_before_the_window_opens(self):
        saturday = date(2026, 10, 24)
        with self._at(saturday, 9):
            self._schedule(levels="7", window="country")
            self._invoice_due(saturday - timedelta(days=7))
        self._night(saturday)
        # 08:00 on Monday, in winter time
        self.assertEqual(self._lines().planned_on, datetime(2026, 10, 26, 7, 0))

    def test_own_hours(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7", window="own", window_from=11.5, window_to=12.5)
            self._due(7)
        with self._at(MONDAY):
            self.schedules._process()
        self.assertEqual(self._lines().planned_on, datetime(2026, 6, 1, 9, 30))

    def test_what_comes_to_its_turn_too_late_waits_again(self):
        """The gateway was down until the night."""
        with self._at(MONDAY, 9):
            self._schedule(levels="7", window="country")
            self._due(7)
        with self._at(MONDAY):
            self.schedules._process()
        with self._at(MONDAY, 23):
            self._pass()
        sms = self._lines().sms_ids
        self.assertEqual(sms.state, "outgoing")
        self.assertEqual(sms.next_attempt_at, datetime(2026, 6, 2, 6, 0))
        with self._at(MONDAY + timedelta(days=1), 8):
            self._pass()
        self.assertIn(sms.state, ("pending", "sent"))

    def test_emails_wait_too(self):
        self.customer.email = "office@drukarnia.example"
        with self._at(MONDAY, 9):
            schedule = self._schedule(
                "customer_overdue_debt", "email", hour=22, window="country"
            )
            self._due(7)
        self._night(MONDAY, 22)
        line = self._lines(schedule_id=schedule.id)
        self.assertEqual(line.mail_state, "waiting")
        mail = self.env["mail.mail"].search([("run_line_id", "=", line.id)])
        self.assertEqual(str(mail.scheduled_date)[:16], "2026-06-02 06:00")

    # -- how often -------------------------------------------------------------------

    def test_one_message_a_day_over_all_schedules(self):
        with self._at(MONDAY, 9):
            first = self._schedule(levels="7", days_between=0)
            second = self._schedule(
                "customer_overdue_debt", days_between=0, hour=11, repeat_days=30
            )
            self._due(7)
        self._night(MONDAY)
        self._night(MONDAY, 11)
        self.assertTrue(self._told(schedule_id=first.id))
        line = self._lines(schedule_id=second.id)
        self.assertEqual(line.reason, "too_recent")
        self.assertIn("6/1", line.why.replace("06/01", "6/1"))
        self._night(MONDAY + timedelta(days=1), 11)
        self.assertTrue(self._told(schedule_id=second.id))

    def test_so_many_days_between(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7, 8, 9, 10, 11", days_between=3)
            self._due(7)
        self._nights(MONDAY, 5)
        self.assertEqual(
            [one[1:] for one in self._story(self.customer) if one[2] == "told"],
            [("7", "told"), ("10", "told")],
        )

    def test_what_a_person_sends_counts_but_is_not_held_back(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7", days_between=1)
            move = self._due(7)
            self._send(move)
        self._night(MONDAY)
        self.assertEqual(self._lines().reason, "too_recent")
        with self._at(MONDAY, 12):
            self.assertTrue(self._send(move).line_ids.sms_ids)
        self._night(MONDAY + timedelta(days=1))
        self.assertTrue(self._told())

    def test_what_failed_is_no_message(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7, 8", days_between=3)
            self.customer.sms_phone = "+48500600700"  # refused by the sandbox
            self._due(7)
        self._nights(MONDAY, 2)
        self.assertEqual(
            [one[1:] for one in self._story(self.customer)],
            [("7", "failed"), ("8", "failed")],
        )

    def test_greece_gives_ten_days(self):
        greek = self._partner(
            "Taverna", country_id=self.env.ref("base.gr").id, sms_phone="+306912345678"
        )
        with self._at(MONDAY, 9):
            self._schedule(levels="7", window="country")
            self._due(7, partner=greek)
        self._nights(MONDAY, 5)
        self.assertEqual(
            [one[2] for one in self._story(greek)], ["too_early"] * 4 + ["told"]
        )

    # -- who is left alone -----------------------------------------------------------

    def _reason(self, **values):
        with self._at(MONDAY, 9):
            self._schedule(levels="7", **values)
            self._due(7)
        self._night(MONDAY)
        line = self._lines()
        self.assertFalse(line.sms_ids)
        return line.reason

    def _agree(self, **values):
        self.customer.with_company(self.company).write(values)

    def test_excluded(self):
        self._agree(reminder_excluded=True)
        self.assertEqual(self._reason(), "excluded")

    def test_excluded_by_another_company_only(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.customer.with_company(other).reminder_excluded = True
        with self._at(MONDAY, 9):
            self._schedule(levels="7")
            self._due(7)
        self._night(MONDAY)
        self.assertTrue(self._told())

    def test_opted_out(self):
        self.env["phone.blacklist"].create({"number": self.customer.sms_phone})
        self.assertEqual(self._reason(), "opted_out")

    def test_one_of_us(self):
        self.customer = self.company.partner_id
        self.customer.sms_phone = "+48601234569"
        with self._at(MONDAY, 9):
            self._schedule(levels="7")
            self._due(7, partner=self.customer)
        self._night(MONDAY)
        self.assertEqual(self._lines().reason, "internal")

    def test_disputed(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7")
            self._due(7).no_followup = True
        self._night(MONDAY)
        self.assertEqual(self._lines().reason, "disputed")

    def test_a_pause_ends_by_itself(self):
        self._agree(reminder_paused_until=MONDAY + timedelta(days=2))
        self.assertEqual(self._reason(), "paused")
        self._nights(MONDAY + timedelta(days=1), 2)
        self.assertEqual(
            [one[::2] for one in self._story(self.customer)],
            [
                ("2026-06-01", "paused"),
                ("2026-06-02", "paused"),
                ("2026-06-03", "told"),
            ],
        )

    def test_a_promise_is_waited_for(self):
        self._agree(reminder_promised_on=MONDAY + timedelta(days=1))
        self.assertEqual(self._reason(), "promised")
        self._nights(MONDAY + timedelta(days=1), 2)
        self.assertEqual(
            [one[2] for one in self._story(self.customer)],
            ["promised", "promised", "told"],
        )

    def test_everything_rests(self):
        self.company.organizer_paused_until = MONDAY + timedelta(days=1)
        self.assertEqual(self._reason(), "paused")
        self._night(MONDAY + timedelta(days=1))
        self.assertTrue(self._told())

    # -- who may have paid -----------------------------------------------------------

    def _bank_entry(self, day):
        journal = self.company_data["default_journal_bank"]
        self.env["account.bank.statement.line"].create(
            {"journal_id": journal.id, "date": day, "amount": 5, "payment_ref": "x"}
        )

    def test_reminders_wait_for_the_bank(self):
        self.company.organizer_bank_days = 2
        self._bank_entry(MONDAY - timedelta(days=3))
        with self._at(MONDAY, 9):
            schedule = self._schedule(levels="7")
            self._due(7)
        self._nights(MONDAY, 2)
        self.assertEqual(
            [one[2] for one in self._story(self.customer)], ["bank", "bank"]
        )
        self.assertEqual(len(schedule.activity_ids), 1)
        self.assertEqual(schedule.activity_ids.user_id, self.accountant)
        self.assertIn("bank", schedule.activity_ids.note)
        self._bank_entry(MONDAY + timedelta(days=1))
        self._night(MONDAY + timedelta(days=2))
        self.assertTrue(self._told())

    def test_bank_days_end_somewhere(self):
        for days in (-1, 36501):
            with self.assertRaisesRegex(ValidationError, "from 1 to 36500, or 0 not"):
                self.company.organizer_bank_days = days

    def test_bank_days_beyond_the_calendar_were_stored_before(self):
        self._bank_entry(MONDAY - timedelta(days=3))
        with self._at(MONDAY, 9):
            self._schedule(levels="7")
            self._due(7)
        self.env.cr.execute(
            "UPDATE res_company SET organizer_bank_days = 2147483647 WHERE id = %s",
            [self.company.id],
        )
        self.company.invalidate_recordset()
        self._night(MONDAY)
        self.assertTrue(self._told())

    def test_what_is_not_overdue_asks_no_bank(self):
        self.company.organizer_bank_days = 2
        with self._at(MONDAY, 9):
            self._schedule("invoice_due_soon", levels="-3")
            self._due(-3)
        self._night(MONDAY)
        self.assertTrue(self._told())
