"""python bench/fake_provider.py [--port 0]: an SMS provider for measurements.

A process of its own, so that it takes no time of the one that is measured, and as
small as it can be: HTTP/1.1 with connections that are kept alive, an answer after a
delay that can be set, and a count of what it accepted, by reference and by number. It
speaks as Odoo's own service (IAP), Twilio, Kannel and SMSAPI do. For its bad days there
is ``tests/provider.py``.

``class Provider`` starts it and asks it; on standard output is its port.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import urllib.request
from collections import Counter
from urllib.parse import parse_qs

IAP = "/api/sms/3/send"


class Provider:
    """``with Provider(delay=0.02) as provider: …``

    :param float delay: seconds that it takes for an answer
    """

    def __init__(self, delay=0, port=0):
        self.delay = delay
        self.port = port

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_exception):
        self.stop()

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--port", str(self.port)],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is not for it
        )
        self.port = int(self.process.stdout.readline())
        self.set(delay=self.delay)

    def stop(self):
        """Nobody can connect any more, and it forgets what it accepted."""
        self.process.terminate()
        self.process.wait()

    @property
    def root(self):
        return f"http://127.0.0.1:{self.port}"

    def url(self, kind):
        """:param str kind: ``iap``, ``twilio``, ``kannel`` or ``smsapi``"""
        return self.root if kind == "iap" else f"{self.root}/{kind}"

    def set(self, **settings):
        self._ask("/_set", settings)

    def forget(self):
        self._ask("/_forget")

    def count(self):
        """:return: how many it has accepted by now"""
        return self._ask("/_count")

    def accepted(self):
        """:return: ``{"references": {reference: times}, "numbers": {…}}``"""
        return self._ask("/_accepted")

    def _ask(self, path, data=None):
        request = urllib.request.Request(
            self.root + path, json.dumps(data or {}).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


class Books:
    """What was accepted, and how it answers."""

    def __init__(self):
        self.delay = 0
        self.forget()

    def forget(self):
        self.references = Counter()
        self.numbers = Counter()

    def accept(self, reference, number):
        self.references[reference] += 1
        self.numbers["+" + number.lstrip("+")] += 1


class Connection(asyncio.Protocol):
    """One client; requests one after another, as ``http.client`` sends them."""

    def __init__(self, books):
        self.books = books
        self.buffer = b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        while request := self._next():
            path, headers, body = request
            answer = self._answer(path, headers, body)
            if self.books.delay and not path.startswith("/_"):
                loop = asyncio.get_running_loop()
                loop.call_later(self.books.delay, self._write, answer)
            else:
                self._write(answer)

    def _write(self, answer):
        if not self.transport.is_closing():
            self.transport.write(answer)

    def _next(self):
        """:return: (path, headers, body) of a request that is here; else None"""
        head, blank, rest = self.buffer.partition(b"\r\n\r\n")
        if not blank:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _colon, value in (line.partition(":") for line in lines)
        }
        if headers.get("expect"):
            raise ValueError("Expect is not spoken here")
        length = int(headers.get("content-length") or 0)
        if len(rest) < length:
            return None
        self.buffer = rest[length:]
        return first.split(" ")[1], headers, rest[:length]

    def _answer(self, path, headers, body):
        status, data = self._speak(path, headers, body)
        is_text = isinstance(data, str)
        content = data.encode() if is_text else json.dumps(data).encode()
        kind = "text/plain" if is_text else "application/json"
        return (
            f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        ).encode() + content

    def _speak(self, path, headers, body):
        if path.startswith("/_"):
            return "200 OK", self._control(path, body)
        if path == IAP:
            return "200 OK", self._iap(json.loads(body))
        if path.startswith("/twilio/"):
            return "201 Created", self._twilio(body)
        if path.startswith("/kannel/"):
            return "202 Accepted", self._kannel(headers)
        if path.startswith("/smsapi/"):
            return "200 OK", self._smsapi(body)
        return "404 Not Found", "?"

    def _control(self, path, body):
        books = self.books
        if path == "/_set":
            vars(books).update(json.loads(body))
        elif path == "/_forget":
            books.forget()
        elif path == "/_count":
            return books.references.total()
        elif path == "/_accepted":
            return {"references": books.references, "numbers": books.numbers}
        return True

    def _iap(self, call):
        results = []
        for message in call["params"]["messages"]:
            for one in message["numbers"]:
                self.books.accept(one["uuid"], one["number"])
                results.append({"uuid": one["uuid"], "state": "success", "credit": 1})
        return {"jsonrpc": "2.0", "id": call["id"], "result": results}

    def _twilio(self, body):
        form = parse_qs(body.decode())
        # …/sms_twilio/status/UUID: Twilio itself takes no reference
        reference = form["StatusCallback"][0].rstrip("/").rpartition("/")[2]
        self.books.accept(reference, form["To"][0])
        return {"sid": f"SM{reference}", "status": "queued"}

    def _kannel(self, headers):
        # …/sms/report/GATEWAY/REFERENCE/SECRET?…
        report_url = headers["x-kannel-dlr-url"]
        reference = report_url.partition("?")[0].split("/")[-2]
        self.books.accept(reference, headers["x-kannel-to"])
        return "0: Accepted for delivery"

    def _smsapi(self, body):
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if "status" in form:
            return {"count": 0, "list": []}
        if "idx" not in form:  # /profile
            return {"name": "bench", "points": 1000}
        references = form["idx"].split("|")
        if any(one in self.books.references for one in references):
            return {"error": 53, "message": "Not unique idx parameter"}
        items = []
        for reference, number in zip(references, form["to"].split(","), strict=True):
            self.books.accept(reference, number)
            items.append({"id": f"id-{reference}", "number": number, "idx": reference})
        return {"count": len(items), "list": items}


async def serve(port):
    books = Books()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(books), "127.0.0.1", port, backlog=512
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
