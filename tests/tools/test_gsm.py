import json
import shutil
import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools import gsm
from ...tools.gsm import ALPHABET, CLASS_RUNS, CLUSTER, graphemes, measure

ROOT = Path(__file__).parents[2]
VECTORS = json.loads(
    Path(__file__).with_name("gsm_vectors.json").read_text(encoding="utf-8")
)
CASES = VECTORS["cases"]

# From a data URL, so that any node takes the file for a module.
NODE_SCRIPT = """
import {readFileSync} from "node:fs";
const source = readFileSync(process.argv[1]).toString("base64");
const {measure, ...rest} = await import(`data:text/javascript;base64,${source}`);
const texts = JSON.parse(readFileSync(0));
console.log(JSON.stringify({...rest, measures: texts.map(measure)}));
"""

# Lets nothing of Odoo in, nor anyascii, which only `plain` may ask for.
ALONE_SCRIPT = """
import sys
for name in ("odoo", "anyascii"):
    sys.modules[name] = None
from tools.gsm import measure
print(measure("ab€").units)
"""

# The same every time, and no folder of examples: a red test stays red for the next one.
always = settings(max_examples=300, deadline=None, derandomize=True, database=None)
SEPTETS = st.text(st.sampled_from(sorted(ALPHABET)), max_size=500)
# No lone surrogates: a part of a text is to be text.
LETTERS = "aż€[😀🇵🏽👩❤\u200d\ufe0f\u0301\r\nกี가각각\u0600"
MIXED = st.text(st.sampled_from(LETTERS), max_size=300)


def as_dict(found):
    """Return a `Measure` in the words of the vectors and of JavaScript."""
    return {
        "encoding": found.encoding,
        "units": found.units,
        "segments": found.segments,
        "offenders": list(found.offenders),
    }


