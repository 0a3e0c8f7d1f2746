"""Texts as they are sent: an SMS, and an e-mail's subject and body.

A text is filled in twice: when its run is drafted, with all but the link (the draft is
for a person to look at, and a link is made for a message, not for a draft), and when
its message is queued, with the link. In between it is a template once more, in which
whatever came from a customer's card is escaped.
"""

import html
import re
from unicodedata import category

from . import gsm, placeholders

# Longer texts are mistakes: providers cut them, and customers do not read them.
MAX_SEGMENTS = 6

# as long as a link of a usual host: for texts that are measured without a company
SAMPLE_LINK = "https://erp.example.com/s/Ab3dEf6hIj9k"

LINK = "link"


class SmsText:
    """The text of an SMS.

    :param str text: with placeholders
    :param bool plain: write it in letters of GSM-7 wherever that is possible at no more
        segments (see :func:`gsm.is_worth_it`)
    :param names: placeholders whose values are in the text already
    """

    def __init__(self, text, plain=False, names=()):
        self._template = placeholders.compile(text)
        self._plain = plain
        self.names = list(dict.fromkeys([*self._template.names, *names]))

    def unfilled(self, values):
        """The placeholders that there is no value for."""
        return [name for name in self._template.names if name not in values]

    def final(self, values):
        """What the customer reads.

        :param dict values: placeholder → text, the link among them
        """
        text = self._template.render(values)
        if not self._plain or gsm.is_gsm7(text):
            return text
        # piece by piece, as `fill` has to: so that the two agree to the unit
        plain = self._template.render(values, write=gsm.plain)
        return plain if gsm.is_worth_it(text, plain) else text

    def fill(self, values):
        """The same but for the link, as a template that only lacks that.

        :param dict values: as for ``final``; the link is for measuring
        """
        keep = (LINK,)
        if self._plain:
            text = self._template.render(values)
            if not gsm.is_gsm7(text) and gsm.is_worth_it(
                text, self._template.render(values, write=gsm.plain)
            ):
                return self._template.fill(values, keep, write=gsm.plain)
        return self._template.fill(values, keep)

    def measure(self, values):
        """:return: :class:`gsm.Measure` of what the customer reads"""
        return gsm.measure(self.final(values))


class MailText:
    """Subject and formatted text of an e-mail.

    Values are text: in the body they are escaped, and the link is made one that can be
    clicked. Placeholders may stand in attributes too (``href="[link]"``).
    """

    def __init__(self, subject, body):
        self._subject = placeholders.compile(subject)
        self._body = HtmlTemplate(body)
        self.names = list(dict.fromkeys(self._subject.names + self._body.names))

    def unfilled(self, values):
        """The placeholders that there is no value for."""
        return [name for name in self.names if name not in values]

    def final(self, values):
        """:return: (subject, HTML), not yet sanitized"""
        return " ".join(self._subject.render(values).split()), self._body.render(values)

    def fill(self, values):
        """The same but for the link, as templates that only lack that."""
        subject = self._subject.fill(values, (LINK,))
        return subject, self._body.fill(values, (LINK,))


_TAG = re.compile(r"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_ANCHOR = re.compile(r"<(/?)a[\s>]", re.IGNORECASE)
# what an editor makes of a link to "[link]"
_PREFIXED_LINK = re.compile(r"(=\s*[\"'])(?:https?://)+(?=\[link\])")


class HtmlTemplate:
    """HTML with placeholders in its text and attributes."""

    def __init__(self, source):
        self._parts = list(_html_parts(source or ""))
        self.names = list(
            dict.fromkeys(
                part for _place, (kind, part) in self._parts if kind == "name"
            )
        )

    def render(self, values):
        return "".join(self._pieces(values, (), lambda piece: piece))

    def fill(self, values, keep=()):
        return "".join(self._pieces(values, keep, placeholders.escape))

    def _pieces(self, values, keep, write):
        for place, (kind, part) in self._parts:
            if kind == "text":
                yield write(part)
            elif part in keep or part not in values:
                yield f"[{part}]"
            else:
                yield write(_html_value(part, values[part], place))


def broken_names(source):
    """Names that stand in the text as a reader sees it, but cut by formatting:
    ``[cus<b>tomer</b>]``."""
    seen = placeholders.names(_TAG.sub("", source or ""))
    whole = HtmlTemplate(source).names
    return [name for name in seen if name not in whole]


def unsendable(text):
    """The characters of a text that no phone shows, each once.

    Controls (but for line breaks and tabs), lone surrogates, characters of private use
    and those that will never be assigned.
    """
    bad = (
        char
        for char in gsm.join_surrogates(text or "")
        if char not in "\n\r\t\f" and category(char) in ("Cc", "Cs", "Co", "Cn")
    )
    return list(dict.fromkeys(bad))


def _html_parts(source):
    """Yield ``(place, part)``: where the part stands ("tag", "anchor" or "text") and
    what :func:`placeholders.parse` says of it."""
    source = _PREFIXED_LINK.sub(r"\1", source)
    position, place = 0, "text"
    for tag in _TAG.finditer(source):
        for part in placeholders.parse(source[position : tag.start()]):
            yield place, part
        for part in placeholders.parse(tag[0]):
            yield "tag", part
        if anchor := _ANCHOR.match(tag[0]):
            place = "text" if anchor[1] else "anchor"
        position = tag.end()
    for part in placeholders.parse(source[position:]):
        yield place, part


def _html_value(name, value, place):
    text = html.escape("" if value is None or value is False else str(value))
    if name == LINK and place == "text" and text:
        return f'<a href="{text}">{text}</a>'
    return text
