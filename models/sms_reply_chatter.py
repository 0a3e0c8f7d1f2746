from markupsafe import Markup

from odoo import models

from ..tools.opt_out import START

ACTIVITY = "sms_organizer.mail_activity_reply"
ACTIVITY_OF_NOBODY = "sms_organizer.mail_activity_reply_of_nobody"


class SmsReply(models.Model):
    """A note where the customer is looked at, and an activity for who answers."""

    _inherit = "sms.reply"

    def _show(self, words, has_changed):
        """
        :param list words: what was done, sentences
        :param bool has_changed: whether it was STOP or START, and not so before
        """
        self.note_ids = self._post_notes(words)
        if activity := self._open_activity():
            self.activity_id = activity
            self._remind()
        elif self._needs_answer(has_changed):
            self.activity_id = self._schedule_activity()

    def _needs_answer(self, has_changed):
        """Whether a person has to know: not of START, nor of a STOP that was heard."""
        return self.kind == "other" or (has_changed and self.kind != START)

    # -- notes -----------------------------------------------------------------------

    def _post_notes(self, words):
        """As the customer's, and nobody is written to."""
        body = Markup("<p>%s<br/>%s</p>") % (
            self.env._("SMS from %s", self.number),
            self._html(),
        )
        if words:
            body += Markup("<p>%s</p>") % " ".join(words)
        notes = self.env["mail.message"]
        for record in filter(None, self._noted_on()):
            notes |= record._message_log(
                body=body, author_id=self.partner_id.id, message_type="sms"
            )
        return notes

    def _noted_on(self):
        """:return: the records whose chatter shows it"""
        return self.partner_id, self.move_id

    def _to_be_done_on(self):
        """:return: the record that the activity is on"""
        return self.partner_id or self

    def _html(self):
        """The text as it came: nothing of it is a link."""
        return Markup("<br/>").join((self.text or "").split("\n"))

    # -- activities ------------------------------------------------------------------

    def _activity_type(self, document):
        return ACTIVITY_OF_NOBODY if document._name == self._name else ACTIVITY

    def _same_caller(self):
        # EXTENDS 'organizer.heard'
        domain = super()._same_caller()
        return domain if self.partner_id else [*domain, ("number", "=", self.number)]

    def _who_may_answer(self):
        # EXTENDS 'organizer.heard'
        return (
            *super()._who_may_answer(),
            self.move_id.invoice_user_id,
            self.sms_id.user_id,
            self.gateway_id._who_is_in_charge(),
        )
