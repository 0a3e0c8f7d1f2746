from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import format_datetime

from ..tools.opt_out import START

ACTIVITY = "sms_organizer.mail_activity_reply"
ACTIVITY_OF_NOBODY = "sms_organizer.mail_activity_reply_of_nobody"
# An activity shows that many, the latest first.
SHOWN = 10


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

    def _open_activity(self):
        """The one about this customer, or number, that nobody has dealt with."""
        return self.search(
            [
                ("partner_id", "=", self.partner_id.id),
                *([] if self.partner_id else [("number", "=", self.number)]),
                ("company_id", "=", self.company_id.id),
                ("activity_id.active", "=", True),
                ("activity_id.user_id.active", "=", True),
            ],
            limit=1,
        ).activity_id

    def _schedule_activity(self):
        user = self._salesperson()
        if not user:
            return self.env["mail.activity"]
        document = self._to_be_done_on()
        document = document.with_context(
            lang=self._language(user), mail_notify_force_send=False
        )
        return document.activity_schedule(
            ACTIVITY_OF_NOBODY if document._name == self._name else ACTIVITY,
            user_id=user.id,
            note=self._activity_note(self, user),
        )

    def _remind(self):
        """The open activity says so too, and is due today."""
        activity = self.activity_id
        self._tell_in_activity(activity)
        today = fields.Date.context_today(self)
        activity.date_deadline = min(activity.date_deadline, today)

    @api.model
    def _tell_in_activity(self, activity):
        told = self.search([("activity_id", "=", activity.id)], limit=SHOWN)
        activity.note = self._activity_note(told, activity.user_id)

    @api.model
    def _activity_note(self, replies, user):
        return Markup().join(
            Markup("<p><b>%s</b> %s</p>")
            % (
                format_datetime(
                    self.env,
                    reply.received_at,
                    tz=user.tz,
                    dt_format="short",
                    lang_code=self._language(user),
                ),
                reply._html(),
            )
            for reply in replies
        )

    def _salesperson(self):
        """Who answers: the customer's salesperson, else the invoice's, else who sent
        the message; where there is none of them, who looks after the gateway."""
        people = self._who_may_answer()
        return next(filter(self._can_answer, people), self.env["res.users"])

    def _who_may_answer(self):
        """:return: ``res.users``, the first one first, some of them empty"""
        partner = self.partner_id
        return (
            partner.user_id,
            partner.commercial_partner_id.user_id,
            self.move_id.invoice_user_id,
            self.sms_id.user_id,
            self.gateway_id._who_is_in_charge(),
        )

    def _can_answer(self, user):
        company = self.company_id
        return (
            user.active
            and user._is_internal()
            and user.id != SUPERUSER_ID
            and (not company or company in user.company_ids)
        )
