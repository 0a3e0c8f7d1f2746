"""Read what a person typed as *one* mobile number. Pure functions without Odoo.

Everything here leans to the safe side: a number that is refused costs a correction, a
number that is guessed sends somebody's debts to a stranger. Hence
* landlines are refused. Odoo and `phonenumbers` call them valid; no SMS reaches them;
* a field with two numbers is refused. `phonenumbers` would quietly take the first;
* letters are refused. `phonenumbers` would dial 500-FLOWER;
* a number without its country code is read by *one* country, the first that is given:
  the customer's or, where the customer has none, the company's. There is no second
  guess: a Greek 6912345678 with a digit lost is somebody's mobile in Poland.
"""

import re
from functools import lru_cache
from unicodedata import category, decimal

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)

MAX_LENGTH = 64  # characters typed; a number has some 20, and nothing slow happens

_OR_ABROAD = "Check the digits; write a foreign number with + and the country code."

MESSAGES = {
    "empty": "There is no phone number. Enter a mobile number.",
    "several": "“{number}” holds more than one number. Leave one mobile number.",
    "no_country": "“{number}” does not tell its country. Write it with + and the "
    "country code, or set the customer's country.",
    "not_a_number": "“{number}” is not a phone number. Enter the digits of one number, "
    "with + and the country code in front if it is a foreign one.",
    "too_short": "“{number}” is too short ({country}). " + _OR_ABROAD,
    "too_long": "“{number}” is too long ({country}). " + _OR_ABROAD,
    "invalid": "“{number}” is not a number in use ({country}). " + _OR_ABROAD,
    "landline": "“{number}” is a landline ({country}), which gets no SMS. Enter a "
    "mobile number.",
    "not_mobile": "“{number}” is not a mobile number ({country}, {kind}). Enter a "
    "mobile number.",
}

_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_LENGTH_CODES = {
    ValidationResult.TOO_SHORT: "too_short",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "too_short",  # without its area code
    ValidationResult.TOO_LONG: "too_long",
}
_PARSE_CODES = {
    NumberParseException.INVALID_COUNTRY_CODE: "invalid",
    NumberParseException.TOO_SHORT_AFTER_IDD: "too_short",
    NumberParseException.TOO_SHORT_NSN: "too_short",
    NumberParseException.TOO_LONG: "too_long",
}
_WIDE = str.maketrans("＋（）．／−", "+()./-")
_PREFIX = re.compile(r"(?:\(?\s*(?:\+|00)\s*)?")  # 00 is "+" from almost everywhere
_TRUNK_ZERO = re.compile(r"^(\d{1,3}\)?[\s.-]*)\(0\)")  # +48 (0) 500 …
_ONE_NUMBER = re.compile(r"[\d .()/-]+")
_SEPARATOR = re.compile(r"[^\d .()-]+")  # "/" too: "500600700 / 600700800"
_SHORTEST = 6  # digits of a number of its own, beside another in the same field


class PhoneError(ValueError):
    """A text that is not one mobile number.

    `code`: a key of `MESSAGES`; `number`: as typed; `country`: ISO code of the country
    it was read by or belongs to, or None; `kind`: for `not_mobile`, such as "voip".
    `str()` says in English what is wrong and what to do.
    """

    def __init__(self, code, number="", country=None, kind=None):
        self.code = code
        self.number = number
        self.country = country
        self.kind = kind
        super().__init__(self._text())

    def _text(self):
        shown = " ".join(self.number.split())
        shown = shown if len(shown) <= MAX_LENGTH else f"{shown[:MAX_LENGTH]}…"
        return MESSAGES[self.code].format(
            number=shown,
            country=self.country or "unknown country",
            kind=(self.kind or "other").replace("_", " "),
        )


def parse_mobile(text, countries=()):
    """Return the mobile number as E.164, such as "+48500600700".

    `countries`: ISO codes, the customer's first, then the company's; empty ones are
    skipped. The first that is left reads a number without country code, alone.
    Raises `PhoneError`.
    """
    typed = str(text or "")
    if len(typed.strip()) > MAX_LENGTH:
        raise PhoneError("not_a_number", typed)
    digits, international = _digits(typed)
    country = None if international else next(filter(None, countries), None)
    if not international and country not in phonenumbers.SUPPORTED_REGIONS:
        raise PhoneError("no_country", typed, country)
    try:
        number = _valid(digits, country, typed)
    except PhoneError:
        if _is_several(typed, country):
            raise PhoneError("several", typed, country) from None
        raise
    return _mobile(number, typed)


