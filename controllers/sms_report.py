from odoo.http import Controller, request, route

from ..models.sms_report import REPORT_PATH
from .callback import ROUTE, answer, find_gateway, not_found, not_read, read_callback


class SmsReport(Controller):
    @route(f"{REPORT_PATH}/<int:gateway_id>/<string:secret>", **ROUTE)
    def reports(self, gateway_id, secret, **_parameters):
        """Delivery reports about several messages."""
        return self._receive(gateway_id, secret)

    @route(
        f"{REPORT_PATH}/<int:gateway_id>/<string:reference>/<string:secret>", **ROUTE
    )
    def report(self, gateway_id, reference, secret, **_parameters):
        """A delivery report about the message that the address was made for."""
        return self._receive(gateway_id, secret, reference)

    def _receive(self, gateway_id, secret, reference=""):
        if refusal := not_read():
            return refusal
        gateway = find_gateway(gateway_id)
        if not gateway:
            return not_found()
        # sudo: as for the gateway
        messages = request.env["sms.sms"].sudo()
        callback = read_callback(gateway, reference)
        if messages._receive_reports(gateway, callback, secret):
            return answer("OK")
        return not_found()
