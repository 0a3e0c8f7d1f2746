"""Ask the scripts of the browser a question in Node.js."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "static/src"

HARNESS = """
import {readFileSync} from "node:fs";
const module = process.argv[1];
const given = JSON.parse(readFileSync(0));
const answer = (found) => console.log(JSON.stringify(found));
"""


def run_node(script, source, given):
    """Return what `script` gives to `answer`.

    `source`: a file of static/src, which the script imports as `module`.
    `given`: what the script finds in `given`.
    """
    node = shutil.which("node")
    if not node:
        raise AssertionError("Node.js is missing: ./dev/setup installs it.")
    with tempfile.TemporaryDirectory() as folder:
        module = _as_modules(Path(folder), source)
        done = subprocess.run(
            [node, "--input-type=module", "--eval", HARNESS + script, module],
            check=False,
            input=json.dumps(given),
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )
    if done.returncode:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def _as_modules(folder, source):
    """Copy the scripts to where any node takes them for modules.

    They name each other without the ending, as Odoo wants it and node does not.
    """
    for script in SOURCES.glob("*.js"):
        text = script.read_text(encoding="utf-8")
        for name in (other.stem for other in SOURCES.glob("*.js")):
            text = text.replace(f'from "./{name}";', f'from "./{name}.mjs";')
        (folder / f"{script.stem}.mjs").write_text(text, encoding="utf-8")
    return (folder / f"{Path(source).stem}.mjs").as_uri()
