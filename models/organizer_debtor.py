from odoo import fields, models
from odoo.tools import SQL


class OrganizerDebtor(models.Model):
    """What a customer owes one company in one currency, as the ledger says it now.

    Read from what is open on receivable accounts: residuals, so that partial payments,
    instalments, credit notes and payments on account count by themselves. A customer is
    a commercial partner. Who owes nothing and has no credit has no row.
    """

    _name = "organizer.debtor"
    _description = "Debtor"
    _auto = False
    _order = "overdue desc, balance desc, id"
    _rec_name = "partner_id"
    _depends = {
        "account.move.line": [
            "account_id",
            "amount_residual",
            "amount_residual_currency",
            "company_id",
            "currency_id",
            "date",
            "date_maturity",
            "move_id",
            "no_followup",
            "parent_state",
            "partner_id",
            "reconciled",
        ],
        "account.account": ["account_type"],
        "res.partner": ["commercial_partner_id", "tz"],
        "res.company": ["partner_id"],
    }

    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of the company"
    )
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
        help="What is open past its due date, less the credit. Disputed invoices, "
        "marked “No Follow-Up”, are not in it.",
    )
    overdue_company = fields.Monetary(
        "Overdue in the company's currency",
        currency_field="company_currency_id",
        readonly=True,
    )
    undisputed = fields.Monetary(
        readonly=True,
        help="The balance without the invoices that are marked “No Follow-Up”",
    )
    credit = fields.Monetary(
        readonly=True, help="Credit notes and payments that are not matched yet"
    )
    oldest_due_date = fields.Date(
        "Oldest due",
        readonly=True,
        help="Of what is overdue; where the credit covers that, of what is due next",
    )
    days_overdue = fields.Integer(
        readonly=True, help="Days since the oldest due date of what is overdue"
    )
    open_invoices = fields.Integer(readonly=True)
    overdue_invoices = fields.Integer(readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT id, partner_id, company_id, currency_id, balance, balance_company,
                   credit, open_invoices,
                   CASE WHEN late > credit THEN late_since
                        ELSE COALESCE(next_due, first_due) END AS oldest_due_date,
                   GREATEST(balance - disputed, 0) AS undisputed,
                   GREATEST(late - credit, 0) AS overdue,
                   GREATEST(late_company - credit_company, 0) AS overdue_company,
                   CASE WHEN late > credit THEN today - late_since ELSE 0 END
                       AS days_overdue,
                   CASE WHEN late > credit THEN late_invoices ELSE 0 END
                       AS overdue_invoices
              FROM (%s) sums
            """,
            self._sums(),
        )

    def _sums(self):
        """A row for each customer, company and currency with something open."""
        owed = SQL("item.amount_residual > 0")
        late = SQL("%s AND item.due < item.today AND NOT item.disputed", owed)
        return SQL(
            """
            SELECT MIN(item.id) AS id, item.partner_id, item.company_id,
                   item.currency_id, item.today,
                   SUM(item.residual) AS balance,
                   SUM(item.amount_residual) AS balance_company,
                   COALESCE(-SUM(item.residual) FILTER (WHERE NOT %(owed)s), 0)
                       AS credit,
                   COALESCE(-SUM(item.amount_residual) FILTER (WHERE NOT %(owed)s), 0)
                       AS credit_company,
                   COALESCE(SUM(item.residual)
                       FILTER (WHERE %(owed)s AND item.disputed), 0) AS disputed,
                   COALESCE(SUM(item.residual) FILTER (WHERE %(late)s), 0) AS late,
                   COALESCE(SUM(item.amount_residual) FILTER (WHERE %(late)s), 0)
                       AS late_company,
                   MIN(item.due) FILTER (WHERE %(late)s) AS late_since,
                   MIN(item.due) FILTER (WHERE %(owed)s AND item.due >= item.today)
                       AS next_due,
                   MIN(item.due) FILTER (WHERE %(owed)s) AS first_due,
                   COUNT(DISTINCT item.move_id) FILTER (WHERE %(owed)s)
                       AS open_invoices,
                   COUNT(DISTINCT item.move_id) FILTER (WHERE %(late)s)
                       AS late_invoices
              FROM (%(items)s) item
          GROUP BY item.partner_id, item.company_id, item.currency_id, item.today
            HAVING SUM(item.residual) <> 0
            """,
            owed=owed,
            late=late,
            items=self._items(),
        )

    def _items(self):
        """What is open: a row for each unreconciled line of a receivable account."""
        return SQL(
            """
            SELECT line.id, line.move_id, line.company_id, line.currency_id,
                   customer.commercial_partner_id AS partner_id,
                   line.amount_residual, line.amount_residual_currency AS residual,
                   COALESCE(line.date_maturity, line.date) AS due,
                   COALESCE(line.no_followup, FALSE) AS disputed,
                   timezone(COALESCE(seller.tz, 'UTC'), now())::date AS today
              FROM account_move_line line
              JOIN account_account account ON account.id = line.account_id
              JOIN res_partner customer ON customer.id = line.partner_id
              JOIN res_company company ON company.id = line.company_id
              JOIN res_partner seller ON seller.id = company.partner_id
             WHERE account.account_type = 'asset_receivable'
               AND line.parent_state = 'posted'
               AND line.reconciled IS NOT TRUE
            """
        )

    # -- buttons ---------------------------------------------------------------------

    def action_send_sms(self):
        """Open Send SMS for these customers."""
        template = self.env["organizer.template"]._on_offer(
            "sms", self.company_id[:1], "customer_overdue_debt"
        )[:1]
        if not template:
            return self.partner_id.action_send_sms()
        return template._open_compose(self)

    def action_open_customer(self):
        self.ensure_one()
        return self.partner_id._get_records_action()
