from odoo.tests import new_test_user, tagged
from odoo.tools import convert_file

from .test_switch import SwitchCommon

ENTRIES = [
    "Overview",
    "Send to Buyer",
    "Debts",
    "Messages",
    "Scheduled Sending",
    "Message Templates",
    "Reporting",
    "Configuration",
]
GROUPED = ("menu_debts", "menu_messages", "menu_reporting")


@tagged("post_install", "-at_install")
class TestMenus(SwitchCommon):
    """As many entries as a screen has room for, and each of them leads somewhere."""

    def _shown(self, user):
        return self.env["ir.ui.menu"].with_user(user).load_web_menus(False)

    def _menu(self, name):
        return self.env.ref(f"sms_organizer.{name}")

    def _ours(self):
        root = self._menu("menu_organizer")
        return self.env["ir.ui.menu"].search([("id", "child_of", root.id)])

    def _entries(self, user):
        menus = self._shown(user)
        root = menus[self._menu("menu_organizer").id]
        return [menus[child]["name"] for child in root["children"]]

    def test_eight_entries(self):
        self.assertEqual(self._entries(self.boss), ENTRIES)
        self.assertEqual(self._entries(self.accountant), ENTRIES[:-1])

    def test_each_leads_somewhere(self):
        """For who may see all of them: an action, or what is below and shows too."""
        shown = self._shown(self.boss)
        for menu in self._ours():
            with self.subTest(menu.complete_name):
                self.assertIn(menu.id, shown)
                self.assertNotEqual(bool(menu.action), bool(shown[menu.id]["children"]))

    def test_no_parent_without_children(self):
        sender = new_test_user(self.env, "plain", groups="sms_organizer.group_sms_send")
        for off in (["sms"], ["email"], ["sms", "email"]):
            self._off(*off)
            for user in (self.boss, self.accountant, sender):
                shown = self._shown(user)
                parents = self._ours().filtered(
                    lambda menu, shown=shown: menu.id in shown and not menu.action
                )
                with self.subTest(off=off, user=user.login):
                    self.assertTrue(all(shown[one.id]["children"] for one in parents))
            for channel in off:
                self._on(channel)

    def test_what_stays_without_sms(self):
        """A parent does not hide what is below it."""
        self._off("sms")
        shown = self._shown(self.accountant)
        below = {
            name: [shown[child]["name"] for child in shown[menu.id]["children"]]
            for name in GROUPED
            if (menu := self._menu(name)).id in shown
        }
        self.assertEqual(
            below,
            {
                "menu_debts": ["Debtors", "Unpaid Invoices"],
                "menu_messages": ["Answers", "Sending History"],
            },
        )

    def test_an_upgraded_database_has_them_there_too(self):
        root = self._menu("menu_organizer")
        places = {
            menu: (self._menu(parent), menu.sequence)
            for parent in GROUPED
            for menu in self._menu(parent).child_id
        }
        self.assertEqual(len(places), 8)
        for menu in places:
            menu.write({"parent_id": root.id, "sequence": 1})
        convert_file(self.env, "sms_organizer", "views/menus.xml", {}, mode="update")
        for menu, place in places.items():
            self.assertEqual((menu.parent_id, menu.sequence), place, menu.name)
