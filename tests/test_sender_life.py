import io
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from pypdf import PdfReader

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..gateways.base import SenderName, SenderStatus
from .sender_common import SenderCommon


@tagged("post_install", "-at_install")
class TestSenderDeclaration(SenderCommon):
    def test_filled_in_from_the_company(self):
        sender = self._sender()
        self.assertEqual(sender.owner_name, "Drukarz")
        self.assertIn("Długa 1", sender.owner_address)
        self.assertNotIn("Drukarz", sender.owner_address)
        self.assertEqual(sender.owner_vat, "PL5260250995")
        self.assertEqual(sender.signatory, self.administrator.name)
        sender.owner_name = "Drukarz sp. z o.o."
        self.assertEqual(self.company.name, "Drukarz")

    def test_accepted_when_it_is_complete_and_ticked(self):
        sender = self._sender(owner_address=" ", signatory=False)
        with self.assertRaisesRegex(UserError, "Owner's address, Declared by"):
            sender.action_declare()
        sender.write({"owner_address": "Łódź", "signatory": "Jan Kowalski"})
        with self.assertRaisesRegex(UserError, "I declare"):
            sender.action_declare()
        sender.is_declared = True
        sender.action_declare()
        self.assertEqual(sender.state, "declared")
        self.assertEqual(sender.declared_by_id, self.administrator)
        self.assertTrue(sender.declared_on)

    def test_back_to_draft(self):
        sender = self._sender(state="declared")
        sender.action_draft()
        self.assertEqual(sender.state, "draft")
        self.assertFalse(sender.is_declared or sender.declared_on)
        sender.name = "Other"

    def test_steps_come_in_their_order(self):
        sender = self._sender()
        for button in ("action_submit", "action_draft", "action_ask"):
            with self.assertRaisesRegex(UserError, "in the state “Draft”"):
                getattr(sender, button)()
        with self.assertRaisesRegex(UserError, "in the state"):
            self._sender("Second", "submitted").action_declare()

    def test_pdf_says_whose_name_it_is(self):
        sender = self._sender("MyShop", owner_name="Drukarz sp. z o.o.")
        with self._pdfs():
            pdf = sender._declaration_pdf()
        (page,) = PdfReader(io.BytesIO(pdf)).pages
        text = " ".join(page.extract_text().split())
        for words in ("MyShop", "Drukarz sp. z o.o.", "Długa 1", "PL5260250995"):
            self.assertIn(words, text)
        self.assertIn("Draft", text)
        sender.is_declared = True
        sender.action_declare()
        with self._pdfs():
            (page,) = PdfReader(io.BytesIO(sender._declaration_pdf())).pages
        self.assertNotIn("Draft", page.extract_text())

    def test_print(self):
        action = self._sender(state="declared").action_print()
        self.assertEqual(
            action["report_name"], "sms_organizer.report_sender_declaration"
        )


