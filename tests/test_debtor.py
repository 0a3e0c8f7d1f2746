from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models import clock
from .common import MOBILE_PL
from .debtor_common import DebtorCommon


@tagged("post_install", "-at_install")
class TestDebtor(DebtorCommon):
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

    def test_difference_of_rates_is_a_balance_of_the_company(self):
        long_ago = fields.Date.subtract(fields.Date.today(), days=30)
        euro = self.setup_other_currency(
            "EUR", rates=[("1900-01-01", 0.5), (long_ago, 1)]
        )
        self._invoice(days_overdue=60, amount=100, currency_id=euro.id)
        self._invoice(move_type="out_refund", amount=100, currency_id=euro.id)
        debtor = self._debtor()
        self.assertEqual((debtor.balance, debtor.balance_company), (0, 100))
        self.assertEqual(debtor.balance_company, self.customer.credit)

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
        action = theirs.action_sms_by_template()
        wizard = both.env[action["res_model"]].browse(action["res_id"])
        action = wizard.action_continue()
        compose = both.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(compose.company_id, other)
        with self.assertRaisesRegex(UserError, other.name):
            both.action_sms_by_template()

    def _by_template(self, debtors, channel="sms"):
        """What opens by *SMS by template* and *Continue*: the window, as accountant."""
        name = f"action_{channel}_by_template"
        action = getattr(debtors.with_user(self.accountant), name)()
        wizard = debtors.env[action["res_model"]].browse(action["res_id"])
        wizard = wizard.with_user(self.accountant)
        action = wizard.action_continue()
        return wizard.env[action["res_model"]].browse(action["res_id"])

    def test_sms_by_template(self):
        silent, other = self._partner("Silent"), self._partner("Not late")
        self._invoice(days_overdue=3)
        self._invoice(silent, days_overdue=3)
        self._invoice(other, days_overdue=-3)
        compose = self._by_template(self.env["organizer.debtor"])
        self.assertEqual(compose.basis, "customer_overdue_debt")
        lines = compose.line_ids
        self.assertEqual(lines.partner_id, self.customer | silent)
        going = lines.filtered(lambda line: line._is_going())
        self.assertEqual(going.partner_id, self.customer)
        self.assertIn("no mobile number", (lines - going).why)
        self.assertEqual(compose.total_price, going.price)

    def test_what_is_disputed_is_not_claimed(self):
        self._invoice(days_overdue=3, amount=100).no_followup = True
        self._invoice(days_overdue=3, amount=50)
        basis = self.env["organizer.basis"]._get("customer_debt")
        values = basis._values(self.customer)[self.customer.id]
        self.assertIn("50.00", values["debt"])
        self.assertNotIn("150.00", values["debt"])

    def test_who_is_not_to_be_reminded_is_not_ticked(self):
        other = self._partner("Other", sms_phone="+48601234568")
        self._invoice(days_overdue=3)
        self._invoice(other, days_overdue=3)
        other.with_company(self.company).reminder_excluded = True
        compose = self._by_template(self.env["organizer.debtor"])
        line = compose.line_ids.filtered(lambda one: one.partner_id == other)
        self.assertFalse(line.selected)
        self.assertIn("gets no reminders", line.words)
        line.selected = True
        self.assertEqual(compose.going_count, 2)

    def test_sms_by_template_to_those_ticked(self):
        other = self._partner("Other", sms_phone="+48601234568")
        self._invoice(days_overdue=3)
        self._invoice(other, days_overdue=3)
        compose = self._by_template(self._debtor(other))
        self.assertEqual(compose.partner_id, other)

    def test_nobody_to_send_to(self):
        with self.assertRaisesRegex(UserError, "nobody"):
            self._by_template(self.env["organizer.debtor"])

    # -- by age ----------------------------------------------------------------------

    def test_amounts_by_age(self):
        for amount, days in enumerate((-3, 0, 1, 30, 31, 60, 61, 90, 91, 400), 1):
            self._invoice(days_overdue=days, amount=10**amount / 100)
        debtor = self._debtor()
        self.assertEqual(debtor.not_due, 0.1 + 1)
        self.assertEqual(debtor.age_1_30, 10 + 100)
        self.assertEqual(debtor.age_31_60, 1000 + 10000)
        self.assertEqual(debtor.age_61_90, 100_000 + 1_000_000)
        self.assertEqual(debtor.age_over_90, 10_000_000 + 100_000_000)
        self.assertEqual(debtor.age, "over_90")

    def test_ages_less_credit_are_the_balance_disputed_or_not(self):
        self._invoice(days_overdue=-5, amount=50)
        self._invoice(days_overdue=10, amount=100)
        self._invoice(days_overdue=70, amount=30).no_followup = True
        self._invoice(move_type="out_refund", amount=20)
        debtor = self._debtor()
        self.assertEqual((debtor.not_due, debtor.age_1_30), (50, 100))
        self.assertEqual((debtor.age_61_90, debtor.disputed), (30, 30))
        self.assertEqual((debtor.credit_company, debtor.balance_company), (20, 160))
        self.assertEqual(debtor.age, "1_30", "what is disputed is not overdue")

    def test_who_has_credit_only_is_of_no_age(self):
        self._invoice(move_type="out_refund", amount=20)
        debtor = self._debtor()
        self.assertEqual((debtor.balance, debtor.age), (-20, False))

    def test_groups_stand_in_the_order_of_their_ages(self):
        ages = {100: "over_90", 80: "61_90", 40: "31_60", 3: "1_30", -3: "not_due"}
        for days in ages:
            self._invoice(self._partner(f"{days} days"), days_overdue=days)
        self.env.flush_all()
        debtors = self.env["organizer.debtor"].with_user(self.accountant)
        mine = [("company_id", "=", self.company.id)]
        groups = debtors._read_group(mine, ["age"], ["__count"])
        self.assertEqual(groups, [(age, 1) for age in reversed(ages.values())])
        groups = debtors._read_group(mine, ["age"], order="age desc")
        self.assertEqual([age for (age,) in groups], list(ages.values()))
        sets = debtors._read_grouping_sets(mine, [["age"], ["age", "partner_id"], []])
        self.assertEqual([len(one) for one in sets], [5, 5, 1])

    def test_today_is_what_the_context_says(self):
        due = self._invoice(days_overdue=0, amount=100).invoice_date_due
        debtor = self._debtor()
        self.assertEqual((debtor.overdue, debtor.age), (0, "not_due"))
        noon = datetime.combine(due, datetime.min.time()) + timedelta(hours=12)
        later = clock.look_ahead(debtor, noon + timedelta(days=31))
        self.assertEqual((later.overdue, later.days_overdue), (100, 31))
        self.assertEqual((later.age, later.age_31_60), ("31_60", 100))
        self.assertEqual(
            later.search([("id", "=", debtor.id), ("overdue", ">", 0)]), later
        )
        self.assertEqual(debtor.overdue, 0, "today is what it was")
        with freeze_time(noon + timedelta(days=1)):
            debtor.invalidate_recordset()
            self.assertEqual(debtor.days_overdue, 1)

    def test_it_is_today_where_the_seller_is(self):
        due = self._invoice(days_overdue=0).invoice_date_due
        late_evening = datetime.combine(due, datetime.min.time()) + timedelta(hours=20)
        debtor = clock.look_ahead(self._debtor(), late_evening)
        self.assertEqual(debtor.days_overdue, 0)
        self.company.partner_id.tz = "Asia/Bangkok"
        self.assertEqual(self._debtor().with_env(debtor.env).days_overdue, 1)

    # -- columns ---------------------------------------------------------------------

    def test_salesperson_group_country_and_number(self):
        above = self.env["res.partner.category"].create({"name": "Trade"})
        group = above.create({"name": "Printers", "parent_id": above.id})
        self.customer.write(
            {"user_id": self.accountant.id, "category_id": group.ids, "phone": False}
        )
        self._invoice(days_overdue=3)
        debtor = self._debtor()
        self.assertEqual(debtor.user_id, self.accountant)
        self.assertEqual(debtor.category_ids, group)
        self.assertEqual(debtor.country_id, self.poland)
        self.assertEqual(debtor.sms_phone, MOBILE_PL)
        self.assertEqual(
            debtor.search([("category_ids", "child_of", above.id)]), debtor
        )

    def test_national_number_is_read_in_the_company_of_the_row(self):
        self.company.country_id = self.poland
        other = self.setup_other_company(country_id=self.env.ref("base.us").id)
        self.accountant.company_ids |= other["company"]
        nowhere = self._partner("Nowhere", country_id=False, phone="601 234 567")
        self._invoice(nowhere)
        self._invoice(nowhere, company=other["company"])
        both = self._debtor().with_context(
            allowed_company_ids=(self.company | other["company"]).ids
        )
        rows = both.search([("partner_id", "=", nowhere.id)]).grouped("company_id")
        self.assertEqual(rows[self.company].sms_phone, MOBILE_PL)
        self.assertFalse(rows[other["company"]].sms_phone)

    def test_reminders_are_agreed_with_each_company_by_itself(self):
        other = self.setup_other_company()["company"]
        self.accountant.company_ids |= other
        self._invoice(days_overdue=3)
        self._invoice(days_overdue=3, company=other)
        promised, paused = (
            fields.Date.to_date("2030-01-02"),
            fields.Date.to_date("2030-02-03"),
        )
        self.customer.write(
            {"reminder_promised_on": promised, "reminder_paused_until": paused}
        )
        self.customer.with_company(other).reminder_excluded = True
        both = self._debtor().with_context(
            allowed_company_ids=(self.company | other).ids
        )
        rows = both.search([("partner_id", "=", self.customer.id)]).grouped(
            "company_id"
        )
        mine, theirs = rows[self.company], rows[other]
        self.assertEqual((mine.promised_on, mine.paused_until), (promised, paused))
        self.assertFalse(mine.excluded)
        self.assertEqual((theirs.promised_on, theirs.paused_until), (False, False))
        self.assertTrue(theirs.excluded)
        self.customer.reminder_promised_on = False
        self.env.flush_all()
        mine.invalidate_recordset()
        self.assertFalse(mine.promised_on)
        self.assertEqual(mine.paused_until, paused)

    def test_what_holds_for_all_customers_holds_for_debtors(self):
        self._invoice(days_overdue=3)
        self.env["ir.default"].set(
            "res.partner", "reminder_excluded", True, company_id=self.company.id
        )
        self.assertTrue(self._debtor().excluded)
        self.customer.reminder_excluded = False
        self.assertFalse(self._debtor().excluded)

    def test_contacts_follow_their_customer_in_every_company(self):
        other = self.setup_other_company()["company"]
        contact = self._partner("Contact", parent_id=self.customer.id)
        self.customer.with_company(other).reminder_excluded = True
        self.customer.reminder_paused_until = "2030-01-02"
        later = self._partner("Later", parent_id=self.customer.id)
        for person in contact | later:
            self.assertFalse(person.reminder_excluded)
            self.assertTrue(person.with_company(other).reminder_excluded)
            self.assertEqual(
                person.reminder_paused_until, self.customer.reminder_paused_until
            )

    def test_reminders_are_for_those_who_see_the_books(self):
        sender = self.accountant.copy({"login": "sender"})
        sender.group_ids = self.env.ref("sms_organizer.group_sms_send")
        with self.assertRaises(AccessError):
            self.customer.with_user(sender).read(["reminder_excluded"])

    def test_page_of_the_list_in_as_many_queries_whatever_its_length(self):
        self._invoices_of_many(40)
        self.assertEqual(*self._queries_of_pages("organizer.debtor", 5, 40))

    def test_filters(self):
        self._invoice(days_overdue=40)
        soon = fields.Date.add(fields.Date.today(), days=2)
        self.customer.write(
            {"reminder_promised_on": soon, "reminder_paused_until": soon}
        )
        debtor = self._debtor()
        found = {
            name for name, rows in self._filters(debtor._name).items() if debtor in rows
        }
        self.assertEqual(found, {"owing", "overdue", "age_31_60", "promised", "paused"})

    # -- buttons ---------------------------------------------------------------------

    def test_email_by_template(self):
        self.customer.email = "print@example.com"
        self._invoice(days_overdue=3)
        compose = self._by_template(self._debtor(), "email")
        self.assertEqual(compose.channel, "email")
        self.assertEqual(compose.basis, "customer_overdue_debt")
        self.assertEqual(compose.partner_id, self.customer)

    def test_without_a_template_it_says_where_to_add_one(self):
        self._invoice(days_overdue=3)
        for basis in ("customer_overdue_debt", "customer_debt"):
            self._template(basis, "email").active = False
        with self.assertRaisesRegex(UserError, "Message Templates"):
            self._debtor().action_email_by_template()

    # -- what is told, and when ------------------------------------------------------

    def test_last_and_next_reminder(self):
        move = self._invoice(days_overdue=3)
        self._send(self.customer)
        self.assertFalse(self._debtor().last_reminder)
        self.assertFalse(self._debtor().next_reminder)
        schedule = self.env["organizer.schedule"].create(
            {
                "name": "Weekly",
                "company_id": self.company.id,
                "template_id": self._template("customer_overdue_debt").id,
                "user_id": self.accountant.id,
                "window": "any",
                "is_on": True,
            }
        )
        self.assertEqual(self._debtor().next_reminder, schedule.next_run_on)
        self._send(move)
        self.assertTrue(self._debtor().last_reminder)
        self.customer.with_company(self.company).reminder_excluded = True
        self.assertFalse(self._debtor().next_reminder)
