from odoo import api, fields, models
from odoo.tools import SQL, format_amount

from .clock import today_of

BUDGET = "sms_organizer.mail_activity_budget"
# From which share of a budget somebody is told.
WARNED_AT = 0.8


class SmsPurse(models.Model):
    """The one row of each company that whoever spends holds for a moment.

    Packages and budgets are spent, bought and changed in turns: PostgreSQL refuses who
    has looked at what another one has changed meanwhile, and that one looks again. It
    is no counter: what is left is always the sum of what was taken. What comes back,
    which is in nobody's way, needs no turn.
    """

    _name = "sms.purse"
    _description = "SMS purse"
    _log_access = False
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    turns = fields.Integer(readonly=True, help="How often it was held.")
    day_warned_on = fields.Date("Warned of the day's budget", readonly=True)
    month_warned_on = fields.Date("Warned of the month's budget", readonly=True)

    _company_unique = models.Constraint("UNIQUE (company_id)")

    @api.model
    def _hold(self, companies):
        """Hold the purses of these companies until the end of the transaction.

        To be called before anything is looked at that it guards.

        :return: the purses, as superuser
        """
        # sudo: whoever spends or buys, the purse belongs to no user
        purses = self.sudo()
        if not companies:
            return purses
        purses.flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sms_purse (company_id, turns)
                     SELECT unnest(%s::int[]), 1
                ON CONFLICT (company_id)
                  DO UPDATE SET turns = sms_purse.turns + 1
                  RETURNING id
                """,
                sorted(companies.ids),
            ),
            log_exceptions=False,
        )
        held = purses.browse(row[0] for row in self.env.cr.fetchall())
        held.invalidate_recordset(flush=False)
        return held

    # -- warnings --------------------------------------------------------------------

    def _warn_of_budget(self, gateway, spent, refused):
        """One activity a day, and one a month, when most of a budget is spent.

        :param gateway: ``sms.gateway`` that messages are sent through, where it is
        :param spent: :class:`.res_company_budget.Spent`
        :param set refused: names of the budgets that have no room any more
        """
        self.ensure_one()
        company = self.company_id
        today = today_of(company)
        for name, first in (("day", today), ("month", today.replace(day=1))):
            budget = company[f"sms_budget_{name}"]
            is_short = name in refused or getattr(spent, name) >= WARNED_AT * budget
            if budget and is_short and self[f"{name}_warned_on"] != first:
                self[f"{name}_warned_on"] = first
                self._warn(gateway, name, getattr(spent, name), budget)

    def _warn(self, gateway, name, spent, budget):
        company = self.company_id
        words = {
            "day": self.env._(
                "%(spent)s of the day's SMS budget of %(budget)s are spent. What is "
                "beyond it waits for the next day."
            ),
            "month": self.env._(
                "%(spent)s of the month's SMS budget of %(budget)s are spent. What is "
                "beyond it waits for the next month."
            ),
        }
        amounts = {
            "spent": format_amount(self.env, spent, company.currency_id),
            "budget": format_amount(self.env, budget, company.currency_id),
        }
        summary = self.env._("SMS budget of %s", company.name)
        known = gateway.activity_search([BUDGET]).filtered(
            lambda activity: activity.summary == summary
        )
        if known:
            known[0].note = words[name] % amounts
            return
        gateway.activity_schedule(
            BUDGET,
            user_id=self._person(company, gateway.user_id).id,
            summary=summary,
            note=words[name] % amounts,
        )

    @api.model
    def _person(self, company, first):
        """:return: who is told: the one in charge, else one who administers"""
        administers = self.env.ref("sms_organizer.group_sms_administer")
        # sudo: to find somebody, whoever sends
        others = (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", administers.ids),
                    ("company_ids", "in", company.ids),
                ],
                limit=1,
            )
        )
        people = (first | others) - self.env.ref("base.user_root")
        able = people.filtered(lambda user: user.active and not user.share)
        return able[:1] or self.env.user
