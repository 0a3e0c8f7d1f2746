from unicodedata import normalize

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools.gsm import ALPHABET, measure, plain

always = settings(max_examples=300, deadline=None, derandomize=True, database=None)
SEPTETS = st.text(st.sampled_from(sorted(ALPHABET)), max_size=500)
GREEK_POLISH_GEORGIAN = st.sampled_from(
    "αάβγδεέζηήθιίϊΐκλμνξοόπρσςτυύϋΰφχψωώΆΈΉΊΌΎΏΪΫΑΩ"
    "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ„”აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ aé€.\u0301"
)
THAI = st.characters(min_codepoint=0x0E01, max_codepoint=0x0E5B, categories=("L", "M"))


@tagged("post_install", "-at_install")
class TestPlain(BaseCase):
    def assert_plain(self, text, expected):
        self.assertEqual(plain(text), expected)
        self.assertEqual(plain(expected), expected)

    def test_what_fits_gsm_stays(self):
        self.assert_plain("né ä € Δ [~] ñ\n", "né ä € Δ [~] ñ\n")

    def test_empty_text_stays_empty(self):
        for nothing in ("", False, None):
            self.assertEqual(plain(nothing), "")

    def test_look_alikes_become_plain_signs(self):
        self.assert_plain(
            "‘a’ “b” „c” «d» … – — `e` 2×3\u00a0\u202f!",
            '\'a\' "b" "c" "d" ... - - \'e\' 2x3  !',
        )

    def test_control_characters_become_spaces_and_invisible_ones_go(self):
        self.assert_plain("a\tb\x00c\x1bd\u200be\u00adf\u2028g", "a b c def\ng")

    def test_polish(self):
        self.assert_plain("Zażółć gęślą jaźń, 5 zł", "Zazolc gesla jazn, 5 zl")

    def test_accents_typed_apart_are_read_as_one_letter(self):
        self.assert_plain("e\u0301 z\u0307 é\u0302", "é z é")

    def test_georgian(self):
        self.assert_plain("საქართველო", "sakartvelo")
        self.assert_plain("კლიენტო, მადლობა", "k'lient'o, madloba")

    def test_letters_read_with_a_backtick_do_not_force_unicode(self):
        self.assert_plain("ჸ ዐ", "' 'a")

    def test_sign_of_the_lari_is_not_a_letter(self):
        self.assert_plain("100.00 ლ, ვალი 5\u00a0₾", "100.00 GEL, vali 5 GEL")

    def test_greek_becomes_capitals_and_keeps_those_of_gsm(self):
        self.assert_plain(
            "Καλημέρα, το τιμολόγιό σας έληξε: Μαΐου",
            "KAΛHMEPA, TO TIMOΛOΓIO ΣAΣ EΛHΞE: MAIOY",
        )
        self.assert_plain("ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ", "ABΓΔEZHΘIKΛMNΞOΠPΣTYΦXΨΩ")
        self.assert_plain("ᾳ ῆ ώ", "A H Ω")

    def test_thai_stays_as_it_is(self):
        thai = "เรียนลูกค้า ยอด ๑๐๐ ฿ กุ้ง"
        self.assertEqual(plain(thai), thai)
        self.assertEqual(plain(f"“{thai}” – Żabka"), f'"{thai}" - Zabka')

    def test_sign_of_the_baht_alone_does_not_force_unicode(self):
        self.assert_plain("1,500.00 ฿", "1,500.00 THB")

    def test_emoji_are_named(self):
        self.assert_plain("😀 ❤\ufe0f 1\ufe0f\u20e3 🇵🇱", ":grinning: :heart: 1 PL")

    def test_character_without_a_reading_stays_to_be_seen(self):
        self.assert_plain("a\uf8ffb", "a\uf8ffb")

    @always
    @given(st.text(max_size=50))
    def test_plain_twice_is_plain_once(self, text):
        self.assertEqual(plain(plain(text)), plain(text))

    @always
    @given(st.text(GREEK_POLISH_GEORGIAN, max_size=50))
    def test_languages_that_can_be_read_fit_gsm(self, text):
        self.assertEqual(measure(plain(text)).encoding, "GSM-7")

    @always
    @given(st.text(max_size=50))
    def test_outside_gsm_nothing_appears_that_was_not_there(self, text):
        left = set(plain(text)) - ALPHABET
        self.assertLessEqual(left, set(normalize("NFC", text)))

    @always
    @given(st.text(st.one_of(THAI, st.characters()), max_size=50))
    def test_every_thai_letter_stays_in_its_place(self, text):
        def thai(of):
            return [char for char in of if "\u0e01" <= char <= "\u0e3a"]

        self.assertEqual(thai(plain(text)), thai(text))

    @always
    @given(SEPTETS)
    def test_text_in_gsm_is_not_touched(self, text):
        self.assertEqual(plain(text), text)
