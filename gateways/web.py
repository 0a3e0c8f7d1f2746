"""What all providers have in common that are reached by HTTP.

The one question is: *did the request leave?* What surely did not may be tried again by
itself; what may have arrived is in doubt until somebody knows better.
"""

from __future__ import annotations

import socket
import ssl
import time
from abc import abstractmethod
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import HTTPBasicAuth
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from .base import Account, Failure, Gateway, Message, Outcome, Trouble, Verdict
from .masking import MASK, without_spellings
from .network import GuardedAdapter, LocalAddressError
from .words import (
    BROKE_OFF,
    LOCAL_ADDRESS,
    NO_ANSWER,
    NO_CONNECTION,
    NO_REQUEST,
    NO_SECURE_CONNECTION,
    NO_TIME,
    NONSENSE,
    REDIRECTED,
    UNKNOWN_HOST,
)

# Seconds for a connection, and again for each piece of the answer.
TIMEOUT = 15
# Longer answers are no answers of an SMS provider.
MAX_ANSWER = 5_000_000
# What of an unexpected answer is worth showing to a person.
MAX_WORDS = 200
# What of a request and of its answer is worth showing to an administrator.
MAX_SHOWN = 5_000
# Headers that are nothing but credentials.
CREDENTIALS = {"authorization", "proxy-authorization", "cookie", "set-cookie"}

# Raised before the first byte of a request has left.
NOTHING_LEFT = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidProxyURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    ConnectTimeoutError,
    NewConnectionError,  # also when a name cannot be resolved
    ssl.SSLCertVerificationError,
    UnicodeEncodeError,  # in a header
)

# Reasons of OpenSSL's that come with the handshake only.
HANDSHAKE = {
    "CERTIFICATE_VERIFY_FAILED",
    "HTTP_REQUEST",
    "NO_PROTOCOLS_AVAILABLE",
    "SSLV3_ALERT_HANDSHAKE_FAILURE",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "UNSUPPORTED_PROTOCOL",
    "WRONG_VERSION_NUMBER",
}

# What these say was not accepted. Any other trouble may come after the acceptance.
# A proxy may say 503 of a request that it has handed on: it counts only where the
# provider itself is known to say so before it takes anything.
BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS})
BUSY_BEFORE_TAKING = BUSY | {HTTPStatus.SERVICE_UNAVAILABLE}
# What these say of a request leaves open whether it was taken.
IN_DOUBT = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, 425}
# The request went nowhere: its address is another one.
MOVED = {
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
}
REDIRECTS = MOVED | {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER}
MISCONFIGURED = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.PAYMENT_REQUIRED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.GONE,
}


NOT_BEGUN = Trouble(Verdict.NOT_TAKEN, NO_TIME)


@dataclass(frozen=True)
class Answer:
    """What a provider answered.

    :param data: the JSON of it; None where it is none
    :param retry_after: seconds, where it says so
    :param media_type: in small letters, ``text/html``; empty where it does not say
    """

    status: int
    text: str
    data: Any = None
    retry_after: float | None = None
    media_type: str = ""


