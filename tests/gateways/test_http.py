import base64
import json
from dataclasses import replace
from xml.etree import ElementTree

from odoo.tests import BaseCase, tagged

from odoo.addons.sms_organizer.gateways import words
from odoo.addons.sms_organizer.gateways.base import (
    Account,
    Balance,
    Callback,
    Failure,
    Forged,
    Message,
    Report,
    Trouble,
    Verdict,
)
from odoo.addons.sms_organizer.gateways.http import (
    MISSING,
    HttpGateway,
    Problem,
    ProblemKind,
    at,
)

from .recorder import LOST, Recorder

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
class TestHttpAnswer(HttpCase):
    def test_any_2xx_is_accepted_where_nothing_more_is_asked(self):
        for status in (200, 201, 202, 204):
            self.assert_verdict(Verdict.ACCEPTED, (status, ""))

    def test_status_alone(self):
        for status, verdict in (
            (400, Verdict.REJECTED),
            (422, Verdict.REJECTED),
            (401, Verdict.NOT_TAKEN),
            (402, Verdict.NOT_TAKEN),
            (403, Verdict.NOT_TAKEN),
            (404, Verdict.NOT_TAKEN),
            (405, Verdict.NOT_TAKEN),
            (410, Verdict.NOT_TAKEN),
            (301, Verdict.NOT_TAKEN),
            (307, Verdict.NOT_TAKEN),
            (308, Verdict.NOT_TAKEN),
            (429, Verdict.NOT_TAKEN),
            (302, Verdict.UNKNOWN),
            (303, Verdict.UNKNOWN),
            (304, Verdict.UNKNOWN),
            (503, Verdict.UNKNOWN),
            (408, Verdict.UNKNOWN),
            (409, Verdict.UNKNOWN),
            (425, Verdict.UNKNOWN),
            (500, Verdict.UNKNOWN),
            (502, Verdict.UNKNOWN),
            (504, Verdict.UNKNOWN),
        ):
            with self.subTest(status):
                self.assert_verdict(verdict, (status, "Words"))
        busy = self._sent((429, "Slow down", {"Retry-After": "7"}))
        self.assertEqual(busy.retry_after, 7)
        account = self._sent((401, "No"))
        self.assertEqual(account.failure, Failure.ACCOUNT)

    def test_lost_answer_is_in_doubt(self):
        self.assert_verdict(Verdict.UNKNOWN, LOST)

    def test_refusal_in_the_provider_s_words_without_secrets(self):
        outcome = self.assert_verdict(
            Verdict.REJECTED, (400, "Bad number for s3cret&más")
        )
        self.assertEqual(outcome.reason, "HTTP 400 Bad Request: Bad number for •••")
        answer = {"error": {"text": "Bad number, the user", "code": 7}}
        outcome = self.assert_verdict(
            Verdict.REJECTED, (400, answer), {"words_path": "error.text"}
        )
        self.assertEqual(outcome.reason, "Bad number, ••• (HTTP 400)")
        options = {
            "words_path": "error.text",
            "accepted_path": "error.code",
            "accepted_values": "0",
        }
        outcome = self.assert_verdict(Verdict.REJECTED, answer, options)
        self.assertEqual(outcome.reason, "Bad number, ••• (7)")
        outcome = self.assert_verdict(
            Verdict.REJECTED, answer, {**options, "words_path": "nowhere"}
        )
        self.assertIn("Bad number, •••", outcome.reason)

    def test_trouble_of_the_account_in_the_provider_s_words(self):
        options = {"words_path": "error.text"}
        answer = (401, {"error": {"text": "No such key, the user"}})
        outcome = self.assert_verdict(Verdict.NOT_TAKEN, answer, options)
        self.assertEqual(outcome.reason, "No such key, ••• (HTTP 401)")
        outcome = self.assert_verdict(Verdict.UNKNOWN, (500, {"error": {}}), options)
        self.assertEqual(
            outcome.reason, 'HTTP 500 Internal Server Error: {"error": {}}'
        )

    def test_redirect_in_words(self):
        for status in (301, 302, 303, 307, 308):
            self.assertEqual(self._sent((status, "x")).reason, words.REDIRECTED)

    def test_value_at_a_path(self):
        options = {
            "accepted_path": "messages.0.status",
            "accepted_values": "0, OK,true",
        }
        for value, verdict in (
            ("0", Verdict.ACCEPTED),
            (0, Verdict.ACCEPTED),
            ("ok", Verdict.ACCEPTED),
            (True, Verdict.ACCEPTED),
            ("1", Verdict.REJECTED),
            (1, Verdict.REJECTED),
            (False, Verdict.REJECTED),
            (None, Verdict.REJECTED),
            ("", Verdict.REJECTED),
            ("0, OK", Verdict.REJECTED),
            ({"a": 1}, Verdict.UNKNOWN),
            (["0"], Verdict.UNKNOWN),
        ):
            with self.subTest(value):
                self.assert_verdict(verdict, {"messages": [{"status": value}]}, options)

    def test_value_that_only_has_to_be_there(self):
        options = {"accepted_path": "id"}
        for value, verdict in (
            ("x", Verdict.ACCEPTED),
            (0, Verdict.ACCEPTED),
            ([1], Verdict.ACCEPTED),
            (None, Verdict.REJECTED),
            (False, Verdict.REJECTED),
            ("", Verdict.REJECTED),
            ([], Verdict.REJECTED),
            ({}, Verdict.REJECTED),
        ):
            with self.subTest(value):
                self.assert_verdict(verdict, {"id": value}, options)

    def test_missing_path_is_in_doubt(self):
        options = {"accepted_path": "messages.0.status", "accepted_values": "0"}
        for answer in (
            {},
            [],
            None,
            7,
            "",
            "text",
            "<html>Welcome</html>",
            {"messages": []},
            {"messages": {}},
            {"messages": [7]},
            {"messages": [{"error": "x"}]},
            (200, "{", {"Content-Type": "application/json"}),
            (200, "OK", {"Content-Type": "text/plain; charset=no-such"}),
        ):
            with self.subTest(answer):
                self.assert_verdict(Verdict.UNKNOWN, answer, options)

    def test_text_in_the_answer(self):
        options = {"accepted_text": "OK"}
        self.assert_verdict(Verdict.ACCEPTED, "OK: 12", options)
        self.assert_verdict(Verdict.UNKNOWN, "ERR 7", options)
        self.assert_verdict(Verdict.UNKNOWN, "", options)
        both = {**options, "accepted_path": "s", "accepted_values": "1"}
        self.assert_verdict(Verdict.ACCEPTED, '{"s": 1, "t": "OK"}', both)
        self.assert_verdict(Verdict.REJECTED, '{"s": 2}', both)
        self.assert_verdict(Verdict.UNKNOWN, '{"s": 1}', both)

    def test_provider_s_id(self):
        for answer, options, expected in (
            ({"a": [{"id": 12345}]}, {"id_path": "a.0.id"}, "12345"),
            ({"a": [{"id": "x-1"}]}, {"id_path": "a.0.id"}, "x-1"),
            ({"a": []}, {"id_path": "a.0.id"}, ""),
            ({"id": {"b": 1}}, {"id_path": "id"}, ""),
            ("OK: 123,2", {"id_after": "OK:"}, "123"),
            ("OK ID=ab-1\nrest", {"id_after": "ID="}, "ab-1"),
            ("<r><id>77</id></r>", {"id_after": "<id>"}, "77"),
            ("OK", {"id_after": "ID="}, ""),
            ("ID=", {"id_after": "ID="}, ""),
            ("OK", {}, ""),
        ):
            with self.subTest(answer):
                outcome = self.assert_verdict(Verdict.ACCEPTED, answer, options)
                self.assertEqual(outcome.provider_id, expected)

    def test_path(self):
        data = {"a": [{"b": None}], "1": "x"}
        self.assertIs(at(data, "a.0.b"), None)
        self.assertEqual(at(data, "1"), "x")
        for path in ("", "b", "a.1", "a.-1", "a.00", "a.x", "a.0.b.c", "a.", "a.²"):
            self.assertIs(at(data, path), MISSING, path)

    def test_nothing_is_sent_while_something_is_wrong(self):
        with Recorder() as web:
            gateway = self._gateway(web, {"parameters": "to = [nmber]\nt = [text]"})
            (outcome,) = gateway.send([MESSAGE])
            self.assertEqual(web.requests, [])
        self.assertEqual(outcome.verdict, Verdict.NOT_TAKEN)
        self.assertEqual(outcome.reason, words.NOT_DESCRIBED)
        self.assertEqual(outcome.failure, Failure.ACCOUNT)

    def test_lonely_surrogates_break_nothing(self):
        message = replace(MESSAGE, text="a\ud83d")
        for options in (
            {"content": "json", "body": '["[number]", "[text]"]'},
            {"content": "text", "body": "[number] [text]"},
            {"headers": "X-Text: [text]"},
        ):
            with Recorder() as web:
                (outcome,) = self._gateway(web, options).send([message])
            self.assertIn(outcome.verdict, (Verdict.ACCEPTED, Verdict.NOT_TAKEN))


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


