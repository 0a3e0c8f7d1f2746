from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models

from ..tools import gsm, phone
from ..tools.opt_out import START, STOP

# Two robots that answer each other end there.
CONFIRMED_AGAIN_AFTER = timedelta(days=1)


class SmsReply(models.Model):
    """STOP puts a number on Odoo's phone blacklist, START takes it off."""

    _inherit = "sms.reply"

    def _obey(self):
        """Do what it asks for, unless it is so already.

        :return: (what was done, a list of sentences; whether it has changed anything)
        """
        if self.kind not in (STOP, START):
            return [], False
        # Odoo would read what is no number in some other way
        if phone.readings(self.number) != [self.number]:
            words = self.env._("It is no number that can be on the phone blacklist.")
            return [words], False
        if self._is_outdated():
            words = self.env._("A later message of this number counts.")
            return [words], False
        return self._stop() if self.kind == STOP else self._start()

    def _is_outdated(self):
        """Whether the phone has asked for something later on that came in before."""
        return bool(
            self.search_count(
                [
                    ("number", "=", self.number),
                    ("kind", "in", (STOP, START)),
                    ("received_at", ">", self.received_at),
                    ("outcome", "!=", False),
                ],
                limit=1,
            )
        )

    def _is_stopped(self):
        blacklist = self.env["phone.blacklist"]
        return bool(blacklist.search_count([("number", "=", self.number)], limit=1))

    def _stop(self):
        if self._is_stopped():
            return [self.env._("The number was on the phone blacklist already.")], False
        reason = self.env._("Its owner asked for it by SMS.")
        self.env["phone.blacklist"]._add_once(self.number, reason)
        return [self.env._("The number was put on the phone blacklist.")], True

    def _start(self):
        if not self._is_stopped():
            return [self.env._("The number was not on the phone blacklist.")], False
        if self.env["phone.blacklist"]._is_wrong_number(self.number):
            words = self.env._(
                "The number stays on the phone blacklist: who has it said that it is "
                "not the customer's. An administrator can take it off."
            )
            return [words], False
        reason = self.env._("Its owner asked for it by SMS.")
        self.env["phone.blacklist"]._remove([self.number], message=reason)
        return [self.env._("The number was taken off the phone blacklist.")], True

    # -- confirmation ----------------------------------------------------------------

    def _confirm(self, is_answered):
        """Tell the phone, once a day at most, in the customer's language.

        :param bool is_answered: whether the provider itself has told it
        :return: what was done, a list of sentences
        """
        if is_answered:
            return [self.env._("The provider has confirmed it.")]
        if self._was_confirmed():
            return [self.env._("It had been confirmed within a day.")]
        if not self.env["sms.gateway"]._route_to(self.env.company, self.number):
            return [self.env._("No gateway could confirm it.")]
        self._queue_confirmation()
        return [self.env._("It is confirmed by SMS.")]

    def _was_confirmed(self):
        since = fields.Datetime.now() - CONFIRMED_AGAIN_AFTER
        return bool(
            self.env["sms.sms"].search_count(
                [
                    ("number", "=", self.number),
                    ("reply_id.kind", "=", self.kind),
                    ("queued_at", ">", since),
                ],
                limit=1,
            )
        )

    def _queue_confirmation(self):
        values = {
            "number": self.number,
            "body": self._confirmation(),
            "company_id": self.env.company.id,
            "user_id": False,
            "reply_id": self.id,
        }
        if not self.partner_id:
            self.env["sms.sms"].create(values)
            return
        note = self.partner_id._message_log(
            body=Markup("<p>%s</p>") % values["body"], message_type="sms"
        )
        about = {"partner_id": self.partner_id.id, "mail_message_id": note.id}
        self.env["sms.sms"].create({**values, **about})._notify_chatter()

    def _confirmation(self):
        company = self.env.company
        lang = self._language(self.partner_id, company.partner_id)
        reply = self.with_context(lang=lang)
        if self.kind == STOP:
            text = reply.env._(
                "You will get no more SMS from %(company)s. To get them again, reply "
                "START.",
                company=company.name,
            )
        else:
            text = reply.env._(
                "You will get SMS from %(company)s again. To stop, reply STOP.",
                company=company.name,
            )
        plain = gsm.plain(text)
        return plain if gsm.is_worth_it(text, plain) else text


class SmsSms(models.Model):
    _inherit = "sms.sms"

    reply_id = fields.Many2one(
        "sms.reply",
        "Answer to",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The customer's STOP or START that it confirms",
    )

    _number_idx = models.Index("(number text_pattern_ops) WHERE number IS NOT NULL")