@dataclass(frozen=True)
class Exchange:
    """What went over the wire, to be shown: without secrets, and cut where it is long.

    :param headers: as lines, ``Name: value``
    :param status: None where no answer came
    """

    method: str
    url: str
    headers: str
    body: str
    status: int | None = None
    answer: str = ""


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it was raised from, by whatever road."""
    seen = set()
    pending = [error]
    while pending:
        one = pending.pop()
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            # urllib3 keeps it in ``reason``, requests keeps urllib3's in ``args``
            pending += [one.__cause__, one.__context__, getattr(one, "reason", None)]
            pending += one.args


def nothing_left(error: BaseException) -> bool:
    """Whether the request surely never left, by what it was raised from."""
    return any(
        isinstance(one, NOTHING_LEFT) or _is_handshake(one) for one in causes(error)
    )


def why_nothing_left(error: BaseException) -> tuple[str, Failure]:
    """In our own words: whose fault it is."""
    chain = list(causes(error))
    if any(isinstance(one, LocalAddressError) for one in chain):
        return LOCAL_ADDRESS, Failure.ACCOUNT
    if any(isinstance(one, socket.gaierror) for one in chain):
        return UNKNOWN_HOST, Failure.ACCOUNT
    if any(isinstance(one, ssl.SSLError) for one in chain):
        return NO_SECURE_CONNECTION, Failure.ACCOUNT
    if any(isinstance(one, (ConnectTimeoutError, NewConnectionError)) for one in chain):
        return NO_CONNECTION, Failure.SERVER
    return NO_REQUEST, Failure.ACCOUNT


def _is_handshake(error):
    """Whether TLS failed before anything was said over it."""
    return (
        isinstance(error, ssl.SSLError) and getattr(error, "reason", None) in HANDSHAKE
    )


class WebGateway(Gateway):
    """A provider that is reached by HTTP, over a session that is kept alive."""

    #: calls at the same time
    threads = 1
    #: statuses by which it says that it has taken nothing now
    busy: frozenset[int] = BUSY
    #: where each call is noted, when somebody wants to see them
    exchanges: list[Exchange] | None = None

    def __init__(self, account: Account):
        super().__init__(account)
        self.url = (account.base_url or self.default_url).rstrip("/")
        self.session = requests.Session()
        self.session.headers["User-Agent"] = "sms_organizer"
        adapter = GuardedAdapter(account.local_network, self.threads)
        self.session.mount("http://", adapter)
        self.session.mount("https://", adapter)
        self.settings: dict[tuple[str, str], dict] = {}

    def authenticate(self, request):
        """Add the credentials to a prepared request. Never in the address: it is logged
        by whoever it passes. It keeps those of a .netrc from being sent instead.
        """
        return request

    def call(self, method: str, path: str, **kwargs) -> Answer:
        """One request, and its answer whatever its status.

        :param path: after the gateway's address; or a whole address
        :param kwargs: as ``requests`` takes them: ``json``, ``data``, ``params``, …
        :raise Trouble: without an answer
        """
        if self.deadline is not None and time.monotonic() > self.deadline:
            # nobody waits any more for what would become of it
            raise Trouble(Verdict.NOT_TAKEN, NO_TIME)
        request = answer = None
        try:
            request = self._prepare(method, path, kwargs)
            answer = self._fetch(request)
            return answer
        # ValueError, UnicodeError: what an address or a header cannot be
        except (requests.RequestException, OSError, ValueError) as error:
            # no words of its own: it may quote the request
            if nothing_left(error):
                words, failure = why_nothing_left(error)
                raise Trouble(Verdict.NOT_TAKEN, words, failure) from None
            late = isinstance(error, requests.Timeout)
            words = NO_ANSWER if late else BROKE_OFF
            raise Trouble(Verdict.UNKNOWN, words) from None
        finally:
            self._note(request, answer)

    def _prepare(self, method, path, kwargs):
        url = path if path.startswith(("http://", "https://")) else self.url + path
        # what the session would add, but for cookies: a provider knows us by each call
        headers = self.session.headers.copy()
        headers.update(kwargs.pop("headers", {}))
        request = requests.Request(
            method, url, headers, auth=self.authenticate, **kwargs
        )
        return request.prepare()

    def _fetch(self, request):
        with self.session.send(
            request,
            timeout=TIMEOUT,
            allow_redirects=False,  # it might send again, or somewhere else
            **self._settings(request.url),
        ) as response:
            return self._read(response)

    def _settings(self, url):
        """Proxies, and whom to trust, as the machine is told: asked once a host, it
        takes as long as a call."""
        parts = urlsplit(url)
        host = (parts.scheme, parts.netloc)
        if host not in self.settings:
            self.settings[host] = self.session.merge_environment_settings(
                url, {}, True, None, None
            )
        return self.settings[host]

    def _note(self, request, answer):
        if self.exchanges is None or request is None:
            return
        headers = "\n".join(
            f"{name}: {MASK if name.lower() in CREDENTIALS else self._shown(value)}"
            for name, value in request.headers.items()
        )
        self.exchanges.append(
            Exchange(
                request.method,
                self._shown(request.url),
                headers,
                self._shown(request.body),
                answer and answer.status,
                self._shown(answer and answer.text),
            )
        )

    def _shown(self, content):
        """:param content: text, bytes in UTF-8, or None"""
        if isinstance(content, bytes):
            content = content.decode("utf-8", "replace")
        return without_spellings(self.account, content or "")[:MAX_SHOWN]

    def ask(self, method: str, path: str, **kwargs) -> Answer:
        """As :meth:`call`, for an answer that has to be of use.

        :raise Trouble: also when the provider is busy, refuses us, or answers nonsense
        """
        answer = self.call(method, path, **kwargs)
        trouble = self.trouble(answer)
        if trouble:
            raise trouble
        return answer

    def trouble(self, answer: Answer) -> Trouble | None:
        """What is wrong with the answer as a whole, judged by its status alone."""
        words = REDIRECTED if answer.status in REDIRECTS else self.words(answer)
        if answer.status in self.busy:
            return Trouble(Verdict.NOT_TAKEN, words, retry_after=answer.retry_after)
        if answer.status in MISCONFIGURED | MOVED:
            return Trouble(Verdict.NOT_TAKEN, words, Failure.ACCOUNT)
        if answer.status >= 500 or answer.status in IN_DOUBT:
            return Trouble(Verdict.UNKNOWN, words)
        if 300 <= answer.status < 400:
            return Trouble(Verdict.UNKNOWN, words)  # "see there", after it was done
        return None

    def nonsense(self, answer: Answer) -> Trouble:
        """An answer that does not say what became of the messages."""
        has_words = answer.text and "<" not in answer.text
        if has_words or self.provider_words(answer):
            return Trouble(Verdict.UNKNOWN, self.words(answer))
        return Trouble(Verdict.UNKNOWN, NONSENSE)

    def provider_words(self, answer: Answer) -> str | None:
        """What an error says in the provider's own shape, with its code, secrets and
        all: ``Authorization failed (101)``; None where it says nothing."""
        return None

    def words(self, answer: Answer) -> str:
        """The provider's own, or else ``HTTP 503 Service Unavailable: and the beginning
        of what it says``; without secrets."""
        if said := self.provider_words(answer):
            return without_spellings(self.account, said)
        try:
            name = HTTPStatus(answer.status).phrase
        except ValueError:
            name = ""
        # a page of HTML tells a person nothing
        text = "" if "<" in answer.text else " ".join(answer.text.split())
        # masked first: a secret that is cut in two would not be recognised
        text = without_spellings(self.account, text)[:MAX_WORDS]
        line = f"HTTP {answer.status} {name}".strip()
        return f"{line}: {text}" if text else line

    def _read(self, response):
        content = bytearray()
        for piece in response.iter_content(65536):
            content += piece
            if len(content) > MAX_ANSWER:
                raise requests.exceptions.ContentDecodingError
        return Answer(
            status=response.status_code,
            text=_decoded(content, response.encoding),
            data=_json(content),
            retry_after=_seconds(response.headers.get("Retry-After")),
            media_type=_media_type(response.headers.get("Content-Type", "")),
        )


class PooledGateway(WebGateway):
    """A provider that takes one message, or one text, a call: some calls at a time."""

    threads = 16
    # what a crash can leave in doubt
    batch_size = 16
    sends_in_time = True
    #: threads that are idle now
    pool: ThreadPoolExecutor | None = None

    def groups(self, messages: list[Message]) -> list[list[Message]]:
        """Which messages go in one call."""
        return [[message] for message in messages]

    @abstractmethod
    def send_group(self, messages: list[Message]) -> list[Outcome]:
        """One call. May raise :class:`Trouble`, which is then that of each message."""

    def send(self, messages: list[Message]) -> list[Outcome]:
        late = {message.reference for message in messages}
        outcomes = []
        for group, found in self.together(
            lambda group: (group, self._send_or_tell(group)),
            self.groups(messages),
            lambda group: (group, [NOT_BEGUN.outcome(message) for message in group]),
        ):
            outcomes += found
            late.difference_update(message.reference for message in group)
        return outcomes + [
            Outcome(reference, Verdict.UNKNOWN, reason=NO_ANSWER) for reference in late
        ]

    def together(self, function, arguments, if_not_begun=None):
        """Call it with each of the arguments, a few at the same time.

        :param if_not_begun: function of an argument whose turn did not come in time
        :return: what came back in time, in any order
        """
        pool, self.pool = self.pool, None
        pool = pool or ThreadPoolExecutor(self.threads, thread_name_prefix="sms")
        futures = [pool.submit(function, argument) for argument in arguments]
        done, late = wait(futures, timeout=0.95 * self.longest_call)
        if late:
            # who is late is in doubt; nobody waits for them
            pool.shutdown(wait=False, cancel_futures=True)
        else:
            self.pool = pool  # for the next call; it ends with the gateway
        results = [future.result() for future in done]
        if if_not_begun:
            results += [
                if_not_begun(argument)
                for future, argument in zip(futures, arguments, strict=True)
                if future.cancelled()
            ]
        return results

    def _send_or_tell(self, messages):
        try:
            return self.send_group(messages)
        except Trouble as trouble:
            return [trouble.outcome(message) for message in messages]
        except Exception as error:  # noqa: BLE001 - one bad message stops no other
            name = type(error).__name__
            return [
                Outcome(m.reference, Verdict.UNKNOWN, reason=name) for m in messages
            ]


class BasicAuthGateway(PooledGateway):
    """It is shown a user name and a password in HTTP's own way."""

    def authenticate(self, request):
        account = self.account
        # in UTF-8, whatever letters they have (RFC 7617)
        basic = HTTPBasicAuth(account.username.encode(), account.password.encode())
        return basic(request)


