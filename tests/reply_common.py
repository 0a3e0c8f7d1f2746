import hashlib
import json
from datetime import datetime
from unittest.mock import patch

from odoo import fields

from ..gateways import PROVIDERS
from ..gateways.base import Forged, Gateway, Outcome, Reply, Verdict
from .common import OrganizerCommon

PASSWORD = "correct-horse-battery"
PHONE = "+48601999888"  # of nobody in the demo data
UNKNOWN = "+48699999999"


class Carrier(Gateway):
    """A provider that hands replies on, as JSON or as a form, and signs the address."""

    provider = "carrier"
    label = "Carrier"
    takes_replies = True
    reply_answer = ("<Response/>", "text/xml")
    is_remote = False
    sent = []
    callbacks = []

    def send(self, messages):
        self.sent.extend(messages)
        return [
            Outcome(one.reference, Verdict.ACCEPTED, provider_id=one.reference)
            for one in messages
        ]

    def parse_replies(self, callback):
        self.callbacks.append(callback)
        wanted = {signature(url) for url in callback.urls}
        if callback.header("X-Signature") not in wanted:
            raise Forged("signature")
        told = callback.data()
        if told is None:
            told = [{"number": callback.parameters.get("from"), **callback.parameters}]
        return [self._reply(values) for values in told]

    def _reply(self, values):
        at = values.get("at")
        return Reply(
            number=values.get("number") or "",
            text=values.get("text", ""),
            to=values.get("to", ""),
            provider_id=values.get("id", ""),
            at=datetime.fromisoformat(at) if at else None,
            is_answered=bool(values.get("is_answered")),
        )


def signature(url):
    return hashlib.sha256((url + PASSWORD).encode()).hexdigest()


class ReplyCommon(OrganizerCommon):
    """A company whose gateway hands replies on."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(PROVIDERS, {Carrier.provider: Carrier}))
        self.startPatcher(patch.object(Carrier, "sent", []))
        self.startPatcher(patch.object(Carrier, "callbacks", []))
        self.gateway.active = False
        self.customer.sms_phone = PHONE
        self.carrier = self._carrier()
        self.replies = self.env["sms.reply"]
        self.count = 0

    def _carrier(self, **values):
        return self.env["sms.gateway"].create(
            {
                "name": "Carrier",
                "provider": "carrier",
                "user_id": False,
                "company_id": self.company.id,
                "test_mode": False,
                "price": 0.16,
                "currency_id": self.env.ref("base.PLN").id,
                **values,
            }
        )

    def _reply(self, text="Hello", number=None, gateway=None, **values):
        """A phone answers, and the provider tells us.

        :return: the new ``sms.reply``
        """
        self.count += 1
        reply = Reply(
            **{
                "number": PHONE if number is None else number,
                "text": text,
                "provider_id": f"reply-{self.count}",
                **values,
            }
        )
        gateway = gateway or self.carrier
        return self.replies.browse(self._told(gateway, reply).ids)

    def _told(self, gateway, *replies):
        replies_su = self.replies.with_user(self.env.ref("base.user_root"))
        new = replies_su._take_in(gateway, list(replies))
        self.env.flush_all()
        return new

    def _sms(self, **values):
        """An SMS about an overdue invoice, which has been sent.

        :return: ``sms.sms``
        """
        sms = self._send(self._invoice(days_overdue=5, **values)).line_ids.sms_ids
        self._pass()
        self.assertEqual(sms.state, "pending")
        return sms

    def _is_stopped(self, number=None):
        blacklist = self.env["phone.blacklist"].sudo()
        return bool(blacklist.search_count([("number", "=", number or PHONE)]))

    def _confirmations(self):
        return self.env["sms.sms"].sudo().search([("reply_id", "!=", False)])

    def _activities(self, record=None):
        """That nobody has dealt with."""
        return (record or self.customer).activity_ids

    def _notes(self, record):
        return record.message_ids.filtered(lambda one: one.message_type == "sms")

    def _ago(self, **delta):
        return fields.Datetime.subtract(fields.Datetime.now(), **delta)

    def _body(self, *told):
        return json.dumps(list(told))
