from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import OrganizerCommon


@tagged("post_install", "-at_install")
class TestDebtor(OrganizerCommon):
    def _debtor(self, partner=None):
        self.env.flush_all()
        return (
            self.env["organizer.debtor"]
            .with_user(self.accountant)
            .search([("partner_id", "=", (partner or self.customer).id)])
        )

    def _pay(self, move, amount):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard.create({"amount": amount})._create_payments()

    def test_what_is_open_and_what_of_it_is_overdue(self):
        self._invoice(days_overdue=10, amount=100)
        self._invoice(days_overdue=40, amount=30.55)
        self._invoice(days_overdue=-5, amount=7)
        debtor = self._debtor()
        self.assertEqual(debtor.balance, 137.55)
        self.assertEqual(debtor.overdue, 130.55)
        self.assertEqual(debtor.days_overdue, 40)
        self.assertEqual((debtor.open_invoices, debtor.overdue_invoices), (3, 2))
        self.assertEqual(debtor.balance, self.customer.credit)

    def test_partial_payment_counts(self):
        self._pay(self._invoice(days_overdue=10, amount=100), 33.33)
        self.assertEqual(self._debtor().balance, 66.67)

    def test_credit_that_is_not_matched_covers_what_is_overdue(self):
        self._invoice(days_overdue=10, amount=100)
        soon = self._invoice(days_overdue=-5, amount=50)
        self._invoice(move_type="out_refund", amount=100)
        debtor = self._debtor()
        self.assertEqual((debtor.balance, debtor.overdue), (50, 0))
        self.assertEqual(debtor.credit, 100)
        self.assertEqual(debtor.days_overdue, 0)
        self.assertEqual(debtor.oldest_due_date, soon.invoice_date_due)

    def test_disputed_is_owed_but_not_overdue(self):
        self._invoice(days_overdue=10, amount=100).no_followup = True
        debtor = self._debtor()
        self.assertEqual((debtor.balance, debtor.overdue), (100, 0))

    def test_contacts_count_for_their_company(self):
        contact = self._partner("Contact", parent_id=self.customer.id)
        self._invoice(contact, days_overdue=10, amount=100)
        self.assertEqual(self._debtor().overdue, 100)

    def test_who_owes_nothing_is_none(self):
        self.assertFalse(self._debtor())
        self._pay(self._invoice(days_overdue=10, amount=100), 100)
        self.assertFalse(self._debtor())

    def test_one_row_by_company_and_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        other = self.setup_other_company()["company"]
        self._invoice(days_overdue=3)
        self._invoice(days_overdue=3, currency_id=euro.id)
        self._invoice(days_overdue=3, company=other)
        self.assertEqual(len(self._debtor()), 2, "another company's is not shown")
        self.accountant.company_ids |= other
        debtors = self._debtor().with_context(
            allowed_company_ids=(self.company | other).ids
        )
        self.assertEqual(
            len(debtors.search([("partner_id", "=", self.customer.id)])), 3
        )

    def test_who_may_not_see_the_books_sees_no_debt(self):
        self._invoice(days_overdue=3)
        sender = self.accountant.copy({"login": "sender"})
        sender.group_ids = self.env.ref("sms_organizer.group_sms_send")
        with self.assertRaises(AccessError):
            self._debtor().with_user(sender).search([])
        basis = self.env["organizer.basis"]._get("customer_debt").with_user(sender)
        values = basis._values(self.customer)[self.customer.id]
        self.assertNotIn("debt", values)

    def test_disputed_debt_is_not_claimed(self):
        self._invoice(days_overdue=3).no_followup = True
        self.env.flush_all()
        basis = self.env["organizer.basis"]._get("customer_debt")
        refusals = basis._refusals(self.customer)
        self.assertEqual(refusals[self.customer.id][0], "disputed")
        found = self.env["res.partner"].search(basis._domain())
        self.assertNotIn(self.customer, found)

    def test_customer_and_its_contact_are_told_once(self):
        contact = self._partner("Contact", parent_id=self.customer.id)
        self._invoice(days_overdue=3)
        template = self._template("customer_overdue_debt")
        action = template._open_compose(self.customer | contact)
        compose = self.env[action["res_model"]].browse(action["res_id"])
        self.assertFalse(compose.many)
        self.assertEqual(compose.partner_id, self.customer)

    def test_template_of_another_company_is_refused_by_name(self):
        other = self.setup_other_company()["company"]
        self._invoice(days_overdue=3)
        theirs = self._template("customer_debt").copy({"company_id": other.id})
        with self.assertRaisesRegex(UserError, other.name):
            theirs._open_compose(self._debtor())

    def test_nobody_writes_them(self):
        self._invoice(days_overdue=3)
        with self.assertRaises(AccessError):
            self._debtor().unlink()

    def test_debts_of_all_in_one_query(self):
        moves = self._invoices_of_many(6)
        basis = self.env["organizer.basis"]._get("customer_debt")
        basis._debtors(moves.partner_id)  # warm the caches
        customers = moves.partner_id.browse(moves.partner_id.ids)
        self.env.flush_all()
        self.env["organizer.debtor"].invalidate_model()
        with self.assertQueryCount(1):
            debtors = basis._debtors(customers)
        self.assertEqual(len(debtors), 6)

    def test_it_is_told_in_the_name_of_its_company(self):
        other = self.setup_other_company()["company"]
        self.gateway.copy({"company_id": other.id})
        self.accountant.company_ids |= other
        self._invoice(days_overdue=3, company=other)
        self._invoice(days_overdue=3)
        both = self._debtor().with_context(
            allowed_company_ids=(self.company | other).ids
        )
        both = both.search([("partner_id", "=", self.customer.id)])
        theirs = both.filtered(lambda debtor: debtor.company_id == other)
        action = theirs.action_send_sms()
        compose = both.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(compose.company_id, other)
        with self.assertRaisesRegex(UserError, other.name):
            both.action_send_sms()

    def test_send_sms_from_the_list(self):
        self._invoice(days_overdue=3)
        action = self._debtor().action_send_sms()
        compose = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(compose.basis, "customer_overdue_debt")
        self.assertEqual(compose.partner_id, self.customer)
        self.assertIn("100.00", str(compose.sample_values["overdue_debt"]))
