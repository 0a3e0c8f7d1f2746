from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .sender_common import SenderCommon


@tagged("post_install", "-at_install")
class TestSender(SenderCommon):
    def assertRefused(self, name, words, **values):
        with self.assertRaisesRegex(ValidationError, words):
            self.senders.create({"name": name, **values})

    def test_what_is_no_name_is_refused_with_the_cure(self):
        self.assertRefused("AB", "3 to 11 characters")
        self.assertRefused("TwelveLetter", "3 to 11 characters")
        self.assertRefused("Żółw", "Latin letters")
        self.assertRefused("12345", "no letter")
        self.assertRefused("Info", "operators in every country refuse it")
        self.assertRefused("Z U S", r"reserved .*\(Poland\)")
        self.assertRefused("Police", r"reserved .*\(every country\)")
        self.company.country_id = self.env.ref("base.fr")
        self.assertRefused("My Shop", "space, which operators in France")

    def test_name_for_all_obeys_the_rules_of_all_companies(self):
        self.senders.create({"name": "Elas"})  # in Greece alone the police's
        greece = self.env.ref("base.gr").id
        self.env["res.company"].create({"name": "Greek", "country_id": greece})
        self.assertRefused("Elas", r"\(Greece\)", company_id=False)

    def test_blanks_are_no_part_of_it(self):
        self.assertEqual(self._sender("  My   Shop ").name, "My Shop")

    def test_unique_per_company_whatever_its_letters(self):
        self._sender("Printer")
        self._sender("Printer", company_id=False)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._sender("PRINT ER")

    def test_archived_name_is_out_of_the_way(self):
        self._sender("Drukarz").active = False
        self.assertTrue(self._sender("Drukarz"))

    def test_copy_is_a_draft_of_another_name(self):
        sender = self._sender("LongestName", "authorised")
        first, second = sender.copy(), sender.copy()
        self.assertEqual([first.name, second.name], ["LongestNam2", "LongestNam3"])
        self.assertEqual(first.state, "draft")
        self.assertFalse(first.submitted_on or first.authorised_on or first.is_declared)

    def test_declared_and_submitted_names_are_not_edited(self):
        declared = self._sender("First", "declared")
        with self.assertRaisesRegex(UserError, "Back to draft"):
            declared.name = "Other"
        with self.assertRaisesRegex(UserError, "Back to draft"):
            declared.is_declared = False
        submitted = self._sender("Second", "submitted")
        for values in (
            {"name": "Other"},
            {"owner_name": "Others"},
            {"company_id": False},
            {"gateway_id": False},
        ):
            with self.assertRaisesRegex(UserError, "Duplicate it"):
                submitted.write(values)
        submitted.write({"name": "Second", "owner_name": submitted.owner_name})

    def test_nobody_writes_that_it_is_authorised(self):
        sender = self._sender()
        for values in (
            {"state": "authorised"},
            {"authorised_on": "2026-01-01"},
            {"in_use": True},
            {"submitted_on": False},
        ):
            with self.assertRaisesRegex(AccessError, "buttons"):
                sender.write(values)
        with self.assertRaisesRegex(AccessError, "Status|State"):
            self.senders.create({"name": "Other", "state": "authorised"})

    def test_nobody_says_so_by_the_defaults_of_a_call(self):
        names = self.env["sms.sender"].with_user(self.env.ref("base.user_admin"))
        with self.assertRaises(AccessError):
            names.with_context(default_state="authorised").create({"name": "Fake"})

    def test_draft_in_use_does_not_move_to_another_company(self):
        sender = self._sender(state="draft")
        sender.action_use()
        other = self.env["res.company"].create({"name": "Others"})
        with self.assertRaises(UserError):
            sender.company_id = other

    def test_what_was_submitted_or_is_in_use_is_not_deleted(self):
        self._sender("First").unlink()
        with self.assertRaisesRegex(UserError, "Archive it"):
            self._sender("Second", "submitted").unlink()
        used = self._sender("Third", "authorised")
        used.action_use()
        with self.assertRaisesRegex(UserError, "in use"):
            used.active = False
        draft = self._sender("Fourth")
        draft.action_use()
        with self.assertRaisesRegex(UserError, "in use"):
            draft.unlink()


@tagged("post_install", "-at_install")
class TestSenderRights(SenderCommon):
    def setUp(self):
        super().setUp()
        self.others = self.env["res.company"].create({"name": "Others"})
        self.theirs = self.all_senders.create(
            {"name": "Theirs", "company_id": self.others.id}
        )
        self.ours = self._sender("Ours24", "authorised")
        self.shared = self._sender("Shared", "authorised", company_id=False)

    def test_who_sends_reads_the_own_and_the_shared_ones(self):
        found = self.senders.with_user(self.accountant).search([])
        self.assertIn(self.ours, found)
        self.assertIn(self.shared, found)
        self.assertNotIn(self.theirs, found)
        self.assertEqual(self.ours.with_user(self.accountant).name, "Ours24")

    def test_who_sends_changes_nothing(self):
        senders = self.senders.with_user(self.accountant)
        ours = self.ours.with_user(self.accountant)
        with self.assertRaises(AccessError):
            senders.create({"name": "Mine"})
        with self.assertRaises(AccessError):
            ours.operator_email = "me@example.com"
        with self.assertRaises(AccessError):
            ours.unlink()
        for button in (
            "action_ask",
            "action_authorised",
            "action_declare",
            "action_draft",
            "action_refused",
            "action_stop_using",
            "action_submit",
            "action_use",
        ):
            with self.subTest(button), self.assertRaises(AccessError):
                getattr(ours, button)()

    def test_names_of_other_companies_are_out_of_reach(self):
        theirs = self.theirs.with_user(self.administrator)
        self.assertNotIn(theirs, self.senders.search([]))
        for button in ("action_use", "action_declare", "action_print"):
            with self.subTest(button), self.assertRaises(AccessError):
                getattr(theirs, button)()
        with self.assertRaises(AccessError):
            self.senders.create({"name": "Mine", "company_id": self.others.id})

    def test_nobody_else_sees_any(self):
        employee = self.accountant.copy({"login": "employee"})
        employee.group_ids = self.env.ref("base.group_user")
        with self.assertRaises(AccessError):
            self.senders.with_user(employee).search([])
