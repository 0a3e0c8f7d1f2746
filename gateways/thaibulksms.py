"""ThaiBulkSMS (Thailand), API v2: https://developer.thaibulksms.com

How sure this is. Of the provider's own client: the addresses, the fields of the form,
Basic authentication. Of other people's programs, none seen working here: the shape of
the answers, the names of errors, what a report says. Where they disagree both work:

* an answer lists what it took as ``phone_number_list: [{number, message_id,
  used_credit}]``, or as ``data: [{msisdn, id, used_credit}]`` beside an empty
  ``error: []``; 2xx may list bad numbers, too;
* a number comes back as ``66…`` or in the national form, ``0…``;
* ``remaining_credit`` is a number, or one of each kind, ``{standard, corporate}``;
* a report is a GET with ``Transaction``, ``Status`` and ``Time``, or with
  ``message_id`` and ``status``.

That several numbers may be sent in one call is told by some; a report's address is of
one message, so that each goes alone. Without the option ``force`` the standard credits
are taken; they say that reports come of messages sent with corporate credits only.
"""

from __future__ import annotations

import re

from .base import (
    Balance,
    Callback,
    Failure,
    Forged,
    Message,
    Outcome,
    Report,
    Trouble,
    Verdict,
)
from .shapes import number_of, object_of, text_of
from .web import BUSY, IN_DOUBT, BasicAuthGateway, same_number, without_spellings

# The one name that is known.
NO_CREDIT = "ERROR_INSUFFICIENT_CREDIT"
# What the name of an error, or else its description, is about: the first that fits.
# One name is known, ERROR_INSUFFICIENT_CREDIT; the others are guessed by their words.
TOPICS = (
    ("credit|balance", Failure.CREDIT),
    (r"auth|api.?key|secret|permission|forbidden|suspend|\bip\b", Failure.ACCOUNT),
    ("sender", Failure.SENDER),
    ("msisdn|phone|recipient", Failure.NUMBER),
    ("message|content|url|link", Failure.TEXT),
)
# Of the account, not of the message: they pass when somebody mends the account.
OF_ACCOUNT = {Failure.ACCOUNT, Failure.CREDIT}

DELIVERED = {"delivered", "delivrd"}
GIVEN_UP = {
    "blacklisted",
    "blocked",
    "deleted",
    "expired",
    "fail",
    "failed",
    "not delivered",
    "rejected",
    "undeliv",
    "undeliverable",
    "undelivered",
}


