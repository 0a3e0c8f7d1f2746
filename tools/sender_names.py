"""What may be a sender name, the word that a phone shows instead of a number. Pure
functions without Odoo.

* Every provider takes 3 to 11 Latin letters, digits and spaces, with a letter among
  them; France takes no space.
* Generic words do not say who writes. Operators in France, Poland and Spain refuse
  them; here they are refused everywhere, and some more in France and Spain.
* Poland: the act of 28 July 2023 on combating abuse in electronic communication (Dz. U.
  2023, item 1703) lets CSIRT NASK keep a register of names reserved for public bodies,
  and operators block whoever else uses one. The names here are those bodies' own
  well-known ones, not a copy of the register: the provider has the last word. Names of
  the operators themselves are blocked as well.
* Greece: names of the tax office, the state's portal and the social insurance.

Names are compared without blanks and case. A country is that of the company, as an ISO
code; what is under no country is refused everywhere.
"""

import re
from dataclasses import dataclass

from . import phone

SHORTEST, LONGEST = 3, 11
LETTERS = re.compile(r"[A-Za-z0-9 ]*", re.ASCII)

_GENERIC = (
    "ALARM ALERT FIRMA INFO INFORM INFORMACJA INFORMATION KONTAKT MESSAGE NOTICE NOTIF "
    "NOTIFY NUMBER OTP PROMO REKLAMA SERVICE SERVIS SERWIS SHOP SKLEP SMS SMSINFO TEST "
    "VERIFY WIADOMOSC"
)
_GENERIC_IN = {
    "": _GENERIC,
    "ES": f"{_GENERIC} AVISO EMPRESA MENSAJE TIENDA",
    "FR": f"{_GENERIC} ENTREPRISE LIVRAISON LIVREUR STOP SOCIETE",
}
_RESERVED_IN = {
    "": "EUROPOL INTERPOL POLICE",
    "GR": "AADE EFKA ELAS GOVGR MYAADE",
    "PL": (
        "ALERTRCB ARIMR CBA CEIDG CERT CERTPOLSKA CSIRT EDORECZENIA EPUAP ETOLL GOV "
        "GOVPL GUS HEYAH IKP IMGW KAS KNF KOMORNIK KRS KRUS MOBYWATEL MON MSWIA NASK "
        "NBP NFZ NIK ORANGE PESEL PFRON PIP PLAY PLUS POCZTA POLICJA PROKURATURA PSP "
        "RCB SAD SADY SANEPID SEJM SENAT STRAZ TMOBILE UKE UODO UOKIK URZAD "
        "URZADGMINY USC WOJSKO ZUS"
    ),
}
_GENERIC_SETS = {country: set(words.split()) for country, words in _GENERIC_IN.items()}
_RESERVED_SETS = {
    country: set(words.split()) for country, words in _RESERVED_IN.items()
}

#: Where phones show numbers alone: the USA with what belongs to them, and Canada, as
#: every provider says; in South America, by AWS's list of supported countries.
NUMBER_COUNTRIES = frozenset(
    {"US", "PR", "VI", "GU", "AS", "MP", "CA"}
    | {"AR", "BR", "CL", "CO", "EC", "PE", "PY", "UY", "VE"}
)
NORTH_AMERICA = "+1"


@dataclass(frozen=True)
class Problem:
    """Why it can't be a sender name.

    :param code: ``length``, ``letters``, ``no_letter``, ``space``, ``generic`` or
        ``reserved``
    :param country: by whose rules; empty: by everybody's
    """

    code: str
    country: str = ""


def tidied(name) -> str:
    """:return: the name as it is stored: no blanks around it, one between words"""
    return " ".join(str(name or "").split())


def key(name) -> str:
    """:return: what two names have in common that are the same to whoever reads them"""
    return "".join(str(name or "").split()).upper()


def problem(name, countries=()) -> Problem | None:
    """:param name: tidied
    :param countries: ISO codes of those whose rules count; empty ones are skipped
    :return: what is wrong with it, None where nothing is
    """
    if not LETTERS.fullmatch(name):
        return Problem("letters")
    if not SHORTEST <= len(name) <= LONGEST:
        return Problem("length")
    if not re.search("[A-Za-z]", name):
        return Problem("no_letter")
    for country in ["", *filter(None, countries)]:
        if key(name) in _RESERVED_SETS.get(country, ()):
            return Problem("reserved", country)
        if key(name) in _GENERIC_SETS.get(country, ()):
            return Problem("generic", country)
        if country == "FR" and " " in name:
            return Problem("space", country)
    return None


def takes_names(number) -> bool:
    """:param number: E.164, of the phone that is written to
    :return: whether phones of its country can show a name
    """
    number = number or ""
    country = phone.country_of(number)
    if country is None:  # of no area of North America that is known
        return not number.startswith(NORTH_AMERICA)
    return country not in NUMBER_COUNTRIES


def is_number(sender) -> bool:
    """:return: whether a phone can answer to it: a number, not a name"""
    return bool(re.fullmatch(r"\+?\d+", sender or "", re.ASCII))
