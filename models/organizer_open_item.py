from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from . import clock

# the ages of a debt, each with the last day past the due date that is in it
AGES = (("not_due", 0), ("1_30", 30), ("31_60", 60), ("61_90", 90), ("over_90", None))


class OrganizerOpenItem(models.AbstractModel):
    """What customers have open on receivable accounts: the SQL that views of it share.

    Today is the day at the seller's place. The context may say another time, as
    ``organizer_now`` (see ``clock.py``), to look ahead.
    """

    _name = "organizer.open.item"
    _inherit = "organizer.channel.buttons"
    _description = "Open on a receivable account"
    _channel_buttons = {
        "action_sms_by_template": "sms",
        "action_email_by_template": "email",
        "action_send_sms": "sms",
        "action_send_email": "email",
    }
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
        "res.country": ["code"],
        "res.partner": ["commercial_partner_id", "country_id", "tz", "user_id"],
        "res.company": ["currency_id", "partner_id"],
    }

    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_currency_id = fields.Many2one(
        "res.currency", "Currency of the company", readonly=True
    )
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    category_ids = fields.Many2many(
        related="partner_id.category_id", string="Customer groups"
    )
    sms_phone = fields.Char("SMS number", compute="_compute_sms_phone")
    age = fields.Selection(
        [
            ("not_due", "Not due"),
            ("1_30", "1–30 days"),
            ("31_60", "31–60 days"),
            ("61_90", "61–90 days"),
            ("over_90", "Over 90 days"),
        ],
        readonly=True,
        depends_context=("organizer_now",),
    )

    def _compute_sms_phone(self):
        """Where SMS about them go; to be said by each view."""
        self.sms_phone = False

    # -- SQL -------------------------------------------------------------------------

    def _items(self):
        """A row for each unreconciled line of a receivable account: what is ``owed``,
        and what credit there is, below zero."""
        return SQL(
            """
            SELECT line.*, line.today - line.due AS days, %(age)s AS age
              FROM (%(lines)s) line
            """,
            age=self._age(SQL("line.today - line.due")),
            lines=self._open_lines(),
        )

    def _open_lines(self):
        return SQL(
            """
            SELECT line.id, line.move_id, line.company_id, line.currency_id,
                   company.currency_id AS company_currency_id, company.today,
                   customer.commercial_partner_id AS partner_id,
                   line.amount_residual, line.amount_residual_currency AS residual,
                   CASE WHEN line.amount_residual_currency = 0
                        THEN line.amount_residual > 0
                        ELSE line.amount_residual_currency > 0 END AS owed,
                   COALESCE(line.date_maturity, line.date) AS due,
                   COALESCE(line.no_followup, FALSE) AS disputed
              FROM account_move_line line
              JOIN account_account account ON account.id = line.account_id
              JOIN res_partner customer ON customer.id = line.partner_id
              JOIN (%(companies)s) company ON company.id = line.company_id
             WHERE account.account_type = 'asset_receivable'
               AND line.parent_state = 'posted'
               AND line.reconciled IS NOT TRUE
            """,
            companies=self._companies(),
        )

    def _companies(self):
        """Each company with its currency and its today; OFFSET keeps PostgreSQL from
        working that out anew for each line."""
        return SQL(
            """
            SELECT company.id, company.currency_id,
                   timezone(%(zone)s, timezone('UTC', %(now)s::timestamp))::date
                       AS today
              FROM res_company company
              JOIN res_partner seller ON seller.id = company.partner_id
         LEFT JOIN res_country land ON land.id = seller.country_id
            OFFSET 0
            """,
            zone=clock.zone_sql("seller", "land"),
            now=clock.now(self.env),
        )

    def _age(self, days):
        """:param SQL days: since the due date"""
        cases = (
            SQL("WHEN %s <= %s THEN %s", days, last, age)
            for age, last in AGES
            if last is not None
        )
        return SQL("CASE %s ELSE %s END", SQL(" ").join(cases), AGES[-1][0])

    def _read_group_orderby(self, order, groupby_terms, query):
        # EXTENDS 'base': ages in their order, not in that of the alphabet
        if "age" not in groupby_terms:
            return super()._read_group_orderby(order, groupby_terms, query)
        age = groupby_terms["age"]
        ages = [age for age, _last in AGES]
        groupby_terms["age"] = SQL("array_position(%s::varchar[], %s)", ages, age)
        result = super()._read_group_orderby(order, groupby_terms, query)
        groupby_terms["age"] = age
        return result

    # -- buttons ---------------------------------------------------------------------

    def _open_template(self, channel, basis, documents):
        """Open *Send SMS* or *Send e-mail* with the first template of a basis.

        :return: None where there is no such template
        """
        templates = self.env["organizer.template"]
        template = templates._on_offer(channel, self.company_id[:1], basis)[:1]
        return template._open_compose(documents) if template else None

    def _open_email(self, basis, documents):
        if action := self._open_template("email", basis, documents):
            return action
        raise UserError(
            self.env._(
                "There is no e-mail template about “%s”. Add one in Organizer ▸ "
                "Message Templates.",
                self.env["organizer.basis"]._get(basis)._basis_label(),
            )
        )
