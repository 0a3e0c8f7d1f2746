from odoo import api, fields, models
from odoo.tools import SQL


class OrganizerUnpaid(models.Model):
    """What is open of one invoice, as the ledger says it now.

    An instalment is a row of its own, and so is any other posted entry that a customer
    owes, an opening balance among them.
    """

    _name = "organizer.unpaid"
    _inherit = "organizer.open.item"
    _description = "Unpaid invoice"
    _auto = False
    _order = "due_date, id"
    _rec_name = "move_id"
    _depends = {
        "account.move": ["date", "invoice_date", "invoice_user_id", "journal_id"],
    }

    move_id = fields.Many2one("account.move", "Invoice", readonly=True)
    journal_id = fields.Many2one("account.journal", readonly=True)
    invoice_date = fields.Date("Invoice date", readonly=True)
    due_date = fields.Date("Due date", readonly=True)
    days = fields.Integer(
        "Days past due",
        readonly=True,
        aggregator="max",
        depends_context=("organizer_now",),
        help="Days since the due date; below zero until then",
    )
    due_words = fields.Char("Due", compute="_compute_due_words")
    residual = fields.Monetary("Amount due", readonly=True)
    residual_company = fields.Monetary(
        "Amount due in the company's currency",
        currency_field="company_currency_id",
        readonly=True,
    )
    disputed = fields.Boolean(
        readonly=True, help="The invoice is marked “No Follow-Up”."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT item.id, item.move_id, item.partner_id, item.company_id,
                   item.currency_id, item.company_currency_id, move.journal_id,
                   COALESCE(move.invoice_date, move.date) AS invoice_date,
                   item.due AS due_date, item.days, item.age, item.residual,
                   item.amount_residual AS residual_company, item.disputed,
                   COALESCE(move.invoice_user_id, customer.user_id) AS user_id
              FROM (%s) item
              JOIN account_move move ON move.id = item.move_id
              JOIN res_partner customer ON customer.id = item.partner_id
             WHERE item.owed
            """,
            self._items(),
        )

    @api.depends("move_id")
    def _compute_sms_phone(self):
        # EXTENDS 'organizer.open.item'
        numbers = self.move_id._sms_phones()
        for row in self:
            row.sms_phone = numbers.get(row.move_id.id)

    @api.depends("days")
    @api.depends_context("lang", "organizer_now")
    def _compute_due_words(self):
        words = {
            -1: self.env._("tomorrow"),
            0: self.env._("today"),
            1: self.env._("yesterday"),
        }
        for row in self:
            if row.days in words:
                row.due_words = words[row.days]
            elif row.days > 0:
                row.due_words = self.env._("%s days ago", row.days)
            else:
                row.due_words = self.env._("in %s days", -row.days)

    # -- buttons ---------------------------------------------------------------------

    def action_send_sms(self):
        """Open Send SMS for these invoices."""
        return self.move_id.action_send_sms()

    def action_send_email(self):
        """Open Send e-mail for these invoices."""
        basis = self.env["organizer.compose"]._basis_for(self.move_id)
        return self._open_email(basis, self.move_id)

    def action_open_document(self):
        self.ensure_one()
        return self.move_id._get_records_action()
