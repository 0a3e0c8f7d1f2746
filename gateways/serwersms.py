"""SerwerSMS (Poland): https://dev.serwersms.pl/https-api-v2/

Errors come with HTTP 200. A message can be asked for by our reference (``unique_id``),
so that a lost answer is found again.

What is left is counted in messages, apart for those with a sender name ("full") and
those without ("eco"): by its official clients (A). They do not say what an account is
told that pays later; nor how many of them one message takes: its parts, it seems (D).
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from .base import (
    Balance,
    Failure,
    Message,
    Outcome,
    Report,
    SenderName,
    SenderStatus,
    Sent,
    Trouble,
    Verdict,
)
from .shapes import number_of, object_of, objects_of, text_of
from .web import Answer, PooledGateway, by_text, code_number, same_number, utc
from .words import NO_BALANCE, NOT_KNOWN_THERE

# It tells times as its clocks show them.
ITS_TIME = ZoneInfo("Europe/Warsaw")

FAILURES = {
    1001: Failure.ACCOUNT,
    1002: Failure.ACCOUNT,
    1003: Failure.ACCOUNT,
    2001: Failure.NUMBER,
    3000: Failure.CREDIT,
    3001: Failure.ACCOUNT,
    3002: Failure.CREDIT,
    3003: Failure.ACCOUNT,
    3100: Failure.ACCOUNT,
    3101: Failure.TEXT,
}
# Of the account, not of the message: they pass when somebody mends the account.
OF_ACCOUNT = {1001, 1002, 1003, 3000, 3001, 3002, 3003, 3100}

DELIVERED = {"delivered"}
GIVEN_UP = {"undelivered", "unsent", "expired", "rejected"}

SENDER_STATUSES = {
    "authorized": SenderStatus.AUTHORISED,
    "pending_authorization": SenderStatus.WAITING,
    "rejected": SenderStatus.REFUSED,
    "deactivated": SenderStatus.REFUSED,
}


class SerwerSmsGateway(PooledGateway):
    provider = "serwersms"
    label = "SerwerSMS"
    default_url = "https://api2.serwersms.pl"
    needs = ("password",)
    batch_size = 100
    asks_statuses = True
    looks_up = True
    asks_balance = True
    lists_senders = True
    requests_senders = True

    def groups(self, messages: list[Message]) -> list[list[Message]]:
        """One text and sender a call, to many numbers, each once."""
        return by_text(messages)

    def send_group(self, messages: list[Message]) -> list[Outcome]:
        answer = self._post(
            "/messages/send_sms.json",
            phone=[message.number for message in messages],
            text=messages[0].text,
            unique_id=[message.reference for message in messages],
            sender=self.sender_of(messages[0]),
            utf=messages[0].encoding != "GSM-7",
            details=True,
        )
        found = object_of(answer.data)
        if found.get("error"):
            return self._refused(messages, found["error"])
        if not isinstance(found.get("items"), list):
            raise self.nonsense(answer)
        return [
            self._outcome(message, item)
            for item in objects_of(found["items"])
            for message in messages
            if same_number(text_of(item, "phone"), message.number)
        ]

    def _post(self, path, **values):
        headers = {}
        if self.account.username:
            values["username"] = self.account.username
            values["password"] = self.account.password
        else:
            headers["Authorization"] = f"Bearer {self.account.password}"
        return self.ask("POST", path, json=values, headers=headers)

    def _outcome(self, message, item):
        if item.get("status") == "queued":
            return Outcome(
                message.reference,
                Verdict.ACCEPTED,
                provider_id=text_of(item, "id"),
                credits=number_of(item.get("parts")),
            )
        if item.get("status") == "unsent" or item.get("error_code"):
            return self._rejected(
                message, item.get("error_code"), item.get("error_message")
            )
        return Outcome(message.reference, Verdict.UNKNOWN)

    def _refused(self, messages, error):
        """The call as a whole was refused: nothing of it was sent."""
        error = _error(error)
        code = code_number(error.get("code"))
        if len(messages) > 1 and code not in OF_ACCOUNT:
            # one of them is to blame, which does not concern the others
            return [self._send_or_tell([message])[0] for message in messages]
        return [
            self._rejected(message, code, error.get("message")) for message in messages
        ]

    def _rejected(self, message, code, words):
        code = code_number(code)
        return Outcome(
            message.reference,
            Verdict.NOT_TAKEN if code in OF_ACCOUNT else Verdict.REJECTED,
            failure=FAILURES.get(code, Failure.OTHER),
            reason=self.account.without_secrets(f"{words or 'SerwerSMS'} ({code})"),
        )

    def provider_words(self, answer: Answer) -> str | None:
        """``{error: {code, message}}``; HTTP's status where it has no code."""
        found = object_of(answer.data).get("error")
        if not found:
            return None
        error = _error(found)
        words = text_of(error, "message") or self.label
        return f"{words} ({text_of(error, 'code') or answer.status})"

    # -- reports ---------------------------------------------------------------------

    def statuses(self, sent: list[Sent]) -> list[Report]:
        known = {one.provider_id: one.reference for one in sent if one.provider_id}
        if not known:
            return []
        answer = self._post("/messages/reports.json", id=list(known))
        return [
            Report(
                known[text_of(item, "id")],
                delivered=text_of(item, "status") in DELIVERED,
                at=_moment(text_of(item, "delivered")),
                reason=f"SerwerSMS: {text_of(item, 'reason', 'status')}",
            )
            for item in _items(answer)
            if text_of(item, "id") in known
            and text_of(item, "status") in DELIVERED | GIVEN_UP
        ]

    def look_up(self, references: list[str]) -> list[Outcome]:
        """Each alone: an answer about several does not say which is which.

        That it takes ``unique_id`` here is told by copies of its documentation only:
        the outbox believes "not known" of an account that knows other references.
        """
        found = self.together(self._look_up, references)
        return [outcome for outcome in found if outcome]

    def _look_up(self, reference):
        try:
            answer = self._post("/messages/reports.json", unique_id=[reference])
        except Trouble:
            return None
        found = object_of(answer.data).get("items")
        if found == []:
            return Outcome(reference, Verdict.NOT_TAKEN, reason=NOT_KNOWN_THERE)
        items = _items(answer)
        if not items or not text_of(items[0], "status"):
            return None
        refused = text_of(items[0], "status") == "unsent"
        words = text_of(items[0], "reason") or "SerwerSMS: unsent"
        return Outcome(
            reference,
            Verdict.REJECTED if refused else Verdict.ACCEPTED,
            provider_id=text_of(items[0], "id"),
            reason=words if refused else "",
        )

    # -- the account -----------------------------------------------------------------

    def check(self) -> Balance | None:
        """An account that pays later may have no limit."""
        kind = "full" if self.account.sender else "eco"
        limits = {
            text_of(item, "type"): number_of(item.get("value"))
            for item in self._listed("/account/limits.json")
        }
        left = limits.get(kind)
        return None if left is None else Balance(left)

    def balance(self) -> Balance:
        """In messages of the kind that we send."""
        balance = self.check()
        if balance is None:
            raise Trouble(Verdict.UNKNOWN, NO_BALANCE)
        return balance

    def senders(self) -> list[SenderName]:
        return [
            _sender(item)
            for item in self._listed("/senders/index.json")
            if text_of(item, "name")
        ]

    def request_sender(self, name: str) -> SenderName:
        """By its official clients (A); the answer, ``success``, by copies of its
        documentation (B). Its status is seen in the list."""
        answer = self._post("/senders/add.json", name=name)
        self._check_error(answer)
        if object_of(answer.data).get("success") is not True:
            raise self.nonsense(answer)
        return SenderName(name, SenderStatus.WAITING)

    def _listed(self, path):
        """:raise Trouble: where it lists nothing, with its words"""
        answer = self._post(path)
        self._check_error(answer)
        if not isinstance(object_of(answer.data).get("items"), list):
            raise self.nonsense(answer)
        return _items(answer)

    def _check_error(self, answer):
        """:raise Trouble: where it refuses, with its words"""
        found = object_of(answer.data).get("error")
        if not found:
            return
        error = _error(found)
        code = code_number(error.get("code"))
        words = f"{text_of(error, 'message') or 'SerwerSMS'} ({code})"
        raise Trouble(
            Verdict.NOT_TAKEN,
            self.account.without_secrets(words),
            FAILURES.get(code, Failure.OTHER),
        )


def _error(error):
    return error if isinstance(error, dict) else {"message": error}


def _sender(item):
    status = text_of(item, "status")
    words = [status] if status not in ("authorized", "pending_authorization") else []
    if text_of(item, "agreement") == "required":
        words.append("agreement required")
    return SenderName(
        text_of(item, "name"),
        SENDER_STATUSES.get(status, SenderStatus.WAITING),
        reason=", ".join(words),
    )


def _items(answer):
    return objects_of(object_of(answer.data).get("items"))


def _moment(words):
    """``2026-11-22 10:05:00``, as the clocks in Poland show it."""
    try:
        at = datetime.strptime(words or "", "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return None
    return utc(at.replace(tzinfo=ITS_TIME))
