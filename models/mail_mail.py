from odoo import api, fields, models


class MailMail(models.Model):
    """E-mails of a run: its lines say what became of them."""

    _inherit = "mail.mail"

    run_line_id = fields.Many2one(
        "organizer.run.line", "Sending", index="btree_not_null", readonly=True
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
        stale = self.browse()
        # sudo: whoever sends, the lines know what they tell
        reasons = self.sudo().run_line_id._reasons_not_to_send()
        lines = {mail: mail.sudo().run_line_id.id for mail in self}
        for mail in self.filtered(lambda mail: lines[mail] in reasons):
            why = reasons[lines[mail]]
            mail.write({"state": "cancel", "failure_reason": why})
            stale |= mail
        return stale

    def write(self, vals):
        # EXTENDS 'mail': cancelled, or tried again, by hand
        result = super().write(vals)
        if vals.get("state") in ("cancel", "outgoing"):
            self._tell_lines()
        return result

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        # EXTENDS 'mail': before it deletes what was sent
        self._tell_lines(failure_type=failure_type)
        return super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )

    @api.ondelete(at_uninstall=False)
    def _tell_lines_of_deletion(self):
        # sudo: runs are written by this add-on alone
        lines = self.sudo().run_line_id
        waiting = lines.filtered(lambda line: line.mail_state == "waiting")
        if waiting:
            waiting._set_mail_state(
                "cancelled", self.env._("The e-mail was deleted from the queue.")
            )

    def _tell_lines(self, failure_type=None):
        kinds = dict(self._fields["failure_type"]._description_selection(self.env))
        for mail in self.filtered("run_line_id"):
            # sudo: runs are written by this add-on alone
            line = mail.run_line_id.sudo()
            if mail.state == "sent" and not failure_type:
                line._set_mail_state("sent")
            elif mail.state == "outgoing":
                line._set_mail_state("waiting")
            elif mail.state == "cancel":
                line._set_mail_state("cancelled", mail.failure_reason)
            else:
                kind = kinds.get(failure_type) or kinds.get(mail.failure_type)
                line._set_mail_state("failed", mail.failure_reason or kind)
