"""A provider on loopback that answers what a test tells it to, and notes what came.

For the tests of adapters, which compare each request field by field. It needs neither
Odoo nor the add-on::

    answers = [(201, {"sid": "SM1"}), (429, "Slow down", {"Retry-After": "7"})]
    with Recorder(answers) as web:
        gateway = SomeGateway(Account(base_url=web.url, local_network=True))
        …
    (first, second) = web.requests
    first.form["To"]
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

# Answers that are none: the connection is closed in place of one, or in its middle.
LOST = "lost"
HALF = "half"

# Answers, each with a status of success, that make no sense to any adapter.
ODD = (
    "",
    "OK",
    "{",
    "<html><body>Welcome to the hotel's WiFi</body></html>",
    None,
    True,
    0,
    -1.5,
    [],
    [[]],
    [None],
    [{}],
    {},
    {"": None},
    {"error": None, "message": [], "code": {}},
)


@dataclass(frozen=True)
class Request:
    """What came.

    :param path: as it was sent, without its query
    :param query: of the address, the last one of a name
    :param headers: by their names in small letters
    :param form: the fields of a form, the last one of a name; empty for other bodies
    :param pairs: the fields of a form in order, repeated ones too
    :param json: of the body, where it is JSON; otherwise None
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    form: Mapping[str, str] = field(default_factory=dict)
    pairs: tuple[tuple[str, str], ...] = ()
    json: Any = None


class Recorder:
    """``with Recorder(answers) as web: …``; adapters point at ``web.url``.

    An answer is a text, JSON (a list, a dict, None …), ``(status, text or JSON)`` or
    ``(status, text or JSON, {header: value})``; or :data:`LOST`, or ``(HALF, text)``.

    :param answers: one for each request in turn, the last one for all that come later
        too; or a function of the :class:`Request` that returns one. Requests that come
        at the same time call it at the same time.
    :param delay: seconds before each answer
    """

    def __init__(self, answers=({},), delay: float = 0):
        self._answers = answers if callable(answers) else deque(answers)
        self.delay = delay
        self.requests: list[Request] = []
        #: how many connections were made: fewer than requests where they are kept alive
        self.connections = 0
        #: most requests that were waiting for their answers at the same time
        self.most_at_once = 0
        self.lock = threading.Lock()
        self._at_once = 0

    def __enter__(self):
        handler = type("Handler", (_Handler,), {"recorder": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        serve = self._server.serve_forever
        threading.Thread(target=serve, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self._server.shutdown()
        self._server.server_close()

    @property
    def request(self) -> Request:
        """The only one that came."""
        (request,) = self.requests
        return request

    def answer_to(self, request):
        with self.lock:
            self.requests.append(request)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if self.delay:
                time.sleep(self.delay)
            if callable(self._answers):
                return self._answers(request)
            with self.lock:
                more = len(self._answers) > 1
                return self._answers.popleft() if more else self._answers[0]
        finally:
            with self.lock:
                self._at_once -= 1


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        """A client that hung up is no news."""


class _Handler(BaseHTTPRequestHandler):
    recorder: Recorder
    protocol_version = "HTTP/1.1"
    # answers are small: do not wait for more of them
    disable_nagle_algorithm = True

    def setup(self):
        with self.recorder.lock:
            self.recorder.connections += 1
        return super().setup()

    def log_message(self, *_args):
        """Not on the tests' output."""

    def _serve(self):
        self._say(self.recorder.answer_to(self._read()))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _read(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        address = urlsplit(self.path)
        kind = self.headers.get("Content-Type", "").partition(";")[0]
        pairs, data = (), None
        if kind == "application/x-www-form-urlencoded":
            pairs = tuple(parse_qsl(body.decode(), keep_blank_values=True))
        elif kind.endswith("json"):
            data = _json(body)
        return Request(
            self.command,
            address.path,
            dict(parse_qsl(address.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            body,
            dict(pairs),
            pairs,
            data,
        )

    def _say(self, answer):
        if answer == LOST:
            return self._hang_up()
        answer = answer if isinstance(answer, tuple) else (200, answer)
        status, content, headers = (*answer, {})[:3]
        is_text = isinstance(content, str)
        data = (content if is_text else json.dumps(content)).encode()
        self.send_response(200 if status == HALF else status)
        if not {name.lower() for name in headers} & {"content-type"}:
            kind = "text/plain; charset=utf-8" if is_text else "application/json"
            self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(data[: len(data) // 2] if status == HALF else data)
        self.wfile.flush()
        if status == HALF:
            self._hang_up()

    def _hang_up(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def _json(body):
    try:
        return json.loads(body)
    except ValueError:
        return None
