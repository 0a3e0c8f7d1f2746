from odoo.modules import Manifest
from odoo.tests import tagged

from odoo.addons import sms_organizer_queue_job
from odoo.addons.queue_job.controllers.main import RunJobController
from odoo.addons.queue_job.job import ENQUEUED, PENDING, STARTED, Job

from .job_process_common import JobProcessCommon


@tagged("post_install", "-at_install")
class TestUninstall(JobProcessCommon):
    """What it leaves in the queue when it is uninstalled."""

    def setUp(self):
        super().setUp()
        self._queue(1)
        with self._runner():
            self._pass()
        with self._process() as env:
            job = self._jobs(env, "_job_send")
            self.assertEqual(job.state, PENDING)
            self.uuid = job.uuid

    def _uninstall(self, env):
        """What Odoo does first of all."""
        manifest = Manifest.for_addon("sms_organizer_queue_job")
        getattr(sms_organizer_queue_job, manifest["uninstall_hook"])(env)

    def _is_left(self):
        with self._process() as env:
            return bool(env["queue.job"].search_count([("uuid", "=", self.uuid)]))

    def _set_enqueued(self):
        with self._process() as env:
            self._jobs(env, "_job_send").state = ENQUEUED

    def test_no_job_is_left_that_would_fail(self):
        for state in ("pending", "enqueued", "failed"):
            with self.subTest(state), self._process() as env:
                job = self._jobs(env, "_job_send")
                job.state = state
                self._uninstall(env)
                self.assertFalse(job.exists())
                env.cr.rollback()

    def test_what_was_done_and_what_is_another_add_on_s_stays(self):
        with self._process() as env:
            other = env["queue.job"].with_delay()._test_job().db_record()
            job = self._jobs(env, "_job_send")
            job.state = "done"
            self._uninstall(env)
            self.assertEqual(job.exists() + other.exists(), job + other)
            env.cr.rollback()

    def test_a_job_that_is_being_done_ends_by_itself(self):
        self._set_enqueued()
        with self._process() as worker:
            job = RunJobController._acquire_job(worker, self.uuid)
            self.assertEqual(job.state, STARTED)
            with self._process() as env:
                self._uninstall(env)
            RunJobController._try_perform_job(worker, job)
            worker.cr.commit()
        with self._process() as env:
            self.assertEqual(Job.load(env, self.uuid).state, "done")

    def test_a_job_whose_worker_was_killed_is_not_left(self):
        self._set_enqueued()
        with self._process() as worker:
            RunJobController._acquire_job(worker, self.uuid)
            worker.cr.rollback()
        with self._process() as env:
            self._uninstall(env)
        self.assertFalse(self._is_left())
