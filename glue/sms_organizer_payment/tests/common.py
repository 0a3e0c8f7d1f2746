from urllib.parse import urlsplit

from lxml import html

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase

from odoo.addons.sms_organizer.tests.document_common import DocumentLinkCommon

PAID = {"in_payment", "paid"}


class PayAllCommon(DocumentLinkCommon, HttpCase):
    """A customer with two open invoices, and Odoo's demo provider in its company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls._provider(cls.env.company)
        cls.second = cls._invoice_of(100)
        cls.both = cls.invoice | cls.second
        cls.usd = cls.env.company.currency_id

    @classmethod
    def _provider(cls, company):
        method = cls.env.ref("payment_demo.payment_method_demo").sudo()
        method.active = True
        provider = (
            cls.env.ref("payment.payment_provider_demo")
            .sudo()
            .copy(
                {
                    "company_id": company.id,
                    "payment_method_ids": [Command.set(method.ids)],
                }
            )
        )
        provider.write({"state": "test", "is_published": True})
        return provider

    @classmethod
    def _invoice_of(cls, amount, **values):
        line = {"name": "Tea", "price_unit": amount, "tax_ids": []}
        return cls._new_invoice(invoice_line_ids=[Command.create(line)], **values)

    def _customer_link(self, partner=None):
        """The link (sudo) to all that a customer has open, and its token."""
        partner = partner or self.partner_a
        links = self.env["organizer.link"]
        issued = links._make_for_customers(partner, self.env.company)[partner.id]
        return links.sudo().browse(issued.link_id), issued.url.rpartition("/")[2]

    def _open(self, path, **options):
        options.setdefault("headers", {"Accept-Language": "en-US"})
        return self.url_open(path, allow_redirects=False, **options)

    def _open_payment(self, token, currency="USD"):
        """The answer of the payment's own address, to which the link leads."""
        way = self._open(f"/s/{token}/pay-all/{currency}")
        self.assertEqual(way.status_code, 303)
        return self._open(urlsplit(way.headers["Location"]).path)

    def _payment_page(self, token, currency="USD"):
        response = self._open_payment(token, currency)
        self.assertEqual(response.status_code, 200)
        return html.fromstring(response.content)

    def _agreed(self, page):
        """What Odoo's form sends when the customer presses *Pay*."""
        form = page.get_element_by_id("o_payment_form")
        option = form.xpath("//input[@name='o_payment_radio']")[0]
        return form.get("data-transaction-route"), {
            "provider_id": int(option.get("data-provider-id")),
            "payment_method_id": int(option.get("data-payment-option-id")),
            "token_id": None,
            "amount": float(form.get("data-amount")),
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": form.get("data-landing-route"),
            "is_validation": False,
            "access_token": form.get("data-access-token"),
        }

    def _begin(self, token, currency="USD", **changed):
        route, params = self._agreed(self._payment_page(token, currency))
        return self.make_jsonrpc_request(route, params | changed)

    def _finish(self, reference, state="done"):
        """As the provider and Odoo's page of the payment's status do."""
        self.make_jsonrpc_request(
            "/payment/demo/simulate_payment",
            {
                "reference": reference,
                "payment_details": "1234",
                "simulated_state": state,
            },
        )
        return self.make_jsonrpc_request("/payment/status/poll")

    def _transactions(self):
        return (
            self.env["payment.transaction"]
            .sudo()
            .search([("provider_id.company_id", "=", self.env.company.id)])
        )

    def _pay_by_bank(self, move):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"payment_date": fields.Date.today()})._create_payments()

    def _text(self, page):
        return " ".join(page.text_content().replace("\xa0", " ").split())
