import base64
import json
from dataclasses import replace
from xml.etree import ElementTree

from odoo.tests import tagged

from odoo.addons.sms_organizer.gateways.base import Account, Verdict
from odoo.addons.sms_organizer.gateways.http import HttpGateway, Problem, ProblemKind

from .http_common import MESSAGE, PARAMETERS, HttpCase
from .recorder import Recorder


@tagged("post_install", "-at_install")
class TestHttpRequest(HttpCase):
    def test_form_is_posted_unless_said_otherwise(self):
        request = self._request()
        self.assertEqual(request.method, "POST")
        self.assertEqual(request.path, "/v1/send/")
        self.assertEqual(request.query, {})
        self.assertEqual(request.form, {"to": "48601234567", "message": MESSAGE.text})
        self.assertEqual(
            request.headers["content-type"], "application/x-www-form-urlencoded"
        )

    def test_every_placeholder_has_its_value(self):
        parameters = "\n".join(
            f"{name} = <[{name}]>"
            for name in (
                "number",
                "number_digits",
                "text",
                "sender",
                "reference",
                "user",
                "password",
                "basic",
                "report_url",
                "segments",
                "coding",
            )
        )
        request = self._request({"parameters": parameters}, sender="Firm")
        identity = base64.b64encode("the user:s3cret&más".encode()).decode()
        self.assertEqual(
            request.form,
            {
                "number": "<+48601234567>",
                "number_digits": "<48601234567>",
                "text": f"<{MESSAGE.text}>",
                "sender": "<Firm>",
                "reference": "<ref1>",
                "user": "<the user>",
                "password": "<s3cret&más>",
                "basic": f"<{identity}>",
                "report_url": f"<{MESSAGE.report_url}>",
                "segments": "<2>",
                "coding": "<unicode>",
            },
        )
        plain = self._request(
            {"parameters": f"{PARAMETERS}\ncoding = [coding]"},
            replace(MESSAGE, encoding="GSM-7"),
        )
        self.assertEqual(plain.form["coding"], "gsm")

    def test_get_sends_the_parameters_in_the_query(self):
        request = self._request({"method": "get"})
        self.assertEqual(request.method, "GET")
        self.assertEqual(request.query, {"to": "48601234567", "message": MESSAGE.text})
        self.assertEqual(request.body, b"")

    def test_put_and_repeated_parameters_in_order(self):
        parameters = f"{PARAMETERS}\ntag[] = a = b\n\n  tag[] =  [reference] [[x] "
        request = self._request({"method": "PUT", "parameters": parameters})
        self.assertEqual(request.method, "PUT")
        self.assertEqual(request.pairs[2:], (("tag[]", "a = b"), ("tag[]", "ref1 [x]")))

    def test_what_comes_out_empty_is_left_out_and_what_is_entered_empty_is_not(self):
        options = {
            "parameters": f"{PARAMETERS}\nfrom = [sender]\nflash =",
            "headers": "X-From: [sender]\nX-Flag:",
        }
        request = self._request(options)
        self.assertEqual(set(request.form), {"to", "message", "flash"})
        self.assertNotIn("x-from", request.headers)
        self.assertEqual(request.headers["x-flag"], "")
        body = '{"to": "[number]", "text": "[text]", "from": "[sender]", "x": ""}'
        request = self._request({"content": "json", "body": body, "parameters": ""})
        self.assertEqual(set(request.json), {"to", "text", "x"})

    def test_headers_in_utf8_without_line_breaks(self):
        headers = (
            "Authorization: Basic [basic]\nX-Key:[password]\n"
            "X-Text: [text]\r\nContent-Type: application/x-www-form-urlencoded"
        )
        message = replace(MESSAGE, text="  a\r\nX-Injected: 1\x00\u2028b ")
        request = self._request({"headers": headers}, message)
        identity = base64.b64encode("the user:s3cret&más".encode()).decode()
        self.assertEqual(request.headers["authorization"], f"Basic {identity}")
        # the server reads headers as latin-1
        key = request.headers["x-key"].encode("latin-1").decode()
        self.assertEqual(key, "s3cret&más")
        self.assertEqual(request.headers["x-text"], "a X-Injected: 1 b")
        self.assertNotIn("x-injected", request.headers)
        self.assertEqual(request.form["message"], message.text)

    def test_json_is_parsed_before_anything_is_put_in(self):
        body = """{
            "messages": [
                {"to": ["[number]"], "n": 1.5, "flag": true, "no": null,
                 "text": "[text]", "[reference]": "[[text] [segments]"}
            ],
            "key": "[password]"
        }"""
        text = '", "to": "+48999", "x": "\\ \n[password] ] } Zażółć 🙂'
        options = {"content": "json", "body": body, "parameters": "key = [user]"}
        request = self._request(options, replace(MESSAGE, text=text))
        self.assertEqual(request.headers["content-type"], "application/json")
        self.assertEqual(request.query, {"key": "the user"})
        self.assertEqual(
            request.json,
            {
                "messages": [
                    {
                        "to": ["+48601234567"],
                        "n": 1.5,
                        "flag": True,
                        "no": None,
                        "text": text,
                        "ref1": "[text] 2",
                    }
                ],
                "key": "s3cret&más",
            },
        )

    def test_json_with_a_content_type_of_its_own(self):
        options = {
            "content": "JSON",
            "body": '["[number]", "[text]"]',
            "headers": "content-type: application/vnd.sms+json",
        }
        request = self._request(options)
        self.assertEqual(request.headers["content-type"], "application/vnd.sms+json")
        self.assertEqual(request.json, [MESSAGE.number, MESSAGE.text])

    def test_text_as_it_is(self):
        request = self._request({"content": "text", "body": "[number];[text]\n[user]"})
        self.assertEqual(
            request.body.decode(), f"{MESSAGE.number};{MESSAGE.text}\nthe user"
        )
        self.assertEqual(request.headers["content-type"], "text/plain; charset=UTF-8")

    def test_text_of_a_type_is_escaped_for_that_type(self):
        def body(kind, text):
            options = {
                "content": "text",
                "body": text,
                "headers": f"Content-Type:{kind}",
            }
            message = replace(MESSAGE, text=MESSAGE.text + "</t><t>\x01")
            return self._request(options, message).body.decode()

        xml = body("text/xml; charset=UTF-8", '<s to="[number]"><t>[text]</t></s>')
        (text,) = ElementTree.fromstring(xml)
        self.assertEqual(text.text, MESSAGE.text + "</t><t>")
        data = json.loads(body("application/json", '{"to":"[number]","t":"[text]"}'))
        self.assertEqual(data["t"], MESSAGE.text + "</t><t>\x01")
        form = body("application/x-www-form-urlencoded", "to=[number]&t=[text]")
        self.assertEqual(form.count("&"), 1)
        self.assertEqual(form.count("="), 2)

    def test_text_is_escaped_by_how_it_begins_whatever_a_header_calls_it(self):
        def sent(body, header=""):
            headers = f"Content-Type: {header}" if header else ""
            options = {"content": "text", "body": body, "headers": headers}
            message = replace(MESSAGE, text='</t><t a="1">","to":"+48999"\\\n')
            request = self._request(options, message)
            return request.body.decode(), request.headers["content-type"], message.text

        for header in ("", "text/plain", "application/json", "application/xml"):
            xml, kind, text = sent("\n <s><t>[text]</t>[number]</s>", header)
            (element,) = ElementTree.fromstring(xml.strip())
            self.assertEqual(element.text, text)
            self.assertEqual(kind, header or "application/xml")
            for body in ('{"to": "[number]", "t": "[text]"}', ' [{"t": "[text]"}]'):
                options = body.replace("}", ', "n": "[number_digits]"}')
                written, kind, text = sent(options, header)
                data = json.loads(written)
                data = data[0] if isinstance(data, list) else data
                self.assertEqual(data["t"], text)
                self.assertEqual(data["n"], "48601234567")
                self.assertEqual(kind, header or "application/json")
        # a placeholder is no list
        written, kind, text = sent("[number] [text]")
        self.assertEqual(written, f"{MESSAGE.number} {text}")
        self.assertEqual(kind, "text/plain; charset=UTF-8")

    def test_account_s_report_address_where_the_message_has_none(self):
        request = self._request(
            {"parameters": f"{PARAMETERS}\ndlr = [report_url]"},
            replace(MESSAGE, report_url=""),
            report_url="https://erp.example.com/all",
        )
        self.assertEqual(request.form["dlr"], "https://erp.example.com/all")

    def test_several_messages_over_connections_that_are_kept(self):
        messages = [replace(MESSAGE, reference=f"r{number}") for number in range(20)]
        with Recorder() as web:
            gateway = self._gateway(web)
            outcomes = gateway.send(messages) + gateway.send(messages)
            self.assertEqual(len(web.requests), 40)
            self.assertLessEqual(web.connections, gateway.threads)
        self.assertEqual(
            {one.reference for one in outcomes}, {f"r{n}" for n in range(20)}
        )
        self.assertEqual({one.verdict for one in outcomes}, {Verdict.ACCEPTED})


