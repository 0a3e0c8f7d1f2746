from odoo import api, fields, models
from odoo.tools import format_date

from . import clock
from .organizer_link import TOKEN_PATTERN
from .sms_reply_customer import ARRIVING

# what is said in the path for each kind of answer
SLUGS = {
    "paid": "paid",
    "promise": "promise",
    "question": "question",
    "wrong_number": "wrong-number",
}
OPEN = ("not_paid", "partial")


class OrganizerLink(models.Model):
    """What a customer may answer on the page: see ``organizer_link_promise.py`` for
    promises, ``organizer_link_told.py`` for what it has told us already, and
    ``organizer_link_limits.py`` for how often.

    Texts are in the language of the context. Whoever has the token may answer, hence
    everything is asked as superuser.
    """

    _inherit = "organizer.link"

    answer_count = fields.Integer("Answers", readonly=True)

    # -- who and what ----------------------------------------------------------------

    @api.model
    def _find_disowned(self, token):
        """Return the link of this token, where its phone is not the customer's by what
        was said there; it opens nothing else any more.

        :return: ``organizer.link`` (sudo: see ``_find``), or none
        """
        links = self.sudo()
        if not TOKEN_PATTERN.fullmatch(token):
            return links.browse()
        link = links.search(
            [("token_hash", "=", self._hash(token)), ("revoked", "=", True)]
        )
        said = [("link_id", "=", link.id), ("kind", "=", "wrong_number")]
        answers = links.env["organizer.answer"]
        return link if link and answers.search_count(said, limit=1) else links.browse()

    def _answering_customer(self):
        """Who owes, in the link's company; empty for a receipt of nobody."""
        partner = self.move_id.partner_id or self.partner_id
        return partner.commercial_partner_id.with_company(self.company_id)

    def _unpaid_documents(self):
        """Those documents of the page that there is something to pay for."""
        return self._unpaid(self._documents())

    def _unpaid(self, moves):
        return moves.filtered(
            lambda move: (
                move.move_type != "out_refund"
                and move.payment_state in OPEN
                and move.amount_residual > 0
            )
        )

    def _has_unpaid(self):
        if self._is_of_customer():
            return any(total.balance > 0 for total in self._open_totals())
        return bool(self._unpaid_documents())

    def _answering_sms(self):
        """The message that brought the link, unless the number is forgotten by now, or
        it was another one: see *Redirect all SMS*."""
        messages = self.env["sms.sms"].search(
            [
                ("link_id", "=", self.id),
                ("state", "in", ARRIVING),
                ("is_anonymous", "!=", True),
                ("redirected_to", "=", False),
            ],
            order="id desc",
            limit=1,
        )
        return messages.filtered(lambda sms: (sms.number or "").startswith("+"))

    def _seller_day(self):
        return clock.today_of(self.company_id)

    def _answer_date(self, date):
        return format_date(self.env, date, date_format="medium")

    # -- what is on offer ------------------------------------------------------------

    def _answer_values(self):
        return {
            "choices": [
                {"slug": SLUGS[kind], "label": self._answer_label(kind)}
                for kind in self._answer_kinds()
            ],
            "told": self._told_before(),
        }

    def _answer_label(self, kind):
        return {
            "paid": self.env._("I have paid"),
            "promise": self.env._("I will pay on …"),
            "question": self.env._("I have a question"),
            "wrong_number": self.env._("Not my number"),
        }[kind]

    def _answer_kinds(self):
        """:return: list of the kinds that are on offer now"""
        unpaid = self._has_unpaid()
        customer = self._answering_customer()
        promises = self.company_id.organizer_promise_days and customer
        offered = {
            "paid": unpaid,
            "promise": unpaid and promises and self._promises_left(),
            "question": True,
            "wrong_number": bool(self._answering_sms()),
        }
        return [kind for kind, is_offered in offered.items() if is_offered]
