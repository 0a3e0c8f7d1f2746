import re

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

# customers whose invoices are filled by one statement
BATCH = 5000
# what of a contact a number is, and what else decides whose it is and how it is read
NUMBERS = {"sms_phone", "phone"}
SOURCES = NUMBERS | {"active", "country_id", "parent_id", "type"}


class AccountMove(models.Model):
    """The SMS number of invoices that have none, from their customers."""

    _inherit = "account.move"

    sms_phone_digits = fields.Char(
        "SMS number, however it is written",
        compute="_compute_sms_phone_digits",
        search="_search_sms_phone_digits",
    )

    @api.depends("sms_phone")
    def _compute_sms_phone_digits(self):
        for move in self:
            move.sms_phone_digits = move.sms_phone

    def _search_sms_phone_digits(self, operator, value):
        """As a person writes it: 601 234 567, 0048 601…, 087-123…"""
        if operator != "ilike":
            return NotImplemented
        digits = re.sub(r"\D", "", str(value)).lstrip("0")
        return Domain("sms_phone", "ilike", digits) if digits else Domain.FALSE

    @api.model
    def _fill_sms_phones(self, customers=None):
        """Give the invoices without a number their customers', by SQL: also those that
        are older than this add-on, and those whose customer has got a number since.

        :param customers: ``res.partner``, with all of their contacts; None: all
        """
        # sudo: where an invoice is sent does not depend on who enters the number
        for company, partners in self.sudo()._without_sms_phones(customers).items():
            for ids in split_every(BATCH, partners.ids):
                some = partners.browse(ids).with_company(company)
                numbers = some._sms_phones()
                self._write_sms_phones(company, numbers)
                if customers is None:
                    # there are as many as there are customers
                    partners.invalidate_model()
        self.invalidate_model(["sms_phone"])

    def _without_sms_phones(self, customers):
        """``{company: partners}`` of invoices without a number; one query"""
        self.flush_model(
            ["company_id", "move_type", "partner_id", "sms_phone", "state"]
        )
        whose = SQL("TRUE")
        if customers is not None:
            customers.flush_model(["commercial_partner_id"])
            whose = SQL(
                "partner_id IN (SELECT id FROM res_partner "
                "WHERE commercial_partner_id = ANY(%s))",
                customers.commercial_partner_id.ids,
            )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT company_id, array_agg(DISTINCT partner_id ORDER BY partner_id)
                  FROM account_move
                 WHERE %s AND partner_id IS NOT NULL AND %s
              GROUP BY company_id
                """,
                whose,
                self._wants_sms_phone(),
            )
        )
        companies, partners = self.env["res.company"], self.env["res.partner"]
        return {
            companies.browse(company): partners.browse(ids) for company, ids in rows
        }

    def _wants_sms_phone(self):
        return SQL(
            "COALESCE(account_move.sms_phone, '') = '' "
            "AND account_move.state IN ('draft', 'posted') "
            "AND account_move.move_type IN %s",
            tuple(self.get_sale_types(include_receipts=True)),
        )

    def _write_sms_phones(self, company, numbers):
        """
        :param dict numbers: partner's id → E.164 or False
        """
        found = {partner: number for partner, number in numbers.items() if number}
        if not found:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE account_move
                   SET sms_phone = found.number
                  FROM unnest(%s::int[], %s::varchar[]) AS found(partner_id, number)
                 WHERE account_move.partner_id = found.partner_id
                   AND account_move.company_id = %s AND %s
                """,
                list(found),
                list(found.values()),
                company.id,
                self._wants_sms_phone(),
            )
        )


class ResPartner(models.Model):
    """Who gets a number later passes it on to the invoices that have none."""

    _inherit = "res.partner"

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        # a new customer has no invoices; a new contact may be the one for them
        partners.filtered("parent_id")._with_number()._pass_sms_phones_on()
        return partners

    def write(self, vals):
        result = super().write(vals)
        if written := SOURCES & set(vals):
            some = self._with_number() if written <= NUMBERS else self
            some._pass_sms_phones_on()
        return result

    def _with_number(self):
        return self.filtered(lambda one: one.sms_phone or one.phone)

    def _pass_sms_phones_on(self):
        if self:
            self.env["account.move"]._fill_sms_phones(self)