def _digits(typed):
    """Return (digits, whether they start with a country code) of one number."""
    text = _clean(typed)
    if not text:
        raise PhoneError("empty", typed)
    prefix, rest = _split_prefix(text)
    parts = (re.sub(r"\D", "", part) for part in _SEPARATOR.split(rest))
    if sum(len(part) >= _SHORTEST for part in parts) > 1:
        raise PhoneError("several", typed)
    if not _ONE_NUMBER.fullmatch(rest):
        raise PhoneError("not_a_number", typed)
    if prefix:
        rest = _TRUNK_ZERO.sub(r"\1", rest)
    digits = re.sub(r"\D", "", rest)
    if not digits:
        raise PhoneError("not_a_number", typed)
    return digits, bool(prefix)


def _split_prefix(text):
    """Return ("+" or "00" as written, or "", and what follows it)."""
    length = len(_PREFIX.match(text)[0])
    return text[:length], text[length:]


def _clean(typed):
    """Return the text in ASCII where it can be, without what nobody sees."""
    text = "".join(map(_clean_char, typed.translate(_WIDE))).strip()
    return re.sub(r"^tel:\s*", "", text, flags=re.IGNORECASE)


def _clean_char(char):
    kind = category(char)
    if kind == "Nd":  # Thai, Arabic, full-width … digits
        return str(decimal(char))
    if kind == "Cf":  # direction marks come along with numbers pasted from contacts
        return ""
    if kind == "Zs" or char == "\t":
        return " "
    return "-" if kind == "Pd" else char


def _valid(digits, country, typed):
    """Return the `phonenumbers` object of a valid number, of whatever kind."""
    try:
        number = phonenumbers.parse(digits if country else f"+{digits}", country)
    except NumberParseException as error:
        code = _PARSE_CODES.get(error.error_type, "not_a_number")
        raise PhoneError(code, typed, country) from error
    if not phonenumbers.is_valid_number(number):
        reason = phonenumbers.is_possible_number_with_reason(number)
        code = _LENGTH_CODES.get(reason, "invalid")
        raise PhoneError(code, typed, country or _country_of_code(number))
    return number


def _is_several(typed, country):
    """Tell whether digits side by side are two valid numbers: 500600700 600700800."""
    plus = "+" if country is None else ""
    groups = re.findall(r"\d+", _split_prefix(_clean(typed))[1])
    for cut in range(1, len(groups)):
        first, second = "".join(groups[:cut]), "".join(groups[cut:])
        if _is_valid(plus + first, country) and _is_second(second, first, country):
            return True
    return False


def _is_second(digits, first, country):
    # "+48 500600700 600700800" and "0048500600700 0048600700800": the second may be
    # written either way, and the first tells the country.
    if country is None:
        country = _region(phonenumbers.parse(f"+{first}"))
    abroad = "+" + digits.removeprefix("00")
    return _is_valid(digits, country) or _is_valid(abroad, None)


def _is_valid(digits, country):
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, country))
    except NumberParseException:
        return False


def _mobile(number, typed):
    if phonenumbers.number_type(number) in _MOBILE:
        return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    kind = _kind(number)
    code = "landline" if kind == "fixed_line" else "not_mobile"
    raise PhoneError(code, typed, _region(number), kind)


def _kind(number):
    return PhoneNumberType.to_string(phonenumbers.number_type(number)).lower()


def _region(number):
    return _iso(phonenumbers.region_code_for_number(number))


def _country_of_code(number):
    return _iso(phonenumbers.region_code_for_country_code(number.country_code))


def _iso(region):
    # 001 and ZZ: satellite and other networks of no country
    return region if region in phonenumbers.SUPPORTED_REGIONS else None


@lru_cache(maxsize=4096)
def country_of(number):
    """ISO code of the country that a number (E.164) is of, or None."""
    try:
        return _region(phonenumbers.parse(number or ""))
    except NumberParseException:
        return None


def country_prefix(number):
    """What of a number tells nobody whose it is: ``+48…``; ``…`` for no number."""
    try:
        return f"+{phonenumbers.parse(number or '').country_code}…"
    except NumberParseException:
        return "…"


def masked(number):
    """A number for those who know it: ``+48 ••• 567``."""
    return f"{country_prefix(number).rstrip('…')} ••• {(number or '')[-3:]}".strip()


def readings(text, country=None):
    """What a number may be that a network tells us, as E.164, the likeliest first.

    Networks leave out the + of an international number, and some write national ones.
    Any number counts, not mobiles alone: somebody has written to us from it.

    `country`: the ISO code by which a national number is read.
    """
    text = str(text or "")
    prefix, rest = _split_prefix(_clean(text)) if len(text) <= MAX_LENGTH else ("", "")
    if not _ONE_NUMBER.fullmatch(rest):
        return []
    digits = re.sub(r"\D", "", rest)
    ways = [(f"+{digits}", None)] + ([] if prefix else [(digits, country)])
    found = (_e164(number, region) for number, region in ways)
    return list(dict.fromkeys(filter(None, found)))


def _e164(digits, country):
    if not _is_valid(digits, country):
        return None
    number = phonenumbers.parse(digits, country)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
