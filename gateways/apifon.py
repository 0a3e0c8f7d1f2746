"""Apifon (Greece): https://docs.apifon.com

Each request is signed, as the provider's own client does: HMAC-SHA256 over the method,
the path, the body and the date. The fields of a message are of its documentation. Of
other people's programs, which disagree, so that both work:

* ``callback_url`` stands beside the message, or in it: it is sent in both places;
* an answer has ``results: {"3069…": [{message_id, …}]}``, or without the list; beside
  ``result_info: {status_code, description}``, where 200 is well;
* errors come as HTTP 4xx, or as ``result_info`` with HTTP 200;
* a report is JSON with a list of ``{message_id, status, …}``, named ``results`` or
  ``data``, where ``status`` is a word or ``{code, text}``. Reports are not signed. What
  the codes of an SMS mean is not known here: only the words are read. That their
  ``timestamp`` is seconds since 1970 is taken from one example.

It fills in names in braces, ``{name}``, for which we send nothing.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from dataclasses import replace
from datetime import datetime, timezone
from email.utils import formatdate
from http import HTTPStatus
from urllib.parse import urlsplit

from .base import Balance, Callback, Failure, Forged, Message, Outcome, Report, Verdict
from .shapes import number_of, object_of, objects_of, text_of
from .web import Answer, PooledGateway, code_number, same_number, utc

GSM_7 = 0
UCS_2 = 2

# What these say was refused, and what for.
REFUSING = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}
# What the words of an error are about: the first that fits. They are guessed.
TOPICS = (
    ("balance|credit|fund", Failure.CREDIT),
    ("sender", Failure.SENDER),
    ("number|recipient|destination|subscriber|msisdn", Failure.NUMBER),
    ("text|message|encoding", Failure.TEXT),
)

DELIVERED = {"delivered", "delivrd", "read", "seen"}
GIVEN_UP = {
    "blocked",
    "deleted",
    "error",
    "expired",
    "failed",
    "not delivered",
    "rejected",
    "undelivered",
    "undeliverable",
}


class ApifonGateway(PooledGateway):
    provider = "apifon"
    label = "Apifon"
    default_url = "https://ars.apifon.com"
    #: the token and its secret key
    needs = ("username", "password", "sender")
    asks_balance = True

    def authenticate(self, request):
        """Sign what is sent, to the byte: the path as it is in the address."""
        date = formatdate(usegmt=True)
        body = request.body or b""
        parts = (
            request.method.encode(),
            urlsplit(request.url).path.encode(),
            body.encode() if isinstance(body, str) else body,
            date.encode(),
        )
        key = self.account.password.encode()
        signature = b64encode(hmac.digest(key, b"\n".join(parts), "sha256")).decode()
        request.headers["X-ApifonWS-Date"] = date
        request.headers["Authorization"] = (
            f"ApifonWS {self.account.username}:{signature}"
        )
        return request

    def send_group(self, messages: list[Message]) -> list[Outcome]:
        (message,) = messages
        answer = self.call(
            "POST",
            "/services/api/v1/sms/send",
            json=self._values(message),
            headers={"Content-Type": "application/json; charset=utf-8"},
        )
        taken = _about(message, object_of(object_of(answer.data).get("results")))
        status = _status(answer)
        if taken and 200 <= status < 300:
            provider_id = text_of(taken, "message_id")
            return [
                Outcome(message.reference, Verdict.ACCEPTED, provider_id=provider_id)
            ]
        if taken or status < 300:
            raise self.nonsense(answer)
        return [self._refused(message, replace(answer, status=status))]

    def _values(self, message):
        content = {
            "text": message.text,
            "dc": GSM_7 if message.encoding == "GSM-7" else UCS_2,
            "sender_id": self.sender_of(message),
        }
        values = {
            "message": content,
            "subscribers": [{"number": message.number.lstrip("+")}],
            "reference_id": message.reference,
        }
        if message.report_url:
            values["callback_url"] = content["callback_url"] = message.report_url
        return values

    def _refused(self, message, answer):
        """:param answer: with the status that it means, whatever HTTP said"""
        failure, trouble = _topic(_words(answer)), self.trouble(answer)
        if answer.status == HTTPStatus.PAYMENT_REQUIRED:
            failure = Failure.CREDIT
        if trouble:
            failure = failure if failure is Failure.CREDIT else trouble.failure
            return replace(trouble.outcome(message), failure=failure)
        reason = self.words(answer)
        if answer.status not in REFUSING:
            return Outcome(message.reference, Verdict.UNKNOWN, reason=reason)
        waits = failure is Failure.CREDIT
        verdict = Verdict.NOT_TAKEN if waits else Verdict.REJECTED
        return Outcome(message.reference, verdict, failure=failure, reason=reason)

    def provider_words(self, answer: Answer) -> str | None:
        """Of an error, wherever it says so, with the status that it means."""
        words, status = _words(answer), _status(answer)
        return f"{words} ({status})" if words and status >= 400 else None

    def balance(self) -> Balance:
        """In what it counts is not written; asked without a body, as it is signed."""
        answer = self.ask("POST", "/services/api/v1/balance")
        data = object_of(answer.data)
        amount = number_of(data.get("balance"))
        if answer.status >= 300 or amount is None:
            raise self.nonsense(answer)
        return Balance(amount, text_of(data, "currency"))

    def parse_reports(self, callback: Callback) -> list[Report]:
        rows = _rows(callback)
        if not any(row.keys() & {"status", "status_description"} for row in rows):
            raise Forged("results")
        return [
            report
            for row in rows
            for report in self._report(callback.reference, row)
            if report.reference or report.provider_id
        ]

    def _report(self, reference, row):
        """:return: a list of one report, or of none where it is still on its way"""
        provider_id = text_of(row, "message_id")
        at = _moment(row.get("timestamp"))
        status = _report_status(row)
        if status in DELIVERED:
            return [Report(reference, True, provider_id, at)]
        if status in GIVEN_UP:
            words = f"Apifon: {status}"
            return [Report(reference, False, provider_id, at, reason=words)]
        return []


def _about(message, results):
    """What was taken for this number, with its id; None where nothing is said."""
    for number, items in results.items():
        for item in objects_of(items if isinstance(items, list) else [items]):
            if text_of(item, "message_id") and same_number(number, message.number):
                return item
    return None


def _status(answer):
    """The worse of HTTP's status and the answer's own."""
    info = object_of(object_of(answer.data).get("result_info"))
    code = code_number(info.get("status_code"))
    return code if code and answer.status < 300 else answer.status


def _words(answer):
    """What it says of an error, wherever it says so."""
    data = object_of(answer.data)
    info = object_of(data.get("result_info"))
    return text_of(info, "description") or text_of(
        data, "status_description", "detail", "message", "title"
    )


def _topic(words):
    words = words.lower()
    return next(
        (topic for pattern, topic in TOPICS if re.search(pattern, words)),
        Failure.OTHER,
    )


def _rows(callback):
    data = callback.data()
    if isinstance(data, dict):
        data = data.get("results") or data.get("data") or data
    return objects_of(data if isinstance(data, list) else [data])


def _report_status(row):
    """A word in small letters; empty where there is none."""
    words = text_of(object_of(row.get("status")), "text") or text_of(
        row, "status", "status_description"
    )
    return words.strip().lower()


def _moment(seconds):
    """Seconds since 1970, or thousandths of them; None where there is no such thing."""
    seconds = number_of(seconds) or 0
    if not 0 < seconds < 1e14:
        return None
    seconds = seconds / 1000 if seconds > 1e11 else seconds
    return utc(datetime.fromtimestamp(seconds, timezone.utc))
