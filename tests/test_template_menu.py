from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import MOBILE_PL
from .template_common import TemplateCommon


@tagged("post_install", "-at_install")
class TestTemplateMenu(TemplateCommon):
    """*Save as template*, and the gear menu."""

    def _offered(self, model, user=None):
        actions = self.env["ir.actions.actions"].with_user(user or self.accountant)
        return {
            action["name"]: action["id"]
            for action in actions.get_bindings(model).get("action", [])
        }

    def _click(self, model, name, records):
        """The entry of the gear menu: the window that it opens."""
        action = self.env["ir.actions.server"].browse(self._offered(model)[name])
        opened = (
            action.with_user(self.accountant)
            .with_context(
                active_model=model, active_ids=records.ids, active_id=records[:1].id
            )
            .run()
        )
        compose = self.env[opened["res_model"]].with_user(self.accountant)
        return compose.browse(opened["res_id"])

    def test_saved_from_the_window_and_offered_from_then_on(self):
        move = self._invoice(days_overdue=3)
        compose = self._compose(move)
        compose.body = "Hello [customer], [number] [link]"
        self.assertIn("Save as template", compose.action_name_template()["name"])
        with self.assertRaisesRegex(UserError, "Name of the template"):
            compose.action_save_template()
        compose.template_name = "Hello"
        action = compose.action_save_template()
        self.assertEqual(action["res_id"], compose.id, "the window is open again")
        template = compose.template_id
        self.assertEqual((template.name, template.basis), ("Hello", "invoice_overdue"))
        self.assertEqual(compose.body, "Hello [customer], [number] [link]")
        offered = self.templates._on_offer("sms", self.company)
        self.assertIn(template, offered)
        other = self._invoice(self._partner("Other", sms_phone=MOBILE_PL))
        again = self._click("account.move", "Hello", move | other)
        self.assertEqual(again.template_id, template)
        self.assertEqual(again.line_ids.move_id, move | other)
        self.assertIn("Hello Other", "".join(again.line_ids.mapped("text")))

    def test_mistakes_are_said_and_nothing_is_lost(self):
        compose = self._compose(self._invoice(days_overdue=3))
        compose.write({"body": "Hello [nmber]", "template_name": "Hello"})
        with self.assertRaisesRegex(UserError, r"\[nmber\].*\[number\]"):
            compose.action_save_template()
        self.assertEqual(compose.body, "Hello [nmber]")

    def test_customers_and_debtors_have_theirs(self):
        self._new("[company] [debt]", "customer_debt", name="Debt", in_menu=True)
        self._invoice(days_overdue=3)
        self._invoice(self._partner("Other", sms_phone=MOBILE_PL), days_overdue=3)
        self.env.flush_all()
        debtors = self.env["organizer.debtor"].search(
            [("company_id", "=", self.company.id)]
        )
        for model, records in (
            ("res.partner", debtors.partner_id),
            ("organizer.debtor", debtors),
        ):
            with self.subTest(model):
                compose = self._click(model, "Debt", records)
                self.assertEqual(len(compose.line_ids), len(debtors))
                self.assertIn("100.00 USD", compose.line_ids[0].text)
        self.assertNotIn("Debt", self._offered("account.move"))

    def test_entry_follows_the_template(self):
        template = self._new(in_menu=True)
        self.assertIn("Mine", self._offered("account.move"))
        template.name = "Renamed"
        self.assertIn("Renamed", self._offered("account.move"))
        self.assertNotIn("Mine", self._offered("account.move"))
        template.active = False
        self.assertNotIn("Renamed", self._offered("account.move"))
        template.active = True
        self.assertIn("Renamed", self._offered("account.move"))
        template.in_menu = False
        self.assertNotIn("Renamed", self._offered("account.move"))
        template.in_menu = True
        template.unlink()
        self.assertNotIn("Renamed", self._offered("account.move"))

    def test_another_companys_is_not_offered(self):
        other = self.setup_other_company()["company"]
        self._new(in_menu=True).sudo().company_id = other
        self.assertNotIn("Mine", self._offered("account.move"))

    def test_it_runs_no_code_of_its_own(self):
        name = "'); env.cr.commit(); ('"
        template = self._new(name=name, in_menu=True)
        self.assertEqual(
            template.sudo().action_ids.code,
            f'action = env["organizer.template"].browse({template.id})'
            "._open_compose(records)",
        )
        self._click("account.move", name, self._invoice(days_overdue=3))

    def test_picked_in_the_window(self):
        template = self._new("Picked [number] [link]", "invoice_due_soon")
        compose = self._compose(self._invoice(days_overdue=-3))
        compose.template_id = template
        compose._onchange_template_id()
        self.assertEqual(compose.basis, "invoice_due_soon")
        self.assertEqual(compose.body, "Picked [number] [link]")

    def test_uninstalling_leaves_no_entry(self):
        from ..hooks import uninstall_hook

        self._new(in_menu=True)
        uninstall_hook(self.env)
        self.assertNotIn("Mine", self._offered("account.move"))
