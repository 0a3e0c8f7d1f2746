from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields

from ..gateways import PROVIDERS
from .common import OrganizerCommon
from .provider import Provider

CREDENTIALS = {"username": "warehouse", "password": "correct-horse-battery"}


class FaultCommon(OrganizerCommon):
    """A company whose gateways lead to a real HTTP server that has bad days."""

    def setUp(self):
        super().setUp()
        self.provider = self.enterContext(Provider())
        self.gateway.active = False

    def _gateway(self, kind, provider=None, **values):
        """A live gateway that speaks as ``kind`` to the server."""
        return self.env["sms.gateway"].create(
            {
                "name": kind,
                "provider": kind,
                "company_id": self.company.id,
                "base_url": (provider or self.provider).url(kind),
                "local_network": True,
                "test_mode": False,
                "price": 0.16,
                "currency_id": self.env.ref("base.PLN").id,
                **CREDENTIALS,
                **values,
            }
        )

    def _queued(self, count=1, **values):
        """Messages about overdue invoices, waiting in the outbox."""
        moves = self.env["account.move"].union(
            *(self._invoice(days_overdue=5, **values) for _one in range(count))
        )
        return self._send(moves).line_ids.sms_ids

    def _texts(self, numbers, text="The office is closed tomorrow."):
        """Messages of another app, the same text to several numbers."""
        return (
            self.env["sms.sms"]
            .sudo()
            .create(
                [
                    {"number": number, "body": text, "company_id": self.company.id}
                    for number in numbers
                ]
            )
        )

    def _later(self, messages=None, gateway=None):
        """Let the time pass that messages and gateways wait."""
        now = fields.Datetime.now()
        if messages:
            messages.filtered("next_attempt_at").next_attempt_at = now
            messages.filtered("ask_at").ask_at = now
        gateways = gateway or self.env["sms.gateway"].search([])
        gateways.filtered("rest_until").rest_until = now

    @contextmanager
    def _impatient(self, kind, seconds=1):
        with patch.object(PROVIDERS[kind], "longest_call", seconds):
            yield

    def assertStates(self, messages, *states):
        messages.invalidate_recordset()
        self.assertEqual(messages.sorted("id").mapped("state"), list(states))

    def assertNothingTwice(self):
        self.assertFalse(self.provider.twice)
