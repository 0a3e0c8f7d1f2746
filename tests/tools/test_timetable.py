from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools.timetable import (
    HIGHEST,
    LOWEST,
    MOST,
    LevelsError,
    Timetable,
    following,
    parse_levels,
    reached,
)
from ...tools.wall_clock import to_local
from .clocks import MOMENTS, ZONES, always, utc

WARSAW = "Europe/Warsaw"

HOURS = st.integers(0, 24 * 60 - 1).map(lambda minutes: minutes / 60)
WEEKDAYS = st.frozensets(st.integers(0, 6), min_size=1)
TIMETABLES = st.builds(
    Timetable,
    HOURS,
    st.sampled_from(ZONES),
    st.sampled_from(["day", "weekdays", "month"]),
    WEEKDAYS,
    st.integers(1, 31),
)


def slots(timetable, moment, number):
    """The next slots after a moment."""
    for _ in range(number):
        moment = timetable.next_after(moment)
        yield moment


@tagged("post_install", "-at_install")
class TestLevels(BaseCase):
    def assert_refused(self, text, code, part):
        with self.subTest(text), self.assertRaises(LevelsError) as caught:
            parse_levels(text)
        self.assertEqual((caught.exception.code, caught.exception.part), (code, part))
        self.assertEqual(str(caught.exception), f"{code}:{part}")

    def test_levels_are_read_however_they_are_separated(self):
        for text in ("-3, 0, 7, 14", "-3;0;7;14", " 14 7\n0\t-3 ", "−3,0 ;+7,,14,7"):
            with self.subTest(text):
                self.assertEqual(parse_levels(text), (-3, 0, 7, 14))

    def test_no_levels(self):
        for text in ("", " , ", None, False):
            self.assertEqual(parse_levels(text), ())

    def test_wrong_part_is_named(self):
        for part in ("x", "7d", "1.5", "-", "--3", "3-7", "1_0", "²", "1e3"):
            self.assert_refused(f"0, {part}, 14", "not_a_number", part)

    def test_levels_are_years_at_the_most(self):
        self.assertEqual(parse_levels("-365 3650"), (LOWEST, HIGHEST))
        for part in ("-366", "−366", "3651", "9" * 5000):
            self.assert_refused(f"0 {part}", "out_of_range", part)

    def test_too_many(self):
        def levels(number):
            return ",".join(map(str, range(number)))

        self.assertEqual(len(parse_levels(levels(MOST) + ",0")), MOST)
        self.assert_refused(levels(MOST + 1), "too_many", "21")

    def test_highest_level_reached_and_the_one_to_follow(self):
        levels = parse_levels("-3 0 7 14")
        for days, level, next_level in (
            (-4, None, -3), (-3, -3, 0), (-1, -3, 0), (0, 0, 7), (6, 0, 7), (7, 7, 14),
            (13, 7, 14), (14, 14, None), (500, 14, None),
        ):  # fmt: skip
            with self.subTest(days=days):
                self.assertEqual(reached(levels, days), level)
                self.assertEqual(following(levels, days), next_level)
        self.assertIsNone(reached((), 7))
        self.assertIsNone(following((), 7))

    @always
    @given(st.text("0123456789-−+,; x\n", max_size=40))
    def test_anything_typed_is_levels_or_an_error(self, text):
        try:
            levels = parse_levels(text)
        except LevelsError as error:
            self.assertTrue(error.part)
        else:
            self.assertEqual(parse_levels(", ".join(map(str, levels))), levels)
            self.assertEqual(list(levels), sorted(set(levels)))


