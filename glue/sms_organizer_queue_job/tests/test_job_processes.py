from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.queue_job.controllers.main import RunJobController
from odoo.addons.queue_job.job import ENQUEUED, PENDING, STARTED, Job
from odoo.addons.sms_organizer.gateways.base import Outcome, Verdict
from odoo.addons.sms_organizer.gateways.sandbox import SandboxGateway

from .job_process_common import JobProcessCommon


class Killed(BaseException):
    """As SIGKILL: nothing of ours catches it."""


@tagged("post_install", "-at_install")
class TestJobProcesses(JobProcessCommon):
    """Jobs with real transactions, done as queue_job's controller does them."""

    def setUp(self):
        super().setUp()
        self.handed_over = []

    def _provider(self, before=None):
        """Accept all, after ``before()`` was called."""

        def send(_gateway, messages):
            self.handed_over += [message.reference for message in messages]
            if before:
                before()
            return [Outcome(one.reference, Verdict.ACCEPTED) for one in messages]

        return patch.object(SandboxGateway, "send", send)

    def _run(self, method):
        """As a worker of Odoo's whom the runner asks to."""
        with self._process() as env:
            job = self._jobs(env, method).filtered(lambda job: job.state == PENDING)
            job.ensure_one().state = ENQUEUED
            uuid = job.uuid
        with self._process() as env:
            job = RunJobController._acquire_job(env, uuid)
            RunJobController._try_perform_job(env, job)
        return uuid

    def _state(self, uuid):
        with self._process() as env:
            return Job.load(env, uuid).state

    # -- whether jobs take over ------------------------------------------------------

    def _takes_over(self):
        with self._process() as env:
            return env["organizer.job"]._takes_over()

    def test_only_where_somebody_runs_jobs(self):
        self.assertFalse(self._takes_over())
        with self._runner():
            self.assertTrue(self._takes_over())
        self.assertFalse(self._takes_over())

    def test_without_a_runner_the_scheduled_action_sends(self):
        ids = self._queue(2)
        with self._provider():
            self._wake()
            self._pass()
        self.assertEqual(self._states(ids), ["pending", "pending"])
        with self._process() as env:
            self.assertFalse(self._jobs(env, "_job_pass"))
            self.assertFalse(self._jobs(env, "_job_send"))

    def test_a_job_that_nobody_begins_is_not_waited_for(self):
        ids = self._queue(2)
        with self._runner(), self._provider():
            self._pass()
            self.assertEqual(self._states(ids), ["outgoing", "outgoing"])
            with self._process() as env:
                jobs = self._jobs(env, "_job_send")
                env.cr.execute(
                    "UPDATE queue_job SET date_created = now() - interval '4 minutes'"
                    " WHERE id = ANY(%s)",
                    [jobs.ids],
                )
                self.assertEqual(len(jobs), 1)
            self.assertFalse(self._takes_over())
            self._pass()
        self.assertEqual(self._states(ids), ["pending", "pending"])

    # -- waking ----------------------------------------------------------------------

    def test_waking_queues_one_job_when_it_is_committed(self):
        with self._runner():
            with self._process() as env:
                env["sms.sms"]._wake()
                env["sms.sms"]._wake()
                with self._process() as other:
                    self.assertFalse(self._jobs(other, "_job_pass"))
            self._wake()
            with self._process() as env:
                self.assertEqual(len(self._jobs(env, "_job_pass")), 1)

    def test_what_is_rolled_back_wakes_nobody(self):
        with self._runner(), self._process() as env:
            env["sms.sms"]._wake()
            env.cr.rollback()
            env.cr.commit()
            self.assertFalse(self._jobs(env, "_job_pass"))

    def test_waking_that_fails_does_not_undo_what_was_committed(self):
        jobs = self.env.registry["organizer.job"]

        def _queue_pass(_jobs, _model):
            raise OSError("No connection is left")

        with self._runner(), patch.object(jobs, "_queue_pass", _queue_pass):
            with self._process() as env:
                sms = env["sms.sms"].create(
                    {"number": "+48601234567", "company_id": self.company_id}
                )
                env["sms.sms"]._wake()
            self.assertEqual(self._states(sms.ids), ["outgoing"])

    # -- jobs ------------------------------------------------------------------------

    def test_a_job_commits_each_step_and_keeps_its_lock(self):
        ids = self._queue(2)
        seen = []

        def look():
            seen.append(self._states(ids))
            with self._process() as env:
                job = self._jobs(env, "_job_send")
                seen.append(job.state)
                seen.append(Job.load(env, job.uuid).lock())

        with self._runner(), self._provider(before=look):
            self._wake()
            self._run("_job_pass")
            uuid = self._run("_job_send")
        self.assertEqual(seen, [["process", "process"], STARTED, False])
        self.assertEqual(self._states(ids), ["pending", "pending"])
        self.assertEqual(self._state(uuid), "done")

    def test_a_job_that_was_killed_and_is_done_again_sends_nothing_twice(self):
        ids = self._queue(2)

        def die():
            raise Killed

        with self._runner():
            self._pass()
            with self._provider(before=die), self.assertRaises(Killed):
                self._run("_job_send")
            self.assertEqual(self._states(ids), ["process", "process"])
            with self._process() as env:
                job = self._jobs(env, "_job_send")
                self.assertEqual(job.state, STARTED)
                self.assertTrue(Job.load(env, job.uuid).lock(), "nobody has it")
                job.state = PENDING  # as the runner does with those
            with self._provider():
                self._run("_job_send")
                self.assertEqual(self._states(ids), ["process", "process"])
                self._let_time_pass(ids)
                self._pass()
        self.assertEqual(self._states(ids), ["unconfirmed", "unconfirmed"])
        self.assertEqual(len(self.handed_over), 2)

    def test_two_jobs_share_what_waits(self):
        ids = self._queue(5)

        def another():
            if len(self.handed_over) == 2:
                with self._process() as env:
                    env["sms.sms"]._job_send(self.company_id, self.gateway_id)

        claim_size = "odoo.addons.sms_organizer.models.sms_claim.CLAIM_SIZE"
        with self._runner(), self._provider(before=another), patch(claim_size, 2):
            self._pass()
            self._run("_job_send")
        self.assertEqual(set(self._states(ids)), {"pending"})
        self.assertEqual(len(self.handed_over), 5)
        self.assertEqual(len(set(self.handed_over)), 5)
