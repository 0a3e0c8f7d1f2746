"""An SMS provider on loopback that does what real ones do on bad days.

It speaks as SMSAPI, SerwerSMS and Kannel do, each under a path of its own, and counts
what it accepted, by reference and by number: the only witness that the tests trust. The
tests and ``bench/`` use it; it needs neither Odoo nor the add-on.
"""

import json
import socket
import threading
import time
from collections import Counter, deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

# What it may do with a request. Those after ACCEPTING have accepted the messages.
REFUSING = {"429", "503", "500", "401", "404", "quote"}
ACCEPTING = {
    "accept",  # as it should be
    "lose",  # closes the connection without an answer
    "hang",  # answers only after a while
    "500 after",  # accepted, then something broke
    "garbage",  # answers what is no JSON
    "html",  # answers with a page, as a proxy does
    "half",  # breaks off in the middle of the answer
    "some",  # mentions but the first message in its answer
}


class Provider:
    """``with Provider() as provider: …``; gateways point at ``provider.url("smsapi")``.

    :param plan: names of faults, one for each request, then ``accept``
    """

    def __init__(self, plan=(), delay=0):
        self.plan = deque(plan)
        self.delay = delay
        self.retry_after = None
        self.hang = 3
        self.points = 100
        self.refused_numbers = set()
        self.on_accept = None
        self.ignores_references = False
        self.forgets_references = False
        self.choose = None  # instead of the plan: a function without arguments
        self.forget()

    def forget(self):
        self.lock = threading.Lock()
        self.requests = []
        self.accepted = Counter()  # reference → how often a phone would have rung
        self.numbers = Counter()
        self.texts = {}
        self.report_urls = {}

    # -- running ---------------------------------------------------------------------

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_exception):
        self.stop()

    def start(self, port=0):
        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request, client_address):
                """A client that was killed is no news."""

        handler = type("Handler", (Handler,), {"provider": self})
        self.server = Server(("127.0.0.1", port), handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        """Nobody can connect any more."""
        self.server.shutdown()
        self.server.server_close()

    def url(self, kind):
        return f"http://127.0.0.1:{self.port}/{kind}"

    # -- what it knows ---------------------------------------------------------------

    @property
    def twice(self):
        """References that it accepted more than once."""
        return {ref: count for ref, count in self.accepted.items() if count > 1}

    def accept(self, messages):
        """:param messages: list of (reference, number, text)"""
        with self.lock:
            for reference, number, text in messages:
                self.accepted[reference] += 1
                self.numbers[number] += 1
                self.texts[reference] = text
        if self.on_accept:
            self.on_accept([reference for reference, _number, _text in messages])

    def next_fault(self):
        if self.choose:
            return self.choose()
        with self.lock:
            return self.plan.popleft() if self.plan else "accept"


class Handler(BaseHTTPRequestHandler):
    provider: Provider
    protocol_version = "HTTP/1.1"
    # answers are small: do not wait for more of them
    disable_nagle_algorithm = True

    def do_GET(self):
        self._serve()

    def do_POST(self):
        self._serve()

    def log_message(self, *_args):
        """Not on the tests' output."""

    # -- the provider ------------------------------------------------------------

    def _serve(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length)
        path = urlsplit(self.path).path
        with self.provider.lock:
            self.provider.requests.append((self.command, self.path, self.body))
        kind, _slash, rest = path.strip("/").partition("/")
        if self.provider.delay:
            time.sleep(self.provider.delay)
        speak = {
            "smsapi": self._smsapi,
            "serwersms": self._serwersms,
            "kannel": self._kannel,
        }[kind]
        speak(rest)

    def _smsapi(self, rest):
        if rest == "profile":
            return self._json({"name": "warehouse", "points": self.provider.points})
        form = {
            name: values[-1] for name, values in parse_qs(self.body.decode()).items()
        }
        if "status" in form:
            items = [
                {"id": one, "status": "404", "donedate": "1790000000"}
                for one in form["status"].split("|")
            ]
            return self._json({"count": len(items), "list": items})
        references = form["idx"].split("|")
        numbers = form["to"].split(",")
        assert len(references) == len(numbers), form
        with self.provider.lock:
            known = [ref for ref in references if ref in self.provider.accepted]
            if self.provider.forgets_references:
                known = []
        if known and form.get("check_idx"):
            return self._json({"error": 53, "message": "Not unique idx parameter"})
        refused = [n for n in numbers if f"+{n}" in self.provider.refused_numbers]
        if refused:
            return self._json({"error": 13, "message": "No valid phone numbers"})
        messages = [
            (reference, f"+{number}", form["message"])
            for reference, number in zip(references, numbers, strict=True)
        ]
        items = [
            {
                "id": f"id-{reference}",
                "points": 0.16,
                "number": number.lstrip("+"),
                "status": "QUEUE",
                "error": None,
                "idx": reference,
            }
            for reference, number, _text in messages
        ]
        self._decide(messages, {"count": len(items), "list": items}, "list")

    def _serwersms(self, rest):
        values = json.loads(self.body)
        if rest == "messages/reports.json":
            with self.provider.lock:
                known = set(self.provider.accepted)
            if self.provider.ignores_references and "unique_id" in values:
                known = set()
            asked = values.get("unique_id") or [
                one.removeprefix("id-") for one in values["id"]
            ]
            items = [
                {"id": f"id-{one}", "status": "delivered", "reason": None}
                for one in asked
                if one in known
            ]
            return self._json({"items": items})
        messages = [
            (reference, number, values["text"])
            for reference, number in zip(
                values["unique_id"], values["phone"], strict=True
            )
        ]
        items = [
            {
                "id": f"id-{reference}",
                "phone": number,
                "status": "unsent" if self._is_refused(number) else "queued",
                "error_code": 2001 if self._is_refused(number) else None,
                "error_message": "Invalid phone number",
            }
            for reference, number, _text in messages
        ]
        taken = [one for one in messages if not self._is_refused(one[1])]
        self._decide(taken, {"success": True, "items": items}, "items")

    def _kannel(self, _rest):
        number = self.headers["X-Kannel-To"]
        report_url = self.headers.get("X-Kannel-DLR-Url", "")
        # …/sms/report/<gateway>/<reference>/<secret>?…
        reference = report_url.partition("?")[0].split("/")[-2]
        self.provider.report_urls[reference] = report_url
        if self._is_refused(number):
            return self._answer(400, "Missing receiver(s) number(s), rejected")
        message = (reference, number, self.body.decode())
        self._decide([message], "0: Accepted for delivery", None)

    def _is_refused(self, number):
        return number in self.provider.refused_numbers

    # -- its bad days ------------------------------------------------------------

    def _decide(self, messages, answer, list_name):
        fault = self.provider.next_fault()
        assert fault in REFUSING | ACCEPTING, fault
        if fault == "quote":
            return self._answer(403, f"Wrong: {self._credentials()}")
        if fault in REFUSING:
            return self._answer(int(fault), "Not now")
        self.provider.accept(messages)
        if fault == "lose":
            self._hang_up()
        elif fault == "hang":
            time.sleep(self.provider.hang)
            self._say(answer)
        elif fault == "500 after":
            self._answer(500, "Something broke")
        elif fault == "garbage":
            self._answer(200, "\x00\x01 rubbish {")
        elif fault == "html":
            self._answer(200, "<html><body>Welcome to the hotel's WiFi</body></html>")
        elif fault == "half":
            text = answer if isinstance(answer, str) else json.dumps(answer)
            self._answer(200, text, cut=len(text) // 2)
        elif fault == "some" and list_name:
            self._say({**answer, list_name: answer[list_name][:1]})
        else:
            self._say(answer)

    def _say(self, answer):
        if isinstance(answer, str):
            self._answer(202, answer)
        else:
            self._json(answer)

    def _json(self, data):
        self._answer(200, json.dumps(data), "application/json")

    def _answer(self, status, text, kind="text/plain", cut=None):
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        if self.provider.retry_after and status in (429, 503):
            self.send_header("Retry-After", str(self.provider.retry_after))
        self.end_headers()
        self.wfile.write(content[:cut])
        self.wfile.flush()
        if cut:
            self._hang_up()

    def _credentials(self):
        headers = [f"{name}={value}" for name, value in self.headers.items()]
        return f"{headers} {self.body}"

    def _hang_up(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)
