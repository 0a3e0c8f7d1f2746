"""Kannel, the open-source gateway that one runs oneself: https://www.kannel.org

Its ``sendsms`` takes what it has to know as headers, so that the password does not
stand in an address that ends up in logs. It cannot be asked; it reports by itself.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from .base import Callback, Failure, Forged, Message, Outcome, Report, Verdict
from .web import MISCONFIGURED, PooledGateway
from .words import NOT_DELIVERED, REFUSED_BY_OPERATOR

# 0: Accepted for delivery; 3: Queued for later delivery
TAKEN = re.compile(r"\s*[03]\s*:")
# delivered 1, undelivered 2, queued 4, accepted by the operator 8, rejected 16
WISHED_REPORTS = 1 + 2 + 16
DELIVERED = "1"
GIVEN_UP = {"2": NOT_DELIVERED, "16": REFUSED_BY_OPERATOR}


class KannelGateway(PooledGateway):
    provider = "kannel"
    label = "Kannel"
    default_url = "http://127.0.0.1:13013"
    needs = ("username", "password")

    def send_group(self, messages: list[Message]) -> list[Outcome]:
        (message,) = messages
        answer = self.call(
            "POST",
            "/cgi-bin/sendsms",
            data=message.text.encode(),
            headers=self._headers(message),
        )
        if answer.status == 202 and TAKEN.match(answer.text):
            return [Outcome(message.reference, Verdict.ACCEPTED)]
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
            "X-Kannel-Username": self.account.username,
            "X-Kannel-Password": self.account.password,
            "X-Kannel-To": message.number,
            "X-Kannel-From": self.account.sender,
            "X-Kannel-Coding": "0" if message.encoding == "GSM-7" else "2",
        }
        if message.report_url:
            # Kannel fills in %d (what) and %A (the operator's words)
            address = quote(message.report_url, safe=":/")
            headers["X-Kannel-DLR-Mask"] = str(WISHED_REPORTS)
            headers["X-Kannel-DLR-Url"] = f"{address}?status=%d&words=%A"
        # as UTF-8, whatever letters a password has
        return {name: value.encode() for name, value in headers.items() if value}

    def parse_reports(self, callback: Callback) -> list[Report]:
        status = callback.parameters.get("status", "")
        if not callback.reference or not status.isdigit():
            raise Forged("status")
        if status == DELIVERED:
            return [Report(callback.reference, delivered=True)]
        if status not in GIVEN_UP:
            return []
        words = callback.parameters.get("words", "")
        return [
            Report(
                callback.reference,
                delivered=False,
                failure=Failure.OTHER,
                reason=words or GIVEN_UP[status],
            )
        ]