@tagged("post_install", "-at_install")
class TestHttpProblems(HttpCase):
    def _problems(self, **options):
        account = Account("http://x", "user", "secret", options=options)
        return HttpGateway(account).problems()

    def test_good_descriptions_have_none(self):
        body = '{"to": "[number]", "text": "[text] [[x] [see page 2]"}'
        self.assertEqual(self._problems(parameters=PARAMETERS), [])
        self.assertEqual(self._problems(content="json", body=body), [])
        self.assertEqual(
            self._problems(
                method="Put",
                content="text",
                headers="X-To: [number]\n\n X-Key : a:b ",
                body="[text]",
            ),
            [],
        )

    def test_each_is_told_with_its_option(self):
        kinds = ProblemKind
        good = {"parameters": PARAMETERS}
        for options, expected in (
            ({**good, "method": "PATCH"}, ("method", kinds.METHOD, "PATCH")),
            ({**good, "content": "soap"}, ("content", kinds.CONTENT, "soap")),
            (
                {"parameters": f"{PARAMETERS}\nno sign"},
                ("parameters", kinds.PARAMETER, "no sign"),
            ),
            (
                {"parameters": f"{PARAMETERS}\n= 7"},
                ("parameters", kinds.PARAMETER, "= 7"),
            ),
            ({**good, "headers": "secret x"}, ("headers", kinds.HEADER, "••• x")),
            ({**good, "headers": "A B: c"}, ("headers", kinds.HEADER, "A B")),
            ({**good, "headers": "Zażółć: c"}, ("headers", kinds.HEADER, "Zażółć")),
            (
                {**good, "headers": "Host: c"},
                ("headers", kinds.FORBIDDEN_HEADER, "Host"),
            ),
            (
                {**good, "headers": "content-LENGTH: 1"},
                ("headers", kinds.FORBIDDEN_HEADER, "content-LENGTH"),
            ),
            (
                {**good, "headers": "X: [Nmber]"},
                ("headers", kinds.PLACEHOLDER, "[Nmber]"),
            ),
            (
                {"parameters": f"{PARAMETERS}\nx = [numb"},
                ("parameters", kinds.PLACEHOLDER, "[numb"),
            ),
            (
                {**good, "balance_parameters": "a = [pasword]"},
                ("balance_parameters", kinds.PLACEHOLDER, "[pasword]"),
            ),
            ({"parameters": "t=[text]"}, ("parameters", kinds.NO_NUMBER, "")),
            ({"parameters": "t=[number]"}, ("parameters", kinds.NO_TEXT, "")),
            (
                {"content": "json", "body": '{"a": "[number]"}'},
                ("body", kinds.NO_TEXT, ""),
            ),
            (
                {"method": "GET", "content": "text", "body": "[number][text]"},
                ("method", kinds.NO_BODY, "GET"),
            ),
            (
                {"method": "get", "content": "json", "body": '["[number]", "[text]"]'},
                ("method", kinds.NO_BODY, "GET"),
            ),
        ):
            with self.subTest(options):
                self.assertEqual(self._problems(**options), [Problem(*expected)])

    def test_json_that_is_none(self):
        for body in ("", "{", '{"to": [number]}', "[NaN]", "[" * 100_000):
            first = self._problems(content="json", body=body)[0]
            self.assertEqual((first.option, first.kind), ("body", ProblemKind.JSON))
            self.assertTrue(first.detail)

    def test_what_is_not_sent_has_no_problems(self):
        self.assertEqual(self._problems(parameters=PARAMETERS, body="{[x]"), [])
