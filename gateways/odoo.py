"""Whatever Odoo has installed to send SMS: its own service (IAP), or ``sms_twilio``.

Knows no ORM: what sends is handed in as a function, see ``models/sms_odoo.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import requests

from .base import (
    Account,
    Balance,
    Failure,
    Gateway,
    Message,
    Outcome,
    Trouble,
    Verdict,
)
from .web import BUSY_BEFORE_TAKING, MISCONFIGURED, causes, nothing_left
from .words import NO_ANSWER, NO_BALANCE, NO_CONNECTION

ACCEPTED = {"success", "processing", "sent"}
FAILURES = {
    "wrong_number_format": Failure.NUMBER,
    "sms_number_missing": Failure.NUMBER,
    "country_not_supported": Failure.COUNTRY,
    "insufficient_credit": Failure.CREDIT,
    "unregistered": Failure.ACCOUNT,
    "registration_needed": Failure.SENDER,
    "incompatible_content": Failure.TEXT,
    "server_error": Failure.SERVER,
    "twilio_acc_unverified": Failure.ACCOUNT,
    "twilio_authentication": Failure.ACCOUNT,
    "twilio_from_missing": Failure.SENDER,
    "twilio_from_to": Failure.NUMBER,
}


class OdooGateway(Gateway):
    """:param transmit: takes messages, gives the list of dictionaries of Odoo's
    ``SmsApi._send_sms_batch``: ``uuid``, ``state``, maybe ``failure_reason``,
    ``sms_twilio_sid``
    :param doubtful_states: those by which that function says that it does not know
    :param credit: gives what is left on the account; None where nobody says
    :param refusals: exceptions by which it says so before it asks anybody; none for
        a function that may have sent some of the messages when it raises one
    """

    provider = "odoo"
    asks_balance = True
    label = "Odoo's own provider"
    # it has time-outs of its own, and a connection to the database that is not shared
    is_remote = False

    def __init__(
        self,
        account: Account,
        transmit: Callable[[list[Message]], list[dict]],
        batch_size: int,
        doubtful_states: frozenset[str] = frozenset(),
        refusals: tuple[type[Exception], ...] = (),
        credit: Callable[[], float] | None = None,
    ):
        super().__init__(account)
        self.transmit = transmit
        self.batch_size = batch_size
        self.doubtful_states = doubtful_states
        self.refusals = refusals
        self.credit = credit

    def send(self, messages: list[Message]) -> list[Outcome]:
        try:
            results = self.transmit(messages)
        except Exception as error:
            outcome = self._judge(error)
            if not outcome:
                raise
            return [replace(outcome, reference=one.reference) for one in messages]
        by_uuid = {result["uuid"]: result for result in results}
        return [
            self._outcome(message, by_uuid[message.reference[:32]])
            for message in messages
            if message.reference[:32] in by_uuid
        ]

    def check(self) -> Balance | None:
        return self.balance() if self.credit else None

    def balance(self) -> Balance:
        if not self.credit:
            raise Trouble(Verdict.NOT_TAKEN, NO_BALANCE)
        amount = self.credit()
        if amount < 0:  # as Odoo says that it could not ask
            raise Trouble(Verdict.NOT_TAKEN, NO_ANSWER)
        return Balance(amount)

    def _judge(self, error):
        """What an exception says of all messages; None where it says nothing."""
        if not self.refusals:
            return None  # an unknown provider may have sent some of them
        chain = list(causes(error))
        if any(type(one).__name__ == "InsufficientCreditError" for one in chain):
            return Outcome("", Verdict.REJECTED, failure=Failure.CREDIT)
        if nothing_left(error):
            return Outcome("", Verdict.NOT_TAKEN, reason=NO_CONNECTION)
        for one in chain:
            response = getattr(one, "response", None)
            status = getattr(response, "status_code", None)
            if status in BUSY_BEFORE_TAKING | MISCONFIGURED:
                reason = f"HTTP {status}"
                return Outcome("", Verdict.NOT_TAKEN, reason=reason)
        asked = any(
            isinstance(one, requests.RequestException)
            or type(one).__name__ == "IAPServerError"
            for one in chain
        )
        if isinstance(error, self.refusals) and not asked:
            return Outcome(
                "", Verdict.NOT_TAKEN, failure=Failure.ACCOUNT, reason=str(error)
            )
        return None

    def _outcome(self, message, result):
        state = result["state"]
        if state in ACCEPTED:
            return Outcome(
                message.reference,
                Verdict.ACCEPTED,
                provider_id=result.get("sms_twilio_sid") or "",
            )
        doubtful = state in self.doubtful_states
        return Outcome(
            message.reference,
            Verdict.UNKNOWN if doubtful else Verdict.REJECTED,
            failure=FAILURES.get(state, Failure.OTHER),
            code=state,
            reason=result.get("failure_reason") or "",
        )
