from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

import pytz
from freezegun import freeze_time

from .common import OrganizerCommon

ZONE = "Europe/Warsaw"
TOLD = ("sent", "delivered")
MONDAY = date(2026, 6, 1)


class ScheduleCommon(OrganizerCommon):
    """Nights under a frozen clock, as the scheduled action lives through them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.name = "Drukarz"
        cls.company.partner_id.tz = ZONE
        cls.company.country_id = cls.poland
        cls.gateway.test_mode = True
        cls.schedules = cls.env["organizer.schedule"]

    @classmethod
    def _schedule(cls, basis="invoice_overdue", channel="sms", **values):
        """A schedule that is on, at 10:00 in Warsaw, that sends at any time."""
        values = {
            "name": basis,
            "company_id": cls.company.id,
            "channel": channel,
            "template_id": cls._template(basis, channel).id,
            "user_id": cls.accountant.id,
            "tz": ZONE,
            "window": "any",
            "is_on": True,
            **values,
        }
        return cls.schedules.create(values)

    @classmethod
    def _invoice_due(cls, due, partner=None, amount=100, **values):
        """A posted invoice, issued two weeks before its due date."""
        move = cls._invoice(
            partner,
            amount=amount,
            post=False,
            invoice_date=due - timedelta(days=14),
            **values,
        )
        move.invoice_date_due = due
        move.action_post()
        return move

    def _due(self, days_before, **values):
        """An invoice that was due so many days before the first Monday."""
        return self._invoice_due(MONDAY - timedelta(days=days_before), **values)

    @classmethod
    def _pay(cls, move, amount=None):
        payment = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"amount": amount or move.amount_residual})
        )
        payment.action_create_payments()

    @contextmanager
    def _at(self, day, hour=10, minute=1):
        """A moment of Warsaw's clock."""
        local = datetime.combine(day, time(hour, minute))
        moment = pytz.timezone(ZONE).localize(local).astimezone(pytz.utc)
        with freeze_time(moment.replace(tzinfo=None)):
            self.env["organizer.debtor"].invalidate_model()
            yield

    def _night(self, day, hour=10, minute=1):
        """The scheduled action, and what leaves the queue by the evening."""
        with self._at(day, hour, minute):
            self.schedules._process()
        with self._at(day, 18):
            self._pass()

    def _nights(self, first, count):
        for number in range(count):
            self._night(first + timedelta(days=number))

    def _lines(self, **values):
        """Lines of schedules, in the order they were made."""
        domain = [("schedule_id", "!=", False), ("run_id.origin", "!=", "forecast")]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["organizer.run.line"].search(domain, order="id")

    def _story(self, partner):
        """``[(day, step, outcome or reason), …]`` of what became of a customer."""
        return [
            (
                str(line.run_id.schedule_id._local_date(line.run_id.slot)),
                line.step,
                line.reason or ("told" if line.outcome in TOLD else line.outcome),
            )
            for line in self._lines(commercial_partner_id=partner.id)
        ]