def run(*command, given=None):
    """Return what a command writes on standard output; fail with what it complains."""
    done = subprocess.run(
        command,
        check=False,
        input=given,
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    if done.returncode:
        raise AssertionError(done.stderr)
    return done.stdout


@tagged("post_install", "-at_install")
class TestMeasure(BaseCase):
    def assert_measures(self, text, encoding, units, segments):
        found = measure(text)
        self.assertEqual(
            (found.encoding, found.units, found.segments), (encoding, units, segments)
        )

    def test_every_vector_of_the_oracle(self):
        self.assertGreater(len(CASES), 500)
        for case in CASES:
            with self.subTest(case["name"]):
                self.assertEqual(as_dict(measure(case["text"])), case["expected"])

    def test_every_deviation_from_the_oracle_is_a_known_one(self):
        deviations = [case for case in CASES if "oracle" in case]
        self.assertEqual(len(deviations), 4)
        for case in deviations:
            with self.subTest(case["name"]):
                self.assertTrue(case["why"])
                self.assertNotEqual(
                    case["oracle"]["segments"], case["expected"]["segments"]
                )

    def test_characters_are_classed_as_the_oracle_classes_them(self):
        self.assertEqual(CLASS_RUNS, VECTORS["classes"])

    def test_alphabet_has_127_letters_and_10_of_two_septets(self):
        self.assertEqual(len(set(gsm.BASIC)), 127)
        self.assertEqual(sorted(gsm.EXTENSION), sorted("\f^{}\\[~]|€"))
        self.assertFalse(set("ç`\t\u00a0µó\x1b") & ALPHABET)

    def test_empty_text_has_no_segment(self):
        for nothing in ("", False, None):
            self.assert_measures(nothing, "GSM-7", 0, 0)

    def test_one_part_holds_160_septets_and_more_parts_153_each(self):
        for units, segments in ((1, 1), (160, 1), (161, 2), (306, 2), (307, 3)):
            self.assert_measures("a" * units, "GSM-7", units, segments)

    def test_one_part_holds_70_units_and_more_parts_67_each(self):
        for units, segments in ((1, 1), (70, 1), (71, 2), (134, 2), (135, 3)):
            self.assert_measures("ż" * units, "UCS-2", units, segments)

    def test_escape_pair_is_not_cut_in_two(self):
        self.assert_measures("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3)
        self.assert_measures("a" * 151 + "€" + "a" * 153, "GSM-7", 306, 2)

    def test_surrogate_pair_is_not_cut_in_two(self):
        self.assert_measures("ż" * 66 + "😀" + "ż" * 66, "UCS-2", 134, 3)
        self.assert_measures("ż" * 65 + "😀" + "ż" * 67, "UCS-2", 134, 2)

    def test_family_is_not_torn_apart(self):
        self.assert_measures("ż" * 60 + "👨‍👩‍👧" + "ż" * 66, "UCS-2", 134, 3)

    def test_line_break_of_two_characters_counts_two(self):
        self.assert_measures("a\r\nb", "GSM-7", 4, 1)
        self.assert_measures("ż" * 66 + "\r\n" + "ż" * 66, "UCS-2", 134, 2)

    def test_surrogates_apart_count_as_the_character_they_make(self):
        self.assertEqual(measure("\ud83d\ude00"), measure("😀"))

    def test_offenders_come_once_and_in_order(self):
        self.assertEqual(measure("żółw ł ż é €").offenders, ("ż", "ó", "ł"))
        self.assertEqual(measure("e\u0301 👨‍👩‍👧").offenders, ("e\u0301", "👨‍👩‍👧"))
        self.assertEqual(measure("é € Δ [").offenders, ())

    def test_capacity_is_that_of_the_billed_parts(self):
        texts = ("", "a", "a" * 161, "ż", "ż" * 135)
        capacities = [measure(text).capacity for text in texts]
        self.assertEqual(capacities, [160, 160, 306, 70, 201])

    @always
    @given(MIXED)
    def test_graphemes_put_together_are_the_text(self, text):
        self.assertEqual("".join(graphemes(text)), text)

    @always
    @given(st.one_of(SEPTETS, MIXED))
    def test_parts_hold_the_text_and_are_no_more_than_needed(self, text):
        found = measure(text)
        self.assertLessEqual(found.units, found.capacity)
        each = 153 if found.encoding == "GSM-7" else 67
        widest = max(
            [2] + [len(cluster.encode("utf-16-le")) // 2 for cluster in graphemes(text)]
        )
        if found.segments > 1 and widest <= each:
            # A part ends because the next cluster has no room in it, never earlier.
            least = (found.segments - 1) * (each - widest + 1)
            self.assertGreater(found.units, least)

    @always
    @given(SEPTETS, SEPTETS)
    def test_longer_text_never_needs_fewer_parts(self, text, more):
        self.assertGreaterEqual(measure(text + more).segments, measure(text).segments)


@tagged("post_install", "-at_install")
class TestMeasureElsewhere(BaseCase):
    def test_browser_counts_as_the_server(self):
        texts = [case["text"] for case in CASES] + self._examples()
        answer = self._ask_node(texts)
        self.assertEqual(answer["CLASS_RUNS"], CLASS_RUNS)
        self.assertEqual(answer["CLUSTER"], CLUSTER)
        self.assertEqual(len(answer["measures"]), len(texts))
        for text, theirs in zip(texts, answer["measures"], strict=True):
            ours = measure(text)
            expected = as_dict(ours) | {"capacity": ours.capacity}
            self.assertEqual(theirs, expected, repr(text))

    def test_counting_needs_neither_odoo_nor_anyascii(self):
        self.assertEqual(run(sys.executable, "-c", ALONE_SCRIPT).strip(), "4")

    def _examples(self):
        """Return texts of anything in Unicode, most of them of several parts."""
        examples = ["\ud83d", "\ude00\ud83d", "ż\ud83d\ude00"]

        @settings(always, max_examples=500)
        @given(st.text(max_size=200), MIXED)
        def collect(anything, mixed):
            examples.extend([anything, mixed, mixed + anything + mixed])

        collect()
        return examples

    def _ask_node(self, texts):
        node = shutil.which("node")
        self.assertTrue(node, "Node.js is missing: ./dev/setup installs it.")
        script = ("--input-type=module", "--eval", NODE_SCRIPT)
        source = str(ROOT / "static/src/gsm.js")
        return json.loads(run(node, *script, source, given=json.dumps(texts)))
