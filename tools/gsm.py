"""What a text costs as SMS (`measure`), and how to make it cheaper (`plain`).

Pure functions without Odoo. `static/src/gsm.js` is `measure` again for the browser,
and `static/src/plain.js` is `plain`; the tests hold them to the same vectors, so they
agree to the unit.

Facts from outside:
* the alphabet and its extension table: 3GPP TS 23.038 (GSM 03.38), 6.2.1;
* one part carries 160 septets or 70 UTF-16 units; each of several 153 or 67, as
  the header that joins them takes 6 of the 140 octets: 3GPP TS 23.040, 9.2.3.24.1;
* an escape pair and a surrogate pair are never cut in two, and in UCS-2 whole
  grapheme clusters stay together: as Twilio's `sms-segments-calculator` 1.3.0 counts.

A cluster is what that calculator takes for one: Unicode 10, whatever the Unicode of
the Python or the browser at hand. A skin tone on an emoji newer than that may hence
be cut from it at the end of a part. We leave the calculator where it is wrong:
* an empty text: it says one part, we say none;
* clusters so long (some sixty units, as in "Zalgo" text) that it overfills a part:
  we never do. A cluster longer than a part is taken apart into its characters.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import category, normalize

GSM7 = "GSM-7"
UCS2 = "UCS-2"

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"  # two septets each: an escape and a letter
ALPHABET = frozenset(BASIC + EXTENSION)

_CAPACITY = {GSM7: (160, 153), UCS2: (70, 67)}  # of one part, of each of several
_FOREIGN = re.compile(f"[^{re.escape(BASIC + EXTENSION)}]")
_EXTENDED = re.compile(f"[{re.escape(EXTENSION)}]")


@dataclass(frozen=True)
class Measure:
    """The size of a text as SMS.

    `encoding`: `GSM7` or `UCS2`.
    `units`: septets in GSM-7, UTF-16 code units in UCS-2.
    `segments`: billed parts; 0 for an empty text.
    `offenders`: what forces UCS-2, each once, in order of appearance. An offender is
    what a reader sees as one character: it may be several code points (👩‍👧).
    """

    encoding: str
    units: int
    segments: int
    offenders: tuple = ()

    @property
    def capacity(self):
        """Units that fit in as many parts; those of one part for an empty text."""
        single, each = _CAPACITY[self.encoding]
        return single if self.segments < 2 else each * self.segments


def measure(text):
    """Return the `Measure` of a text. `False` and `None` count as empty."""
    text = text or ""
    return _measure_ucs2(text) if _FOREIGN.search(text) else _measure_gsm7(text)


def is_gsm7(text):
    """Whether the text needs no Unicode."""
    return not _FOREIGN.search(text)


def _measure_gsm7(text):
    single, each = _CAPACITY[GSM7]
    escapes = len(_EXTENDED.findall(text))
    units = len(text) + escapes
    if units <= single:
        segments = min(units, 1)
    elif not escapes:
        segments = -(-units // each)
    else:
        segments = _pack([2 if char in EXTENSION else 1 for char in text], each)
    return Measure(GSM7, units, segments)


def _measure_ucs2(text):
    single, each = _CAPACITY[UCS2]
    text = join_surrogates(text)
    clusters = graphemes(text)
    offenders = tuple(dict.fromkeys(c for c in clusters if c not in ALPHABET))
    units = _units(text)
    segments = 1 if units <= single else _pack(_widths(clusters, each), each)
    return Measure(UCS2, units, segments, offenders)


def _pack(widths, room):
    """Return how many parts of `room` units it takes to hold the widths in order."""
    parts, used = 1, 0
    for width in widths:
        if used + width > room:
            parts += 1
            used = 0
        used += width
    return parts


def _widths(clusters, room):
    for cluster in clusters:
        width = _units(cluster)
        if width <= room:
            yield width
        else:
            yield from map(_units, cluster)


def _units(text):
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def join_surrogates(text):
    """Return the text with each pair of surrogates as the one character it means."""
    # JavaScript has no other way to write an emoji; in Python such pairs are rare.
    return text.encode("utf-16-le", "surrogatepass").decode(
        "utf-16-le", "surrogatepass"
    )


# The classes of UAX 29 (Unicode 10) as runs: a letter, how far after the last run's end
# it starts and, after a hyphen, how much longer it is than one, in base 36. Found by
# dev/vectors/make.mjs, which asks the calculator about every character there is.
#   C control  X extend  S spacing mark  Z joiner  P prepend  R regional indicator
#   E emoji base  G the same after a joiner  W glued after a joiner  M skin tone
#   L V T Hangul letters  A B Hangul syllables (LV, LVT: computed)  O anything else
CLASS_RUNS = (
    "C0-vC2o-wCeXgj-33X7o-6X7c-18X2X2-1X2-1X2P1l-5Xb-aC2X1b-kXhX2u-6P1X2-5X3-1X2-3PyX"
    "2Xv-qX2k-aX1n-8Xz-3X2-8X2-2X2-4X18-2X3d-dP1X1-vS1X1jS1X1S2-2X1-7S1-3X1S1-1X2-6Xb"
    "-1XuS1-1X1lX2S1-1X1-3S3-1S3-1X1XaXb-1Xu-1S1X1lS2-2X1-1X5-1X3-2X4Xv-1X4Xc-1S1X1lS"
    "2-2X1-4X2-1S1S2-1X1Xl-1Xn-5X2S1-1X1lX2-1S1X1-3S3-1S3-1X1X9-1Xb-1XvX1oS1X1S1-1S4-"
    "2S2-2X1XaX15S1-2X1n-2S1-3X2-2X2-3X8-1Xc-1XuS1-1X1lS2X1S1-1X1S1-1X2S1-1S2-1X1-1X8"
    "-1Xc-1Xt-1S1-1X1k-1X2S1-1X1-3S2-2S2-2X1P1X9Xb-1Sv-1X1zX5S1-1X1-2X2S2-6X1Sj-1X1qS"
    "2X1-6Xd-7X2rS2X1-5X2-1Xc-5X23-1XsX2X2S5-1X1e-dS1X1-4X2-1X6-aX2-zXaX2v-3S1X1-5X2-"
    "1S1-1X1-1So-1X1-1X5-2Xh-3XeS2X1-1X7XgL2r-2nV1-1zT1-2fX9q-2Xqb-2Xu-2Xu-1Xv-1X1t-1"
    "S1X1-6S1-7X1S1-1X1-aXaX1a-2C1X3b-1XzX3b-2S1-3X1-1S1-2S5-1X1S1-5X1-2X64-1S1-1X1S1"
    "mX1S1X1-6X2X2X3-7S1-5X1-9X3X1d-eX1u-3S1X1cS1X1-4S1X1S1-4X1S1-1X13-8Xd-1S1SvX1-3S"
    "1-1X1-1S1X1-2X1lS1X1-1S1-2X1S1X1-2S1-1S1d-7X1-7S1-1X1-1X49-2X2-cS1X1-6X5S5-1X1S3"
    "X1-1X5j-1lX2-4CekX1Z1C1-1Cp-6C1e-fX2p-wE10tWzW2W2b-1E2rWfE2-3W2fX13f-2X3yX2p-vXf"
    "f-5X2y-1Xn9x-3X2-9Xx-1X29-1X7lX4X5So-1X1-1S1S2h-1S1f-fX1-1Xr-hX1h-7Xq-aS1-1Ld-sX"
    "4-2S1X1cS1-1X1-3S1-1X1S1-3X11X1w-5S1-1X1-1S1-1X1-1XdX9S1X1bX1gX2-2X3-1X6-1X2S16X"
    "1-1S1-1S6X1S6l-1X1S1-1X1S1-1S2X1V8n7-mT5-1cC5-1kvX5cvXki-fXh-fC5sX4f-1C29-bXeaX6"
    "bX46-4X1af-2X2-1X6-3X15-2X5X4m-1S10aX1S1X1i-eX1l-2S1S1a-2X1-3S1-1X1-1P3X1v-2X11-"
    "4S1X1-7X1rXd-1S1S1d-2X1-8S1-1P2-1X7-2S2o-2X1-2S1-1X1S1X1-1X7X4hS1-2X1-7Xm-1S1-1X"
    "1lX2S1X1S1-3S3-1S3-2XaSb-1X3-6X4-4S5d-2X1-7S1-1X1-2S1X1X2yS1-1X1-5S1X1S1-1X1S1X1"
    "-1S1X1-1X6kS1-1X1-3S3-3X1-1S1X1-1Xs-1S2b-2X1-7S1-1X1S1X1-1X2zS1X1S1-1X1-5S1X1X2u"
    "-2S1-1X1-3S1X1-4Xk6-5S1-1X1-1X15-5S1P1X1-3X9Xa-5S1-1X1-2P17-3X1-cS1X1-1SbaX1-6X2"
    "-5S1X1X2b-lS2X1-6S1X1-1S1X1-1X3f-5X4X2-1X2-6P1X1Xfc9-4X1o-6St7-19Xh-3Xf7v-1C2-3X"
    "43mS1X1-2S4X1-4C1-7X1-7X3-6Xv-3X45-2X1j0-1iX5-1dX9XfXn-4X2-eX11t-6X2-gX3-6X2-1X2"
    "-4X1pi-6X32-6R1p8-pW7dW1iW1hEiWeWhW4Eq-2E3E3-2WvW2Me-4E1v-1E3-aGm-3E5E2-8E4E5-2E"
    "2-2W4EvWh-1W2zW5E20-1E5EmE5-1W2aE2l-2E4-4W1dWiEhEh-2EaEcEgc-4E2-1E7Ea-9E4-1E43-c"
    "Cgw0z-vX1-2nC1-3jX1-6nC1-2rz"
)

# One cluster, in letters of those classes. It follows the calculator into its corners:
# a flag takes one mark at most, and a skin tone joins its base directly, or after
# a single mark, or not at all.
CLUSTER = (
    "RR[XSZ]?|PR[XSZ]?|"
    "P*(?:L*(?:[VA]V*T*|BT*)|L+|T+|[EG]M?|[^CPXZ]|(?=[XZ]))"
    "(?:S|Z(?:W|GM?)?)*(?:(?<=[EG])XM|X|S|Z[WG]?)*|P+|C"
)
_CLUSTER = re.compile(CLUSTER)
_RUN = re.compile("([A-Z])([0-9a-z]+)(?:-([0-9a-z]+))?")


class _Classes(dict):
    """Code point → letter of its class, found when first asked for."""

    def __init__(self):
        super().__init__()
        self._starts, self._runs, position = [], [], 0
        for letter, gap, more in _RUN.findall(CLASS_RUNS):
            position += int(gap, 36)
            self._starts.append(position)
            position += int(more or "0", 36)
            self._runs.append((position, letter))

    def __missing__(self, code):
        self[code] = self._find(code)
        return self[code]

    def _find(self, code):
        if 0xAC00 <= code <= 0xD7A3:
            return "B" if (code - 0xAC00) % 28 else "A"
        # C starts at 0: there is always a run before.
        last, letter = self._runs[bisect_right(self._starts, code) - 1]
        return letter if code <= last else "O"


_CLASSES = _Classes()


def graphemes(text):
    """Return the list of the text's grapheme clusters, in order."""
    classes = text.translate(_CLASSES)
    if not classes.strip("O"):  # most texts
        return list(text)
    return [text[m.start() : m.end()] for m in _CLUSTER.finditer(classes)]


