from contextlib import contextmanager

from odoo.sql_db import db_connect

from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID
from odoo.addons.sms_organizer.tests.process_common import ProcessCommon

OURS = "root.sms_organizer.%"


class JobProcessCommon(ProcessCommon):
    """Real transactions, real jobs."""

    def _clean_up(self):
        with self._process() as env:
            env.cr.execute("DELETE FROM queue_job WHERE channel LIKE %s", [OURS])
        return super()._clean_up()

    @contextmanager
    def _runner(self):
        """The lock of a job runner; of one that runs nothing."""
        with db_connect(self.env.cr.dbname).cursor() as cr:
            cr.execute("SELECT pg_advisory_lock(%s)", [PG_ADVISORY_LOCK_ID])
            try:
                yield
            finally:
                cr.execute("SELECT pg_advisory_unlock(%s)", [PG_ADVISORY_LOCK_ID])

    def _jobs(self, env, method):
        return env["queue.job"].search(
            [("channel", "=like", OURS), ("method_name", "=", method)], order="id"
        )

    def _wake(self):
        with self._process() as env:
            env["sms.sms"]._wake()