@tagged("post_install", "-at_install")
class TestSenderAtTheProvider(SenderCommon):
    """A provider that is asked for names, and asked what became of them."""

    def test_submitted_over_its_interface(self):
        sender = self._sender(state="declared")
        sender.action_submit()
        self.assertEqual(self.operator.names, {"Drukarz": "PENDING"})
        self.assertEqual(sender.state, "submitted")
        self.assertEqual(sender.submitted_by_way, "provider")
        self.assertEqual(sender.submitted_by_id, self.administrator)
        self.assertTrue(sender.submitted_on)

    def test_name_that_it_has_already_is_not_asked_for_again(self):
        self.operator.names = {"DRUKARZ": "ACTIVE"}
        sender = self._sender(state="declared")
        sender.action_submit()
        self.assertEqual(sender.state, "authorised")
        self.assertEqual(self.operator.names, {"DRUKARZ": "ACTIVE"})

    def test_what_it_does_not_take_is_told_in_its_words(self):
        self.operator.is_down = True
        sender = self._sender(state="declared")
        with self.assertRaisesRegex(UserError, "Ours did not take “Drukarz”.*Not now"):
            sender.action_submit()
        self.assertEqual(sender.state, "declared")
        self.smsapi.test_mode = True
        self.smsapi.password = False
        with self.assertRaisesRegex(UserError, "Token"):
            sender.action_submit()

    def _submitted(self):
        sender = self._sender(state="declared")
        sender.action_submit()
        return sender

    def _ask(self):
        self.env["sms.sender"].sudo().with_user(1)._ask_providers()

    def test_cron_notes_the_decision_and_tells_who_submitted(self):
        sender = self._submitted()
        self._ask()
        self.assertEqual(sender.state, "submitted")
        self.assertTrue(sender.asked_on)
        self.assertFalse(sender.activity_ids)
        self.operator.names["Drukarz"] = "ACTIVE"
        self._ask()
        self.assertEqual(sender.state, "authorised")
        self.assertTrue(sender.decided_on and sender.authorised_on)
        self.assertFalse(sender.decided_by_id)
        activity = sender.activity_ids
        self.assertEqual(activity.user_id, self.administrator)
        self.assertIn("Authorised", activity.summary)
        self._ask()
        self.assertEqual(len(sender.activity_ids), 1)

    def test_refused_with_its_words_and_submitted_again(self):
        sender = self._submitted()
        self.operator.names["Drukarz"] = "REJECTED"
        self._ask()
        self.assertEqual(sender.state, "refused")
        self.assertEqual(sender.provider_words, "REJECTED")
        self.assertIn("Refused", sender.activity_ids.summary)
        sender.action_submit()
        self.assertEqual(self.operator.names["Drukarz"], "PENDING")
        self.assertEqual(sender.state, "submitted")
        self.assertFalse(sender.provider_words or sender.decided_on)

    def test_authorisation_that_is_taken_back(self):
        for status, state, words in (
            ("REJECTED", "refused", "REJECTED"),
            ("PENDING", "submitted", False),
            (None, "refused", "The provider knows it no more."),
        ):
            sender = self._submitted()
            self.operator.names["Drukarz"] = "ACTIVE"
            self._ask()
            self.assertEqual(sender.state, "authorised")
            self.operator.names = {"Drukarz": status} if status else {}
            self._ask()
            self.assertEqual(sender.state, state)
            self.assertEqual(sender.provider_words, words)
            self.assertTrue(sender.authorised_on)
            sender.active = False

    def test_name_in_use_that_was_missing_once_is_asked_for_again(self):
        sender = self._sender("MyShop", "authorised")
        sender.action_use()
        self.operator.names.pop("MyShop", None)
        self.senders.sudo()._ask_providers()
        self.assertEqual(sender.state, "refused")
        self.operator.names["MyShop"] = "ACTIVE"
        self.senders.sudo()._ask_providers()
        self.assertEqual(sender.state, "authorised")

    def test_name_that_it_does_not_list_waits_on(self):
        sender = self._submitted()
        self.operator.names = {}
        self._ask()
        self.assertEqual(sender.state, "submitted")
        self.assertIn("does not list it", sender.provider_words)

    def test_provider_that_does_not_answer_changes_nothing(self):
        sender = self._submitted()
        self.operator.is_down = True
        self._ask()
        self.assertEqual(sender.state, "submitted")
        self.assertIn("Not now", sender.trouble)
        self.operator.is_down = False
        sender.action_ask()
        self.assertFalse(sender.trouble)

    def test_one_call_for_all_names_of_a_gateway(self):
        for number in range(5):
            self._sender(f"Name {number}", "submitted")
            self.operator.names[f"Name {number}"] = "ACTIVE"
        with patch.object(
            type(self.smsapi), "_ask", autospec=True, side_effect=self._answer
        ) as asked:
            self._ask()
        self.assertEqual(asked.call_count, 1)
        names = self.senders.search([("gateway_id", "=", self.smsapi.id)])
        self.assertEqual(names.mapped("state"), ["authorised"] * 5)

    def _answer(self, _gateway, _question):
        return [
            SenderName(name, SenderStatus.AUTHORISED) for name in self.operator.names
        ]

    def test_copy_of_the_database_that_forgot_the_account_asks_nobody(self):
        self._submitted()
        self.smsapi.write({"test_mode": True, "password": False})
        with patch.object(type(self.smsapi), "_ask") as asked:
            self._ask()
        asked.assert_not_called()

    def test_decision_is_not_entered_by_hand(self):
        sender = self._submitted()
        for button in ("action_authorised", "action_refused"):
            with self.assertRaisesRegex(UserError, "Ask now"):
                getattr(sender, button)()

    def test_name_of_the_provider_is_kept_here(self):
        self.operator.names = {"MyFirm": "ACTIVE", "Other": "PENDING"}
        action = self.smsapi.with_user(self.administrator).action_look_up_senders()
        wizard = self.senders.env[action["res_model"]].browse(action["res_id"])
        first, second = wizard.line_ids
        with self.assertRaisesRegex(UserError, "not authorised"):
            second.action_keep()
        kept = self.senders.browse(first.action_keep()["res_id"])
        self.assertEqual((kept.name, kept.state), ("MyFirm", "authorised"))
        self.assertEqual(kept.gateway_id, self.smsapi)
        self.assertEqual(kept.company_id, self.company)
        self.assertEqual(first.action_keep()["res_id"], kept.id)


