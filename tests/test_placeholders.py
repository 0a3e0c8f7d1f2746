"""The rules of placeholders, in Python and in JavaScript."""

import json
import pathlib
import shutil
import subprocess

from odoo.tests import BaseCase

from ..tools import placeholders

HERE = pathlib.Path(__file__).parent
SCRIPT = HERE.parent / "static" / "src" / "placeholders.js"
VECTORS = json.loads((HERE / "placeholder_vectors.json").read_text(encoding="utf-8"))

# Appended to the module, so that Node needs neither a package nor a file of ours.
HARNESS = """
const vectors = %s;
const replace = (pairs) => (text) =>
    Object.entries(pairs).reduce((text, pair) => text.replaceAll(...pair), text);
const answers = vectors.map(
    ({text, values = {}, keep = [], known = [], write = {}}) => ({
    parts: parse(text),
    names: names(text),
    rendered: render(text, values),
    kept: render(text, values, keep),
    filled: fill(text, values, keep),
    written: render(text, values, [], replace(write)),
    keptWritten: render(text, values, keep, replace(write)),
    filledWritten: fill(text, values, keep, replace(write)),
    unescaped: render(escape(text), values),
    unknown: unknown(text, known),
}));
console.log(JSON.stringify(answers));
"""


def replace(pairs):
    def write(text):
        for old, new in pairs.items():
            text = text.replace(old, new)
        return text

    return write


def in_python(vector):
    write = replace(vector.get("write", {}))
    text, values = vector["text"], vector.get("values", {})
    keep, known = vector.get("keep", []), vector.get("known", [])
    return {
        "parts": [list(part) for part in placeholders.parse(text)],
        "names": placeholders.names(text),
        "rendered": placeholders.render(text, values),
        "kept": placeholders.render(text, values, keep),
        "filled": placeholders.fill(text, values, keep),
        "written": placeholders.render(text, values, write=write),
        "keptWritten": placeholders.render(text, values, keep, write),
        "filledWritten": placeholders.fill(text, values, keep, write),
        "unescaped": placeholders.render(placeholders.escape(text), values),
        "unknown": [item._asdict() for item in placeholders.unknown(text, known)],
    }


def in_javascript(vectors):
    """Ask Node; without it this is an error, for the editor would go untested."""
    node = shutil.which("node")
    if not node:
        raise AssertionError("Node.js is needed to test static/src/placeholders.js")
    source = SCRIPT.read_text(encoding="utf-8") + HARNESS % json.dumps(vectors)
    done = subprocess.run(
        [node, "--input-type=module", "-"],
        input=source,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=60,
    )
    if done.returncode:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


KNOWN = ["number", "amount_due", "amount_total", "customer", "date_due", "link"]


class TestPlaceholders(BaseCase):
    def assert_vector(self, vector, answer):
        for key in (answer.keys() & vector.keys()) - {"unknown"}:
            self.assertEqual(answer[key], vector[key], key)
        suggested = {i["written"]: i["suggestion"] for i in answer["unknown"]}
        for wrong, right in vector.get("suggestions", {}).items():
            self.assertEqual(suggested[wrong], right, wrong)
        if "unknown" in vector:
            written = [item["written"] for item in answer["unknown"]]
            self.assertEqual(written, vector["unknown"])
        self.assertEqual(answer["unescaped"], vector["text"], "escape")

    def test_python_follows_the_vectors(self):
        for vector in VECTORS:
            with self.subTest(vector["what"]):
                self.assert_vector(vector, in_python(vector))

    def test_javascript_follows_the_vectors(self):
        for vector, answer in zip(VECTORS, in_javascript(VECTORS), strict=True):
            with self.subTest(vector["what"]):
                self.assert_vector(vector, answer)

    def test_what_is_filled_in_renders_as_if_done_at_once(self):
        for vector in filter(lambda vector: "later" in vector, VECTORS):
            filled = in_python(vector)["filled"]
            later = placeholders.render(filled, vector["later"])
            self.assertEqual(later, vector["rendered"], vector["what"])

    def test_both_suggest_the_same_name(self):
        self.assert_same_suggestions("[nmber] [amnt] [number_] [rebmun] [a]")
        self.assert_same_suggestions(
            " ".join(f"[{name[i:]}{name[:i]}x]" for name in KNOWN for i in range(9))
        )

    def assert_same_suggestions(self, text):
        vector = {"text": text, "known": KNOWN}
        [answer] = in_javascript([vector])
        self.assertEqual(answer["unknown"], in_python(vector)["unknown"])

    def test_no_text_is_an_empty_text(self):
        self.assertEqual(placeholders.parse(None), [])
        self.assertEqual(placeholders.render(False, {}), "")
        self.assertEqual(placeholders.unknown(None, []), [])
