from datetime import datetime, time, timedelta

from odoo import api, fields, models

from ..tools import wall_clock
from ..tools.timetable import Timetable
from . import clock
from .organizer_schedule import DAYS

CRON = "sms_organizer.ir_cron_schedule"


class OrganizerSchedule(models.Model):
    """When it runs: naive UTC, as all moments in the database."""

    _inherit = "organizer.schedule"

    next_run_on = fields.Datetime(
        "Next run",
        compute="_compute_next_run_on",
        store=True,
        copy=False,
        index="btree_not_null",
    )

    @api.depends("is_on", "hour", "tz", "every", "month_day", *DAYS)
    def _compute_next_run_on(self):
        now = fields.Datetime.now()
        for schedule in self:
            wrong = schedule._time_problem()
            schedule.next_run_on = (
                schedule._timetable().next_after(now)
                if schedule.is_on and not wrong
                else False
            )

    def _timetable(self):
        return Timetable(
            hour=self.hour,
            zone=self.tz or "UTC",
            every=self.every,
            weekdays=frozenset(number for number, day in enumerate(DAYS) if self[day]),
            month_day=self.month_day,
        )

    def _local_date(self, moment):
        return clock.local_date(moment, self.tz or "UTC")

    def _first_slot_on(self, date):
        """The first run on this date of the seller's, or after it."""
        zone = clock.zone_of(self.company_id)
        start = wall_clock.to_utc(zone, datetime.combine(date, time()))
        return self._timetable().next_after(start - timedelta(microseconds=1))

    def _seller_date(self, moment):
        """The date by which what is due or overdue is judged."""
        return clock.local_date(moment, clock.zone_of(self.company_id))

    def _is_due(self, now):
        return bool(self.next_run_on and self.next_run_on <= now)

    @api.model
    def _wake(self, at=None):
        """Run the scheduled action as soon as this transaction has committed, or at a
        time."""
        if cron := self.env.ref(CRON, raise_if_not_found=False):
            cron.sudo()._trigger(at)  # sudo: senders can't read scheduled actions

    def _wake_at_next_run(self):
        for slot in set(self.filtered("next_run_on").mapped("next_run_on")):
            self._wake(slot)
