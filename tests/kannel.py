"""A real Kannel on loopback: Debian's ``bearerbox`` and ``smsbox``, and an operator.

The operator is Kannel's own ``fakesmsc``: it takes whatever comes, prints it, and has
bearerbox report it as delivered. ``./dev/kannel`` runs this file for a person to play
with; the tests start and stop each process. It needs neither Odoo nor the add-on.

Seen with Kannel 1.4.5:

* ``fakesmsc`` writes a short text as it is, in UTF-8, its line breaks included, so that
  one SMS may take several lines; it does not say the encoding of the parts of a long
  one. Bearerbox's access log knows encoding and length, but blanks out letters: only
  both together tell what arrived. A carriage return before a line break is lost.
* It reports 8 and then 1, for the first part of a long SMS alone.
* A number that no operator takes (:data:`REFUSED_PREFIX`) is refused at once, by
  *403 Not routable. Do not try again.*, and reported as 16 as well.
* A bearerbox that stops takes smsbox along: nobody can connect any more. While the
  operator is away, it takes messages (*3: Queued for later delivery*) and keeps them.
"""

from __future__ import annotations

import http.client
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_from_bytes, unquote_to_bytes

HOST = "127.0.0.1"
USERNAME = "user"
PASSWORD = "secret"
# No operator takes numbers that begin so.
REFUSED_PREFIX = "+48699"
# Where phones send their replies to.
OUR_NUMBER = "500600"
MISSING = (
    "%s is not on the PATH. ./dev/test and ./dev/kannel fetch Kannel by themselves; "
    "else install Debian's packages kannel and kannel-extras."
)

CONFIGURATION = """\
group = core
admin-port = {admin}
admin-interface = {host}
admin-password = {password}
smsbox-port = {smsbox}
smsbox-interface = {host}
box-allow-ip = {host}
access-log = {directory}/access.log
access-log-format = "%l|%i|%p|%P|%c|%L"
store-type = spool
store-location = {directory}/store
dlr-storage = spool
dlr-spool = {directory}/dlr
sms-resend-freq = 1

# The operator: messages to phones.
group = smsc
smsc = fake
smsc-id = operator
our-host = {host}
port = {operator}
connect-allow-ip = {host}
denied-prefix = "{refused_prefix}"

# The same operator once more: messages of phones. No message is sent this way.
group = smsc
smsc = fake
smsc-id = phones
our-host = {host}
port = {phones}
connect-allow-ip = {host}
allowed-smsc-id = nobody

# What cannot be told to Odoo now is told later: replies, and reports.
group = smsbox
bearerbox-host = {host}
sendsms-port = {sendsms}
sendsms-interface = {host}
http-request-retry = 60
http-queue-delay = 1

# Without the last two a long text is cut off after 160 characters.
group = sendsms-user
username = {username}
password = {password}
max-messages = 10
concatenation = true

{service}
"""

# What phones send. Whatever is answered to it, no SMS is.
SERVICE = """\
group = sms-service
keyword = default
catch-all = true
max-messages = 0
{action}
"""
NOBODY = 'text = ""'
# As gateways/kannel.py has it.
TELL = "send-sender = true\npost-url = {url}"

# Ports, counted from the one that messages are handed over to.
PORTS = ("sendsms", "smsbox", "admin", "operator", "phones")
CODINGS = {"0": "GSM-7", "1": "8-bit", "2": "UCS-2"}
LETTERS = {"GSM-7": "utf-8", "8-bit": "latin-1", "UCS-2": "utf-16-be"}

