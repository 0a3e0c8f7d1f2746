import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools.sender_names import (
    Problem,
    is_number,
    key,
    problem,
    takes_names,
    tidied,
)

always = settings(max_examples=300, deadline=None, derandomize=True, database=None)
NAMES = st.text(st.sampled_from("ABCXYZabcxyz0189  -.ąĄ€\n\u00a0\u0661Ａ"), max_size=14)


@tagged("post_install", "-at_install")
class TestSenderNames(BaseCase):
    def assertProblem(self, code, name, *countries):
        found = problem(name, countries)
        self.assertEqual(found and found.code, code, (name, countries))

    def test_usual_names(self):
        for name in ("MyShop", "ABC", "Shop 24", "1a2", "ElevenChars", "A B"):
            self.assertProblem(None, name, "PL")

    def test_what_is_no_name(self):
        self.assertProblem("length", "AB")
        self.assertProblem("length", "TwelveLetter")
        self.assertProblem("length", "")
        self.assertProblem("letters", "Żółw")
        self.assertProblem("letters", "My-Shop")
        self.assertProblem("letters", "Shop\n24")
        self.assertProblem("letters", "Shop ١٢")
        self.assertProblem("no_letter", "12345")

    def test_generic_words_where_they_are_refused(self):
        for name in ("INFO", "info", "I n f O", "sms"):
            self.assertProblem("generic", name, "PL")
            self.assertProblem("generic", name, "DE")
            self.assertProblem("generic", name)
        self.assertProblem(None, "INFO Shop", "PL")
        self.assertProblem("generic", "Tienda", "ES")
        self.assertProblem(None, "Tienda", "PL")

    def test_reserved_words_by_country(self):
        for name in ("ZUS", "krs", "Sad", "POLICJA", "Po Licja", "E Puap"):
            self.assertProblem("reserved", name, "PL")
            self.assertProblem("reserved", name, None, "PL")
            self.assertProblem(None, name, "GR")
        self.assertEqual(problem("Police", []), Problem("reserved"))
        self.assertEqual(problem("AADE", ["GR"]), Problem("reserved", "GR"))

    def test_france_takes_no_space(self):
        self.assertProblem("space", "My Shop", "FR")
        self.assertProblem(None, "My Shop", "PL")

    @always
    @given(NAMES, st.lists(st.sampled_from(["PL", "FR", "GR", "XX", "", None])))
    @example("ZUS", ["PL"])
    def test_what_is_let_through_every_provider_takes(self, name, countries):
        if problem(name, countries) is None:
            self.assertTrue(re.fullmatch("[A-Za-z0-9 ]{3,11}", name))
            self.assertTrue(any(char.isalpha() for char in name))
            self.assertFalse("FR" in countries and " " in name)
            # more rules refuse no less
            self.assertIsNone(problem(name, []))

    @always
    @given(NAMES)
    def test_letters_and_blanks_do_not_tell_names_apart(self, name):
        spread = " ".join(name.swapcase())
        self.assertEqual(key(spread), key(name.swapcase()))
        self.assertEqual(key(tidied(name)), key(name))
        self.assertEqual(tidied(tidied(name)), tidied(name))
        self.assertNotIn("  ", tidied(name))

    def test_countries_that_show_numbers_alone(self):
        for number in (
            "+12025550123",  # Washington
            "+14165550123",  # Toronto
            "+17875550123",  # Puerto Rico
            "+15005550006",  # of no place
            "+5511987654321",  # Brazil
        ):
            self.assertFalse(takes_names(number), number)
        for number in (
            "+48601234567",
            "+447400123456",
            "+66871234567",
            "+18765550123",  # Jamaica
            "",
            None,
        ):
            self.assertTrue(takes_names(number), number)

    def test_numbers_and_names(self):
        for sender in ("+48601234567", "12345"):
            self.assertTrue(is_number(sender))
        for sender in ("MyShop", "", None, "+", "1a", "MG0123", "١٢٣"):
            self.assertFalse(is_number(sender), sender)
