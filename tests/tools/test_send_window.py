import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytz
from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools.send_window import (
    BY_COUNTRY,
    ELSEWHERE,
    Customs,
    customs,
    is_holiday,
    next_opening,
    own_customs,
    zones,
)
from ...tools.wall_clock import to_local, to_utc
from .clocks import MOMENTS, ZONES, always, utc

ROOT = Path(__file__).parents[2]

ALONE_SCRIPT = """
import sys
sys.modules["odoo"] = None
from tools import send_window, timetable
print(send_window.zones("PL"))
"""

MINUTE = timedelta(minutes=1)
SEVEN_DAYS = Customs(weekday=(8, 20), weekend=(8, 20), holiday=(8, 20))
COUNTRIES = sorted(pytz.country_timezones)

PLACES = st.sampled_from(COUNTRIES).map(lambda country: (country, zones(country)))
ANYWHERE = st.tuples(
    st.sampled_from(["PL", "TH", "GR", "US", "XX"]),
    st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True).map(tuple),
)
MINUTES = st.integers(0, 24 * 60)
HOURS = st.tuples(MINUTES, MINUTES).filter(lambda hours: hours[0] < hours[1])
CUSTOMS = st.none() | HOURS.map(lambda hours: own_customs(hours[0] / 60, hours[1] / 60))


def is_open(moment, *place):
    return next_opening(moment, *place) == moment


@tagged("post_install", "-at_install")
class TestCustoms(BaseCase):
    def test_rest_of_the_world(self):
        for country in ("DE", "XX", None, False):
            self.assertEqual(customs(country), ELSEWHERE)
        self.assertEqual(ELSEWHERE.first_overdue_day, 0)

    def test_greek_debtors_are_left_alone_at_first_and_every_second_day(self):
        self.assertEqual(customs("GR").first_overdue_day, 11)
        self.assertEqual(customs("GR").least_days_between, 2)

    def test_rest_is_never_shorter_than_the_least(self):
        for country, rules in BY_COUNTRY.items():
            with self.subTest(country):
                self.assertGreaterEqual(rules.least_days_between, 1)

    def test_hours_of_its_own(self):
        rules = own_customs(9.5, 17)
        self.assertEqual((rules.weekday, rules.weekend), ((9.5, 17), None))
        self.assertIsNone(rules.holiday)

    def test_hours_that_cannot_be(self):
        for start, end in ((9, 9), (17, 9), (-1, 9), (9, 24.5), (9, 9.001)):
            with self.subTest(start=start, end=end), self.assertRaises(ValueError):
                own_customs(start, end)

    def test_works_without_odoo(self):
        command = [sys.executable, "-c", ALONE_SCRIPT]
        output = subprocess.check_output(command, cwd=ROOT, text=True)
        self.assertEqual(output.strip(), "('Europe/Warsaw',)")


@tagged("post_install", "-at_install")
class TestZones(BaseCase):
    def test_country_of_one_zone(self):
        self.assertEqual(zones("PL"), ("Europe/Warsaw",))
        self.assertEqual(zones("TH", "+66871234567"), ("Asia/Bangkok",))

    def test_zone_of_the_contact_goes_first(self):
        self.assertEqual(
            zones("US", "+12125550123", "Pacific/Honolulu"), ("Pacific/Honolulu",)
        )

    def test_zone_of_another_country_is_that_of_whoever_entered_the_contact(self):
        self.assertEqual(zones("TH", own="Europe/Warsaw"), ("Asia/Bangkok",))
        self.assertEqual(
            zones("US", "+12125550123", "Europe/Warsaw"), ("America/New_York",)
        )

    def test_number_narrows_a_wide_country(self):
        self.assertEqual(zones("US", "+12125550123"), ("America/New_York",))
        self.assertEqual(zones("CA", "+16045550123"), ("America/Vancouver",))

    def test_number_that_tells_nothing_leaves_all_of_the_country(self):
        everywhere = zones("US")
        self.assertIn("America/New_York", everywhere)
        self.assertIn("Pacific/Honolulu", everywhere)
        for number in ("+48500600700", "+16045550123", "+1", "nobody", None, False):
            self.assertEqual(zones("US", number), everywhere)

    def test_without_a_country(self):
        for country in ("XX", "", None, False):
            self.assertEqual(zones(country), ("UTC",))
            self.assertEqual(zones(country, "+48500600700"), ("Europe/Warsaw",))
            self.assertEqual(zones(country, "+13334445555"), ("UTC",))  # nobody's


