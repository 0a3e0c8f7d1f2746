from odoo import models

from .sms_report import OPEN_STATES

LEDGER_STATES = {
    "pending": "pending",
    "sent": "sent",
    "exception": "error",
    "bounce": "error",
}


class SmsTracker(models.Model):
    _inherit = "sms.tracker"

    def _update_sms_notifications(
        self, notification_status, failure_type=False, failure_reason=False
    ):
        """The reports of Odoo's own providers, which tell the chatter alone, reach the
        ledger too."""
        # EXTENDS 'sms'
        state = LEDGER_STATES.get(notification_status)
        if state and not self.env.context.get("organizer_ledger_knows"):
            # sudo: the visitor is a provider that its controller has recognised
            messages = self.env["sms.sms"].sudo()
            messages._apply_report_of_odoo(
                self.mapped("sms_uuid"), state, failure_type, failure_reason
            )
        return super()._update_sms_notifications(
            notification_status,
            failure_type=failure_type,
            failure_reason=failure_reason,
        )


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def _apply_report_of_odoo(self, uuids, state, failure_type, failure_reason):
        """:param list uuids: of messages that went through Odoo's own provider"""
        messages = self.search(
            [
                ("uuid", "in", uuids),
                ("state", "in", OPEN_STATES),
                "|",
                ("gateway_id", "=", False),
                ("gateway_id.provider", "=", "odoo"),
            ]
        )
        known = dict(self._fields["failure_type"].selection)
        messages.write(
            {
                "state": state,
                "failure_type": failure_type in known and failure_type,
                "failure_reason": failure_reason or False,
                "is_doubtful": False,
            }
        )
