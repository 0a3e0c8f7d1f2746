from dataclasses import replace

from odoo.tests import BaseCase

from odoo.addons.sms_organizer.gateways.base import Account, Message, Verdict
from odoo.addons.sms_organizer.gateways.http import HttpGateway

from .recorder import Recorder

MESSAGE = Message(
    reference="ref1",
    number="+48601234567",
    text='Zażółć & "50%" [password] <b>\nok',
    encoding="UCS-2",
    segments=2,
    report_url="https://erp.example.com/sms/report/1/ref1/abc",
)
PARAMETERS = """
to = [number_digits]
message = [text]
"""


class HttpCase(BaseCase):
    """A gateway that is described by options, and a provider that notes what came."""

    def _account(self, web, options=None, **values):
        options = {"parameters": PARAMETERS, **(options or {})}
        values = {"username": "the user", "password": "s3cret&más", **values}
        return Account(web.url, local_network=True, options=options, **values)

    def _gateway(self, web, options=None, **values):
        return HttpGateway(self._account(web, options, **values))

    def _request(self, options=None, message=MESSAGE, **values):
        """:return: what came of one message"""
        with Recorder() as web:
            account = self._account(web, options, **values)
            gateway = HttpGateway(replace(account, base_url=f"{web.url}/v1/send/"))
            (outcome,) = gateway.send([message])
            self.assertEqual(outcome.verdict, Verdict.ACCEPTED, outcome)
            return web.request

    def _sent(self, answer, options=None):
        with Recorder([answer]) as web:
            return self._gateway(web, options).send([MESSAGE])[0]

    def assert_verdict(self, verdict, answer, options=None):
        outcome = self._sent(answer, options)
        self.assertEqual(outcome.verdict, verdict, outcome)
        return outcome