@tagged("post_install", "-at_install")
class TestHttpReport(HttpCase):
    options = {
        "report_status": "status",
        "report_delivered": "DELIVRD, 1",
        "report_failed": "UNDELIV,EXPIRED",
        "report_reason": "err",
        "report_id": "id",
    }

    def _reports(self, callback, **options):
        account = Account(
            "http://x", "user", "secret", options={**self.options, **options}
        )
        return HttpGateway(account).parse_reports(callback)

    def test_by_parameters(self):
        self.assertEqual(
            self._reports(Callback("ref1", {"status": "delivrd"})),
            [Report("ref1", True)],
        )
        self.assertEqual(
            self._reports(Callback("ref1", {"status": "1", "id": "x"})),
            [Report("ref1", True, "x")],
        )
        self.assertEqual(
            self._reports(Callback("ref1", {"status": "Expired", "err": "secret 7"})),
            [Report("ref1", False, reason="••• 7 (Expired)")],
        )
        self.assertEqual(
            self._reports(Callback("", {"status": "UNDELIV", "id": "x"})),
            [Report("", False, "x", reason="UNDELIV")],
        )

    def test_by_paths_in_json(self):
        paths = {"report_status": "results.0.state", "report_id": "results.0.id"}
        body = b'{"results": [{"state": 1, "id": 77}]}'
        self.assertEqual(
            self._reports(Callback("", {}, body=body), **paths),
            [Report("", True, "77")],
        )

    def test_other_values_say_nothing_yet(self):
        for status in ("BUFFERED", "2", "DELIVRD,1"):
            self.assertEqual(self._reports(Callback("ref1", {"status": status})), [])

    def test_what_makes_no_report_is_forged(self):
        for callback in (
            Callback("ref1", {}),
            Callback("ref1", {"status": " "}),
            Callback("ref1", {}, body=b'{"status": {"a": 1}}'),
            Callback("ref1", {}, body=b"{"),
            Callback("", {"status": "1"}),
        ):
            with self.subTest(callback), self.assertRaises(Forged):
                self._reports(callback)
        with self.assertRaises(Forged):
            self._reports(Callback("ref1", {"": "1", "status": "1"}), report_status="")


