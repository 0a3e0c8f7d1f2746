import re

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

# customers whose invoices are filled by one statement
BATCH = 5000
# what of a contact a number is, and what else decides whose it is and how it is read
NUMBERS = {"sms_phone", "phone"}
SOURCES = NUMBERS | {"active", "country_id", "parent_id", "type"}


# what is still to be told or paid
OPEN = SQL(
    "(account_move.state = 'draft' OR account_move.state = 'posted' "
    "AND account_move.payment_state IN ('not_paid', 'partial'))"
)


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
    def _fill_sms_phones(self):
        """Give all invoices without a number their customers', by SQL: for those that
        are older than this add-on."""
        # sudo: where an invoice is sent does not depend on who installs
        moves = self.sudo()
        for company, partners in moves._without_sms_phones().items():
            for ids in split_every(BATCH, partners.ids):
                some = partners.browse(ids).with_company(company)
                moves._write_sms_phones(company, some._right_sms_phones())
                # there are as many as there are customers
                partners.invalidate_model()
        self.invalidate_model(["sms_phone"])

    @api.model
    def _open_without_sms_phone(self, customers):
        """What the customers of open invoices without a number have now; a constant
        number of queries by company, one where there is no such invoice

        :param customers: ``res.partner``, with all of their contacts
        :return: ``{company: {partner's id: E.164 or False}}``
        """
        # sudo: where an invoice is sent does not depend on who enters the number
        return {
            company: partners.with_company(company)._right_sms_phones()
            for company, partners in self.sudo()._without_sms_phones(customers).items()
        }

    @api.model
    def _pass_sms_phones_on(self, before):
        """Give those invoices the numbers that their customers had not before: one that
        a person has taken off an invoice does not come back.

        :param dict before: as :meth:`_open_without_sms_phone`
        """
        if not before:
            return
        # sudo: as above
        moves = self.sudo()
        for company, had in before.items():
            partners = self.env["res.partner"].sudo().browse(had)
            numbers = partners.with_company(company)._right_sms_phones()
            gained = {
                partner: number
                for partner, number in numbers.items()
                if number != had[partner]
            }
            moves._write_sms_phones(company, gained, only_open=True)
        self.invalidate_model(["sms_phone"])

    def _without_sms_phones(self, customers=None):
        """``{company: partners}`` of invoices without a number; one query

        :param customers: whose open invoices; None: everyone's, paid ones too
        """
        self.flush_model(
            [
                "company_id",
                "move_type",
                "partner_id",
                "payment_state",
                "sms_phone",
                "state",
            ]
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
                self._wants_sms_phone(only_open=customers is not None),
            )
        )
        companies, partners = self.env["res.company"], self.env["res.partner"]
        return {
            companies.browse(company): partners.browse(ids) for company, ids in rows
        }

    def _wants_sms_phone(self, only_open):
        return SQL(
            "COALESCE(account_move.sms_phone, '') = '' "
            "AND account_move.move_type IN %s AND %s",
            tuple(self.get_sale_types(include_receipts=True)),
            OPEN if only_open else SQL("account_move.state IN ('draft', 'posted')"),
        )

    def _write_sms_phones(self, company, numbers, only_open=False):
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
                self._wants_sms_phone(only_open),
            )
        )


class ResPartner(models.Model):
    """Who gets a number later passes it on to the open invoices that have none."""

    _inherit = "res.partner"

    @api.model_create_multi
    def create(self, vals_list):
        # a new customer has no invoices; a new contact may be the one for them
        before = self._new_family(vals_list)._numbers_before()
        partners = super().create(vals_list)
        self.env["account.move"]._pass_sms_phones_on(before)
        return partners

    def write(self, vals):
        before = {}
        if self._may_gain_number(vals):
            family = self | self.browse(vals.get("parent_id") or [])
            before = family._numbers_before()
        result = super().write(vals)
        self.env["account.move"]._pass_sms_phones_on(before)
        return result

    def _new_family(self, vals_list):
        """Whose contacts those with these values are to be, if they have a number."""
        usual = self.env.context.get("default_parent_id")
        parents = {
            vals.get("parent_id", usual)
            for vals in vals_list
            if any(vals.get(name) for name in NUMBERS)
        }
        return self.browse(filter(None, parents)).exists()

    def _may_gain_number(self, vals):
        written = SOURCES & set(vals)
        if written == {"sms_phone"}:
            # what was entered is written once more, as E.164
            return any(vals["sms_phone"] != one._own_sms_phone() for one in self)
        return not written <= NUMBERS or any(vals[name] for name in written)

    def _own_sms_phone(self):
        number = self.sms_phone
        return number and self._read_sms_phone(number, self._sms_phone_countries())

    def _numbers_before(self):
        return self.env["account.move"]._open_without_sms_phone(self) if self else {}
