import os
import socket
from functools import partial
from unittest.mock import patch

import requests

from odoo.tests import BaseCase, tagged

from odoo.addons.sms_organizer.gateways import words
from odoo.addons.sms_organizer.gateways.base import (
    Account,
    Failure,
    Message,
    Trouble,
    Verdict,
)
from odoo.addons.sms_organizer.gateways.kannel import KannelGateway
from odoo.addons.sms_organizer.gateways.network import is_inside, is_inside_by_name

from .recorder import Recorder

MESSAGE = Message("ref1", "+48601234567", "Hello")
PUBLIC = "93.184.215.14"
TAKEN = (202, "0: Accepted for delivery")
SEND = requests.Session.send


class Listener:
    """Connections can be made; nobody answers."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]
        return self

    def __exit__(self, *_exception):
        self.socket.close()

    def heard(self):
        """:return: what was said, for each connection that was made and is closed"""
        heard = []
        while True:
            try:
                connection, _address = self.socket.accept()
            except BlockingIOError:
                return heard
            with connection:
                connection.settimeout(5)
                heard.append(b"".join(iter(partial(connection.recv, 1000), b"")))


class NetworkCase(BaseCase):
    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        # OVERRIDES Odoo, which knows loopback by no other name: none leaves it here
        return SEND(session, request, **kwargs)

    def setUp(self):
        super().setUp()
        proxies = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}
        environment = {
            name: value
            for name, value in os.environ.items()
            if name.lower() not in proxies
        }
        self.startPatcher(patch.dict(os.environ, environment, clear=True))

    def _names(self, **addresses):
        """Give names addresses: ``provider="10.0.0.1"`` for http://provider."""
        real = socket.getaddrinfo

        def getaddrinfo(host, *args, **kwargs):
            return real(addresses.get(host, host), *args, **kwargs)

        self.patch(socket, "getaddrinfo", getaddrinfo)

    def _send(self, url, **values):
        (outcome,) = KannelGateway(Account(url, "user", "s3cret", **values)).send(
            [MESSAGE]
        )
        return outcome

    def assert_refused(self, outcome):
        self.assertEqual(outcome.verdict, Verdict.NOT_TAKEN)
        self.assertEqual(outcome.reason, words.LOCAL_ADDRESS)
        self.assertEqual(outcome.failure, Failure.ACCOUNT)


@tagged("post_install", "-at_install")
class TestIsInside(NetworkCase):
    def test_addresses_inside(self):
        for address in (
            "127.0.0.1",
            "127.255.255.254",
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",  # a cloud's metadata service
            "100.64.0.1",  # shared by a provider's customers
            "100.127.255.255",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fe80::1%eth0",
            "fc00::1",
            "fd12:3456::1",
            "2001:db8::1",
            "ff02::1",
            "ff0e::1",
        ):
            self.assertTrue(is_inside(address), address)

    def test_addresses_of_version_6_that_mean_one_of_version_4(self):
        for address in (
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:100.64.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b::192.168.1.1",
            "2002:7f00:1::1",
            "2002:0a00:0001::",
            "2002:c0a8:0101::1",
        ):
            self.assertTrue(is_inside(address), address)
        for address in (f"::ffff:{PUBLIC}", f"64:ff9b::{PUBLIC}", "2002:5db8:d70e::1"):
            self.assertFalse(is_inside(address), address)

    def test_addresses_outside(self):
        for address in (
            PUBLIC,
            "8.8.8.8",
            "172.15.255.255",
            "172.32.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "169.253.0.1",
            "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
            "2a00:1450:4001::1",
        ):
            self.assertFalse(is_inside(address), address)

    def test_names(self):
        self._names(inside="10.0.0.1", outside=PUBLIC)
        self.assertTrue(is_inside_by_name("inside"))
        self.assertTrue(is_inside_by_name("localhost"))
        self.assertTrue(is_inside_by_name("192.168.1.1"))
        self.assertTrue(is_inside_by_name("::1"))
        self.assertFalse(is_inside_by_name("outside"))
        self.assertFalse(is_inside_by_name(PUBLIC))

    def test_name_that_is_not_known(self):
        self.patch(socket, "getaddrinfo", self._not_known)
        self.assertFalse(is_inside_by_name("no-such-name.invalid"))

    def _not_known(self, *_args, **_kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    def test_name_with_one_address_inside(self):
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, 0)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 0)),
        ]
        self.patch(socket, "getaddrinfo", lambda *_args, **_kwargs: found)
        self.assertTrue(is_inside_by_name("both"))


