"""Placeholders: names in square brackets, looked up and never evaluated.

The rules, the same in ``static/src/placeholders.js`` (both are held against
``tests/placeholder_vectors.json``):

* ``[amount_due]`` is a placeholder: ``[``, a lower-case letter, then lower-case
  letters, digits and underscores, ``]``.
* ``[[`` is a literal ``[``. A ``]`` without its ``[`` is literal, so ``[[number]``
  reads ``[number]``.
* Any other ``[`` is literal too: ``[see page 2]`` needs no escaping.
* Values go in verbatim and are not read again: a customer who is called ``[link]``
  gets a text with ``[link]`` in it.

What looks like a placeholder and is none would reach a customer as it stands.
:func:`unknown` finds it, so that saving can complain: a single word in brackets,
however it is written (``[nmber]``, ``[Number]``, ``[ number ]``), and several words
that become a known name when spaces and hyphens are underscores (``[Amount due]``).
"""

import difflib
import re
import unicodedata
from typing import NamedTuple

_BRACKET = re.compile(r"\[\[|\[([^\[\]\r\n]*)\]")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_BLANK = " \t\u00a0"
_JOINT = re.compile(rf"[{_BLANK}-]+")

TEXT, NAME = "text", "name"


class Unknown(NamedTuple):
    """A bracket that no value will be put into."""

    written: str  # as it stands in the text, brackets included
    suggestion: str | None  # the known name that was probably meant


class Template:
    """A text that was parsed once, to be rendered many times."""

    __slots__ = ("names", "parts")

    def __init__(self, text):
        self.parts = parse(text)
        found = (part for kind, part in self.parts if kind == NAME)
        self.names = list(dict.fromkeys(found))

    def render(self, values, keep=(), write=None):
        """Return the text with ``values`` ({name: value}) in it.

        A name without a value, and a name in ``keep``, stays as it is written. An
        empty value (None, False) leaves nothing.

        :param write: a function that rewrites each literal and each value by itself
        """
        return "".join(self._pieces(values, keep, write or _as_it_is))

    def fill(self, values, keep=(), write=None):
        """Return a text to be rendered once more, with what ``render`` would put in.

        For a value that is known only later (``keep={"link"}``): what is inserted now
        is escaped, so that the second rendering cannot take it for a placeholder.
        """
        rewrite = write or _as_it_is
        # escaped last: what is rewritten may have become a bracket
        return "".join(self._pieces(values, keep, lambda text: escape(rewrite(text))))

    def _pieces(self, values, keep, write):
        for kind, part in self.parts:
            if kind == TEXT:
                yield write(part)
            elif part in keep or part not in values:
                yield f"[{part}]"
            else:
                yield write(_verbatim(values[part]))


def compile(text):  # as in re.compile
    """Return the :class:`Template` of ``text``."""
    return Template(text)


def parse(text):
    """Return ``[("text", literal) | ("name", name), …]``; literals are never empty."""
    parts, literal, position = [], [], 0
    for match in _BRACKET.finditer(text or ""):
        literal.append(text[position : match.start()])
        position = match.end()
        if match[1] is None:
            literal.append("[")
        elif _NAME.fullmatch(match[1]):
            parts += _literal(literal) + [(NAME, match[1])]
            literal = []
        else:
            literal.append(match[0])
    literal.append((text or "")[position:])
    return parts + _literal(literal)


def names(text):
    """Return the placeholders of ``text`` in order of appearance, each once."""
    return Template(text).names


def render(text, values, keep=(), write=None):
    """Render once; see :meth:`Template.render`."""
    return Template(text).render(values, keep, write)


def fill(text, values, keep=(), write=None):
    """Render for a second rendering; see :meth:`Template.fill`."""
    return Template(text).fill(values, keep, write)


def escape(text):
    """Return the template that renders to ``text``, whatever is in it."""
    return text.replace("[", "[[")


def unknown(text, known):
    """Return an :class:`Unknown` for each bracket that is probably a mistake, once."""
    known = set(known)
    found = {}
    for match in _BRACKET.finditer(text or ""):
        inner = match[1]
        if inner is None or inner in known:
            continue
        meant = _JOINT.sub("_", inner.strip(_BLANK)).lower()
        if meant in known:
            found[match[0]] = meant
        elif _is_word(inner.strip(_BLANK)):
            close = difflib.get_close_matches(meant, sorted(known), n=1)
            found[match[0]] = close[0] if close else None
    return [Unknown(*item) for item in found.items()]


def unclosed(text, known):
    """Return the beginnings of known names after a ``[`` that nothing closes, as in
    ``[number`` and ``[cus[phone]tomer]``."""
    left = _BRACKET.sub("\0", text or "")
    words = re.findall(r"\[([a-z][a-z0-9_]*)", left)
    return [word for word in words if any(name.startswith(word) for name in known)]


def _literal(pieces):
    text = "".join(pieces)
    return [(TEXT, text)] if text else []


def _as_it_is(text):
    return text


def _verbatim(value):
    return "" if value is None or value is False else str(value)


def _is_word(text):
    """One word that begins with a letter, of any alphabet."""
    return text[:1].isalpha() and all(
        char in "_-" or unicodedata.category(char)[0] in "LMN" for char in text
    )
