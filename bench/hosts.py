"""./dev/bench hosts [--messages 5000] [--answer 0.05] [--only cron1,cron2,jobs2,jobs4]

As on more than one host: two Odoo servers with workers for what comes in over HTTP,
behind a balancer; and either cron processes of their own, or OCA's queue_job, to send.
All of them on one PostgreSQL. They empty an outbox through a real Kannel, which reports
each message as delivered, and through a provider that takes a while for its answers.

Prints a table for ``bench/README.md``; exits with 1 when one was lost or sent twice.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path

import psycopg2
from common import run
from options import options_of

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "tests"))

from kannel import PASSWORD, SENT, USERNAME, Kannel
from provider import Provider

HOST = "127.0.0.1"
PATIENCE = 600  # seconds for one outbox to get empty
REPORTED = 0.95  # which part of the messages

QUEUE = """
import time
env["sms.gateway"].search([]).active = False
company = env.ref("base.main_company")
company._organizer_set_channel("sms", True)
env["sms.gateway"].create({
    "name": "Hosts", "provider": "kannel", "company_id": company.id,
    "base_url": %(url)r, "username": %(username)r, "password": %(password)r,
    "sender": "Hosts", "local_network": True, "test_mode": False,
})
env["sms.sms"].create([
    {"number": "+4860%%07d" %% number, "body": "Invoice %%s is due" %% number,
     "company_id": company.id}
    for number in range(%(messages)s)
])
env.cr.commit()
env.registry.signal_changes()  # other processes know the gateways by heart
env["sms.sms"]._wake()
env.cr.commit()
print("BEGIN", time.time(), flush=True)
"""

# -- the machines --------------------------------------------------------------------


def free_port():
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        return listening.getsockname()[1]


@contextmanager
def odoo(folder, *options, **environment):
    """A server of Odoo's, with all its processes, until the end."""
    log = Path(folder) / f"odoo-{time.monotonic_ns()}.log"
    process = subprocess.Popen(
        ["odoo", "server", "-d", database(), f"--logfile={log}", *options],
        env={**os.environ, **environment},
        start_new_session=True,
        stderr=subprocess.DEVNULL,  # the log has it all
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Balancer(ThreadingHTTPServer):
    """Gives requests to the servers in turn, each over a connection of its own: a
    worker of Odoo's takes one connection at a time, idle or not."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port, ports):
        super().__init__((HOST, port), Request)
        self.ports = cycle(ports)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """Who called has gone; or the server is not there, and is called again."""


class Request(BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server = http.client.HTTPConnection(HOST, next(self.server.ports))
        headers = {**self.headers, "Connection": "close"}
        server.request(self.command, self.path, body or None, headers)
        answer = server.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        server.close()

    do_POST = do_GET

    def log_message(self, *_arguments):
        """Addresses of reports hold secrets."""


def wait_for(ports):
    for port in ports:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                socket.create_connection((HOST, port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.2)
        else:
            sys.exit(f"No server of Odoo's answers on port {port}")


# -- who sends -----------------------------------------------------------------------


@contextmanager
def site(crons=0, jobs=0):
    """Two servers for HTTP behind a balancer, and who sends.

    :param int crons: processes that run scheduled actions and nothing else
    :param int jobs: at a time, over both servers
    """
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        front, *ports = free_port(), free_port(), free_port()
        set_parameter("web.base.url", f"http://{HOST}:{front}")
        balancer = stack.enter_context(Balancer(front, ports))
        stack.callback(balancer.shutdown)
        options, environment = [], {}
        if jobs:
            options = ["--load=base,web,queue_job"]
            environment = {
                "ODOO_QUEUE_JOB_CHANNELS": f"root:{jobs}",
                "ODOO_QUEUE_JOB_PORT": str(front),
            }
        # a worker more than jobs, for what comes in
        workers = f"--workers={max(2, jobs // 2 + 1)}"
        for port in ports:
            of_http = [f"--http-port={port}", f"--gevent-port={free_port()}"]
            of_http += [workers, "--max-cron-threads=0", *options]
            stack.enter_context(odoo(folder, *of_http, **environment))
        wait_for(ports)
        for _process in range(crons or 1):  # with jobs, one for all that is left
            of_cron = ["--no-http", "--workers=1", "--max-cron-threads=1"]
            stack.enter_context(odoo(folder, *of_cron))
        wait_until(lambda: not jobs or has_runner(), "a job runner")
        time.sleep(10)  # what a start has to do
        yield


def wait_until(condition, words):
    until = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > until:
            sys.exit(f"Waited in vain for {words}")
        time.sleep(0.1)


# -- the database --------------------------------------------------------------------


def database():
    return os.environ["PGDATABASE"]


def query(sql, *parameters):
    connection = psycopg2.connect(dbname=database())
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


def set_parameter(key, value):
    query(
        "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        key,
        value,
    )


def has_runner():
    return query(
        "SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database"
        " WHERE locktype = 'advisory' AND datname = current_database()"
    )


def states():
    """Of the messages of this round, by what became of them."""
    return Counter(
        dict(
            query(
                "SELECT state, count(*) FROM sms_sms WHERE gateway_id ="
                " (SELECT max(id) FROM sms_gateway) OR state = 'outgoing'"
                " GROUP BY state"
            )
        )
    )


# -- one round -----------------------------------------------------------------------


def send(url, messages):
    """Queue them, and wait until nothing waits.

    :return: time at which they were queued, seconds until all had left
    """
    output = shell(
        QUEUE
        % {
            "url": url,
            "messages": messages,
            "username": USERNAME,
            "password": PASSWORD,
        }
    )
    begin = float(output.partition("BEGIN ")[2].split()[0])
    wait_until(
        lambda: not (found := states())["outgoing"] and not found["process"],
        "the outbox to get empty",
    )
    return begin, time.time() - begin


def shell(script):
    return subprocess.run(
        ["odoo", "shell", "--no-http", "--log-level=error"],
        input=script,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def through_kannel(messages):
    """:return: messages a second to Kannel, and until most were reported"""
    folder = tempfile.mkdtemp()
    try:
        with Kannel(folder) as kannel:
            begin, seconds = send(kannel.url(), messages)
            # Kannel takes its time to repeat the last ones
            enough = int(messages * REPORTED)
            wait_until(lambda: states()["sent"] >= enough, "the delivery reports")
            reported = time.time() - begin
            log = kannel.contents("access.log").decode(errors="replace")
    finally:
        shutil.rmtree(folder)
    check(
        Counter(receiver for _sender, receiver, *_rest in SENT.findall(log)), messages
    )
    return messages / seconds, enough / reported


def through_slow_one(messages, answer):
    with Provider(delay=answer) as provider:
        _begin, seconds = send(provider.url("kannel"), messages)
    check(provider.numbers, messages)
    return messages / seconds


def check(numbers, messages):
    twice = [number for number, count in numbers.items() if count > 1]
    if len(numbers) != messages or twice:
        sys.exit(f"{len(numbers)} of {messages} sent, {len(twice)} of them twice")


ROUNDS = {
    "cron1": ("1 cron process", {"crons": 1}),
    "cron2": ("2 cron processes", {"crons": 2}),
    "jobs2": ("queue_job, 2 at a time", {"jobs": 2}),
    "jobs4": ("queue_job, 4 at a time", {"jobs": 4}),
}


def main():
    options = options_of("hosts")
    print(
        f"| who sends | Kannel: a second | reported a second | "
        f"{options.answer * 1000:.0f} ms an answer: a second |\n"
        "| --------- | ---------------- | ----------------- | "
        "----------------------- |",
        flush=True,
    )
    for name in options.only:
        label, who = ROUNDS[name]
        if "jobs" in who:
            subprocess.run(
                ["odoo", "-i", "queue_job", "--stop-after-init", "--no-http"]
                + ["-d", database(), "--log-level=error"],
                check=True,
                stderr=subprocess.DEVNULL,
            )
        with site(**who):
            taken, reported = through_kannel(options.messages)
            slow = through_slow_one(options.messages, options.answer)
        print(f"| {label} | {taken:.0f} | {reported:.0f} | {slow:.0f} |", flush=True)
    print(
        f"\n{time.strftime('%Y-%m-%d')}, {options.messages} messages,"
        f" {os.cpu_count()} cores for all of it, twice 0, lost 0."
    )


if __name__ == "__main__":
    run(main)
