"""Replies of customers, as they come in over HTTP."""

import json
import logging
from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from .reply_common import PHONE, Carrier, ReplyCommon, signature


@tagged("post_install", "-at_install")
class TestRepliesOverHttp(ReplyCommon, HttpCase):
    def setUp(self):
        super().setUp()
        base = self.carrier.get_base_url()
        self.path = self.carrier._reply_url().removeprefix(base)

    def _call(self, path=None, sign=None, **kwargs):
        path = path or self.path
        url = (sign or self.base_url()) + path
        headers = {"X-Signature": signature(url), **kwargs.pop("headers", {})}
        response = self.url_open(path, headers=headers, **kwargs)
        self.env.invalidate_all()
        return response

    def _post(self, *told, **kwargs):
        headers = {"Content-Type": "application/json"}
        return self._call(data=self._body(*told), headers=headers, **kwargs)

    def _found(self):
        return self.replies.search([("gateway_id", "=", self.carrier.id)])

    def test_as_json(self):
        response = self._post({"number": PHONE, "text": "Dzień dobry", "id": "1"})
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.text, "<Response/>")
        self.assertIn("text/xml", response.headers["Content-Type"])
        self.assertNotIn("Set-Cookie", response.headers)
        self.assertEqual(self._found().text, "Dzień dobry")
        self.assertEqual(self._found().partner_id, self.customer)
        self.assertEqual(self._found().create_uid, self.env.ref("base.user_root"))

    def test_as_a_form(self):
        self._call(data={"from": PHONE, "text": "Hello", "b": ["2", "1", ""]})
        self.assertEqual(self._found().text, "Hello")
        callback = Carrier.callbacks[-1]
        self.assertEqual(
            callback.form,
            (("from", PHONE), ("text", "Hello"), ("b", "2"), ("b", "1"), ("b", "")),
        )
        self.assertEqual(callback.parameters["b"], "")

    def test_as_an_address(self):
        query = "?from=%2B48601999888&text=a%20b%C4%85&secret=no&reference=mine"
        response = self._call(self.path + query)
        self.assertEqual(response.text, "<Response/>")
        self.assertEqual(self._found().text, "a bą")
        parameters = Carrier.callbacks[-1].parameters
        self.assertEqual(parameters["reference"], "mine")
        self.assertEqual(parameters["from"], PHONE)

    def test_signed_for_the_address_in_front_of_a_proxy(self):
        self.env["ir.config_parameter"].set_param(
            "web.base.url", "https://erp.example.com"
        )
        told = {"number": PHONE, "text": "Hello"}
        for number, root in enumerate(
            (
                "https://erp.example.com",
                "http://erp.example.com",
                self.base_url().replace("http://", "https://"),
            )
        ):
            with self.subTest(root):
                response = self._post({**told, "id": str(number)}, sign=root)
                self.assertEqual(response.status_code, 200)
        self.assertEqual(
            self._post(told, sign="https://evil.example.com").text, "Not found"
        )

    def test_replays_change_nothing(self):
        told = {"number": PHONE, "text": "STOP", "id": "1"}
        for _time in range(3):
            self.assertEqual(self._post(told).status_code, 200)
        self.assertEqual(len(self._found()), 1)
        self.assertEqual(len(self._confirmations()), 1)

    def test_forged_changes_nothing_and_is_counted(self):
        base = f"/sms/reply/{self.carrier.id}"
        secret = self.path.rpartition("/")[2]
        told = {"number": PHONE, "text": "STOP", "id": "1"}
        other = self._carrier()
        for gateway, path in (
            (self.carrier, f"{base}/{'0' * 20}"),
            (self.carrier, f"{base}/{secret}x"),
            (self.carrier, f"{base}/%C3%A9"),
            (self.carrier, f"{base}/{self.carrier._secret('all')}"),
            (other, f"/sms/reply/{other.id}/{secret}"),
            (self.gateway, self.gateway._reply_url().partition("/sms")[2]),
        ):
            path = path if path.startswith("/sms") else f"/sms{path}"
            with self.subTest(path):
                before = gateway.refused_reports
                response = self._post(told, path=path)
                self.assertEqual(
                    (response.status_code, response.text), (404, "Not found")
                )
                self.assertEqual(gateway.refused_reports, before + 1)
        response = self._post(told, sign="https://unsigned")
        self.assertEqual((response.status_code, response.text), (404, "Not found"))
        self.assertFalse(self.replies.search([]))
        self.assertFalse(self._is_stopped())

    def test_gateway_that_is_not_there_tells_nothing(self):
        gateway_id = self.env["sms.gateway"].search([], order="id desc")[0].id + 1000
        response = self._call(f"/sms/reply/{gateway_id}/{'0' * 20}")
        self.assertEqual((response.status_code, response.text), (404, "Not found"))

    def test_a_reply_to_a_gateway_in_test_mode_or_archived_is_real(self):
        self.carrier.test_mode = True
        self._post({"number": PHONE, "text": "STOP", "id": "1"})
        self.assertTrue(self._is_stopped())
        self.assertTrue(self._confirmations().is_test)
        self.carrier.active = False
        self._post({"number": PHONE, "text": "START", "id": "2"})
        self.assertFalse(self._is_stopped())

    def test_who_only_looks_and_what_is_too_long(self):
        root = self.base_url() + self.path
        self.assertEqual(self.opener.head(root, timeout=12).status_code, 200)
        chunked = self.opener.post(root, data=iter([b"text=STOP"]), timeout=12)
        self.assertEqual(chunked.status_code, 411)
        self.assertEqual(self._call(data="x" * 200_000).status_code, 413)
        self.assertFalse(Carrier.callbacks)

    def test_secret_and_text_stay_out_of_the_access_log(self):
        with self.assertLogs("werkzeug", logging.INFO) as log:
            self._call(self.path + "?from=48601999888&text=hush")
        written = "".join(log.output)
        for secret in (self.path.rpartition("/")[2], "hush", "601999888"):
            self.assertNotIn(secret, written)
        self.assertIn("/sms/reply/***", written)

    def test_reports_have_their_form_and_addresses_too(self):
        seen = []

        def parse_reports(_gateway, callback):
            seen.append(callback)
            return []

        path = self.carrier._report_url().removeprefix(self.carrier.get_base_url())
        with patch.object(Carrier, "parse_reports", parse_reports):
            response = self.url_open(path + "?a=%2B&reference=r", data={"b": "1"})
        self.assertEqual(response.text, "OK")
        self.assertEqual(seen[0].form, (("b", "1"),))
        self.assertEqual(seen[0].parameters, {"a": "+", "b": "1", "reference": "r"})
        self.assertEqual(seen[0].reference, "")
        self.assertIn(self.base_url() + path + "?a=%2B&reference=r", seen[0].urls)

    def test_many_in_one_body(self):
        told = [
            {"number": f"+4860200{n:04}", "text": "Hello", "id": str(n)}
            for n in range(50)
        ]
        self.assertLess(len(json.dumps(told)), 100_000)
        self.assertEqual(self._post(*told).status_code, 200)
        self.assertEqual(len(self._found()), 50)
