"""smsoffice.ge (Georgia): https://smsoffice.ge/integration/

Errors come with HTTP 200. It gives no id, and answers for a call as a whole: so each
message goes alone, under a label of 20 characters made of our reference, which is its
id from then on.

Where reports go is set in its panel, for all messages: the address for several messages
belongs there, and a report is joined by its label. It has to be asked, and its balance
too, by GET with the key in the address; no other way is known (of other people's
programs, like all that is said here of reports). Those take the time of a report for
UTC or for local time; here it is Georgia's, UTC+4 without summer time.

A message goes without ``urgent``, so that it respects the stop list.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta, timezone

from .base import (
    Balance,
    Callback,
    Failure,
    Forged,
    Message,
    Outcome,
    Report,
    Sent,
    Trouble,
    Verdict,
)
from .shapes import object_of, text_of
from .web import Answer, PooledGateway, code_number, utc

# How long a reference may be.
LABEL_LENGTH = 20
ITS_TIME = timezone(timedelta(hours=4))

PASSING = -100
FAILURES = {
    10: Failure.NUMBER,  # none that is valid, or none of Georgia
    20: Failure.CREDIT,
    40: Failure.TEXT,  # too long
    60: Failure.TEXT,  # empty
    70: Failure.NUMBER,  # none at all
    75: Failure.NUMBER,  # on the stop list
    76: Failure.NUMBER,  # how it is written
    77: Failure.NUMBER,  # one or the other
    80: Failure.ACCOUNT,  # wrong key
    110: Failure.SENDER,
    120: Failure.ACCOUNT,  # the API is not switched on
    150: Failure.SENDER,
    500: Failure.ACCOUNT,  # no key
    600: Failure.NUMBER,
    700: Failure.SENDER,
    800: Failure.TEXT,
    PASSING: Failure.SERVER,
}
# Of the account, not of the message: they pass when somebody mends the account.
OF_ACCOUNT = {20, 80, 120, 500}

DELIVERED = {"delivered"}
GIVEN_UP = {"undelivered", "expired", "rejected", "failed"}


class SmsOfficeGateway(PooledGateway):
    provider = "smsoffice"
    label = "smsoffice.ge"
    default_url = "https://smsoffice.ge"
    #: the API key
    needs = ("password", "sender")
    asks_statuses = True
    asks_balance = True
    credits_per_segment = 1

    def send_group(self, messages: list[Message]) -> list[Outcome]:
        (message,) = messages
        # by POST its address has to end with a slash
        answer = self.call("POST", "/api/v2/send/", data=self._form(message))
        data = object_of(answer.data)
        success, code, well = _success(data), _code(data), answer.status < 300
        if success and not code and well:
            label = label_of(message.reference)
            return [Outcome(message.reference, Verdict.ACCEPTED, provider_id=label)]
        if success:
            # it says both
            raise self.nonsense(answer)
        if code in FAILURES or (code and well):
            return [self._refused(message, code, answer)]
        raise self.trouble(answer) or self.nonsense(answer)

    def _form(self, message):
        return {
            "key": self.account.password,
            "destination": message.number.lstrip("+"),
            "sender": self.sender_of(message),
            "content": message.text,
            "reference": label_of(message.reference),
        }

    def _refused(self, message, code, answer):
        waits = code in OF_ACCOUNT or code == PASSING
        return Outcome(
            message.reference,
            Verdict.NOT_TAKEN if waits else Verdict.REJECTED,
            failure=FAILURES.get(code, Failure.OTHER),
            reason=self.words(answer),
        )

    def provider_words(self, answer: Answer) -> str | None:
        """``{Message, ErrorCode}``."""
        data = object_of(answer.data)
        words = text_of(data, "Message") or self.label
        return f"{words} ({_code(data)})" if _code(data) else None

    def balance(self) -> Balance:
        """How many messages are left. An answer is a plain number."""
        key = {"key": self.account.password}
        answer = self.ask("GET", "/api/getBalance", params=key)
        data = object_of(answer.data)
        code = _code(data)
        if code:
            failure = FAILURES.get(code, Failure.OTHER)
            raise Trouble(Verdict.NOT_TAKEN, self.words(answer), failure)
        try:
            left = int(answer.text.strip().strip('"'))
        except ValueError:
            left = -1
        if answer.status >= 300 or left < 0:
            raise self.nonsense(answer)
        return Balance(left)

    # -- reports ---------------------------------------------------------------------

    def statuses(self, sent: list[Sent]) -> list[Report]:
        """Each alone: it is asked for by number and label."""
        if not sent:
            return []
        return [report for report in self.together(self._status, sent) if report]

    def _status(self, one):
        values = {
            "key": self.account.password,
            "destination": one.number.lstrip("+"),
            "reference": one.provider_id or label_of(one.reference),
        }
        try:
            answer = self.ask("GET", "/api/v2/getMessageStatus/", params=values)
        except Trouble:
            return None
        output = object_of(object_of(answer.data).get("Output"))
        status, reason = text_of(output, "Status"), text_of(output, "Reason")
        return self._report(one.reference, "", status, reason, output.get("Timestamp"))

    def parse_reports(self, callback: Callback) -> list[Report]:
        """One message in a call, by GET: ``reference, status, reason, destination,
        timestamp, operator``; the reference is the label."""
        values = callback.parameters
        label, status = values.get("reference"), values.get("status")
        if not label or not status:
            raise Forged("reference, status")
        if callback.reference and label != label_of(callback.reference):
            raise Forged("reference")
        reason, at = values.get("reason"), values.get("timestamp")
        report = self._report(callback.reference, label, status, reason, at)
        return [report] if report else []

    def _report(self, reference, label, status, reason, at):
        """:return: a report; None where it is still on its way"""
        status = status.strip().lower()
        if status in DELIVERED:
            return Report(reference, True, label, _moment(at))
        if status in GIVEN_UP:
            words = f"{reason} ({status})" if reason else f"smsoffice.ge: {status}"
            words = self.account.without_secrets(words)
            return Report(reference, False, label, _moment(at), reason=words)
        return None


def label_of(reference: str) -> str:
    """What smsoffice.ge knows a message by: 20 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(reference.encode()).hexdigest()[:LABEL_LENGTH]


def _success(data):
    """Whether it says so; where ``Success`` is missing, an explicit code of 0 does."""
    if "Success" in data:
        return str(data["Success"]).lower() == "true"
    return str(data.get("ErrorCode")) == "0"


def _code(data):
    """Its error, which some have seen within ``Output``; 0 where there is none."""
    within = object_of(data.get("Output")).get("ErrorCode")
    return code_number(data.get("ErrorCode")) or code_number(within)


def _moment(words):
    """``20261122100500``, as the clocks in Georgia show it."""
    try:
        at = datetime.strptime(str(words), "%Y%m%d%H%M%S")
        return utc(at.replace(tzinfo=ITS_TIME))
    except (ValueError, OverflowError):
        return None
