"""The contract between the outbox and an SMS provider. Knows no Odoo.

A gateway is made from an :class:`Account`, takes :class:`Message` objects and says of
*each one* what became of it (:class:`Outcome`). The outbox trusts nothing else: a
message without an outcome counts as unknown, and is never sent again blindly.
"""

from __future__ import annotations

import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from .words import NO_ANSWER

# Longer words of a provider tell a person no more.
MAX_WORDS = 300
MAX_ID = 100


def _printable(text, limit):
    """What a database and a screen can take, whatever a provider answers."""
    words = "".join(char if char.isprintable() else " " for char in str(text or ""))
    return " ".join(words.split())[:limit]


class _FromOutside:
    """Texts of a provider are cleaned as they come in."""

    def __post_init__(self):
        object.__setattr__(self, "reason", _printable(self.reason, MAX_WORDS))
        object.__setattr__(self, "provider_id", _printable(self.provider_id, MAX_ID))


class Verdict(Enum):
    """What surely happened to a message that was handed over."""

    ACCEPTED = "accepted"  # the provider took it and answers for it
    REJECTED = "rejected"  # the provider refused it: trying again is no use
    NOT_TAKEN = "not_taken"  # surely not accepted, and may be tried again later
    UNKNOWN = "unknown"  # the request left, the answer did not come back


class Failure(Enum):
    """Why a message was rejected, in words common to all providers."""

    NUMBER = "number"  # not a number, not mobile, does not exist
    COUNTRY = "country"  # the account may not send there
    CREDIT = "credit"  # nothing left on the account
    ACCOUNT = "account"  # wrong user name, password, blocked account
    SENDER = "sender"  # the sender name is not allowed
    TEXT = "text"  # empty, too long, or refused for what it says
    SERVER = "server"  # the provider's own trouble
    OTHER = "other"


@dataclass(frozen=True)
class Account:
    """What a provider needs to know us by. Never printed: it carries secrets.

    :param sender: the name or number that a phone shows, where the provider lets us say
    :param report_url: where reports about several messages may be sent
    :param signature_secret: what the provider signs its callbacks with, where that is
        not the password
    :param local_network: whether the address may be inside the network
    :param options: what this provider alone wants to know, by the names that its class
        gives in :attr:`Gateway.options`
    """

    base_url: str = ""
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    sender: str = ""
    report_url: str = field(default="", repr=False)
    signature_secret: str = field(default="", repr=False)
    local_network: bool = False
    options: Mapping[str, str] = field(default_factory=dict, repr=False)

    def without_secrets(self, words: str) -> str:
        """:return: ``words`` for the eyes of everybody, whatever a provider quotes"""
        for secret in (self.password, self.username, self.signature_secret):
            if len(secret) > 3:
                words = words.replace(secret, "•••")
        return words


@dataclass(frozen=True)
class Message:
    """One SMS to one number, ready to leave.

    :param number: E.164, ``+48500600700``
    :param reference: ours, unique for ever: up to 40 letters and digits
    :param encoding: ``"GSM-7"`` or ``"UCS-2"``
    :param segments: billed parts
    :param report_url: where its report may be sent; whoever knows it may report
    :param sender: the name or number that the phone shows; None: the account's own;
        empty: none, as where a country takes no names and the account has no number
    """

    reference: str
    number: str
    text: str
    encoding: str = "GSM-7"
    segments: int = 1
    report_url: str = field(default="", repr=False)
    sender: str | None = None


@dataclass(frozen=True)
class Outcome(_FromOutside):
    """What became of the message with this reference.

    :param provider_id: the provider's own id, where it gave one
    :param cost: what the provider says it charged, in ``currency`` (ISO 4217)
    :param credits: what it says it took of the account, where it counts credits
    :param reason: the provider's words, with its code; never credentials
    :param code: the failure in Odoo's own terms (``sms.sms.failure_type``), if known
    :param retry_after: seconds that the provider asks to be left alone for
    """

    reference: str
    verdict: Verdict
    provider_id: str = ""
    cost: float | None = None
    currency: str = ""
    credits: float | None = None
    failure: Failure = Failure.OTHER
    reason: str = ""
    code: str = ""
    retry_after: float | None = None


@dataclass(frozen=True)
class Sent:
    """A message that was accepted and whose delivery is asked for."""

    reference: str
    provider_id: str
    number: str


