"""Twilio (world): https://www.twilio.com/docs/messaging/api/message-resource

The user name is the Account SID (``AC…``), the password the auth token. The SID is part
of every address, as Twilio has it: a name, not a secret. The token goes in a header.

It takes no reference of ours and does not notice a repetition: a message whose answer
is lost stays in doubt until its report comes, to an address of its own. What it refuses
(4xx) it says in JSON, ``{code, message}``: https://www.twilio.com/docs/api/errors. What
is answered 429 "is never processed and is always safe to retry" (20429 there); after a
500 "it is possible for a customer to receive multiple messages" (20500).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import parse_qsl, quote

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
from .masking import without_spellings
from .shapes import number_of, object_of, objects_of, text_of
from .web import Answer, BasicAuthGateway, code_number, utc

MESSAGING_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
# scheme, host, port, the rest
ADDRESS = re.compile(r"(https?)://([^/?#]*?)(:\d*)?((?:[/?#].*)?)", re.DOTALL)

# "Invalid 'StatusCallback'", also of an address that the Internet does not know
BAD_REPORT_URL = 21609
OPTED_OUT = 21610

# They pass by themselves, or when somebody mends the account or the sender: then for
# every message, so that messages wait for it.
NOT_NOW = {
    10001: Failure.ACCOUNT,  # not active, also for lack of funds
    10002: Failure.ACCOUNT,  # a trial account cannot do it
    14107: Failure.SERVER,  # rate limit
    20003: Failure.ACCOUNT,  # authentication
    20005: Failure.ACCOUNT,  # not active
    20006: Failure.ACCOUNT,  # access denied
    20008: Failure.ACCOUNT,  # test credentials
    20403: Failure.ACCOUNT,
    20404: Failure.ACCOUNT,
    20429: Failure.SERVER,  # too many requests
    21212: Failure.SENDER,  # invalid
    21264: Failure.SENDER,  # not verified
    21267: Failure.SENDER,  # a trial account has no names
    21603: Failure.SENDER,  # none
    21607: Failure.SENDER,  # not of a trial account
    21608: Failure.ACCOUNT,  # a trial account sends to verified numbers only
    21611: Failure.SERVER,  # the sender's queue is full
    21659: Failure.SENDER,  # not a number of Twilio's
    21660: Failure.SENDER,  # not of this account
    21661: Failure.SENDER,  # cannot send SMS
    21701: Failure.SENDER,  # no such messaging service
    21703: Failure.SENDER,  # the messaging service has no senders
    21704: Failure.SENDER,
    21705: Failure.SENDER,
    21730: Failure.SERVER,  # maintenance
    63038: Failure.ACCOUNT,  # so many messages a day
}
# Of this message: its number, its text, or a sender that its country does not take.
REFUSED = {
    21211: Failure.NUMBER,
    21214: Failure.NUMBER,
    21265: Failure.NUMBER,  # a short code
    21266: Failure.NUMBER,  # the sender's own
    21408: Failure.COUNTRY,
    21421: Failure.NUMBER,
    21602: Failure.TEXT,  # empty
    21604: Failure.NUMBER,  # none
    21605: Failure.TEXT,
    21606: Failure.SENDER,  # cannot send to this destination
    OPTED_OUT: Failure.OTHER,
    21612: Failure.SENDER,  # this sender and this number do not go together
    21614: Failure.NUMBER,  # not mobile
    21617: Failure.TEXT,  # more than 1600 characters
    21618: Failure.TEXT,
    21619: Failure.TEXT,
    21635: Failure.NUMBER,  # a landline
    21658: Failure.TEXT,  # too long
    30002: Failure.ACCOUNT,
    30005: Failure.NUMBER,
    30006: Failure.NUMBER,
    30007: Failure.TEXT,
    30032: Failure.SENDER,
    30034: Failure.SENDER,
    30038: Failure.TEXT,
}
# A report brings the code alone: what Twilio's dictionary says to it.
WORDS = {
    21211: "Invalid 'To' phone number",
    21408: "Permission to send an SMS has not been enabled for the region",
    21610: "Attempt to send to unsubscribed recipient",
    21612: "Message cannot be sent with the current combination of 'To' and 'From'",
    21614: "'To' number is not a valid mobile number",
    30001: "Queue overflow",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30010: "Message price exceeds max price",
    30032: "Toll-free number has not been verified",
    30034: "US A2P 10DLC: message from an unregistered number",
    30036: "Validity period expired",
    30038: "OTP message body filtered",
}

DELIVERED = {"delivered", "read"}
GIVEN_UP = {"undelivered", "failed", "canceled"}

# In the header of a request that is signed with a key of its own (twilio 9.13).
ALGORITHMS = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}


class TwilioGateway(BasicAuthGateway):
    provider = "twilio"
    label = "Twilio"
    default_url = "https://api.twilio.com"
    needs = ("username", "password", "sender")
    asks_statuses = True
    asks_balance = True
    lists_senders = True
    takes_replies = True
    # what is not TwiML would be sent to the phone
    reply_answer = (
        '<?xml version="1.0" encoding="UTF-8"?><Response></Response>',
        "text/xml",
    )

    def send_group(self, messages: list[Message]) -> list[Outcome]:
        (message,) = messages
        answer = self._create(message, message.report_url)
        is_refused = 400 <= answer.status < 500
        if message.report_url and is_refused and _code(answer) == BAD_REPORT_URL:
            # surely refused for that address alone, and statuses can be asked instead
            answer = self._create(message, "")
        return [self._outcome(message, answer)]

    def _create(self, message, report_url):
        data = {"To": message.number, "Body": message.text}
        sender = self.sender_of(message)
        is_service = MESSAGING_SERVICE.fullmatch(sender)
        data["MessagingServiceSid" if is_service else "From"] = sender
        if report_url:
            data["StatusCallback"] = report_url
        return self.call("POST", self._path("/Messages.json"), data=data)

    def _path(self, rest):
        return f"/2010-04-01/Accounts/{quote(self.account.username, safe='')}{rest}"

    def _outcome(self, message, answer):
        found = object_of(answer.data)
        if answer.status in (HTTPStatus.OK, HTTPStatus.CREATED) and _sid(found):
            return self._taken(message, found)
        if 400 <= answer.status < 500 and _code(answer):
            return self._refused(message, answer)
        raise self.trouble(answer) or self.nonsense(answer)

    def _taken(self, message, found):
        status = text_of(found, "status")
        if status in GIVEN_UP:
            failure, reason = self._why(status, found)
            return Outcome(
                message.reference,
                Verdict.REJECTED,
                _sid(found),
                failure=failure,
                reason=reason,
            )
        return Outcome(
            message.reference, Verdict.ACCEPTED, _sid(found), **_charged(found)
        )

    def _refused(self, message, answer):
        """A code that is not known here is judged by the status."""
        code = _code(answer)
        trouble = self.trouble(answer)
        verdict = Verdict.NOT_TAKEN if code in NOT_NOW else Verdict.REJECTED
        if trouble and code not in NOT_NOW and code not in REFUSED:
            verdict = trouble.verdict
        failure = NOT_NOW.get(code) or REFUSED.get(code)
        if not failure:
            failure = trouble.failure if trouble else Failure.OTHER
        return Outcome(
            message.reference,
            verdict,
            failure=failure,
            reason=self.words(answer),
            code="sms_optout" if code == OPTED_OUT else "",
            retry_after=answer.retry_after if verdict is Verdict.NOT_TAKEN else None,
        )

    def trouble(self, answer: Answer) -> Trouble | None:
        trouble = super().trouble(answer)
        if trouble and answer.status == HTTPStatus.PAYMENT_REQUIRED:
            trouble.failure = Failure.CREDIT
        return trouble

    def provider_words(self, answer: Answer) -> str | None:
        """``Authenticate (20003)``, where it says so."""
        said = text_of(object_of(answer.data), "message")
        return f"{said} ({_code(answer)})" if said and _code(answer) else None

    # -- what became of it -----------------------------------------------------------

    def statuses(self, sent: list[Sent]) -> list[Report]:
        """Each alone; one that cannot be read stops no other.

        When it was delivered is taken for the last change of the message, which may be
        that its price became known.
        """
        known = [one for one in sent if one.provider_id]
        if not known:
            return []
        found = self.together(self._status, known)
        return [report for reports in found for report in reports]

    def _status(self, one):
        path = self._path(f"/Messages/{quote(one.provider_id, safe='')}.json")
        try:
            found = object_of(self.ask("GET", path).data)
        except Trouble:
            return []
        if _sid(found) != one.provider_id:
            return []
        at = _moment(text_of(found, "date_updated"))
        return self._reports(one.reference, "", text_of(found, "status"), found, at)

    def parse_reports(self, callback: Callback) -> list[Report]:
        """Of the status callback. It tells no time that has a zone.

        :raise Forged: without Twilio's signature, too
        """
        values = self._signed(callback)
        sid = text_of(values, "MessageSid", "SmsSid")
        status = text_of(values, "MessageStatus", "SmsStatus")
        if not sid or not status:
            raise Forged("MessageSid, MessageStatus")
        return self._reports(callback.reference, sid, status, values)

    def _reports(self, reference, sid, status, values, at=None):
        """:return: a list of one report, or of none where it is still on its way"""
        status, charged = status.lower(), _charged(values)
        if status in DELIVERED:
            return [Report(reference, True, sid, at, **charged)]
        if status in GIVEN_UP:
            why = self._why(status, values)
            return [Report(reference, False, sid, at, *why, **charged)]
        return []

    def _why(self, status, values):
        """:return: the failure and the reason, of a message or of a report about it"""
        code = code_number(text_of(values, "error_code", "ErrorCode"))
        said = text_of(values, "error_message", "ErrorMessage") or WORDS.get(code)
        failure = NOT_NOW.get(code) or REFUSED.get(code) or Failure.OTHER
        words = said or f"Twilio: {status}"
        if code:
            words = f"{words} ({code})"
        return failure, without_spellings(self.account, words)

    # -- the account -----------------------------------------------------------------

    def check(self) -> Balance | None:
        """A subaccount works, but "child accounts do not contain balance information"
        (Twilio's OpenAPI)."""
        answer = self.ask("GET", self._path(".json"))
        status = text_of(object_of(answer.data), "status")
        if not status:
            raise self.nonsense(answer)
        if status != "active":
            words = without_spellings(self.account, f"Twilio: {status}")
            raise Trouble(Verdict.NOT_TAKEN, words, Failure.ACCOUNT)
        try:
            return self.balance()
        except Trouble:
            return None

    def balance(self) -> Balance:
        answer = self.ask("GET", self._path("/Balance.json"))
        found = object_of(answer.data)
        left = number_of(found.get("balance"))
        if left is None:
            raise self.nonsense(answer)
        return Balance(left, text_of(found, "currency").upper())

    def senders(self) -> list[SenderName]:
        """The names of the messaging service, or without one the numbers of the account
        that can send SMS, a thousand of them. Twilio lists but what may be used.

        Messaging services have a host of their own, beside the one of the account
        (``api.`` → ``messaging.``); at any other address they are looked for there.
        """
        sender = self.account.sender
        if MESSAGING_SERVICE.fullmatch(sender):
            path = f"{_messaging_url(self.url)}/v1/Services/{sender}/AlphaSenders"
            items = self._list(path, "alpha_senders", 100)
            names = [text_of(item, "alpha_sender") for item in items]
        else:
            path = self._path("/IncomingPhoneNumbers.json")
            items = self._list(path, "incoming_phone_numbers", 1000)
            names = [text_of(one, "phone_number") for one in items if _can_send(one)]
        return [SenderName(name, SenderStatus.AUTHORISED) for name in names if name]

    def _list(self, path, name, size):
        answer = self.ask("GET", path, params={"PageSize": size})
        items = object_of(answer.data).get(name)
        if not isinstance(items, list):
            raise self.nonsense(answer)
        return objects_of(items)

    # -- what comes in ---------------------------------------------------------------

    def parse_replies(self, callback: Callback) -> list[Reply]:
        """Of the webhook of a number or a messaging service, POST or GET.

        ``OptOutType`` is there when Twilio has answered by the words that are set up
        for the messaging service (Advanced Opt-Out). By default it answers STOP and its
        like as well, without saying so.

        :raise Forged: without Twilio's signature, too
        """
        values = self._signed(callback)
        sid = text_of(values, "MessageSid", "SmsSid")
        number = text_of(values, "From")
        if not sid or not number:
            raise Forged("MessageSid, From")
        return [
            Reply(
                number,
                text_of(values, "Body"),
                to=text_of(values, "To"),
                provider_id=sid,
                is_answered=bool(text_of(values, "OptOutType")),
            )
        ]

    def _signed(self, callback):
        """What a request says, all of it covered by its signature.

        https://www.twilio.com/docs/usage/webhooks/webhooks-security: the address and
        the sorted fields of the form, hashed with the auth token. Where Twilio signs
        with a key of its own, that is the account's ``signature_secret``.

        :raise Forged: when it is not signed with our key
        """
        key = self.account.signature_secret or self.account.password
        signature = _bytes(callback.header("X-Twilio-Signature"))
        algorithm = _algorithm(callback.header("X-Twilio-Webhooks-Signature-Settings"))
        if not key or not signature or not algorithm:
            raise Forged("X-Twilio-Signature")
        form = "".join(name + value for name, value in sorted(set(callback.form)))
        for url in callback.urls:
            for signed in _with_and_without_port(url):
                digest = hmac.digest(_bytes(key), _bytes(signed + form), algorithm)
                if hmac.compare_digest(b64encode(digest), signature):
                    return _values(callback, url)
        raise Forged("X-Twilio-Signature")


def _algorithm(settings):
    """Of ``key=…,algorithm=HMAC_SHA256``; without one as Twilio always did."""
    for setting in settings.split(","):
        name, _sign, value = setting.partition("=")
        if name.strip() == "algorithm" and value.strip():
            return ALGORITHMS.get(value.strip().upper())
    return "sha1"


def _values(callback, url):
    """Nothing that is not covered by the signature: of the form, else of the address or
    of a body whose hash the address tells."""
    if callback.form:
        return dict(callback.form)
    query = parse_qsl(url.partition("?")[2], keep_blank_values=True)
    hashes = [value for name, value in query if value and name == "bodySHA256"]
    if not hashes:
        return dict(query)
    digest = hashlib.sha256(callback.body).hexdigest()
    if not hmac.compare_digest(_bytes(digest), _bytes(hashes[0])):
        raise Forged("bodySHA256")
    return object_of(callback.data())


def _with_and_without_port(url) -> Iterator[str]:
    """Twilio signs now one, now the other: its own validators try both."""
    yield url
    found = ADDRESS.fullmatch(url)
    if found:
        scheme, host, port, rest = found.groups()
        yield f"{scheme}://{host}{rest}"
        if not port:
            yield f"{scheme}://{host}:{443 if scheme == 'https' else 80}{rest}"


def _messaging_url(url):
    """``https://api.twilio.com`` → ``https://messaging.twilio.com``, regions too."""
    return re.sub(r"(?<=//)api(?=\.([\w-]+\.)*twilio\.com(:|/|$))", "messaging", url)


def _charged(found):
    """What the whole message cost; mostly known only after it was sent. Below zero,
    as Twilio has it; a status callback does not tell it."""
    cost = number_of(found.get("price"))
    if cost is None:
        return {}
    return {"cost": abs(cost), "currency": text_of(found, "price_unit").upper()}


def _sid(found):
    sid = found.get("sid")
    return sid if isinstance(sid, str) else ""


def _code(answer):
    return code_number(text_of(object_of(answer.data), "code"))


def _moment(words):
    """``Thu, 30 Jul 2026 20:12:31 +0000``; None where there is no such thing."""
    try:
        at = parsedate_to_datetime(words)
        return utc(at if at.tzinfo else at.replace(tzinfo=timezone.utc))
    except (TypeError, ValueError, OverflowError):
        return None


def _can_send(item):
    return object_of(item.get("capabilities")).get("sms") is not False


def _bytes(words):
    return words.encode("utf-8", "replace")
