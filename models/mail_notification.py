from odoo import models


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
