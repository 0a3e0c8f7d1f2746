from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .schedule_common import MONDAY, ScheduleCommon

SCHEDULES = "odoo.addons.sms_organizer.models.organizer_schedule_pass"
TROUBLE = "odoo.addons.sms_organizer.models.organizer_schedule_trouble"


@tagged("post_install", "-at_install")
class TestSchedulePass(ScheduleCommon):
    """Batches: what is stopped goes on where it was; nothing grows with the number."""

    def _many(self, count, **values):
        for number in range(count):
            partner = self._partner(f"Many {number}", sms_phone=f"+486011{number:05}")
            self._due(7, partner=partner, **values)

    def test_a_night_that_fails_halfway_goes_on(self):
        with self._at(MONDAY, 9):
            schedule = self._schedule(levels="7")
            self._many(9)
        registry = self.env.registry["organizer.schedule"]
        original, batches = registry._next_batch, []

        def _next_batch(self, run, batch, levels):
            if len(batches) == 2:
                raise OSError("The machine is going down")
            batches.append(batch)
            return original(self, run, batch, levels)

        with patch(f"{SCHEDULES}.BATCH", 2), self._at(MONDAY):
            # not assertRaises, which would undo what was done
            with (
                patch.object(registry, "_next_batch", _next_batch),
                suppress(OSError),
            ):
                self.schedules._process()
            self.assertEqual(len(self._lines(told=True)), 4)
            run = schedule.run_ids
            self.assertEqual(run.state, "preparing")
            self.schedules._process()
        self.assertEqual(schedule.run_ids, run)
        self.assertEqual(len(self._lines(told=True)), 9)
        self.assertEqual(len(set(self._lines().mapped("occasion"))), 9)
        self.assertEqual(run.state, "sending")

    def test_the_time_of_a_run_is_kept(self):
        with self._at(MONDAY, 9):
            schedule = self._schedule(levels="7")
            self._many(4)
        registry = self.env.registry["organizer.schedule"]
        with patch(f"{SCHEDULES}.BATCH", 2), self._at(MONDAY):
            with patch.object(registry, "_commit", lambda self, processed=0: 0):
                self.schedules._process()
            self.assertEqual(len(self._lines()), 2)
            self.assertTrue(schedule._is_due(schedule.next_run_on))
            self.schedules._process()
        self.assertEqual(len(self._lines()), 4)

    def test_a_customer_is_never_torn_apart(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7", days_between=1)
            for _number in range(4):
                self._due(7)
        with patch(f"{SCHEDULES}.BATCH", 2):
            self._night(MONDAY)
        self.assertEqual(len(self._lines(told=True)), 1)
        self.assertEqual(len(self._lines(reason="too_recent")), 3)

    def test_a_run_that_was_left_behind_is_closed(self):
        with self._at(MONDAY, 9):
            schedule = self._schedule(levels="7, 8", days_between=0)
            self._many(4)
        registry = self.env.registry["organizer.schedule"]
        with (
            patch(f"{SCHEDULES}.BATCH", 2),
            patch.object(registry, "_commit", lambda self, processed=0: 0),
            self._at(MONDAY),
        ):
            self.schedules._process()
        self._night(MONDAY + timedelta(days=1))
        self.assertEqual(len(schedule.run_ids), 2)
        self.assertNotIn("preparing", schedule.run_ids.mapped("state"))
        steps = self._lines(told=True).filtered("sms_ids").mapped("step")
        self.assertEqual(sorted(steps), ["7", "7", "8", "8", "8", "8"])

    def test_what_is_said_again_later_is_removed_in_the_end(self):
        with self._at(MONDAY, 9):
            self._schedule(levels="7")
            self._due(7, partner=self._partner("Silent"))
        self._nights(MONDAY, 3)
        first, second, last = self._lines()
        runs = first.run_id | second.run_id
        self.env.cr.execute(
            "UPDATE organizer_run SET create_date = %s WHERE id IN %s",
            [MONDAY, (*runs.ids, last.run_id.id)],
        )
        lines = self.env["organizer.run.line"].sudo()
        with self._at(MONDAY + timedelta(days=80)):
            lines._gc_repeated()
        self.assertTrue(first.exists())
        with self._at(MONDAY + timedelta(days=95)):
            lines._gc_repeated()
        self.assertEqual((first | second | last).exists(), last)
        self.assertEqual(runs.mapped("removed_count"), [1, 1])

    def _queries(self, count, basis, **values):
        """Queries of one run over so many customers."""
        with self._at(MONDAY, 9):
            schedule = self._schedule(basis, **values)
            self._many(count)
            self.env.flush_all()
            self.env.invalidate_all()
        with self._at(MONDAY):
            before = self.env.cr.sql_log_count
            self.assertTrue(schedule.sudo()._run_slot())
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

    def _assert_bounded(self, basis, **values):
        counts = []
        for number in (8, 60):
            with self.env.cr.savepoint() as savepoint:
                counts.append(self._queries(number, basis, **values))
                self.assertEqual(len(self._lines(told=True)), number)
                savepoint.rollback()
            self.env.invalidate_all()
        few, many = counts
        self.assertLessEqual(many, few, f"{basis}: {few} queries for 8, {many} for 60")

    def test_queries_do_not_grow_with_invoices(self):
        self._assert_bounded("invoice_overdue", levels="7")

    def test_queries_do_not_grow_with_debtors(self):
        self._assert_bounded("customer_overdue_debt", window="country")

    # -- what stands in the way ------------------------------------------------------

    def test_trouble_is_told_to_the_one_in_charge_once(self):
        with self._at(MONDAY, 9):
            schedule = self._schedule(levels="7")
            schedule.template_id.active = False
            self._due(7)
        registry = self.env.registry["organizer.schedule"]
        with (
            patch.object(registry, "_can_commit", lambda self: True),
            patch.object(registry, "_commit", lambda self, processed=0: 1),
            patch.object(registry, "_roll_back", lambda self: None),
        ):
            self._night(MONDAY)
            self._night(MONDAY, 11)
        self.assertEqual(len(schedule.activity_ids), 1)
        self.assertIn("archived", schedule.activity_ids.note)
        self.assertIn("archived", schedule.problem)

    @mute_logger(TROUBLE)
    def test_trouble_of_one_is_not_the_others(self):
        with self._at(MONDAY, 9):
            broken = self._schedule(levels="7", sequence=1)
            self._schedule("customer_overdue_debt", sequence=2)
            self._due(7)
        registry = self.env.registry["organizer.schedule"]
        original = registry._run_slot

        def _run_slot(self):
            if self == broken:
                raise ZeroDivisionError
            return original(self)

        with (
            patch.object(registry, "_run_slot", _run_slot),
            patch.object(registry, "_can_commit", lambda self: True),
            patch.object(registry, "_commit", lambda self, processed=0: 1),
            patch.object(registry, "_roll_back", lambda self: None),
        ):
            self._night(MONDAY)
        self.assertTrue(self._lines())
        self.assertTrue(broken.activity_ids)

    def test_who_may_not_send_any_more(self):
        schedule = self._schedule()
        self.accountant.group_ids = [
            (3, self.env.ref("account.group_account_invoice").id)
        ]
        self.assertIn("may not send", schedule._problem())
        with self.assertRaises(UserError):
            schedule._check_can_run()
