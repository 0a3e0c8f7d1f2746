import logging
import time
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.queue_job.job import ENQUEUED, PENDING
from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID

_logger = logging.getLogger(__name__)

CHANNEL = "root.sms_organizer"
# For how long a job goes on, in seconds: others are to have their turn, and Odoo stops
# a worker after limit_time_real.
JOB_SECONDS = 10
# A job that nobody has begun by then is not waited for any more.
PATIENCE = timedelta(minutes=3)
UNTIL = "organizer_job_until"


class OrganizerJob(models.AbstractModel):
    """What jobs take over, and whether they do.

    A job is a hint that there is something to do, no more: what it does is what the
    scheduled actions do, under the same locks, and committed as they commit it. One
    that is repeated, or runs beside the scheduled action, finds done what was done. The
    scheduled actions stay: they find what a lost job has left.

    Each has a transaction of its own (*Allow commit* of its function), beside the one
    in which ``queue_job`` holds the job's lock. That lock goes with the process, as
    soon as it is killed, and the job is begun again.
    """

    _name = "organizer.job"
    _description = "Jobs of SMS Organizer"

    # -- whether ---------------------------------------------------------------------

    @api.model
    def _takes_over(self):
        """Whether there is somebody who runs jobs, and gets round to ours.

        If not, the scheduled actions do everything, as without jobs.
        """
        if not self.env["account.move.send"]._can_commit():
            return False  # inside a test's transaction, which nobody else sees
        return self._has_runner() and not self._is_late()

    @api.model
    def _has_runner(self):
        """The job runner of a database holds a lock as long as it is there."""
        self.env.cr.execute(
            SQL(
                """
                SELECT 1
                  FROM pg_locks
                  JOIN pg_database ON pg_database.oid = pg_locks.database
                 WHERE datname = current_database()
                   AND locktype = 'advisory' AND objsubid = 1 AND granted
                   AND (classid::bigint << 32) + objid::bigint = %s
                """,
                PG_ADVISORY_LOCK_ID,
            )
        )
        return bool(self.env.cr.fetchone())

    @api.model
    def _is_late(self):
        """Whether one of ours has waited too long: no worker answers the runner, or
        others' jobs keep them all busy."""
        long_ago = fields.Datetime.now() - PATIENCE
        # sudo: whoever may queue an SMS may not see jobs
        return bool(
            self.env["queue.job"]
            .sudo()
            .search_count(
                Domain("channel", "=like", f"{CHANNEL}.%")
                & Domain("state", "in", (PENDING, ENQUEUED))
                & Domain("date_created", "<", long_ago)
                & (Domain("eta", "=", False) | Domain("eta", "<", long_ago)),
                limit=1,
            )
        )

    # -- queueing --------------------------------------------------------------------

    @api.model
    def _queue(self, records, method, *arguments, words):
        """Have it done by a job, unless one that nobody has begun is to do the same.

        :param records: whose method it is
        :param str words: what the list of jobs says
        """
        key = ":".join(map(str, (records, method, *arguments)))
        delayed = records.with_delay(
            identity_key=f"sms_organizer:{key}", description=words
        )
        getattr(delayed, method)(*arguments)

    @api.model
    def _queue_pass(self, model):
        """Have it look at what there is to do."""
        self._queue(self.env[model], "_job_pass", words=self.env._("What is due now"))

    @api.model
    def _queue_pass_after_commit(self, model):
        """Queue it when this transaction has committed, in another one.

        A job that is there by then, and that nobody has begun, will see what was
        committed; inside the transaction nobody could know that.
        """
        waiting = self.env.cr.postcommit.data.setdefault("sms_organizer.jobs", set())
        if model not in waiting:
            waiting.add(model)
            registry = self.env.registry
            self.env.cr.postcommit.add(lambda: queue_pass(registry, model))

    # -- inside a job ----------------------------------------------------------------

    @api.model
    def _time_left(self):
        """:return: seconds left for this job; infinity outside a job"""
        until = self.env.context.get(UNTIL)
        return float("inf") if until is None else max(until - time.monotonic(), 0)


def queue_pass(registry, model):
    """In a transaction of its own. If it fails, the scheduled action comes anyway."""
    try:
        with registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["organizer.job"]._queue_pass(model)
    except Exception:  # noqa: BLE001 - what was committed stays as it is
        _logger.info("No job for %s: the scheduled action does it", model)


def in_job(records):
    """The records, with the time that one job has."""
    return records.with_context(**{UNTIL: time.monotonic() + JOB_SECONDS})
