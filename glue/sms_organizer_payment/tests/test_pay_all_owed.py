from odoo.fields import Command
from odoo.tests import tagged

from .common import PAID, PayAllCommon


@tagged("post_install", "-at_install")
class TestPayAllOwed(PayAllCommon):
    """Nobody is asked for more than is owed: 1,234.50 and 100, less the credit."""

    def setUp(self):
        super().setUp()
        self.link, self.token = self._customer_link()

    def _credit_of(self, amount, **values):
        line = {"name": "Tea", "price_unit": amount, "tax_ids": []}
        lines = [Command.create(line)]
        return self._new_invoice("out_refund", invoice_line_ids=lines, **values)

    def _halves_of(self, amount):
        halves = [
            Command.create({"value_amount": 50, "nb_days": days}) for days in (0, 30)
        ]
        term = self.env["account.payment.term"].create(
            {"name": "Two halves", "line_ids": halves}
        )
        return self._invoice_of(amount, invoice_payment_term_id=term.id)

    def _amounts(self):
        return {
            offer.currency.name: offer.amount for offer in self.link._pay_all_offers()
        }

    def test_credit_in_another_currency_is_not_taken_off(self):
        euro = self.setup_other_currency("EUR", rates=[])
        for amount in (10, 20):
            self._invoice_of(amount, currency_id=euro.id)
        self._credit_of(5, currency_id=euro.id)
        self.assertEqual(self._amounts(), {"EUR": 25, "USD": 1334.5})
        self._credit_of(300)
        self.assertEqual(self._amounts(), {"EUR": 25, "USD": 1034.5})

    def test_credit_alone_in_a_currency(self):
        euro = self.setup_other_currency("EUR", rates=[])
        self._credit_of(5, currency_id=euro.id)
        self.assertEqual(self._amounts(), {"USD": 1334.5})

    def test_instalments_with_credit(self):
        move = self._halves_of(200)
        self._credit_of(50)
        self.assertEqual(self._amounts(), {"USD": 1484.5})
        self._finish(self._begin(self.token)["reference"])
        self.assertEqual(self._transactions().amount, 1484.5)
        self.assertEqual(sum((self.both | move).mapped("amount_residual")), 50)

    def test_instalment_that_is_paid(self):
        move = self._halves_of(200)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"amount": 100})._create_payments()
        self._credit_of(50)
        self.assertEqual(self._amounts(), {"USD": 1384.5})

    def test_instalment_under_discussion_leaves_its_invoice_out(self):
        move = self._halves_of(200)
        lines = move.line_ids.filtered(lambda one: one.display_type == "payment_term")
        lines[:1].no_followup = True
        self.assertEqual(self._amounts(), {"USD": 1334.5})
        self._credit_of(150)
        self.assertEqual(self._amounts(), {"USD": 1184.5})

    def test_payment_that_is_not_booked_yet_counts(self):
        third = self._invoice_of(500)
        self._credit_of(300)
        self.assertEqual(self._amounts(), {"USD": 1534.5})
        transaction = self._paid_online(third, 500)
        self.assertEqual(self._amounts(), {"USD": 1034.5})
        transaction._post_process()
        self.assertIn(third.payment_state, PAID)
        self.assertEqual(self._amounts(), {"USD": 1034.5})

    def test_payment_under_way_counts(self):
        third = self._invoice_of(500)
        self._credit_of(300)
        self._paid_online(third, 500, "pending")
        self.assertEqual(self._amounts(), {"USD": 1034.5})

    def test_invoice_whose_payment_is_in_no_journal_yet_counts(self):
        third = self._invoice_of(500)
        self._credit_of(300)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET payment_state = 'in_payment' WHERE id = %s",
            [third.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._amounts(), {"USD": 1034.5})

    def _paid_online(self, move, amount, state="done"):
        return (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.provider.payment_method_ids.id,
                    "reference": "Third",
                    "amount": amount,
                    "currency_id": move.currency_id.id,
                    "partner_id": move.partner_id.id,
                    "invoice_ids": [Command.set(move.ids)],
                    "state": state,
                    "operation": "online_direct",
                }
            )
        )
