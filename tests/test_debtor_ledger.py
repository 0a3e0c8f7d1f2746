from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .debtor_common import DebtorCommon

AMOUNT = st.integers(1, 200_000).map(lambda cents: cents / 100)
FOREIGN = st.booleans()
STEP = st.one_of(
    st.tuples(
        st.just("invoice"), AMOUNT, FOREIGN, st.integers(-40, 200), st.booleans()
    ),
    st.tuples(st.just("pay"), st.sampled_from((0.01, 0.33, 0.5, 0.999)), FOREIGN),
    st.tuples(st.just("refund"), AMOUNT, FOREIGN, st.booleans()),
    st.tuples(st.just("unmatched"), AMOUNT, FOREIGN),
    st.tuples(st.just("dispute")),
)
AGES = ("not_due", "age_1_30", "age_31_60", "age_61_90", "age_over_90")


@tagged("post_install", "-at_install")
class TestDebtorLedger(DebtorCommon):
    """Whatever is booked, debtors and unpaid invoices say what the ledger says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        today = fields.Date.today()
        cls.foreign = cls.setup_other_currency(
            "EUR",
            rates=[
                ("1900-01-01", 0.87),
                (fields.Date.subtract(today, days=90), 0.913),
                (fields.Date.subtract(today, days=30), 1.117),
            ],
        )

    def test_they_are_what_the_ledger_says(self):
        @settings(
            max_examples=60,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],  # a shorter example would take minutes to find
        )
        @given(st.lists(STEP, min_size=1, max_size=7))
        def check(steps):
            customer = self._partner("Any", sms_phone=False)
            for step, *arguments in steps:
                getattr(self, f"_step_{step}")(customer, *arguments)
            self._check(customer)

        check()

    # -- what may be booked ----------------------------------------------------------

    def _currency(self, foreign):
        return self.foreign if foreign else self.company.currency_id

    def _open_invoices(self, customer):
        moves = self.env["account.move"].search(
            [("partner_id", "=", customer.id), ("move_type", "=", "out_invoice")]
        )
        return moves.filtered(
            lambda move: move.payment_state in ("not_paid", "partial")
        )

    def _receivable(self, moves):
        return moves.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )

    def _step_invoice(self, customer, amount, foreign, days, instalments):
        values = {"invoice_payment_term_id": self.pay_terms_b.id} if instalments else {}
        currency = self._currency(foreign)
        self._invoice(
            customer,
            days_overdue=days,
            amount=amount,
            currency_id=currency.id,
            **values,
        )

    def _step_pay(self, customer, share, foreign):
        """A share of the oldest invoice, in whichever currency."""
        move = self._open_invoices(customer).sorted("invoice_date")[:1]
        if move:
            amount = max(round(move.amount_residual * share, 2), 0.01)
            self._pay(move, amount, currency_id=self._currency(foreign).id)

    def _step_refund(self, customer, amount, foreign, matched):
        currency = self._currency(foreign)
        refund = self._invoice(
            customer, move_type="out_refund", amount=amount, currency_id=currency.id
        )
        invoice = self._open_invoices(customer).filtered(
            lambda move: move.currency_id == currency
        )[:1]
        if matched and invoice:
            self._receivable(refund | invoice).reconcile()

    def _step_unmatched(self, customer, amount, foreign):
        """Money on the bank that nobody has matched."""
        currency = self._currency(foreign)
        balance = currency._convert(amount, self.company.currency_id, self.company)
        bank = self.company_data["default_journal_bank"].default_account_id
        receivable = customer.property_account_receivable_id
        lines = ((bank, 1, {}), (receivable, -1, {"partner_id": customer.id}))
        move = self.env["account.move"].create(
            {
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "currency_id": currency.id,
                            "amount_currency": sign * amount,
                            "balance": sign * balance,
                            **values,
                        }
                    )
                    for account, sign, values in lines
                ]
            }
        )
        move.action_post()

    def _step_dispute(self, customer):
        self._open_invoices(customer)[:1].no_followup = True

    # -- what must hold --------------------------------------------------------------

    def _check(self, customer):
        debtors, unpaid = self._debtor(customer), self._unpaid(customer)
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", customer.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("company_id", "=", self.company.id),
            ]
        )
        in_company = sum(debtors.mapped("balance_company"))
        customer.invalidate_recordset(["credit"])
        self.assertAlmostEqual(in_company, customer.credit)
        self.assertAlmostEqual(in_company, sum(lines.mapped("amount_residual")))
        self.assertEqual(len(debtors), len(debtors.currency_id), "one by currency")
        for currency in lines.currency_id:
            of_currency = [("currency_id", "=", currency.id)]
            self._check_currency(
                debtors.filtered_domain(of_currency),
                unpaid.filtered_domain(of_currency),
                lines.filtered_domain(of_currency),
            )

    def _check_currency(self, debtor, unpaid, lines):
        residual = sum(lines.mapped("amount_residual_currency"))
        self.assertAlmostEqual(debtor.balance, residual)
        if not debtor:
            return
        owed = sum(unpaid.mapped("residual"))
        self.assertAlmostEqual(owed - debtor.credit, residual)
        self.assertGreaterEqual(debtor.credit, 0)
        self.assertLessEqual(debtor.overdue, max(debtor.balance, 0))
        self.assertGreaterEqual(debtor.overdue, 0)
        self.assertLessEqual(debtor.undisputed, max(debtor.balance, 0))
        self.assertEqual(debtor.overdue > 0, debtor.days_overdue > 0)
        self.assertEqual(debtor.open_invoices, len(unpaid.move_id))
        self._check_ages(debtor, unpaid)

    def _check_ages(self, debtor, unpaid):
        owed_by_age = dict.fromkeys(AGES, 0)
        for row in unpaid:
            name = row.age if row.age == "not_due" else f"age_{row.age}"
            owed_by_age[name] += row.residual_company
        for name, owed in owed_by_age.items():
            self.assertAlmostEqual(debtor[name], owed)
        owed = sum(debtor[name] for name in AGES)
        self.assertAlmostEqual(owed - debtor.credit_company, debtor.balance_company)
