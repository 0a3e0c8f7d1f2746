from odoo.tests import HttpCase, tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from .package_common import PackageCommon


@tagged("post_install", "-at_install")
class TestPackageBrowser(PackageCommon, HttpCase):
    """A package runs out in the middle of a run, and is topped up."""

    def test_the_rest_goes_after_a_purchase(self):
        mail_new_test_user(
            self.env,
            login="sms_boss",
            groups="account.group_account_invoice,sms_organizer.group_sms_administer",
            company_id=self.company.id,
        )
        used_up = self._package(2, name="Order 1")
        run = self._run()
        self._pass()
        self.assertLeft(used_up, 0)
        self._look(f"sms-history/{run.id}", "waits")
        self._look("sms-packages", "buy")
        bought = self.env["sms.package"].search([("name", "=", "Order 2")])
        self.assertLeft(bought, 100)
        self._pass()
        self.assertNotIn("outgoing", run.line_ids.sms_ids.mapped("state"))
        self.assertLeft(bought, 99)
        self._look(f"sms-history/{run.id}", "done")
        self._look("sms-packages", "books")

    def _look(self, path, tour):
        self.start_tour(
            f"/odoo/{path}", f"sms_organizer_package_{tour}", login="sms_boss"
        )

    def _run(self):
        """Three customers are told, in a segment each."""
        template = self.env["organizer.template"]
        self.env["ir.config_parameter"].sudo().set_param(
            "sms_organizer.relax_placeholders", "True"
        )
        template = template.create(
            {
                "name": "Short",
                "basis": "invoice_overdue",
                "channel": "sms",
                "company_id": self.company.id,
                "text": "[number]",
            }
        )
        moves = self.env["account.move"].union(
            *(
                self._invoice(
                    self._partner(f"Customer {number}", sms_phone=f"60123456{number}"),
                    days_overdue=5,
                )
                for number in range(3)
            )
        )
        compose = self._compose(moves)
        compose.template_id = template
        action = compose.action_send()
        return self.env["organizer.run"].sudo().browse(action["res_id"])
