"""Replies of customers: whose they are, and who is told."""

import logging
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from ..gateways.base import Reply
from .reply_common import PHONE, UNKNOWN, ReplyCommon


@tagged("post_install", "-at_install")
class TestWhoseReply(ReplyCommon):
    def test_the_latest_message_tells_customer_invoice_and_company(self):
        self._sms()
        sms = self._sms()
        other = self._partner("Same number", sms_phone=PHONE)
        reply = self._reply("When was that?")
        self.assertEqual(reply.partner_id, self.customer)
        self.assertEqual(reply.sms_id, sms)
        self.assertEqual(reply.move_id, sms.move_id)
        self.assertEqual(reply.company_id, self.company)
        self.assertEqual((reply.number, reply.kind), (PHONE, "other"))
        self.assertEqual(reply.text, "When was that?")
        self.assertFalse(self._notes(other))

    def test_what_reached_nobody_is_not_answered(self):
        waiting = self._send(self._invoice()).line_ids.sms_ids
        reply = self._reply()
        self.assertEqual(waiting.state, "outgoing")
        self.assertFalse(reply.sms_id)
        self.assertEqual(reply.partner_id, self.customer)
        self._pass()
        waiting.is_test = True
        self.assertFalse(self._reply().sms_id)

    def test_the_confirmation_is_not_what_is_answered(self):
        sms = self._sms()
        self._reply("STOP")
        self._pass()
        self.assertEqual(self._reply("Really?").sms_id, sms)

    def test_number_without_plus_and_national_number(self):
        for number in ("48601999888", "0048 601 999 888", "601999888"):
            with self.subTest(number):
                self.company.country_id = self.poland
                reply = self._reply(number=number)
                self.assertEqual(reply.number, PHONE)
                self.assertEqual(reply.partner_id, self.customer)

    def test_of_two_readings_the_one_that_is_known_or_none(self):
        self.company.country_id = self.env.ref("base.gr")
        greek = self._partner("Greek", sms_phone="+306904927604")
        self.assertEqual(self._reply(number="6904927604").partner_id, greek)
        stranger = self._reply(number="6904927605")
        self.assertEqual(stranger.number, "6904927605")
        self.assertFalse(stranger.partner_id)

    def test_the_phone_field_counts_too(self):
        partner = self._partner("By phone", phone="602 345 678")
        self.assertEqual(self._reply(number="+48602345678").partner_id, partner)

    def test_of_several_the_one_who_owes(self):
        number = "+48602345678"
        first = self._partner("First", sms_phone=number)
        second = self._partner("Second", sms_phone=number)
        self.assertFalse(self._reply(number=number).partner_id)
        self._invoice(second)
        self.assertEqual(self._reply(number=number).partner_id, second)
        self._invoice(first)
        self.assertFalse(self._reply(number=number).partner_id)

    def test_of_several_contacts_the_company_they_are_of(self):
        number = "+48602345678"
        company = self._partner("Company", is_company=True)
        contacts = [
            self._partner(name, sms_phone=number, parent_id=company.id)
            for name in ("First", "Second")
        ]
        self.assertEqual(self._reply(number=number).partner_id, company)
        self._invoice(contacts[0])
        self.assertEqual(self._reply(number=number).partner_id, contacts[0])

    def test_customers_of_other_companies_are_not_looked_at(self):
        company = self.env["res.company"].create({"name": "Other company"})
        self._partner("Theirs", sms_phone=UNKNOWN, company_id=company.id)
        self.assertFalse(self._reply(number=UNKNOWN).partner_id)

    def test_a_gateway_of_all_companies_goes_by_the_latest_message(self):
        shared = self._carrier(company_id=False)
        self.assertFalse(self._reply(gateway=shared).company_id)
        sms = self._sms()
        reply = self._reply(gateway=shared)
        self.assertEqual((reply.sms_id, reply.company_id), (sms, self.company))

    def test_a_gateway_of_all_companies_prefers_what_it_has_sent(self):
        shared = self._carrier(company_id=False)
        first, second = self._sms(), self._sms()
        first.gateway_id = shared
        self.assertEqual(self._reply(gateway=shared).sms_id, first)
        self.assertEqual(self._reply().sms_id, second)

    def test_who_nobody_knows_is_for_the_one_in_charge_of_the_gateway(self):
        self.carrier.user_id = self.accountant
        reply = self._reply("Who are you?", number=UNKNOWN)
        self.assertEqual(reply.activity_id.user_id, self.accountant)

    def test_nobody_is_known_by_the_number(self):
        for number in (UNKNOWN, "INFO", ""):
            with self.subTest(number):
                reply = self._reply("Who are you?", number=number)
                self.assertEqual(reply.text, "Who are you?")
                self.assertFalse(reply.partner_id or reply.activity_id)
                self.assertIn("Nobody is known", reply.outcome)

    def test_who_looks_after_the_gateway_is_told_of_unknown_numbers(self):
        gateways = self.env.registry["sms.gateway"]
        person = self.accountant

        def in_charge(_gateway):
            return person.sudo()

        with patch.object(gateways, "_who_is_in_charge", in_charge):
            first = self._reply("One", number=UNKNOWN)
            second = self._reply("Two", number=UNKNOWN)
        activity = self._activities(first)
        self.assertEqual(activity.user_id, person)
        self.assertEqual(second.activity_id, activity)
        self.assertIn("Two", activity.note)
        activity.with_user(person).action_feedback("Called")
        self.assertFalse(self._activities(first))