@tagged("post_install", "-at_install")
class TestSenderByHand(SenderCommon):
    """A provider that takes names by e-mail."""

    def test_email_to_the_operator_with_the_pdf(self):
        sender = self._by_hand(state="declared")
        with self._pdfs():
            sender.action_submit()
        self.assertEqual(sender.state, "submitted")
        self.assertEqual(sender.submitted_by_way, "email")
        mail = self.env["mail.mail"].sudo().search([], order="id DESC", limit=1)
        self.assertEqual(mail.email_to, "sms@operator.example.com")
        self.assertIn("admin@drukarz.example.com", mail.email_cc)
        self.assertIn("Drukarz", mail.subject)
        for words in ("Drukarz", "Długa 1", "PL5260250995"):
            self.assertIn(words, mail.body_html)
        (attachment,) = mail.attachment_ids
        self.assertTrue(attachment.raw.startswith(b"%PDF"))
        self.assertEqual(attachment.res_model, "sms.sender")
        self.assertEqual(attachment.res_id, sender.id)

    def test_text_of_an_owner_is_no_html(self):
        sender = self._by_hand(state="declared", owner_name="<b>Us & them</b>")
        sender.action_submit()
        mail = self.env["mail.mail"].sudo().search([], order="id DESC", limit=1)
        self.assertNotIn("<b>", mail.body_html)

    def test_address_is_asked_for(self):
        sender = self._by_hand(state="declared", operator_email=False)
        with self.assertRaisesRegex(UserError, "Operator's e-mail"):
            sender.action_submit()
        sender.operator_email = "nobody"
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            sender.action_submit()
        self.assertEqual(sender.state, "declared")
        sender.operator_email = "sms@operator.example.com"
        sender.action_submit()
        self.assertEqual(
            self._sender("Second").operator_email, "sms@operator.example.com"
        )

    def test_window_of_the_mail_program_where_odoo_sends_no_email(self):
        sender = self._by_hand(state="declared", owner_name="A & B?")
        before = self.env["mail.mail"].sudo().search_count([])
        with patch.object(type(sender), "_may_email", lambda _self: False):
            action = sender.action_submit()
        self.assertEqual(self.env["mail.mail"].sudo().search_count([]), before)
        self.assertEqual(action["type"], "ir.actions.act_url")
        url = urlsplit(action["url"])
        self.assertEqual((url.scheme, url.path), ("mailto", "sms@operator.example.com"))
        query = parse_qs(url.query)
        self.assertIn("A & B?", query["subject"][0])
        self.assertIn("Długa 1", query["body"][0])
        self.assertEqual(sender.state, "submitted")
        self.assertEqual(sender.submitted_by_way, "mailto")

    def test_decision_is_entered_with_the_operators_words(self):
        sender = self._by_hand(state="declared")
        sender.action_submit()
        sender.provider_words = "Trade mark of others"
        sender.action_refused()
        self.assertEqual(sender.state, "refused")
        self.assertEqual(sender.decided_by_id, self.administrator)
        self.assertEqual(sender.provider_words, "Trade mark of others")
        self.assertFalse(sender.activity_ids)
        sender.action_authorised()
        self.assertEqual(sender.state, "authorised")
        self.assertTrue(sender.authorised_on)

    def test_another_one_s_decision_is_told_to_who_submitted(self):
        sender = self._by_hand(state="submitted")
        other = self.administrator.copy({"login": "other_administrator"})
        sender.with_user(other).action_authorised()
        self.assertEqual(sender.activity_ids.user_id, self.administrator)

    def test_nobody_is_asked_about_it(self):
        sender = self._by_hand(state="submitted")
        with patch.object(type(self.smsapi), "_ask") as asked:
            self.env["sms.sender"].sudo()._ask_providers()
        asked.assert_not_called()
        self.assertEqual(sender.state, "submitted")
