import json
import os
from pathlib import Path

from odoo.tests import HttpCase

# What a page must not have: axe's own grades, but for "minor" and "moderate".
GRADES = ["serious", "critical"]
SHOW = """
document.body.replaceWith(
    new DOMParser().parseFromString(%s, "text/html").body
);
"""
JUDGE = """
%(axe)s;
%(begin)s;
axe.run(document, {resultTypes: ["violations"]}).then(({violations, passes}) => {
    const found = violations
        .filter((one) => %(grades)s.includes(one.impact))
        .map((one) => `${one.id}: ${one.help} (${one.nodes.map((n) => n.html)})`);
    if (document.documentElement.scrollWidth > window.innerWidth) {
        found.push(`wider than the screen: ${document.documentElement.scrollWidth}`);
    }
    if (location.pathname + location.search !== %(path)s) {
        found.push(`another page: ${location.pathname}${location.search}`);
    }
    if (!passes.length) {
        found.push("nothing was looked at");
    }
    if (found.length) {
        console.error(found.join("\\n"));
    } else {
        console.log("test successful");
    }
});
"""


class AxeCase(HttpCase):
    """Pages without scripts, judged in a browser by axe-core (npm)."""

    def assert_accessible(self, path, answer=None):
        """Let axe judge a page as a stranger opens it; see that it is no wider than
        the screen. It has to be this one: where that leads to another one, say so.

        :param str answer: HTML to be judged in the page's place: what comes back of its
            form, which its own policy lets no script send
        """
        begin = SHOW % json.dumps(answer) if answer else ""
        judge = {
            "axe": _axe(),
            "grades": json.dumps(GRADES),
            "begin": begin,
            "path": json.dumps(path),
        }
        self.browser_js(path, JUDGE % judge)


def _axe():
    path = os.environ.get("AXE_CORE")
    if not path:
        raise AssertionError("AXE_CORE is no path of axe.min.js: run ./dev/test")
    return Path(path).read_text()
