"""The unit tests of our own screens (static/tests), in a browser."""

import logging
import re

from odoo.tests import HttpCase, no_retry, tagged

SUITE = "@sms_organizer"
SUCCEEDED = "[HOOT] Test suite succeeded"
RUN = re.compile(r'\[HOOT\] Test "(@\w+)/')


class Listener(logging.Handler):
    """Which suites had a test: the test page runs all of Odoo's if ours is missing."""

    def __init__(self):
        super().__init__()
        self.suites = set()

    def emit(self, record):
        self.suites.update(RUN.findall(record.getMessage()))


def suite_id(name):
    """Return the id that Odoo's test page knows a suite by: a hash of its name."""
    number = 0
    for character in name:
        number = ((number << 5) - number + ord(character)) & 0xFFFFFFFF
    return f"{number:08x}"


class ScreenCase(HttpCase):
    def assert_suite_succeeds(self, options):
        listener = self._listen()
        self.browser_js(
            f"/web/tests?headless&loglevel=2&timeout=15000&{options}"
            f"&id={suite_id(SUITE)}",
            "",
            login="admin",
            timeout=300,
            success_signal=SUCCEEDED,
            error_checker=lambda message: "[HOOT]" not in message,
        )
        self.assertEqual(listener.suites, {SUITE})

    def _listen(self):
        listener, logger = Listener(), logging.getLogger(__name__)
        self.addCleanup(logger.setLevel, logger.level)
        self.addCleanup(logger.removeHandler, listener)
        logger.setLevel(logging.INFO)  # pytest would hear warnings only
        logger.addHandler(listener)
        return listener


@tagged("post_install", "-at_install")
class TestDesktopScreens(ScreenCase):
    @no_retry
    def test_screens_on_a_desktop(self):
        self.assert_suite_succeeds("preset=desktop")


@tagged("post_install", "-at_install")
class TestPhoneScreens(ScreenCase):
    browser_size = "375x667"
    touch_enabled = True

    @no_retry
    def test_screens_on_a_phone(self):
        self.assert_suite_succeeds("preset=mobile&tag=-headless")
