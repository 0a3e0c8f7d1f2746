"""Whatever Odoo has installed to send SMS: its own service (IAP), or ``sms_twilio``.

Knows no ORM: what sends is handed in as a function, see ``models/sms_odoo.py``.
"""

from __future__ import annotations

from collections.abc import Callable

from .base import Account, Failure, Gateway, Message, Outcome, Verdict
from .web import nothing_left
from .words import NO_CONNECTION

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
    """

    provider = "odoo"
    label = "Odoo's own provider"
    # it has time-outs of its own, and a connection to the database that is not shared
    is_remote = False

    def __init__(
        self,
        account: Account,
        transmit: Callable[[list[Message]], list[dict]],
        batch_size: int,
        doubtful_states: frozenset[str] = frozenset(),
    ):
        super().__init__(account)
        self.transmit = transmit
        self.batch_size = batch_size
        self.doubtful_states = doubtful_states

    def send(self, messages: list[Message]) -> list[Outcome]:
        try:
            results = self.transmit(messages)
        except Exception as error:
            if not nothing_left(error):
                raise
            return [
                Outcome(
                    message.reference,
                    Verdict.NOT_TAKEN,
                    failure=Failure.SERVER,
                    reason=NO_CONNECTION,
                )
                for message in messages
            ]
        by_uuid = {result["uuid"]: result for result in results}
        return [
            self._outcome(message, by_uuid[message.reference[:32]])
            for message in messages
            if message.reference[:32] in by_uuid
        ]

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
            reason=result.get("failure_reason") or state.replace("_", " "),
        )
