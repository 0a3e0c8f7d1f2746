from odoo.http import Controller, Response, request, route

from ..gateways.base import Callback
from ..models.sms_report import REPORT_PATH

# Reports are short; what is longer is none.
MAX_BODY = 100_000


class SmsReport(Controller):
    @route(
        [
            f"{REPORT_PATH}/<int:gateway_id>/<string:secret>",
            f"{REPORT_PATH}/<int:gateway_id>/<string:reference>/<string:secret>",
        ],
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
    )
    def report(self, gateway_id, secret, reference="", **parameters):
        """A delivery report, about one message or about several."""
        httprequest = request.httprequest
        if httprequest.method == "HEAD":  # which werkzeug takes for a GET
            return Response(mimetype="text/plain")
        if "chunked" in httprequest.headers.get("Transfer-Encoding", "").lower():
            return Response("Length required", status=411, mimetype="text/plain")
        if (httprequest.content_length or 0) > MAX_BODY:
            return Response("Too long", status=413, mimetype="text/plain")
        callback = Callback(
            reference=reference,
            parameters={
                name: value
                for name, value in parameters.items()
                if isinstance(value, str)
            },
            headers=dict(httprequest.headers),
            body=httprequest.get_data(),
        )
        # sudo: the visitor is a provider, who shows that it knows the secret
        messages = request.env["sms.sms"].sudo()
        gateway = request.env["sms.gateway"].sudo().browse(gateway_id)
        if messages._receive_reports(gateway, callback, secret):
            return Response("OK", mimetype="text/plain")
        return Response("Not found", status=404, mimetype="text/plain")
