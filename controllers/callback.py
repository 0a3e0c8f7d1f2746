"""What a provider sends us: reports, replies."""

from urllib.parse import urlsplit

from odoo.http import Response, request

from ..gateways.base import Callback

# Reports and replies are short; what is longer is none.
MAX_BODY = 100_000

ROUTE = {
    "type": "http",
    "auth": "public",
    "methods": ["GET", "POST"],
    "csrf": False,
    "save_session": False,
}


def answer(text, status=200, mimetype="text/plain"):
    return Response(text, status=status, mimetype=mimetype)


def not_read():
    """:return: the answer to a request that is not to be read; None where it is"""
    httprequest = request.httprequest
    if httprequest.method == "HEAD":  # which werkzeug takes for a GET
        return answer("")
    if "chunked" in httprequest.headers.get("Transfer-Encoding", "").lower():
        return answer("Length required", 411)
    if (httprequest.content_length or 0) > MAX_BODY:
        return answer("Too long", 413)
    return None


def not_found():
    """The same to whoever is not the provider, whatever is wrong."""
    return answer("Not found", 404)


def find_gateway(gateway_id):
    # sudo: the visitor is a provider, who shows that it knows the secret
    return request.env["sms.gateway"].sudo().browse(gateway_id).exists()


def read_callback(gateway, reference=""):
    """
    :param gateway: ``sms.gateway``
    :param str reference: of the message that the address was made for
    :return: :class:`..gateways.base.Callback`
    """
    httprequest = request.httprequest
    form = tuple(httprequest.form.items(multi=True))
    return Callback(
        reference=reference,
        parameters={**dict(httprequest.args.items(multi=True)), **dict(form)},
        headers=dict(httprequest.headers),
        body=httprequest.get_data(),
        form=form,
        urls=tuple(dict.fromkeys(_urls(gateway))),
    )


def _urls(gateway):
    """By which addresses it may have called: ours as we tell it, and as it came in;
    with either scheme, for a proxy may have taken the secure one off."""
    httprequest = request.httprequest
    # as it was sent: who signs an address signs its escapes too
    raw = urlsplit(httprequest.environ.get("REQUEST_URI") or httprequest.full_path)
    path = f"{raw.path}?{raw.query}" if raw.query else raw.path
    base = urlsplit(gateway.get_base_url())
    own = [base.scheme, base.netloc + base.path.rstrip("/")]
    called = [httprequest.scheme, httprequest.host]
    for scheme, host in (own, called):
        for one in (scheme, "https", "http"):
            yield f"{one}://{host}{path}"
