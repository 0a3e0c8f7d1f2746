from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools import timetable
from . import clock
from .organizer_schedule_posted import STEP as POSTED


class Outlook(NamedTuple):
    """What a schedule holds for a document."""

    schedule: models.Model  # organizer.schedule
    planned_on: object  # datetime, naive UTC; False where nothing comes
    step: str  # in words; "" where there is none
    why: str  # why nothing comes, in words; "" where something does


class OrganizerSchedule(models.Model):
    """What comes next, and why nothing does."""

    _inherit = "organizer.schedule"

    # -- for one document ------------------------------------------------------------

    @api.model
    def _outlook(self, document):
        """What each schedule that is on holds for a document.

        :param document: an invoice, or a customer
        :return: list of :class:`Outlook`
        """
        company = self.env.company
        if document._name != "res.partner":
            company = document.company_id
        # sudo: the schedules go by the rights of those in charge, and what they say is
        # about a document that the user may read
        schedules = self.sudo().search(
            [("company_id", "=", company.id), ("is_on", "=", True)]
        )
        about = schedules.filtered(lambda one: one.model == document._name)
        outlooks = [one._outlook_of(document) for one in about]
        if document._name == "res.partner":
            for schedule in schedules - about:
                planned = schedule._next_by_customer(company, document, schedule)
                if slot := planned.get(document.commercial_partner_id.id):
                    outlooks.append(Outlook(schedule, slot, "", ""))
        return outlooks

    @api.model
    def _outlook_html(self, outlooks):
        """:param list outlooks: of :class:`Outlook`; markup, the next one first"""
        ordered = sorted(outlooks, key=lambda one: (not one.planned_on, one.planned_on))
        return self.env["ir.qweb"]._render(
            "sms_organizer.outlook",
            {"outlooks": ordered, "env": self.env},
        )

    def _outlook_of(self, document):
        if problem := self._problem():
            return Outlook(self, False, "", problem)
        # with the rights of the one in charge, in the words of who reads
        mine = self._as_in_charge().with_context(lang=self.env.lang)
        try:
            return mine._outlook_as_in_charge(document.with_env(mine.env))
        except AccessError:
            words = self.env._(
                "%s, who is in charge, may not see it.", mine.env.user.name
            )
            return Outlook(self, False, "", words)

    def _outlook_as_in_charge(self, document):
        mine = self
        level, slot = mine._next_turn(document)
        step = mine._turn_words(level)
        if not slot:
            return Outlook(self, False, "", mine._why_never(document))
        mine = clock.look_ahead(mine, max(slot, fields.Datetime.now()))
        line = mine._line_at(slot, document.with_env(mine.env), level)
        if not line:
            return Outlook(self, False, "", mine._why_not_meant(document))
        if line["reason"]:
            return Outlook(self, False, step, line["why"])
        return Outlook(self, line["planned_on"], step, "")

    def _turn_words(self, level):
        if level == POSTED:
            return self.env._("as soon as it is posted")
        return "" if level is None else self._basis()._level_words(level)

    def _next_turn(self, document):
        """
        :return: (level, slot): the level is "posted", or None for a repetition; or
            (None, False) where nothing is left
        """
        slot = self.next_run_on
        if self._waits_as_posted(document):
            return POSTED, slot
        if self.kind == "repeat":
            last = self._last_run(document)
            if told_on := last.get(document.commercial_partner_id.id):
                again = self._local_date(told_on) + timedelta(days=self.repeat_days)
                slot = max(slot, self._first_slot_on(again))
            return None, slot
        levels, since = self._levels(), document[self._basis()._level_field]
        if not since or not levels:
            return None, False
        on_slot = (self._seller_date(slot) - since).days
        reached = timetable.reached(levels, on_slot)
        if (
            reached is not None
            and not self._is_told(document, reached)
            and (on_slot - reached <= self._catch_up() or self._waits(document))
        ):
            return reached, slot
        level = timetable.following(levels, on_slot)
        if level is None:
            return None, False
        return level, self._first_slot_on(since + timedelta(days=level))

    def _waits_as_posted(self, document):
        """Whether it is an invoice that is still to be told as soon as posted."""
        if not self._tells_at_once() or not document.sms_posted_on:
            return False
        since = self._caught_up_since(clock.now(self.env))
        posted_on = document.sms_posted_on
        lately = posted_on >= max(since, self.on_since) or self._waits(document)
        return lately and not self._is_told(document, POSTED)

    def _waits(self, document):
        """Whether another message came first, lately."""
        about = Domain("res_model", "=", document._name)
        about &= Domain("res_id", "=", document.id)
        lines = self.env["organizer.run.line"]
        return bool(lines.search_count(about & self._waiting(), limit=1))

    def _is_told(self, document, level):
        basis = self._basis()
        if level != POSTED:
            basis = self._basis_named(basis._basis_of_level(level))
        occasion = self._occasion(basis, document, str(level))
        lines = self.env["organizer.run.line"]
        return bool(lines._told_occasions(self.company_id, [occasion]))

    def _line_at(self, slot, document, level):
        """The values of its line in the run of a slot; None where it is no candidate.

        To be called with the clock set to the slot.
        """
        parts = self._dry_parts()
        if level == POSTED:
            domain = self._audience_domain(self._basis())
            parts = [(self.basis, (POSTED,), domain)]
        for basis, levels, domain in parts:
            if level is not None and level not in levels:
                continue
            domain &= Domain("id", "=", document.id)
            if not document.search_count(domain, limit=1):
                continue
            run = self.env["organizer.run"].new({"basis": basis, "slot": slot})
            lines = self._lines_for(run, document, levels)
            return next((one for one in lines if one["reason"] != "superseded"), None)
        return None

    def _why_not_meant(self, document):
        """Why a document is no candidate."""
        refusals = self._basis()._refusals(document)
        if document.id in refusals:
            return refusals[document.id][1]
        return self.env._("It does not meet the conditions of the schedule.")

    def _why_never(self, document):
        """Why nothing comes any more."""
        refusals = self._basis()._refusals(document)
        told = self.env["organizer.run.line"].search_count(
            [
                ("schedule_id", "=", self.id),
                ("res_model", "=", document._name),
                ("res_id", "=", document.id),
                ("told", "=", True),
            ],
            limit=1,
        )
        weighty = ("paid", "credited", "not_posted", "not_sale", "disputed")
        refusal = refusals.get(document.id)
        if refusal and refusal[0] in weighty:
            return refusal[1]
        if told:
            return self.env._("Everything that was due has been told.")
        return self.env._(
            "Its days are over: what is more than %s days late is not caught up.",
            self.catch_up_days,
        )

    # -- for a list of customers -----------------------------------------------------

    @api.model
    def _next_by_customer(self, company, customers, schedules=None):
        """``{customer id: when the next message is planned}`` of those that get one.

        A number of queries that does not depend on how many customers there are.
        """
        # sudo: as for one document
        schedules = schedules or self.sudo().search(
            [("company_id", "=", company.id), ("is_on", "=", True)]
        )
        found = {}
        resting = schedules._resting(company, customers)
        last = schedules[:1]._last_told(
            customers, [("run_id.basis", "not in", self.env["organizer.basis"]._free())]
        )
        for schedule in schedules:
            try:
                schedule._check_can_run()
            except UserError:
                continue
            mine = schedule._as_in_charge()
            theirs = customers.with_env(mine.env)
            for customer_id, slot in mine._next_slots(theirs).items():
                if customer_id not in resting:
                    continue
                rest = resting[customer_id]
                later = mine._not_too_soon(slot, last.get(customer_id))
                if rest:
                    later = max(later, mine._first_slot_on(rest))
                found[customer_id] = min(later, found.get(customer_id, later))
        return found

    def _resting(self, company, customers):
        """``{customer id: until when its reminders rest, or None}`` of those that get
        any at all."""
        # sudo: as for one document
        everyone = company.sudo().organizer_paused_until
        internal = self._internal(customers)
        resting = {}
        for customer in customers.sudo().with_company(company):
            if customer.reminder_excluded or customer.id in internal:
                continue
            promised = customer.reminder_promised_on
            ends = [
                everyone,
                customer.reminder_paused_until,
                promised and promised + timedelta(days=1),
            ]
            resting[customer.id] = max(filter(None, ends), default=None)
        return resting

    def _not_too_soon(self, slot, told_on):
        """This run or, where the last message is too recent for it, a later one."""
        if not told_on:
            return slot
        days = timedelta(days=max(1, self.days_between))
        return max(slot, self._first_slot_on(self._local_date(told_on) + days))

    def _next_slots(self, customers):
        if self.kind == "repeat":
            return self._next_repetitions(customers)
        return self._next_levels(customers)

    def _next_repetitions(self, customers):
        domain = Domain("id", "in", customers.ids)
        domain &= self._candidate_domain(self.basis, ())
        owing = customers.search(domain)
        owing -= owing.browse(self._basis()._refusals(owing))
        last = self._last_run(owing)
        slots = {}
        for customer in owing:
            slots[customer.id] = self.next_run_on
            if told_on := last.get(customer.id):
                again = self._local_date(told_on) + timedelta(days=self.repeat_days)
                later = self._first_slot_on(again)
                slots[customer.id] = max(self.next_run_on, later)
        return slots

    def _next_levels(self, customers):
        basis, levels = self._basis(), self._levels()
        path = basis._customer_field()
        if not levels or path not in self._documents()._fields:
            return {}
        domain = Domain(path, "in", customers.ids) & basis._told_domain()
        domain &= basis._customer_domain(self.template_id)
        domain &= basis._customer_domain(self)
        documents = self._documents().search_fetch(domain, [path, basis._level_field])
        turns = {}
        today = self._seller_date(self.next_run_on)
        for document in documents.filtered(basis._level_field):
            since = document[basis._level_field]
            days = (today - since).days
            reached = timetable.reached(levels, days)
            if reached is not None and days - reached <= self.catch_up_days:
                turns.setdefault(document, []).append((reached, self.next_run_on))
            level = timetable.following(levels, days)
            if level is not None:
                slot = self._first_slot_on(since + timedelta(days=level))
                turns.setdefault(document, []).append((level, slot))
        return self._first_untold(turns, path)

    def _first_untold(self, turns, path):
        """:param dict turns: document → ``[(level, slot), …]``, the earliest first"""
        occasions = {
            (document, level): self._occasion(
                self._basis_named(self._basis()._basis_of_level(level)),
                document,
                str(level),
            )
            for document, levels in turns.items()
            for level, _slot in levels
        }
        told = self.env["organizer.run.line"]._told_occasions(
            self.company_id, occasions.values()
        )
        slots = {}
        for document, levels in turns.items():
            for level, slot in levels:
                if occasions[document, level] in told:
                    continue
                customer_id = document[path].id
                slots[customer_id] = min(slot, slots.get(customer_id, slot))
                break
        return slots