_THAI = re.compile("[\u0e01-\u0e3a\u0e40-\u0e5b]")
_GREEK = re.compile("[\u0370-\u03e1\u03f0-\u03ff\u1f00-\u1fff]")
_GREEK_TWINS = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX")
# Odoo's sign for GEL is a Georgian letter: a sign where no other letter touches it.
_LARI = re.compile("(?<![ა-ჿ])ლ(?![ა-ჿ])")

# Where we know better than anyascii: look-alikes, and signs of currencies that nobody
# would read in its letters ("100 B" for 100 ฿).
_BETTER = str.maketrans("—―«»″`×\x85\u2028\u2029", '--"""\'x\n\n\n') | {
    ord(sign): code
    for sign, code in re.findall(
        "(.)=(\\w+)", "฿=THB ₫=VND ₩=KRW ₴=UAH ₸=KZT ₹=INR ₺=TRY ₽=RUB ₾=GEL"
    )
}


def plain(text):
    """Return the text in letters of GSM-7, as far as they can be read.

    What is in GSM-7 stays (é, ä, €, Δ). Greek becomes capitals. Thai stays as it is:
    nobody reads it romanised. So does a character that has no reading at all. A
    mark or an invisible character without a reading goes. The result may well be
    longer ("…", emoji): whether it is cheaper is for the caller to `measure`.
    """
    text = join_surrogates(text or "")
    if _THAI.search(text):  # beside it ฿, in the same block, belongs to it
        return re.sub("[^\u0e01-\u0e5b]+", lambda run: _plain_run(run[0]), text)
    return _plain_run(text)


