"""One HTTP request that an administrator described in text, and what is wrong with it.

Its placeholders are names that are looked up, once: ``tools/placeholders`` has the
rules. See :mod:`.http` for what the options mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from html import escape
from urllib.parse import quote_plus

from ..tools import placeholders

METHODS = ("POST", "GET", "PUT")
CONTENTS = ("form", "json", "text")
#: names that values and the body may have in square brackets
PLACEHOLDERS = (
    "number",  # +48601234567
    "number_digits",  # 48601234567
    "text",
    "sender",
    "reference",  # ours, of this message
    "user",
    "password",
    "basic",  # both, as in "Authorization: Basic [basic]"
    "report_url",
    "segments",  # billed parts
    "coding",  # gsm or unicode
)
CREDENTIALS = {"user", "password", "basic"}

# RFC 9110, 5.6.2
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
# The connection's own: another value would tear it apart.
RESERVED_HEADERS = {"connection", "content-length", "host", "transfer-encoding"}
BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
XML, JSON = "application/xml", "application/json"
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class ProblemKind(Enum):
    """What may be wrong with a description."""

    METHOD = "unknown method"
    CONTENT = "unknown content"
    PARAMETER = "a parameter without ="
    HEADER = "not a header"
    FORBIDDEN_HEADER = "a header of the connection's own"
    NO_BODY = "a body with a method that has none"
    JSON = "not JSON"
    PLACEHOLDER = "unknown placeholder"
    NO_NUMBER = "no number"
    NO_TEXT = "no text"


@dataclass(frozen=True)
class Problem:
    """Something that an administrator has to mend before anything is sent.

    :param option: in which of the options
    :param detail: what is wrong there, as it was entered; of JSON, its parser's words
    """

    option: str
    kind: ProblemKind
    detail: str = ""


class HttpRequest:
    """The description, parsed once, to be filled in for each message.

    :param options: see :mod:`.http`
    """

    def __init__(self, options: Mapping[str, str]):
        self.options = options
        self.problems: list[Problem] = []
        self.names: set[str] = set()
        self.method = self._choice("method", METHODS, ProblemKind.METHOD)
        self.content = self._choice("content", CONTENTS, ProblemKind.CONTENT)
        self.parameters = self._parameters("parameters")
        self.headers = self._headers()
        self.body = self._body()
        self._check()
        self.balance_parameters = self._parameters("balance_parameters")

    @property
    def shows_credentials(self) -> bool:
        """Whether they are in a header."""
        return any(
            name.lower() == "authorization" or CREDENTIALS & set(template.names)
            for name, template in self.headers
        )

    # -- what was entered ------------------------------------------------------------

    def _problem(self, option, kind, detail=""):
        self.problems.append(Problem(option, kind, detail))

    def _choice(self, option, choices, kind):
        """:return: the one that was entered, the first one if none was"""
        entered = self.options.get(option, "").strip()
        for choice in choices:
            if choice.lower() == entered.lower():
                return choice
        if entered:
            self._problem(option, kind, entered)
        return choices[0]

    def _check(self):
        option = "parameters" if self.content == "form" else "body"
        if not self.names & {"number", "number_digits"}:
            self._problem(option, ProblemKind.NO_NUMBER)
        if "text" not in self.names:
            self._problem(option, ProblemKind.NO_TEXT)
        if self.method == "GET" and self.content != "form":
            self._problem("method", ProblemKind.NO_BODY, self.method)

    def _parameters(self, option):
        return self._pairs(option, "=", ProblemKind.PARAMETER)

    def _headers(self):
        pairs = self._pairs("headers", ":", ProblemKind.HEADER)
        for name, _template in pairs:
            if name.lower() in RESERVED_HEADERS:
                self._problem("headers", ProblemKind.FORBIDDEN_HEADER, name)
            elif not HEADER_NAME.fullmatch(name):
                self._problem("headers", ProblemKind.HEADER, name)
        return pairs

    def _pairs(self, option, sign, kind):
        """:return: list of (name, template), one for each line"""
        pairs = []
        for line in self.options.get(option, "").splitlines():
            name, found, value = (part.strip() for part in line.partition(sign))
            if name and found:
                pairs.append((name, self._template(option, value)))
            elif line.strip():
                self._problem(option, kind, line.strip())
        return pairs

    def _body(self):
        """:return: a template; for JSON what was parsed, with one for each string"""
        text = self.options.get("body", "")
        if self.content == "json":
            try:
                return self._parsed(json.loads(text, parse_constant=_no_constant))
            except (ValueError, RecursionError) as error:
                self._problem("body", ProblemKind.JSON, str(error))
        elif self.content == "text":
            return self._template("body", text)
        return None

    def _parsed(self, node):
        if isinstance(node, str):
            return self._template("body", node)
        if isinstance(node, list):
            return [self._parsed(one) for one in node]
        if isinstance(node, dict):
            return _Members(
                (self._template("body", name), self._parsed(one))
                for name, one in node.items()
            )
        return node

    def _template(self, option, text):
        unknown = [one.written for one in placeholders.unknown(text, PLACEHOLDERS)]
        unclosed = [f"[{one}" for one in placeholders.unclosed(text, PLACEHOLDERS)]
        for written in unknown + unclosed:
            self._problem(option, ProblemKind.PLACEHOLDER, written)
        template = placeholders.compile(text)
        self.names.update(template.names)
        return template

    # -- what is sent ----------------------------------------------------------------

    def filled(self, values: Mapping[str, str]) -> dict:
        """:return: what ``requests`` takes, but for the method and the address"""
        headers = self.filled_headers(values)
        pairs = filled_pairs(self.parameters, values)
        if self.content == "form":
            where = "params" if self.method == "GET" else "data"
            return {"headers": headers, where: pairs}
        if self.content == "json":
            data, kind = json.dumps(_filled_json(self.body, values)), JSON
        else:
            seen = _looks_like(self.body)
            meant = seen or _content_type(headers)
            data = self.body.render(_escaped(values, meant))
            kind = seen or "text/plain; charset=UTF-8"
        if not _content_type(headers):
            headers["Content-Type"] = kind
        return {
            "headers": headers,
            "params": pairs,
            "data": data.encode("utf-8", "replace"),
        }

    def filled_headers(self, values: Mapping[str, str]) -> dict[str, str | bytes]:
        """In UTF-8, whatever letters a password has; no value breaks a line."""
        return {
            name: BREAKS.sub(" ", value).strip().encode("utf-8", "replace")
            for name, value in filled_pairs(self.headers, values)
        }


class _Members(list):
    """Of an object in JSON: (template of the name, value)."""


def filled_pairs(pairs, values: Mapping[str, str]) -> list[tuple[str, str]]:
    """:return: (name, value), without those that come out empty"""
    filled = [(name, one.render(values), one.names) for name, one in pairs]
    return [(name, value) for name, value, names in filled if value or not names]


def _filled_json(node, values):
    if isinstance(node, placeholders.Template):
        return node.render(values)
    if isinstance(node, _Members):
        return {
            name.render(values): value
            for name, one in node
            if (value := _filled_json(one, values)) != ""
            or not getattr(one, "names", None)
        }
    if isinstance(node, list):
        return [_filled_json(one, values) for one in node]
    return node


def _content_type(headers):
    for name, value in headers.items():
        if name.lower() == "content-type":
            return value.decode() if isinstance(value, bytes) else value
    return ""


def _looks_like(template):
    """:return: the type of XML or JSON, by how the text begins; empty for others"""
    kind, beginning = template.parts[0] if template.parts else (placeholders.NAME, "")
    if kind == placeholders.TEXT:
        first = beginning.lstrip("\ufeff \t\r\n")[:1]
        return {"<": XML, "{": JSON, "[": JSON}.get(first, "")
    return ""


def _escaped(values, content_type):
    """:return: values that mean nothing in a text of this type"""
    kind = content_type.lower()
    if "xml" in kind:
        return {name: escape(NOT_IN_XML.sub("", one)) for name, one in values.items()}
    if "json" in kind:
        return {name: json.dumps(one)[1:-1] for name, one in values.items()}
    if "x-www-form-urlencoded" in kind:
        return {name: quote_plus(one) for name, one in values.items()}
    return values


def _no_constant(name):
    raise ValueError(f"{name} is not JSON")
