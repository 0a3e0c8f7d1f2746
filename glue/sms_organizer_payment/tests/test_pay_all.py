from lxml import html

from odoo.fields import Command
from odoo.tests import tagged

from .common import PAID, PayAllCommon


@tagged("post_install", "-at_install")
class TestPayAll(PayAllCommon):
    """Two open invoices in one payment, without a login."""

    def test_page_of_the_customer_leads_to_the_payment(self):
        link, token = self._customer_link()
        self.assertEqual(self._currencies(link), ["USD"])
        page = html.fromstring(self._open(f"/s/{token}").content)
        self.assertEqual(
            page.xpath("//a[starts-with(., 'Pay all')]/@href"),
            [f"/s/{token}/pay-all/USD"],
        )

    def test_what_is_paid_is_what_the_page_says(self):
        _link, token = self._customer_link()
        text = self._text(self._payment_page(token))
        for words in (
            f"Invoice {self.invoice.name} $ 1,234.50",
            f"Invoice {self.second.name} $ 100.00",
            "Total $ 1,334.50",
        ):
            self.assertIn(words, text)

    def test_payment_is_reconciled_with_all_the_invoices(self):
        link, token = self._customer_link()
        values = self._begin(token)
        transaction = self._transactions()
        self.assertEqual(values["reference"], transaction.reference)
        self.assertEqual(transaction.amount, 1334.5)
        self.assertEqual(transaction.invoice_ids, self.both)
        self.assertEqual(transaction.partner_id, self.partner_a)
        self.assertTrue(transaction.reference.startswith("GROUP/"))
        answer = self._finish(values["reference"])
        self.assertEqual(answer["state"], "done")
        for move in self.both:
            self.assertIn(move.payment_state, PAID)
            self.assertEqual(move.amount_residual, 0)
        self.assertEqual(transaction.payment_id.amount, 1334.5)
        self.assertEqual(transaction.payment_id.reconciled_invoice_ids, self.both)
        self.assertFalse(link._pay_all_offers())
        thanks = html.fromstring(self._open(answer["landing_route"]).content)
        self.assertIn("Your payment of $ 1,334.50 was received", self._text(thanks))
        self._assert_leads_back(thanks.xpath("//nav/a/@href"), token)
        self.assertEqual(self._open(f"/s/{token}").status_code, 200)

    def _assert_leads_back(self, hrefs, token):
        self.assertEqual(hrefs, ["/sms_organizer/pay/back"])
        self._assert_leads_to_page(self._open(hrefs[0]), token)

    def _assert_leads_to_page(self, response, token):
        self.assertEqual(response.status_code, 303)
        self.assertTrue(response.headers["Location"].endswith(f"/s/{token}"))

    def _currencies(self, link):
        return [offer.currency.name for offer in link._pay_all_offers()]

    def test_payment_that_failed_can_be_tried_again(self):
        _link, token = self._customer_link()
        for state in ("cancel", "error"):
            answer = self._finish(self._begin(token)["reference"], state)
            page = html.fromstring(self._open(answer["landing_route"]).content)
            self.assertIn("$ 1,334.50 was not paid", self._text(page))
        self.assertEqual(set(self.both.mapped("payment_state")), {"not_paid"})
        self._finish(self._begin(token)["reference"])
        self.assertLessEqual(set(self.both.mapped("payment_state")), PAID)

    def test_payment_under_way_is_not_begun_twice(self):
        link, token = self._customer_link()
        reference = self._begin(token)["reference"]
        transaction = self._transactions()
        transaction._set_pending()
        self.assertFalse(link._pay_all_offers())
        page = html.fromstring(self._open("/sms_organizer/pay/done").content)
        self.assertIn("not confirmed yet", self._text(page))
        transaction._set_done()  # and not booked yet
        self.assertEqual(self.second.amount_residual, 100)
        self.assertFalse(link._pay_all_offers())
        self.assertTrue(reference)

    def test_part_of_an_invoice_that_is_open_counts(self):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.second.ids
        ).create({"amount": 30})._create_payments()
        _link, token = self._customer_link()
        self._finish(self._begin(token)["reference"])
        self.assertEqual(self._transactions().amount, 1304.5)
        self.assertLessEqual(set(self.both.mapped("payment_state")), PAID)

    def test_instalments_and_discounts_count_in_full(self):
        discount = self.env["account.payment.term"].create(
            {
                "name": "2 % in 10 days",
                "early_discount": True,
                "discount_days": 10,
                "discount_percentage": 2,
                "line_ids": [Command.create({"value": "percent", "value_amount": 100})],
            }
        )
        halves = self.env["account.payment.term"].create(
            {
                "name": "Two halves",
                "line_ids": [
                    Command.create({"value_amount": 50, "nb_days": days})
                    for days in (0, 30)
                ],
            }
        )
        moves = self.both
        for term in discount | halves:
            moves |= self._invoice_of(200, invoice_payment_term_id=term.id)
        _link, token = self._customer_link()
        self._finish(self._begin(token)["reference"])
        self.assertEqual(self._transactions().amount, 1734.5)
        self.assertEqual(moves.mapped("amount_residual"), [0, 0, 0, 0])

    # -------------------------------------------------------------------------
    # WHERE IT IS OFFERED
    # -------------------------------------------------------------------------

    def test_credit_is_not_asked_for(self):
        self._new_invoice(
            "out_refund",
            invoice_line_ids=[
                Command.create({"name": "Tea", "price_unit": 300, "tax_ids": []})
            ],
        )
        _link, token = self._customer_link()
        text = self._text(self._payment_page(token))
        self.assertIn("Credit and payments $ -300.00 Total $ 1,034.50", text)
        reference = self._begin(token)["reference"]
        self._finish(reference)
        paid = self.env["payment.transaction"].search([("reference", "=", reference)])
        self.assertEqual(paid.amount, 1034.5)
        paid._post_process()
        self.assertEqual(sum(self.both.mapped("amount_residual")), 300)

    def test_customer_in_credit_pays_nothing(self):
        self._new_invoice(
            "out_refund",
            invoice_line_ids=[
                Command.create({"name": "Tea", "price_unit": 2000, "tax_ids": []})
            ],
        )
        link, token = self._customer_link()
        self.assertFalse(link._pay_all_offers())
        self._assert_leads_to_page(self._open_payment(token), token)

    def test_one_invoice_is_paid_by_itself(self):
        link, _token = self._make_link()
        self.assertFalse(link._pay_all_offers())
        self._pay_by_bank(self.second)
        link, token = self._customer_link()
        self.assertFalse(link._pay_all_offers())
        for currency in ("USD", "PLN", "x" * 500, "%00", "back"):
            response = self._open_payment(token, currency)
            self._assert_leads_to_page(response, token)

    def test_each_currency_has_its_payment(self):
        euro = self.setup_other_currency("EUR", rates=[])
        euros = self._invoice_of(10, currency_id=euro.id)
        link, token = self._customer_link()
        self.assertEqual(self._currencies(link), ["USD"], "one in euro")
        euros |= self._invoice_of(20, currency_id=euro.id)
        page = html.fromstring(self._open(f"/s/{token}").content)
        self.assertEqual(
            page.xpath("//a[starts-with(., 'Pay all')]/@href"),
            [f"/s/{token}/pay-all/EUR", f"/s/{token}/pay-all/USD"],
        )
        self._finish(self._begin(token, "EUR")["reference"])
        self.assertEqual(self._transactions().invoice_ids, euros)
        self.assertEqual(self._transactions().currency_id, euro)
        self.assertLessEqual(set(euros.mapped("payment_state")), PAID)
        self.assertEqual(set(self.both.mapped("payment_state")), {"not_paid"})

    def test_invoice_under_discussion_is_left_out(self):
        link, token = self._customer_link()
        third = self._invoice_of(7)
        third.line_ids.no_followup = True
        self.assertNotIn(third.name, self._text(self._payment_page(token)))
        self.second.line_ids.no_followup = True
        self.assertFalse(link._pay_all_offers())

    def test_no_provider_takes_the_sum(self):
        link, _token = self._customer_link()
        self.provider.maximum_amount = 1300  # enough for each, not for both
        self.assertTrue(self.invoice._document_is_payable())
        self.assertFalse(link._pay_all_offers())
        self.provider.maximum_amount = 0
        self.assertTrue(link._pay_all_offers())
        self.provider.is_published = False
        self.assertFalse(link.with_user(self.env.user).sudo()._pay_all_offers())

    def test_portal_takes_no_payments(self):
        link, _token = self._customer_link()
        self.env["ir.config_parameter"].sudo().set_param(
            "account_payment.enable_portal_payment", "False"
        )
        self.assertFalse(link._pay_all_offers())

    def test_customer_of_another_company_does_not_pay_here(self):
        link, _token = self._customer_link()
        other = self.setup_other_company()["company"]
        self.partner_a.sudo().company_id = False
        self.assertTrue(link._pay_all_offers())
        self.env.cr.execute(
            "UPDATE res_partner SET company_id = %s WHERE id = %s",
            [other.id, self.partner_a.id],
        )
        self.env.invalidate_all()
        self.assertFalse(link._pay_all_offers())

    def test_one_payment_is_for_one_receivable_account(self):
        link, _token = self._customer_link()
        account = self.company_data["default_account_receivable"].copy()
        self.partner_a.property_account_receivable_id = account
        self._invoice_of(5)
        self.assertFalse(link._pay_all_offers())

    def test_contacts_of_a_customer_are_paid_for_by_it(self):
        contact = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.partner_a.id, "type": "invoice"}
        )
        move = self._invoice_of(50, partner_id=contact.id)
        _link, token = self._customer_link()
        self._finish(self._begin(token)["reference"])
        self.assertEqual(self._transactions().partner_id, self.partner_a)
        self.assertIn(move.payment_state, PAID)


