from urllib.parse import quote

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import consteq

from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.addons.account_payment.controllers.portal import PortalAccount
from odoo.addons.payment.controllers.post_processing import PaymentPostProcessing
from odoo.addons.sms_organizer.controllers.document_page import (
    COMMON_HEADERS,
    ROUTE,
    DocumentPage,
)
from odoo.addons.sms_organizer.models.organizer_link import LINK_PATH

PAY_PATH = "/sms_organizer/pay"
RETURN_PATH = PAY_PATH + "/done"
BACK_PATH = PAY_PATH + "/back"
COOKIE = "sms_organizer_link"
COOKIE_SECONDS = 2 * 3600
FLOWS = ("redirect", "direct")  # never "token": a saved card needs more than a link


class DocumentPayAll(DocumentPage):
    """*Pay all*: a customer's open invoices in one payment, with the link alone.

    The page of the payment is the exception among those behind a link: Odoo's payment
    form, and those of the payment providers, need JavaScript, the session's cookie and
    other sites. It has no Content-Security-Policy but that it is in nobody's frame.

    Those scripts see the address of the page, and some send it on; and the database
    keeps the way back (a transaction's landing route) in clear. The link's token must
    be in neither. So the link leads to addresses that are the same for everybody,
    below ``PAY_PATH``, and the token is in a cookie that no script reads, which is sent
    to these addresses alone.
    """

    # -------------------------------------------------------------------------
    # ROUTES
    # -------------------------------------------------------------------------

    @http.route("/s/<organizer_token:token>/pay-all/<string:currency>", **ROUTE)
    def pay_all(self, token, currency, **_query):
        """Hand the token over to a cookie: no script sees this address."""
        if not self._find(token):
            return self._not_found()
        response = self._lead_to(f"{PAY_PATH}/{quote(currency, safe='')}")
        self._remember(response, token)
        return response

    @http.route(PAY_PATH + "/<string:currency>", **ROUTE)
    def pay_all_page(self, currency, **_query):
        if not (link := self._remembered_link()):
            return self._not_found()
        link = link.with_context(lang=link._lang())
        if not (offer := link._pay_all_in(currency)):
            return self._lead_to(self._remembered_path())  # paid meanwhile: it says so
        stranger = self._stranger_words(offer)
        self._as_anybody(link)
        return self._payment_page(link, offer, stranger)

    @http.route(BACK_PATH, **ROUTE)
    def pay_all_back(self, **_query):
        if not self._remembered_link():
            return self._not_found()
        return self._lead_to(self._remembered_path())

    @http.route(
        PAY_PATH + "/<string:currency>/transaction",
        type="jsonrpc",
        auth="public",
        sitemap=False,
    )
    def pay_all_transaction(
        self,
        currency,
        provider_id=None,
        payment_method_id=None,
        flow=None,
        amount=None,
        access_token=None,
        **_ignored,
    ):
        """Begin the payment, of what is open at this moment.

        What the browser says of the payer, the invoices, saved cards and the way back
        is not used; its amount and proof tell what the customer has agreed to.

        :return: ``dict``, what Odoo's payment form goes on with
        :raise UserError: where that is no longer what is open
        """
        if not (link := self._remembered_link()):
            return self._nothing_to_pay()
        link = link.with_context(lang=link._lang())
        offer = link._pay_all_in(currency)
        stranger = offer and self._stranger_words(offer)
        self._as_anybody(link)
        if stranger:
            raise UserError(stranger)
        self._check_agreed(link, offer, amount, access_token)
        self._check_method(offer, provider_id, payment_method_id, flow)
        return PaymentPortal()._process_transaction(
            offer.partner.id,
            offer.currency.id,
            offer.moves.ids,
            offer.company.get_next_batch_payment_communication(),
            provider_id=provider_id,
            payment_method_id=payment_method_id,
            token_id=None,
            amount=offer.amount,
            flow=flow,
            tokenization_requested=False,
            landing_route=RETURN_PATH,
        )

    @http.route(RETURN_PATH, **ROUTE)
    def pay_all_return(self, **_query):
        """Say how the payment that this browser began went, and lead back."""
        # sudo: the transaction that Odoo keeps in this visitor's session
        transaction = PaymentPostProcessing()._get_monitored_transaction()
        transaction = transaction.filtered(lambda one: one.landing_route == RETURN_PATH)
        back = BACK_PATH if self._remembered_link() else None
        values = {"state": "unknown", "back_path": back}
        env = request.env
        if move := transaction.invoice_ids[:1]:
            move = self._localized(move)
            values |= move.company_id._document_seller_values() | {
                "state": transaction.state,
                "amount": move.currency_id.format(transaction.amount),
            }
            env = move.env
        return self._html("sms_organizer_payment.pay_all_return", env, values)

    # -------------------------------------------------------------------------
    # CHECKS
    # -------------------------------------------------------------------------

    def _stranger_words(self, offer):
        """Return why who is logged in here does not pay, or None.

        A link says who the customer is; an account that says another thing wins.
        """
        user = request.env.user
        mine = user.partner_id.commercial_partner_id
        if user._is_public() or mine == offer.partner.commercial_partner_id:
            return None
        return request.env._(
            "You are logged in as %s. Nobody pays in a customer's name: log out, or "
            "open the link in a private window.",
            user.name,
        )

    def _check_agreed(self, link, offer, amount, proof):
        if (
            not offer
            or not isinstance(amount, int | float)
            or offer.currency.compare_amounts(amount, offer.amount)
            or not consteq(str(proof).encode(), link._pay_all_proof(offer).encode())
        ):
            raise UserError(
                request.env._(
                    "What is to be paid has changed since this page was opened. "
                    "Nothing was paid. Go back to your invoices and try again."
                )
            )

    def _check_method(self, offer, provider_id, payment_method_id, flow):
        method = offer.methods.filtered(lambda one: one.id == payment_method_id)
        provider = offer.providers & method.provider_ids
        if flow not in FLOWS or provider_id not in provider.ids:
            raise UserError(
                request.env._(
                    "This payment method is not available. Nothing was paid. Choose "
                    "another one."
                )
            )
        if not request.env["organizer.link"]._pay_all_has_attempts_left(offer):
            raise UserError(
                request.env._(
                    "Too many payments were begun. Nothing was paid. Try again in an "
                    "hour."
                )
            )

    # -------------------------------------------------------------------------
    # ANSWERS
    # -------------------------------------------------------------------------

    def _as_anybody(self, link):
        """Go on as a visitor with the link and nothing else, in the customer's words.

        A route with ``website=True`` would do so too, but its answers set a cookie for
        every token, even one that opens nothing.
        """
        request.update_env(user=request.env.ref("base.public_user").id)
        request.is_frontend, request.is_frontend_multilang = True, False
        request.lang = request.env["res.lang"]._get_data(code=link._lang())
        request.env["ir.http"]._frontend_pre_dispatch()

    def _payment_page(self, link, offer, stranger):
        response = request.render(
            "sms_organizer_payment.pay_all",
            {
                **self._payment_form_values(link, offer),
                **link.company_id._document_seller_values(),
                "page_lang": (request.lang.iso_code or "en").replace("_", "-"),
                "direction": request.lang.direction or "ltr",
                "moves": offer.moves,
                "credit": self._credit(offer),
                "path": BACK_PATH,
                "stranger": stranger,
            },
        )
        response.headers.update(COMMON_HEADERS)
        response.headers["Content-Security-Policy"] = "frame-ancestors 'none'"
        return response

    def _credit(self, offer):
        """Return what is taken off, as text; nothing where the whole is paid."""
        credit = sum(offer.moves.mapped("amount_residual")) - offer.amount
        if offer.currency.is_zero(credit):
            return None
        return offer.moves[:1]._document_money(-credit)

    def _payment_form_values(self, link, offer):
        path = f"{PAY_PATH}/{quote(offer.currency.name, safe='')}"
        values = PortalAccount()._get_common_page_view_values(
            {
                "partner": offer.partner,
                "company": offer.company,
                "currency": offer.currency,
                "total_amount": offer.amount,
                "amount_residual": offer.amount,
                "landing_route": RETURN_PATH,
                "transaction_route": path + "/transaction",
            },
            access_token=link._pay_all_proof(offer),
        )
        return {
            **values,
            "amount": offer.amount,
            # whoever has the link alone neither sees nor saves a card
            "tokens_sudo": values["tokens_sudo"].browse(),
            "show_tokenize_input_mapping": dict.fromkeys(offer.providers.ids, False),
        }

    def _remembered_link(self):
        """Return the link (sudo) whose token this browser keeps, or none."""
        token = request.cookies.get(COOKIE)
        return self._find(token) if token else request.env["organizer.link"]

    def _remembered_path(self):
        return LINK_PATH + request.cookies[COOKIE]

    def _remember(self, response, token):
        response.set_cookie(
            COOKIE,
            token,
            max_age=COOKIE_SECONDS,
            expires=None,
            path=PAY_PATH,
            secure=request.httprequest.scheme == "https",
            httponly=True,
            samesite="Lax",
        )

    def _nothing_to_pay(self):
        """Answer every token that opens nothing as Odoo's payment form shows it.

        Returned, not raised: the miss is counted in this transaction.
        """
        self._not_found()
        words = request.env._("There is nothing at this address. Nothing was paid.")
        return {"state": "error", "state_message": words}

    def _lead_to(self, path):
        response = request.redirect(path)
        response.headers.update(COMMON_HEADERS)
        return response