@tagged("post_install", "-at_install")
class TestTimetable(BaseCase):
    def assert_slots(self, timetable, after, *expected):
        found = list(slots(timetable, utc(after), len(expected)))
        self.assertEqual(found, list(map(utc, expected)))

    def test_every_day_on_the_clock_of_the_zone(self):
        self.assert_slots(
            Timetable(9.5, "Asia/Bangkok"),
            "2026-02-27 12:00", "2026-02-28 02:30", "2026-03-01 02:30",
        )  # fmt: skip

    def test_slot_itself_is_past(self):
        daily = Timetable(9, WARSAW)
        slot = utc("2026-01-15 08:00")
        self.assertEqual(daily.next_after(slot), utc("2026-01-16 08:00"))
        self.assertEqual(daily.latest_until(slot), slot)
        just_before = slot - timedelta(microseconds=1)
        self.assertEqual(daily.next_after(just_before), slot)
        self.assertEqual(daily.latest_until(just_before), utc("2026-01-14 08:00"))

    def test_clocks_put_forward(self):
        self.assert_slots(
            Timetable(9, WARSAW),
            "2026-03-28 07:00", "2026-03-28 08:00", "2026-03-29 07:00",
        )  # fmt: skip
        self.assert_slots(
            Timetable(2.5, WARSAW),
            "2026-03-28 00:00",
            "2026-03-28 01:30", "2026-03-29 01:00", "2026-03-30 00:30",
        )  # fmt: skip

    def test_clocks_put_back(self):
        self.assert_slots(
            Timetable(9, WARSAW),
            "2026-10-24 00:00", "2026-10-24 07:00", "2026-10-25 08:00",
        )  # fmt: skip
        self.assert_slots(
            Timetable(2.5, WARSAW),
            "2026-10-24 00:00",
            "2026-10-24 00:30", "2026-10-25 00:30", "2026-10-26 01:30",
        )  # fmt: skip

    def test_clocks_put_forward_into_the_next_day(self):
        # In Nuuk, 2026-03-28 23:00 is followed by 2026-03-29 00:00.
        late = Timetable(23.5, "America/Nuuk")
        self.assert_slots(
            late,
            "2026-03-27 12:00",
            "2026-03-28 01:30", "2026-03-29 00:59", "2026-03-30 00:30",
        )  # fmt: skip
        self.assertEqual(late.local_date(utc("2026-03-29 00:59")), date(2026, 3, 28))

    def test_clocks_put_back_into_the_day_before(self):
        # In St John's, 2010-11-07 00:01 was 2010-11-06 23:01 again.
        midnight = Timetable(0, "America/St_Johns")
        moment = utc("2010-11-07 02:45")
        self.assertEqual(midnight.local_date(moment), date(2010, 11, 6))
        self.assertEqual(midnight.latest_until(moment), utc("2010-11-07 02:30"))
        self.assertEqual(midnight.next_after(moment), utc("2010-11-08 03:30"))

    def test_day_that_was_left_out(self):
        self.assert_slots(
            Timetable(12, "Pacific/Apia"),
            "2011-12-29 00:00", "2011-12-29 22:00", "2011-12-30 22:00",
        )  # fmt: skip

    def test_weekdays(self):
        self.assert_slots(
            Timetable(9, WARSAW, "weekdays", frozenset({0, 4})),  # Monday, Friday
            "2026-01-12 08:00",  # a Monday
            "2026-01-16 08:00", "2026-01-19 08:00", "2026-01-23 08:00",
        )  # fmt: skip

    def test_weekday_is_that_of_the_zone(self):
        self.assert_slots(
            Timetable(1, "Asia/Bangkok", "weekdays", frozenset({0})),
            "2026-01-10 00:00", "2026-01-11 18:00",
        )  # fmt: skip

    def test_shorter_months_have_it_on_their_last_day(self):
        self.assert_slots(
            Timetable(9, "UTC", "month", month_day=31),
            "2028-01-01 00:00", "2028-01-31 09:00", "2028-02-29 09:00",
            "2028-03-31 09:00", "2028-04-30 09:00",
        )  # fmt: skip

    def test_local_date(self):
        slot = utc("2026-01-11 18:00")
        self.assertEqual(
            Timetable(1, "Asia/Bangkok").local_date(slot), date(2026, 1, 12)
        )

    def test_timetable_that_cannot_be(self):
        for name, values in (
            ("weekdays", {"every": "weekdays"}),
            ("weekdays", {"every": "weekdays", "weekdays": frozenset({7})}),
            ("month_day", {"every": "month", "month_day": 0}),
            ("month_day", {"every": "month", "month_day": 32}),
            ("every", {"every": "year"}),
            ("hour", {"hour": 24}),
            ("hour", {"hour": 23.9999}),
            ("hour", {"hour": -1}),
            ("zone", {"zone": "Europe/Gdynia"}),
            ("zone", {"zone": False}),
        ):
            refused = self.assertRaisesRegex(ValueError, f"^{name}:")
            with self.subTest(values), refused:
                Timetable(**{"hour": 9, "zone": WARSAW, **values})

    @always
    @given(HOURS, st.sampled_from(ZONES), MOMENTS)
    def test_every_local_day_has_one_slot(self, hour, zone, moment):
        daily = Timetable(hour, zone)
        days = [daily.local_date(slot) for slot in slots(daily, moment, 120)]
        for day, next_day in pairwise(days):
            left_out = (zone, day) == ("Pacific/Apia", date(2011, 12, 29))
            self.assertEqual((next_day - day).days, 2 if left_out else 1)

    @always
    @given(TIMETABLES, MOMENTS)
    def test_slots_are_those_of_the_days_that_qualify(self, timetable, moment):
        daily = Timetable(timetable.hour, timetable.zone)
        found = list(slots(timetable, moment, 8))
        self.assertEqual(found, sorted(set(found)))
        every_day = []
        while not every_day or every_day[-1] < found[-1]:
            every_day.append(daily.next_after(every_day[-1] if every_day else moment))
        self.assertEqual(found, [slot for slot in every_day if due(timetable, slot)])

    @always
    @given(TIMETABLES, MOMENTS)
    def test_next_slot_and_latest_slot_meet(self, timetable, moment):
        slot, latest = timetable.next_after(moment), timetable.latest_until(moment)
        self.assertLessEqual(latest, moment)
        self.assertLess(moment, slot)
        self.assertEqual(timetable.latest_until(slot), slot)
        self.assertEqual(timetable.next_after(latest), slot)
        just_before = slot - timedelta(microseconds=1)
        self.assertEqual(timetable.latest_until(just_before), latest)

    @always
    @given(TIMETABLES, MOMENTS)
    def test_slot_is_at_the_hour_unless_clocks_change(self, timetable, moment):
        slot = timetable.next_after(moment)
        wall = to_local(timetable.zone, slot)
        if wall.hour * 60 + wall.minute != round(timetable.hour * 60):
            around = (slot - timedelta(minutes=1), slot, slot + timedelta(minutes=1))
            offsets = {to_local(timetable.zone, near) - near for near in around}
            self.assertEqual(len(offsets), 2)


def due(timetable, slot):
    """Whether a slot is on one of the timetable's days, found in another way."""
    day = timetable.local_date(slot)
    tomorrow = day + timedelta(days=1)
    return {
        "day": True,
        "weekdays": day.isoweekday() - 1 in timetable.weekdays,
        "month": day.day == timetable.month_day
        or (day.day < timetable.month_day and tomorrow.day == 1),
    }[timetable.every]
