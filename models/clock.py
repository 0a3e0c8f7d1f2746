"""Which moment the code looks at: now, or a later one in a dry run."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytz

from odoo import fields
from odoo.tools import SQL

CONTEXT_KEY = "organizer_now"


@dataclass(frozen=True)
class Ahead:
    """A moment to look at from afar; nothing that comes over RPC is one."""

    moment: datetime  # naive UTC


# ISO code of a country → the time zone of sellers there who have not said theirs
ZONES = {code: zones[0] for code, zones in pytz.country_timezones.items()}
NOWHERE = "UTC"

# A setting counts back or ahead no further: dates end somewhere.
MOST_DAYS = 36500


def now(env) -> datetime:
    """Naive UTC."""
    ahead = env.context.get(CONTEXT_KEY)
    return ahead.moment if isinstance(ahead, Ahead) else fields.Datetime.now()


def look_ahead(records, moment):
    """The records as of a later moment, naive UTC."""
    return records.with_context(**{CONTEXT_KEY: Ahead(moment)})


def zone_of(company) -> str:
    """The seller's time zone: its own, else its country's."""
    # sudo: where a company is, is no secret
    seller = company.sudo().partner_id
    return seller.tz or ZONES.get(seller.country_id.code, NOWHERE)


def zone_sql(seller: str, land: str) -> SQL:
    """The same of a seller in a statement.

    :param seller: alias of its ``res_partner``
    :param land: alias of its ``res_country``, joined from the left
    """
    return SQL(
        "COALESCE(%s, %s::jsonb->>%s, %s)",
        SQL.identifier(seller, "tz"),
        json.dumps(ZONES),
        SQL.identifier(land, "code"),
        NOWHERE,
    )


def zones_sql() -> SQL:
    """``id`` and ``zone`` of each company."""
    return SQL(
        """
        SELECT res_company.id, %s AS zone
          FROM res_company
          JOIN res_partner seller ON seller.id = res_company.partner_id
     LEFT JOIN res_country land ON land.id = seller.country_id
        """,
        zone_sql("seller", "land"),
    )


def local_date(moment: datetime, zone: str) -> date:
    """The date in a zone at a moment of naive UTC."""
    return pytz.utc.localize(moment).astimezone(pytz.timezone(zone)).date()


def today_of(company) -> date:
    """Today at the seller's place: what is overdue does not depend on who asks."""
    return local_date(now(company.env), zone_of(company))


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """When a day begins and ends in a zone, naive UTC."""
    begins = (
        pytz.timezone(zone).localize(datetime.combine(one, time()))
        for one in (day, day + timedelta(days=1))
    )
    return tuple(begin.astimezone(pytz.utc).replace(tzinfo=None) for begin in begins)
