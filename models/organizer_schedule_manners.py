from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import models
from odoo.tools import format_date

from ..tools import send_window
from ..tools.phone import country_of
from . import clock
from .organizer_run_line import NOT_TOLD

BANK = "sms_organizer.mail_activity_bank"
# for as long back as one message may keep another one away
MEMORY_DAYS = 366


class Place(NamedTuple):
    """Where a recipient is."""

    country: str | None  # ISO code
    zones: tuple[str, ...]


class Plan(NamedTuple):
    """When a message leaves, or why it does not."""

    planned_on: datetime  # naive UTC
    refusal: tuple[str, str] | None  # (reason, why)


class OrganizerSchedule(models.Model):
    """Manners: not at night, not too often, not who asked for patience."""

    _inherit = "organizer.schedule"

    # -- who is left alone -----------------------------------------------------------

    def _refusals(self, basis, documents):
        """``{document id: (reason, why)}``, of each the weightiest."""
        recipients = basis._recipients(documents)
        customers = {
            document.id: recipients[document.id].commercial_partner_id
            for document in documents
        }
        everyone = self.env["res.partner"].union(*customers.values())
        by_customer = self._customer_refusals(basis, everyone)
        own = basis._schedule_refusals(documents)
        within = set(self._within_amounts(basis, documents)._ids)
        early = self._too_early(basis, documents, customers)
        bank = self._bank_refusal(basis)
        refusals = {}
        for document in documents:
            refusals[document.id] = (
                by_customer.get(customers[document.id].id)
                or own.get(document.id)
                or (None if document.id in within else self._outside_words())
                or early.get(document.id)
                or bank
            )
        return {key: refusal for key, refusal in refusals.items() if refusal}

    def _outside_words(self):
        return "outside", self.env._(
            "The amount is below or above the limits of the template or the schedule."
        )

    def _customer_refusals(self, basis, customers):
        """``{customer id: (reason, why)}``; a constant number of queries."""
        # sudo: what was agreed with a customer holds, whoever may read it
        agreed = customers.sudo().with_company(self.company_id)
        internal = self._internal(customers)
        repeated = self._repeated(customers) if basis._schedule_kind == "repeat" else {}
        paused = self._all_paused()
        refusals = {}
        for customer in agreed:
            refusals[customer.id] = (
                internal.get(customer.id)
                or customer._why_reminders_rest()
                or paused
                or repeated.get(customer.id)
            )
        return refusals

    def _reasons_to_rest(self, lines):
        """What was agreed with customers since their lines were made.

        :param lines: of this schedule
        :return: ``{line id: why in words}``
        """
        if not self:
            return {}
        if not (self.is_on and self.active) and not self.review:
            words = self.env._("“%s” was switched off.", self.name)
            return dict.fromkeys(lines._ids, words)
        paused = self._all_paused()
        agreed = lines.commercial_partner_id.sudo().with_company(self.company_id)
        refusals = {one.id: one._why_reminders_rest() or paused for one in agreed}
        return {
            line.id: refusal[1]
            for line in lines
            if (refusal := refusals.get(line.commercial_partner_id.id))
        }

    def _all_paused(self):
        until = self.company_id.sudo().organizer_paused_until
        if not until or until <= clock.today_of(self.company_id):
            return None
        words = self.env._(
            "All scheduled sending rests until %s: see Settings ▸ SMS Organizer.",
            format_date(self.env, until),
        )
        return "paused", words

    def _internal(self, customers):
        """Our own companies and people. Two queries."""
        # sudo: who is a user is not asked by who may read users
        companies = self.env["res.company"].sudo()
        own = companies.search([("partner_id", "in", customers.ids)]).partner_id
        users = self.env["res.users"].sudo()
        staff = users.search(
            [
                ("partner_id.commercial_partner_id", "in", customers.ids),
                ("partner_id", "in", customers.ids),
                ("share", "=", False),
            ]
        ).partner_id
        return {
            one.id: (
                "internal",
                self.env._("%s is one of your own companies or users.", one.name),
            )
            for one in own | staff
        }

    def _repeated(self, customers):
        """Those whom this schedule told less than ``repeat_days`` ago. One query."""
        last = self._last_run(customers)
        today = self._local_date(clock.now(self.env))
        refusals = {}
        for customer_id, told_on in last.items():
            again = self._local_date(told_on) + timedelta(days=self.repeat_days)
            if again > today:
                words = self.env._(
                    "Told on %(last)s, and again on %(next)s: every %(days)s days.",
                    last=format_date(self.env, self._local_date(told_on)),
                    next=format_date(self.env, again),
                    days=self.repeat_days,
                )
                refusals[customer_id] = "too_recent", words
        return refusals

    def _last_run(self, customers):
        """``{customer id: when this schedule told it last}``: when it ran, however
        much later the message leaves. One query."""
        return self._last_told(
            customers, [("schedule_id", "=", self.id)], "made_on:max"
        )

    def _last_told(self, customers, domain, when="planned_on:max"):
        """``{customer id: when it was, or will be, told last}``. One query."""
        since = clock.now(self.env) - timedelta(days=MEMORY_DAYS)
        # sudo: a message counts, whoever may read it
        groups = (
            self.env["organizer.run.line"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "=", self.company_id.id),
                    ("commercial_partner_id", "in", customers.ids),
                    ("told", "=", True),
                    ("planned_on", ">=", since),
                    ("outcome", "not in", NOT_TOLD),
                    *domain,
                ],
                ["commercial_partner_id"],
                [when],
            )
        )
        return {customer.id: told_on for customer, told_on in groups}

    def _too_early(self, basis, documents, customers):
        """Those whom the custom of their country gives more time."""
        if not basis._is_late or self.window != "country":
            return {}
        refusals = {}
        late = basis._days_late(documents)
        for document in documents:
            customer = customers[document.id]
            country = customer.country_id or self.company_id.country_id
            first = send_window.customs(country.code).first_overdue_day
            if late.get(document.id, first) < first:
                words = self.env._(
                    "In %(country)s nobody is reminded before day %(day)s.",
                    country=country.name,
                    day=first,
                )
                refusals[document.id] = "too_early", words
        return refusals

    # -- who may have paid -----------------------------------------------------------

    def _bank_refusal(self, basis):
        """(reason, why) where payments may be missing in the books, else None."""
        # sudo: how far the bank's journals go is asked in the company's name
        days = self.company_id.sudo().organizer_bank_days
        if not days or not basis._is_late:
            return None
        latest = self._latest_bank_entry()
        days = min(days, clock.MOST_DAYS)
        limit = clock.today_of(self.company_id) - timedelta(days=days)
        if latest and latest >= limit:
            return None
        if latest:
            words = self.env._(
                "The bank's journals end on %s: who owes may have paid. Bring them up "
                "to date; reminders go on by themselves.",
                format_date(self.env, latest),
            )
        else:
            words = self.env._(
                "There is nothing in the bank's journals: who owes may have paid. "
                "Bring them up to date; reminders go on by themselves."
            )
        return "bank", words

    def _latest_bank_entry(self):
        """The date of the latest entry of the bank's journals, or False. One query."""
        moves = self.env["account.move"].sudo()  # sudo: as above
        return moves.search(
            [
                ("company_id", "=", self.company_id.id),
                ("journal_id.type", "=", "bank"),
                ("state", "=", "posted"),
                ("date", "<=", clock.today_of(self.company_id)),
            ],
            order="date desc",
            limit=1,
        ).date

    def _ask_for_bank(self, words):
        """One activity for the one in charge, as long as nobody has dealt with it."""
        schedule = self.sudo()
        all_of_company = schedule.search([("company_id", "=", self.company_id.id)])
        if not all_of_company.activity_search([BANK]):
            schedule.activity_schedule(
                BANK,
                user_id=schedule.user_id.id,
                summary=self.env._("Bring the bank's journals up to date"),
                note=words,
            )

    # -- when ------------------------------------------------------------------------

    def _plan(self, candidates, planned=None):
        """
        :param dict candidates: key → candidate, of those that nothing else stops
        :param dict planned: customer id → when it is told by others before
        :return: ``{key: Plan}``; one query
        """
        partners = self.env["res.partner"].union(
            *(one.partner.commercial_partner_id for one in candidates.values())
        )
        free = self.env["organizer.basis"]._free()
        last = self._last_told(partners, [("run_id.basis", "not in", free)])
        for customer_id, moment in (planned or {}).items():
            last[customer_id] = max(moment, last.get(customer_id, moment))
        now, openings, plans = clock.now(self.env), {}, {}
        for key, candidate in candidates.items():
            place = self._place(candidate)
            if place not in openings:
                openings[place] = self._opening(place, now)
            told_on = last.get(candidate.partner.commercial_partner_id.id)
            plans[key] = Plan(
                openings[place], self._too_recent(place, openings[place], told_on)
            )
        return plans

    def _place(self, candidate):
        partner, number = candidate.partner, None
        if self.channel == "sms":
            number = candidate.address or None
        country = (
            partner.country_id.code
            or partner.commercial_partner_id.country_id.code
            or country_of(number)
            or self.company_id.country_id.code
        )
        return Place(country, send_window.zones(country, number, partner.tz or None))

    def _customs(self, country):
        """None for any time."""
        if self.window == "own":
            return send_window.own_customs(self.window_from, self.window_to)
        return send_window.customs(country) if self.window == "country" else None

    def _opening(self, place, moment):
        """The first moment, this one or later, at which a message may arrive there."""
        customs = self._customs(place.country)
        if not customs:
            return moment
        return send_window.next_opening(moment, place.country, place.zones, customs)

    def _too_recent(self, place, planned_on, told_on):
        """(reason, why) where the last message is not long enough ago, else None."""
        if not told_on:
            return None
        zone = place.zones[0]
        last = clock.local_date(told_on, zone)
        ago = (clock.local_date(planned_on, zone) - last).days
        customs = self._customs(place.country)
        least = customs.least_days_between if customs else 1
        wanted = max(1, self.days_between, least)
        if ago >= wanted:
            return None
        words = self.env._(
            "The last message is of %(date)s; the next one may come on %(next)s.",
            date=format_date(self.env, last),
            next=format_date(self.env, last + timedelta(days=wanted)),
        )
        return "too_recent", words

    # -- what was planned before -----------------------------------------------------

    def _plan_lines(self, lines):
        """Plan anew the lines of a draft that somebody confirms now: others may have
        been told meanwhile."""
        if not self:
            return
        going = lines.filtered(lambda line: line.selected and not line.reason)
        for line_id, why in going._reasons_not_to_send().items():
            line = self.env["organizer.run.line"].browse(line_id)
            line.write({"reason": "changed", "why": why})
        going = going.filtered(lambda line: not line.reason)
        plans = self._plan({line: line._as_candidate() for line in going})
        first = {}
        for line, plan in plans.items():
            customer = line.commercial_partner_id
            if customer in first:
                refusal = self._second(first[customer], tells_all=False)
            else:
                refusal = plan.refusal
            if refusal:
                reason, why = refusal
                line.write({"reason": reason, "why": why, "planned_on": False})
            else:
                line.planned_on = plan.planned_on
                first[customer] = line._document()
