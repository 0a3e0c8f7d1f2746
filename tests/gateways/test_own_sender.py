from dataclasses import replace

from odoo.tests import BaseCase, tagged

from odoo.addons.sms_organizer.gateways import PROVIDERS
from odoo.addons.sms_organizer.gateways.base import Account, Message
from odoo.addons.sms_organizer.gateways.web import WebGateway

from .recorder import Recorder

MESSAGE = Message("ref1", "+48601234567", "Text")
HTTP = {
    "method": "POST",
    "content": "form",
    "parameters": "to = [number]\ntext = [text]\nfrom = [sender]",
}


@tagged("post_install", "-at_install")
class TestSender(BaseCase):
    """A message's own sender wins in every adapter that has one."""

    def _request(self, provider, *messages):
        """:return: everything that came, as text"""
        with Recorder([{}]) as web:
            account = Account(
                web.url,
                username="user-name",
                password="pass-word",
                sender="Firm",
                local_network=True,
                options=HTTP if provider.provider == "http" else {},
            )
            provider(account).send(list(messages))
            return [
                f"{one.path} {sorted(one.query.items())} {one.headers} "
                f"{one.body.decode()}"
                for one in web.requests
            ]

    def _of_the_web(self):
        providers = [
            provider
            for provider in PROVIDERS.values()
            if issubclass(provider, WebGateway)
        ]
        self.assertGreater(len(providers), 9)
        return providers

    def test_own_sender_of_a_message_wins(self):
        for provider in self._of_the_web():
            with self.subTest(provider.provider):
                (request,) = self._request(provider, replace(MESSAGE, sender="Other"))
                self.assertIn("Other", request)
                self.assertNotIn("Firm", request)

    def test_account_s_sender_without_one(self):
        for provider in self._of_the_web():
            with self.subTest(provider.provider):
                (request,) = self._request(provider, MESSAGE)
                self.assertIn("Firm", request)

    def test_no_sender_at_all(self):
        for provider in self._of_the_web():
            with self.subTest(provider.provider):
                (request,) = self._request(provider, replace(MESSAGE, sender=""))
                self.assertNotIn("Firm", request)

    def test_messages_of_two_senders_are_not_sent_in_one_call(self):
        other = Message("ref2", "+48601234568", "Text", sender="Other")
        for provider in self._of_the_web():
            with self.subTest(provider.provider):
                requests = self._request(provider, MESSAGE, other)
                self.assertEqual(len(requests), 2)
                self.assertEqual(
                    sorted("Other" in request for request in requests), [False, True]
                )

    def test_those_that_take_none(self):
        without = {key for key, one in PROVIDERS.items() if not one.takes_sender_names}
        self.assertEqual(without, {"sandbox", "odoo"})

    def test_those_that_are_asked_for_one(self):
        asked = {key for key, one in PROVIDERS.items() if one.requests_senders}
        self.assertEqual(asked, {"smsapi", "serwersms"})
