from datetime import timedelta

from odoo import api, fields, models

from .organizer_schedule_pass import BATCH, MOST_BATCHES

UNREACHED = ("no_number", "bad_number", "wrong_number", "no_email", "bad_email")


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
        able = schedules._switched_on().filtered(lambda one: one._fallback_now())
        return all(one._despite_trouble(one._fall_back_now) for one in able)

    def _unreached_domain(self):
        since = fields.Datetime.now() - timedelta(days=max(self.catch_up_days, 1))
        return [
            ("schedule_id", "=", self.id),
            ("run_id.origin", "in", ("schedule", "posted")),
            ("run_id.state", "in", ("sending", "done")),
            ("fallback_tried", "!=", True),
            "|",
            ("made_on", ">=", since),
            ("planned_on", ">=", since),
            "|",
            ("outcome", "=", "failed"),
            "&",
            ("outcome", "=", "left_out"),
            ("reason", "in", UNREACHED),
        ]

    def _fall_back_now(self):
        self._commit()  # what another process has done by now is to be seen
        position = 0
        for _batch in range(MOST_BATCHES):
            if not self._lock():
                return True
            lines = self.env["organizer.run.line"].search(
                [*self._unreached_domain(), ("id", ">", position)],
                order="id",
                limit=BATCH,
            )
            if not lines:
                return True
            self._check_can_run()
            position = lines[-1].id
            lines.fallback_tried = True
            for run, of_run in lines.grouped("run_id").items():
                self._as_in_charge()._tell_otherwise(run, of_run)
            if self._commit(len(lines)) <= 0:
                return False
            self.env.invalidate_all()
        return False

    def _tell_otherwise(self, run, lines):
        """Tell these unreached lines of one run by the other channel."""
        template = self.fallback_template_id
        by_document = {line.res_id: line for line in lines}
        documents = lines._documents().with_env(self.env)
        if not documents:
            return
        told = self.env["organizer.run.line"]._told_occasions(
            self.company_id, lines.filtered(lambda one: not one.told).mapped("occasion")
        )
        values_list = []
        for values in self._lines_despite(
            run, documents, lambda some: self._lines_otherwise(run, some)
        ):
            first = by_document[values["res_id"]]
            if values["reason"] == "too_recent":
                first.sudo().fallback_tried = False  # its turn comes
                continue
            taken = first.occasion in told
            values_list.append(
                {
                    **values,
                    "step": first.step,
                    "occasion": first.occasion,
                    "fallback_of_id": first.id,
                    "reason": "already_told" if taken else values["reason"],
                    "why": first._already_told_words() if taken else values["why"],
                }
            )
        if not values_list:
            return
        other = self._open_draft("fallback", run.basis) or self._run_of(
            fields.Datetime.now() if self.review else run.slot,
            run.basis,
            origin="fallback",
            template=template,
            state="draft" if self.review else "sending",
        )
        made = other._add_lines(values_list)
        going = made.filtered(lambda line: not line.reason)
        if not self.review:
            other._begin(other._send_lines(going))
            other._settle_state()
        elif other._has_lines(self._mendable_domain()):
            other._ask_for_review()
        else:
            other._begin(False)

    def _lines_otherwise(self, run, documents):
        """Values of lines by the other channel, by the same manners."""
        template, basis = self.fallback_template_id, self._basis_named(run.basis)
        refusals = self._refusals(basis, documents)
        candidates = [
            self._refused(candidate, refusals)
            for candidate in basis._candidates(documents, template.channel)
        ]
        plans = self._plan(
            {one.document.id: one for one in candidates if not one.reason}
        )
        lines, seen = template._lines_for(candidates, basis), set()
        for line, candidate in zip(lines, candidates, strict=True):
            customer = candidate.partner.commercial_partner_id
            if line["reason"]:
                continue
            plan = plans[line["res_id"]]
            line["planned_on"] = plan.planned_on
            if plan.refusal or customer in seen:
                line["reason"] = "too_recent"
            seen.add(customer)
        return lines
