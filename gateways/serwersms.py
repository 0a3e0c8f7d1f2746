"""SerwerSMS (Poland): https://dev.serwersms.pl/https-api-v2/

Errors come with HTTP 200. A message can be asked for by our reference (``unique_id``),
so that a lost answer is found again.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from .base import Failure, Message, Outcome, Report, Sent, Verdict
from .web import PooledGateway, Trouble, by_text, code_number, same_number, utc
from .words import NOT_KNOWN_THERE

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


class SerwerSmsGateway(PooledGateway):
    provider = "serwersms"
    label = "SerwerSMS"
    default_url = "https://api2.serwersms.pl"
    needs = ("password",)
    batch_size = 100
    asks_statuses = True
    looks_up = True

    def groups(self, messages: list[Message]) -> list[list[Message]]:
        """One text a call, to many numbers, each once: it sends but once to each."""
        return by_text(messages)

    def send_group(self, messages: list[Message]) -> list[Outcome]:
        answer = self._post(
            "/messages/send_sms.json",
            phone=[message.number for message in messages],
            text=messages[0].text,
            unique_id=[message.reference for message in messages],
            sender=self.account.sender,
            utf=messages[0].encoding != "GSM-7",
            details=True,
        )
        found = answer.data if isinstance(answer.data, dict) else {}
        if "error" in found:
            return self._refused(messages, found["error"])
        if not isinstance(found.get("items"), list):
            raise self.nonsense(answer)
        by_number = {m.number: m for m in messages}
        return [
            self._outcome(message, item)
            for item in found["items"]
            if isinstance(item, dict)
            for number, message in by_number.items()
            if same_number(str(item.get("phone")), number)
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
                provider_id=str(item.get("id") or ""),
            )
        return self._rejected(
            message, item.get("error_code"), item.get("error_message")
        )

    def _refused(self, messages, error):
        """The call as a whole was refused: nothing of it was sent."""
        error = error if isinstance(error, dict) else {"message": error}
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

    # -- reports ---------------------------------------------------------------------

    def statuses(self, sent: list[Sent]) -> list[Report]:
        known = {one.provider_id: one.reference for one in sent if one.provider_id}
        if not known:
            return []
        answer = self._post("/messages/reports.json", id=list(known))
        return [
            Report(
                known[str(item.get("id"))],
                delivered=item.get("status") in DELIVERED,
                at=_moment(item.get("delivered")),
                reason=f"SerwerSMS: {item.get('reason') or item.get('status')}",
            )
            for item in _items(answer)
            if str(item.get("id")) in known
            and item.get("status") in DELIVERED | GIVEN_UP
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
        if not isinstance(answer.data, dict) or "items" not in answer.data:
            return None
        items = _items(answer)
        if not items:
            return Outcome(reference, Verdict.NOT_TAKEN, reason=NOT_KNOWN_THERE)
        refused = items[0].get("status") == "unsent"
        return Outcome(
            reference,
            Verdict.REJECTED if refused else Verdict.ACCEPTED,
            provider_id=str(items[0].get("id") or ""),
            reason=str(items[0].get("reason") or "SerwerSMS: unsent")
            if refused
            else "",
        )


def _items(answer):
    items = answer.data.get("items") if isinstance(answer.data, dict) else None
    return [item for item in items or [] if isinstance(item, dict)]


def _moment(words):
    """``2026-11-22 10:05:00``, as the clocks in Poland show it."""
    try:
        at = datetime.strptime(words or "", "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return None
    return utc(at.replace(tzinfo=ITS_TIME))
