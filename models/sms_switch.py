from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

# what waits for a switch is looked at again, lest it is in the way of others
LOOK_AGAIN = timedelta(minutes=30)


class SmsSms(models.Model):
    """What Organizer has queued waits while SMS are switched off. Other apps' messages
    are none of the switch's business."""

    _inherit = "sms.sms"

    waits_for = fields.Selection(selection_add=[("switch", "The switch for SMS")])

    def _reasons_to_wait(self):
        # EXTENDS 'sms_organizer'
        reasons = super()._reasons_to_wait()
        if words := self.env["res.company"]._organizer_channel_problem("sms"):
            ours = self.filtered(lambda sms: sms.run_line_id or sms.reply_id)
            reasons |= dict.fromkeys(ours._ids, ("switch", words))
        return reasons


class MailMail(models.Model):
    """The same of e-mails, in Odoo's queue."""

    _inherit = "mail.mail"

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        # EXTENDS 'mail'
        waiting = self._wait_for_switch()
        return super(MailMail, self - waiting).send(
            auto_commit=auto_commit,
            raise_exception=raise_exception,
            post_send_callback=post_send_callback,
        )

    def _wait_for_switch(self):
        """:return: those that wait"""
        if self.env["res.company"]._organizer_channel_is_on("email"):
            return self.browse()
        # sudo: runs are not readable by everyone who sends e-mails
        waiting = self.filtered(
            lambda mail: mail.state == "outgoing" and mail.sudo().run_line_id
        )
        waiting.scheduled_date = fields.Datetime.now() + LOOK_AGAIN
        return waiting

    @api.model
    def _release_by_switch(self):
        """E-mail was switched on: what waited for it goes."""
        now = fields.Datetime.now()
        waiting = self.search(
            Domain("state", "=", "outgoing")
            & Domain("run_line_id", "!=", False)
            & Domain("scheduled_date", ">", now)
            & (
                Domain("run_line_id.planned_on", "=", False)
                | Domain("run_line_id.planned_on", "<=", now)
            )
        )
        waiting.scheduled_date = False
        # sudo: senders can't read scheduled actions
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
