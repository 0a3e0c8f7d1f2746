from datetime import timedelta

from odoo import fields, models

# For how long a payment that the customer spoke of is said to be looked for.
PAID_IS_NEWS = timedelta(days=30)


class OrganizerLink(models.Model):
    """What the page says of what the customer has told us already.

    Texts are in the language of the context.
    """

    _inherit = "organizer.link"

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
