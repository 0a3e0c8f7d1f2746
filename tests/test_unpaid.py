from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models import clock
from .common import MOBILE_PL, MOBILE_TH
from .debtor_common import DebtorCommon


@tagged("post_install", "-at_install")
class TestUnpaid(DebtorCommon):
    def test_what_is_open_of_each_invoice(self):
        first = self._invoice(days_overdue=40, amount=100)
        second = self._invoice(days_overdue=-5, amount=30)
        self._pay(first, 33.33)
        rows = self._unpaid()
        self.assertEqual(rows.move_id, first | second)
        self.assertEqual(rows.mapped("residual"), [66.67, 30])
        self.assertEqual(rows.mapped("residual_company"), [66.67, 30])
        self.assertEqual(rows.mapped("days"), [40, -5])
        self.assertEqual(rows.mapped("age"), ["31_60", "not_due"])
        self.assertEqual(rows[0].invoice_date, first.invoice_date)
        self.assertEqual(rows[0].due_date, first.invoice_date_due)
        self.assertEqual(rows.journal_id, first.journal_id)

    def test_instalments_are_rows_of_their_own(self):
        date = fields.Date.subtract(fields.Date.today(), days=200)
        move = self._invoice(
            invoice_payment_term_id=self.pay_terms_b.id, invoice_date=date, amount=200
        )
        rows = self._unpaid()
        self.assertEqual(rows.move_id, move)
        self.assertEqual(len(rows), 2)
        self.assertEqual(sum(rows.mapped("residual")), 200)
        self.assertLess(*rows.mapped("due_date"))
        self.assertEqual(self._debtor().open_invoices, 1)

    def test_paid_credit_and_drafts_are_not_there(self):
        self._pay(self._invoice(amount=100), 100)
        self._invoice(move_type="out_refund", amount=20)
        self._invoice(post=False)
        self.assertFalse(self._unpaid())

    def test_due_in_words(self):
        words = {
            -5: "in 5 days",
            -1: "tomorrow",
            0: "today",
            1: "yesterday",
            40: "40 days ago",
        }
        for days in words:
            self._invoice(days_overdue=days)
        rows = self._unpaid()
        self.assertEqual({row.days: row.due_words for row in rows}, words)

    def test_today_is_what_the_context_says(self):
        due = self._invoice(days_overdue=0).invoice_date_due
        row = self._unpaid()
        noon = datetime.combine(due, datetime.min.time()) + timedelta(hours=12)
        later = clock.look_ahead(row, noon + timedelta(days=91))
        self.assertEqual((row.days, row.age), (0, "not_due"))
        self.assertEqual((later.days, later.age), (91, "over_90"))
        self.assertEqual(later.due_words, "91 days ago")

    def test_salesperson_is_the_invoice_s_else_the_customer_s(self):
        self.customer.user_id = self.accountant
        own = self._invoice(invoice_user_id=self.env.user.id)
        none = self._invoice()
        none.invoice_user_id = False
        rows = self._unpaid().grouped("move_id")
        self.assertEqual(rows[own].user_id, self.env.user)
        self.assertEqual(rows[none].user_id, self.accountant)

    def test_number_is_the_invoice_s_own(self):
        own = self._invoice(sms_phone=MOBILE_TH)
        usual = self._invoice()
        rows = self._unpaid().grouped("move_id")
        self.assertEqual(rows[own].sms_phone, MOBILE_TH)
        self.assertEqual(rows[usual].sms_phone, MOBILE_PL)

    def test_disputed_says_so(self):
        self._invoice().no_followup = True
        self.assertTrue(self._unpaid().disputed)

    def test_invoices_of_contacts_are_their_company_s(self):
        contact = self._partner("Contact", parent_id=self.customer.id)
        move = self._invoice(contact)
        self.assertEqual(self._unpaid().move_id, move)

    def test_customer_group_and_those_below_it(self):
        above = self.env["res.partner.category"].create({"name": "Trade"})
        group = above.create({"name": "Printers", "parent_id": above.id})
        self.customer.category_id = group
        self._invoice()
        rows = self._unpaid()
        self.assertEqual(rows.search([("category_ids", "child_of", above.id)]), rows)

    def test_filters(self):
        self._invoice(days_overdue=95)
        row = self._unpaid()
        found = {name for name, rows in self._filters(row._name).items() if row in rows}
        self.assertEqual(found, {"overdue", "age_over_90", "undisputed"})

    # -- who -------------------------------------------------------------------------

    def test_another_company_s_is_not_shown(self):
        other = self.setup_other_company()["company"]
        self._invoice(company=other)
        self.assertFalse(self._unpaid())

    def test_who_may_not_see_the_books_sees_none(self):
        self._invoice()
        sender = self.accountant.copy({"login": "sender"})
        sender.group_ids = self.env.ref("sms_organizer.group_sms_send")
        with self.assertRaises(AccessError):
            self._unpaid().with_user(sender).search([])

    def test_auditor_reads_them(self):
        self._invoice()
        auditor = self.accountant.copy({"login": "auditor"})
        auditor.group_ids = self.env.ref("account.group_account_readonly")
        row = self._unpaid().with_user(auditor)
        self.assertEqual((row.residual, row.sms_phone), (100, MOBILE_PL))

    def test_nobody_writes_them(self):
        self._invoice()
        with self.assertRaises(AccessError):
            self._unpaid().unlink()

    # -- buttons ---------------------------------------------------------------------

    def test_send_sms_about_the_ticked_ones(self):
        moves = self._invoice(days_overdue=3) | self._invoice(days_overdue=9)
        action = self._unpaid().action_send_sms()
        compose = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(compose.basis, "invoice_overdue")
        self.assertEqual(compose.line_ids.move_id, moves)

    def test_instalments_of_an_invoice_are_told_once(self):
        move = self._invoice(invoice_payment_term_id=self.pay_terms_b.id)
        rows = self._unpaid()
        self.assertEqual(len(rows), 2)
        action = rows.action_send_sms()
        compose = self.env[action["res_model"]].browse(action["res_id"])
        self.assertFalse(compose.many)
        self.assertEqual(compose.move_id, move)

    def test_send_email_reminds_or_tells_that_it_was_issued(self):
        self.customer.email = "print@example.com"
        self._invoice(days_overdue=3)
        for days, basis in ((3, "invoice_overdue"), (-3, "invoice_issued")):
            customer = self._partner(f"{days} days", email="print@example.com")
            move = self._invoice(customer, days_overdue=days)
            action = self._unpaid(customer).action_send_email()
            compose = self.env[action["res_model"]].browse(action["res_id"])
            self.assertEqual((compose.channel, compose.basis), ("email", basis))
            self.assertEqual(compose.move_id, move)

    def test_nothing_ticked_is_said(self):
        with self.assertRaisesRegex(UserError, "Tick at least one"):
            self._unpaid().action_send_email()

    def test_a_click_opens_the_invoice(self):
        move = self._invoice()
        action = self._unpaid().action_open_document()
        self.assertEqual((action["res_model"], action["res_id"]), (move._name, move.id))

    def test_page_of_the_list_in_as_many_queries_whatever_its_length(self):
        self._invoices_of_many(40)
        self.assertEqual(*self._queries_of_pages("organizer.unpaid", 5, 40))
