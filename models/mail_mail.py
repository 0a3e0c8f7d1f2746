import logging

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)

BATCH = 1000


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
            mails.write({"state": "cancel", "failure_reason": why})
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
                state, words = "cancelled", mail.failure_reason
            else:
                kind = kinds.get(failure_type) or kinds.get(mail.failure_type)
                state, words = "failed", mail.failure_reason or kind
            values_list.append(
                {"line": mail.run_line_id.id, "state": state, "reason": words}
            )
        outcomes._add(values_list)


class MailNotification(models.Model):
    _inherit = "mail.notification"

    def write(self, vals):
        # EXTENDS 'mail': what came back was not delivered
        result = super().write(vals)
        if vals.get("notification_status") == "bounce":
            # sudo: runs are written by this add-on alone
            lines = self.env["organizer.run.line"].sudo()
            bounced = lines.search(
                [("mail_message_id", "in", self.mail_message_id.ids)]
            )
            self.env["organizer.mail.outcome"].sudo()._add(
                [
                    {
                        "line": line.id,
                        "state": "failed",
                        "reason": vals.get("failure_reason")
                        or self.env._("It came back as undeliverable."),
                    }
                    for line in bounced
                ]
            )
        return result


class OrganizerMailOutcome(models.Model):
    """What became of an e-mail, until its line is told."""

    _name = "organizer.mail.outcome"
    _description = "Outcome of an e-mail"
    _order = "id"

    # an id, no reference: a note must not touch the line's row
    line = fields.Integer(required=True)
    state = fields.Char(required=True)
    reason = fields.Char()

    @api.model
    def _add(self, values_list):
        if values_list:
            self.create(values_list)
            self._wake_cron()

    @api.model
    def _wake_cron(self):
        name = "sms_organizer.ir_cron_mail_outcome"
        if cron := self.env.ref(name, raise_if_not_found=False):
            cron._trigger()

    @api.model
    def _settle(self):
        """Tell the lines (cron), and settle those whose e-mail is gone."""
        outcomes = self.search([], limit=BATCH)
        last = {outcome.line: outcome for outcome in outcomes}
        lines = self.env["organizer.run.line"].browse(last).exists()
        groups = lines.grouped(lambda line: (last[line.id].state, last[line.id].reason))
        for (state, reason), told in groups.items():
            told._set_mail_state(state, reason)
        outcomes.unlink()
        if self.search_count([], limit=1):
            self._wake_cron()
        else:
            self.env["organizer.run.line"]._settle_lost_emails()
