import html

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .answer_common import PHONE, AnswerCommon


@tagged("post_install", "-at_install")
class TestWho(AnswerCommon):
    def _answering(self):
        move = self._invoice(days_overdue=5)
        move.invoice_user_id = False
        _link, token = self._sms_link(move)
        return move, token

    def test_one_activity_says_all(self):
        _move, token = self._answering()
        self._answer(token, "paid", date=self._day(0))
        self._answer(token, "question", text="Or not?")
        self._answer(token, "question", text="Hello?")
        activity = self._activities()
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.summary, "Says it has paid, Has a question")
        self.assertIn("Or not?", activity.note)
        self.assertIn("Hello?", activity.note)
        activity.action_done()
        self._answer(token, "question", text="Still there?")
        self.assertEqual(len(self._activities()), 1)
        self.assertNotIn("Hello?", self._activities().note)

    def test_the_salespersons_else_the_invoices_else_who_sent_it(self):
        seller = new_test_user(
            self.env, "seller", groups="base.group_user", company_id=self.company.id
        )
        self.customer.user_id = seller
        _move, token = self._answering()
        self._answer(token, "question", text="1")
        self.assertEqual(self._activities().user_id, seller)
        self._activities().unlink()
        self.customer.user_id = False
        move, token = self._answering()
        move.invoice_user_id = seller
        self._answer(token, "question", text="2")
        self.assertEqual(self._activities().user_id, seller)
        self._activities().unlink()
        _move, token = self._answering()
        self._answer(token, "question", text="3")
        self.assertEqual(self._activities().user_id, self.accountant)

    def test_who_sent_the_link_by_e_mail(self):
        self.customer.user_id = False
        move = self._invoice(days_overdue=5)
        move.invoice_user_id = False
        _link, token = self._invoice_link(move.with_user(self.accountant))
        self._answer(token, "question", text="Why?")
        self.assertEqual(self._activities().user_id, self.accountant)

    def test_a_receipt_of_nobody(self):
        move = self._invoice(days_overdue=5, post=False, move_type="out_receipt")
        move.partner_id = False
        move.action_post()
        move.invoice_user_id = self.accountant
        _link, token = self._invoice_link(move)
        self.assertNotIn("I will pay", self._page(token))
        self._answer(token, "paid", date=self._day(0))
        self._answer(token, "question", text="Why?")
        self.assertEqual(self._activities(move).user_id, self.accountant)
        self.assertEqual(len(self._activities(move)), 1)
        self.assertIn("Why?", self._notes(move))


@tagged("post_install", "-at_install")
class TestKept(AnswerCommon):
    """Who sees answers, who writes them, and for how long they are kept."""

    def test_who_may_send_reads_and_nobody_writes(self):
        _link, token = self._sms_link()
        self._answer(token, "question", text="Why?")
        answer = self._last().with_user(self.accountant)
        self.assertEqual(answer.text, "Why?")
        boss = new_test_user(
            self.env, "boss", groups="sms_organizer.group_sms_administer"
        )
        for user in (self.accountant, boss):
            mine = answer.with_user(user)
            with self.assertRaises(AccessError):
                mine.write({"text": "Fine."})
            with self.assertRaises(AccessError):
                mine.unlink()
            with self.assertRaises(AccessError):
                mine.create({"kind": "paid", "company_id": self.company.id})
        nobody = new_test_user(self.env, "nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            answer.with_user(nobody).read(["text"])

    def test_of_another_company_are_not_seen(self):
        _link, token = self._sms_link()
        self._answer(token, "question", text="Why?")
        other = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="sms_organizer.group_sms_administer",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        self.assertFalse(self.answers.with_user(stranger).search([]))

    def test_customer_and_invoice_show_them(self):
        move = self._invoice(days_overdue=5)
        _link, token = self._sms_link(move)
        self._answer(token, "question", text="Why?")
        customer = self.customer.with_user(self.accountant)
        self.assertEqual(customer.organizer_answer_count, 1)
        action = customer.action_open_organizer_answers()
        found = self.answers.with_user(self.accountant).search(action["domain"])
        self.assertEqual(found, self._last())
        self.assertEqual(move.with_user(self.accountant).organizer_answer_ids, found)
        self.assertEqual(found.action_open_partner()["res_id"], self.customer.id)
        self.assertEqual(found.action_open_moves()["res_id"], move.id)

    def test_retention_removes_what_was_said(self):
        move = self._invoice(days_overdue=5)
        _link, token = self._sms_link(move)
        self._answer(token, "question", text="My cat died")
        self._answer(token, "paid", date=self._day(0), reference="Cat 7")
        self._answer(token, "wrong-number")
        answers = self.answers.search([])
        self._let_pass(days=100)
        self.env["ir.config_parameter"].sudo().set_param(
            "sms_organizer.retention_days", 90
        )
        self.env["sms.sms"]._gc_personal_data()
        self.assertEqual(set(answers.mapped("is_anonymous")), {True})
        left = str(answers.read()) + str(answers.note_ids.mapped("body"))
        left += str(self._activities().note) + str(self._activities().summary)
        for words in ("cat", "Cat", PHONE[3:]):
            self.assertNotIn(words, left)
        self.assertEqual(len(answers.filtered("date")), 1)
        self.assertEqual(set(answers.mapped("number")), {"+48…"})
        # the number stays on the blacklist, but not whose it was not
        blacklist = self.env["phone.blacklist"].sudo()
        listed = blacklist.search([("number", "=", PHONE)])
        said = str(listed.message_ids.mapped("body"))
        self.assertIn("not the customer's", html.unescape(said))
        self.assertNotIn(self.customer.name, said)

    def test_goes_with_the_customer_and_stays_without_the_invoice(self):
        customer = self._partner("Gone", sms_phone=PHONE)
        move = self._invoice(customer, days_overdue=5)
        _link, token = self._invoice_link(move)
        self._answer(token, "question", text="Why?")
        answer = self._last()
        move.button_draft()
        move.name = False
        move.unlink()
        self.assertFalse(answer.move_ids)
        self.assertFalse(answer.link_id)
        customer.unlink()
        self.assertFalse(answer.exists())