@tagged("post_install", "-at_install")
class TestHttpAccount(HttpCase):
    def _balance(self, answer, **options):
        with Recorder([answer]) as web:
            options["balance_url"] = f"{web.url}/credit"
            gateway = self._gateway(web, options)
            return gateway.balance(), web.request

    def test_balance_is_asked_where_there_is_an_address(self):
        self.assertTrue(HttpGateway.asks_balance)
        with Recorder() as web:
            gateway = self._gateway(web)
            self.assertFalse(gateway.asks_balance)
            with self.assertRaises(NotImplementedError):
                gateway.balance()
            self.assertEqual(web.requests, [])

    def test_balance(self):
        headers = "X-Key: [password]\nX-To: [number]\nX-Text: [text]"
        balance, request = self._balance(
            {"account": {"left": "12.50"}},
            headers=headers,
            balance_path="account.left",
            balance_parameters="user = [user]\nkind = sms",
        )
        self.assertEqual(balance, Balance(12.5))
        self.assertEqual((request.method, request.path), ("GET", "/credit"))
        self.assertEqual(request.query, {"user": "the user", "kind": "sms"})
        self.assertIn("x-key", request.headers)
        self.assertFalse({"x-to", "x-text"} & set(request.headers))
        for answer, figure in ((" 1234.5\n", 1234.5), ('"7"', 7), (-3, -3)):
            self.assertEqual(self._balance(answer)[0], Balance(figure))

    def test_balance_that_is_none(self):
        for answer in (
            {},
            {"left": None},
            {"left": True},
            {"left": "nan"},
            {"left": []},
            [],
            "12",
            (400, {"left": 5}),
            (401, {"left": 5}),
            (500, {"left": 5}),
            LOST,
        ):
            with self.subTest(answer), self.assertRaises(Trouble):
                self._balance(answer, balance_path="left")

    def test_check_asks_for_the_balance_where_it_can(self):
        with Recorder(["5"]) as web:
            gateway = self._gateway(web, {"balance_url": f"{web.url}/credit"})
            self.assertEqual(gateway.check(), Balance(5))

    def test_check_with_a_balance_knows_the_account(self):
        self.assertFalse(HttpGateway.check_knows_account)
        with Recorder(["5"]) as web:
            self.assertFalse(self._gateway(web).check_knows_account)
            asking = self._gateway(web, {"balance_url": f"{web.url}/credit"})
            self.assertTrue(asking.check_knows_account)

    def test_check_tells_of_a_description_that_is_none(self):
        for options in (
            {"parameters": ""},
            {"parameters": "to = [number]"},
            {"parameters": "", "balance_url": "http://127.0.0.1/credit"},
        ):
            with self.subTest(options), Recorder() as web:
                with self.assertRaises(Trouble) as caught:
                    self._gateway(web, options).check()
                self.assertEqual(web.requests, [])
            self.assertEqual(caught.exception.reason, words.NOT_DESCRIBED)
            self.assertEqual(caught.exception.failure, Failure.ACCOUNT)
            self.assertEqual(caught.exception.verdict, Verdict.NOT_TAKEN)

    def test_check_of_what_cannot_take_a_message(self):
        page = {"Content-Type": "Text/HTML; charset=utf-8"}
        for answer, reason, failure in (
            ((301, ""), words.REDIRECTED, Failure.ACCOUNT),
            ((302, ""), words.REDIRECTED, Failure.SERVER),
            ((308, "", page), words.REDIRECTED, Failure.ACCOUNT),
            ((304, ""), "HTTP 304 Not Modified", Failure.SERVER),
            ((429, ""), "HTTP 429 Too Many Requests", Failure.SERVER),
            ((500, ""), "HTTP 500 Internal Server Error", Failure.SERVER),
            ((503, ""), "HTTP 503 Service Unavailable", Failure.SERVER),
            ((200, "", page), words.WEB_PAGE, Failure.SERVER),
        ):
            with self.subTest(answer), Recorder([answer]) as web:
                with self.assertRaises(Trouble) as caught:
                    self._gateway(web).check()
                self.assertEqual(caught.exception.reason, reason)
                self.assertEqual(caught.exception.failure, failure)
        with Recorder([(405, "", page)]) as web:
            self.assertIsNone(self._gateway(web).check())

    def test_check_otherwise_sees_who_answers_and_sends_nothing(self):
        for status in (200, 204, 400, 401, 403, 404, 405, 501):
            with Recorder([(status, "")]) as web:
                headers = "X-To: [number]\nX-Text: [text]"
                self.assertIsNone(self._gateway(web, {"headers": headers}).check())
                self.assertEqual(web.request.method, "HEAD")
                self.assertEqual(web.request.query, {})
                self.assertEqual(web.request.body, b"")
                self.assertFalse({"x-to", "x-text"} & set(web.request.headers))
        with self.assertRaises(Trouble) as caught:
            self._gateway(web).check()
        self.assertEqual(caught.exception.reason, words.NO_CONNECTION)

    def test_check_of_credentials_in_a_header(self):
        for header in ("Authorization: Bearer x", "X-Key: [password]"):
            for status in (401, 403):
                with Recorder([(status, "")]) as web:
                    gateway = self._gateway(web, {"headers": header})
                    with self.assertRaises(Trouble) as caught:
                        gateway.check()
                self.assertEqual(caught.exception.failure, Failure.ACCOUNT)
            with Recorder([(400, "")]) as web:
                self.assertIsNone(self._gateway(web, {"headers": header}).check())


