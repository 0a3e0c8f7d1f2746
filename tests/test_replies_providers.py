"""Replies as real providers hand them on, all the way from the request."""

import base64
import hashlib
import hmac
import re
from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from ..gateways import PROVIDERS
from ..gateways.twilio import TwilioGateway
from .reply_common import PASSWORD, PHONE, ReplyCommon

SID = "SM" + "0" * 32


@tagged("post_install", "-at_install")
class TestRepliesOfProviders(ReplyCommon, HttpCase):
    def _gateway(self, provider):
        return self._carrier(
            provider=provider, username="us", password=PASSWORD, sender="+48511222333"
        )

    def _call(self, gateway, query="", **kwargs):
        path = gateway._reply_url().removeprefix(gateway.get_base_url())
        response = self.url_open(path + query, **kwargs)
        self.env.invalidate_all()
        return response

    def _found(self, gateway):
        return self.replies.search([("gateway_id", "=", gateway.id)])

    def test_kannel_as_it_is_set_up(self):
        kannel = self._gateway("kannel")
        url = re.search('post-url = "(.*)"', kannel.reply_setup)[1]
        self.assertTrue(url.startswith(kannel.reply_url))
        query = url.removeprefix(kannel.reply_url).replace("%I", "7").replace("%T", "1")
        headers = {
            "Content-Type": "text/plain; charset=UTF-8",
            "X-Kannel-From": PHONE,
            "X-Kannel-To": "1234",
        }
        for _time in range(2):
            response = self._call(
                kannel, query, data="Dziękuję".encode(), headers=headers
            )
            self.assertEqual((response.status_code, response.text), (200, ""))
        self.assertEqual(self._found(kannel).text, "Dziękuję")
        self.assertEqual(self._found(kannel).partner_id, self.customer)

    def test_twilio_signs_the_address_and_the_form(self):
        self.startPatcher(patch.dict(PROVIDERS, {"twilio": TwilioGateway}))
        twilio = self._gateway("twilio")
        form = {"MessageSid": SID, "From": PHONE, "Body": "Zażółć & co", "To": ""}
        signed = twilio._reply_url() + "".join(
            name + value for name, value in sorted(form.items())
        )
        digest = hmac.digest(PASSWORD.encode(), signed.encode(), hashlib.sha1)
        headers = {"X-Twilio-Signature": base64.b64encode(digest).decode()}
        changed = self._call(twilio, data={**form, "Body": "STOP"}, headers=headers)
        self.assertEqual(changed.status_code, 404)
        self.assertEqual(twilio.refused_reports, 1)
        response = self._call(twilio, data=form, headers=headers)
        self.assertEqual(response.status_code, 200)
        self.assertIn("<Response></Response>", response.text)
        self.assertEqual(self._found(twilio).text, "Zażółć & co")