# What fakesmsc prints, line by line: "Got message 1: <MyFirm +48601234567 text Hello>".
GOT = re.compile(rb"^[^<\n]* Got message \d+: <(.*)>$", re.MULTILINE)
HEAD = re.compile(rb"(.*?) (\+?\d+) (text|data|ucs-2|udh) (.*)")
# What bearerbox notes of each message, long or short.
SENT = re.compile(r"Sent SMS\|operator\|(.*)\|(.*)\|(\d)\|(\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Sms:
    """What the operator got.

    :param parts: how many it took
    :param coding: ``"GSM-7"`` or ``"UCS-2"``
    """

    sender: str
    receiver: str
    text: str
    parts: int
    coding: str


class Kannel:
    """``with Kannel(directory) as kannel: …``; a gateway points at ``kannel.url()``.

    :param directory: where its configuration, its logs and what it keeps lie
    :param port: where messages are handed over; the next four are in use too. None:
        some that are free
    :param replies: address that is told what phones send; empty: nobody is told
    :param service: instead of it, the lines of the configuration that are about replies
    """

    def __init__(self, directory, port=None, password=PASSWORD, replies="", service=""):
        self.directory = Path(directory).resolve()
        self.port = port or free_port()
        self.password = password
        self.replies = replies
        url = quoted(f"{replies}?id=%I&at=%T")
        action = TELL.format(url=url) if replies else NOBODY
        self.service = service or SERVICE.format(action=action)
        configuration = str(self.directory / "kannel.conf")
        self.bearerbox = Process(
            self, "bearerbox", ["-v", "1", configuration], self.status
        )
        self.smsbox = Process(
            self,
            "smsbox",
            ["-v", "1", configuration],
            lambda: "<type>smsbox</type>" in self.status(),
        )
        # it sends nothing, and has to be given something to send all the same
        port = str(self.ports()["operator"])
        self.operator = Operator(
            self,
            "fakesmsc",
            ["-H", HOST, "-r", port, "-m", "0", "1 2 text nothing"],
            lambda: re.search(r"<id>operator</id>\s*<status>online", self.status()),
        )

        self.bearerbox.takes_along = (self.smsbox, self.operator)

    def url(self, _kind="kannel"):
        return f"http://{HOST}:{self.port}"

    # -- running ---------------------------------------------------------------------

    def __enter__(self):
        self.configure()
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_exception):
        self.kill()

    def configure(self):
        """Write ``kannel.conf``. Kannel reads it when it starts."""
        for name in ("store", "dlr"):
            (self.directory / name).mkdir(parents=True, exist_ok=True)
        (self.directory / "kannel.conf").write_text(
            CONFIGURATION.format(
                host=HOST,
                directory=self.directory,
                username=USERNAME,
                password=quoted(self.password),
                refused_prefix=REFUSED_PREFIX,
                service=self.service,
                **self.ports(),
            )
        )

    def start(self):
        """Start what does not run, and wait until messages can be sent."""
        for process in (self.bearerbox, self.smsbox, self.operator):
            process.start()

    def kill(self):
        """End all that runs, as a power failure does."""
        for process in (self.operator, self.smsbox, self.bearerbox):
            process.kill()

    def close_operator(self):
        """Close the connection to the operator for good. What waits for it is given up:
        it was accepted, and is then reported as 16."""
        self.ask("/stop-smsc?smsc=operator")

    # -- phones ----------------------------------------------------------------------

    def phone_sends(self, number, text, to=OUR_NUMBER):
        """A phone sends an SMS; returns when Kannel has it.

        :param str number: of the phone, without blanks
        :param str text: in any letters, of any length: it comes in one part
        """
        before = self._received()
        phone = Process(
            self,
            "fakesmsc",
            ["-H", HOST, "-r", str(self.ports()["phones"]), "-i", "0", "-m", "1"]
            + [f"{number} {to} {as_line(text)}"],
            lambda: self._received() > before,
            log="phones.log",
        )
        try:
            phone.start()
        finally:
            phone.kill()

    def _received(self):
        return self.contents("access.log").count(b" Receive SMS|phones|")

    # -- inside ----------------------------------------------------------------------

    def contents(self, name):
        """:return: the bytes of a file of its; of one that is not there, none"""
        try:
            return (self.directory / name).read_bytes()
        except FileNotFoundError:
            return b""

    def ports(self):
        return {name: self.port + index for index, name in enumerate(PORTS)}

    def status(self):
        """What bearerbox says of itself, as XML; empty when it does not run."""
        try:
            return self.ask("/status.xml")
        except (OSError, http.client.HTTPException):
            return ""

    def ask(self, command):
        """Bearerbox's own commands, over HTTP.

        :return: its answer
        """
        sign = "&" if "?" in command else "?"
        path = f"{command}{sign}password={quote(self.password)}"
        connection = http.client.HTTPConnection(HOST, self.ports()["admin"], timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()


class Process:
    """A program of Kannel's. The kernel ends it when the thread ends that started it.

    :param is_ready: function without arguments
    """

    #: those that end when this one does
    takes_along = ()

    def __init__(self, kannel, program, arguments, is_ready, log=""):
        self.kannel = kannel
        self.program = program
        self.arguments = arguments
        self.is_ready = is_ready
        self.log = log or f"{program}.log"
        self.popen = None

    @property
    def runs(self):
        return self.popen is not None and self.popen.poll() is None

    def start(self):
        """Start it, unless it runs, and wait until it is of use.

        :raise RuntimeError: when it ends by itself, with the end of its log
        """
        # one that bearerbox takes along may still be on its way out
        if self._is_of_use():
            return
        self.popen = self._launch()
        if not self._is_of_use():
            end = self.kannel.contents(self.log).decode(errors="replace")[-2000:]
            raise RuntimeError(f"{self.program} does not run:\n{end}")

    def _is_of_use(self):
        """Wait until it is, or has ended."""
        wait_until(lambda: not self.runs or self.is_ready(), f"{self.program} is ready")
        return self.runs

    def _launch(self):
        program = shutil.which(self.program)
        if not program:
            raise RuntimeError(MISSING % self.program)
        with open(self.kannel.directory / self.log, "ab") as log:
            return subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", program, *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stop(self):
        """Ask it to end, and wait until it has, and bearerbox knows: until then that
        counts as sent what goes to an operator who is not there."""
        if self.runs:
            self.popen.terminate()
            try:
                self.popen.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        wait_until(lambda: not self.is_ready(), f"{self.program} is missed")
        for other in self.takes_along:
            wait_until(lambda other=other: not other.runs, f"{other.program} ends")

    def kill(self):
        """End it as a power failure does."""
        if self.runs:
            os.killpg(self.popen.pid, signal.SIGKILL)
            self.popen.wait()

    def freeze(self):
        """Let it take connections, and do nothing; only :meth:`kill` ends that."""
        self.popen.send_signal(signal.SIGSTOP)


class Operator(Process):
    """``fakesmsc``, at the other end of bearerbox."""

    def messages(self):
        """What it got since the beginning, long ones put together again.

        :return: list of :class:`Sms` in the order of their arrival, without those that
            are still on their way
        """
        # in this order: what arrived is noted a moment later
        notes = SENT.findall(self.kannel.contents("access.log").decode())
        messages = []
        for arrival in arrivals(self.kannel.contents(self.log)):
            note = next((note for note in notes if arrival.is_whole(*note)), None)
            if note:
                notes.remove(note)
                messages.append(arrival.decoded(CODINGS[note[2]]))
        return messages

    def wait_for(self, count):
        """:return: its messages, once there are so many"""
        wait_until(
            lambda: len(self.messages()) >= count, f"{count} messages at the operator"
        )
        return self.messages()


@dataclass
class Arrival:
    """What came of one message. :param parts: their bytes, by their place in it"""

    sender: str
    receiver: str
    total: int
    parts: dict

    @property
    def data(self):
        return b"".join(part for _place, part in sorted(self.parts.items()))

    def is_whole(self, sender, receiver, _coding, length):
        """Whether all of the message has come that bearerbox has noted so."""
        missing = int(length) - len(self.data)
        return (
            (self.sender, self.receiver) == (sender, receiver)
            and len(self.parts) == self.total
            # a carriage return may be lost at each line break
            and 0 <= missing <= self.data.count(b"\n")
        )

    def decoded(self, coding):
        text = self.data.decode(LETTERS[coding])
        return Sms(self.sender, self.receiver, text, self.total, coding)


def arrivals(log):
    """:param bytes log: what the operator printed"""
    found, open_ones = [], {}
    for line in GOT.findall(log):
        match = HEAD.fullmatch(line)
        if not match:
            # after a line break in the text of the one before
            found[-1].parts[1] += b"\n" + line
            continue
        sender, receiver = match[1].decode(), match[2].decode()
        kind, data = match[3], match[4]
        if kind != b"udh":
            data = data if kind == b"text" else unquoted(data)
            found.append(Arrival(sender, receiver, 1, {1: data}))
            continue
        header, _data, data = data.split(b" ", 2)
        *reference, total, place = unquoted(header)
        key = (sender, receiver, total, *reference)
        if key not in open_ones:
            open_ones[key] = Arrival(sender, receiver, total, {})
            found.append(open_ones[key])
        open_ones[key].parts[place] = unquoted(data)
        if len(open_ones[key].parts) == total:
            del open_ones[key]  # the reference is one of 256
    return found


def unquoted(data):
    return unquote_to_bytes(data.replace(b"+", b" "))


def as_line(text):
    """How ``fakesmsc`` is told what to send."""
    if text.isascii() and text.isprintable():
        return f"text {text}"
    return f"ucs2 {quote_from_bytes(text.encode('utf-16-be'))}"


def quoted(value):
    """As a value in ``kannel.conf``."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def free_port():
    """The first of as many free ports in a row as a Kannel needs, where no program gets
    one by chance."""
    for _try in range(100):
        port = random.randrange(20000, 30000, len(PORTS))
        if all(is_free(port + index) for index in range(len(PORTS))):
            return port
    raise RuntimeError("No free ports.")


def is_free(port):
    """Whether no program listens there."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((HOST, port))
        except OSError:
            return False
    return True


def wait_until(condition, what, seconds=20):
    """:raise TimeoutError: when it has not become true by then"""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"Not within {seconds} s: {what}")
        time.sleep(0.02)
