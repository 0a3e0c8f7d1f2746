"""What the tests of moments share: zones whose clocks do odd things, and moments."""

from datetime import datetime

from hypothesis import settings
from hypothesis import strategies as st

always = settings(max_examples=200, deadline=None, derandomize=True, database=None)

ZONES = (
    "Africa/Casablanca",  # puts its clocks back for Ramadan
    "America/Havana",  # back from one o'clock to midnight
    "America/New_York",
    "America/Nuuk",  # forward into the next day
    "America/Santiago",  # back and forward at midnight
    "Asia/Bangkok",
    "Asia/Beirut",  # forward at midnight
    "Asia/Kathmandu",
    "Asia/Tbilisi",
    "Australia/Lord_Howe",  # by half an hour
    "Europe/Moscow",  # left summer time, without any, in 2014
    "Europe/Warsaw",
    "Pacific/Apia",  # left out 2011-12-30
    "UTC",
)

MOMENTS = st.datetimes(datetime(2011, 6, 1), datetime(2036, 1, 1))


def utc(text):
    """The moment of "2026-03-29 06:00"."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M")
