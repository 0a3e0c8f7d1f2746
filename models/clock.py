"""Which moment the code looks at: now, or a later one in a dry run."""

from dataclasses import dataclass
from datetime import date, datetime

import pytz

from odoo import fields

CONTEXT_KEY = "organizer_now"


@dataclass(frozen=True)
class Ahead:
    """A moment to look at from afar; nothing that comes over RPC is one."""

    moment: datetime  # naive UTC


# ISO code of a country → the time zone of sellers there who have not said theirs
ZONES = {code: zones[0] for code, zones in pytz.country_timezones.items()}
NOWHERE = "UTC"


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


def local_date(moment: datetime, zone: str) -> date:
    """The date in a zone at a moment of naive UTC."""
    return pytz.utc.localize(moment).astimezone(pytz.timezone(zone)).date()


def today_of(company) -> date:
    """Today at the seller's place: what is overdue does not depend on who asks."""
    return local_date(now(company.env), zone_of(company))
