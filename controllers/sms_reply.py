from odoo.http import Controller, request, route

from ..gateways import PROVIDERS
from ..models.sms_reply import REPLY_PATH
from .callback import ROUTE, answer, find_gateway, not_found, not_read, read_callback


class SmsReply(Controller):
    @route(f"{REPLY_PATH}/<int:gateway_id>/<string:secret>", **ROUTE)
    def reply(self, gateway_id, secret, **_parameters):
        """What a phone has sent to us, or several have."""
        if refusal := not_read():
            return refusal
        gateway = find_gateway(gateway_id)
        if not gateway:
            return not_found()
        # sudo: as for the gateway
        replies = request.env["sms.reply"].sudo()
        if not replies._receive_replies(gateway, read_callback(gateway), secret):
            return not_found()
        body, mimetype = PROVIDERS[gateway.provider].reply_answer
        return answer(body, mimetype=mimetype)
