from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.mail.tests.common import mail_new_test_user

from ..gateways.sandbox import SandboxGateway
from .common import REFUSED_BY_SANDBOX, OrganizerCommon


@tagged("post_install", "-at_install")
class TestLedger(OrganizerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = mail_new_test_user(
            cls.env,
            login="sms_administrator",
            groups="sms_organizer.group_sms_administer,base.group_system",
            company_id=cls.company.id,
        )

    def _message(self, **values):
        return self._send(self._invoice(**values)).line_ids.sms_ids

    def test_message_knows_all_about_itself(self):
        move = self._invoice()
        sms = self._send(move).line_ids.sms_ids
        self.assertEqual(sms.company_id, self.company)
        self.assertEqual(sms.move_id, move)
        self.assertEqual(sms.partner_id, self.customer)
        self.assertEqual(sms.user_id, self.accountant)
        self.assertEqual(sms.encoding, "GSM-7")
        self.assertEqual(sms.segments, 1)
        self.assertEqual(sms.currency_id.name, "PLN")
        self.assertTrue(sms.queued_at)
        self.assertTrue(sms.is_test)

    def test_is_found_by_the_end_of_its_number(self):
        sms = self._message(sms_phone="+48601234567")
        self._message(sms_phone="+48601234599")
        for written in ("+48 601 234 567", "0601-234-567", "601234567", "34567"):
            found = self.env["sms.sms"].search(
                [("number_ending", "ilike", written), ("id", ">=", sms.id)]
            )
            self.assertEqual(found, sms, written)
        few = self.env["sms.sms"].search(
            [("number_ending", "ilike", "60"), ("id", ">=", sms.id)]
        )
        self.assertEqual(len(few), 2)
        self.assertEqual(sms.number_ending, "+48601234567")

    def test_is_found_by_the_beginning_of_its_number(self):
        sms = self._message(sms_phone="+48601234567")
        self._message(sms_phone="+48501234567")
        mine = Domain("id", ">=", sms.id)
        for written in ("+48 601 23", "+4860", "+ 48 60", "(+48) 6", "0048 601 2"):
            found = sms.search(Domain("number_ending", "ilike", written) & mine)
            self.assertEqual(found, sms, written)
        nobody = Domain("number_ending", "ilike", "+234567")
        self.assertFalse(sms.search(nobody & mine))
        # a number may end with 00
        sms.number = "+48601230055"
        ending = Domain("number_ending", "ilike", "00 55") & mine
        self.assertEqual(sms.search(ending), sms)
        ending = Domain("number_ending", "ilike", "30055") & mine
        self.assertEqual(sms.search(ending), sms)

    def test_beginning_of_a_number_is_found_by_an_index(self):
        found = self.env["sms.sms"]._search([("number_ending", "ilike", "+48 602 55")])
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute(SQL("EXPLAIN %s", found.select()))
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())
        self.assertRegex(plan, r"Index Cond: .*number.* ~>=~ '\+4860255'")

    def test_messages_with_and_without_a_number(self):
        sms = self._message(sms_phone="+48601234567")
        other = self._message(sms_phone="+48501234568")
        none = sms.create({"number": False, "body": "Of another app"})
        for operator, value, expected in (
            ("=", False, none),
            ("!=", False, sms | other),
            ("in", ["34567", False], sms | none),
            ("not in", [False], sms | other),
            ("=", "601 234 567", sms),
            ("!=", "601 234 567", other | none),
            ("!=", "+48 601", other | none),
            ("not ilike", "34567", other | none),
            ("=", 601234567, sms),
        ):
            found = sms.search(
                [("number_ending", operator, value), ("id", ">=", sms.id)]
            )
            self.assertEqual(found, expected, f"{operator} {value}")

    def test_two_parts_cost_twice(self):
        compose = self._compose(self._invoice())
        compose.write({"body": "ż" * 71, "plain_letters": False})
        run = self.env["organizer.run"].sudo().browse(compose.action_send()["res_id"])
        sms = run.line_ids.sms_ids
        self.assertEqual((sms.encoding, sms.segments), ("UCS-2", 2))
        self.assertAlmostEqual(sms.price, 0.32)

    def test_nobody_edits_makes_or_deletes_a_message(self):
        sms = self._message()
        for user in (self.accountant, self.administrator):
            mine = sms.with_user(user)
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    mine.write({"state": "sent"})
                with self.assertRaises(AccessError):
                    mine.write({"body": "Something else"})
                with self.assertRaises(AccessError):
                    mine.unlink()
                with self.assertRaises(AccessError):
                    mine.create({"number": "+48601234567", "body": "Forged"})
                with self.assertRaises(AccessError):
                    mine.action_set_error("sms_server")

    def test_accountant_reads_what_is_about_invoices_and_customers(self):
        about_invoice = self._message()
        about_customer = self._send(self._invoice()).line_ids.sms_ids
        about_customer.write({"res_model": "res.partner", "move_id": False})
        other = self._message()
        other.write(
            {"res_model": "hr.applicant", "move_id": False, "run_line_id": False}
        )
        messages = about_invoice | about_customer | other
        domain = [("id", "in", messages.ids)]
        Sms = self.env["sms.sms"]
        self.assertEqual(
            Sms.with_user(self.accountant).search(domain),
            about_invoice | about_customer,
        )
        self.assertEqual(Sms.with_user(self.administrator).search(domain), messages)

    def test_other_companies_messages_are_out_of_reach(self):
        sms = self._message()
        sms.company_id = self.setup_other_company()["company"]
        for user in (self.accountant, self.administrator):
            with self.subTest(user.login), self.assertRaises(AccessError):
                sms.with_user(user).read(["body"])
            with self.subTest(user.login), self.assertRaises(AccessError):
                sms.with_user(user).action_cancel()

    def test_runs_are_read_only_and_by_company(self):
        run = self._send(self._invoice()).with_user(self.accountant)
        with self.assertRaises(AccessError):
            run.write({"state": "draft"})
        with self.assertRaises(AccessError):
            run.line_ids.write({"number": "+48512345678"})
        run.sudo().company_id = self.setup_other_company()["company"]
        with self.assertRaises(AccessError):
            run.read(["name"])

    def test_waiting_message_can_be_cancelled(self):
        sms = self._message()
        sms.with_user(self.accountant).action_cancel()
        self.assertEqual(sms.state, "canceled")
        self.assertIn("Accountant", sms.failure_reason)
        self.assertEqual(sms.run_line_id.run_id.state, "done")
        self._pass()
        self.assertEqual(sms.state, "canceled")

    def test_message_that_left_cannot_be_cancelled(self):
        sms = self._message()
        self._pass()
        with self.assertRaisesRegex(UserError, "cannot be cancelled"):
            sms.with_user(self.accountant).action_cancel()

    def test_send_again_is_another_attempt_of_the_same_message(self):
        sms = self._message(sms_phone=REFUSED_BY_SANDBOX)
        self._pass()
        count = self.env["sms.sms"].sudo().search_count([])
        sms.with_user(self.accountant).action_send_again()
        self.assertEqual(sms.state, "outgoing")
        self.assertEqual(sms.run_line_id.run_id.state, "sending")
        self.assertEqual(self.env["sms.sms"].sudo().search_count([]), count)
        self._pass()
        self.assertEqual(sms.state, "error")

    def test_who_opted_out_meanwhile_is_not_sent_again(self):
        sms = self._message(sms_phone=REFUSED_BY_SANDBOX)
        self._pass()
        self.env["phone.blacklist"].sudo().add(sms.number)
        with self.assertRaisesRegex(UserError, "opted out"):
            sms.with_user(self.accountant).action_send_again()

    def test_delivered_message_is_not_sent_again(self):
        sms = self._message()
        self._pass(2)
        with self.assertRaisesRegex(UserError, "Only failed or cancelled"):
            sms.with_user(self.accountant).action_send_again()

    def test_odoos_own_buttons_take_the_same_road(self):
        sms = self._message(sms_phone=REFUSED_BY_SANDBOX)
        self._pass()
        sms.with_user(self.administrator).resend_failed()
        self.assertEqual(sms.state, "outgoing")
        sms.with_user(self.administrator).action_set_canceled()
        self.assertEqual(sms.state, "canceled")

    def test_chatter_follows_the_message(self):
        sms = self._message()
        notification = sms.mail_message_id.notification_ids
        self.assertEqual(sms.mail_message_id.message_type, "sms")
        self.assertEqual(sms.mail_message_id.res_id, sms.move_id.id)
        self.assertEqual(sms.mail_message_id.author_id, self.accountant.partner_id)
        self.assertEqual(notification.notification_status, "ready")
        self._pass()
        self.assertEqual(notification.notification_status, "pending")
        self._pass()
        self.assertEqual(notification.notification_status, "sent")

    def test_chatter_shows_a_failure_and_another_attempt(self):
        sms = self._message(sms_phone=REFUSED_BY_SANDBOX)
        self._pass()
        notification = sms.mail_message_id.notification_ids
        self.assertEqual(notification.notification_status, "exception")
        self.assertEqual(notification.failure_type, "sms_number_format")
        sms.with_user(self.accountant).action_send_again()
        self.assertEqual(notification.notification_status, "ready")

    def test_messages_are_counted_on_the_invoice_and_the_customer(self):
        sms = self._message()
        self.assertEqual(sms.move_id.with_user(self.accountant).sms_count, 1)
        self.assertEqual(self.customer.with_user(self.accountant).sms_count, 1)

    def _doubtful(self):
        sms = self._message()
        with patch.object(SandboxGateway, "send", side_effect=TimeoutError):
            self._pass()
        self.assertEqual(sms.state, "unconfirmed")
        return sms

    def test_doubt_is_ended_by_a_person_who_leaves_a_trace(self):
        sms = self._doubtful()
        sms.with_user(self.accountant).action_was_sent()
        self.assertEqual(sms.state, "pending")
        self.assertFalse(sms.failure_reason)
        trace = sms.move_id.message_ids[0]
        self.assertEqual(trace.author_id, self.accountant.partner_id)
        self.assertIn("decided that it was sent", trace.body)
        self.assertIn("+48 ••• 567", trace.body)

    def test_doubtful_message_is_sent_again_only_when_a_person_says_so(self):
        sms = self._doubtful()
        with self.assertRaisesRegex(UserError, "Only failed or cancelled"):
            sms.with_user(self.accountant).action_send_again()
        sms.with_user(self.accountant).action_send_doubtful_again()
        self.assertEqual(sms.state, "outgoing")
        self.assertIn("may have been sent before", sms.move_id.message_ids[0].body)
        self.gateway.action_try_now()
        self._pass()
        self.assertEqual(sms.state, "pending")

    def test_who_is_sure_decides_nothing(self):
        sms = self._message()
        for decide in ("action_was_sent", "action_send_doubtful_again"):
            with self.assertRaisesRegex(UserError, "in doubt"):
                getattr(sms.with_user(self.accountant), decide)()
