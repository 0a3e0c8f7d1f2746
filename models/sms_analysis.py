from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from . import clock


class SmsAnalysis(models.Model):
    """How many SMS there were and what they cost, by day: the ledger in figures.

    Days that are over are summed up (``sms_day.py``); the others are counted now.
    """

    _name = "sms.analysis"
    _description = "SMS analysis"
    _auto = False
    _order = "day desc, id"
    _rec_name = "day"
    _depends = {
        "sms.day": [
            "about_customers",
            "company_id",
            "cost",
            "currency_id",
            "day",
            "gateway_id",
            "is_reopened",
            "is_test",
            "messages",
            "segments",
            "state",
            "zone",
        ],
        "sms.sms": [
            "company_id",
            "cost",
            "currency_id",
            "gateway_id",
            "is_test",
            "queued_at",
            "reply_id",
            "res_model",
            "run_line_id",
            "segments",
            "state",
        ],
        "res.company": ["partner_id"],
        "res.partner": ["country_id", "tz"],
        "res.country": ["code"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    day = fields.Date("Date", readonly=True, help="At the company's place")
    gateway_id = fields.Many2one("sms.gateway", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    state = fields.Selection(
        selection=lambda self: self.env["sms.sms"]._fields["state"].selection,
        string="Status",
        readonly=True,
    )
    is_test = fields.Boolean("Test", readonly=True)
    about_customers = fields.Boolean(readonly=True)
    messages = fields.Integer(readonly=True)
    segments = fields.Integer("SMS", readonly=True, help="Billed parts")
    cost = fields.Monetary(readonly=True)

    @property
    def _table_query(self):
        days = self.env["sms.day"]
        return SQL(
            """
            SELECT figures.id, figures.company_id, figures.day, figures.gateway_id,
                   figures.currency_id, figures.state, figures.is_test,
                   figures.about_customers, figures.messages, figures.segments,
                   figures.cost
              FROM sms_day figures
              JOIN (%(closed)s) closed ON closed.company_id = figures.company_id
                         AND closed.day = figures.day
         UNION ALL
            SELECT -live.first_id, open_days.company_id, open_days.day, live.gateway_id,
                   live.currency_id, live.state, live.is_test, live.about_customers,
                   live.messages, live.segments, live.cost
              FROM (%(open_days)s) open_days
        CROSS JOIN LATERAL (%(sums)s) live
            """,
            closed=days._closed_days(),
            open_days=days._open_days(),
            sums=days._sums(),
        )

    def action_open_messages(self):
        """The messages that are counted here."""
        self.ensure_one()
        self.env["sms.sms"].check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sms_organizer.action_sms_message"
            ),
            "domain": self._messages_domain(),
        }

    def _messages_domain(self):
        begin, end = clock.day_bounds(self.day, clock.zone_of(self.company_id))
        # as in sms_day.py
        about_customers = (
            Domain("run_line_id", "!=", False)
            | Domain("reply_id", "!=", False)
            | Domain("res_model", "in", ("account.move", "res.partner"))
        )
        counted = Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("queued_at", ">=", begin),
                ("queued_at", "<", end),
                ("gateway_id", "=", self.gateway_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("state", "=", self.state),
                ("is_test", "=", self.is_test),
            ]
        )
        is_about = about_customers if self.about_customers else ~about_customers
        return list(counted & is_about)
