"""When a person may be written to: the hours of a country, on the person's own clock.

Moments are naive UTC datetimes, as Odoo's are; countries are ISO codes in capitals;
zones are IANA names. Hours and rests are manners and codes of conduct, for reminders of
payment; they are defaults, not legal advice.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from itertools import count

import holidays
import phonenumbers
import pytz
from phonenumbers import timezone as phone_zones

from . import wall_clock

Hours = tuple[float, float]  # from, to (not included): 9.5 is half past nine

NOWHERE = ("UTC",)
DAYS_TO_AGREE = 10

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class Customs:
    """When a country's people are written to, and how often. Without hours: never.

    A public holiday that falls on a weekend is a holiday.
    """

    weekday: Hours  # Monday to Friday
    weekend: Hours | None = None
    holiday: Hours | None = None
    # the fewest from one message to the next to the same customer
    least_days_between: int = 1
    first_overdue_day: int = 0  # the first on which a customer may be reminded

    def hours(self, day, is_holiday):
        """:return: (from, to), or None"""
        if is_holiday:
            return self.holiday
        return self.weekend if day.weekday() >= _SATURDAY else self.weekday


ELSEWHERE = Customs(weekday=(9, 19))
BY_COUNTRY = {
    "GE": Customs(weekday=(8, 22)),  # the hours of advertising
    # law 3758/2009: every second day, once ten days have passed
    "GR": Customs(weekday=(9, 20), least_days_between=2, first_overdue_day=11),
    # its debt collectors' code goes from 6 to 22
    "PL": Customs(weekday=(8, 20)),
    # Debt Collection Act 2015: once a day
    "TH": Customs(weekday=(8, 20), weekend=(8, 18), holiday=(8, 18)),
    "US": Customs(weekday=(8, 21)),  # the recipient's time
}


def customs(country_code):
    """:return: the :class:`Customs` of a country, or of the rest of the world"""
    return BY_COUNTRY.get(country_code, ELSEWHERE)


def own_customs(start, end):
    """Hours that somebody chose: Monday to Friday, no public holidays.

    How often is still the country's affair. Raises ValueError unless
    0 <= start < end <= 24, to the minute.
    """
    if not 0 <= start < end <= 24 or round(start * 60) == round(end * 60):
        raise ValueError(f"hours:{start}-{end}")
    return Customs(weekday=(start, end))


def zones(country_code, number=None, own=None):
    """Where the recipient may be: a tuple of zones, never empty.

    The ``own`` zone (on the contact) counts if it is one of the country's: Odoo gives a
    new contact the zone of whoever enters it. Then those that the number (E.164) tells
    of, as far as they are the country's; then all of the country.
    """
    of_country = tuple(pytz.country_timezones.get(country_code or "", ()))
    if own in of_country:
        return (own,)
    if len(of_country) == 1:
        return of_country
    by_number = _zones_of_number(number)
    if not of_country:
        return by_number or NOWHERE
    return tuple(zone for zone in by_number if zone in of_country) or of_country


def _zones_of_number(number):
    try:
        parsed = phonenumbers.parse(number or "")
    except phonenumbers.NumberParseException:
        return ()
    found = phone_zones.time_zones_for_number(parsed)
    return tuple(zone for zone in found if zone in pytz.all_timezones_set)


def next_opening(moment, country_code, zones, customs=None):
    """The first moment, ``moment`` or later, at which the window is open in all zones.

    Where they never agree within ``DAYS_TO_AGREE`` (Russia is as wide as a working
    day), by the first zone alone. Cheap enough for every recipient of a night: what a
    day's windows are is worked out once per country, zones and customs.

    :param zones: a tuple, as :func:`zones` returns it
    :param customs: :class:`Customs` other than the country's
    """
    customs = customs or BY_COUNTRY.get(country_code, ELSEWHERE)
    first = _opening(moment, count(), country_code, zones[:1], customs)
    if len(zones) == 1:
        return first
    # from there on: earlier they cannot agree
    agreed = _opening(first, range(DAYS_TO_AGREE), country_code, zones, customs)
    return agreed or first


def _opening(moment, days, country_code, zones, customs):
    """The first open moment among ``days`` (numbers, from the moment's on) or None."""
    for number in days:
        day = moment.date() + number * _DAY
        for start, end in _open_in_all(day, country_code, zones, customs):
            if moment < end:
                return max(moment, start)
    return None


@lru_cache(maxsize=4096)
def _open_in_all(day, country_code, zones, customs):
    """A day of UTC: ((from, to), …) at which all of the zones are open."""
    midnight = datetime.combine(day, time())
    spans = [(midnight, midnight + _DAY)]
    for zone in zones:
        spans = _overlaps(spans, _open_in_one(day, country_code, zone, customs))
    return tuple(spans)


def _open_in_one(day, country_code, zone, customs):
    """((from, to), …) of the local days that touch a day of UTC."""
    for local_day in (day - _DAY, day, day + _DAY):
        hours = customs.hours(local_day, is_holiday(local_day, country_code))
        if hours:
            # When clocks are put back within the hours, the window is the shorter.
            start, end = (wall_clock.at(local_day, hour) for hour in hours)
            yield (
                wall_clock.to_utc(zone, start, last=True),
                wall_clock.to_utc(zone, end),
            )


def _overlaps(spans, others):
    found = [
        (max(start, other_start), min(end, other_end))
        for other_start, other_end in others
        for start, end in spans
    ]
    return [(start, end) for start, end in found if start < end]


def is_holiday(day, country_code):
    """Whether a date is a public holiday in the whole country."""
    return day in _public_holidays(country_code, day.year)


@lru_cache(maxsize=1024)
def _public_holidays(country_code, year):
    if country_code not in holidays.list_supported_countries():
        return frozenset()
    return frozenset(holidays.country_holidays(country_code, years=year))
