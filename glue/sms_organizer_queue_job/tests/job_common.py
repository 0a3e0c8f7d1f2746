from contextlib import contextmanager
from unittest.mock import patch

from odoo.addons.queue_job.tests.common import trap_jobs


class JobCommon:
    """Jobs inside a test's transaction: trapped, then done one after another."""

    @contextmanager
    def _with_jobs(self):
        """As where somebody runs jobs.

        :return: OCA's ``JobsTrap``
        """
        jobs = self.env.registry["organizer.job"]
        with (
            patch.object(jobs, "_takes_over", lambda jobs: True),
            trap_jobs() as trap,
        ):
            yield trap

    def _do(self, trap):
        """Do what is queued, but not what that queues.

        Not by ``perform()``: it would open a transaction of its own, which does not see
        what this one has made.

        :return: the jobs
        """
        jobs, trap.enqueued_jobs = trap.enqueued_jobs, []
        for job in jobs:
            job.func(*job.args, **job.kwargs)
        return jobs

    def _do_all(self, trap):
        done = []
        while trap.enqueued_jobs:
            done += self._do(trap)
            self.assertLess(len(done), 50, "jobs queue each other without end")
        return done
