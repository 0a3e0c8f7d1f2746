from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .schedule_common import MONDAY, ScheduleCommon


@tagged("post_install", "-at_install")
class TestSchedulePosted(ScheduleCommon):
    """As soon as posted; and recurring invoices."""

    def _at_once(self, **values):
        return self._schedule(
            "invoice_issued", levels="", as_soon_as_posted=True, **values
        )

    def _post(self, **values):
        return self._invoice(invoice_date=MONDAY - timedelta(days=40), **values)

    def test_it_is_told_at_once_and_once(self):
        with self._at(MONDAY, 15):
            self._at_once()
            move = self._post()
            for _pass in range(2):
                self.schedules._process()
            self._pass()
        self._nights(MONDAY + timedelta(days=1), 2)
        self.assertEqual(self._story(self.customer), [("2026-06-01", "posted", "told")])
        self.assertEqual(self._lines().move_id, move)

    def test_posting_wakes_the_scheduled_action(self):
        with self._at(MONDAY, 15):
            self._at_once()
            cron = self.env.ref("sms_organizer.ir_cron_schedule")
            triggers = self.env["ir.cron.trigger"]
            triggers.search([("cron_id", "=", cron.id)]).unlink()
            self._post()
        trigger = triggers.search([("cron_id", "=", cron.id)])
        self.assertTrue(trigger)

    def test_nobody_is_told_of_what_was_posted_before(self):
        with self._at(MONDAY, 15):
            self._post()
            self._at_once()
        self._nights(MONDAY, 2)
        self.assertFalse(self._lines())

    def test_the_other_invoices_of_a_customer_come_on_the_next_days(self):
        with self._at(MONDAY, 8):
            self._at_once()
            moves = [self._post() for _number in range(3)]
            self.schedules._process()
        self._nights(MONDAY, 4)
        told = self._lines().filtered("told")
        self.assertEqual([line.move_id for line in told], moves)
        days = [self.schedules._local_date(line.planned_on).day for line in told]
        self.assertEqual(days, [1, 2, 3])

    def test_without_a_schedule_nothing_is_marked(self):
        self.assertFalse(self._post().sms_posted_on)

    def test_refunds_are_not_told(self):
        with self._at(MONDAY, 15):
            self._at_once()
            self._post(move_type="out_refund")
            self.schedules._process()
        self.assertFalse(self._lines())

    def test_one_schedule_for_each_channel(self):
        """Both look at the same invoice; one message a day goes out."""
        self.customer.email = "office@drukarnia.example"
        with self._at(MONDAY, 15):
            sms = self._at_once(sequence=1)
            self._at_once(channel="email", sequence=2, name="Mail")
            self._post()
            self.schedules._process()
        told = self._lines().filtered("told")
        self.assertEqual(told.schedule_id, sms)

    def test_a_recurring_invoice_takes_its_number_along(self):
        with self._at(MONDAY, 8):
            self._at_once()
            number = "+48601999888"
            move = self._invoice(
                post=False, auto_post="monthly", invoice_date=MONDAY, date=MONDAY
            )
            move.sms_phone = number
            move.action_post()
            self.schedules._process()
        copy = self.env["account.move"].search(
            [("auto_post_origin_id", "=", move.id), ("state", "=", "draft")]
        )
        self.assertEqual(copy.sms_phone, number)
        self.assertFalse(copy.sms_posted_on)
        month = fields.Date.add(MONDAY, months=1)
        cron = self.env.registry["ir.cron"]
        with (
            self._at(month, 3),
            patch.object(cron, "_commit_progress", lambda *args, **kwargs: 1),
        ):
            self.env["account.move"]._autopost_draft_entries()
            self.assertEqual(copy.state, "posted")
            self.schedules._process()
            self._pass()
        line = self._lines(move_id=copy.id)
        self.assertEqual((line.number, line.step), (number, "posted"))
        self.assertIn(line.outcome, ("sent", "delivered"))