def _plain_run(text):
    if not _FOREIGN.search(text):
        return text
    text = _LARI.sub("GEL", normalize("NFC", text)).translate(_BETTER)
    return "".join(c if c in ALPHABET else _plain_char(c) for c in text)


@lru_cache(maxsize=4096)
def _plain_char(char):
    if _GREEK.match(char):
        bare = "".join(c for c in normalize("NFD", char) if category(c) != "Mn")
        char = bare.upper().translate(_GREEK_TWINS)
    return "".join(c if c in ALPHABET else _reading(c) for c in char)


def _reading(char):
    from anyascii import anyascii  # here, so that counting does not need it

    if category(char) in ("Cc", "Zs"):
        return " "
    reading = anyascii(char).replace("`", "'")  # a backtick would force UCS-2
    if reading or category(char) in ("Cf", "Cs", "Mc", "Me", "Mn"):
        return reading
    return char


def is_worth_it(original, plain):
    """Whether a text should be sent in plain letters.

    They must bring it into GSM-7 at no more segments: a Thai text stays Thai. Emoji
    are spelled out (":grinning:") only where that saves a segment.
    """
    before, after = measure(original), measure(plain)
    if before.encoding == GSM7 or after.encoding != GSM7:
        return False
    if any(ord(char) > 0xFFFF for char in join_surrogates(original)):
        return after.segments < before.segments
    return after.segments <= before.segments


def readings(characters):
    """Return ``{character: how it is written in plain letters}``; see :func:`plain`."""
    return {char: _plain_char(char) for char in characters if char not in ALPHABET}
