from datetime import timedelta

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
MOST_A_DAY = 5
MOST_IN_ALL = 20
# on the page, before a person is to be asked
MOST_PROMISES = 3
# For how long a payment that the customer spoke of is said to be looked for.
PAID_IS_NEWS = timedelta(days=30)


class OrganizerLink(models.Model):
    """What a customer may answer on the page, and what it has told us already.

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
            return bool(self._open_documents(limit=1))
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

    # -- promises --------------------------------------------------------------------

    def _overdue_debts(self):
        """``organizer.debtor`` of this customer and company with something overdue."""
        return self.env["organizer.debtor"].search(
            [
                ("partner_id", "=", self._answering_customer().id),
                ("company_id", "=", self.company_id.id),
                ("overdue", ">", 0),
            ]
        )

    def _broken_promise(self):
        """:return: the day that was promised and is over, while something is overdue;
        None where there is no such day"""
        promised = self._answering_customer().reminder_promised_on
        if promised and promised < self._seller_day() and self._overdue_debts():
            return promised
        return None

    def _promises_in_a_row(self):
        """How many there have been on the page about what is overdue now.

        A person who changes or clears the day of the promise begins anew.
        """
        customer = self._answering_customer()
        last = self._last_answers("promise", customer)
        overdue_since = min(self._overdue_debts().mapped("oldest_due_date"), default=0)
        is_counted = (
            last
            and overdue_since
            and last.date == customer.reminder_promised_on
            and last.answered_at.date() > overdue_since
        )
        return last.in_a_row if is_counted else 0

    def _last_answers(self, kind, customer):
        return self.env["organizer.answer"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", customer.id),
                ("kind", "=", kind),
            ],
            order="id desc",
            limit=1,
        )

    def _promises_left(self):
        return self._promises_in_a_row() < MOST_PROMISES

    # -- what was said before --------------------------------------------------------

    def _told_before(self):
        """:return: list of sentences: what we know, and what has not come true"""
        unpaid = self._has_unpaid()
        told = [self._told_promise()] if unpaid else []
        answers = self._answers_before()
        told.append(self._told_question(answers.get("question", ())))
        told.append(self._told_payment(answers.get("paid", ())))
        return [words for words in told if words]

    def _told_promise(self):
        promised = self._answering_customer().reminder_promised_on
        if not promised:
            return None
        day = self._answer_date(promised)
        if promised >= self._seller_day():
            return self.env._("You have told us that you will pay by %s.", day)
        if self._broken_promise():
            return self.env._(
                "You said you would pay by %s; it is still open. Please pay, or tell "
                "us what stands in the way.",
                day,
            )
        return None

    def _answers_before(self):
        """The latest questions and payments that we were told of, by kind."""
        about = [("partner_id", "=", self._answering_customer().id)]
        if self.move_id:
            about = [("move_ids", "in", self.move_id.ids)]
        answers = self.env["organizer.answer"].search(
            [
                *about,
                ("company_id", "=", self.company_id.id),
                ("kind", "in", ("question", "paid")),
            ],
            limit=20,
        )
        return answers.grouped("kind")

    def _told_question(self, questions):
        disputed = self._disputed_by(questions)
        for answer in questions:
            if (self.move_id or answer.move_ids) & disputed:
                return self.env._(
                    "Your question of %s is with us.",
                    self._answer_date(answer._seller_day()),
                )
        return None

    def _disputed_by(self, questions):
        """Of the documents that questions are about, those that are still disputed."""
        moves = self.env["account.move"].union(*(one.move_ids for one in questions))
        lines = self.env["account.move.line"].search_fetch(
            [
                ("move_id", "in", moves.ids),
                ("account_type", "=", "asset_receivable"),
                ("no_followup", "=", True),
                ("reconciled", "=", False),
            ],
            ["move_id"],
        )
        return lines.move_id

    def _told_payment(self, payments):
        since = fields.Datetime.now() - PAID_IS_NEWS
        for answer in payments:
            about = self.move_id or answer.move_ids
            if answer.answered_at > since and self._unpaid(about):
                return self.env._(
                    "You told us on %s that you have paid. We are looking for it.",
                    self._answer_date(answer._seller_day()),
                )
        return None

    def _answer_date(self, date):
        return format_date(self.env, date, date_format="medium")

    # -- limits ----------------------------------------------------------------------

    def _lock_answers(self):
        """One answer at a time.

        :raise SerializationFailure: where another process has just taken one; Odoo
            begins again, and sees it
        """
        self.env.cr.execute(
            "SELECT id FROM organizer_link WHERE id = %s FOR NO KEY UPDATE",
            [self.id],
            log_exceptions=False,
        )
        self.invalidate_recordset(["answer_count"])

    def _may_answer(self):
        """Whether it was not enough yet."""
        since = fields.Datetime.now() - timedelta(days=1)
        answers = self.env["organizer.answer"]
        today = [("link_id", "=", self.id), ("answered_at", ">", since)]
        return (
            self.answer_count < MOST_IN_ALL
            and answers.search_count(today, limit=MOST_A_DAY) < MOST_A_DAY
        )