@tagged("post_install", "-at_install")
class TestGuard(NetworkCase):
    def test_nothing_is_said_to_an_address_inside(self):
        self._names(provider="127.0.0.1")
        for host in ("127.0.0.1", "localhost", "provider", "2130706433", "127.1"):
            for scheme in ("http", "https"):
                with self.subTest(f"{scheme} {host}"):
                    with Listener() as listener:
                        outcome = self._send(f"{scheme}://{host}:{listener.port}")
                        self.assertEqual(listener.heard(), [b""])
                    self.assert_refused(outcome)

    def test_it_counts_where_the_connection_leads_not_what_the_name_meant_before(self):
        addresses = {"provider": PUBLIC}
        real = socket.getaddrinfo

        def getaddrinfo(host, *args, **kwargs):
            address = addresses.get(host, host)
            addresses[host] = "127.0.0.1"
            return real(address, *args, **kwargs)

        self.patch(socket, "getaddrinfo", getaddrinfo)
        self.assertFalse(is_inside_by_name("provider"))
        with Listener() as listener:
            self.assert_refused(self._send(f"http://provider:{listener.port}"))
            self.assertEqual(listener.heard(), [b""])

    def test_address_inside_that_is_allowed(self):
        self._names(provider="127.0.0.1")
        with Recorder([TAKEN]) as web:
            url = web.url.replace("127.0.0.1", "provider")
            outcome = self._send(url, local_network=True)
            self.assertEqual(outcome.verdict, Verdict.ACCEPTED)
            self.assertEqual(len(web.requests), 1)

    def test_check_is_guarded_too(self):
        with Recorder([TAKEN]) as web:
            with self.assertRaises(Trouble) as caught:
                KannelGateway(Account(web.url, "user", "s3cret")).check()
            self.assertEqual(web.requests, [])
        self.assertEqual(caught.exception.verdict, Verdict.NOT_TAKEN)
        self.assertEqual(caught.exception.reason, words.LOCAL_ADDRESS)

    def test_redirect_is_not_followed(self):
        for status, verdict in (
            (301, Verdict.NOT_TAKEN),
            (302, Verdict.UNKNOWN),
            (303, Verdict.UNKNOWN),
            (307, Verdict.NOT_TAKEN),
            (308, Verdict.NOT_TAKEN),
        ):
            with Recorder([TAKEN]) as inside:
                answer = (status, "", {"Location": f"{inside.url}/cgi-bin/sendsms"})
                with Recorder([answer]) as web:
                    outcome = self._send(web.url, local_network=True)
                    self.assertEqual(len(web.requests), 1)
                self.assertEqual(inside.requests, [])
            self.assertEqual(outcome.verdict, verdict, status)
            self.assertEqual(outcome.reason, words.REDIRECTED)


@tagged("post_install", "-at_install")
class TestGuardBehindAProxy(NetworkCase):
    """The proxy may be inside; what it is asked for may not."""

    def setUp(self):
        super().setUp()
        self._names(inside="10.0.0.1", outside=PUBLIC)

    def _use(self, url):
        os.environ.update(http_proxy=url, https_proxy=url)

    def test_name_that_leads_inside_is_refused(self):
        for host in ("inside", "127.0.0.1", "[::1]", "169.254.169.254", "localhost"):
            for scheme in ("http", "https"):
                with self.subTest(f"{scheme} {host}"), Listener() as listener:
                    self._use(f"http://127.0.0.1:{listener.port}")
                    self.assert_refused(self._send(f"{scheme}://{host}:8080"))
                    self.assertEqual(listener.heard(), [])

    def test_name_that_leads_outside_goes_through_the_proxy(self):
        with Recorder([TAKEN]) as proxy:
            self._use(proxy.url)
            outcome = self._send("http://outside")
            self.assertEqual(proxy.request.headers["host"], "outside")
        self.assertEqual(outcome.verdict, Verdict.ACCEPTED)

    def test_name_that_leads_inside_and_is_allowed(self):
        with Recorder([TAKEN]) as proxy:
            self._use(proxy.url)
            outcome = self._send("http://inside", local_network=True)
            self.assertEqual(proxy.request.headers["host"], "inside")
        self.assertEqual(outcome.verdict, Verdict.ACCEPTED)
