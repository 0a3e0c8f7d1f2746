import base64
import hashlib
import re

from markupsafe import Markup

from odoo import http
from odoo.http import content_disposition, request

from odoo.addons.sms_organizer.models.organizer_link import LINK_PATH
from odoo.addons.sms_organizer.models.organizer_stranger import WINDOW
from odoo.addons.sms_organizer.tools.visitor import address_of, is_robot, looks_ahead

RETRY_AFTER = 60  # seconds
COMMON_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
PAGE_POLICY = (
    "default-src 'none'; style-src 'sha256-%s'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# the browsers' own PDF viewers are pages with inline styles and an embedded object
FILE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


ROUTE = {
    "type": "http",
    "auth": "public",
    "methods": ["GET", "HEAD"],
    "save_session": False,
    "sitemap": False,
}


class DocumentPage(http.Controller):
    """The page behind the link in a message: one token, its documents, nothing else.

    No session is saved, so no cookie is set; whoever is logged in sees what anybody
    with the link sees.
    """

    # -------------------------------------------------------------------------
    # ROUTES
    # -------------------------------------------------------------------------

    @http.route("/s/<organizer_token:token>", **ROUTE)
    def page(self, token, **query):
        if not (link := self._find(token)):
            return self._not_found()
        response = self._page(link, token, number=query.get("page"))
        if self._is_visit():
            link._note_opened()
        return response

    @http.route("/s/<organizer_token:token>/pdf", **ROUTE)
    def pdf(self, token, **_query):
        link = self._find(token)
        return self._pdf_of(link, token, link.move_id and link._documents())

    @http.route("/s/<organizer_token:token>/xml", **ROUTE)
    def xml(self, token, **_query):
        link = self._find(token)
        return self._xml_of(link, token, link.move_id and link._documents())

    @http.route("/s/<organizer_token:token>/pay", **ROUTE)
    def pay(self, token, **_query):
        link = self._find(token)
        return self._pay_of(link, token, link.move_id and link._documents())

    @http.route("/s/<organizer_token:token>/<string:key>/pdf", **ROUTE)
    def pdf_of_several(self, token, key, **_query):
        link = self._find(token)
        return self._pdf_of(link, token, link._document_of(key))

    @http.route("/s/<organizer_token:token>/<string:key>/xml", **ROUTE)
    def xml_of_several(self, token, key, **_query):
        link = self._find(token)
        return self._xml_of(link, token, link._document_of(key))

    @http.route("/s/<organizer_token:token>/<string:key>/pay", **ROUTE)
    def pay_of_several(self, token, key, **_query):
        link = self._find(token)
        return self._pay_of(link, token, link._document_of(key))

    @http.route("/s/<organizer_token:token>/<path:anything>", **ROUTE)
    def nothing(self, token, anything, **_query):
        """Answer what no other route takes as they answer a wrong token."""
        return self._not_found()

    # -------------------------------------------------------------------------
    # VISITORS
    # -------------------------------------------------------------------------

    def _find(self, token):
        """Return the link of this token, or none: for who attacks, nothing is looked
        up."""
        links = request.env["organizer.link"]
        return links.browse() if self._is_shut_out() else links._find(token)

    def _is_shut_out(self):
        return request.env["organizer.stranger"]._is_shut_out(self._address())

    def _address(self):
        """Where the visitor is, as the nearest proxy says it."""
        asked = request.httprequest
        return address_of(asked.remote_addr, asked.headers.get("X-Forwarded-For"))

    def _is_visit(self):
        """Return whether a customer looks at the page: no program that previews it, and
        nobody of the seller's who has logged in with this browser."""
        asked = request.httprequest
        return (
            asked.method == "GET"
            and not is_robot(asked.headers.get("User-Agent"))
            and not looks_ahead(asked.headers)
            and not (request.session.uid and request.env.user._is_internal())
        )

    # -------------------------------------------------------------------------
    # ANSWERS
    # -------------------------------------------------------------------------

    def _localized(self, moves):
        return moves.with_context(lang=moves[:1]._document_lang())

    def _page(self, link, token, status=200, number=None):
        link = link.with_context(lang=link._lang())
        template, values = self._page_values(link, number)
        values |= {
            **link.company_id._document_seller_values(),
            "path": LINK_PATH + token,
            "notice": status == 503 or link._document_is_late(),
            "back": status == 503,
            "answers": link._answer_values(),
        }
        return self._html(template, link.env, values, status)

    def _page_values(self, link, number):
        """Return the template and its values: of an invoice, or of a customer."""
        if link._is_of_customer():
            number = int(number) if re.fullmatch(r"\d{1,6}", number or "") else 1
            values = link._customer_page_values(number)
            return "sms_organizer.customer_page", values
        documents = [move._document_page_values() for move in link._documents()]
        return "sms_organizer.document_page", {"documents": documents}

    def _pdf_of(self, link, token, move):
        """
        :param move: ``account.move`` that the link shows, or none
        """
        if not move:
            return self._nothing_of(link, token)
        move = self._localized(move)
        if link._ensure_document(move):
            document = move._document_pdf()
        else:
            document = move._document_unfiled_pdf()
        if not document:
            return self._being_prepared(link, token)
        return self._file(document, "application/pdf", "inline")

    def _xml_of(self, link, token, move):
        if not move or not move._document_has_xml():
            return self._nothing_of(link, token)
        if not link._ensure_document(move):
            return self._being_prepared(link, token)
        if not (document := move._document_xml()):
            return self._nothing_of(link, token)
        return self._file(document, "application/xml", "attachment")

    def _pay_of(self, link, token, move):
        if not move or not move._document_is_payable():
            return self._nothing_of(link, token)
        response = request.redirect(move._document_pay_url(), local=False)
        response.headers.update(COMMON_HEADERS)
        return response

    def _being_prepared(self, link, token):
        response = self._page(link, token, status=503)
        response.headers["Retry-After"] = str(RETRY_AFTER)
        return response

    def _nothing_of(self, link, token):
        """Lead who has a link back to its page, which says how things are: paid
        meanwhile, most often."""
        return self._see_other(token) if link else self._not_found()

    def _see_other(self, token, then=""):
        response = request.redirect(LINK_PATH + token + then, code=303)
        response.headers.update(COMMON_HEADERS)
        return response

    def _not_found(self):
        """Answer everything that opens nothing with the same page, and who asks for
        too much of it with another.

        Its language is that of the browser: nothing in it depends on the token.
        """
        if request.env["organizer.stranger"]._note_miss(self._address()):
            return self._html("sms_organizer.document_not_found", request.env, {}, 404)
        return self._slowed()

    def _slowed(self):
        response = self._html("sms_organizer.document_slowed", request.env, {}, 429)
        response.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
        return response

    def _html(self, template, env, values, status=200):
        lang = env["res.lang"]._get_data(code=env.context.get("lang") or "en_US")
        qweb = request.env["ir.qweb"].with_context(lang=lang.code or "en_US")
        style = qweb._render("sms_organizer.document_style", minimal_qcontext=True)
        values = {
            "lang": (lang.iso_code or "en").replace("_", "-"),
            "direction": lang.direction or "ltr",
            "style": style,
            **values,
        }
        html = qweb._render(template, values, minimal_qcontext=True)
        digest = hashlib.sha256(style.encode()).digest()
        headers = {
            **COMMON_HEADERS,
            "Content-Type": "text/html; charset=utf-8",
            "Content-Language": values["lang"],
            "Content-Security-Policy": PAGE_POLICY % base64.b64encode(digest).decode(),
        }
        body = Markup("<!DOCTYPE html>\n") + html
        return request.make_response(body, list(headers.items()), status=status)

    def _file(self, document, mimetype, disposition):
        headers = {
            **COMMON_HEADERS,
            "Content-Type": mimetype,
            "Content-Disposition": content_disposition(
                document["filename"], disposition
            ),
            "Content-Security-Policy": FILE_POLICY,
        }
        return request.make_response(document["content"], list(headers.items()))
