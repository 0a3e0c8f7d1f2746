"""Kannel, the open-source gateway that one runs oneself: https://www.kannel.org

Its ``sendsms`` takes what it has to know as headers, so that the password does not
stand in an address that ends up in logs. It cannot be asked; it reports by itself.

Replies come by a ``sms-service`` in the configuration of its smsbox, see
:func:`reply_configuration`. All of it was seen with Kannel 1.4.5:

* With ``post-url`` the text is the body and ``Content-Type`` says how it is written:
  UTF-16BE for what a phone wrote in Unicode. With ``get-url`` it is written so too, but
  the address does not say so, whatever ``alt-charset`` says.
* ``send-sender`` adds the number as a header, ``X-Kannel-From``; so neither numbers nor
  words stand in addresses, which are logged.
* ``max-messages = 0`` keeps Kannel from sending our answer to the phone, or "Could not
  fetch content, sorry." where there is none. ``catch-all`` takes texts of many words.
* While nobody answers, it tries again as often as ``http-request-retry`` says, every
  ``http-queue-delay`` seconds, with the same ``%I``; if they are not set, never.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone
from email.message import Message as Headers
from urllib.parse import quote

from .base import (
    Callback,
    Failure,
    Forged,
    Message,
    Outcome,
    Reply,
    Report,
    Trouble,
    Verdict,
)
from .web import BUSY_BEFORE_TAKING, MISCONFIGURED, PooledGateway, utc
from .words import NOT_DELIVERED, REFUSED_BY_OPERATOR

SENDSMS = "/cgi-bin/sendsms"
# 0: Accepted for delivery; 3: Queued for later delivery
TAKEN = re.compile(r"\s*[03]\s*:")
# No operator takes this number: 403, as for a wrong password; also reported as 16.
NOT_ROUTABLE = re.compile(r"\s*Not routable")
# "Sender missing and no global set, rejected"
NO_SENDER = re.compile(r"\s*Sender missing", re.IGNORECASE)
# Bits: delivered 1, undelivered 2, queued 4, accepted by the operator 8, rejected 16,
# and 32 for news that are not the last ones
DELIVERED, UNDELIVERED, REJECTED, NOT_LAST = 1, 2, 16, 32
WISHED_REPORTS = DELIVERED + UNDELIVERED + REJECTED
STATUS = re.compile(r"\d{1,4}", re.ASCII)
# What Kannel calls the way a text is written: 0 GSM, 1 no text at all, 2 Unicode.
BINARY, UNICODE = "1", "2"

REPLY_CONFIGURATION = """\
# In the group "smsbox": try again while Odoo does not answer.
#   http-request-retry = 100
#   http-queue-delay = 30

