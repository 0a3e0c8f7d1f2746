from datetime import timedelta
from typing import NamedTuple

from odoo import models
from odoo.fields import Domain

from ..tools import timetable
from . import clock
from .basis.basis_candidates import Candidate
from .organizer_schedule_posted import MOST_WAITING_DAYS
from .organizer_schedule_posted import STEP as POSTED

# what stands in the way of a message only as long as nothing weightier does
ADDRESS_REASONS = {
    "no_gateway",
    "no_number",
    "bad_number",
    "no_email",
    "bad_email",
    "opted_out",
    "wrong_number",
}
# placeholders by which one message tells all that a customer owes
TELLS_ALL = {"open_invoices"}


class Turn(NamedTuple):
    """A document whose turn it is, and why."""

    candidate: Candidate
    step: str  # see organizer.run.line.step
    occasion: str


class OrganizerSchedule(models.Model):
    """Who is told, and who is not and why: the lines of a run.

    Everything here is about sets of documents, with a number of queries that does not
    depend on how many there are.
    """

    _inherit = "organizer.schedule"

    # -- candidates ------------------------------------------------------------------

    def _audience_domain(self, basis):
        """Whom the template and the schedule are for, but for the amount: who owes too
        little is told so."""
        return Domain.AND(
            [
                basis._wide_domain(),
                basis._days_domain(self.template_id),
                basis._days_domain(self),
                basis._customer_domain(self.template_id),
                basis._customer_domain(self),
            ]
        )

    def _candidate_domain(self, basis_name, levels):
        """
        :param tuple levels: of this part; () where the basis has none
        """
        basis = self._basis_named(basis_name)
        domain = self._audience_domain(basis)
        if not levels:
            return domain
        every = self._levels()
        reached = basis._reached_domain(levels, every, self._catch_up())
        # what has to wait for its turn is not too old when it comes
        if "organizer_line_ids" in self._documents()._fields:
            longer = basis._reached_domain(levels, every, MOST_WAITING_DAYS)
            reached |= longer & Domain("organizer_line_ids", "any", self._waiting())
        return domain & reached

    def _waiting(self):
        """Lines that say, lately, that another message came first."""
        days = max(self.days_between, 1) + self._catch_up() - self.catch_up_days + 1
        since = clock.now(self.env) - timedelta(days=days)
        return (
            Domain("schedule_id", "=", self.id)
            & Domain("reason", "=", "too_recent")
            & Domain("made_on", ">=", since)
        )

    def _within_amounts(self, basis, documents):
        """Those of the documents whose amounts are within the limits. One query."""
        return documents.search(
            Domain("id", "in", documents.ids)
            & basis._amount_domain(self.template_id)
            & basis._amount_domain(self)
        )

    # -- lines -----------------------------------------------------------------------

    def _lines_for(self, run, documents, levels, planned=None):
        """Values of ``organizer.run.line`` for the documents whose turn it is.

        :param run: ``organizer.run`` that they are of
        :param dict planned: customer id → when it is told by others before, in a dry
            run
        """
        basis = self._basis_named(run.basis)
        turns = self._turns(run, basis, documents, levels)
        if not turns:
            return []
        turns = self._judge(basis, turns)
        plans = self._plan(
            {
                turn.candidate.document.id: turn.candidate
                for turn in turns
                if not turn.candidate.reason
            },
            planned,
        )
        turns = self._one_for_each_customer(turns, plans)
        lines = self.template_id._lines_for([turn.candidate for turn in turns], basis)
        for line, turn in zip(lines, turns, strict=True):
            line |= {"step": turn.step, "occasion": turn.occasion}
            if not line["reason"]:
                line["planned_on"] = plans[line["res_id"]].planned_on
        return lines + self._superseded(run, basis, lines, levels)

    def _turns(self, run, basis, documents, levels):
        """The documents that have not been told yet what it is time for."""
        steps = {one.id: self._step(run, basis, one, levels) for one in documents}
        # whose levels were changed meanwhile
        documents = documents.filtered(lambda one: steps[one.id])
        occasions = {
            one.id: self._occasion(basis, one, steps[one.id]) for one in documents
        }
        told = self.env["organizer.run.line"]._told_occasions(
            self.company_id, occasions.values()
        )
        untold = documents.filtered(lambda one: occasions[one.id] not in told)
        return [
            Turn(candidate, steps[one.id], occasions[one.id])
            for candidate in basis._candidates(untold, self.channel)
            for one in [candidate.document]
        ]

    def _step(self, run, basis, document, levels):
        if levels == (POSTED,):
            return POSTED
        if levels:
            reached = timetable.reached(self._levels(), basis._days_since(document))
            return False if reached is None else str(reached)
        return str(self._local_date(run.slot))

    def _occasion(self, basis, document, step):
        about = f"{basis._basis_name()},{document._name},{document.id}"
        return f"{about},{self.id},{step},{self.channel}"

    def _judge(self, basis, turns):
        """Say of each what stands in its way, the weightiest first."""
        documents = self._documents().union(*(one.candidate.document for one in turns))
        refusals = self._refusals(basis, documents)
        return [
            turn._replace(candidate=self._refused(turn.candidate, refusals))
            for turn in turns
        ]

    def _refused(self, candidate, refusals):
        refusal = refusals.get(candidate.document.id)
        if refusal and (not candidate.reason or candidate.reason in ADDRESS_REASONS):
            return candidate._replace(reason=refusal[0], why=refusal[1])
        return candidate

    def _one_for_each_customer(self, turns, plans):
        """One message for each customer: about what has waited longest."""
        tells_all = bool(TELLS_ALL & self.template_id._names())
        first, judged = {}, []
        for turn in sorted(turns, key=self._urgency):
            candidate = turn.candidate
            if not candidate.reason:
                customer = candidate.partner.commercial_partner_id
                plan = plans[candidate.document.id]
                main = first.get(customer)
                if main:
                    reason, why = self._second(main, tells_all)
                    candidate = candidate._replace(reason=reason, why=why)
                elif plan.refusal:
                    reason, why = plan.refusal
                    candidate = candidate._replace(reason=reason, why=why)
                else:
                    first[customer] = candidate.document
            judged.append(turn._replace(candidate=candidate))
        return judged

    def _urgency(self, turn):
        step = turn.step
        level = int(step) if step.lstrip("-").isdigit() else 0
        return -level, turn.candidate.document.id

    def _second(self, main, tells_all):
        """(reason, why) of one that is told by, or has to wait for, another one."""
        if tells_all:
            return "together", self.env._("Told together with %s.", main.display_name)
        return "too_recent", self.env._(
            "%s is told about today; a customer gets one message a day.",
            main.display_name,
        )

    def _superseded(self, run, basis, lines, levels):
        """Lines for the lower levels that were missed since the schedule is on: they
        are not told any more."""
        if not levels or levels == (POSTED,):
            return []
        told = [line for line in lines if line["reason"] in (False, "together")]
        documents = self._documents().browse([line["res_id"] for line in told])
        by_id = {document.id: document for document in documents}
        since = self._local_date(self.on_since) if self.on_since else None
        missed = []
        for line in told:
            document = by_id[line["res_id"]]
            days = basis._days_since(document)
            for level in self._levels():
                ago = days - level
                if level >= int(line["step"]):
                    break
                if since and (basis._today() - since).days < ago:
                    continue  # before it was switched on
                missed.append((line, document, level))
        return self._superseded_lines(basis, missed)

    def _superseded_lines(self, basis, missed):
        """:param list missed: ``[(line, document, level), …]``"""
        wanted = {
            self._occasion(
                self._basis_named(basis._basis_of_level(level)), document, str(level)
            ): (line, level)
            for line, document, level in missed
        }
        done = self.env["organizer.run.line"]._told_occasions(self.company_id, wanted)
        return [
            {
                **{
                    name: line[name]
                    for name in ("partner_id", "res_model", "res_id", "move_id", "lang")
                },
                "step": str(level),
                "occasion": occasion,
                "reason": "superseded",
                "why": self.env._(
                    "Not told %(missed)s; “%(told)s” came instead.",
                    missed=basis._level_words(level),
                    told=basis._level_words(int(line["step"])),
                ),
            }
            for occasion, (line, level) in wanted.items()
            if occasion not in done
        ]
