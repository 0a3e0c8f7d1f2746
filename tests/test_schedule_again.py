from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .schedule_common import MONDAY, ScheduleCommon

REFUSED = "+48500600700"
TROUBLE = "odoo.addons.sms_organizer.models.organizer_schedule_trouble"


@tagged("post_install", "-at_install")
class TestScheduleAgain(ScheduleCommon):
    """Once, and not less: what happens between the run and the message."""

    def _agree(self, **values):
        self.customer.with_company(self.company).write(values)

    def _told(self, **values):
        return self._lines(**values).filtered("sms_ids")

    # -- agreed after the run --------------------------------------------------------

    def test_two_who_tell_at_once_begin_again(self):
        """Odoo then repeats the second one's request, which sees what was told."""
        lines = self.env.registry["organizer.run.line"]
        found = UniqueViolation("organizer_run_line_occasion_once")
        template = self.env["organizer.template"]._on_offer(
            "sms", self.company, "invoice_issued"
        )[:1]
        run = template._draft_run(self.company, self._invoice())
        with (
            patch.object(lines, "_take_untold", side_effect=found),
            self.assertRaises(ConcurrencyError),
        ):
            run._send()

    def test_what_is_agreed_overnight_holds(self):
        for number, agreed in enumerate(
            (
                {"reminder_excluded": True},
                {"reminder_paused_until": MONDAY + timedelta(days=9)},
                {"reminder_promised_on": MONDAY + timedelta(days=9)},
            )
        ):
            with self.subTest(agreed), self.env.cr.savepoint() as savepoint:
                with self._at(MONDAY, 9):
                    self._schedule(levels="7", hour=21, window="country")
                    self._due(7)
                with self._at(MONDAY, 21):
                    self.schedules._process()
                self._agree(**agreed)
                with self._at(MONDAY + timedelta(days=1), 9):
                    self._pass()
                line = self._lines()
                self.assertEqual(line.outcome, "cancelled", number)
                self.assertFalse(line.told)
                savepoint.rollback()

    def test_switched_off_or_paused_overnight(self):
        with self._at(MONDAY, 9):
            schedule = self._schedule(levels="7", hour=21, window="country")
            self._due(7)
        with self._at(MONDAY, 21):
            self.schedules._process()
        schedule.is_on = False
        with self._at(MONDAY + timedelta(days=1), 9):
            self._pass()
        self.assertIn("switched off", self._lines().explanation)

    def test_what_is_agreed_before_a_draft_is_confirmed(self):
        with self._at(MONDAY, 9):
            schedule = self._schedule(levels="7", review=True)
            self._due(7)
        self._night(MONDAY)
        self._agree(reminder_excluded=True)
        with self._at(MONDAY, 14):
            schedule.run_ids.with_user(self.accountant).action_confirm()
        self.assertEqual(self._lines().reason, "changed")
        self.assertIn("no reminders", self._lines().why)

    # -- once ------------------------------------------------------------------------

    def test_what_may_have_been_sent_keeps_its_occasion(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7")
            move = self._due(7)
        with self._at(MONDAY):
            self.schedules._process()
        sms = self._lines().sms_ids
        sms.sudo().write({"is_doubtful": True, "state": "outgoing"})
        self._pay(move, 40)
        sms.sudo()._cancel_unwanted()
        self.assertEqual(sms.state, "unconfirmed")
        self.assertTrue(self._lines().told)

    def test_an_email_is_not_tried_again_after_its_sms(self):
        self.customer.email = "office@drukarnia.example"
        mail = self._template("invoice_overdue", "email")
        mail.attach_document = False
        with self._at(MONDAY, 9):
            self._schedule(
                channel="email",
                levels="7",
                template_id=mail.id,
                fallback_template_id=self._template("invoice_overdue").id,
            )
            self._due(7)
        with self._at(MONDAY):
            self.schedules._process()
            line = self._lines().sudo()
            line._set_mail_state("failed", "Refused")
            self.schedules._process()
        self.assertTrue(line.fallback_ids.told)
        with self.assertRaisesRegex(UserError, "told already"):
            line.mail_ids.mark_outgoing()

    def test_posted_and_level_0_are_one(self):
        with self._at(MONDAY, 8):
            self._schedule("invoice_issued", levels="0, 5", as_soon_as_posted=True)
            self._invoice(invoice_date=MONDAY)
            self.schedules._process()
        self._nights(MONDAY, 7)
        self.assertEqual(
            [one[1:] for one in self._story(self.customer)],
            [("posted", "told"), ("5", "told")],
        )

    # -- not less --------------------------------------------------------------------

    def _all_template(self):
        return self.env["organizer.template"].create(
            {
                "name": "All",
                "basis": "invoice_overdue",
                "text": "[number] [link] and others: [open_invoices]",
            }
        )

    def test_told_together_with_what_was_then_paid(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7", template_id=self._all_template().id)
            first, second = self._due(7), self._due(7)
        with self._at(MONDAY):
            self.schedules._process()
            self._pay(first)
            self._pass()
        self.assertFalse(self._lines().filtered("told"))
        self._night(MONDAY + timedelta(days=1))
        self.assertEqual(self._lines(told=True).move_id, second)

    def test_told_together_with_what_failed(self):
        self.customer.sms_phone = REFUSED
        with self._at(MONDAY, 9):
            self._schedule(
                levels="7", days_between=0, template_id=self._all_template().id
            )
            first, second = self._due(7), self._due(7)
        self._night(MONDAY)
        self.customer.sms_phone = second.sms_phone = "+48601234567"
        self._night(MONDAY + timedelta(days=1))
        self.assertEqual(self._lines(outcome="failed").move_id, first)
        self.assertEqual(self._told(move_id=second.id).step, "7")

    def test_overdue_comes_before_due_soon(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="-3, 7")
            self._due(-3)
            late = self._due(7)
        self._night(MONDAY)
        self.assertEqual(self._lines(told=True).move_id, late)

    def test_the_dry_run_says_the_same_of_both(self):
        with self._at(MONDAY, 9):
            schedule = self._schedule(levels="-3, 7")
            self._due(-3)
            self._due(7)
            run = schedule._forecast()
        self.assertEqual(run.going_count, 1)

    def test_many_invoices_of_a_customer_come_one_after_the_other(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7", days_between=3, catch_up_days=7)
            moves = [self._due(7) for _number in range(5)]
        self._nights(MONDAY, 14)
        self.assertEqual([one.move_id for one in self._told()], moves)

    def test_once_a_month_misses_nothing(self):
        first = MONDAY.replace(month=7, day=1)
        with self._at(MONDAY, 9):
            self._schedule(levels="7", every="month", month_day=1, days_between=0)
            partners = []
            for number in range(0, 30, 3):
                partner = self._partner(f"P{number}", sms_phone="+48601234567")
                partners.append(partner)
                self._due(7 - 1 - number, partner=partner)
        self._night(first)
        self.assertEqual(len(self._told()), len(partners))

    def test_a_week_is_a_week(self):
        """Whatever the window makes of it: it runs on Saturdays."""
        saturdays = {day: day == "saturday" for day in self._days()}
        with self._at(MONDAY, 9):
            self._schedule(
                "customer_overdue_debt", every="weekdays", window="country", **saturdays
            )
            self._due(7)
        for week in range(3):
            self._night(MONDAY + timedelta(days=5 + 7 * week))
            with self._at(MONDAY + timedelta(days=7 + 7 * week), 12):
                self._pass()
        self.assertEqual(len(self._told()), 3)

    def _days(self):
        return (
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        )

    def test_a_pause_does_not_lose_what_was_posted(self):
        with self._at(MONDAY, 9):
            self._schedule("invoice_issued", levels="", as_soon_as_posted=True)
            self.company.organizer_paused_until = MONDAY + timedelta(days=12)
            self._invoice(invoice_date=MONDAY)
        self._nights(MONDAY, 13)
        self.assertEqual(len(self._told()), 1)

    def test_what_was_posted_is_not_told_months_later(self):
        with self._at(MONDAY, 9):
            schedule = self._schedule(
                "invoice_issued", levels="", as_soon_as_posted=True
            )
            self._invoice(invoice_date=MONDAY)
            schedule.is_on = False
        with self._at(MONDAY + timedelta(days=60), 9):
            schedule.is_on = True
            self.schedules._process()
        self.assertFalse(self._lines())

    def test_a_payment_that_is_not_matched_covers(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7")
            self._due(7)
            payment = self.env["account.payment"].create(
                {
                    "partner_id": self.customer.id,
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "amount": 100,
                }
            )
            payment.action_post()
        self._night(MONDAY)
        if payment.move_id:
            self.assertEqual(self._lines().reason, "paid")
            self.assertIn("not matched", self._lines().why)

    # -- the other channel -----------------------------------------------------------

    def test_by_the_other_channel_with_the_same_manners(self):
        self.customer.write({"sms_phone": False, "email": "office@drukarnia.example"})
        mail = self._template("invoice_overdue", "email")
        mail.attach_document = False
        with self._at(MONDAY, 9):
            self._schedule(levels="7", days_between=1, fallback_template_id=mail.id)
            for _number in range(3):
                self._due(7)
        with self._at(MONDAY):
            for _pass in range(3):
                self.schedules._process()
        self.assertEqual(len(self._lines().filtered("mail_state")), 1)

    def test_by_the_other_channel_only_after_review(self):
        self.customer.write({"sms_phone": False, "email": "office@drukarnia.example"})
        mail = self._template("invoice_overdue", "email")
        mail.attach_document = False
        with self._at(MONDAY, 9):
            schedule = self._schedule(
                levels="7", review=True, fallback_template_id=mail.id
            )
            self._due(7)
        self._night(MONDAY)
        run = schedule.run_ids
        self.assertEqual(run.state, "draft")
        with self._at(MONDAY, 12):
            run.with_user(self.accountant).action_confirm()
            self.schedules._process()
        other = schedule.run_ids - run
        self.assertEqual((other.origin, other.state), ("fallback", "draft"))
        self.assertFalse(self._lines().filtered("mail_state"))
        with self._at(MONDAY, 13):
            other.with_user(self.accountant).action_confirm()
        self.assertEqual(other.line_ids.mail_state, "waiting")

    def test_by_the_other_channel_in_one_draft(self):
        self.customer.write({"sms_phone": False, "email": "office@drukarnia.example"})
        mail = self._template("invoice_overdue", "email")
        mail.attach_document = False
        with self._at(MONDAY, 9):
            schedule = self._schedule(
                levels="7", review=True, fallback_template_id=mail.id
            )
            for _number in range(3):
                self._due(7)
        self._night(MONDAY)
        with self._at(MONDAY, 12):
            schedule.run_ids.with_user(self.accountant).action_confirm()
        for minute in (10, 20, 30):
            with self._at(MONDAY, 12, minute):
                self.schedules._process()
        other = schedule.run_ids.filtered(lambda run: run.origin == "fallback")
        self.assertEqual(len(other), 1)
        with self._at(MONDAY, 13):
            other.with_user(self.accountant).action_confirm()
        self.assertEqual(len(other.line_ids.filtered("mail_state")), 1)

    # -- one stops no other ----------------------------------------------------------

    @mute_logger(TROUBLE)
    def test_one_that_cannot_be_judged(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7")
            moves = self.env["account.move"]
            for number in range(5):
                partner = self._partner(f"P{number}", sms_phone=f"+4860123450{number}")
                moves |= self._due(7, partner=partner)
        basis = self.env.registry["organizer.basis.invoice_overdue"]
        original = basis._refusals

        def _refusals(self, documents):
            if moves[2].id in documents.ids:
                raise AccessError(basis._description)
            return original(self, documents)

        with patch.object(basis, "_refusals", _refusals), self._at(MONDAY):
            self.schedules._process()
        self.assertEqual(len(self._told()), 4)
        line = self._lines(reason="unjudged")
        self.assertEqual(line.move_id, moves[2])
        self.assertIn("may not see it", line.why)

    # -- drafts ----------------------------------------------------------------------

    def _draft(self, day=MONDAY, **values):
        with self._at(day, 9):
            schedule = self._schedule(levels="7", review=True, **values)
            self._invoice_due(day - timedelta(days=7))
        return schedule

    def test_a_draft_made_late_has_its_whole_day(self):
        schedule = self._draft(every="month", month_day=1, catch_up_days=30)
        self._night(MONDAY + timedelta(days=32), 8)
        with self._at(MONDAY + timedelta(days=32), 9):
            self.schedules._process()
        self.assertEqual(schedule.run_ids.mapped("state"), ["draft"])

    def test_a_draft_is_not_sent_on_the_next_day(self):
        schedule = self._draft()
        self._night(MONDAY)
        with (
            self._at(MONDAY + timedelta(days=1), 0, 5),
            self.assertRaisesRegex(UserError, "another day"),
        ):
            schedule.run_ids.with_user(self.accountant).action_confirm()

    def test_two_mended_lines_of_one_customer(self):
        silent = self._partner("Silent")
        schedule = self._draft()
        with self._at(MONDAY, 9):
            self._due(7, partner=silent)
            self._due(7, partner=silent)
        self._night(MONDAY)
        run = schedule.run_ids.with_user(self.accountant)
        lines = run.line_ids.filtered(lambda line: line.partner_id == silent)
        for line in lines:
            line.number = "+48601234599"
        with self._at(MONDAY, 12):
            run.action_confirm()
        self.assertEqual(len(lines.filtered("sms_ids")), 1)

    def test_a_big_draft_is_queued_in_the_background(self):
        schedule = self._draft()
        with self._at(MONDAY, 9):
            for number in range(4):
                partner = self._partner(f"P{number}", sms_phone=f"+4860123450{number}")
                self._due(7, partner=partner)
        self._night(MONDAY)
        run = schedule.run_ids
        review = "odoo.addons.sms_organizer.models.organizer_run_review"
        with self._at(MONDAY, 12), patch(f"{review}.AT_ONCE", 2):
            run.with_user(self.accountant).action_confirm()
            self.assertEqual(run.state, "confirmed")
            self.assertFalse(self._told())
            self.schedules._process()
        self.assertEqual(run.state, "sending")
        self.assertEqual(len(self._told()), 5)

    # -- rights ----------------------------------------------------------------------

    def test_the_template_of_anothers_schedule(self):
        template = self.env["organizer.template"].with_user(self.accountant)
        template = template.create(
            {"name": "Ours", "basis": "invoice_overdue", "text": "[number] [link]"}
        )
        self._schedule(template_id=template.id, user_id=self.env.user.id)
        with self.assertRaisesRegex(UserError, "in charge"):
            template.domain = "[('id', '>', 0)]"
        template.name = "Still ours"

    def test_a_dry_run_is_for_who_may_see_the_books(self):
        schedule = self._schedule()
        sender = new_test_user(
            self.env,
            "sender",
            groups="sms_organizer.group_sms_send",
            company_id=self.company.id,
        )
        with self.assertRaises(AccessError):
            schedule.with_user(sender).action_forecast()

    def test_the_clock_cannot_be_set_from_outside(self):
        move = self._invoice(days_overdue=0)
        basis = self.env["organizer.basis"]._get("invoice_overdue")
        later = basis.with_context(organizer_now=MONDAY + timedelta(days=999))
        self.assertIn(move.id, later._refusals(move))
