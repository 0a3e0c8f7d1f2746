from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.phone import masked

# what another attempt cannot mend, or must not
HOPELESS = ("sms_blacklist", "sms_optout", "sms_duplicate", "sms_number_missing")


class SmsSms(models.Model):
    """What a person may decide about a message: its buttons."""

    _inherit = "sms.sms"

    def action_new(self):
        """*New* on the list of messages."""
        return self.env["organizer.compose"].action_open_new()

    def action_cancel(self):
        """Take waiting messages back; what has left cannot be taken back."""
        self._check_may_decide()
        waiting = self.sudo()._lock_in_state("outgoing")
        if len(waiting) != len(self):
            raise UserError(
                self.env._(
                    "%(left)s of %(all)s messages are not waiting any more and cannot "
                    "be cancelled.",
                    left=len(self) - len(waiting),
                    all=len(self),
                )
            )
        waiting._cancel(self.env._("Cancelled by %s", self.env.user.name))
        waiting.run_line_id.run_id._settle_state()

    def action_send_again(self):
        """Another attempt of the same failed or cancelled messages."""
        self._check_may_decide()
        failed = self.sudo()._lock_in_state("error", "canceled")
        if not failed:
            raise UserError(
                self.env._(
                    "Only failed or cancelled messages can be sent again; none is here."
                )
            )
        failed._check_not_anonymous()
        again = failed._without_hopeless()
        if not again:
            raise UserError(
                self.env._(
                    "These cannot be sent again: they have no number, were doubles, or "
                    "their owners opted out."
                )
            )
        again._queue_again()
        return self._notify_queued(len(again), len(self))

    def action_ask_send_again(self):
        """*Send again* of messages in doubt: first say what it may cost."""
        self._check_may_decide()
        doubtful = self.filtered(lambda sms: sms.state == "unconfirmed")
        if not doubtful:
            raise UserError(self.env._("None of these messages is in doubt."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send again"),
            "res_model": "sms.send.again",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_sms_ids": doubtful.ids},
        }

    def action_send_doubtful_again(self):
        """Another attempt of messages in doubt, which may have been sent already.

        A provider that surely does not send a reference twice gets the same once more;
        for any other it is a new attempt.
        """
        self._check_may_decide()
        doubtful = self.sudo()._lock_in_doubt()
        doubtful._check_not_anonymous()
        doubtful = doubtful._still_wanted()
        words = self.env._("%s had it sent again, though it may have been sent before.")
        doubtful._leave_trace(words % self.env.user.name)
        safe = doubtful.filtered(lambda sms: sms._repeats_safely())
        safe.ask_at = fields.Datetime.now()
        self._wake()
        (doubtful - safe).earlier_doubt = True
        (doubtful - safe)._queue_again()
        return self._notify_queued(len(doubtful), len(self))

    def _still_wanted(self):
        """Those that would not be cancelled by the outbox.

        :raise UserError: with the reasons, where none is left
        """
        unwanted = self._unwanted()
        unwanted |= self._opted_out_words()
        wanted = self - self.browse().union(*unwanted.values())
        if not wanted:
            raise UserError("\n".join(unwanted))
        return wanted

    def _opted_out_words(self):
        stopped = self.env["organizer.basis"]._stopped_numbers(self.mapped("number"))
        words = self._grouped_by(lambda sms: stopped.get(sms.number, (0, None))[1])
        words.pop(None, None)
        return words

    def action_was_sent(self):
        """End the doubt: the provider has it, as somebody found out."""
        self._check_may_decide()
        doubtful = self.sudo()._lock_in_doubt()
        doubtful._set_outcome("pending", is_doubtful=False)
        for sms in doubtful:
            sms.write(
                {
                    "cost": 0 if sms.is_test else sms.price + sms.earlier_cost,
                    "sent_at": sms.handed_over_at or fields.Datetime.now(),
                }
            )
        words = self.env._("%s decided that it was sent.", self.env.user.name)
        doubtful._leave_trace(words)
        doubtful.run_line_id.run_id._settle_state()

    def _lock_in_doubt(self):
        doubtful = self._lock_in_state("unconfirmed")
        if not doubtful:
            raise UserError(self.env._("None of these messages is in doubt."))
        return doubtful

    def _queue_again(self):
        """Another attempt of the same messages, under a reference of its own: what is
        still said of the last one must not be taken for news of this one."""
        self.run_line_id._retake_occasions()
        for sms in self:
            sms.resends += 1
        self.write(
            {
                "queued_at": fields.Datetime.now(),
                "sent_at": False,
                "delivered_at": False,
                "provider_id": False,
                "report_asked_at": False,
                "claim": False,
                "handed_over_at": False,
                "attempts": 0,
                "next_attempt_at": False,
                "is_doubtful": False,
                "asked": 0,
                "ask_at": False,
                "to_delete": False,
            }
        )
        self._set_outcome("outgoing")
        self.run_line_id.run_id._settle_state()
        self._wake()

    def _check_not_anonymous(self):
        if any(self.mapped("is_anonymous")):
            raise UserError(
                self.env._(
                    "Number and text of these messages were removed after the "
                    "retention period: they cannot be sent again. Send a new SMS."
                )
            )

    def _leave_trace(self, words):
        """A note on the chatter of what each message is about, in the user's name."""
        about = self.filtered(lambda sms: sms.res_model in self.env and sms.res_id)
        for model, messages in about.grouped("res_model").items():
            documents = self.env[model].browse(messages.mapped("res_id")).exists()
            if not hasattr(documents, "_message_log_batch"):
                continue
            numbers = messages.grouped("res_id")
            documents._message_log_batch(
                bodies={
                    document.id: self.env._(
                        "SMS to %(numbers)s: %(words)s",
                        numbers=", ".join(
                            masked(sms.number) for sms in numbers[document.id]
                        ),
                        words=words,
                    )
                    for document in documents
                }
            )

    def _without_hopeless(self):
        """Those for which another attempt may be made."""
        basis = self.env["organizer.basis"]
        stopped = basis._stopped_numbers(self.mapped("number"))
        return self.filtered(
            lambda sms: (
                sms.number
                and sms.number not in stopped
                and sms.failure_type not in HOPELESS
            )
        )

    def _check_may_decide(self):
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group("sms_organizer.group_sms_send")):
            raise AccessError(self.env._("Sending SMS takes the right “SMS: send”."))

    def _lock_in_state(self, *states):
        """Those of self that are in one of the states and that nobody else holds."""
        locked = self.try_lock_for_update()
        locked.invalidate_recordset(["state"])
        return locked.filtered(lambda sms: sms.state in states)

    def _notify_queued(self, count, among):
        if count == among:
            return self._notify(self.env._("%s SMS put in the queue.", count))
        return self._notify(
            self.env._(
                "%(count)s of %(among)s SMS put in the queue. The others did not fail, "
                "have no number, are not wanted any more, or their owners opted out.",
                count=count,
                among=among,
            )
        )

    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_open_run(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "organizer.run",
            "res_id": self.run_line_id.run_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_open_document(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # Odoo's own buttons and its Technical menu take the same road

    def action_set_canceled(self):
        # OVERRIDES 'sms'
        if self.env.su:
            return super().action_set_canceled()
        return self.action_cancel()

    def action_set_outgoing(self):
        # OVERRIDES 'sms'
        if self.env.su:
            return super().action_set_outgoing()
        return self.action_send_again()

    def resend_failed(self):
        # OVERRIDES 'sms': a new attempt goes through the queue
        failed = self.filtered(lambda sms: sms.state == "error")
        if not failed:
            return super().resend_failed()
        return failed.action_send_again()
