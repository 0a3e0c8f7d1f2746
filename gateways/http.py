"""Any provider that takes an SMS as one HTTP request, described by an administrator.

All of the description is text in :attr:`Account.options`; what is empty is not used.

The request goes to ``account.base_url``, which has no query of its own:

``method``
    POST, unless it is said otherwise, GET or PUT.
``content``
    ``form``, unless it is said otherwise: the parameters are a form, or the query for
    GET. ``json`` and ``text``: ``body`` is sent, and the parameters are the query.
``parameters``, ``headers``
    Lines, ``name = value`` and ``Name: value``. Whatever stands in a query is in the
    logs of all that it passes: a password belongs there only where the provider knows
    no other way.
``body``
    Sent in UTF-8. For ``text`` it is ``text/plain``, unless a header says otherwise.

Values and the body have placeholders, written as in templates (``tools/placeholders``),
see :data:`PLACEHOLDERS`: names that are looked up, once. What a customer is called, or
reads, is put in as it is and cannot become a part of the request: it is percent-encoded
in a form or a query, put into the strings of JSON *after* that was parsed, without line
breaks in a header, and escaped in a text that a header calls XML, JSON or a form. A
parameter, header or member of JSON that comes out empty, as ``[sender]`` without a
sender name does, is left out.

What the answer means: 4xx is refused, but for what the account, the address or the
provider's load is to blame for (:meth:`WebGateway.trouble`), and for 408, 409 and 425,
which do not say that it was not taken. 2xx is accepted, where these are met:

``accepted_path``
    Where in the JSON to look, ``messages.0.status``. Not there: in doubt.
``accepted_values``
    What has to be there, one of a list with commas, in any letters; empty: something
    other than null, false, an empty text or list. Anything else is refused.
``accepted_text``
    What the answer has to contain. Not there: in doubt.
``words_path``
    Where the provider says why it refused.
``id_path``, ``id_after``
    Where in the JSON, or after what in a text, the provider's own id stands.

Reports come to the message's own address, ``[report_url]``, or to the account's:

``report_status``, ``report_reason``, ``report_id``
    Names of parameters, or paths in JSON. Without a status no report is believed.
    The id is needed only where all reports go to one address.
``report_delivered``, ``report_failed``
    Values of the status, with commas, in any letters. Others say nothing yet.

Money: ``balance_url`` is asked with GET, ``balance_parameters`` and the same headers;
``balance_path`` says where in the JSON the figure is; empty: the answer is the figure.
"""

from __future__ import annotations

import base64
import json
import re

from .base import (
    Account,
    Balance,
    Callback,
    Failure,
    Forged,
    Message,
    Outcome,
    Report,
    Trouble,
    Verdict,
)
from .http_request import (  # noqa: F401 - also for who shows the description
    PLACEHOLDERS,
    HttpRequest,
    Problem,
    ProblemKind,
    filled_pairs,
)
from .shapes import number_of
from .web import BUSY, IN_DOUBT, MISCONFIGURED, PooledGateway
from .words import NOT_DESCRIBED

# 4xx by which nothing is surely refused: timeout, conflict, too early.
REFUSED_CREDENTIALS = {401, 403}
ID = re.compile(r"\s*([^\s,<>\"']+)")
MISSING = object()


