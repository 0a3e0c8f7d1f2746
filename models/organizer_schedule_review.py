from odoo import api, fields, models

from .organizer_run_line_review import ADDRESS_REASONS
from .organizer_schedule_pass import MOST_BATCHES


class OrganizerSchedule(models.Model):
    """Drafts that wait for a person: they lapse, or are queued once confirmed."""

    _inherit = "organizer.schedule"

    @api.model
    def _mendable_domain(self):
        """Lines that a person would send, or can mend so that they are."""
        return [
            ("selected", "=", True),
            "|",
            ("outcome", "=", "draft"),
            ("reason", "in", ADDRESS_REASONS),
        ]

    @api.model
    def _lapse_reviews(self):
        """Drafts that nobody confirmed on their day."""
        drafts = self.env["organizer.run"].search(
            [
                ("state", "=", "draft"),
                ("schedule_id", "!=", False),
                ("origin", "!=", "forecast"),
                ("slot", "<", fields.Datetime.now()),
            ]
        )
        for run in drafts.filtered(lambda run: run._is_over()):
            run.schedule_id._despite_trouble(run._lapse_unconfirmed)
        self._commit()
        return True

    @api.model
    def _queue_confirmed(self):
        """Big drafts that were confirmed, some lines at a time.

        :return: False when the time is up
        """
        runs = self.env["organizer.run"].search([("state", "=", "confirmed")])
        return all(
            run.schedule_id._take("_queue_run", run) for run in runs._switched_on()
        )

    def _queue_run(self, run):
        """
        :param run: of this schedule; or one that a person made, self being empty
        """
        run = run.with_company(run.company_id).with_context(lang=run.user_id.lang)
        for _batch in range(MOST_BATCHES):
            if not run._lock():
                return True
            if run.state != "confirmed":
                return True
            count = run._queue_confirmed()
            if self._commit(count) <= 0:
                return False
            if not count:
                return True
            self.env.invalidate_all()
        return False
