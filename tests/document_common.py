from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests.common import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


class DocumentLinkCommon(AccountTestInvoicingCommon):
    """Posted invoices, their links, and a report that works or doesn't."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner_a.write(
            {"name": "Zofia", "lang": "en_US", "email": "z@example.com"}
        )
        cls.env["ir.config_parameter"].sudo().set_param(
            "sms_organizer.link_base_url", ""
        )
        cls.env.company.write({"name": "Tea & Sons", "phone": "+48 500 100 200"})
        # what the demo data left to do is not what is counted here
        links = cls.env["organizer.link"].sudo()
        links.search([("document_state", "=", "pending")]).document_state = "ready"
        cls.invoice = cls._new_invoice()
        cls.administrator = new_test_user(
            cls.env,
            "sms-administrator",
            "sms_organizer.group_sms_administer,account.group_account_invoice",
            company_id=cls.env.company.id,
            company_ids=[(6, 0, cls.env.company.ids)],
        )

    @classmethod
    def _new_invoice(cls, move_type="out_invoice", **values):
        move = cls.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": cls.partner_a.id,
                "invoice_date": fields.Date.today(),
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    (0, 0, {"name": "Tea", "price_unit": 1234.5, "tax_ids": []})
                ],
                **values,
            }
        )
        move.action_post()
        return move

    def _make_link(self, move=None):
        """Return the link (sudo) and its token, as the customer has it."""
        move = move or self.invoice
        issued = self.env["organizer.link"]._make(move)[move.id]
        link = self.env["organizer.link"].sudo().browse(issued.link_id)
        return link, issued.url.rpartition("/")[2]

    @contextmanager
    def _broken_report(self, error=None):
        """Let each rendering fail, as without wkhtmltopdf; yield the mock."""
        with patch.object(
            self.env.registry["ir.actions.report"],
            "_pre_render_qweb_pdf",
            side_effect=error or UserError("Unable to find Wkhtmltopdf"),
        ) as report:
            yield report

    @contextmanager
    def _counted_report(self):
        """Yield a list that gets the invoice ids of each rendering."""
        report = self.env.registry["ir.actions.report"]
        original, calls = report._pre_render_qweb_pdf, []

        def _pre_render_qweb_pdf(self, report_ref, res_ids=None, data=None):
            calls.append(res_ids)
            return original(self, report_ref, res_ids=res_ids, data=data)

        with patch.object(report, "_pre_render_qweb_pdf", _pre_render_qweb_pdf):
            yield calls
