from datetime import timedelta

from odoo import api, fields, models

from .organizer_schedule_pass import BATCH

UNREACHED = ("no_number", "bad_number", "no_email", "bad_email")


class OrganizerSchedule(models.Model):
    """Who could not be reached by one channel is told by the other one.

    It is the same occasion, which the second message takes over: nobody is told twice.
    """

    _inherit = "organizer.schedule"

    @api.model
    def _fall_back(self):
        """:return: False when the time is up"""
        schedules = self.search(
            [("is_on", "=", True), ("fallback_template_id", "!=", False)]
        )
        return all(
            schedule._despite_trouble(schedule._fall_back_now) for schedule in schedules
        )

    def _unreached_domain(self):
        since = fields.Datetime.now() - timedelta(days=max(self.catch_up_days, 1))
        return [
            ("schedule_id", "=", self.id),
            ("run_id.origin", "=", "schedule"),
            ("run_id.state", "in", ("sending", "done")),
            ("create_date", ">=", since),
            ("fallback_ids", "=", False),
            "|",
            ("outcome", "=", "failed"),
            "&",
            ("outcome", "=", "left_out"),
            ("reason", "in", UNREACHED),
        ]

    def _fall_back_now(self):
        while self._lock():
            lines = self.env["organizer.run.line"].search(
                self._unreached_domain(), order="run_id, id", limit=BATCH
            )
            if not lines:
                return True
            for run, of_run in lines.grouped("run_id").items():
                self._as_in_charge()._tell_otherwise(run, of_run)
            if self._commit(len(lines)) <= 0:
                return False
        return True

    def _tell_otherwise(self, run, lines):
        """Tell these unreached lines of one run by the other channel."""
        template = self.fallback_template_id
        other = self._run_of(
            run.slot, run.basis, origin="fallback", template=template, state="sending"
        )
        basis = self._basis_named(run.basis)
        by_document = {line.res_id: line for line in lines}
        documents = lines._documents().with_env(self.env)
        candidates = basis._candidates(documents, template.channel)
        told = self.env["organizer.run.line"]._told_occasions(
            self.company_id, lines.filtered(lambda one: not one.told).mapped("occasion")
        )
        values_list = []
        for values in template._lines_for(candidates, basis):
            first = by_document[values["res_id"]]
            taken = first.occasion in told
            values_list.append(
                {
                    **values,
                    "step": first.step,
                    "occasion": first.occasion,
                    "fallback_of_id": first.id,
                    "reason": "already_told" if taken else values["reason"],
                    "why": first._already_told_words() if taken else values["why"],
                    "planned_on": fields.Datetime.now(),
                }
            )
        made = other._add_lines(values_list)
        going = made.filtered(lambda line: not line.reason)
        # the first one gives its occasion to the second
        going.fallback_of_id.told = False
        self._postpone(going)
        other._begin(other._send_lines(going))
        other._settle_state()

    def _postpone(self, lines):
        """Not before the recipient may be written to."""
        now = fields.Datetime.now()
        for line in lines:
            line.planned_on = line._next_opening(now)
