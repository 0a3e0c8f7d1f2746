from pathlib import Path

import phonenumbers
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType as Kind

from odoo.tests import BaseCase, tagged

from ...tools.phone import MESSAGES, PhoneError, parse_mobile, readings

ROOT = Path(__file__).parents[2]

ALONE_SCRIPT = """
import sys
sys.modules["odoo"] = None
from tools.phone import parse_mobile
print(parse_mobile("500600700", ["PL"]))
"""

always = settings(max_examples=300, deadline=None, derandomize=True, database=None)
PHONE_LIKE = st.text("0123456789+ -/().;,\n\u200ex๐", max_size=80)


class PhoneCase(BaseCase):
    def assert_mobile(self, text, expected, *countries):
        with self.subTest(text, countries=countries):
            self.assertEqual(parse_mobile(text, countries), expected)

    def assert_refused(self, text, code, *countries):
        with self.subTest(text, countries=countries):
            with self.assertRaises(PhoneError) as caught:
                parse_mobile(text, countries)
            self.assertEqual(caught.exception.code, code)
            self.assertEqual(caught.exception.number, text or "")
            return caught.exception


@tagged("post_install", "-at_install")
class TestMobile(PhoneCase):
    def test_national_number_is_read_by_the_country(self):
        self.assert_mobile("500600700", "+48500600700", "PL")
        self.assert_mobile("0871234567", "+66871234567", "TH")
        self.assert_mobile("871234567", "+66871234567", "TH")
        self.assert_mobile("555123456", "+995555123456", "GE")
        self.assert_mobile("0555123456", "+995555123456", "GE")
        self.assert_mobile("790123456", "+995790123456", "GE")
        self.assert_mobile("6912345678", "+306912345678", "GR")

    def test_country_whose_mobiles_look_like_landlines(self):
        self.assert_mobile("(202) 555-0123", "+12025550123", "US")
        self.assert_mobile("416 555 0123", "+14165550123", "CA")

    def test_company_country_counts_only_without_a_customer_country(self):
        self.assert_mobile("500600700", "+48500600700", None, "PL")
        self.assert_mobile("500600700", "+48500600700", False, "", "PL", "GR")
        # A Greek mobile with a digit lost would be somebody's mobile in Poland.
        self.assert_mobile("691234567", "+48691234567", "PL")
        self.assert_refused("691234567", "too_short", "GR", "PL")

    def test_landline_of_the_customer_country_is_not_tried_elsewhere(self):
        self.assert_refused("2101234567", "landline", "GR", "PL")

    def test_number_with_country_code_needs_no_country(self):
        for text in ("+48500600700", "0048500600700", "00 48 500 600 700"):
            for countries in ((), ("TH", "PL"), ("US",), ("AQ",)):
                self.assert_mobile(text, "+48500600700", *countries)

    def test_number_is_read_however_it_is_laid_out(self):
        for text in (
            " 500-600-700 ", "500.600.700", "500 600\t700", "500\u00a0600\u202f700",
            "500–600–700", "(+48) 500 600 700", "(0048) 500 600 700",
            "+48 (0) 500 600 700", "+48(0)500600700", "+ 48 500600700",
            "tel:+48500600700", "TEL: 500600700", "500600700/",
        ):  # fmt: skip
            self.assert_mobile(text, "+48500600700", "PL")
        self.assert_mobile("0171/1234567", "+491711234567", "DE")
        self.assert_mobile("0664/1234567", "+436641234567", "AT")

    def test_digits_of_other_scripts_are_digits(self):
        self.assert_mobile("๐๘๗-๑๒๓-๔๕๖๗", "+66871234567", "TH")
        self.assert_mobile("٥٠٠٦٠٠٧٠٠", "+48500600700", "PL")
        self.assert_mobile("００４８ ５００ ６００ ７００", "+48500600700")
        self.assert_mobile("＋４８ ５００ ６００ ７００", "+48500600700")

    def test_what_nobody_sees_is_not_read(self):
        for unseen in "\u202a\u202c\u200e\u200f\u2066\u2069\u200b\ufeff\u00ad":
            self.assert_mobile(f"{unseen}+48 500{unseen}600700", "+48500600700")


