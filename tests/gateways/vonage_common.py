import base64

from odoo.tests import BaseCase

from odoo.addons.sms_organizer.gateways.base import Account, Message
from odoo.addons.sms_organizer.gateways.vonage import VonageGateway

from .recorder import Recorder

KEY = "a1b2c3d4"
SECRET = "Zażółć-gęślą"
BASIC = "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
REPORT_URL = f"https://erp.example.com/sms/report/1/{'a' * 32}/{'b' * 20}"


def account(url="", **values):
    defaults = {"username": KEY, "password": SECRET, "sender": "Firm"}
    return Account(base_url=url, local_network=True, **{**defaults, **values})


def message(**values):
    defaults = {
        "reference": "a" * 32,
        "number": "+48601234567",
        "text": "Hello & = +",
        "report_url": REPORT_URL,
    }
    return Message(**{**defaults, **values})


def part(status="0", **values):
    """What Vonage says of one part."""
    if status == "0":
        found = {"to": "48601234567", "message-id": "0A01", "message-price": "0.0333"}
    else:
        found = {"error-text": "No"}
    return {"status": status, **found, **values}


def answer(*parts, count=None):
    return {"message-count": count or str(len(parts)), "messages": list(parts)}


class VonageCase(BaseCase):
    def send(self, answers, *messages, **values):
        """:return: the outcome of the only message, and the requests that came"""
        with Recorder(answers) as web:
            gateway = VonageGateway(account(web.url, **values))
            outcomes = gateway.send(list(messages) or [message()])
        self.assertEqual(len(outcomes), len(messages) or 1)
        return outcomes[0], web.requests
