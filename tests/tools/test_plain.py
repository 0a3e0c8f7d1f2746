import json
from pathlib import Path
from unicodedata import category, normalize

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools.gsm import ALPHABET, is_worth_it, measure, plain, readings
from .node import run_node

VECTORS = json.loads(
    Path(__file__).with_name("plain_vectors.json").read_text(encoding="utf-8")
)

# First what it is to be told, as by a server; then the texts in plain letters.
NODE_SCRIPT = """
const {learn, missing, plain, isWorthIt} = await import(module);
const {texts, pairs, readings} = given;
const asked = texts.map((text) => missing(text));
learn(readings);
answer({
    asked,
    left: texts.flatMap((text) => missing(text)),
    plain: texts.map((text) => plain(text)),
    worth: pairs.map(({original, plain}) => isWorthIt(original, plain)),
});
"""

always = settings(max_examples=300, deadline=None, derandomize=True, database=None)
SEPTETS = st.text(st.sampled_from(sorted(ALPHABET)), max_size=500)
GREEK_POLISH_GEORGIAN = st.sampled_from(
    "αάβγδεέζηήθιίϊΐκλμνξοόπρσςτυύϋΰφχψωώΆΈΉΊΌΎΏΪΫΑΩ"
    "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ„”აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ aé€.\u0301"
)
THAI = st.characters(min_codepoint=0x0E01, max_codepoint=0x0E5B, categories=("L", "M"))


@tagged("post_install", "-at_install")
class TestPlain(BaseCase):
    def test_every_vector(self):
        for case in VECTORS["plain"]:
            with self.subTest(case["what"]):
                self.assertEqual(plain(case["text"]), case["plain"])
                self.assertEqual(plain(case["plain"]), case["plain"])

    def test_empty_text_stays_empty(self):
        for nothing in ("", False, None):
            self.assertEqual(plain(nothing), "")

    def test_worth_it_where_gsm_takes_no_more_segments(self):
        for case in VECTORS["worth"]:
            with self.subTest(case["what"]):
                worth = is_worth_it(case["original"], case["plain"])
                self.assertEqual(worth, case["worth"])

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


@tagged("post_install", "-at_install")
class TestPlainElsewhere(BaseCase):
    def test_browser_writes_as_the_server(self):
        texts = [case["text"] for case in VECTORS["plain"]] + self._examples()
        answer = self._ask_node(texts, VECTORS["worth"])
        for text, theirs in zip(texts, answer["plain"], strict=True):
            self.assertEqual(theirs, plain(text), repr(text))
        worth = [case["worth"] for case in VECTORS["worth"]]
        self.assertEqual(answer["worth"], worth)

    def test_browser_asks_for_what_it_needs_and_once(self):
        answer = self._ask_node(["né “Żż ab” ŻŻ", "ยอด ż 5 ฿", "ა ლ", "\ud83d"])
        self.assertEqual(answer["asked"], [["“", "Ż", "ż", "”"], ["ż"], ["ა"], []])
        self.assertEqual(answer["left"], [])

    def _examples(self):
        """Return texts of any letters that this Python's Unicode knows."""
        examples = []
        known = st.characters(exclude_categories=("Cs", "Cn"))

        @settings(always, max_examples=300)
        @given(
            st.text(known, max_size=60), st.text(GREEK_POLISH_GEORGIAN), st.text(THAI)
        )
        def collect(anything, letters, thai):
            examples.extend([anything, letters, letters + thai + anything])

        collect()
        return examples

    def _ask_node(self, texts, pairs=()):
        """Ask with the readings of all that the texts hold, apart and composed."""
        held = {char for text in texts for char in text + normalize("NFC", text)}
        given_ = {
            "texts": texts,
            "pairs": pairs,
            "readings": readings(char for char in held if category(char) != "Cs"),
        }
        return run_node(NODE_SCRIPT, "plain.js", given_)
