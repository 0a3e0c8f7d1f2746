from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import hmac
from odoo.tools.misc import formatLang

from odoo.addons.sms_organizer.models.account_move_page import PAID_STATES

MAX_ATTEMPTS = 20  # payments begun and left for the same invoices, in an hour
MAX_AT_ONCE = 500  # invoices in one payment


class PayAll(NamedTuple):
    """Invoices that are paid at once, and with what."""

    moves: models.BaseModel  # account.move of one company, currency and account
    partner: models.BaseModel  # res.partner: who pays
    amount: float  # what is open of them, less the customer's credit
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

    def _customer_page_values(self, number):
        # EXTENDS 'sms_organizer': with several currencies, each has a button of its own
        offers = self._pay_all_offers()  # first: all invoices are read at once
        values = super()._customer_page_values(number)
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

        The number of queries depends on that of the currencies alone.

        :return: ``list[PayAll]``, by the currency's name; none for one invoice, and
            none for a customer with more than ``MAX_AT_ONCE``: *all* would be wrong
        """
        self.ensure_one()
        if self.move_id:
            return []
        # sudo: the visitor has the link and no account; published providers alone
        link = self.with_user(self.env.ref("base.public_user")).sudo()
        moves = link._pay_all_moves()
        under_way = moves._payments_under_way()
        currencies = moves._payable_with_others(under_way).grouped("currency_id")
        currencies = {
            currency: payable
            for currency, payable in currencies.items()
            if len(payable) > 1
        }
        if not currencies:
            return []
        owed = link._pay_all_owed(moves, under_way)
        accounts = link._pay_all_accounts(moves.browse().union(*currencies.values()))
        offers = (
            link._pay_all_offer(currencies[currency], owed.get(currency.id, 0))
            for currency in sorted(currencies, key=lambda one: one.name)
            if len(accounts.get(currency, [])) == 1
        )
        return [offer for offer in offers if offer]

    def _pay_all_moves(self):
        """Return the open invoices, the oldest due first, but those under discussion:
        they can be paid singly."""
        documents = self._open_documents(MAX_AT_ONCE + 1)
        if len(documents) > MAX_AT_ONCE:
            documents = []
        return self.env["account.move"].browse(
            document.move_id for document in documents if not document.disputed
        )

    def _pay_all_owed(self, moves, under_way):
        """Return what the customer owes, less all that it has paid and is not booked.

        :return: ``{currency id: float}``
        """
        owed = {
            total.currency_id: total.balance - total.disputed
            for total in self._open_totals()
        }
        booked_later = [
            (move.currency_id.id, move.amount_residual)
            for move in moves
            if move.payment_state in PAID_STATES
        ]
        booked_later += [(one.currency_id.id, one.amount) for one in under_way]
        for currency_id, amount in booked_later:
            if currency_id in owed:
                owed[currency_id] -= amount
        return owed

    @api.model
    def _pay_all_accounts(self, moves):
        """Return the receivable accounts of invoices, ``{currency: ids}``."""
        groups = self.env["account.move.line"]._read_group(
            [("move_id", "in", moves.ids), ("display_type", "=", "payment_term")],
            ["currency_id"],
            ["account_id:array_agg_distinct"],
        )
        return dict(groups)

    def _pay_all_in(self, currency_name):
        """Return what can be paid at once in this currency, or None."""
        offers = self._pay_all_offers()
        return next((one for one in offers if one.currency.name == currency_name), None)

    def _pay_all_offer(self, moves, owed):
        """Return how these invoices are paid at once, or None.

        :param moves: ``account.move`` of one currency and one receivable account: Odoo
            reconciles a payment with no more
        :param float owed: in all, less credit notes and payments that are not matched
            yet: nobody is asked for more
        """
        company = self.company_id
        partner = moves.partner_id
        if len(partner) > 1:
            partner = moves.commercial_partner_id
        if len(partner) > 1 or (partner.company_id or company) != company:
            return None  # as PaymentPortal._can_partner_pay_in_company
        open_amount = sum(moves.mapped("amount_residual"))
        amount = moves.currency_id.round(min(open_amount, owed))
        if moves.currency_id.compare_amounts(amount, 0) <= 0:
            return None
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
