from datetime import datetime, time, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, float_compare, format_amount, format_datetime

from ..tools.wall_clock import to_utc
from .clock import today_of, zone_of

# Amounts are compared to so many digits: a segment costs thousandths.
DIGITS = 6


class Spent(NamedTuple):
    """In the company's currency."""

    day: float
    month: float


class ResCompany(models.Model):
    """What a company may spend on SMS: what it has bought before, or so much a day."""

    _inherit = "res.company"

    sms_prepaid = fields.Boolean(
        "Prepaid SMS",
        help="Each segment that is handed over takes one from a package; with too "
        "little left, messages wait.",
    )
    sms_packages_low = fields.Integer(
        "Warn below, of packages",
        help="Who bought the last package gets an activity when fewer segments are "
        "left. 0: nobody is warned.",
    )
    sms_budget_day = fields.Monetary(
        "SMS budget per day", help="What is beyond it waits for the next day. 0: none."
    )
    sms_budget_month = fields.Monetary(
        "SMS budget per month",
        help="What is beyond it waits for the next month. 0: none.",
    )

    _BUDGET_FIELDS = {"sms_budget_day", "sms_budget_month"}

    @api.constrains("sms_packages_low", "sms_budget_day", "sms_budget_month")
    def _check_sms_budget(self):
        labels = {
            "sms_packages_low": self.env._("Warn below"),
            "sms_budget_day": self.env._("SMS budget per day"),
            "sms_budget_month": self.env._("SMS budget per month"),
        }
        for company in self:
            for name, label in labels.items():
                if company[name] < 0:
                    raise ValidationError(
                        self.env._("%s: enter 0 for none, or more.", label)
                    )

    def write(self, vals):
        released = []
        if self._BUDGET_FIELDS & vals.keys():
            released.append("budget")
        if "sms_prepaid" in vals:
            released.append("credit")
        if released:
            purses = self.env["sms.purse"]._hold(self)
            # of another budget people are warned anew
            purses.write({"day_warned_on": False, "month_warned_on": False})
        result = super().write(vals)
        # sudo: the ledger is written by this add-on alone
        messages = self.env["sms.sms"].sudo()
        for what in released:
            messages._release(what, [("company_id", "in", self.ids)])
        return result

    def _sms_is_counted(self):
        """Whether what it sends has to be paid from something that ends."""
        return bool(self.sms_prepaid or self.sms_budget_day or self.sms_budget_month)

    # -- the budget ------------------------------------------------------------------

    def _sms_spent(self):
        """What was handed over this day and this month, and what is about to be.

        Each message at its cost; at its price, while it has none. What came back is not
        in it, and no test.

        :return: :class:`Spent`; nothing, where there is no budget
        """
        self.ensure_one()
        if not (self.sms_budget_day or self.sms_budget_month):
            return Spent(0, 0)
        today = today_of(self)
        month = today.replace(day=1)
        day_at, month_at = (self._sms_midnight(first) for first in (today, month))
        messages = self.env["sms.sms"]
        messages.flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT currency_id,
                       SUM(amount) FILTER (WHERE is_today),
                       SUM(amount)
                  FROM (SELECT currency_id,
                               CASE WHEN sent_at IS NULL THEN price
                                    ELSE COALESCE(
                                        cost - COALESCE(earlier_cost, 0), price)
                               END AS amount,
                               COALESCE(charged_on >= %(today)s,
                                        handed_over_at >= %(day_at)s) AS is_today
                          FROM sms_sms
                         WHERE company_id = %(company)s
                           AND is_test IS NOT TRUE
                           AND (charged_on >= %(month)s
                                OR (charged_on IS NULL
                                    AND handed_over_at >= %(month_at)s))
                           AND %(keeps)s
                         UNION ALL
                        SELECT currency_id, earlier_cost, earlier_cost_on >= %(today)s
                          FROM sms_sms
                         WHERE company_id = %(company)s
                           AND earlier_cost_on >= %(month)s) AS spent
              GROUP BY currency_id
                """,
                company=self.id,
                today=today,
                day_at=day_at,
                month=month,
                month_at=month_at,
                keeps=messages._keeps_sql(),
            )
        )
        spent = Spent(0, 0)
        for currency_id, day, total in self.env.cr.fetchall():
            rate = self._sms_rate(self.env["res.currency"].browse(currency_id))
            spent = Spent(
                spent.day + (day or 0) * rate, spent.month + (total or 0) * rate
            )
        return spent

    def _sms_rate(self, currency):
        """What one of this currency is in the company's, today."""
        if not currency or currency == self.currency_id:
            return 1
        today = today_of(self)
        return currency._convert(1, self.currency_id, self, today, round=False)

    def _sms_midnight(self, day):
        """When this day begins at the company's place, naive UTC."""
        return to_utc(zone_of(self), datetime.combine(day, time()))

    def _sms_budget_opens(self, is_month):
        """When the next day or month begins, naive UTC."""
        today = today_of(self)
        if is_month:
            return self._sms_midnight(
                (today.replace(day=1) + timedelta(days=32)).replace(day=1)
            )
        return self._sms_midnight(today + timedelta(days=1))

    def _sms_over_budget(self, spent):
        """Which budget has no room for that any more: ``day``, ``month`` or None."""
        # the month first: it is the longer one to wait for
        for name, amount in (("month", spent.month), ("day", spent.day)):
            budget = self[f"sms_budget_{name}"]
            if budget and float_compare(amount, budget, DIGITS) > 0:
                return name
        return None

    def _sms_budget_words(self, name, spent, until, amount=0):
        """Why a message waits, for a person.

        :param float amount: what it costs, in the company's currency
        """
        amounts = {
            "spent": format_amount(self.env, getattr(spent, name), self.currency_id),
            "budget": format_amount(
                self.env, self[f"sms_budget_{name}"], self.currency_id
            ),
            "at": format_datetime(self.env, until, tz=zone_of(self), dt_format="short"),
        }
        if self._sms_over_budget(Spent(amount, amount)):
            return self.env._(
                "it costs %(amount)s, more than the whole budget of %(budget)s. Raise "
                "the budget, or cancel it.",
                amount=format_amount(self.env, amount, self.currency_id),
                budget=amounts["budget"],
            )
        if name == "day":
            return self.env._(
                "%(spent)s of the day's budget of %(budget)s are spent. It goes on "
                "%(at)s, or when the budget is raised.",
                **amounts,
            )
        return self.env._(
            "%(spent)s of the month's budget of %(budget)s are spent. It goes on "
            "%(at)s, or when the budget is raised.",
            **amounts,
        )
