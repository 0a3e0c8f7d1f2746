from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models

from . import clock

# The same again within that time is a second tap, or the way back in the browser.
SAME_WITHIN = timedelta(days=1)
# what of an answer the customer has said
SAID = ("date", "reference", "text")


class TooManyAnswers(Exception):
    """It was enough on this link; the seller is to be called."""


class OrganizerAnswer(models.Model):
    """How an answer is taken in: once, and not too many of them."""

    _inherit = "organizer.answer"

    @api.model
    def _take(self, link, kind, values):
        """Take in an answer, and do what it means.

        :param link: ``organizer.link`` that was opened with its token
        :param str kind: one that is on offer
        :param dict values: as ``organizer.link._read_answer`` returns them
        :return: the answer; the earlier one, where it was given already
        :raise TooManyAnswers: on this link
        :raise SerializationFailure: see ``organizer.link._lock_answers``
        """
        # superuser: what is said and done is OdooBot's, not that of a public visitor
        link = link.with_user(SUPERUSER_ID)
        link._lock_answers()
        answers = self.with_env(link.env)
        if known := answers._same_as_before(link, kind, values):
            return known
        # who is not the customer can say so whatever others have said
        if kind != "wrong_number" and not link._may_answer():
            raise TooManyAnswers
        answer = answers.create(answers._answer_record(link, kind, values))
        link.answer_count = answer.ordinal
        answer._act()
        return answer

    @api.model
    def _answer_record(self, link, kind, values):
        return {
            **values,
            "kind": kind,
            "link_id": link.id,
            "ordinal": link.answer_count + 1,
            "company_id": link.company_id.id,
            "partner_id": link._answering_customer().id,
            "contact_id": (link.partner_id or link.move_id.partner_id).id,
            "number": link._answering_sms().number,
            "answered_at": fields.Datetime.now(),
            "lang": self.env.context.get("lang"),
            "broken_on": kind == "promise" and link._broken_promise(),
            "in_a_row": kind == "promise" and link._promises_in_a_row() + 1,
        }

    @api.model
    def _same_as_before(self, link, kind, values):
        """The last answer of this kind, where it says the same."""
        last = self.search(
            [
                ("link_id", "=", link.id),
                ("kind", "=", kind),
                ("answered_at", ">", fields.Datetime.now() - SAME_WITHIN),
            ],
            order="id desc",
            limit=1,
        )
        said = [values.get(name) or False for name in SAID]
        is_same = said == [last[name] for name in SAID] and set(last.move_ids.ids) == (
            set(values.get("move_ids", ()))
        )
        return last if is_same else self.browse()

    def _act(self):
        """Do what it means, and tell about it, in the company's name and words."""
        answer = self.with_company(self.company_id).with_context(
            lang=self._language(self.company_id.partner_id)
        )
        words = getattr(answer, f"_act_{self.kind}")()
        answer.outcome = " ".join(words)
        answer._show(words)

    def _seller_day(self):
        """The day it was given, at the seller's place."""
        return clock.local_date(self.answered_at, clock.zone_of(self.company_id))
