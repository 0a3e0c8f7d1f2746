"""Yuboto (Greece), OMNI API: https://www.yuboto.com

By its documentation, v1.10 (2025) and v1.3; where they disagree both work:

* recipients are ``contacts: [{phonenumber}]``, once ``phonenumbers``: they are sent the
  new way, and the old way when it answers that these are missing. Never both at once,
  so that nothing is sent twice;
* the key goes into the header as base64, and some accounts are given it so already: see
  :func:`_as_base64`;
* the balance is ``UserBalance``, once ``Balance``;
* a report says ``smsid`` and ``status``, once ``messageId`` and ``statusCode``.

Errors come with HTTP 200. Small Greek letters are put in capitals unless the message is
sent as ``unicode``; without ``longsms`` a text is cut at 160. It fills in names in
braces, ``{first_name}``: a text with braces may be refused.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import datetime, timezone

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
from .shapes import number_of, object_of, objects_of, text_of
from .web import Answer, PooledGateway, code_number, same_number, utc

PHONENUMBERS_MISSING = 20
SYSTEM_ERROR = 500
NO_SUCH_METHOD = 501
# "The sender is in progress for approval. Please try again later"
SENDER_WAITS = 110
# Errors of a whole call: chapter 16.
FAILURES = {
    # wrong key, blocked address or account, no SMS in it; or our address for reports
    **dict.fromkeys(
        (2, 3, 5, 8, 17, 22, 23, 24, 25, 26, 32, 41, 43, 44, 45, 100, 300, 501, 503),
        Failure.ACCOUNT,
    ),
    **dict.fromkeys((4, 39), Failure.CREDIT),
    **dict.fromkeys((6, 10), Failure.COUNTRY),
    **dict.fromkeys((12, 13, 14, 15, 20, 46, 403, 614), Failure.NUMBER),
    **dict.fromkeys((102, 103, 108, 109, 110, 111), Failure.SENDER),
    **dict.fromkeys((36, 47, 48, 49, 50, 51, 52, 53, 104, 105), Failure.TEXT),
}
# Of the account, not of the message: they pass when somebody mends the account.
OF_ACCOUNT = {Failure.ACCOUNT, Failure.CREDIT}
# Errors of one recipient: it could not fill in what stands in braces. 1 is any error.
OF_TEXT = range(2, 11)

# What it says of a message it has, chapter 2.2; "unknown" is no answer.
DELIVERED = {"delivered", "seen", "clicked"}
GIVEN_UP = {
    "blacklisted": Failure.OTHER,
    "blocked": Failure.OTHER,
    "canceled": Failure.OTHER,
    "deleted": Failure.OTHER,
    "error": Failure.OTHER,
    "expired": Failure.OTHER,
    "failed": Failure.CREDIT,
    "not delivered": Failure.OTHER,
    "rejected": Failure.OTHER,
    "undelivered": Failure.OTHER,
    "unsubscribed": Failure.OTHER,
}
# What a report says, chapter 1.4.5; what is negative is given up, too.
REPORTED_DELIVERED = 1
REPORTED_UNDELIVERED = {2, 16}
REPORTED_FAILURES = {-2: Failure.NUMBER, -3: Failure.COUNTRY, -5: Failure.CREDIT}


class YubotoGateway(PooledGateway):
    provider = "yuboto"
    label = "Yuboto"
    default_url = "https://services.yuboto.com"
    #: the API key, as it is or already in base64
    needs = ("password", "sender")
    asks_statuses = True
    asks_balance = True

    def __init__(self, account):
        super().__init__(account)
        self._key = _as_base64(account.password)

    def authenticate(self, request):
        request.headers["Authorization"] = f"Basic {self._key}"
        return request

    def send_group(self, messages: list[Message]) -> list[Outcome]:
        (message,) = messages
        number = message.number.lstrip("+")
        values = self._values(message)
        answer = self._post("Send", contacts=[{"phonenumber": number}], **values)
        if _code(answer) == PHONENUMBERS_MISSING:
            # an older server, which has surely sent nothing
            answer = self._post("Send", phonenumbers=[number], **values)
        return [self._outcome(message, answer)]

    def _values(self, message):
        values = {
            "dlr": bool(message.report_url),
            "option1": message.reference,
            "sms": {
                "sender": self.sender_of(message),
                "text": message.text,
                "typesms": "sms" if message.encoding == "GSM-7" else "unicode",
                "longsms": message.segments > 1,
            },
        }
        if message.report_url:
            values["callbackUrl"] = message.report_url
        return values

    def _post(self, method, **values):
        return self.call(
            "POST",
            f"/omni/v1/{method}",
            json=values,
            headers={"Content-Type": "application/json; charset=utf-8"},
        )

    def _outcome(self, message, answer):
        listed = objects_of(_data(answer).get("message"))
        for item in map(_small, listed):
            if same_number(text_of(item, "phonenumber"), message.number):
                return self._outcome_of_item(message, item, answer)
        if listed:
            raise self.nonsense(answer)
        code, trouble = _code(answer), self.trouble(answer)
        if not code or (trouble and code not in FAILURES):
            raise trouble or self.nonsense(answer)
        if code == SYSTEM_ERROR:
            raise Trouble(Verdict.UNKNOWN, self.words(answer))
        failure = FAILURES.get(code, Failure.OTHER)
        waits = failure in OF_ACCOUNT or code == SENDER_WAITS
        return Outcome(
            message.reference,
            Verdict.NOT_TAKEN if waits else Verdict.REJECTED,
            failure=failure,
            reason=self.words(answer),
        )

    def _outcome_of_item(self, message, item, answer):
        """What became of one recipient; ``Message[]`` tells its own code and status."""
        status = text_of(item, "status").lower()
        code = code_number(item.get("errorcode"))
        provider_id = text_of(item, "id")
        if code in OF_TEXT or (not code and status in GIVEN_UP):
            return Outcome(
                message.reference,
                Verdict.REJECTED,
                provider_id=provider_id,
                failure=Failure.TEXT if code else GIVEN_UP[status],
                reason=f"Yuboto: {status} ({code})" if code else f"Yuboto: {status}",
            )
        if code or _code(answer) or not provider_id:
            raise self.nonsense(answer)
        return Outcome(message.reference, Verdict.ACCEPTED, provider_id=provider_id)

    def provider_words(self, answer: Answer) -> str | None:
        """``{ErrorCode, ErrorMessage}``."""
        words = text_of(_data(answer), "errormessage") or self.label
        return f"{words} ({_code(answer)})" if _code(answer) else None

    def words(self, answer: Answer) -> str:
        # before it is cut, so that no half of a secret is left
        text = self._without_secrets(answer.text)
        return self._without_secrets(super().words(replace(answer, text=text)))

    def _without_secrets(self, words):
        """The key is one in either form."""
        plain = b64decode(self._key).decode()
        words = words.replace(self._key, "•••") if plain else words
        return words.replace(plain, "•••") if len(plain) > 3 else words

    def balance(self) -> Balance:
        """With what it lends. Money is taken for euros, as its documentation has it."""
        answer = self._post("UserBalance")
        if answer.status in (404, 405) or _code(answer) == NO_SUCH_METHOD:
            answer = self._post("Balance")
        code = _code(answer)
        if code:
            failure = FAILURES.get(code, Failure.OTHER)
            raise Trouble(Verdict.NOT_TAKEN, self.words(answer), failure)
        data = _data(answer)
        amount = number_of(data.get("currentbalance", data.get("balance")))
        if answer.status >= 300 or amount is None:
            raise self.trouble(answer) or self.nonsense(answer)
        is_money = text_of(data, "type").lower() == "money"
        return Balance(amount, "EUR" if is_money else "")

    # -- reports ---------------------------------------------------------------------

    def statuses(self, sent: list[Sent]) -> list[Report]:
        """Each alone: it is asked for one at a time."""
        known = [one for one in sent if one.provider_id]
        if not known:
            return []
        return [report for report in self.together(self._status, known) if report]

    def _status(self, one):
        try:
            answer = self._post("Dlr", id=one.provider_id)
        except Trouble:
            return None
        for channel in map(_small, objects_of(_data(answer).get("dlr"))):
            if text_of(channel, "channel").lower() in ("", "sms"):
                return _report(one.reference, channel)
        return None

    def parse_reports(self, callback: Callback) -> list[Report]:
        """One message in a call. In which zone its ``dlrDate`` is, is not written: it
        is not read."""
        values = _small(callback.parameters)
        reference = callback.reference or values.get("option1", "")
        provider_id = values.get("smsid") or values.get("messageid") or ""
        code = code_number(values.get("status") or values.get("statuscode"))
        if not code or not (reference or provider_id):
            raise Forged("smsid, status")
        if values.get("option1", reference) not in ("", reference):
            raise Forged("option1")
        if code == REPORTED_DELIVERED:
            return [Report(reference, True, provider_id)]
        if code > 0 and code not in REPORTED_UNDELIVERED:
            return []
        failure = REPORTED_FAILURES.get(code, Failure.OTHER)
        words = values.get("statusdescription") or self.label
        reason = self._without_secrets(f"{words} ({code})")
        return [Report(reference, False, provider_id, failure=failure, reason=reason)]


def _as_base64(key):
    """The key as the header takes it.

    What reads as plain text once it is decoded is base64 already. A key as it is, a
    GUID such as ``CB1430E4-8A88-…``, has dashes, which base64 has not.
    """
    try:
        plain = b64decode(key, validate=True)
    except ValueError:
        plain = b""
    if plain and plain.isascii() and plain.decode().isprintable():
        return key
    return b64encode(key.encode()).decode()


def _small(item):
    """Names in small letters: they are not written alike everywhere."""
    return {name.lower(): value for name, value in item.items()}


def _data(answer):
    return _small(object_of(answer.data))


def _code(answer):
    """The error of a whole call; 0 where there is none."""
    return code_number(_data(answer).get("errorcode"))


def _report(reference, channel):
    """:return: a report; None where it is still on its way"""
    status = text_of(channel, "status").lower()
    at = _moment(channel.get("dlrdate"))
    if status in DELIVERED:
        return Report(reference, True, at=at)
    if status in GIVEN_UP:
        words = f"Yuboto: {status}"
        return Report(reference, False, at=at, failure=GIVEN_UP[status], reason=words)
    return None


def _moment(words):
    """``/Date(1500550341991)/``: milliseconds since 1970, UTC."""
    found = re.match(r"/Date\((\d{1,14})\b", str(words))
    if not found:
        return None
    return utc(datetime.fromtimestamp(int(found[1]) / 1000, timezone.utc))