@tagged("post_install", "-at_install")
class TestRefused(PhoneCase):
    def test_nothing(self):
        for text in ("", "  ", "\u200b\n", None, False):
            self.assert_refused(text, "empty", "PL")

    def test_landline(self):
        self.assert_refused("221234567", "landline", "PL")
        self.assert_refused("021234567", "landline", "TH")
        self.assert_refused("2101234567", "landline", "GR")
        self.assert_refused("+48 22 123 45 67", "landline")

    def test_number_of_another_kind_tells_its_kind(self):
        for text, kind in (
            ("801234567", "shared_cost"),
            ("700123456", "premium_rate"),
            ("800123456", "toll_free"),
            ("391234567", "voip"),
            ("642123456", "pager"),
        ):
            error = self.assert_refused(text, "not_mobile", "PL")
            self.assertEqual((error.kind, error.country), (kind, "PL"))

    def test_two_numbers_in_one_field(self):
        for text in (
            "500600700; 600700800", "500600700 / 600700800", "500600700,600700800",
            "500600700/600700800", "500600700|600700800", "500600700 & 600700800",
            "500600700 lub 600700800", "500600700\n600700800", "500600700 600700800",
            "500 600 700 600 700 800", "500600700-600700800", "500600700 (600700800)",
            "+48500600700+48600700800", "+48 500600700 600700800",
            "+48 500600700 +48 600700800", "0048500600700 0048600700800",
            "500600700 0048600700800", "600700800 / 22 123 45 67", "600700800, 123456",
        ):  # fmt: skip
            self.assert_refused(text, "several", "PL")

    def test_number_without_any_country(self):
        self.assert_refused("500600700", "no_country")
        self.assert_refused("500600700", "no_country", None, False)

    def test_country_without_a_numbering_plan_does_not_pass_to_the_next(self):
        self.assert_refused("500600700", "no_country", "AQ", "PL")

    def test_what_is_not_a_number(self):
        for text in (
            "500-FLOWER", "500600700 ext. 5", "500600700x5", "500600700#5",
            "500600700;5", "tel:+48500600700;ext=5", "mobile", "+", "()", "-", "*100#",
            "++48500600700", "48+500600700", "²50060070", "500600700, 5",
        ):  # fmt: skip
            self.assert_refused(text, "not_a_number", "PL")

    def test_text_too_long_to_be_a_number_is_not_looked_at(self):
        self.assert_refused("+48500600700" + " " * 60 + "1", "not_a_number")
        self.assert_refused("5" * 100_000, "not_a_number", "PL")

    def test_wrong_number_of_digits(self):
        self.assert_refused("112", "too_short", "PL")
        self.assert_refused("+48500", "too_short")
        self.assert_refused("555 0123", "too_short", "US")
        self.assert_refused("500600700600700800", "too_long", "PL")

    def test_number_that_nobody_has(self):
        self.assert_refused("0500600700", "invalid", "PL")
        self.assert_refused("+480500600700", "invalid")
        self.assert_refused("+999123456", "invalid")
        self.assert_refused(
            "087-1234567-8", "invalid", "TH"
        )  # as two lines are written
        self.assert_refused("+0048500600700", "invalid", "PL")

    def test_error_names_the_number_and_the_country(self):
        error = self.assert_refused("22 123\n45 67 ", "not_a_number", "PL")
        self.assertIn("“22 123 45 67”", str(error))
        error = self.assert_refused("22 123 45 67", "landline", "PL")
        self.assertIn("“22 123 45 67” is a landline (PL)", str(error))

    def test_every_code_has_its_sentence(self):
        for code in MESSAGES:
            text = str(PhoneError(code, "500600700", "PL", "voip"))
            self.assertNotIn("{", text)
            self.assertTrue(text.endswith("."), text)

    @always
    @given(PHONE_LIKE, st.sampled_from([(), ("PL",), ("TH", "PL"), ("US",), ("DE",)]))
    def test_anything_typed_is_a_mobile_number_or_an_error(self, text, countries):
        try:
            number = parse_mobile(text, countries)
        except PhoneError as error:
            self.assertIn(error.code, MESSAGES)
        else:
            self.assertEqual(parse_mobile(number), number)
            kind = phonenumbers.number_type(phonenumbers.parse(number))
            self.assertIn(kind, (Kind.MOBILE, Kind.FIXED_LINE_OR_MOBILE))


@tagged("post_install", "-at_install")
class TestReadings(BaseCase):
    """What a network writes for a number."""

    def test_international_with_and_without_a_plus(self):
        for text in ("+48601234567", "48601234567", "0048601234567", "+48 601 234 567"):
            with self.subTest(text):
                self.assertEqual(readings(text, "GR"), ["+48601234567"])
                self.assertEqual(readings(text), ["+48601234567"])

    def test_national(self):
        self.assertEqual(readings("601234567", "PL"), ["+48601234567"])
        self.assertEqual(readings("0871234567", "TH"), ["+66871234567"])
        self.assertEqual(readings("601234567"), [])

    def test_both_international_comes_first(self):
        # a number of Tokelau, and a Greek mobile
        self.assertEqual(readings("6904927604", "GR"), ["+6904927604", "+306904927604"])

    def test_what_is_no_number(self):
        for text in ("INFO", "5555", "", None, "601234567; 602345678", "1" * 100):
            with self.subTest(text):
                self.assertEqual(readings(text, "PL"), [])