@dataclass(frozen=True)
class Report(_FromOutside):
    """What the network says of a message.

    :param reference: ours, or empty where the provider tells its own id alone
    :param provider_id: the provider's id, compared where there is no reference
    :param delivered: True at the phone, False given up for good
    :param at: when, UTC without zone; None where the provider does not say
    :param cost: what the message cost, in ``currency`` (ISO 4217), where it says so
    :param is_cost_of_segment: that was of one billed part alone
    """

    reference: str
    delivered: bool
    provider_id: str = ""
    at: datetime | None = None
    failure: Failure = Failure.OTHER
    reason: str = ""
    cost: float | None = None
    currency: str = ""
    is_cost_of_segment: bool = False


@dataclass(frozen=True)
class Reply:
    """An SMS that a phone sent to us.

    :param number: whose phone it is, as the provider writes it
    :param to: which of our numbers it was sent to
    :param provider_id: the provider's id, the same when it tells us once more
    :param at: when, UTC without zone; None where the provider does not say
    :param is_answered: whether the provider itself has answered STOP or START
    """

    number: str
    text: str
    to: str = ""
    provider_id: str = ""
    at: datetime | None = None
    is_answered: bool = False


@dataclass(frozen=True)
class Balance:
    """What is left on the account.

    :param currency: ISO 4217; empty where the provider counts credits of its own
    """

    amount: float
    currency: str = ""


class SenderStatus(Enum):
    AUTHORISED = "authorised"
    WAITING = "waiting"
    REFUSED = "refused"


@dataclass(frozen=True)
class SenderName:
    """A sender name as the provider knows it.

    :param reason: the provider's words, where it says more than the status
    """

    name: str
    status: SenderStatus
    reason: str = ""


@dataclass(frozen=True)
class Callback:
    """A request that a provider sent us, about one message or about several.

    :param reference: of the message that the address was made for; empty for several
    :param parameters: of the address and of a form, the last one of a name
    :param form: of the form alone, in order, blanks included: what Twilio signs
    :param urls: by which addresses, query included, it may have called us; more than
        one behind a proxy
    """

    reference: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    form: tuple[tuple[str, str], ...] = ()
    urls: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """:param name: in any letters, as HTTP has it"""
        for key, value in self.headers.items():
            if key.lower() == name.lower():
                return value
        return ""

    def data(self):
        """:return: the JSON of the body; None where it is none"""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class Forged(ValueError):
    """A callback that does not come from the provider, or makes no sense."""


class Trouble(Exception):
    """No usable answer. Its words are for people, and carry no secrets."""

    def __init__(self, verdict, reason, failure=Failure.SERVER, retry_after=None):
        super().__init__(reason)
        self.verdict = verdict
        self.reason = _printable(reason, MAX_WORDS)
        self.failure = failure
        self.retry_after = retry_after

    def outcome(self, message: Message) -> Outcome:
        return Outcome(
            message.reference,
            self.verdict,
            failure=self.failure,
            reason=self.reason,
            retry_after=self.retry_after,
        )


