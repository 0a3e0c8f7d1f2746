from odoo.http import request, route

from odoo.addons.sms.controllers.main import SmsController


class SmsStatus(SmsController):
    @route()
    def update_sms_status(self, message_statuses):
        # EXTENDS 'sms': Odoo tells the chatter alone, where it knows of the message
        result = super().update_sms_status(message_statuses)
        # sudo: the visitor is Odoo's provider, who knows the messages' uuids
        messages = request.env["sms.sms"].sudo()
        for status in message_statuses:
            state = messages.IAP_TO_SMS_STATE_SUCCESS.get(status["sms_status"])
            failure = False if state else f"sms_{status['sms_status']}"
            messages._apply_report_of_odoo(
                status["uuids"],
                state or "error",
                failure,
                failure and status["sms_status"].replace("_", " "),
            )
        return result
