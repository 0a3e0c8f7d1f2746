"""Vonage, once Nexmo (world), its SMS API: https://developer.vonage.com/api/sms

The user name is the API key, the password the API secret. Errors come with HTTP 200,
and a long message is answered, charged and reported on part by part.

Its reports and replies are signed where that is set up at Vonage; then the gateway has
the same signature secret and method (``options``), and takes none without.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime

from .base import (
    Balance,
    Callback,
    Failure,
    Forged,
    Message,
    Outcome,
    Reply,
    Report,
    Verdict,
)
from .masking import without_spellings
from .shapes import number_of, object_of, objects_of, text_of
from .web import Answer, BasicAuthGateway, code_number
from .words import PARTLY_TAKEN

# Longer addresses are refused, as the official package knows.
LONGEST_CALLBACK = 100
# What it charges in and counts the balance in.
CURRENCY = "EUR"

# https://developer.vonage.com/messaging/sms/guides/troubleshooting-sms
TAKEN = "0"
MISSING_PARAMETER = 2
BAD_CALLBACK = 23
# They pass by themselves, or when somebody mends the account.
NOT_NOW = {
    1: Failure.SERVER,  # throttled
    4: Failure.ACCOUNT,  # credentials
    8: Failure.ACCOUNT,  # barred
    9: Failure.CREDIT,
    10: Failure.SERVER,  # too many connections
    11: Failure.ACCOUNT,  # not for HTTP
    14: Failure.ACCOUNT,  # has to be signed
    19: Failure.ACCOUNT,  # facility not allowed
    29: Failure.ACCOUNT,  # a trial account sends to listed numbers only
    32: Failure.ACCOUNT,
}
REFUSED = {
    MISSING_PARAMETER: Failure.OTHER,
    3: Failure.OTHER,  # invalid parameter
    6: Failure.NUMBER,  # "for example, an unrecognized number prefix"
    7: Failure.NUMBER,  # barred
    12: Failure.TEXT,  # too long
    15: Failure.SENDER,  # not in that country
    BAD_CALLBACK: Failure.OTHER,
    33: Failure.NUMBER,  # given up
}

DELIVERED = "delivered"
GIVEN_UP = {"expired", "failed", "rejected"}
# https://developer.vonage.com/messaging/sms/guides/delivery-receipts
WORDS = {
    1: "Unknown",
    2: "Absent subscriber, temporary",
    3: "Absent subscriber, permanent",
    4: "Call barred by user",
    5: "Portability error",
    6: "Anti-spam rejection",
    7: "Handset busy",
    8: "Network error",
    9: "Illegal number",
    10: "Illegal message",
    11: "Unroutable",
    12: "Destination unreachable",
    13: "Subscriber age restriction",
    14: "Number blocked by carrier",
    15: "Prepaid: insufficient funds",
    16: "Gateway quota exceeded",
    50: "Entity filter",
    51: "Header filter",
    52: "Content filter",
    53: "Consent filter",
    54: "Regulation error",
    99: "General error",
}
FAILURES = {
    3: Failure.NUMBER,
    4: Failure.NUMBER,
    5: Failure.NUMBER,
    6: Failure.TEXT,
    9: Failure.NUMBER,
    10: Failure.TEXT,
    11: Failure.NUMBER,
    12: Failure.NUMBER,
    51: Failure.SENDER,
    52: Failure.TEXT,
}

# Of several parts that were refused, what counts for the message.
WORST = (Verdict.NOT_TAKEN, Verdict.REJECTED, Verdict.UNKNOWN)

# A plain hash, which is Vonage's default, or HMAC with one of them.
PLAIN_HASH = "md5hash"
HMACS = {"md5", "sha1", "sha256", "sha512"}


class VonageGateway(BasicAuthGateway):
    provider = "vonage"
    label = "Vonage"
    default_url = "https://rest.nexmo.com"
    needs = ("username", "password")
    options = ("signature_method",)
    asks_balance = True
    takes_replies = True

    def send_group(self, messages: list[Message]) -> list[Outcome]:
        (message,) = messages
        report_url = message.report_url
        if len(report_url) > LONGEST_CALLBACK:
            # the one of all messages: reports carry our reference
            report_url = self.account.report_url
        if len(report_url) > LONGEST_CALLBACK:
            report_url = ""
        parts = self._hand_over(message, report_url)
        if report_url and {_code(part) for part in parts} == {BAD_CALLBACK}:
            # surely refused for that address alone
            parts = self._hand_over(message, "")
        return [self._outcome(message, parts)]

    def _hand_over(self, message, report_url):
        """:return: what it says of each part"""
        data = {
            "from": self.sender_of(message).lstrip("+"),
            "to": message.number.lstrip("+"),
            "text": message.text,
            "type": "text" if message.encoding == "GSM-7" else "unicode",
            "client-ref": message.reference,
            "callback": report_url,
        }
        data = {name: value for name, value in data.items() if value}
        return self._parts(self.ask("POST", "/sms/json", data=data))

    def _parts(self, answer):
        found = object_of(answer.data)
        parts = objects_of(found.get("messages"))
        statuses = [text_of(part, "status") for part in parts]
        # whatever it does not tell of may have been taken
        is_all = code_number(text_of(found, "message-count")) <= len(parts)
        if parts != found.get("messages") or not parts or not all(statuses):
            raise self.nonsense(answer)
        if not is_all and set(statuses) != {TAKEN}:
            raise self.nonsense(answer)
        return parts

    def _outcome(self, message, parts):
        taken = [part for part in parts if text_of(part, "status") == TAKEN]
        if not taken:
            refusals = [self._refusal(message, part) for part in parts]
            return max(refusals, key=lambda outcome: WORST.index(outcome.verdict))
        is_whole = len(taken) == len(parts)
        prices = [number_of(part.get("message-price")) for part in taken]
        known = [price for price in prices if price is not None]
        return Outcome(
            message.reference,
            Verdict.ACCEPTED if is_whole else Verdict.UNKNOWN,
            text_of(taken[0], "message-id"),
            cost=round(sum(known), 8) if known else None,
            currency=CURRENCY if known else "",
            reason="" if is_whole else PARTLY_TAKEN,
        )

    def _refusal(self, message, part):
        code = _code(part)
        if code == MISSING_PARAMETER and not self.sender_of(message):
            verdict, failure = Verdict.NOT_TAKEN, Failure.SENDER
        elif code in NOT_NOW:
            verdict, failure = Verdict.NOT_TAKEN, NOT_NOW[code]
        elif code in REFUSED:
            verdict, failure = Verdict.REJECTED, REFUSED[code]
        else:
            verdict, failure = Verdict.UNKNOWN, Failure.SERVER
        said = text_of(part, "error-text") or "Vonage"
        words = without_spellings(self.account, f"{said} ({text_of(part, 'status')})")
        return Outcome(message.reference, verdict, failure=failure, reason=words)

    def provider_words(self, answer: Answer) -> str | None:
        """``authentication failed (401)``, where it says so."""
        found = object_of(answer.data)
        part = next(iter(objects_of(found.get("messages"))), {})
        said = text_of(part, "error-text")
        said = said or text_of(found, "error-code-label", "detail", "title")
        if not said:
            return None
        code = text_of(part, "status") or text_of(found, "error-code") or answer.status
        return f"{said} ({code})"

    # -- the account -----------------------------------------------------------------

    def balance(self) -> Balance:
        answer = self.ask("GET", "/account/get-balance")
        left = number_of(object_of(answer.data).get("value"))
        if left is None:
            raise self.nonsense(answer)
        return Balance(left, CURRENCY)

    # -- what comes in ---------------------------------------------------------------

    def parse_reports(self, callback: Callback) -> list[Report]:
        """Of the webhook for delivery receipts: GET, POST, or POST of JSON.

        A long message is reported on part by part, each with an id of its own but with
        the same reference. The first final report decides, since a final state stays: a
        message whose first piece failed has failed, whatever becomes of the others.
        ``price`` is that of the piece, in euros.

        :raise Forged: without a signature, too, where there is a secret for it
        """
        values = self._authentic(callback)
        message_id = text_of(values, "messageId", "message-id")
        status = text_of(values, "status")
        if not message_id or not status:
            raise Forged("messageId, status")
        reference = text_of(values, "client-ref") or callback.reference
        at = _delivered_at(values)
        charged = _charged(values)
        if status == DELIVERED:
            return [Report(reference, True, message_id, at, **charged)]
        if status not in GIVEN_UP:
            return []
        code = code_number(text_of(values, "err-code"))
        words = WORDS.get(code, f"Vonage: {status}")
        failure = FAILURES.get(code, Failure.OTHER)
        reason = f"{words} ({code})" if code else words
        return [Report(reference, False, message_id, at, failure, reason, **charged)]

    def parse_replies(self, callback: Callback) -> list[Reply]:
        """Of the webhook for inbound SMS: GET, POST, or POST of JSON.

        The pieces of a long reply (``concat``) come one by one and in any order, each
        with an id and a text of its own: each is a reply.

        :raise Forged: without a signature, too, where there is a secret for it
        """
        values = self._authentic(callback)
        number = text_of(values, "msisdn")
        message_id = text_of(values, "messageId", "message-id")
        if not number or not message_id:
            raise Forged("msisdn, messageId")
        if text_of(values, "type") == "binary":
            return []  # for a telephone, not for a person
        return [
            Reply(
                number,
                text_of(values, "text"),
                to=text_of(values, "to"),
                provider_id=message_id,
                at=_moment(text_of(values, "message-timestamp")),
            )
        ]

    def _authentic(self, callback):
        """What a request says.

        How old its ``timestamp`` is does not matter: what we do not answer is pushed
        again for 24 hours, and nowhere it says that it is signed anew then. What is
        said twice changes nothing, as a final state stays and a reply has an id.
        """
        data = callback.data()
        values = data if isinstance(data, dict) else dict(callback.parameters)
        if self.account.signature_secret:
            signature = text_of(values, "sig").lower().encode("utf-8", "replace")
            if not hmac.compare_digest(self._signature(values).encode(), signature):
                raise Forged("sig")
        return values

    def _signature(self, values):
        """The parameters in the order of their names, then the secret; or HMAC:
        https://developer.vonage.com/en/getting-started/concepts/signing-messages"""
        text = "".join(
            f"&{name}={_signed(value)}"
            for name, value in sorted(values.items())
            if name != "sig"
        ).encode("utf-8", "replace")
        secret = self.account.signature_secret.encode()
        method = self.account.options.get("signature_method") or PLAIN_HASH
        if method == PLAIN_HASH:
            return hashlib.md5(text + secret, usedforsecurity=False).hexdigest()
        if method not in HMACS:
            raise Forged("signature_method")
        return hmac.new(secret, text, method).hexdigest()


def _charged(values):
    cost = number_of(values.get("price"))
    if cost is None:
        return {}
    return {"cost": cost, "currency": CURRENCY, "is_cost_of_segment": True}


def _signed(value):
    """``_`` in place of what parts parameters; numbers as JSON has them, which Vonage
    is not known to send."""
    if isinstance(value, str):
        return value.replace("&", "_").replace("=", "_")
    return json.dumps(value)


def _code(part):
    return code_number(text_of(part, "status"))


def _delivered_at(values):
    """``scts``, ``YYMMDDHHMM``, said to be in UTC but an hour ahead in Vonage's own
    example: no later than the report was pushed."""
    told = _moment(text_of(values, "scts"), "%y%m%d%H%M")
    pushed = _moment(text_of(values, "message-timestamp"))
    return min(filter(None, (told, pushed)), default=None)


def _moment(words, pattern="%Y-%m-%d %H:%M:%S"):
    """In UTC; None where there is no such thing."""
    try:
        return datetime.strptime(words, pattern)
    except ValueError:
        return None
