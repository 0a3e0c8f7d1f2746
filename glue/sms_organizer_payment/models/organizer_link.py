from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import hmac
from odoo.tools.misc import formatLang

MAX_ATTEMPTS = 20  # payments begun and left for the same invoices, in an hour


class PayAll(NamedTuple):
    """Invoices that are paid at once, and with what."""

    moves: models.BaseModel  # account.move of one company, currency and account
    partner: models.BaseModel  # res.partner: who pays
    amount: float  # what is open of them, in their currency
    providers: models.BaseModel  # payment.provider
    methods: models.BaseModel  # payment.method

    @property
    def company(self):
        return self.moves.company_id

    @property
    def currency(self):
        return self.moves.currency_id


class OrganizerLink(models.Model):
    """Paying a customer's open invoices at once, as Odoo's portal takes payments."""

    _inherit = "organizer.link"

    def _pay_all_path(self):
        # EXTENDS 'sms_organizer': with several currencies, each has a button of its own
        offer = next(iter(self._pay_all_offers()), None)
        return self._pay_all_path_in(offer) if offer else super()._pay_all_path()

    def _customer_page_values(self, number):
        # EXTENDS 'sms_organizer'
        values = super()._customer_page_values(number)
        offers = self._pay_all_offers() if values["pay_all"] else []
        values["pay_all_ways"] = [
            {
                "path": self._pay_all_path_in(offer),
                "amount": formatLang(
                    self.env, offer.amount, currency_obj=offer.currency
                ),
            }
            for offer in offers
        ]
        return values

    @api.model
    def _pay_all_path_in(self, offer):
        return f"pay-all/{offer.currency.name}"

    def _pay_all_offers(self):
        """Return what can be paid at once now, for each currency that can.

        :return: ``list[PayAll]``, by the currency's name; none for one invoice
        """
        self.ensure_one()
        if self.move_id:
            return []
        # sudo: the visitor has the link and no account; published providers alone
        link = self.with_user(self.env.ref("base.public_user")).sudo()
        currencies = link._documents()._payable_with_others().grouped("currency_id")
        offers = (
            link._pay_all_offer(currencies[currency])
            for currency in sorted(currencies, key=lambda one: one.name)
        )
        return [offer for offer in offers if offer]

    def _pay_all_in(self, currency_name):
        """Return what can be paid at once in this currency, or None."""
        offers = self._pay_all_offers()
        return next((one for one in offers if one.currency.name == currency_name), None)

    def _pay_all_offer(self, moves):
        """Return how these invoices, of one currency, are paid at once, or None.

        Odoo reconciles a payment with one receivable account: not with several.
        """
        company = moves.company_id
        accounts = moves._payment_term_lines().account_id
        if len(moves) < 2 or len(company) > 1 or len(accounts) > 1:
            return None
        partner = moves.partner_id
        if len(partner) > 1:
            partner = moves.commercial_partner_id
        if len(partner) > 1 or (partner.company_id or company) != company:
            return None  # as PaymentPortal._can_partner_pay_in_company
        amount = moves.currency_id.round(sum(moves.mapped("amount_residual")))
        currency_id = moves.currency_id.id
        providers = self.env["payment.provider"]._get_compatible_providers(
            company.id, partner.id, amount, currency_id=currency_id
        )
        methods = self.env["payment.method"]._get_compatible_payment_methods(
            providers.ids, partner.id, currency_id=currency_id
        )
        return PayAll(moves, partner, amount, providers, methods) if methods else None

    def _pay_all_proof(self, offer):
        """Return a text that only this offer has: the customer pays what was shown."""
        shown = (self.id, offer.moves.sorted("id").ids, str(offer.amount))
        return hmac(self.env(su=True), "sms_organizer_payment.pay_all", shown)

    @api.model
    def _pay_all_has_attempts_left(self, offer):
        """Return whether one more payment may begin: each is noted on the invoices."""
        since = fields.Datetime.now() - timedelta(hours=1)
        # sudo: the visitor has no account
        return MAX_ATTEMPTS > self.env["payment.transaction"].sudo().search_count(
            [
                ("invoice_ids", "in", offer.moves.ids),
                ("state", "=", "draft"),
                ("create_date", ">", since),
            ],
            limit=MAX_ATTEMPTS,
        )
