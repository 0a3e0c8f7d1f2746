"""A gateway that reaches nobody: for a first start, for demo data and for test mode.

It keeps nothing. What it does is told by the number, so that every state can be seen:

* ending in ``00``: refused as not existing;
* ending in ``01``: accepted, but no report ever comes;
* any other: accepted, and delivered when it is asked for the next time.
"""

from __future__ import annotations

from datetime import datetime, timezone

from .base import Failure, Gateway, Message, Outcome, Report, Sent, Verdict
from .words import NO_SUCH_NUMBER


class SandboxGateway(Gateway):
    provider = "sandbox"
    label = "Sandbox (reaches nobody)"
    batch_size = 500
    asks_statuses = True
    takes_sender_names = False
    is_remote = False

    def send(self, messages: list[Message]) -> list[Outcome]:
        return [self._outcome(message) for message in messages]

    def check(self) -> None:
        """It always works."""

    def statuses(self, sent: list[Sent]) -> list[Report]:
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        return [
            Report(one.reference, delivered=True, at=now)
            for one in sent
            if not one.number.endswith("01")
        ]

    def _outcome(self, message: Message) -> Outcome:
        if message.number.endswith("00"):
            return Outcome(
                message.reference,
                Verdict.REJECTED,
                failure=Failure.NUMBER,
                reason=NO_SUCH_NUMBER,
            )
        return Outcome(
            message.reference,
            Verdict.ACCEPTED,
            provider_id=f"sandbox-{message.reference[:12]}",
        )
