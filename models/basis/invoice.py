from functools import cache

from odoo import models
from odoo.fields import Domain
from odoo.tools import format_date

from .. import clock
from .organizer_basis import Placeholder

# what is read at once for the texts, and for the refusals, of many invoices
MOVE_FIELDS = (
    "amount_residual",
    "amount_total",
    "commercial_partner_id",
    "company_id",
    "currency_id",
    "invoice_date",
    "invoice_date_due",
    "invoice_user_id",
    "move_type",
    "name",
    "partner_bank_id",
    "partner_id",
    "payment_reference",
    "payment_state",
    "sms_phone",
    "state",
)
OPEN = ("not_paid", "partial")


class OrganizerBasisInvoice(models.AbstractModel):
    """What the bases about one invoice have in common."""

    _name = "organizer.basis.invoice"
    _inherit = "organizer.basis"
    _description = "Basis: an invoice"

    _basis_has_invoice = True
    _basis_filters = frozenset(("amount", "days", "journals"))
    _basis_obligatory = (("number",), ("link",))
    _basis_amounts = ("amount_due", "debt", "overdue_debt")
    _types = ("out_invoice", "out_receipt")

    def _placeholders(self):
        example = self._debts()._examples()
        return {
            "company": example["company"],
            "customer": example["customer"],
            "customer_id": example["customer_id"],
            "document_type": Placeholder(
                self.env._("Type of document"), self.env._("Invoice")
            ),
            "number": Placeholder(self.env._("Number"), "INV/2026/00042"),
            "date": Placeholder(self.env._("Date"), example["due_date"].sample),
            "due_date": example["due_date"],
            "days_left": Placeholder(self.env._("Days until due"), "7"),
            "days_overdue": example["days_overdue"],
            "amount_total": Placeholder(self.env._("Total"), example["debt"].sample),
            "amount_due": Placeholder(self.env._("Amount due"), example["debt"].sample),
            "link": Placeholder(self.env._("Link to the document"), ""),
            "payment_reference": Placeholder(
                self.env._("Payment reference"), "INV/2026/00042"
            ),
            "bank_account": example["bank_account"],
            "debt": example["debt"],
            "overdue_debt": example["overdue_debt"],
            "oldest_due_date": example["oldest_due_date"],
            "open_invoices": example["open_invoices"],
            "salesperson": example["salesperson"],
            "phone": example["phone"],
        }

    def _domain(self):
        return self._posted_domain()

    def _posted_domain(self):
        return (
            Domain("company_id", "=", self.env.company.id)
            & Domain("state", "=", "posted")
            & Domain("move_type", "in", self._types)
        )

    def _disputed(self):
        disputed = Domain("account_type", "=", "asset_receivable")
        disputed &= Domain("no_followup", "=", True)
        return Domain("line_ids", "any", disputed)

    def _disputed_words(self, move):
        return self.env._(
            "%s is disputed: it is marked “No Follow-Up”.", move.display_name
        )

    def _debts(self):
        return self.env["organizer.basis.customer"]

    # -- texts -----------------------------------------------------------------------

    def _values_in_lang(self, documents, names):
        debts = {}
        wanted = names & set(self._debts()._debt_names())
        if wanted and self._debts()._may_see_debts():
            debts = self._debts_of(documents)
        writers = self._writers(names)
        return {
            move.id: {
                **{name: write(move) for name, write in writers.items()},
                **debts.get(move.id, {}),
            }
            for move in documents
        }

    def _fetch(self, documents):
        documents.fetch(MOVE_FIELDS)
        documents.commercial_partner_id.fetch(["name", "vat", "company_registry"])
        documents.partner_id.fetch(["lang", "name", "email", "type", "tz"])
        # sudo: whose name and account stand in the text, whoever may read them
        documents.sudo().partner_bank_id.fetch(["acc_number"])
        documents.sudo().invoice_user_id.partner_id.fetch(["name"])

    def _writers(self, names):
        """``{placeholder: function of an invoice: its text}`` of these names, and of
        what is compared later. The same amount, date or company is written once."""
        wanted = {*names, *self._basis_amounts[:1]}
        day = cache(lambda date: format_date(self.env, date))
        amount = cache(self._format_amount)
        of_company = cache(self._debts()._company_values)
        of_customer = cache(self._debts()._customer_values)
        today = cache(clock.today_of)

        def days_late(move):
            due = move.invoice_date_due
            return (today(move.company_id) - due).days if due else 0

        writers = {
            "company": lambda move: of_company(move.company_id)["company"],
            "phone": lambda move: of_company(move.company_id)["phone"],
            "customer": lambda move: of_customer(move.commercial_partner_id)[
                "customer"
            ],
            "customer_id": lambda move: of_customer(move.commercial_partner_id)[
                "customer_id"
            ],
            "document_type": lambda move: move.type_name,
            "number": lambda move: move.name or "",
            "date": lambda move: day(move.invoice_date),
            # nobody pays a credit note by a day
            "due_date": lambda move: (
                "" if move.move_type == "out_refund" else day(move.invoice_date_due)
            ),
            "days_left": lambda move: str(max(-days_late(move), 0)),
            "days_overdue": lambda move: str(max(days_late(move), 0)),
            "amount_total": lambda move: amount(move.amount_total, move.currency_id),
            "amount_due": lambda move: amount(move.amount_residual, move.currency_id),
            "payment_reference": lambda move: move.payment_reference or move.name or "",
            # sudo: as in _fetch
            "bank_account": lambda move: move.sudo().partner_bank_id.acc_number or "",
            "salesperson": lambda move: move.sudo().invoice_user_id.name or "",
        }
        return {name: write for name, write in writers.items() if name in wanted}

    def _owed(self, documents, names=None):
        owed = {
            move.id: {"amount_due": {str(move.currency_id.id): move.amount_residual}}
            for move in documents
        }
        if names is not None and set(names) <= {"amount_due"}:
            return owed
        for company, moves in documents.grouped("company_id").items():
            debts = self._debts().with_company(company)
            by_customer = debts._owed_by(moves.commercial_partner_id)
            for move in moves:
                owed[move.id] |= by_customer[move.commercial_partner_id.id]
        return owed

    def _debts_of(self, documents):
        """``{invoice id: what its customer owes in all}``"""
        values = {}
        for company, moves in documents.grouped("company_id").items():
            debts = self._debts().with_company(company)
            by_customer = debts._debt_values(moves.commercial_partner_id)
            for move in moves:
                theirs = by_customer[move.commercial_partner_id.id]
                values[move.id] = {
                    name: text
                    for name, text in theirs.items()
                    if name != "days_overdue"  # the invoice has its own
                }
        return values

    # -- who and what ----------------------------------------------------------------

    def _recipients(self, documents):
        return {move.id: move.partner_id for move in documents}

    def _invoices(self, documents):
        return {move.id: move for move in documents}

    def _mail_heading(self, document):
        document = document.with_context(lang=self.env.lang)
        return document.type_name, document.name

    def _customer_field(self):
        return "commercial_partner_id"

    def _salesperson_field(self):
        return "invoice_user_id"

    def _refusals(self, documents):
        refusals = {}
        for move in documents:
            if not move.is_sale_document(include_receipts=True):
                words = self.env._("%s is not a customer's invoice.", move.display_name)
                refusals[move.id] = ("not_sale", words)
            elif move.state != "posted":
                words = self.env._(
                    "%s is not posted. Confirm it first.", move.display_name
                )
                refusals[move.id] = ("not_posted", words)
            elif move.payment_state == "reversed":
                words = self.env._("%s was credited in full.", move.display_name)
                refusals[move.id] = ("credited", words)
        return refusals

    # -- filters ---------------------------------------------------------------------

    def _amount_label(self):
        return self.env._("Amount due")

    def _documents_action(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        kept = ("type", "res_model", "view_mode", "views", "search_view_id")
        return {
            **{name: action[name] for name in kept},
            "context": {"default_move_type": "out_invoice"},
        }

    def _amount_domain(self, template):
        return self._amount_in_range(
            template, "amount_residual", "amount_residual_signed"
        )