@tagged("post_install", "-at_install")
class TestExchanges(HttpCase):
    """What a try shows an administrator."""

    def _exchange(self, answer, options=None, message=MESSAGE, **values):
        with Recorder([answer]) as web:
            gateway = self._gateway(web, options, **values)
            self.assertIsNone(gateway.exchanges)
            gateway.exchanges = []
            gateway.send([message])
            return gateway.exchanges, web

    def test_request_and_answer(self):
        ((exchange,), web) = self._exchange((202, "Taken"), {"headers": "X-A: b"})
        self.assertEqual(exchange.method, "POST")
        self.assertEqual(exchange.url, f"{web.url}/")
        self.assertIn("\nX-A: b\n", exchange.headers)
        self.assertEqual(exchange.body.encode(), web.request.body)
        self.assertEqual((exchange.status, exchange.answer), (202, "Taken"))

    def test_each_message_is_noted_and_nothing_by_itself(self):
        with Recorder() as web:
            gateway = self._gateway(web)
            gateway.send([MESSAGE])
            self.assertIsNone(gateway.exchanges)
            gateway.exchanges = []
            gateway.send([MESSAGE] * 5)
            self.assertEqual(len(gateway.exchanges), 5)

    def test_no_answer(self):
        ((exchange,), _web) = self._exchange(LOST)
        self.assertEqual((exchange.status, exchange.answer), (None, ""))

    def test_no_secrets_however_they_are_spelt(self):
        password = "s3cret &<ż\"/+='"
        secrets = (
            password,
            "s3cret+%26%3C%C5%BC%22%2F%2B%3D%27",
            "s3cret%20%26%3C%C5%BC%22/%2B%3D%27",
            base64.b64encode(password.encode()).decode(),
            base64.b64encode(f"the user:{password}".encode()).decode(),
            json.dumps(password)[1:-1],
            "s3cret &amp;&lt;ż",
        )
        answer = (200, "You said " + " ".join(secrets[:-1]))
        kinds = (
            {
                "parameters": f"{PARAMETERS}\np = [password]\nb = [basic]",
                "headers": "Authorization: Bearer x7\nX-Key: [password]\nX-B: [basic]",
            },
            {"method": "GET", "parameters": f"{PARAMETERS}\np = [password]"},
            {"content": "json", "body": '["[number]", "[text]", "[password]"]'},
            {
                "content": "text",
                "body": "<a>[number][text]<p>[password]</p></a>",
                "headers": "Content-Type: text/xml",
            },
        )
        for options in kinds:
            message = replace(MESSAGE, text="Hello")
            ((exchange,), web) = self._exchange(
                answer, options, message, password=password
            )
            shown = str(exchange)
            for secret in (*secrets, "s3cret", "x7"):
                self.assertNotIn(secret, shown)
            self.assertIn("•••", exchange.body or exchange.url)
            # what was sent is not masked
            sent = f"{web.request.query}{web.request.headers}{web.request.body}"
            self.assertIn("s3cret", sent)

    def test_long_ones_are_cut_after_the_secrets_are_gone(self):
        text = "x" * 4_995 + "s3cret&más" + "y" * 9_000
        ((exchange,), _web) = self._exchange(
            (200, text),
            {"content": "text", "body": "[text][number]"},
            replace(MESSAGE, text=text),
        )
        for shown in (exchange.body, exchange.answer):
            self.assertEqual(len(shown), 5_000)
            self.assertTrue(shown.endswith("x•••yy"))