class HttpGateway(PooledGateway):
    """:attr:`asks_balance` is told by each gateway: it takes a ``balance_url``."""

    provider = "http"
    label = "Any provider by HTTP"
    needs = ("base_url",)
    options = (
        "method",
        "content",
        "parameters",
        "headers",
        "body",
        "accepted_path",
        "accepted_values",
        "accepted_text",
        "words_path",
        "id_path",
        "id_after",
        "report_status",
        "report_delivered",
        "report_failed",
        "report_reason",
        "report_id",
        "balance_url",
        "balance_parameters",
        "balance_path",
    )
    asks_balance = True

    def __init__(self, account: Account):
        super().__init__(account)
        self.url = account.base_url.strip()  # a slash at its end may count
        self.request = HttpRequest(account.options)
        self.asks_balance = bool(self._option("balance_url"))

    def problems(self) -> list[Problem]:
        """What keeps messages from being sent, for an administrator."""
        return [
            Problem(one.option, one.kind, self.account.without_secrets(one.detail))
            for one in self.request.problems
        ]

    def _option(self, name):
        return self.account.options.get(name, "").strip()

    def _option_values(self, name):
        """:return: the values of a list with commas, in small letters"""
        values = self._option(name).casefold().split(",")
        return [value.strip() for value in values if value.strip()]

    # -- the request -----------------------------------------------------------------

    def send_group(self, messages: list[Message]) -> list[Outcome]:
        (message,) = messages
        if self.request.problems:
            raise Trouble(Verdict.NOT_TAKEN, NOT_DESCRIBED, Failure.ACCOUNT)
        filled = self.request.filled(self._values(message))
        answer = self.call(self.request.method, "", **filled)
        return [self._outcome(message, answer)]

    def _values(self, message=None):
        """:return: what the placeholders stand for; without a message, the account's"""
        account = self.account
        identity = f"{account.username}:{account.password}"
        values = {
            **dict.fromkeys(PLACEHOLDERS, ""),
            "sender": account.sender,
            "user": account.username,
            "password": account.password,
            "basic": base64.b64encode(identity.encode()).decode(),
        }
        if message:
            values |= {
                "number": message.number,
                "number_digits": message.number.lstrip("+"),
                "text": message.text,
                "reference": message.reference,
                "report_url": message.report_url or account.report_url,
                "segments": str(message.segments),
                "coding": "gsm" if message.encoding == "GSM-7" else "unicode",
            }
        return values

    # -- the answer ------------------------------------------------------------------

    def _outcome(self, message, answer):
        doubtful = BUSY | MISCONFIGURED | IN_DOUBT
        if 400 <= answer.status < 500 and answer.status not in doubtful:
            return self._refused(message, answer, f"HTTP {answer.status}")
        if not 200 <= answer.status < 300:
            raise self.trouble(answer) or self.nonsense(answer)
        found = at(answer.data, self._option("accepted_path"))
        is_accepted = self._is_accepted(found)
        if is_accepted is False:
            return self._refused(message, answer, _text(found))
        if is_accepted is None or self._option("accepted_text") not in answer.text:
            raise self.nonsense(answer)
        return Outcome(
            message.reference, Verdict.ACCEPTED, provider_id=self._id(answer)
        )

    def _is_accepted(self, found):
        """:return: what the place that was meant says; None where it says nothing"""
        if not self._option("accepted_path"):
            return True
        wanted = self._option_values("accepted_values")
        if found is MISSING or (wanted and isinstance(found, (dict, list))):
            return None
        if wanted:
            return _text(found).casefold() in wanted
        return found is not False and found not in (None, "", [], {})

    def _refused(self, message, answer, code):
        words = _text(at(answer.data, self._option("words_path")))
        code = f" ({code})" if code else ""
        words = f"{words}{code}" if words else self.words(answer)
        return Outcome(
            message.reference,
            Verdict.REJECTED,
            reason=self.account.without_secrets(words),
        )

    def _id(self, answer):
        if self._option("id_path"):
            return _text(at(answer.data, self._option("id_path")))
        before = self._option("id_after")
        if before and before in answer.text:
            found = ID.match(answer.text.partition(before)[2])
            return found[1] if found else ""
        return ""

    # -- reports ---------------------------------------------------------------------

    def parse_reports(self, callback: Callback) -> list[Report]:
        status = self._reported(callback, "report_status")
        provider_id = self._reported(callback, "report_id")
        if not status or not (callback.reference or provider_id):
            raise Forged("status, id")
        if status.casefold() in self._option_values("report_delivered"):
            return [Report(callback.reference, True, provider_id)]
        if status.casefold() not in self._option_values("report_failed"):
            return []
        reason = self._reported(callback, "report_reason")
        words = f"{reason} ({status})" if reason else status
        words = self.account.without_secrets(words)
        return [Report(callback.reference, False, provider_id, reason=words)]

    def _reported(self, callback, option):
        """:return: what the report says there; empty where it says nothing"""
        name = self._option(option)
        if name and name in callback.parameters:
            return callback.parameters[name].strip()
        return _text(at(callback.data(), name))

    # -- the account -----------------------------------------------------------------

    def check(self) -> Balance | None:
        """Ask for the balance; without an address for it, only see who answers.

        HEAD has no content, and no number and no text are in its headers: it can send
        nothing. That credentials are wrong it tells where they are in a header.
        """
        if self.asks_balance:
            return self.balance()
        headers = self.request.filled_headers(self._values())
        answer = self.call("HEAD", "", headers=headers)
        if self.request.shows_credentials and answer.status in REFUSED_CREDENTIALS:
            raise self.trouble(answer)
        return None

    def balance(self) -> Balance:
        if not self.asks_balance:
            return super().balance()
        values = self._values()
        answer = self.ask(
            "GET",
            self._option("balance_url"),
            params=filled_pairs(self.request.balance_parameters, values),
            headers=self.request.filled_headers(values),
        )
        path = self._option("balance_path")
        found = at(answer.data, path) if path else answer.text.strip(' \t\r\n"')
        figure = number_of(found)
        if answer.status >= 400 or figure is None:
            raise self.nonsense(answer)
        return Balance(figure)


def at(data, path: str):
    """What stands in JSON at a path, ``messages.0.status``; :data:`MISSING` if nothing
    does, or the path is empty."""
    if not path:
        return MISSING
    for step in path.split("."):
        if isinstance(data, dict) and step in data:
            data = data[step]
        elif isinstance(data, list) and step in map(str, range(len(data))):
            data = data[int(step)]
        else:
            return MISSING
    return data


def _text(value):
    """As JSON writes it; empty for what is no single value."""
    if isinstance(value, str):
        return value.strip()
    return json.dumps(value) if isinstance(value, (bool, int, float)) else ""
