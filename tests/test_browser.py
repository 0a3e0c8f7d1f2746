from odoo import SUPERUSER_ID
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import MOBILE_PL, OrganizerCommon


@tagged("post_install", "-at_install")
class TestBrowser(OrganizerCommon, HttpCase):
    """The main job, as an accountant and her customer do it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].sudo().set_param("report.url", cls.base_url())
        cls.move = cls._invoice(days_overdue=3)

    def test_from_the_button_to_the_customers_phone(self):
        self.start_tour(
            f"/odoo/customer-invoices/{self.move.id}",
            "sms_organizer_send",
            login="sms_accountant",
        )
        sms = self.env["sms.sms"].sudo().search([("move_id", "=", self.move.id)])
        self.assertEqual(sms.number, MOBILE_PL)
        self.assertEqual(sms.state, "outgoing", "the screen queues, the outbox sends")
        self._pass(2)
        self.start_tour(
            "/odoo/sms-messages", "sms_organizer_ledger", login="sms_accountant"
        )

    def test_template_is_written_saved_and_found_again(self):
        """A drag, the price that changes, a mistake that is mended, the gear menu."""
        self.customer.name = "Żółw"
        # one segment of GSM-7, two of Unicode
        self.company.name = "Przedsiebiorstwo"
        self.start_tour(
            f"/odoo/customer-invoices/{self.move.id}",
            "sms_organizer_template",
            login="sms_accountant",
        )
        template = self.env["organizer.template"].search([("name", "=", "Hello again")])
        self.assertEqual(
            template.text, "Hello [customer], [number]: [amount_due] [link]"
        )
        self.assertTrue(template.in_menu)


@tagged("post_install", "-at_install")
class TestCustomersPhone(OrganizerCommon, HttpCase):
    """What the customer finds behind the link, on a phone and without a login."""

    browser_size = "390x844"
    touch_enabled = True

    def test_link_opens_the_page_and_the_pdf(self):
        self.env["ir.config_parameter"].sudo().set_param("report.url", self.base_url())
        move = self._invoice(days_overdue=3)
        sms = self._send(move).line_ids.sms_ids
        path = sms.body.split()[-1].removeprefix(sms.company_id.get_base_url())
        self.assertRegex(path, r"^/s/[A-Za-z0-9]{12}$")
        self.browser_js(
            path,
            f"""
            const text = document.body.innerText;
            for (const word of ["{move.name}", "View PDF", "100.00"]) {{
                if (!text.includes(word)) throw new Error(word + " is not on the page");
            }}
            if (document.documentElement.scrollWidth > window.innerWidth) {{
                throw new Error("The page is wider than the phone");
            }}
            console.log("test successful");
            """,
        )
        self.assertFalse(
            move.invoice_pdf_report_id, "made for the customer, not before"
        )
        with self._real_pdfs():
            response = self.url_open(f"{path}/pdf", timeout=60)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertTrue(response.content.startswith(b"%PDF"))
        move.invalidate_recordset()
        self.assertTrue(move.invoice_pdf_report_id)


@tagged("post_install", "-at_install")
class TestPortal(OrganizerCommon, HttpCase):
    def test_customer_may_choose_to_be_told_by_sms(self):
        self.env["res.users"].with_user(SUPERUSER_ID).create(
            {
                "name": "Drukarnia",
                "login": "drukarnia",
                "password": "drukarnia",
                "partner_id": self.customer.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        self.authenticate("drukarnia", "drukarnia")
        page = self.url_open("/my/account").text
        self.assertRegex(page, r'<option[^>]*value="sms"[^>]*>\s*by SMS')
