from odoo import api, models

from .organizer_job import in_job


class OrganizerSchedule(models.Model):
    """Schedules, with jobs: one for each schedule that is due, and for each big draft
    that was confirmed. It works batch by batch for some seconds, and the next one goes
    on from there. The schedule's row is locked during a batch, as always."""

    _inherit = "organizer.schedule"

    @api.model
    def _wake(self, at=None):
        # EXTENDS 'sms_organizer'
        jobs = self.env["organizer.job"]
        if at or not jobs._takes_over():
            return super()._wake(at)
        return jobs._queue_pass_after_commit("organizer.schedule")

    @api.model
    def _job_pass(self):
        """What is due now."""
        in_job(self)._process()

    def _take(self, step, *arguments):
        # EXTENDS 'sms_organizer'
        jobs = self.env["organizer.job"]
        if not jobs._takes_over():
            return super()._take(step, *arguments)
        self._queue_step(step, *arguments)
        return True

    def _queue_step(self, step, *arguments):
        self.env["organizer.job"]._queue(
            self,
            "_job_step",
            step,
            *arguments,
            words=self.env._("“%s” goes on", (self or arguments[0]).name),
        )
        self._commit()

    def _job_step(self, step, *arguments):
        """Some batches of a long step of this schedule, or of its run.

        What was switched off meanwhile ends here, as the scheduled action passes it
        over. So does what another process was in the way of. The scheduled action
        takes up both when it comes next, once it may: every ten minutes.
        """
        if not all(one.exists()._switched_on() for one in arguments or [self]):
            return
        mine = in_job(self)
        if not mine._despite_trouble(
            lambda: getattr(mine, step)(*arguments), *arguments
        ):
            self._queue_step(step, *arguments)

    def _commit(self, processed=0):
        # EXTENDS 'sms_organizer'
        left = super()._commit(processed)
        return min(left, self.env["organizer.job"]._time_left())
