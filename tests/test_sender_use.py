from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .sender_common import SenderCommon

DAY = "2026-06-01 12:00:00"


@tagged("post_install", "-at_install")
class TestSenderUse(SenderCommon):
    def _used(self):
        return self.senders._sender_of(self.company)

    def test_own_name_wins_over_the_one_for_all(self):
        self.assertFalse(self._used())
        shared = self._sender("Shared", "authorised", company_id=False)
        shared.action_use()
        self.assertEqual(self._used(), shared)
        own = self._sender("Own24", "authorised")
        own.action_use()
        self.assertEqual(self._used(), own)
        self.assertTrue(own.is_used and shared.is_used)
        other = self.env["res.company"].create({"name": "Others"})
        self.assertEqual(self.senders._sender_of(other), shared)
        own.action_stop_using()
        self.assertEqual(self._used(), shared)
        self.assertFalse(own.is_used)

    def test_one_at_a_time_for_the_whole_database(self):
        first = self._sender("First", "authorised", company_id=False)
        second = self._sender("Second", "authorised", company_id=False)
        first.action_use()
        second.action_use()
        self.assertEqual(self._used(), second)
        self.assertFalse(first.in_use)
        second.action_stop_using()
        self.assertFalse(self._used())

    def test_search_for_what_is_in_use(self):
        own = self._sender("Own24", "authorised")
        shared = self._sender("Shared", "authorised", company_id=False)
        idle = self._sender("Idle", "authorised")
        own.action_use()
        shared.action_use()
        self.assertEqual(self.senders.search([("is_used", "=", True)]), own | shared)
        self.assertIn(idle, self.senders.search([("is_used", "=", False)]))
        self.assertNotIn(own, self.senders.search([("is_used", "!=", True)]))

    def test_authorised_names_are_switched_at_any_time(self):
        first, second = (self._sender(name, "authorised") for name in ("First", "Two"))
        for sender in (first, second, first, second):
            sender.action_use()
            self.assertEqual(self._used(), sender)
        self.assertFalse(self.company.sms_sender_changed_on)

    def test_new_name_takes_the_place_of_another_one_once_in_30_days(self):
        for company_id in (self.company.id, False):
            names = ("First", "Second", "Third")
            values = {"company_id": company_id}
            with self.subTest(values), freeze_time(DAY) as clock:
                first = self._sender(names[0], "authorised", **values)
                second, third = (self._sender(name, **values) for name in names[1:])
                first.action_use()
                self.assertFalse(first.next_change_on)
                second.action_use()
                self.assertEqual(str(second.next_change_on), "2026-07-01")
                # what was not submitted may still be mended
                third.action_use()
                self._submit(third)
                clock.tick(timedelta(days=29))
                fourth = self._sender("Fourth", **values)
                with self.assertRaisesRegex(UserError, "07/01/2026.*once in 30 days"):
                    fourth.action_use()
                first.action_use()  # authorised before
                with self.assertRaisesRegex(UserError, "“Fourth”"):
                    fourth.action_use()
                clock.tick(timedelta(days=1))
                fourth.action_use()
                self.assertEqual(self._used(), fourth)
                fourth.action_stop_using()

    def _submit(self, sender):
        sender.is_declared = True
        sender.action_declare()
        sender._note_submission("email")

    def test_not_using_any_in_between_is_no_way_around(self):
        with freeze_time(DAY):
            self._sender("First", "authorised").action_use()
            second = self._sender("Second")
            second.action_use()
            self._submit(second)
            second.action_stop_using()
            third = self._sender("Third")
            with self.assertRaisesRegex(UserError, "once in 30 days"):
                third.action_use()

    def test_first_name_can_be_put_in_use_at_once(self):
        sender = self._sender()
        sender.action_use()
        self.assertEqual(self._used(), sender)
        self.assertFalse(sender.next_change_on)
        self.assertTrue(sender.used_on)

    def test_settings_put_in_use_by_the_same_rules(self):
        self._sender("First", "authorised").action_use()
        second = self._sender("Second")
        settings = self.env["res.config.settings"].create(
            {"sms_sender_id": second.id, "sms_sender_required": True}
        )
        settings.execute()
        self.assertEqual(self.company.sms_sender_id, second)
        self.assertTrue(self.company.sms_sender_required)
        self.assertTrue(self.company.sms_sender_changed_on)
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(
            settings.sms_sender_next_change_on,
            fields.Date.today() + timedelta(days=30),
        )
        self._submit(second)
        with self.assertRaisesRegex(UserError, "once in 30 days"):
            self.company.sms_sender_id = self._sender("Third")

    def test_company_uses_its_own_or_a_shared_one(self):
        other = self.env["res.company"].create({"name": "Others"})
        theirs = self.all_senders.create({"name": "Theirs", "company_id": other.id})
        with self.assertRaisesRegex(ValidationError, "“Theirs” is of Others"):
            self.company.sms_sender_id = theirs
        archived = self._sender("Old24")
        archived.active = False
        with self.assertRaisesRegex(ValidationError, "archived"):
            self.company.sms_sender_id = archived
        shared = self._sender("Shared", "authorised", company_id=False)
        self.company.sms_sender_id = shared
        self.assertEqual(self._used(), shared)
        self.assertTrue(shared.is_used)
