"""Between UTC, in which Odoo stores moments, and the clock on somebody's wall.

Moments are naive UTC datetimes, as Odoo's are; zones are IANA names. pytz, because it
comes with Odoo and brings its zones along: a slim server has no database of its own.
"""

from datetime import datetime, time, timedelta

import pytz

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


def at(day, hour):
    """The time of day as a naive datetime, to the minute.

    :param float hour: 0 to 24 (the midnight after), 9.5 for half past nine
    """
    return datetime.combine(day, time()) + timedelta(minutes=round(hour * 60))


def to_local(zone, moment):
    """What a clock in the zone shows (naive) at a moment of UTC."""
    return (
        pytz.utc.localize(moment).astimezone(pytz.timezone(zone)).replace(tzinfo=None)
    )


def to_utc(zone, wall, last=False):
    """The moment at which clocks in the zone show ``wall`` (naive, whole minutes).

    What they show twice, when they are put back, is the first of the two, or the
    ``last``. What they leave out, when they are put forward, is the moment they are.
    """
    # no zone is more than a day from UTC, so these are before and after ``wall``
    offsets = {_offset(zone, wall - _DAY), _offset(zone, wall + _DAY)}
    readings = sorted(wall - offset for offset in offsets)
    shown = [moment for moment in readings if to_local(zone, moment) == wall]
    if not shown:
        return _put_forward(zone, wall, readings[0])
    return shown[-1 if last else 0]


def _offset(zone, moment):
    return to_local(zone, moment) - moment


def _put_forward(zone, wall, moment):
    """The moment at which clocks jump past ``wall``, some time after ``moment``."""
    while to_local(zone, moment) < wall:
        moment += _MINUTE
    return moment
