from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import REFUSED_BY_SANDBOX
from .send_to_buyer_common import OTHER, SendToBuyerCommon


@tagged("post_install", "-at_install")
class TestSendToBuyer(SendToBuyerCommon):
    """The list, as an accountant has it."""

    def test_times_and_reasons(self):
        failed = self._invoice(self._partner("Refused", sms_phone=REFUSED_BY_SANDBOX))
        told = self._invoice()
        self._send(failed | told)
        self._pass(2)
        rows = {row["id"]: row for row in self._list()}
        self.assertEqual(rows[failed.id]["sms_delivery"], "failed")
        self.assertIn("do not exist", rows[failed.id]["sms_delivery_words"])
        self.assertFalse(rows[failed.id]["sms_delivery_at"])
        self.assertEqual(rows[told.id]["sms_delivery"], "test")
        self.assertFalse(rows[told.id]["sms_delivery_at"])
        self.assertIn("it reached nobody", rows[told.id]["sms_delivery_words"])
        told.sms_ids.sudo().is_test = False
        self.env.invalidate_all()
        (row,) = self._list(domain=[("id", "=", told.id)])
        self.assertEqual(row["sms_delivery"], "delivered")
        self.assertTrue(row["sms_delivery_at"])
        told.sms_ids.sudo().redirected_to = OTHER
        self.env.invalidate_all()
        (row,) = self._list(domain=[("id", "=", told.id)])
        self.assertIn("did not get it", row["sms_delivery_words"])

    def test_opened_says_how_often_and_since_when(self):
        move = self._invoice()
        link = self._told(move, "sent", opened=True).link_id
        link.write({"opened_count": 3, "opened_first_on": "2026-01-02 10:00:00"})
        (row,) = self._list(domain=[("id", "=", move.id)])
        self.assertTrue(row["sms_delivery_at"])
        self.assertIn("3 times, first on 1/2/26", row["sms_delivery_words"])

    def test_each_sending_again_is_a_message_with_its_cost(self):
        move = self._invoice()
        self._send(move)
        self._send(move)
        action = move.with_user(self.accountant).action_open_sms()
        messages = self.env["sms.sms"].search(action["domain"])
        self.assertEqual(len(messages), 2)
        self.assertTrue(all(messages.mapped("price")))

    def test_email(self):
        move, other = self._invoice(), self._invoice()
        template = self._template("invoice_issued", "email")
        self.customer.email = "z@example.com"
        run = template._draft_run(self.company, move, origin="compose")
        run._send()
        self._assert_email(move, "waiting")
        self._assert_email(other, "not_sent")
        line = run.line_ids
        if line.mail_state == "preparing":
            with mute_logger(
                "odoo.addons.sms_organizer.models.organizer_document_wait"
            ):
                line._give_document_up()
            self._assert_email(move, "failed", "could not be made")

    def test_email_of_send_and_print(self):
        move = self._invoice()
        message = move.message_post(body="Your invoice", partner_ids=self.customer.ids)
        told = (
            self.env["mail.notification"]
            .sudo()
            .create(
                {
                    "mail_message_id": message.id,
                    "res_partner_id": self.partner_b.id,
                    "notification_type": "email",
                    "notification_status": "ready",
                }
            )
        )
        message.sudo().notification_ids.notification_status = "sent"
        self._assert_email(move, "sent")
        told.write({"notification_status": "bounce", "failure_reason": "No such box"})
        self._assert_email(move, "failed", "No such box")

    def test_email_to_a_colleague_tells_no_customer(self):
        move = self._invoice()
        move.message_post(body="Look", partner_ids=self.accountant.partner_id.ids)
        self._assert_email(move, "not_sent")

    def _assert_email(self, move, state, words=""):
        self.env.invalidate_all()
        (row,) = self._list(domain=[("id", "=", move.id)])
        self.assertEqual(row["email_delivery"], state)
        self.assertIn(words, row["email_delivery_words"] or "")
        self.assertEqual(bool(row["email_delivery_at"]), state == "sent")

    def test_queries_of_a_page_do_not_grow(self):
        moves = self._invoices_of_many(60)
        for move in moves[::4]:
            self._told(move, "error")
        for move in moves[1::4]:
            self._told(move, "sent", opened=True)
        self._send(moves[2::4])
        counts = [self._queries_of(moves[:number]) for number in (6, 60)]
        self.assertEqual(counts[0], counts[1])
        self.assertLess(counts[0], 40)

    def _queries_of(self, moves):
        for _warm in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows = self._list(domain=[("id", "in", moves.ids)], limit=80)
        self.assertEqual(len(rows), len(moves))
        return self.env.cr.sql_log_count - before

    def test_number_is_found_however_it_is_written(self):
        move = self._invoice()
        for written in ("601 234 567", "0048601234567", "+48 601-234-567", "234567"):
            found = self._find([("sms_phone_digits", "ilike", written)])
            self.assertIn(move, found)
        for written in ("601 234 568", "Drukarnia"):
            found = self._find([("sms_phone_digits", "ilike", written)])
            self.assertNotIn(move, found)

    def test_buttons_and_columns_follow_their_switch(self):
        arch = self._arch()
        for name in ("sms_delivery", "action_send_sms", "email_delivery"):
            self.assertIn(name, arch)
        self.company._organizer_set_channel("sms", False)
        arch = self._arch()
        self.assertNotIn('"sms_delivery"', arch)
        self.assertNotIn("action_send_sms", arch)
        self.assertIn("action_send_email", arch)

    def _arch(self):
        view = self.env.ref("sms_organizer.send_to_buyer_view_list")
        moves = self.moves.with_user(self.accountant)
        return moves.get_view(view.id, "list")["arch"]

    def test_send_email_opens_the_usual_template(self):
        action = (
            self._invoice(days_overdue=9).with_user(self.accountant).action_send_email()
        )
        compose = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(compose.channel, "email")
        self.assertEqual(compose.template_id.basis, "invoice_overdue")
        self.env["organizer.template"].search(
            [("channel", "=", "email")]
        ).active = False
        with self.assertRaises(UserError):
            self._invoice().with_user(self.accountant).action_send_email()
