from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools.wall_clock import at, to_local, to_utc
from .clocks import MOMENTS, ZONES, always, utc


@tagged("post_install", "-at_install")
class TestWallClock(BaseCase):
    def test_hour_of_a_day(self):
        day = date(2026, 2, 28)
        self.assertEqual(at(day, 0), datetime(2026, 2, 28))
        self.assertEqual(at(day, 9.5), datetime(2026, 2, 28, 9, 30))
        self.assertEqual(at(day, 24), datetime(2026, 3, 1))
        # 8:20 as Odoo keeps it
        self.assertEqual(at(day, 8.333333333), datetime(2026, 2, 28, 8, 20))

    def test_summer_and_winter(self):
        for wall, expected in (
            ("2026-01-15 08:00", "2026-01-15 07:00"),
            ("2026-07-15 08:00", "2026-07-15 06:00"),
        ):
            self.assertEqual(to_utc("Europe/Warsaw", utc(wall)), utc(expected))

    def test_time_that_clocks_leave_out_is_the_moment_they_are_put_forward(self):
        for zone, wall, expected in (
            ("Europe/Warsaw", "2026-03-29 02:30", "2026-03-29 01:00"),
            ("Europe/Warsaw", "2026-03-29 02:00", "2026-03-29 01:00"),
            ("Europe/Warsaw", "2026-03-29 03:00", "2026-03-29 01:00"),
            ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:30"),
            ("Pacific/Apia", "2011-12-30 12:00", "2011-12-30 10:00"),
        ):
            for last in (False, True):
                with self.subTest(zone, wall=wall, last=last):
                    self.assertEqual(to_utc(zone, utc(wall), last), utc(expected))

    def test_time_that_clocks_show_twice(self):
        for zone, wall, first in (
            ("Europe/Warsaw", "2026-10-25 02:30", "2026-10-25 00:30"),
            # neither of the two is summer time
            ("Europe/Moscow", "2014-10-26 01:30", "2014-10-25 21:30"),
        ):
            an_hour_later = utc(first) + timedelta(hours=1)
            self.assertEqual(to_utc(zone, utc(wall)), utc(first))
            self.assertEqual(to_utc(zone, utc(wall), last=True), an_hour_later)

    @always
    @given(MOMENTS, st.sampled_from(ZONES))
    def test_what_a_clock_shows_is_shown_at_that_moment(self, moment, zone):
        moment = moment.replace(second=0, microsecond=0)
        wall = to_local(zone, moment)
        self.assertIn(moment, (to_utc(zone, wall), to_utc(zone, wall, last=True)))
