import logging

from odoo import fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)


class MailMail(models.Model):
    """E-mails of a run: what became of them is noted for its lines."""

    _inherit = "mail.mail"

    run_line_id = fields.Many2one(
        "organizer.run.line",
        "Sending",
        index="btree_not_null",
        readonly=True,
        copy=False,
    )

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        # EXTENDS 'mail': what is not to be told any more is not sent
        stale = self._cancel_stale()
        return super(MailMail, self - stale).send(
            auto_commit=auto_commit,
            raise_exception=raise_exception,
            post_send_callback=post_send_callback,
        )

    def _cancel_stale(self):
        """:return: the mails that were cancelled"""
        waiting = self.filtered(
            lambda mail: mail.state == "outgoing" and mail.sudo().run_line_id
        )
        reasons = waiting._reasons_not_to_send()
        by_reason = waiting.filtered(lambda mail: mail.id in reasons).grouped(
            lambda mail: reasons[mail.id]
        )
        for why, mails in by_reason.items():
            stale = mails.with_context(organizer_stale=True)
            stale.write({"state": "cancel", "failure_reason": why})
        return self.browse(reasons)

    def _reasons_not_to_send(self):
        """``{mail id: why}``. One that cannot be judged stops itself and no other."""
        if not self:
            return {}
        # sudo: whoever sends, the lines know what they tell
        lines = self.sudo().run_line_id
        try:
            with self.env.cr.savepoint():
                reasons = lines._reasons_not_to_send()
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:
            if len(self) > 1:
                half = len(self) // 2
                first, second = self[:half], self[half:]
                return first._reasons_not_to_send() | second._reasons_not_to_send()
            _logger.warning("E-mail %s cannot be judged", self.id, exc_info=True)
            return {self.id: self.env._("It could not be checked: %s", error)}
        return {
            mail.id: reasons[mail.sudo().run_line_id.id]
            for mail in self
            if mail.sudo().run_line_id.id in reasons
        }

    def write(self, vals):
        # EXTENDS 'mail': cancelled, or tried again, by hand
        if vals.get("state") == "outgoing":
            # sudo: whoever tries again, nobody is told twice
            lines = self.sudo().run_line_id
            lines.filtered("schedule_id")._retake_occasions()
        result = super().write(vals)
        if vals.get("state") in ("cancel", "outgoing"):
            self._note_outcome()
        return result

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        # EXTENDS 'mail': before it deletes what was sent
        self._note_outcome(failure_type)
        return super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )

    def _note_outcome(self, failure_type=None):
        """Note what became of them; the lines are told in a transaction of theirs.

        Notes are only added: nothing that is written after the mail server has taken
        an e-mail may collide with anybody, for Odoo would send it once more.
        """
        kinds = dict(self._fields["failure_type"]._description_selection(self.env))
        # sudo: runs are written by this add-on alone
        outcomes = self.env["organizer.mail.outcome"].sudo()
        values_list = []
        for mail in self.sudo().filtered("run_line_id"):
            if mail.state == "sent" and not failure_type:
                state, words = "sent", False
            elif mail.state == "outgoing":
                state, words = "waiting", False
            elif mail.state == "cancel":
                stale = self.env.context.get("organizer_stale")
                state = "stale" if stale else "cancelled"
                words = mail.failure_reason
            else:
                kind = kinds.get(failure_type) or kinds.get(mail.failure_type)
                state, words = "failed", mail.failure_reason or kind
            values_list.append(
                {"line": mail.run_line_id.id, "state": state, "reason": words}
            )
        outcomes._add(values_list)