@tagged("post_install", "-at_install")
class TestWindow(BaseCase):
    def assert_opens(self, country, moment, expected, places=None, rules=None):
        with self.subTest(country, moment=moment):
            places = places or zones(country)
            opening = next_opening(utc(moment), country, places, rules)
            self.assertEqual(str(opening)[:16], expected)

    def test_within_the_hours_it_is_now(self):
        moment = utc("2026-01-14 12:34") + timedelta(seconds=56)
        self.assertEqual(next_opening(moment, "PL", zones("PL")), moment)

    def test_hours_of_each_country_on_its_own_clock(self):
        wednesday = utc("2026-01-14 00:00")
        for country, zone, opens, closes in (
            ("PL", "Europe/Warsaw", 8, 20),
            ("GR", "Europe/Athens", 9, 20),
            ("TH", "Asia/Bangkok", 8, 20),
            ("GE", "Asia/Tbilisi", 8, 22),
            ("US", "America/Chicago", 8, 21),
            ("DE", "Europe/Berlin", 9, 19),
        ):
            with self.subTest(country):
                open_minutes = [
                    minute
                    for minute in range(24 * 60)
                    if is_open(
                        to_utc(zone, wednesday + minute * MINUTE), country, (zone,)
                    )
                ]
                self.assertEqual(open_minutes, list(range(opens * 60, closes * 60)))

    def test_day_on_which_clocks_are_put_forward(self):
        self.assert_opens(
            "PL", "2026-03-28 19:00", "2026-03-29 06:00", rules=SEVEN_DAYS
        )
        self.assert_opens("PL", "2026-03-27 19:00", "2026-03-30 06:00")

    def test_day_on_which_clocks_are_put_back(self):
        self.assert_opens(
            "PL", "2026-10-24 18:00", "2026-10-25 07:00", rules=SEVEN_DAYS
        )
        self.assert_opens("PL", "2026-10-23 18:00", "2026-10-26 07:00")

    def test_hours_that_clocks_show_twice_are_the_shorter(self):
        # 02:30 is 00:30 and 01:30 of UTC
        for hours, moment, opens in (
            ((2.5, 9), "2026-10-25 00:30", "2026-10-25 01:30"),
            ((0, 2.5), "2026-10-25 00:29", "2026-10-25 00:29"),
            ((0, 2.5), "2026-10-25 00:30", "2026-10-25 23:00"),
        ):
            rules = Customs(hours, hours, hours)
            self.assert_opens("PL", moment, opens, rules=rules)

    def test_public_holidays_are_quiet(self):
        self.assert_opens("PL", "2026-11-10 19:00", "2026-11-12 07:00")
        # Easter of the East is a week later in 2026: Good Friday to Easter Monday.
        self.assert_opens("GR", "2026-04-09 18:00", "2026-04-14 06:00")
        self.assert_opens("PL", "2026-04-09 19:00", "2026-04-10 06:00")

    def test_thai_weekends_and_holidays_are_shorter(self):
        self.assert_opens("TH", "2026-01-16 12:00", "2026-01-16 12:00")  # a Friday
        self.assert_opens("TH", "2026-01-17 10:59", "2026-01-17 10:59")
        self.assert_opens("TH", "2026-01-17 11:00", "2026-01-18 01:00")
        self.assert_opens("TH", "2026-04-14 11:00", "2026-04-15 01:00")  # Songkran

    def test_hours_of_a_schedule(self):
        rules = own_customs(9.5, 17)
        self.assert_opens("TH", "2026-01-16 10:00", "2026-01-19 02:30", rules=rules)
        self.assert_opens("TH", "2026-04-10 10:00", "2026-04-16 02:30", rules=rules)

    def test_all_zones_have_to_be_open(self):
        # Honolulu opens at 18:00 UTC, New York closes at 02:00.
        self.assert_opens("US", "2026-01-14 14:00", "2026-01-14 18:00")
        self.assert_opens("US", "2026-01-15 02:00", "2026-01-15 18:00")

    def test_zones_that_never_agree_go_by_the_first(self):
        places = ("Europe/Kaliningrad", "Asia/Kamchatka")  # ten hours apart
        self.assert_opens("RU", "2026-01-14 00:00", "2026-01-14 07:00", places)
        self.assert_opens("RU", "2026-01-14 00:00", "2026-01-14 00:00", places[::-1])

    def test_country_without_known_holidays(self):
        self.assertFalse(is_holiday(date(2026, 1, 1), "XX"))
        self.assertFalse(is_holiday(date(2026, 1, 1), None))
        self.assert_opens("XX", "2026-01-01 09:00", "2026-01-01 09:00")

    def test_holidays_of_every_country_can_be_asked(self):
        for country in COUNTRIES:
            self.assertIn(is_holiday(date(2026, 1, 1), country), (True, False))

    @always
    @given(MOMENTS, PLACES | ANYWHERE, CUSTOMS)
    def test_opening_is_the_first_open_moment(self, moment, place, rules):
        opening = next_opening(moment, *place, rules)
        self.assertGreaterEqual(opening, moment)
        self.assertTrue(is_open(opening, *place, rules))
        self.assertEqual(next_opening(opening, *place, rules), opening)
        if opening > moment:
            for before in (opening - MINUTE, moment, moment + (opening - moment) / 2):
                before = max(before, moment)
                self.assertFalse(is_open(before, *place, rules))
                self.assertEqual(next_opening(before, *place, rules), opening)

    @always
    @given(MOMENTS, PLACES | ANYWHERE, CUSTOMS)
    def test_opening_is_within_the_hours_on_the_wall(self, moment, place, rules):
        country, places = place
        opening = next_opening(moment, *place, rules)
        allowed = [on_the_wall(opening, country, zone, rules) for zone in places]
        self.assertTrue(allowed[0])
        if not all(allowed):  # then they do not agree in the days that follow either
            for hours in range(9 * 24):
                later = opening + hours * timedelta(hours=1)
                agreed = (on_the_wall(later, country, zone, rules) for zone in places)
                self.assertFalse(all(agreed))


def on_the_wall(moment, country, zone, rules):
    """Whether a clock in the zone shows a time of the window, found in another way."""
    wall = to_local(zone, moment)
    hours = (rules or customs(country)).hours(wall, is_holiday(wall.date(), country))
    minutes = wall.hour * 60 + wall.minute
    return bool(hours) and round(hours[0] * 60) <= minutes < round(hours[1] * 60)
