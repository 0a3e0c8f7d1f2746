from datetime import timedelta

from odoo import models
from odoo.tools import format_date

from . import clock

# So long a payment takes that was made: Monday to Friday.
BANK_DAYS = 5
# A second "I have paid" within that time is no reason to wait once more.
PAUSED_AGAIN_AFTER = timedelta(days=30)


class OrganizerAnswer(models.Model):
    """What an answer does, as OdooBot, in the company's words.

    Each ``_act_…`` returns what it has done: a list of sentences.
    """

    _inherit = "organizer.answer"

    def _customer(self):
        return self.partner_id.with_company(self.company_id)

    def _today(self):
        return clock.today_of(self.company_id)

    # -- I have paid -----------------------------------------------------------------

    def _act_paid(self):
        """Nothing is marked as paid; who is to look for it gets the time to do so."""
        customer, until = self._customer(), self._in_bank_days(BANK_DAYS)
        paused_until = customer.reminder_paused_until
        if not customer or (paused_until and paused_until >= until):
            return []
        if before := self._paid_before():
            return [
                self.env._(
                    "Reminders go on: the customer said so on %s already.",
                    format_date(self.env, before._seller_day()),
                )
            ]
        customer.reminder_paused_until = until
        return [
            self.env._(
                "Reminders to the customer rest until %s.",
                format_date(self.env, until),
            )
        ]

    def _paid_before(self):
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("kind", "=", "paid"),
                ("answered_at", ">", self.answered_at - PAUSED_AGAIN_AFTER),
                ("id", "<", self.id),
            ],
            order="id",
            limit=1,
        )

    def _in_bank_days(self, count):
        day = self._today()
        while count:
            day += timedelta(days=1)
            count -= day.weekday() < 5
        return day

    # -- I will pay on … -------------------------------------------------------------

    def _act_promise(self):
        """Reminders rest by what ``_why_reminders_rest`` says; a longer pause stays."""
        self._customer().reminder_promised_on = self.date
        return [
            self.env._(
                "Reminders to the customer rest until %s.",
                format_date(self.env, self.date + timedelta(days=1)),
            )
        ]

    # -- I have a question -----------------------------------------------------------

    def _act_question(self):
        lines = self.move_ids.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )
        lines.filtered(lambda line: not line.no_followup).no_followup = True
        if not lines:
            return []
        return [
            self.env._(
                "Marked as disputed (“No Follow-Up”): %s. Nobody is reminded of it "
                "until you unmark it.",
                self._names(lines.move_id),
            )
        ]
