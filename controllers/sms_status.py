from odoo.http import request, route

from odoo.addons.sms.controllers.main import SmsController


class SmsStatus(SmsController):
    @route()
    def update_sms_status(self, message_statuses):
        # EXTENDS 'sms': Odoo tells the chatter alone
        result = super().update_sms_status(message_statuses)
        # sudo: the visitor is Odoo's provider, who knows the messages' uuids
        request.env["sms.sms"].sudo()._apply_reports_of_odoo(message_statuses)
        return result
