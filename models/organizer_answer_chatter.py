from datetime import timedelta

from markupsafe import Markup

from odoo import models
from odoo.tools import format_date

ACTIVITY = "sms_organizer.mail_activity_answer"
TODO = "mail.mail_activity_data_todo"
# Of more invoices than that the note is on the customer alone.
MOST_NOTES = 20


class OrganizerAnswer(models.Model):
    """A note where the customer and its invoices are looked at, and an activity."""

    _inherit = "organizer.answer"

    def _show(self, words):
        """
        :param list words: what was done, sentences
        """
        self.note_ids = self._post_notes(words)
        if activity := self._open_activity():
            self.activity_id = activity
            self._remind()
        else:
            self.activity_id = self._schedule_activity()

    # -- words -----------------------------------------------------------------------

    def _names(self, moves):
        """:return: which invoices, in words"""
        if self.is_about_all:
            return self.env._("all that is open (%s invoices)", len(moves))
        return ", ".join(moves.mapped("display_name"))

    def _html(self):
        """What was said: the customer's words as they came, nothing of it a link."""
        return getattr(self, f"_html_{self.kind}")()

    def _html_paid(self):
        said = self.env._(
            "The customer says that it paid %(invoices)s on %(date)s.",
            invoices=self._names(self.move_ids),
            date=format_date(self.env, self.date),
        )
        if self.reference:
            said += " " + self.env._("Reference: %s.", self.reference)
        return Markup("%s %s") % (said, self.env._("Look for it in the bank."))

    def _html_promise(self):
        said = self.env._(
            "The customer will pay by %s.", format_date(self.env, self.date)
        )
        if self.broken_on:
            said += " " + self.env._(
                "It had promised to pay by %s, and has not kept it.",
                format_date(self.env, self.broken_on),
            )
        return Markup("%s") % said

    def _html_question(self):
        about = self.env._(
            "The customer has a question about %s:", self._names(self.move_ids)
        )
        text = Markup("<br/>").join((self.text or "").split("\n"))
        return Markup("%s<br/>%s") % (about, text)

    def _html_wrong_number(self):
        return Markup("%s") % self.env._(
            "%s is not the customer's number: who has that phone says so. Ask the "
            "customer for the right one.",
            self.number,
        )

    # -- notes -----------------------------------------------------------------------

    def _post_notes(self, words):
        """As the customer's, and nobody is written to."""
        body = Markup("<p>%s</p>") % self._html()
        if words:
            body += Markup("<p>%s</p>") % " ".join(words)
        is_customer = self.kind != "wrong_number"
        author = is_customer and (self.contact_id or self.partner_id)
        notes = self.env["mail.message"]
        for records in filter(None, self._noted_on()):
            notes |= records._message_log_batch(
                bodies=dict.fromkeys(records.ids, body),
                author_id=author.id if author else None,
            )
        return notes

    def _noted_on(self):
        """:return: the records whose chatter shows it"""
        moves = self.move_ids
        return self.partner_id, moves[: 0 if len(moves) > MOST_NOTES else None]

    # -- activities ------------------------------------------------------------------

    def _to_be_done_on(self):
        # EXTENDS 'organizer.heard'
        return self.partner_id or self.move_ids[:1]

    def _activity_type(self, document):
        return ACTIVITY if document._name == "res.partner" else TODO

    def _same_caller(self):
        # EXTENDS 'organizer.heard'
        domain = super()._same_caller()
        if self.partner_id:
            return domain
        return [*domain, ("move_ids", "in", self.move_ids.ids)]

    def _deadline(self):
        # EXTENDS 'organizer.heard': a promise is looked after when its day is over
        today = self._today()
        if self.kind == "promise" and not self.broken_on:
            return max(self.date + timedelta(days=1), today)
        return today

    def _activity_values(self):
        # EXTENDS 'organizer.heard'
        return {"summary": self._summary(self._salesperson())}

    def _tell_in_activity(self, activity):
        # EXTENDS 'organizer.heard'
        result = super()._tell_in_activity(activity)
        told = self.search([("activity_id", "=", activity.id)], order="id")
        activity.summary = told._summary(activity.user_id)
        return result

    def _summary(self, user):
        """What it is about, in the words of who reads it; each thing once."""
        env = self.with_context(lang=self._language(user)).env
        kinds = {
            "paid": env._("Says it has paid"),
            "promise": env._("Promises to pay"),
            "question": env._("Has a question"),
            "wrong_number": env._("Wrong number"),
        }
        return ", ".join(dict.fromkeys(kinds[answer.kind] for answer in self))

    def _who_may_answer(self):
        # EXTENDS 'organizer.heard'
        sms = self.link_id._answering_sms()
        return (
            *super()._who_may_answer(),
            *self.move_ids.invoice_user_id,
            sms.user_id,
            # who sent the link by e-mail
            self.link_id.create_uid,
            sms.gateway_id._who_is_in_charge(),
            *self._any_in_charge(),
        )

    def _any_in_charge(self):
        """Of e-mails nobody looks after a gateway: who does so for the company."""
        gateways = self.env["sms.gateway"].search(
            [("company_id", "in", (False, self.company_id.id))], limit=10
        )
        return [gateway._who_is_in_charge() for gateway in gateways]
