from odoo import http
from odoo.http import request

from odoo.addons.sms_organizer.models.organizer_answer_receive import TooManyAnswers
from odoo.addons.sms_organizer.models.organizer_link import LINK_PATH
from odoo.addons.sms_organizer.models.organizer_link_answer import SLUGS

from .document_page import ROUTE, DocumentPage

KINDS = {slug: kind for kind, slug in SLUGS.items()}
NAMES = ("date", "reference", "text")
# bytes: a thousand characters as a form sends them, and as much again
MAX_BODY = 32_000
DAY = 24 * 60 * 60  # seconds

FORM_ROUTE = {
    **ROUTE,
    "methods": ["GET", "HEAD", "POST"],
    # there is no session that another site could make use of: the secret is in the path
    "csrf": False,
    "max_content_length": MAX_BODY,
}


class DocumentAnswer(DocumentPage):
    """The forms behind the page: what a customer answers, with no login.

    A form is sent to its own address. What was taken in is thanked for at another one,
    so that a reload does not send it again.
    """

    # -------------------------------------------------------------------------
    # ROUTES
    # -------------------------------------------------------------------------

    @http.route("/s/<organizer_token:token>/answer/<string:slug>", **FORM_ROUTE)
    def answer(self, token, slug, **_form):
        if self._disowned(token, slug):
            return self._thank(token, slug)
        link, kind = self._find(token), KINDS.get(slug)
        if not link or not kind:
            return self._not_found()
        link = self._answering(link)
        if request.httprequest.method == "POST":
            return self._receive(link, token, kind)
        return self._refuse(link, token, kind) or self._form(link, token, kind)

    @http.route("/s/<organizer_token:token>/answer/<string:slug>/thanks", **ROUTE)
    def thanks(self, token, slug, **_query):
        if link := self._disowned(token, slug):
            return self._goodbye(self._answering(link))
        link, kind = self._find(token), KINDS.get(slug)
        if not link or not kind:
            return self._not_found()
        link = self._answering(link)
        words = link._thanks(kind)
        return self._say(link, token, words) if words else self._see_other(token)

    # -------------------------------------------------------------------------
    # WHAT THEY DO
    # -------------------------------------------------------------------------

    def _answering(self, link):
        """The link in the customer's language."""
        return link.with_context(lang=link._lang())

    def _disowned(self, token, slug):
        """The link, where it turned out that its phone is not the customer's."""
        if KINDS.get(slug) != "wrong_number" or self._is_shut_out():
            return None
        return request.env["organizer.link"]._find_disowned(token)

    def _receive(self, link, token, kind):
        form = request.httprequest.form
        entered = {name: form.get(name, "") for name in NAMES}
        entered["invoice"] = form.getlist("invoice")
        values, errors = link._read_answer(kind, entered)
        answers = link.env["organizer.answer"]
        if not errors and answers._same_as_before(link, kind, values):
            return self._thank(token, SLUGS[kind])
        if refusal := self._refuse(link, token, kind):
            return refusal
        if errors:
            return self._form(link, token, kind, entered, errors)
        try:
            answers._take(link, kind, values)
        except TooManyAnswers:
            return self._too_many(link, token)
        return self._thank(token, SLUGS[kind])

    def _refuse(self, link, token, kind):
        """What is shown instead of a form; None where it may be filled in."""
        if kind in link._answer_kinds():
            return None
        words = link._why_not(kind)
        return self._say(link, token, words) if words else self._see_other(token)

    def _thank(self, token, slug):
        return self._see_other(token, f"/answer/{slug}/thanks")

    # -------------------------------------------------------------------------
    # PAGES
    # -------------------------------------------------------------------------

    def _form(self, link, token, kind, entered=None, errors=None):
        values = {
            **self._frame(link, token),
            **link._answer_form(kind, entered, errors),
        }
        template, status = "sms_organizer.document_answer_form", 422 if errors else 200
        response = self._html(template, link.env, values, status)
        policy = response.headers["Content-Security-Policy"]
        response.headers["Content-Security-Policy"] = policy.replace(
            "form-action 'none'", "form-action 'self'"
        )
        return response

    def _frame(self, link, token):
        """What the template ``document_frame`` shows around all of them."""
        return {
            **link.company_id._document_seller_values(),
            "path": LINK_PATH + token,
            "notice": None,
            "answers": None,
        }

    def _say(self, link, token, words, status=200):
        """:param words: heading and list of sentences"""
        heading, sentences = words
        values = {
            **self._frame(link, token),
            "heading": heading,
            "sentences": sentences,
        }
        return self._html(
            "sms_organizer.document_answer_said", link.env, values, status
        )

    def _too_many(self, link, token):
        response = self._say(link, token, link._too_many_words(), status=429)
        response.headers["Retry-After"] = str(DAY)
        return response

    def _goodbye(self, link):
        """To whoever has the phone: a stranger, who is told no more than that."""
        heading, sentences = link._goodbye_words()
        values = {
            **dict.fromkeys(self._frame(link, "")),
            "seller": link.company_id.name,
            "heading": heading,
            "sentences": sentences,
        }
        return self._html("sms_organizer.document_answer_said", link.env, values)
