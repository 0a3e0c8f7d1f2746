from odoo.fields import Command
from odoo.tests import JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.organizer_link import MAX_ATTEMPTS
from .common import PayAllCommon


@tagged("post_install", "-at_install")
class TestPayAllRefused(PayAllCommon):
    """What the customer did not agree to, or may not pay, begins no payment."""

    def setUp(self):
        super().setUp()
        self.link, self.token = self._customer_link()

    def _assert_refused(self, route, params, error="odoo.exceptions.UserError"):
        before = self._transactions()
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException) as caught:
            self.make_jsonrpc_request(route, params)
        self.assertEqual(caught.exception.args[0], error)
        self.assertEqual(self._transactions(), before)

    def test_another_amount(self):
        route, params = self._agreed(self._payment_page(self.token))
        for amount in (0.01, 1334.49, 1334.51, -1334.5, None, "1334.5", [1]):
            self._assert_refused(route, params | {"amount": amount})
        self.assertEqual(self.make_jsonrpc_request(route, params)["amount"], 1334.5)

    def test_another_proof(self):
        route, params = self._agreed(self._payment_page(self.token))
        for proof in (None, "", "ą", params["access_token"][:-1], {"a": 1}):
            self._assert_refused(route, params | {"access_token": proof})

    def test_paid_meanwhile(self):
        self._invoice_of(5)
        route, params = self._agreed(self._payment_page(self.token))
        self._pay_by_bank(self.second)
        self._assert_refused(route, params)
        # nor with the amount that is right by now
        self._assert_refused(route, params | {"amount": 1239.5})

    def test_same_sum_of_other_invoices(self):
        route, params = self._agreed(self._payment_page(self.token))
        self.second.button_draft()
        self.second.button_cancel()
        self._invoice_of(100)
        self._assert_refused(route, params)

    def test_nothing_left(self):
        route, params = self._agreed(self._payment_page(self.token))
        self._pay_by_bank(self.both)
        self._assert_refused(route, params)

    def test_other_link_s_proof(self):
        _other, other_token = self._customer_link()
        route, params = self._agreed(self._payment_page(self.token))
        # the same browser has opened the other one since, and keeps its token
        self._payment_page(other_token)
        self._assert_refused(route, params)

    def test_what_the_browser_adds_changes_nothing(self):
        stranger = self._invoice_of(1, partner_id=self.partner_b.id)
        route, params = self._agreed(self._payment_page(self.token))
        self.make_jsonrpc_request(
            route,
            params
            | {
                "partner_id": self.partner_b.id,
                "currency_id": self.env.ref("base.PLN").id,
                "invoice_ids": [Command.set(stranger.ids)],
                "reference_prefix": "x",
                "landing_route": "https://example.com",
                "tokenization_requested": True,
                "is_validation": True,
                "custom_create_values": {"invoice_ids": [Command.set(stranger.ids)]},
            },
        )
        transaction = self._transactions()
        self.assertEqual(transaction.invoice_ids, self.both)
        self.assertEqual(transaction.partner_id, self.partner_a)
        self.assertEqual(transaction.currency_id, self.usd)
        self.assertEqual(transaction.operation, "online_direct")
        self.assertEqual(transaction.landing_route, "/sms_organizer/pay/done")
        self.assertFalse(transaction.tokenize)

    def test_provider_that_is_not_offered(self):
        route, params = self._agreed(self._payment_page(self.token))
        other = self._provider(self.setup_other_company()["company"])
        hidden = self._provider(self.env.company)
        hidden.is_published = False
        for provider_id in (other.id, hidden.id, 0, None, "1"):
            self._assert_refused(route, params | {"provider_id": provider_id})
        for method_id in (0, None, self.env.ref("payment.payment_method_card").id):
            self._assert_refused(route, params | {"payment_method_id": method_id})

    def test_saved_card_is_not_used(self):
        card = self._card()
        route, params = self._agreed(self._payment_page(self.token))
        self._assert_refused(route, params | {"flow": "token", "token_id": card.id})
        self.make_jsonrpc_request(route, params | {"token_id": card.id})
        self.assertFalse(self._transactions().token_id)

    def test_saved_card_is_not_shown(self):
        self._card()
        page = self._payment_page(self.token)
        self.assertNotIn("4242", self._text(page))
        self.assertFalse(page.xpath("//input[@name='o_payment_tokenize_checkbox']"))

    def _card(self):
        return (
            self.env["payment.token"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.provider.payment_method_ids.id,
                    "payment_details": "4242",
                    "partner_id": self.partner_a.id,
                    "provider_ref": "saved",
                    "demo_simulated_state": "done",
                }
            )
        )

    def test_who_is_logged_in_as_somebody_else(self):
        route, params = self._agreed(self._payment_page(self.token))
        user = new_test_user(self.env, "somebody", "base.group_portal")
        self.authenticate(user.login, user.login)
        page = self._payment_page(self.token)
        self.assertFalse(page.xpath("//form[@id='o_payment_form']"))
        self.assertIn("You are logged in as", self._text(page))
        self._assert_refused(route, params)

    def test_customer_who_is_logged_in_pays_as_anybody_with_the_link(self):
        user = new_test_user(self.env, "mine", "base.group_portal")
        user.partner_id.parent_id = self.partner_a
        self.authenticate(user.login, user.login)
        self._begin(self.token)
        self.assertEqual(self._transactions().partner_id, self.partner_a)

    def test_payments_are_not_begun_without_end(self):
        route, params = self._agreed(self._payment_page(self.token))
        self.make_jsonrpc_request(route, params)
        for number in range(MAX_ATTEMPTS - 1):
            values = {"reference": f"Attempt {number}"}
            values["invoice_ids"] = [Command.set(self.both.ids)]
            self._transactions()[:1].copy(values)
        self._assert_refused(route, params)
        self._transactions().state = "cancel"
        self.assertTrue(self.make_jsonrpc_request(route, params)["reference"])
