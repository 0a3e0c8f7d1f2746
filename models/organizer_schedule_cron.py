from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONCURRENCY_ERRORS

# what PostgreSQL says where another process is at the same thing
OTHERS_AT_IT = (*CONCURRENCY_ERRORS, ConcurrencyError, UniqueViolation)


class OrganizerSchedule(models.Model):
    """The scheduled action: what it does in turn, and its transactions."""

    _inherit = "organizer.schedule"

    @api.model
    def _process(self):
        """What is due now (cron). It obeys the time budget and goes on next time."""
        # sudo: what is sent is sent in the name of each schedule's one in charge; the
        # rest is written by this add-on alone
        schedules = self.sudo()
        for step in (
            schedules._lapse_reviews,
            schedules._queue_confirmed,
            schedules._run_due,
            schedules._tell_posted,
            schedules._fall_back,
            schedules._plan_calls,
            schedules._send_forecasts,
        ):
            if not step():
                self._wake()  # the time is up, and there is more
                return

    @api.model
    def _run_due(self):
        """:return: False when the time is up"""
        now = fields.Datetime.now()
        due = self.search([("is_on", "=", True), ("next_run_on", "<=", now)])
        return all(one._take("_run_slot") for one in due._switched_on())

    def _take(self, step, *arguments):
        """Take a long step of this schedule now. Another add-on may have it taken
        elsewhere.

        :param str step: name of its method
        :param arguments: none, or the run that it is about
        :return: False when the time is up
        """
        return self._despite_trouble(
            lambda: getattr(self, step)(*arguments), *arguments
        )

    # -- transactions ----------------------------------------------------------------

    def _lock(self):
        """Whether this transaction has the schedule for itself."""
        locked = self.try_lock_for_update(allow_referencing=True)
        self.invalidate_recordset()
        return bool(locked)

    def _roll_back(self):
        if self._can_commit():
            self.env.cr.rollback()

    def _can_commit(self):
        """Not inside a test's transaction."""
        return self.env["account.move.send"]._can_commit()

    def _commit(self, processed=0):
        """:return: seconds left for this run"""
        if not self._can_commit():
            self.env.flush_all()
            return float("inf")
        # the commit is the point: a batch that was told stays told
        return self.env["ir.cron"]._commit_progress(processed)
