import base64

from odoo.tests import BaseCase

from odoo.addons.sms_organizer.gateways.base import Account, Message
from odoo.addons.sms_organizer.gateways.twilio import TwilioGateway

from .recorder import Recorder

SID = "AC" + "0123456789abcdef" * 2
TOKEN = "fedcba98765432100123456789abcdef"
SERVICE = "MG" + "0123456789abcdef" * 2
BASIC = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages.json"
REPORT_URL = f"https://erp.example.com/sms/report/1/{'a' * 32}/secret"


def account(url="", **values):
    defaults = {"username": SID, "password": TOKEN, "sender": "+15005550006"}
    return Account(base_url=url, local_network=True, **{**defaults, **values})


def message(**values):
    defaults = {
        "reference": "a" * 32,
        "number": "+48601234567",
        "text": "Zażółć & = +",
        "report_url": REPORT_URL,
    }
    return Message(**{**defaults, **values})


def error(code, status=400, headers=()):
    """What Twilio refuses with."""
    data = {"code": code, "message": "No.", "more_info": "https://…", "status": status}
    return (status, data, dict(headers))


class TwilioCase(BaseCase):
    def send(self, answers, *messages, **values):
        """:return: the outcome of the only message, and the requests that came"""
        with Recorder(answers) as web:
            gateway = TwilioGateway(account(web.url, **values))
            outcomes = gateway.send(list(messages) or [message()])
        self.assertEqual(len(outcomes), len(messages) or 1)
        return outcomes[0], web.requests
