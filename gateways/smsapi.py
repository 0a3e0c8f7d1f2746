"""SMSAPI (Poland, Sweden, Bulgaria, world): https://www.smsapi.pl/docs/

Errors come with HTTP 200. It is the one provider here that promises not to send the
same reference (``idx``) twice when it is told to check (``check_idx``): what is in
doubt is handed over again, and error 53 says that it had been sent.

What phones answer comes to an address that is set in its panel. The names of what comes
there (``sms_from``, ``sms_to``, ``sms_text``, ``sms_date``, ``MsgId``) are remembered
from its documentation, and could not be looked up again (D); nor could what it means by
a sender name that is INACTIVE: it is taken for one that may not be used.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from .base import (
    Balance,
    Callback,
    Failure,
    Forged,
    Message,
    Outcome,
    Reply,
    Report,
    SenderName,
    SenderStatus,
    Sent,
    Trouble,
    Verdict,
)
from .shapes import number_of, object_of, objects_of, text_of
from .web import PooledGateway, by_text, code_number, same_number, utc
from .words import NO_BALANCE

ALREADY_SENT = 53
# "Internal error, the message was not sent": try later.
PASSING = {202}
# "Error in request", "internal error": whether it was taken is not said.
INTERNAL = {8, 201, 999}
FAILURES = {
    11: Failure.TEXT,
    12: Failure.TEXT,
    13: Failure.NUMBER,
    14: Failure.SENDER,
    57: Failure.NUMBER,
    101: Failure.ACCOUNT,
    102: Failure.ACCOUNT,
    103: Failure.CREDIT,
    105: Failure.ACCOUNT,
}
# Of the account, not of the message: they pass when somebody mends the account.
OF_ACCOUNT = {101, 102, 103, 105}

DELIVERED = {"404", "DELIVERED"}
# 402 expired, 405 undelivered, 406 failed, 407 rejected, 412 stopped
GIVEN_UP = {
    "402": "EXPIRED",
    "405": "UNDELIVERED",
    "406": "FAILED",
    "407": "REJECTED",
    "412": "STOPPED",
}

SENDER_STATUSES = {
    "ACTIVE": SenderStatus.AUTHORISED,
    "PENDING": SenderStatus.WAITING,
    "INACTIVE": SenderStatus.REFUSED,
    "REJECTED": SenderStatus.REFUSED,
}


class SmsApiGateway(PooledGateway):
    provider = "smsapi"
    label = "SMSAPI"
    default_url = "https://api.smsapi.pl"
    needs = ("password",)
    batch_size = 100
    asks_statuses = True
    asks_balance = True
    lists_senders = True
    takes_replies = True
    # anything else, and it tells us again
    reply_answer = ("OK", "text/plain")
    # how long a reference is remembered is nowhere written: no longer than surely
    repeats_safely = timedelta(hours=12)

    def authenticate(self, request):
        request.headers["Authorization"] = f"Bearer {self.account.password}"
        return request

    def groups(self, messages: list[Message]) -> list[list[Message]]:
        """One text a call, to many numbers, each once."""
        return by_text(messages)

    def send_group(self, messages: list[Message]) -> list[Outcome]:
        data = {
            "to": ",".join(message.number.lstrip("+") for message in messages),
            "message": messages[0].text,
            "format": "json",
            "encoding": "utf-8",
            "details": 1,
            "idx": "|".join(message.reference for message in messages),
            "check_idx": 1,
        }
        if self.account.sender:
            data["from"] = self.account.sender
        if self.account.report_url:
            data["notify_url"] = self.account.report_url
        answer = self.ask("POST", "/sms.do", data=data)
        found = object_of(answer.data)
        if found.get("error"):
            return self._refused(messages, found)
        if not isinstance(found.get("list"), list):
            raise self.nonsense(answer)
        return [
            self._outcome(message, item)
            for item in objects_of(found["list"])
            for message in messages
            if self._is_about(item, message)
        ]

    def _is_about(self, item, message):
        if item.get("idx"):
            return item["idx"] == message.reference
        number = text_of(item, "number", "submitted_number")
        return same_number(number, message.number)

    def _outcome(self, message, item):
        if item.get("error"):
            return self._rejected(message, item["error"], item.get("message"))
        provider_id = text_of(item, "id")
        return Outcome(
            message.reference,
            # neither an error nor an id: who knows
            Verdict.ACCEPTED if provider_id else Verdict.UNKNOWN,
            provider_id=provider_id,
            credits=number_of(item.get("points")),
        )

    def _refused(self, messages, found):
        """The call as a whole was refused: nothing of it was sent."""
        code = code_number(found["error"])
        if len(messages) > 1 and code not in OF_ACCOUNT | PASSING | INTERNAL:
            # one of them is to blame, which does not concern the others
            return [self._send_or_tell([message])[0] for message in messages]
        return [
            self._rejected(message, code, found.get("message")) for message in messages
        ]

    def _rejected(self, message, code, words):
        code = code_number(code)
        if code == ALREADY_SENT:
            return Outcome(message.reference, Verdict.ACCEPTED)
        verdict = Verdict.REJECTED
        if code in OF_ACCOUNT | PASSING:
            verdict = Verdict.NOT_TAKEN
        elif code in INTERNAL:
            verdict = Verdict.UNKNOWN  # asked again under the same reference
        return Outcome(
            message.reference,
            verdict,
            failure=FAILURES.get(code, Failure.OTHER),
            reason=self.account.without_secrets(f"{words or 'SMSAPI'} ({code})"),
        )

    # -- reports ---------------------------------------------------------------------

    def statuses(self, sent: list[Sent]) -> list[Report]:
        known = {one.provider_id: one for one in sent if one.provider_id}
        if not known:
            return []
        answer = self.ask(
            "POST",
            "/sms.do",
            data={"status": "|".join(known), "format": "json", "details": 1},
        )
        reports = []
        for item in objects_of(object_of(answer.data).get("list")):
            one = known.get(text_of(item, "id"))
            if one:
                at = _moment(item.get("donedate") or item.get("date_sent"))
                reports += _report(one.reference, "", item.get("status"), at)
        return reports

    def parse_reports(self, callback: Callback) -> list[Report]:
        """Several messages in one call, each parameter joined by commas."""
        values = callback.parameters
        ids = values.get("MsgId", "").split(",")
        references = values.get("idx", "").split(",")
        statuses = (values.get("status_name") or values.get("status", "")).split(",")
        dates = values.get("donedate", "").split(",")
        if not values.get("MsgId") or len(statuses) != len(ids):
            raise Forged("MsgId, status")
        if len(references) != len(ids):
            references = [""] * len(ids)
        if len(dates) != len(ids):
            dates = [""] * len(ids)
        return [
            report
            for provider_id, reference, status, date in zip(
                ids, references, statuses, dates, strict=True
            )
            for report in _report(reference, provider_id, status, _moment(date))
        ]

    def parse_replies(self, callback: Callback) -> list[Reply]:
        """One SMS in a call.

        Whether ``MsgId`` is the reply's, or that of the message that it answers, is not
        known; with its date it is the reply's in any case.
        """
        values = callback.parameters
        if not values.get("sms_from") or "sms_text" not in values:
            raise Forged("sms_from, sms_text")
        own, date = values.get("MsgId"), values.get("sms_date")
        return [
            Reply(
                values["sms_from"],
                values["sms_text"],
                to=values.get("sms_to", ""),
                provider_id=f"{own}-{date}" if own and date else "",
                at=_moment(date),
            )
        ]

    # -- the account -----------------------------------------------------------------

    def check(self) -> Balance | None:
        """An account that pays later may have no points."""
        points = number_of(self._profile().get("points"))
        return None if points is None else Balance(points)

    def balance(self) -> Balance:
        """In points of its own, whatever currency the account pays in."""
        balance = self.check()
        if balance is None:
            raise Trouble(Verdict.UNKNOWN, NO_BALANCE)
        return balance

    def _profile(self):
        answer = self.ask("GET", "/profile")
        found = object_of(answer.data)
        if answer.status >= 300 or not found or found.get("error"):
            raise self.nonsense(answer)
        return found

    def senders(self) -> list[SenderName]:
        answer = self.ask("GET", "/sms/sendernames")
        found = object_of(answer.data).get("collection")
        if answer.status >= 300 or not isinstance(found, list):
            raise self.nonsense(answer)
        return [name for item in objects_of(found) for name in _sender(item)]


def _sender(item):
    """:return: a list of one name, or of none where it is no more"""
    name, status = text_of(item, "sender"), text_of(item, "status").upper()
    if not name or status in ("", "DELETED"):
        return []
    found = SENDER_STATUSES.get(status, SenderStatus.WAITING)
    is_plain = status in ("ACTIVE", "PENDING")
    return [SenderName(name, found, reason="" if is_plain else status)]


def _report(reference, provider_id, status, at):
    """:return: a list of one report, or of none where it is still on its way"""
    status = str(status or "").upper()
    words = GIVEN_UP.get(status, status)
    if status in DELIVERED:
        return [Report(reference, True, provider_id, at)]
    if words in GIVEN_UP.values():
        failure = Failure.NUMBER if words == "UNDELIVERED" else Failure.OTHER
        return [Report(reference, False, provider_id, at, failure, f"SMSAPI: {words}")]
    return []


def _moment(seconds):
    """Seconds since 1970, as text; None where there is no such thing."""
    try:
        return utc(datetime.fromtimestamp(int(seconds)).astimezone())
    except (TypeError, ValueError, OverflowError, OSError):
        return None
