"""When a schedule runs, and which of its levels a debt has reached. Pure functions.

Moments are naive UTC datetimes, as Odoo's are. A *level* is a number of days from the
due date: −3 is three days before it, 7 a week after.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

import pytz

from . import wall_clock

LOWEST, HIGHEST = -365, 3650
MOST = 20

DAY, WEEKDAYS, MONTH = "day", "weekdays", "month"

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_MINUS = str.maketrans("−–", "--")  # as word processors write it
_NUMBER = re.compile(r"[+-]?\d+")
_MOST_DIGITS = 9  # Python refuses to read thousands of them


class LevelsError(ValueError):
    """A text that is no list of levels.

    `code`: "not_a_number", "out_of_range" or "too_many"; `part`: the part of the text
    that is wrong, or how many levels there are. `str()` is "code:part".
    """

    def __init__(self, code, part):
        self.code = code
        self.part = part
        super().__init__(f"{code}:{part}")


def parse_levels(text):
    """Return the levels of "-3, 0, 7; 14" as a tuple, sorted, each once.

    Nothing is (). Raises `LevelsError` unless there are at most `MOST`, from `LOWEST`
    to `HIGHEST`.
    """
    parts = re.split(r"[\s,;]+", text or "")
    levels = sorted({_level(part) for part in parts if part})
    if len(levels) > MOST:
        raise LevelsError("too_many", str(len(levels)))
    return tuple(levels)


def _level(part):
    number = part.translate(_MINUS)
    if not _NUMBER.fullmatch(number):
        raise LevelsError("not_a_number", part)
    if len(number) > _MOST_DIGITS or not LOWEST <= int(number) <= HIGHEST:
        raise LevelsError("out_of_range", part)
    return int(number)


def reached(levels, days):
    """The highest level that a debt has reached, or None.

    :param days: since the due date
    """
    return max((level for level in levels if level <= days), default=None)


def following(levels, days):
    """The lowest level that a debt has still to reach, or None."""
    return min((level for level in levels if level > days), default=None)


@dataclass(frozen=True)
class Timetable:
    """The slots at which a schedule runs: one on each of its days.

    The days and the time of day are those of the zone, to the minute. When clocks are
    put forward past that time, the slot is the moment they are; when they are put back
    and show it twice, the first. A day that a zone leaves out has none (Samoa's
    2011-12-30). Raises ValueError, of the field's name and value, for one that cannot
    be.
    """

    hour: float  # from 0 up to 24: 9.5 is half past nine
    zone: str  # IANA
    every: str = DAY  # or WEEKDAYS, MONTH
    weekdays: frozenset[int] = frozenset()  # of WEEKDAYS; Monday is 0
    month_day: int = 1  # of MONTH, 1 to 31; shorter months have it on their last day

    def __post_init__(self):
        self._check("hour", 0 <= self.hour and round(self.hour * 60) < 24 * 60)
        self._check("zone", self.zone in pytz.all_timezones_set)
        self._check("every", self.every in (DAY, WEEKDAYS, MONTH))
        if self.every == WEEKDAYS:
            named = self.weekdays and self.weekdays <= set(range(7))
            self._check("weekdays", named)
        if self.every == MONTH:
            self._check("month_day", 1 <= self.month_day <= 31)

    def _check(self, name, is_right):
        if not is_right:
            raise ValueError(f"{name}:{getattr(self, name)}")

    def next_after(self, moment):
        """The first slot later than the moment."""
        today = self.local_date(moment)
        slots = self._slots(today + n * _DAY for n in count())
        return next(slot for slot in slots if slot > moment)

    def latest_until(self, moment):
        """The last slot at the moment or before it."""
        today = self.local_date(moment)
        # Clocks put back over midnight show today again after tomorrow's slot.
        slots = self._slots(today - n * _DAY for n in count(-1))
        return next(slot for slot in slots if slot <= moment)

    def local_date(self, slot) -> date:
        """The date in the zone."""
        return wall_clock.to_local(self.zone, slot).date()

    def _slots(self, days):
        slots = (self._slot(day) for day in days if self._is_due(day))
        return (slot for slot in slots if slot)

    def _is_due(self, day):
        if self.every == WEEKDAYS:
            return day.weekday() in self.weekdays
        if self.every == MONTH:
            last = monthrange(day.year, day.month)[1]
            return day.day == min(self.month_day, last)
        return True

    def _slot(self, day):
        """The slot of a date, or None where the zone has no such date."""
        slot = wall_clock.to_utc(self.zone, wall_clock.at(day, self.hour))
        # Greenland puts its clocks forward into the next day: the last minute before.
        for moment in (slot, slot - _MINUTE):
            if self.local_date(moment) == day:
                return moment
        return None
