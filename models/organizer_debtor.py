from odoo import api, fields, models
from odoo.tools import SQL, ormcache

from .organizer_open_item import AGES
from .organizer_run_line import NOT_TOLD

NOW = ("organizer_now",)


class OrganizerDebtor(models.Model):
    """What a customer owes one company in one currency, as the ledger says it now.

    Read from what is open on receivable accounts: residuals, so that partial payments,
    instalments, credit notes and payments on account count by themselves. A customer is
    a commercial partner. Where all that is open comes to nothing, there is no row.

    What is owed, by its age and whether it is disputed or not, less the credit is the
    balance.
    """

    _name = "organizer.debtor"
    _inherit = "organizer.open.item"
    _description = "Debtor"
    _auto = False
    _order = "overdue desc, balance desc, id"
    _rec_name = "partner_id"
    _depends = {
        "organizer.run": ["basis"],
        "organizer.run.line": [
            "commercial_partner_id",
            "company_id",
            "outcome",
            "planned_on",
            "run_id",
            "told",
        ],
        "res.partner": [
            "reminder_excluded",
            "reminder_paused_until",
            "reminder_promised_on",
        ],
    }

    country_id = fields.Many2one("res.country", readonly=True)
    balance = fields.Monetary(
        readonly=True,
        help="All that is open, less credit notes and payments that are not matched "
        "yet",
    )
    balance_company = fields.Monetary(
        "Balance in the company's currency",
        currency_field="company_currency_id",
        readonly=True,
    )
    overdue = fields.Monetary(
        readonly=True,
        depends_context=NOW,
        help="What is open past its due date, less the credit. Disputed invoices, "
        "marked “No Follow-Up”, are not in it.",
    )
    overdue_company = fields.Monetary(
        "Overdue in the company's currency",
        currency_field="company_currency_id",
        readonly=True,
        depends_context=NOW,
    )
    undisputed = fields.Monetary(
        readonly=True,
        help="The balance without the invoices that are marked “No Follow-Up”",
    )
    disputed = fields.Monetary(
        readonly=True, help="What is open of invoices marked “No Follow-Up”"
    )
    credit = fields.Monetary(
        readonly=True, help="Credit notes and payments that are not matched yet"
    )
    credit_company = fields.Monetary(
        "Credit in the company's currency",
        currency_field="company_currency_id",
        readonly=True,
    )
    oldest_due_date = fields.Date(
        "Oldest due",
        readonly=True,
        depends_context=NOW,
        help="Of what is overdue; where the credit covers that, of what is due next",
    )
    days_overdue = fields.Integer(
        "Days overdue",
        readonly=True,
        aggregator="max",
        depends_context=NOW,
        help="Days since the oldest due date of what is overdue",
    )
    open_invoices = fields.Integer("Open invoices", readonly=True)
    overdue_invoices = fields.Integer(
        "Overdue invoices", readonly=True, depends_context=NOW
    )
    age = fields.Selection(
        string="Age of the oldest",
        help="Of the oldest that is overdue. Nothing is where there is only credit.",
    )

    # what is owed in the company's currency, by its own age
    not_due = fields.Monetary(
        "Not due",
        currency_field="company_currency_id",
        readonly=True,
        depends_context=NOW,
    )
    age_1_30 = fields.Monetary(
        "1–30 days",
        currency_field="company_currency_id",
        readonly=True,
        depends_context=NOW,
    )
    age_31_60 = fields.Monetary(
        "31–60 days",
        currency_field="company_currency_id",
        readonly=True,
        depends_context=NOW,
    )
    age_61_90 = fields.Monetary(
        "61–90 days",
        currency_field="company_currency_id",
        readonly=True,
        depends_context=NOW,
    )
    age_over_90 = fields.Monetary(
        "Over 90 days",
        currency_field="company_currency_id",
        readonly=True,
        depends_context=NOW,
    )

    excluded = fields.Boolean("No reminders", readonly=True)
    paused_until = fields.Date("No reminders until", readonly=True)
    promised_on = fields.Date("Promised to pay on", readonly=True)
    promise_broken = fields.Boolean(
        readonly=True,
        depends_context=NOW,
        help="The day of the promise is over, and something is overdue.",
    )
    last_reminder = fields.Datetime(
        readonly=True, help="The last message about what it owes, or that is to be sent"
    )
    next_reminder = fields.Datetime(
        "Next planned",
        compute="_compute_next_reminder",
        help="When a schedule tells it next, as things stand",
    )

    @api.depends("partner_id", "company_id")
    def _compute_sms_phone(self):
        # EXTENDS 'organizer.open.item'
        for company, debtors in self.grouped("company_id").items():
            # a number without country code is read by the country of the seller
            numbers = debtors.partner_id.with_company(company)._sms_phones()
            for debtor in debtors:
                debtor.sms_phone = numbers.get(debtor.partner_id.id)

    @api.depends("partner_id", "company_id")
    def _compute_next_reminder(self):
        schedules = self.env["organizer.schedule"]
        for company, debtors in self.grouped("company_id").items():
            planned = schedules._next_by_customer(company, debtors.partner_id)
            for debtor in debtors:
                debtor.next_reminder = planned.get(debtor.partner_id.id)

    # -- SQL -------------------------------------------------------------------------

    @property
    def _table_query(self):
        late_days = SQL("CASE WHEN late > credit THEN today - late_since ELSE 0 END")
        return SQL(
            """
            SELECT sums.*, customer.user_id, customer.country_id,
                   CASE WHEN late > credit THEN late_since
                        ELSE COALESCE(next_due, first_due) END AS oldest_due_date,
                   GREATEST(balance - disputed, 0) AS undisputed,
                   GREATEST(late - credit, 0) AS overdue,
                   GREATEST(late_company - credit_company, 0) AS overdue_company,
                   %(late_days)s AS days_overdue,
                   CASE WHEN late > credit THEN late_invoices ELSE 0 END
                       AS overdue_invoices,
                   CASE WHEN open_invoices > 0 THEN %(age)s END AS age,
                   COALESCE(%(excluded)s, FALSE) AS excluded,
                   %(paused_until)s AS paused_until,
                   %(promised_on)s AS promised_on,
                   COALESCE(%(promised_on)s < today AND late > credit, FALSE)
                       AS promise_broken,
                   (SELECT MAX(line.planned_on)
                      FROM organizer_run_line line
                      JOIN organizer_run run ON run.id = line.run_id
                     WHERE run.basis NOT IN %(free)s
                       AND line.company_id = sums.company_id
                       AND line.commercial_partner_id = sums.partner_id
                       AND line.told
                       AND line.outcome NOT IN %(not_told)s) AS last_reminder
              FROM (%(sums)s) sums
              JOIN res_partner customer ON customer.id = sums.partner_id
            """,
            late_days=late_days,
            free=tuple(self.env["organizer.basis"]._free()),
            age=self._age(late_days),
            excluded=self._of_customer("reminder_excluded"),
            paused_until=self._of_customer("reminder_paused_until"),
            promised_on=self._of_customer("reminder_promised_on"),
            not_told=NOT_TOLD,
            sums=self._sums(),
        )

    def _sums(self):
        """A row for each customer, company and currency with something open."""
        return SQL(
            """
            SELECT MIN(item.id) AS id, item.partner_id, item.company_id,
                   item.currency_id, item.company_currency_id, item.today,
                   SUM(item.residual) AS balance,
                   SUM(item.amount_residual) AS balance_company,
                   COALESCE(-SUM(item.residual) FILTER (WHERE NOT item.owed), 0)
                       AS credit,
                   COALESCE(-SUM(item.amount_residual) FILTER (WHERE NOT item.owed), 0)
                       AS credit_company,
                   COALESCE(SUM(item.residual)
                       FILTER (WHERE item.owed AND item.disputed), 0) AS disputed,
                   COALESCE(SUM(item.residual) FILTER (WHERE %(late)s), 0) AS late,
                   COALESCE(SUM(item.amount_residual) FILTER (WHERE %(late)s), 0)
                       AS late_company,
                   MIN(item.due) FILTER (WHERE %(late)s) AS late_since,
                   MIN(item.due) FILTER (WHERE item.owed AND item.days <= 0)
                       AS next_due,
                   MIN(item.due) FILTER (WHERE item.owed) AS first_due,
                   COUNT(DISTINCT item.move_id) FILTER (WHERE item.owed)
                       AS open_invoices,
                   COUNT(DISTINCT item.move_id) FILTER (WHERE %(late)s)
                       AS late_invoices,
                   %(ages)s
              FROM (%(items)s) item
          GROUP BY item.partner_id, item.company_id, item.currency_id,
                   item.company_currency_id, item.today
            HAVING SUM(item.residual) <> 0 OR SUM(item.amount_residual) <> 0
            """,
            late=SQL("item.owed AND item.days > 0 AND NOT item.disputed"),
            ages=SQL(", ").join(self._sum_of_age(age) for age, _last in AGES),
            items=self._items(),
        )

    def _sum_of_age(self, age):
        return SQL(
            "COALESCE(SUM(item.amount_residual) "
            "FILTER (WHERE item.owed AND item.age = %s), 0) AS %s",
            age,
            SQL.identifier(age if age == "not_due" else f"age_{age}"),
        )

    def _of_customer(self, name):
        """A company-dependent field of ``customer``, in the company of ``sums``."""
        return SQL(
            "(COALESCE(%(values)s->%(company)s, %(fallbacks)s::jsonb->%(company)s)->>0)"
            "::%(type)s",
            values=SQL.identifier("customer", name),
            company=SQL("sums.company_id::text"),
            fallbacks=self._fallbacks(name),
            type=SQL(self.env["res.partner"]._fields[name]._column_type[1]),
        )

    @api.model
    @ormcache("name")
    def _fallbacks(self, name):
        """What holds in each company for customers without a value, as JSON."""
        # sudo: the same for all users
        defaults = self.env["ir.default"].sudo()
        return defaults._get_field_column_fallbacks("res.partner", name)

    # -- buttons ---------------------------------------------------------------------

    def action_sms_by_template(self):
        """Send SMS to these customers, or to everyone a template is for."""
        return self.env["organizer.by_template"]._open_for("sms", self)

    def action_email_by_template(self):
        """The same by e-mail."""
        return self.env["organizer.by_template"]._open_for("email", self)

    def action_open_customer(self):
        self.ensure_one()
        return self.partner_id._get_records_action()