class Gateway(ABC):
    """One provider. Subclasses are registered in ``gateways.PROVIDERS``."""

    #: technical name, stored on ``sms.gateway``
    provider = ""
    #: what an administrator picks from a list
    label = ""
    #: the provider's own address, unless an administrator enters another one
    default_url = ""
    #: which fields of :class:`Account`, or of its options, it cannot do without
    needs: tuple[str, ...] = ()
    #: names of the :attr:`Account.options` that it reads
    options: tuple[str, ...] = ()
    #: most messages that one call of :meth:`send` takes
    batch_size = 100
    #: most seconds that one call of :meth:`send` takes: it is not waited for longer
    longest_call = 60
    #: whether :meth:`statuses` can be asked
    asks_statuses = False
    #: for how long the same reference, handed over again, is not sent again
    repeats_safely: timedelta | None = None
    #: whether :meth:`look_up` can be asked
    looks_up = False
    #: whether :meth:`balance` can be asked
    asks_balance = False
    #: what a billed part takes, where the account counts credits and they are known
    credits_per_segment: float | None = None
    #: whether :meth:`check` finds out that the account is right; if not, only that
    #: somebody answers there
    check_knows_account = True
    #: whether :meth:`senders` can be asked
    lists_senders = False
    #: whether it can be asked for a new one: :meth:`request_sender`
    requests_senders = False
    #: whether a message may say by which name or number it is shown
    takes_sender_names = True
    #: whether it hands on what phones answer: :meth:`parse_replies`
    takes_replies = False
    #: what a reply is answered with, and its type; some send to the phone what we say
    reply_answer = ("", "text/plain")
    #: whether it waits for somebody else, so that it must not be waited for too long
    is_remote = True
    #: whether :meth:`send` itself waits no longer than that
    sends_in_time = False
    #: ``time.monotonic()`` after which no request may begin; None: whenever
    deadline: float | None = None

    def __init__(self, account: Account):
        self.account = account

    @abstractmethod
    def send(self, messages: list[Message]) -> list[Outcome]:
        """Hand over; one outcome for each message, in any order.

        Called outside any database transaction. May raise: then every message of the
        call counts as unknown.
        """

    def statuses(self, sent: list[Sent]) -> list[Report]:
        """What is known of these messages; those without news are left out."""
        return []

    def look_up(self, references: list[str]) -> list[Outcome]:
        """What became of messages whose answer was lost.

        :return: ``ACCEPTED`` for what the provider has, ``REJECTED`` for what it has
            refused, ``NOT_TAKEN`` for what it says it does not know; what it says
            nothing about is left out
        """
        return []

    def parse_reports(self, callback: Callback) -> list[Report]:
        """Read delivery reports that the provider sent to us.

        :raise Forged: when the request cannot come from the provider
        """
        raise Forged("This provider sends no reports.")

    def parse_replies(self, callback: Callback) -> list[Reply]:
        """Read what phones have sent to us.

        :raise Forged: when the request cannot come from the provider
        """
        raise Forged("This provider hands on no replies.")

    def check(self) -> Balance | None:
        """Find out whether the account works, without sending anything; or only whether
        somebody answers there, see :attr:`check_knows_account`.

        :return: what is left on it, where the provider says so
        :raise Trouble: when it does not
        """
        return self.balance()

    def balance(self) -> Balance:
        """:raise Trouble: when the provider does not say"""
        raise NotImplementedError

    def senders(self) -> list[SenderName]:
        """The sender names of the account.

        :raise Trouble: when the provider does not say
        """
        raise NotImplementedError

    def request_sender(self, name: str) -> SenderName:
        """Ask for a sender name that the account has not had.

        :return: the name, and how far it has come
        :raise Trouble: when the provider does not take the request, in its words
        """
        raise NotImplementedError

    def set_deadline(self) -> None:
        """From now on: see :attr:`deadline`."""
        self.deadline = time.monotonic() + self.longest_call * 0.75

    def sender_of(self, message: Message) -> str:
        """:return: what the phone is to show; empty: what the provider chooses"""
        own = message.sender
        return self.account.sender if own is None else own


def took_nothing(outcomes: Iterable[Outcome]) -> bool:
    """Whether the provider seems to be down: it neither accepted nor refused any."""
    verdicts = {outcome.verdict for outcome in outcomes}
    return bool(verdicts) and verdicts <= {Verdict.NOT_TAKEN, Verdict.UNKNOWN}


def hand_over(gateway: Gateway, messages: list[Message]) -> dict[str, Outcome]:
    """Call the provider, and have an outcome for every message whatever it does.

    :return: reference → outcome, for each of ``messages`` and for nothing else. What
        the answer does not mention is unknown, without a reason; what was lost by an
        exception, or took too long, is unknown with the name of that.
    """
    outcomes = {
        message.reference: Outcome(message.reference, Verdict.UNKNOWN)
        for message in messages
    }

    def call():
        for answer in gateway.send(messages) or ():
            if isinstance(answer, Outcome) and answer.reference in outcomes:
                outcomes[answer.reference] = answer

    try:
        if gateway.sends_in_time:
            gateway.set_deadline()
            call()
        else:
            in_time(gateway, call)
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing may be lost
        # its name alone: an exception may quote the request, secrets included
        late = isinstance(error, TimeoutError)
        name = NO_ANSWER if late else type(error).__name__
        for reference, outcome in list(outcomes.items()):
            if outcome.verdict is Verdict.UNKNOWN:
                outcomes[reference] = Outcome(reference, Verdict.UNKNOWN, reason=name)
    # a call that comes back too late changes nothing any more
    return dict(outcomes)


def in_time(gateway: Gateway, call: Callable, *arguments):
    """Call, and wait no longer than the gateway's longest call.

    Time-outs of single reads do not bound a provider that drips its answer. A call that
    is late begins nothing new: see :attr:`Gateway.deadline`.

    :raise TimeoutError: when it is not back by then
    """
    gateway.set_deadline()
    if not gateway.is_remote:
        return call(*arguments)
    results, errors = [], []

    def run():
        try:
            results.append(call(*arguments))
        except BaseException as error:  # noqa: BLE001 - raised below, where it is ours
            errors.append(error)

    thread = threading.Thread(target=run, name="sms-gateway", daemon=True)
    thread.start()
    thread.join(gateway.longest_call)
    if thread.is_alive():
        raise TimeoutError
    if errors:
        raise errors[0]
    return results[0]
