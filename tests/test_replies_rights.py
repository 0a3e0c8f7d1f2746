"""Replies of customers: who sees them, and from where."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .reply_common import UNKNOWN, ReplyCommon


@tagged("post_install", "-at_install")
class TestReplyRights(ReplyCommon):
    def test_who_may_send_reads_and_nobody_writes(self):
        reply = self._reply()
        mine = reply.with_user(self.accountant)
        self.assertEqual(mine.read(["text"])[0]["text"], "Hello")
        for user in (self.accountant, self.env.ref("base.user_admin")):
            replies = self.replies.with_user(user)
            with self.assertRaises(AccessError):
                replies.browse(reply.id).text = "Changed"
            with self.assertRaises(AccessError):
                replies.browse(reply.id).unlink()
            with self.assertRaises(AccessError):
                replies.create({"gateway_id": self.carrier.id, "provider_key": "k"})

    def test_strangers_see_nothing(self):
        self._reply()
        for login, group in (("nobody", "base.group_user"), ("p", "base.group_portal")):
            user = new_test_user(self.env, login, groups=group)
            with self.subTest(group), self.assertRaises(AccessError):
                self.replies.with_user(user).search([])
        public = self.env.ref("base.public_user")
        with self.assertRaises(AccessError):
            self.replies.with_user(public).search([])

    def test_another_companys_are_not_seen(self):
        company = self.env["res.company"].create({"name": "Other company"})
        theirs = self._reply(gateway=self._carrier(company_id=company.id))
        of_nobody = self._reply(number=UNKNOWN, gateway=self._carrier(company_id=False))
        self.assertEqual(theirs.company_id, company)
        seen = self.replies.with_user(self.accountant).search([])
        self.assertNotIn(theirs, seen)
        self.assertIn(of_nobody, seen)

    def test_the_address_is_for_administrators_alone(self):
        url = self.carrier.reply_url
        self.assertLess(len(url.replace(self.carrier.get_base_url(), "")), 50)
        self.assertIn(f"/sms/reply/{self.carrier.id}/", url)
        self.assertFalse(self.gateway.reply_url)
        with self.assertRaises(AccessError):
            self.carrier.with_user(self.accountant).read(["reply_url"])

    def test_a_gateway_that_was_replied_to_stays(self):
        self._reply()
        with self.assertRaisesRegex(UserError, "Archive it"):
            self.carrier.unlink()

    def test_the_customer_shows_how_many(self):
        company = self._partner("Company", is_company=True)
        self.customer.parent_id = company
        self._reply()
        self._reply()
        company = company.with_user(self.accountant)
        self.assertEqual(company.sms_reply_count, 2)
        action = company.action_open_sms_replies()
        self.assertEqual(self.replies.search_count(action["domain"]), 2)

    def test_buttons_lead_to_what_it_is_about(self):
        sms = self._sms()
        reply = self._reply().with_user(self.accountant)
        for action, record in (
            (reply.action_open_partner(), self.customer),
            (reply.action_open_move(), sms.move_id),
            (reply.action_open_sms(), sms),
        ):
            self.assertEqual(action["res_model"], record._name)
            self.assertEqual(action["res_id"], record.id)
        answer = self.env[reply.action_send_sms()["res_model"]]
        self.assertEqual(answer._name, "organizer.compose")
