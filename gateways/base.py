"""The contract between the outbox and an SMS provider. Knows no Odoo.

A gateway is made from an :class:`Account`, takes :class:`Message` objects and says of
*each one* what became of it (:class:`Outcome`). The outbox trusts nothing else: a
message without an outcome counts as unknown, and is never sent again blindly.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


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
    """What a provider needs to know us by. Never printed: it carries secrets."""

    base_url: str = ""
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Message:
    """One SMS to one number, ready to leave.

    :param reference: ours, unique for ever: 32 hexadecimal digits
    :param number: E.164, ``+48500600700``
    :param encoding: ``"GSM-7"`` or ``"UCS-2"``
    :param segments: billed parts
    """

    reference: str
    number: str
    text: str
    encoding: str = "GSM-7"
    segments: int = 1


@dataclass(frozen=True)
class Outcome:
    """What became of the message with this reference.

    :param provider_id: the provider's own id, where it gave one
    :param cost: what the provider says it charged, in ``currency`` (ISO 4217)
    :param reason: the provider's words, with its code; never credentials
    """

    reference: str
    verdict: Verdict
    provider_id: str = ""
    cost: float | None = None
    currency: str = ""
    failure: Failure = Failure.OTHER
    reason: str = ""


@dataclass(frozen=True)
class Sent:
    """A message that was accepted and whose delivery is asked for."""

    reference: str
    provider_id: str
    number: str


@dataclass(frozen=True)
class Report:
    """What the network says of a message.

    :param delivered: True at the phone, False given up for good
    :param at: when, UTC without zone; None where the provider does not say
    """

    reference: str
    delivered: bool
    at: datetime | None = None
    failure: Failure = Failure.OTHER
    reason: str = ""


class Gateway(ABC):
    """One provider. Subclasses are registered in ``gateways.PROVIDERS``."""

    #: technical name, stored on ``sms.gateway``
    provider = ""
    #: what an administrator picks from a list
    label = ""
    #: most messages that one call of :meth:`send` takes
    batch_size = 100
    #: most seconds that one call of :meth:`send` may take, its time-outs added up
    longest_call = 60
    #: whether :meth:`statuses` can be asked
    asks_statuses = False

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


def hand_over(gateway: Gateway, messages: list[Message]) -> dict[str, Outcome]:
    """Call the provider, and have an outcome for every message whatever it does.

    :return: reference → outcome, for each of ``messages`` and for nothing else. What
        the answer does not mention is unknown, without a reason; what was lost by an
        exception is unknown with the name of that.
    """
    outcomes = {
        message.reference: Outcome(message.reference, Verdict.UNKNOWN)
        for message in messages
    }
    try:
        for answer in gateway.send(messages) or ():
            if isinstance(answer, Outcome) and answer.reference in outcomes:
                outcomes[answer.reference] = answer
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing may be lost
        # its name alone: an exception may quote the request, secrets included
        lost = type(error).__name__
        for reference, outcome in outcomes.items():
            if outcome.verdict is Verdict.UNKNOWN:
                outcomes[reference] = Outcome(reference, Verdict.UNKNOWN, reason=lost)
    return outcomes
