from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import MOBILE_PL
from .template_common import TemplateCommon


@tagged("post_install", "-at_install")
class TestTemplateFilters(TemplateCommon):
    """Whom a template is for: *N match now*."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group = cls.env["res.partner.category"].create({"name": "Retail"})
        cls.below = cls.env["res.partner.category"].create(
            {"name": "Shops", "parent_id": cls.group.id}
        )
        cls.shop = cls._partner(
            "Shop", sms_phone=MOBILE_PL, category_id=[Command.link(cls.below.id)]
        )
        cls.late = cls._invoice(days_overdue=10, amount=100)
        cls.later = cls._invoice(cls.shop, days_overdue=40, amount=500)
        cls.soon = cls._invoice(days_overdue=-5, amount=70)
        cls.mine = cls.late | cls.later | cls.soon

    def assertMatches(self, template, documents):
        matching = self._matching(template)
        self.assertEqual(matching & self.mine, documents)
        self.assertEqual(template.match_count, len(matching))

    def assertDebtors(self, template, partners):
        self.assertEqual(
            self._matching(template) & (self.customer | self.shop), partners
        )

    def test_basis_says_what_it_is_about(self):
        draft = self._invoice(days_overdue=3, post=False)
        self.mine |= draft
        self.assertMatches(self._new(), self.late | self.later)
        self.assertMatches(self._new(basis="invoice_due_soon"), self.soon)
        self.assertMatches(
            self._new(basis="invoice_issued"), self.late | self.later | self.soon
        )

    def test_paid_disputed_and_credited_do_not_match(self):
        self.late.no_followup = True
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=self.later.ids
        )
        wizard.create({"journal_id": self.later.journal_id.id}).modify_moves()
        self.assertMatches(self._new(), self.env["account.move"])

    def test_amount(self):
        self.assertMatches(self._new(amount_from=100.01), self.later)
        self.assertMatches(self._new(amount_to=100), self.late)

    def test_amount_of_another_currency_is_converted(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "rate": 0.5, "company_id": self.company.id}
        )
        in_euro = self._invoice(days_overdue=10, amount=100, currency_id=euro.id)
        self.mine |= in_euro
        template = self._new(amount_from=90, amount_to=110, currency_id=euro.id)
        self.assertMatches(template, in_euro)
        template = self._new(amount_from=150, amount_to=250)
        self.assertMatches(template, in_euro)

    def test_days(self):
        self.assertMatches(self._new(days_from=11), self.later)
        self.assertMatches(self._new(days_to=10), self.late)
        self.assertMatches(self._new(days_from=10, days_to=10), self.late)
        before = self._new(basis="invoice_due_soon", days_from=5, days_to=5)
        self.assertMatches(before, self.soon)
        self.assertMatches(
            self._new(basis="invoice_due_soon", days_to=4), self.env["account.move"]
        )

    def test_days_beyond_the_calendar_were_stored_before(self):
        for basis, documents in (
            ("invoice_overdue", self.late | self.later),
            ("invoice_due_soon", self.soon),
        ):
            template = self._new(basis=basis)
            self.env.cr.execute(
                "UPDATE organizer_template SET days_to = 2147483647 WHERE id = %s",
                [template.id],
            )
            template.invalidate_recordset()
            self.assertMatches(template, documents)

    def test_groups_and_those_below(self):
        ids = [Command.link(self.group.id)]
        self.assertMatches(self._new(category_ids=ids), self.later)
        self.assertMatches(self._new(excluded_category_ids=ids), self.late)

    def test_journals_and_salespeople(self):
        journal = self.late.journal_id.copy({"name": "Second", "code": "SND"})
        self.assertMatches(
            self._new(journal_ids=[Command.link(journal.id)]), self.env["account.move"]
        )
        self.late.invoice_user_id = self.accountant
        self.later.invoice_user_id = False
        self.assertMatches(
            self._new(user_ids=[Command.link(self.accountant.id)]), self.late
        )

    def test_further_conditions(self):
        self.assertMatches(
            self._new(domain=f"[('id', '=', {self.late.id})]"), self.late
        )

    def test_debtors(self):
        debt = self._new("[company] [debt]", "customer_debt")
        self.assertDebtors(debt, self.customer | self.shop)
        overdue = {"text": "[company] [overdue_debt]", "basis": "customer_overdue_debt"}
        self.assertDebtors(self._new(**overdue, amount_from=170), self.shop)
        self.assertDebtors(self._new(**overdue, amount_to=100), self.customer)
        self.assertDebtors(self._new(**overdue, days_from=30), self.shop)
        ids = [Command.link(self.group.id)]
        self.assertDebtors(
            self._new(**overdue, excluded_category_ids=ids), self.customer
        )

    def test_other_companies_do_not_match(self):
        other = self.setup_other_company()["company"]
        theirs = self._invoice(company=other, days_overdue=9)
        self.mine |= theirs
        self.assertMatches(self._new(), self.late | self.later)

    def test_they_can_be_opened(self):
        template = self._new(days_from=11)
        action = template.action_open_matching()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found & self.mine, self.later)

    def test_template_for_nobody_says_so(self):
        with self.assertRaisesRegex(UserError, "for nobody"):
            self._new(days_from=5000).action_send()

    def test_template_opens_the_window_with_those_it_is_for(self):
        template = self._new(domain=f"[('id', 'in', {self.mine.ids})]")
        action = template.action_send()
        compose = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(compose.template_id, template)
        self.assertEqual(compose.line_ids.move_id, self.late | self.later)

    def test_preview_shows_the_longest(self):
        name = "Przedsiebiorstwo Produkcyjno-Handlowo-Uslugowe"
        long = self._invoice(self._partner(name), days_overdue=3)
        template = self._new("[customer] [number] [link]")
        self.assertEqual(template.sample_move_id, long)
        self.assertEqual(template.sample_values["customer"], name)
        template = self._new("[company] [debt] [customer]", "customer_debt")
        self.assertEqual(template.sample_partner_id, long.partner_id)