group = sms-service
keyword = default
catch-all = true
max-messages = 0
send-sender = true
post-url = "{url}?id=%I&at=%T"
"""


class KannelGateway(PooledGateway):
    provider = "kannel"
    label = "Kannel"
    default_url = "http://127.0.0.1:13013"
    needs = ("username", "password")
    #: ``smsc``: by which of its connections to operators it is to send
    options = ("smsc",)
    takes_replies = True
    # "Temporal failure": before it has put the message in its queue
    busy = BUSY_BEFORE_TAKING

    def send_group(self, messages: list[Message]) -> list[Outcome]:
        (message,) = messages
        answer = self.call(
            "POST",
            SENDSMS,
            data=message.text.encode(),
            headers=self._headers(message),
        )
        if answer.status == 202 and TAKEN.match(answer.text):
            return [Outcome(message.reference, Verdict.ACCEPTED)]
        if answer.status == 403 and NOT_ROUTABLE.match(answer.text):
            return [
                Outcome(message.reference, Verdict.REJECTED, reason=self.words(answer))
            ]
        if answer.status == 400 and NO_SENDER.match(answer.text):
            # of every message: it passes when somebody enters one
            raise Trouble(Verdict.NOT_TAKEN, self.words(answer), Failure.SENDER)
        if answer.status not in MISCONFIGURED and 400 <= answer.status < 500:
            trouble = self.trouble(answer)
            if trouble:  # busy
                raise trouble
            return [
                Outcome(message.reference, Verdict.REJECTED, reason=self.words(answer))
            ]
        raise self.trouble(answer) or self.nonsense(answer)

    def _headers(self, message):
        headers = {
            "Content-Type": "text/plain; charset=UTF-8",
            **self._credentials(),
            "X-Kannel-To": message.number,
            "X-Kannel-From": self.account.sender,
            "X-Kannel-SMSC": self.account.options.get("smsc", "").strip(),
            "X-Kannel-Coding": "0" if message.encoding == "GSM-7" else "2",
        }
        if message.report_url:
            # Kannel fills in %d (what) and %A (the operator's words)
            address = quote(message.report_url, safe=":/")
            headers["X-Kannel-DLR-Mask"] = str(WISHED_REPORTS)
            headers["X-Kannel-DLR-Url"] = f"{address}?status=%d&words=%A"
        return _encoded(headers)

    def _credentials(self):
        return {
            "X-Kannel-Username": self.account.username,
            "X-Kannel-Password": self.account.password,
        }

    def check(self) -> None:
        """A message to nobody: Kannel looks at the password before it complains of
        that, with 400 (seen with 1.4.5)."""
        answer = self.ask("POST", SENDSMS, headers=_encoded(self._credentials()))
        if not 400 <= answer.status < 500:
            raise self.nonsense(answer)

    # -- what it tells us ------------------------------------------------------------

    def parse_reports(self, callback: Callback) -> list[Report]:
        status = callback.parameters.get("status", "")
        if not callback.reference or not STATUS.fullmatch(status):
            raise Forged("status")
        status = int(status)
        last = status & WISHED_REPORTS
        if status & NOT_LAST or not last:
            return []
        if last == DELIVERED:
            return [Report(callback.reference, delivered=True)]
        if last & DELIVERED:
            return []  # and not delivered: no news
        words = self.account.without_secrets(callback.parameters.get("words", ""))
        ours = REFUSED_BY_OPERATOR if last & REJECTED else NOT_DELIVERED
        return [
            Report(
                callback.reference,
                delivered=False,
                failure=Failure.OTHER,
                reason=words or ours,
            )
        ]

    def parse_replies(self, callback: Callback) -> list[Reply]:
        """One SMS in a call, set up by :func:`reply_configuration`."""
        number = callback.header("X-Kannel-From").strip()
        if not number:
            raise Forged("X-Kannel-From")
        if callback.header("X-Kannel-Coding") == BINARY:
            return []
        return [
            Reply(
                number,
                _text(callback),
                to=callback.header("X-Kannel-To").strip(),
                provider_id=callback.parameters.get("id", ""),
                at=_moment(callback.parameters.get("at")),
            )
        ]


def reply_configuration(url: str) -> str:
    """:return: what has to be in smsbox's configuration for replies to come here

    Texts that begin with the ``keyword`` of another ``sms-service`` go there.

    :param url: where they come, without a query
    """
    # Kannel fills in what follows a %
    return REPLY_CONFIGURATION.format(url=url.replace("%", "%%"))


def _encoded(headers):
    # as UTF-8, whatever letters a password has
    return {name: value.encode() for name, value in headers.items() if value}


def _text(callback):
    """In the letters that Kannel names, or in those that it means by its coding."""
    headers = Headers()
    headers["Content-Type"] = callback.header("Content-Type")
    meant = "utf-16-be" if callback.header("X-Kannel-Coding") == UNICODE else "utf-8"
    charset = headers.get_content_charset(meant)
    try:
        return callback.body.decode(charset, "replace")
    except (LookupError, ValueError):
        return callback.body.decode(meant, "replace")


def _moment(seconds):
    """Seconds since 1970, as text; None where there is no such thing."""
    try:
        return utc(datetime.fromtimestamp(int(seconds), timezone.utc))
    except (TypeError, ValueError, OverflowError, OSError):
        return None
