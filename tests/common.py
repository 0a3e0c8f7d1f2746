from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.mail.tests.common import mail_new_test_user

MOBILE_PL = "+48601234567"
MOBILE_TH = "+66871234567"
LANDLINE_PL = "221234567"
SWITCHES = (
    "organizer_auto_invoice_issued",
    "organizer_auto_invoice_due_soon",
    "organizer_auto_invoice_overdue",
    "organizer_auto_customer_debt",
    "organizer_auto_customer_overdue_debt",
    "organizer_send_window",
)
REFUSED_BY_SANDBOX = "+48500600700"
NEVER_REPORTED = "+48512345601"


class OrganizerCommon(AccountTestInvoicingCommon):
    """A company with a sandbox, a customer with a mobile, a restricted accountant."""

    @classmethod
    def get_default_groups(cls):
        # EXTENDS 'account'
        return super().get_default_groups() | cls.env.ref(
            "sms_organizer.group_sms_administer"
        )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls._switch_on(cls.company)
        cls.gateway = cls.env["sms.gateway"].create(
            {
                "name": "Test gateway",
                "provider": "sandbox",
                "company_id": cls.company.id,
                "price": 0.16,
                "currency_id": cls.env.ref("base.PLN").id,
            }
        )
        cls.poland = cls.env.ref("base.pl")
        cls.customer = cls._partner("Drukarnia", sms_phone=MOBILE_PL)
        cls.accountant = mail_new_test_user(
            cls.env,
            login="sms_accountant",
            name="Accountant",
            groups="account.group_account_invoice,base.group_partner_manager",
            company_id=cls.company.id,
        )

    @classmethod
    def _switch_on(cls, companies):
        """Channels and automatic messages, which are off on a fresh installation."""
        for channel in ("sms", "email"):
            companies._organizer_set_channel(channel, True)
        companies.write(dict.fromkeys(SWITCHES, True))

    @classmethod
    def _partner(cls, name, **values):
        return cls.env["res.partner"].create(
            {"name": name, "country_id": cls.poland.id, **values}
        )

    @classmethod
    def _invoice(
        cls, partner=None, days_overdue=0, post=True, amount=100, company=None, **values
    ):
        today = fields.Date.today()
        moves = cls.env["account.move"].with_company(company or cls.company)
        move = moves.create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or cls.customer).id,
                "invoice_date": fields.Date.subtract(today, days=days_overdue + 14),
                "invoice_date_due": fields.Date.subtract(today, days=days_overdue),
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Print", "quantity": 1, "price_unit": amount}
                    )
                ],
                **values,
            }
        )
        if post:
            move.action_post()
        return move

    @classmethod
    def _invoices_of_many(cls, count):
        """Invoices of as many customers; each third one has a landline."""
        partners = [
            cls._partner(
                f"Customer {number}",
                phone=LANDLINE_PL if number % 3 == 0 else f"60123{number:03}5",
            )
            for number in range(count)
        ]
        return cls.env["account.move"].union(*map(cls._invoice, partners))

    def _compose(self, records, user=None):
        """The wizard as *Send SMS* opens it."""
        action = records.with_user(user or self.accountant).action_send_sms()
        return (
            self.env[action["res_model"]]
            .with_user(user or self.accountant)
            .browse(action["res_id"])
        )

    def _send(self, records, user=None):
        """*Send SMS*, *Send*: the run, as superuser."""
        action = self._compose(records, user).action_send()
        return self.env["organizer.run"].sudo().browse(action["res_id"])

    @contextmanager
    def _real_pdfs(self):
        """Let wkhtmltopdf make PDFs, also within requests: in tests Odoo gives HTML."""
        report = self.env.registry["ir.actions.report"]
        original = report._pre_render_qweb_pdf

        def _pre_render_qweb_pdf(self, *args, **kwargs):
            forced = self.with_context(force_report_rendering=True)
            return original(forced, *args, **kwargs)

        with patch.object(report, "_pre_render_qweb_pdf", _pre_render_qweb_pdf):
            yield

    @classmethod
    def _template(cls, basis, channel="sms"):
        """The one that comes with the add-on."""
        templates = cls.env["organizer.template"]
        return templates._on_offer(channel, cls.company, basis)[:1]

    def _pass(self, count=1):
        for _pass in range(count):
            self.env["sms.sms"]._process_queue()

    def assertLeftOut(self, run, move, reason, words):
        line = run.line_ids.filtered(lambda one: one.move_id == move)
        self.assertEqual(line.outcome, "left_out")
        self.assertEqual(line.reason, reason)
        self.assertIn(words, line.explanation)
        self.assertFalse(line.sms_ids)
