from datetime import date

from odoo import models
from odoo.fields import Domain
from odoo.tools import format_date

from .organizer_basis import Placeholder


class OrganizerBasisCustomer(models.AbstractModel):
    """What the bases about a customer have in common, debts among it."""

    _name = "organizer.basis.customer"
    _inherit = "organizer.basis"
    _description = "Basis: a customer"

    _basis_model = "res.partner"
    _basis_menus = ("res.partner", "organizer.debtor")

    def _placeholders(self):
        """Those of a customer who may owe nothing."""
        examples = self._examples()
        return {
            name: examples[name]
            for name in ("company", "customer", "customer_id", "salesperson", "phone")
        }

    def _examples(self):
        """All that can be said of a customer and what it owes."""
        currency = self.env.company.currency_id
        return {
            "company": Placeholder(
                self.env._("Your company"), self.env.company.name or ""
            ),
            "customer": Placeholder(self.env._("Customer"), "Azure Interior"),
            "customer_id": Placeholder(
                self.env._("Customer's VAT or registration number"), "PL5260001246"
            ),
            "debt": Placeholder(
                self.env._("Debt"), self._format_amount(1234.5, currency)
            ),
            "overdue_debt": Placeholder(
                self.env._("Overdue debt"), self._format_amount(1000, currency)
            ),
            "days_overdue": Placeholder(self.env._("Days overdue"), "14"),
            "due_date": Placeholder(
                self.env._("Due date"), format_date(self.env, date(2026, 11, 30))
            ),
            "oldest_due_date": Placeholder(
                self.env._("Oldest due date"), format_date(self.env, date(2026, 9, 30))
            ),
            "open_invoices": Placeholder(self.env._("Number of open invoices"), "3"),
            "link": Placeholder(self.env._("Link to the open invoices"), ""),
            "bank_account": Placeholder(
                self.env._("Your bank account"), "PL61109010140000071219812874"
            ),
            "salesperson": Placeholder(self.env._("Salesperson"), "Marc Demo"),
            "phone": Placeholder(
                self.env._("Your phone"), self.env.company.phone or "+48 22 123 45 67"
            ),
        }

    def _debt_names(self):
        return ("debt", "overdue_debt", "oldest_due_date", "open_invoices")

    def _domain(self):
        return self._of_company() & Domain("parent_id", "=", False)

    def _of_company(self):
        return Domain("company_id", "in", (False, self.env.company.id))

    # -- texts -----------------------------------------------------------------------

    def _values_in_lang(self, documents, names):
        debts = {}
        wanted = {"days_overdue", "bank_account", *self._debt_names()}
        if names & wanted & set(self._placeholders()) and self._may_see_debts():
            debts = self._debt_values(documents)
        company = self.env.company
        company_values = self._company_values(company)
        return {
            partner.id: {
                **company_values,
                **self._customer_values(partner),
                # sudo: whose name stands in the text, whoever may read users
                "salesperson": partner.sudo().user_id.name or "",
                **debts.get(partner.id, {}),
            }
            for partner in documents
        }

    def _fetch(self, documents):
        documents.fetch(
            [
                "commercial_partner_id",
                "company_id",
                "company_registry",
                "country_id",
                "email",
                "lang",
                "name",
                "parent_id",
                "sms_phone",
                "type",
                "user_id",
                "vat",
            ]
        )
        documents.commercial_partner_id.fetch(["name", "vat", "company_registry"])
        documents.sudo().user_id.partner_id.fetch(["name"])  # sudo: as above

    def _company_values(self, company):
        return {"company": company.name, "phone": company.phone or ""}

    def _customer_values(self, partner):
        customer = partner.commercial_partner_id
        number = customer.vat or customer.company_registry
        return {
            "customer": partner.name or customer.name or "",
            "customer_id": number or "",
        }

    def _debt_values(self, partners):
        """``{partner id: {placeholder: text}}`` of what its customer owes this company,
        in the language of the context. Two queries."""
        by_customer = self._debtors(partners).grouped("partner_id")
        account = self._bank_account()
        return {
            partner.id: {
                **self._debtor_values(by_customer.get(partner.commercial_partner_id)),
                "bank_account": account,
            }
            for partner in partners
        }

    def _debtor_values(self, debtors):
        """What is disputed is not claimed.

        :param debtors: of one customer, by currency; None if it owes nothing
        """
        debtors = (debtors or self.env["organizer.debtor"]).sorted("currency_id")
        owing = debtors.filtered(lambda one: one.balance > 0)
        late = debtors.filtered(lambda one: one.overdue > 0)
        own = self.env.company.currency_id
        dates = [one.oldest_due_date for one in owing if one.oldest_due_date]
        return {
            "debt": self._format_amounts(
                [(one.undisputed, one.currency_id) for one in owing] or [(0, own)]
            ),
            "overdue_debt": self._format_amounts(
                [(one.overdue, one.currency_id) for one in late] or [(0, own)]
            ),
            "oldest_due_date": format_date(self.env, min(dates)) if dates else "",
            "open_invoices": str(sum(owing.mapped("open_invoices"))),
            "days_overdue": str(max(late.mapped("days_overdue"), default=0)),
        }

    def _owed_by(self, partners):
        """``{partner id: {placeholder: {currency id as text: amount}}}``"""
        by_customer = self._debtors(partners).grouped("partner_id")
        none = self.env["organizer.debtor"]
        return {
            partner.id: {
                name: {str(one.currency_id.id): one[field] for one in debtors}
                for name, field in (
                    ("debt", "undisputed"),
                    ("overdue_debt", "overdue"),
                )
            }
            for partner in partners
            for debtors in [by_customer.get(partner.commercial_partner_id, none)]
        }

    def _may_see_debts(self):
        """Debts are for those who may see the books."""
        return self.env["organizer.debtor"].has_access("read")

    def _debtors(self, partners):
        """What the customers owe this company, a row by currency. One query."""
        # sudo: who may write to a customer may say what it owes
        return (
            self.env["organizer.debtor"]
            .sudo()
            .search_fetch(
                [
                    ("partner_id", "in", partners.commercial_partner_id.ids),
                    ("company_id", "=", self.env.company.id),
                ],
                [
                    "partner_id",
                    "currency_id",
                    "balance",
                    "overdue",
                    "undisputed",
                    "oldest_due_date",
                    "days_overdue",
                    "open_invoices",
                ],
            )
        )

    def _bank_account(self):
        # sudo: the account that customers pay to is no secret
        accounts = self.env.company.sudo().partner_id.bank_ids
        return accounts[:1].acc_number or ""

    # -- who -------------------------------------------------------------------------

    def _documents_from(self, records):
        if records._name == "organizer.debtor":
            return records.partner_id
        return super()._documents_from(records)

    def _company(self, document):
        # a customer may be shared by all companies: it is told by the one that sends
        return self.env.company
