from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.account.tests.test_account_move_send import TestAccountMoveSendCommon

from .common import LANDLINE_PL, OrganizerCommon


@tagged("post_install", "-at_install")
class TestSendAndPrint(OrganizerCommon, TestAccountMoveSendCommon):
    def _sms_of(self, moves):
        return self.env["sms.sms"].sudo().search([("move_id", "in", moves.ids)])

    def test_by_sms_is_a_method_beside_the_others(self):
        wizard = self.create_send_and_print(self._invoice(), default=True)
        self.assertIn("sms", wizard.sending_method_checkboxes)
        self.assertFalse(wizard.sending_method_checkboxes["sms"]["checked"])

    def test_preferred_method_of_the_customer_is_ticked(self):
        self.customer.invoice_sending_method = "sms"
        wizard = self.create_send_and_print(self._invoice(), default=True)
        self.assertTrue(wizard.sending_method_checkboxes["sms"]["checked"])
        self.assertFalse(wizard.sending_method_checkboxes["email"]["checked"])

    def test_one_invoice_is_queued_and_its_document_made_later(self):
        move = self._invoice()
        wizard = self.create_send_and_print(move, sending_methods=["sms"])
        wizard.action_send_and_print()
        sms = self._sms_of(move)
        self.assertEqual(sms.state, "outgoing")
        self.assertIn(move.name, sms.body)
        self.assertFalse(move.invoice_pdf_report_id)
        self.assertTrue(move.is_move_sent)
        self.assertEqual(sms.run_line_id.run_id.origin, "send_print")

    def test_credit_note_asks_for_nothing(self):
        note = self._invoice(move_type="out_refund")
        both = note | self._invoice()
        self.env["account.move.send"]._generate_and_send_invoices(
            both, sending_methods={"sms"}
        )
        self.assertNotIn("due", self._sms_of(note).body)
        self.assertIn(note.name, self._sms_of(note).body)
        self.assertIn("due", self._sms_of(both - note).body)

    def test_credit_note_with_no_text_for_it_says_so(self):
        suiting = self.env.ref("sms_organizer.template_sms_document")
        suiting.active = False
        wizard = self.create_send_and_print(
            self._invoice(move_type="out_refund"), sending_methods=["sms"]
        )
        self.assertIn(
            "no SMS template", wizard.alerts["sms_organizer_cannot_send"]["message"]
        )

    def test_one_invoice_without_number_is_stopped_with_the_cure(self):
        move = self._invoice(self._partner("Pensjonat"))
        wizard = self.create_send_and_print(move, sending_methods=["sms"])
        alert = wizard.alerts["sms_organizer_cannot_send"]
        self.assertEqual(alert["level"], "danger")
        self.assertEqual(alert["action"]["res_id"], move.id)
        with self.assertRaisesRegex(UserError, "Enter an SMS number"):
            wizard.action_send_and_print()
        self.assertFalse(self._sms_of(move))

    def test_many_are_sent_by_odoos_own_job_and_the_others_say_why(self):
        self.customer.invoice_sending_method = "sms"
        landline = self._partner("Saldo", phone=LANDLINE_PL)
        landline.invoice_sending_method = "sms"
        fine = self._invoice() | self._invoice()
        silent = self._invoice(landline)
        wizard = self.create_send_and_print(fine | silent)
        alert = wizard.alerts["sms_organizer_cannot_send"]
        self.assertEqual(alert["level"], "warning")
        self.assertIn(silent.name, alert["message"])
        wizard.action_send_and_print()
        self.assertFalse(self._sms_of(fine))
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        messages = self._sms_of(fine)
        self.assertEqual(messages.mapped("state"), ["outgoing", "outgoing"])
        run = messages.run_line_id.run_id
        self.assertLeftOut(run, silent, "bad_number", "landline")

    def test_by_email_and_sms_at_once(self):
        self.customer.email = "drukarnia@example.com"
        move = self._invoice()
        wizard = self.create_send_and_print(move, sending_methods=["email", "sms"])
        wizard.action_send_and_print()
        self.assertTrue(self._sms_of(move))
        self.assertTrue(move.invoice_pdf_report_id)
        self.assertTrue(
            move.message_ids.filtered(lambda one: self.customer in one.partner_ids)
        )

    def test_two_companies_in_one_go_have_a_run_each(self):
        other = self.setup_other_company()["company"]
        self.gateway.copy({"company_id": other.id})
        moves = self._invoice() | self._invoice(company=other)
        self.env["account.move.send"]._generate_and_send_invoices(
            moves, sending_methods=["sms"]
        )
        runs = self._sms_of(moves).run_line_id.run_id
        self.assertEqual(set(runs.mapped("company_id")), {self.company, other})