class ThaiBulkSmsGateway(BasicAuthGateway):
    provider = "thaibulksms"
    label = "ThaiBulkSMS"
    default_url = "https://api-v2.thaibulksms.com"
    #: the API key and its secret
    needs = ("username", "password", "sender")
    #: which credits are taken: ``standard`` or ``corporate``
    options = ("force",)
    asks_balance = True
    credits_per_segment = 1

    def send_group(self, messages: list[Message]) -> list[Outcome]:
        (message,) = messages
        answer = self.call("POST", "/sms", data=self._form(message))
        data = object_of(answer.data)
        outcome = self._mention(message, data) if answer.status < 300 else None
        if outcome:
            return [outcome]
        if data.get("error"):
            return [self._refused(message, answer)]
        raise self.trouble(answer) or self.nonsense(answer)

    def _form(self, message):
        form = {
            "msisdn": message.number,
            "message": message.text,
            "sender": self.account.sender,
            "force": self.account.options.get("force"),
            "callback_url": message.report_url,
        }
        return {name: value for name, value in form.items() if value}

    def _mention(self, message, data):
        """What an answer says of this number; None where it says nothing."""
        taken = _about(message, data.get("phone_number_list") or data.get("data"))
        if taken:
            return Outcome(
                message.reference,
                Verdict.ACCEPTED,
                provider_id=text_of(taken, "message_id", "id"),
                credits=_figure(taken.get("used_credit")),
            )
        bad = _about(message, data.get("bad_phone_number_list"))
        if bad:
            words = text_of(bad, "message", "msg") or self.label
            return Outcome(
                message.reference,
                Verdict.REJECTED,
                failure=Failure.NUMBER,
                reason=without_spellings(self.account, words),
            )
        return None

    def _refused(self, message, answer):
        """An error in place of the lists: whose fault it is decides what is next."""
        trouble = self.trouble(answer)
        failure = None if answer.status in BUSY | IN_DOUBT else _fault(answer)
        if failure:
            of_account = failure in OF_ACCOUNT
            verdict = Verdict.NOT_TAKEN if of_account else Verdict.REJECTED
        elif trouble:
            verdict, failure = trouble.verdict, trouble.failure
        else:
            # 4xx was surely not taken; nobody says what an unknown error with 2xx means
            verdict = Verdict.NOT_TAKEN if answer.status >= 400 else Verdict.UNKNOWN
        return Outcome(
            message.reference,
            verdict,
            failure=failure or Failure.OTHER,
            reason=self._reason(answer),
            retry_after=answer.retry_after,
        )

    def _reason(self, answer):
        name, description, code = _error(answer)
        words = description or name or self.label
        said = f"{words} ({code or name or answer.status})"
        return without_spellings(self.account, said)

    def balance(self) -> Balance:
        """Its credits: of the kind that is sent with, where it tells both."""
        answer = self.call("GET", "/credit")
        data = object_of(answer.data)
        if data.get("error"):
            failure = _fault(answer) or Failure.ACCOUNT
            raise Trouble(Verdict.NOT_TAKEN, self._reason(answer), failure)
        left = data.get("remaining_credit")
        if isinstance(left, dict):
            left = left.get(self.account.options.get("force") or "standard")
        amount = _figure(left)
        if answer.status >= 300 or amount is None:
            raise self.trouble(answer) or self.nonsense(answer)
        return Balance(amount)

    def parse_reports(self, callback: Callback) -> list[Report]:
        """One message in a call. How it writes ``Time`` is not known: unread."""
        values = {name.lower(): value for name, value in callback.parameters.items()}
        provider_id = values.get("transaction") or values.get("message_id") or ""
        status = values.get("status", "").strip().lower()
        if not status or not (callback.reference or provider_id):
            raise Forged("Transaction, Status")
        if status not in DELIVERED | GIVEN_UP:
            return []
        delivered = status in DELIVERED
        return [
            Report(
                callback.reference,
                delivered,
                provider_id,
                reason="" if delivered else f"ThaiBulkSMS: {status}",
            )
        ]


def _about(message, items):
    """The item of a list that has this message's number; None where there is none.

    Bad numbers may be listed as such, without a word.
    """
    for item in items if isinstance(items, list) else []:
        item = item if isinstance(item, dict) else {"number": item}
        if _is_same(text_of(item, "number", "msisdn"), message.number):
            return item
    return None


def _is_same(number, ours):
    """``+66812345678``, ``66812345678`` and ``081-234-5678`` are one number."""
    digits = re.sub(r"\D", "", number)
    national = digits.startswith("0") and f"+66{digits[1:]}" == ours
    return national or same_number(digits, ours)


def _error(answer):
    """:return: (name, description, code) of an error, whatever it is made of"""
    error = object_of(answer.data).get("error")
    error = error[0] if isinstance(error, list) and error else error
    error = error if isinstance(error, dict) else {"description": error}
    description = text_of(error, "description", "message")
    return text_of(error, "name"), description, text_of(error, "code")


def _fault(answer):
    """Whose fault an error is, as a :class:`Failure`; None where its words don't say.

    Words that are guessed at count for 4xx alone: with others, they may be about what
    broke after the message was taken.
    """
    name, description, _code = _error(answer)
    if name == NO_CREDIT:
        return Failure.CREDIT
    if 400 <= answer.status < 500:
        return _topic(name) or _topic(description)
    return None


def _topic(words):
    words = words.replace("_", " ").lower()
    return next((topic for pattern, topic in TOPICS if re.search(pattern, words)), None)


def _figure(value):
    """``99``, ``"99"`` and ``"1,099.5"``; None where it is none."""
    return number_of(value.replace(",", "") if isinstance(value, str) else value)