@tagged("post_install", "-at_install")
class TestWhoIsTold(ReplyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = mail_new_test_user(
            cls.env,
            "seller",
            groups="base.group_user,base.group_partner_manager",
            company_id=cls.company.id,
            email="seller@example.com",
        )
        cls.customer.email = "customer@example.com"

    def test_a_note_on_customer_and_invoice_with_the_customer_as_author(self):
        sms = self._sms()
        sms.move_id.message_subscribe(self.customer.ids)
        self.customer.message_subscribe(self.customer.ids)
        self.customer.user_id = self.seller
        mails = self.env["mail.mail"].sudo().search_count([])
        reply = self._reply("<b>5 < 6</b>\nhttps://example.com")
        for record in (self.customer, sms.move_id):
            note = self._notes(record)[0]
            self.assertEqual(note.author_id, self.customer)
            self.assertTrue(note.is_internal)
            self.assertFalse(note.notification_ids)
            self.assertIn(PHONE, note.body)
            self.assertIn(
                "&lt;b&gt;5 &lt; 6&lt;/b&gt;<br>https://example.com", note.body
            )
            self.assertNotIn("<a", note.body)
            self.assertIn(note, reply.note_ids)
        told = self.env["mail.mail"].sudo().search([])[: -mails or None]
        self.assertEqual(told.recipient_ids, self.seller.partner_id)

    def test_the_activity_is_the_salespersons(self):
        self.customer.user_id = self.seller
        reply = self._reply("Call me, <please>")
        activity = self._activities()
        self.assertEqual(activity, reply.activity_id)
        self.assertEqual(activity.user_id, self.seller)
        self.assertEqual(activity.activity_type_id.name, "SMS reply")
        self.assertIn("Call me, &lt;please&gt;", activity.note)

    def test_who_else_answers(self):
        sms = self._sms()
        # who sent the message
        sms.move_id.invoice_user_id = False
        self.assertEqual(self._answering(), self.accountant)
        sms.move_id.invoice_user_id = self.seller
        self.assertEqual(self._answering(), self.seller)
        company = self._partner("Company", is_company=True)
        self.customer.parent_id = company
        company.user_id = self.accountant
        self.assertEqual(self._answering(), self.accountant)
        self.customer.user_id = self.seller
        self.assertEqual(self._answering(), self.seller)

    def _answering(self):
        self._activities().unlink()
        self._reply()
        return self._activities().user_id

    def test_who_does_not_answer(self):
        sms = self._sms()
        portal = mail_new_test_user(self.env, "guest", groups="base.group_portal")
        abroad = self.env["res.company"].create({"name": "Other company"})
        sms.move_id.invoice_user_id = self.env.ref("base.user_root")
        sms.sudo().user_id = new_test_user(
            self.env, "abroad", company_id=abroad.id, company_ids=abroad.ids
        )
        self.customer.user_id = portal
        self.assertFalse(self._answering())
        self.customer.user_id = self.seller
        self.seller.active = False
        self.assertFalse(self._answering())

    def test_one_activity_says_all(self):
        self.customer.user_id = self.seller
        self._reply("First")
        activity = self._activities()
        activity.date_deadline = "2090-01-01"
        activity.user_id = self.accountant  # somebody else took it on
        self._reply("Second")
        self.assertEqual(self._activities(), activity)
        self.assertLess(activity.note.index("Second"), activity.note.index("First"))
        self.assertLess(str(activity.date_deadline), "2090")
        self.assertEqual(activity.user_id, self.accountant)
        activity.action_feedback()
        self._reply("Third")
        self.assertEqual(len(self._activities()), 1)
        self.assertNotIn("First", self._activities().note)

    def test_start_makes_no_activity(self):
        self.customer.user_id = self.seller
        self._reply("START")
        self.assertFalse(self._activities())
        self._reply("STOP")
        self.assertIn("STOP", self._activities().note)
        self._activities().unlink()
        self._reply("START")
        self._reply("STOP", at=self._ago(hours=1))
        self.assertFalse(self._activities())

    def test_trouble_with_the_chatter_stops_no_stop(self):
        partners = self.env.registry["res.partner"]
        broken = patch.object(partners, "_message_log", side_effect=ValueError)
        logger = "odoo.addons.sms_organizer.models.sms_reply_receive"
        with broken, self.assertLogs(logger, logging.ERROR):
            reply = self._reply("STOP")
        self.assertTrue(self._is_stopped())
        self.assertIn("blacklist", reply.outcome)

    def test_retention_removes_what_was_said(self):
        self.customer.user_id = self.seller
        sms = self._sms()
        reply = self._reply("My secret", at=self._ago(days=20))
        young = self._reply("Young words")
        self._activities().with_user(self.seller).action_feedback("Secret is known")
        reply.sudo().received_at = self._ago(days=100)
        self.env["ir.config_parameter"].sudo().set_param(
            "sms_organizer.retention_days", 90
        )
        self.assertEqual(self.env["sms.sms"]._gc_personal_data(), (1, False))
        self.assertEqual(reply.number, "+48…")
        self.assertNotIn("secret", reply.text)
        self.assertTrue(reply.is_anonymous)
        said = self.customer.message_ids | sms.move_id.message_ids
        self.assertFalse(said.filtered(lambda one: "My secret" in one.body))
        self.assertTrue(said.filtered(lambda one: "Young words" in one.body))
        activity = reply.with_context(active_test=False).activity_id
        self.assertNotIn("My secret", activity.note)
        self.assertIn("Young words", activity.note)
        self.assertEqual(young.text, "Young words")
        self.assertEqual(self.env["sms.sms"]._gc_personal_data(), (0, False))

    def test_many_in_one_call(self):
        partners = [
            self._partner(f"Many {n}", sms_phone=f"+4860200000{n}") for n in range(10)
        ]
        self._told(self.carrier, Reply(PHONE, "Warm up", provider_id="warm"))

        def told(texts):
            return [
                Reply(partner.sms_phone, text, provider_id=f"{text}-{partner.id}")
                for text in texts
                for partner in partners
            ]

        self.env.invalidate_all()
        with self.assertQueryCount(30 + 8 * 10):
            found = self._told(self.carrier, *told(["One"]))
        self.assertEqual(len(found), 10)
        self.assertEqual(found.partner_id, self.env["res.partner"].union(*partners))
        self.env.invalidate_all()
        with self.assertQueryCount(14):  # whose they are, however many
            found._find_out(self.carrier)
            self.env.flush_all()
        found = self._told(self.carrier, *told(["One", "STOP", "One"]))
        self.assertEqual(found.mapped("kind"), ["stop"] * 10)


@tagged("post_install", "-at_install")
class TestRepliesOnce(ReplyCommon):
    def _count(self):
        return self.replies.search_count([])

    def test_told_once_more_changes_nothing(self):
        self._reply("Hello", provider_id="x")
        notes = len(self.customer.message_ids)
        self.assertFalse(self._reply("Hello", provider_id="x"))
        self.assertFalse(self._reply("Something else", provider_id="x"))
        self.assertEqual(len(self.customer.message_ids), notes)

    def test_twice_in_one_call(self):
        reply = Reply(PHONE, "Hello", provider_id="x")
        self.assertEqual(len(self._told(self.carrier, reply, reply)), 1)

    def test_another_gateway_has_ids_of_its_own(self):
        self._reply(provider_id="x")
        self.assertTrue(self._reply(provider_id="x", gateway=self._carrier()))

    def test_without_an_id_by_its_time(self):
        at = self._ago(hours=1)
        self.assertTrue(self._reply("Hello", provider_id="", at=at))
        self.assertFalse(self._reply("Hello", provider_id="", at=at))
        self.assertTrue(self._reply("Hello!", provider_id="", at=at))
        self.assertTrue(self._reply("Hello", provider_id="", at=self._ago(minutes=1)))

    def test_without_id_and_time_for_ten_minutes(self):
        def hello(at):
            with freeze_time(at):
                return self._reply("Hello", provider_id="")

        self.assertTrue(hello("2026-03-02 10:09:50"))
        self.assertFalse(hello("2026-03-02 10:09:59"))
        self.assertFalse(hello("2026-03-02 10:15:00"))
        self.assertTrue(hello("2026-03-02 10:20:30"))

    def test_a_long_or_strange_id_is_one_too(self):
        for provider_id in ("x" * 5000, "ą\x00\ud83d", " "):
            with self.subTest(provider_id[:5]):
                self.assertTrue(self._reply(provider_id=provider_id))
                self.assertFalse(self._reply(provider_id=provider_id))

    def test_a_time_that_cannot_be_is_none(self):
        for delta in ({"days": 400}, {"days": -1}):
            at = self._ago(**delta)
            reply = self._reply(at=at)
            self.assertAlmostEqual(
                reply.received_at.timestamp(), self._ago().timestamp(), delta=60
            )
        at = self._ago(hours=3)
        self.assertEqual(self._reply(at=at).received_at, at)

    def test_what_no_database_takes(self):
        reply = self._reply("a\x00b\ud83d\r\nc" + "x" * 3000, number="\x00INFO\ud83d")
        self.assertTrue(reply.text.startswith("ab\ncx"))
        self.assertEqual(len(reply.text), 2000)
        self.assertEqual(reply.number, "INFO")