def by_text(messages: list[Message]) -> list[list[Message]]:
    """Groups of the same text and sender, no number twice in one: some providers would
    send to it but once, and their answer would not say of which message it is."""
    calls: dict[tuple[str, str | None], list[dict[str, Message]]] = {}
    for message in messages:
        groups = calls.setdefault((message.text, message.sender), [])
        group = next((one for one in groups if message.number not in one), None)
        if group is None:
            groups.append(group := {})
        group[message.number] = message
    return [list(group.values()) for groups in calls.values() for group in groups]


def same_number(one: str, other: str) -> bool:
    """Whether two ways of writing a number mean the same: ``+48…`` and ``48…``."""
    return one.lstrip("+0") == other.lstrip("+0")


def code_number(code) -> int:
    """An error code, however it is written; 0 where there is none."""
    try:
        return int(code)
    except (TypeError, ValueError):
        return 0


def _decoded(content, encoding):
    """UTF-8 where it can be, as few say so; then what they say."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return _decoded_as(content, encoding or "latin-1")


def _decoded_as(content, encoding):
    try:
        return content.decode(encoding, "replace")
    except (LookupError, ValueError):  # no such letters
        return content.decode("latin-1")


def _json(content):
    try:
        return requests.compat.json.loads(content)
    except (ValueError, RecursionError):
        return None


def _media_type(header):
    return header.partition(";")[0].strip().lower()


def _seconds(header):
    """``Retry-After``: seconds, or a date (RFC 9110, 10.2.3)."""
    if not header:
        return None
    if header.strip().lstrip("-").isdecimal():
        return max(float(header), 0)
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=timezone.utc)
    return max(at.timestamp() - time.time(), 0)


def utc(at: datetime) -> datetime:
    """:return: the same moment, in UTC without zone, as Odoo stores it"""
    return at.astimezone(timezone.utc).replace(tzinfo=None)
