import base64
import hashlib

from markupsafe import Markup

from odoo import http
from odoo.http import content_disposition, request

from odoo.addons.sms_organizer.models.organizer_link import LINK_PATH

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

    @http.route("/s/<string:token>", **ROUTE)
    def page(self, token, **_query):
        if not (link := self._find(token)):
            return self._not_found()
        return self._page(link, token)

    @http.route("/s/<string:token>/pdf", **ROUTE)
    def pdf(self, token, **_query):
        if not (link := self._find(token)):
            return self._not_found()
        move = self._localized(link._documents())
        if link._ensure_document():
            document = move._document_pdf()
        else:
            document = move._document_unfiled_pdf()
        if not document:
            return self._being_prepared(link, token)
        return self._file(document, "application/pdf", "inline")

    @http.route("/s/<string:token>/xml", **ROUTE)
    def xml(self, token, **_query):
        link = self._find(token)
        if not link or not link._documents()._document_has_xml():
            return self._not_found()
        if not link._ensure_document():
            return self._being_prepared(link, token)
        if not (document := link._documents()._document_xml()):
            return self._not_found()
        return self._file(document, "application/xml", "attachment")

    @http.route("/s/<string:token>/pay", **ROUTE)
    def pay(self, token, **_query):
        link = self._find(token)
        if not link or not link._documents()._document_is_payable():
            return self._not_found()
        response = request.redirect(link._documents()._document_pay_url(), local=False)
        response.headers.update(COMMON_HEADERS)
        return response

    @http.route("/s/<path:anything>", **ROUTE)
    def nothing(self, anything, **_query):
        """Answer what no other route takes as they answer a wrong token."""
        return self._not_found()

    # -------------------------------------------------------------------------
    # ANSWERS
    # -------------------------------------------------------------------------

    def _find(self, token):
        return request.env["organizer.link"]._find(token)

    def _localized(self, moves):
        return moves.with_context(lang=moves[:1]._document_lang())

    def _page(self, link, token, status=200):
        moves = self._localized(link._documents())
        values = {
            **moves[:1]._document_seller_values(),
            "documents": [move._document_page_values() for move in moves],
            "path": LINK_PATH + token,
            "notice": status == 503 or link._document_is_late(),
            "back": status == 503,
            "answers": link.with_env(moves.env)._answer_values(),
        }
        return self._html("sms_organizer.document_page", moves.env, values, status)

    def _being_prepared(self, link, token):
        response = self._page(link, token, status=503)
        response.headers["Retry-After"] = str(RETRY_AFTER)
        return response

    def _not_found(self):
        """Answer every token that opens nothing with the same page.

        Its language is that of the browser: nothing in it depends on the token.
        """
        return self._html("sms_organizer.document_not_found", request.env, {}, 404)

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
