from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from . import clock

# A day is summed up when nothing of it is on its way any more and its delivery reports
# are in: providers are asked for three days (REPORT_PATIENCE).
SETTLED_AFTER = timedelta(days=5)
# How far the clocks of the world are from UTC, and in between.
PLACES = [timedelta(hours=hours) for hours in (-12, 0, 14)]
ON_ITS_WAY = ("outgoing", "process", "unconfirmed")
# Days of all companies that one statement sums up.
BATCH = 31

# What a message is counted by, and with: a change of these opens its day again.
COUNTED = (
    "company_id",
    "gateway_id",
    "currency_id",
    "state",
    "is_test",
    "queued_at",
    "body",  # its segments
    "segments",
    "cost",
    # whether it is about customers
    "run_line_id",
    "reply_id",
    "res_model",
)


class SmsDay(models.Model):
    """Figures of days that are over, so that nobody adds up a year's messages again.

    A day is one at the company's place. It is closed if it has rows here, all of the
    company's present time zone, and none of them says that it was opened again; all
    other days are counted in the ledger. A message of a closed day that changes after
    all (sent again, a late report) adds such a row, and the next night sums the day up
    anew. That row is always added, never looked for: whoever sums up at the same moment
    does not see it, and leaves it for the next night. It is added to each day that the
    moment may be of in any time zone: the company may come back to one it was in.
    """

    _name = "sms.day"
    _description = "SMS of a day"
    _order = "day desc, id"
    _rec_name = "day"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    day = fields.Date(required=True, readonly=True)
    zone = fields.Char(
        "Time zone", readonly=True, help="In which it was a day at the company's place"
    )
    is_reopened = fields.Boolean("Opened again", readonly=True)
    gateway_id = fields.Many2one("sms.gateway", readonly=True, ondelete="set null")
    currency_id = fields.Many2one("res.currency", readonly=True)
    state = fields.Char(readonly=True)
    is_test = fields.Boolean("Test", readonly=True)
    about_customers = fields.Boolean(
        readonly=True, help="About invoices and customers: what senders may see"
    )
    messages = fields.Integer(readonly=True)
    segments = fields.Integer(readonly=True)
    cost = fields.Float(digits=(16, 4), readonly=True)

    _company_day_idx = models.Index("(company_id, day)")

    # -- SQL that the analysis shares ------------------------------------------------

    @api.model
    def _open_days(self):
        """Days of each company that are not closed: ``company_id``, ``day``, ``zone``,
        and ``since`` and ``until`` in UTC."""
        return SQL(
            """
            SELECT company.id AS company_id, days.day::date AS day, company.zone,
                   timezone('UTC', timezone(company.zone, days.day)) AS since,
                   timezone('UTC', timezone(company.zone, days.day + '1 day'))
                       AS until
              FROM (%(companies)s) company
        CROSS JOIN LATERAL (
                       SELECT queued_at FROM sms_sms
                        WHERE company_id = company.id AND queued_at IS NOT NULL
                     ORDER BY queued_at LIMIT 1
                   ) first
        CROSS JOIN LATERAL generate_series(
                       timezone(company.zone, timezone('UTC', first.queued_at))
                           ::date::timestamp,
                       timezone(company.zone, timezone('UTC', %(now)s::timestamp)),
                       '1 day'
                   ) AS days(day)
             WHERE NOT EXISTS (
                       SELECT 1 FROM (%(closed)s) closed
                        WHERE closed.company_id = company.id
                          AND closed.day = days.day::date
                   )
            """,
            companies=clock.zones_sql(),
            now=clock.now(self.env),
            closed=self._closed_days(),
        )

    @api.model
    def _closed_days(self):
        """``company_id`` and ``day``"""
        return SQL(
            """
            SELECT figures.company_id, figures.day
              FROM sms_day figures
              JOIN (%s) company ON company.id = figures.company_id
          GROUP BY figures.company_id, figures.day
            HAVING bool_and(figures.zone = company.zone AND NOT figures.is_reopened)
            """,
            clock.zones_sql(),
        )

    @api.model
    def _sums(self):
        """The figures of one of ``open_days``, by what they are counted by."""
        return SQL(
            """
            SELECT gateway_id, currency_id, state, COALESCE(is_test, FALSE) AS is_test,
                   COALESCE(run_line_id IS NOT NULL OR reply_id IS NOT NULL
                       OR res_model IN ('account.move', 'res.partner'), FALSE)
                       AS about_customers,
                   COUNT(*) AS messages, COALESCE(SUM(segments), 0) AS segments,
                   COALESCE(SUM(cost), 0) AS cost, MIN(id) AS first_id
              FROM sms_sms
             WHERE company_id = open_days.company_id
               AND queued_at >= open_days.since AND queued_at < open_days.until
          GROUP BY 1, 2, 3, 4, 5
            """
        )

    # -- summing up ------------------------------------------------------------------

    @api.autovacuum
    def _sum_up(self):
        """Sum up days that are over, the oldest first.

        :return: how many, and whether there are more
        """
        self.env["sms.sms"].flush_model()
        days = self._settled_days()
        self._drop_reopened(days)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sms_day (company_id, day, zone, is_reopened, gateway_id,
                                     currency_id, state, is_test, about_customers,
                                     messages, segments, cost)
                SELECT open_days.company_id, open_days.day, open_days.zone, FALSE,
                       sums.gateway_id, sums.currency_id, sums.state, sums.is_test,
                       sums.about_customers, sums.messages, sums.segments, sums.cost
                  FROM unnest(%s::int[], %s::date[], %s::varchar[], %s::timestamp[],
                              %s::timestamp[])
                       AS open_days(company_id, day, zone, since, until)
            CROSS JOIN LATERAL (%s) sums
                """,
                *([list(column) for column in zip(*days, strict=True)] or [[]] * 5),
                self._sums(),
            )
        )
        self.invalidate_model()
        return len(days), len(days) == BATCH

    def _settled_days(self):
        """:return: rows of :meth:`_open_days` on which there were messages, and nothing
        is on its way any more"""
        self.env.cr.execute(
            SQL(
                """
                SELECT open_days.*
                  FROM (%s) open_days
                 WHERE open_days.until < %s
                   AND EXISTS (
                           SELECT 1 FROM sms_sms
                            WHERE company_id = open_days.company_id
                              AND queued_at >= open_days.since
                              AND queued_at < open_days.until
                           HAVING COUNT(*) > 0 AND NOT bool_or(state IN %s)
                       )
              ORDER BY open_days.day, open_days.company_id
                 LIMIT %s
                """,
                self._open_days(),
                fields.Datetime.now() - SETTLED_AFTER,
                ON_ITS_WAY,
                BATCH,
            )
        )
        return self.env.cr.fetchall()

    def _drop_reopened(self, days):
        """What was counted of these days before, and what opens days that are not
        closed."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM sms_day
                 USING unnest(%s::int[], %s::date[]) AS again(company_id, day)
                 WHERE sms_day.company_id = again.company_id
                   AND sms_day.day = again.day
                """,
                [day[0] for day in days],
                [day[1] for day in days],
            )
        )
        self.env.cr.execute(
            """
            DELETE FROM sms_day
             WHERE is_reopened
               AND NOT EXISTS (
                       SELECT 1 FROM sms_day figures
                        WHERE figures.company_id = sms_day.company_id
                          AND figures.day = sms_day.day
                          AND NOT figures.is_reopened
                   )
            """
        )


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def write(self, vals):
        # EXTENDS 'sms'
        counted = any(name in vals for name in COUNTED)
        before = self._days_that_are_over() if counted else set()
        result = super().write(vals)
        if counted:
            self._reopen_days(before)
        return result

    def unlink(self):
        # EXTENDS 'sms'
        days = self._days_that_are_over()
        result = super().unlink()
        self.browse()._reopen_days(days)
        return result

    def _days_that_are_over(self):
        """:return: set of (company id, day) that may be summed up, in any time zone"""
        before = fields.Datetime.now() - SETTLED_AFTER
        old = self.filtered(lambda sms: sms.queued_at and sms.queued_at < before)
        return {
            (sms.company_id.id, (sms.queued_at + ahead).date())
            for sms in old.filtered("company_id")
            for ahead in PLACES
        }

    def _reopen_days(self, before=frozenset()):
        """The figures of these days change.

        :param before: days that they were counted on until now: one that is sent again
            is queued today
        """
        days = self._days_that_are_over() | before
        # sudo: nobody may write figures
        self.env["sms.day"].sudo().create(
            [
                {"company_id": company_id, "day": day, "is_reopened": True}
                for company_id, day in sorted(days)
            ]
        )