@tagged("post_install", "-at_install")
class TestPayAllOnThePhone(PayAllCommon):
    """Odoo's form on our page, as the customer's phone runs it."""

    browser_size = "390x844"
    touch_enabled = True

    def test_customer_presses_pay(self):
        _link, token = self._customer_link()
        self.browser_js(
            f"/s/{token}/pay-all/USD",
            """
            const pay = document.querySelector("[name=o_payment_submit_button]");
            if (document.documentElement.scrollWidth > window.innerWidth) {
                throw new Error("The page is wider than the phone");
            }
            const send = XMLHttpRequest.prototype.send;
            const open = XMLHttpRequest.prototype.open;
            XMLHttpRequest.prototype.open = function (method, url) {
                this.isPayment = String(url).includes("simulate_payment");
                return open.apply(this, arguments);
            };
            XMLHttpRequest.prototype.send = function () {
                if (this.isPayment) {
                    this.addEventListener("loadend", () =>
                        console.log("test successful")
                    );
                }
                return send.apply(this, arguments);
            };
            pay.click();
            """,
            ready="""!!document.querySelector(
                "[name=o_payment_submit_button]:not([disabled])"
            )""",
        )
        transaction = self._transactions()
        self.assertEqual(transaction.state, "done")
        transaction._post_process()
        self.assertLessEqual(set(self.both.mapped("payment_state")), PAID)
