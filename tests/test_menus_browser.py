from odoo.tests import HttpCase, tagged

from .test_switch import SwitchCommon


@tagged("post_install", "-at_install")
class TestMenusBrowser(SwitchCommon, HttpCase):
    """Nothing hides under a plus where an accountant's screen is 1400 pixels wide."""

    browser_size = "1400x900"

    def test_all_of_them_have_room(self):
        self.start_tour("/odoo/sms-overview", "sms_organizer_menus", login="boss")
