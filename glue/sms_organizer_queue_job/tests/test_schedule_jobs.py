from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.sms_organizer.tests.schedule_common import MONDAY, ScheduleCommon

from .job_common import JobCommon

BATCH = "odoo.addons.sms_organizer.models.organizer_schedule_pass.BATCH"
AT_ONCE = "odoo.addons.sms_organizer.models.organizer_run_review.AT_ONCE"
JOB_SECONDS = "odoo.addons.sms_organizer_queue_job.models.organizer_job.JOB_SECONDS"


@tagged("post_install", "-at_install")
class TestScheduleJobs(JobCommon, ScheduleCommon):
    def _many(self, count):
        with self._at(MONDAY, 9):
            schedule = self._schedule(levels="7")
            for number in range(count):
                partner = self._partner(
                    f"Many {number}", sms_phone=f"+486011{number:05}"
                )
                self._due(7, partner=partner)
        return schedule

    def _texts(self):
        return sorted(
            (line.commercial_partner_id.name, line.sms_ids.body.partition("/s/")[0])
            for line in self._lines(told=True)
        )

    def test_the_scheduled_action_leaves_each_schedule_to_a_job(self):
        schedule = self._many(5)
        with self._with_jobs() as trap, self._at(MONDAY), patch(BATCH, 2):
            self.schedules._process()
            self.assertFalse(self._lines())
            trap.assert_jobs_count(1)
            trap.assert_enqueued_job(schedule._job_step, args=("_run_slot",))
            job = trap.enqueued_jobs[0]
            self.assertEqual(job.channel, "root.sms_organizer.run")
            self.assertIn(schedule.name, job.description)
            self._do_all(trap)
        self.assertEqual(len(self._lines(told=True)), 5)
        self.assertEqual(schedule.run_ids.state, "sending")

    def test_it_says_what_it_says_without_jobs(self):
        self._many(5)
        before = self.env.cr.savepoint()
        with self._at(MONDAY):
            self.schedules._process()
        texts = self._texts()
        before.close(rollback=True)
        self.env.invalidate_all()
        self.assertFalse(self._lines())
        with self._with_jobs() as trap, self._at(MONDAY):
            self.schedules._process()
            self._do_all(trap)
        self.assertEqual(len(texts), 5)
        self.assertEqual(self._texts(), texts)

    def test_a_job_works_some_batches_and_the_next_one_goes_on(self):
        schedule = self._many(5)
        with self._with_jobs() as trap, self._at(MONDAY), patch(BATCH, 2):
            self.schedules._process()
            with patch(JOB_SECONDS, 0):
                counts = []
                while trap.enqueued_jobs:
                    self._do(trap)
                    counts.append(len(self._lines(told=True)))
                    self.assertLess(len(counts), 10)
        self.assertEqual(counts[:3], [2, 4, 5])
        self.assertEqual(len(schedule.run_ids), 1)
        self.assertEqual(schedule.run_ids.state, "sending")

    def test_a_job_that_is_repeated_tells_nobody_twice(self):
        self._many(5)
        with self._with_jobs() as trap, self._at(MONDAY):
            self.schedules._process()
            job = trap.enqueued_jobs[0]
            for _time in range(3):
                job.func(*job.args)
            self.schedules._process()
            self._do_all(trap)
        self.assertEqual(len(self._lines()), 5)
        self.assertEqual(len(self._lines().sms_ids), 5)

    def test_a_big_draft_that_was_confirmed_is_queued_by_jobs(self):
        schedule = self._many(5)
        schedule.review = True
        with self._at(MONDAY):
            self.schedules._process()
            run = schedule.run_ids
            self.assertEqual(run.state, "draft")
            with self._with_jobs() as trap, patch(AT_ONCE, 2):
                run.with_user(self.accountant).action_confirm()
                self.assertEqual(run.state, "confirmed")
                self.schedules._process()
                trap.assert_enqueued_job(
                    schedule._job_step, args=("_queue_run", run.sudo())
                )
                done = self._do_all(trap)
        self.assertEqual(run.state, "sending")
        self.assertEqual(len(run.line_ids.sms_ids), 5)
        self.assertTrue(done)

    def test_a_big_draft_that_a_person_made_is_queued_by_jobs(self):
        schedule = self._many(5)
        schedule.review = True
        with self._at(MONDAY):
            self.schedules._process()
            run = schedule.run_ids
            run.sudo().schedule_id = False  # as one from Send to Buyer
            with self._with_jobs() as trap, patch(AT_ONCE, 2):
                run.with_user(self.accountant).action_confirm()
                self.schedules._process()
                self.assertIn(run.name, trap.enqueued_jobs[-1].description)
                self._do_all(trap)
        self.assertEqual(run.state, "sending")
        self.assertEqual(len(run.line_ids.sms_ids), 5)

    def _switch(self, is_on):
        self.company.sudo().organizer_auto_invoice_overdue = is_on

    def test_a_job_asks_again_whether_it_is_switched_on(self):
        schedule = self._many(5)
        with self._with_jobs() as trap, self._at(MONDAY), patch(BATCH, 2):
            self.schedules._process()
            with patch(JOB_SECONDS, 0):
                self._do(trap)
            self.assertEqual(len(self._lines(told=True)), 2)
            self._switch(False)
            self._do_all(trap)
            self.assertEqual(len(self._lines(told=True)), 2)
            self.assertFalse(schedule.activity_ids, "no trouble: it is switched off")
            self._switch(True)
            self.schedules._process()
            self._do_all(trap)
        self.assertEqual(len(self._lines(told=True)), 5)

    def test_a_draft_waits_between_two_jobs_while_it_is_switched_off(self):
        schedule = self._many(5)
        schedule.review = True
        with self._at(MONDAY), self._with_jobs() as trap, patch(AT_ONCE, 2):
            self.schedules._process()
            self._do_all(trap)
            run = schedule.run_ids
            run.with_user(self.accountant).action_confirm()
            self.schedules._process()
            with patch(JOB_SECONDS, 0):
                self._do(trap)
            self.assertEqual(len(run.line_ids.sms_ids), 2)
            self._switch(False)
            self._do_all(trap)
            self.assertEqual(len(run.line_ids.sms_ids), 2)
            self.assertEqual(run.state, "confirmed")
            self.assertFalse(schedule.activity_ids)
            self._switch(True)
            self.schedules._process()
            self._do_all(trap)
        self.assertEqual(len(run.line_ids.sms_ids), 5)
        self.assertEqual(run.state, "sending")

    def test_a_schedule_may_be_gone_before_its_job(self):
        schedule = self._many(1)
        with self._with_jobs() as trap, self._at(MONDAY):
            self.schedules._process()
            schedule.unlink()
            self._do_all(trap)
        self.assertFalse(self._lines())

    def test_a_later_time_is_left_to_the_scheduled_action(self):
        cron = self.env.ref("sms_organizer.ir_cron_schedule")
        triggers = self.env["ir.cron.trigger"]
        with self._with_jobs() as trap, self._at(MONDAY):
            known = triggers.search_count([("cron_id", "=", cron.id)])
            self.schedules._wake(self.env.cr.now())
            self.assertEqual(
                triggers.search_count([("cron_id", "=", cron.id)]), known + 1
            )
            trap.assert_jobs_count(0)
