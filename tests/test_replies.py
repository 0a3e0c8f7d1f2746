"""Replies of customers: whose they are, who is told, and what comes in over HTTP."""

import json
import logging
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from ..gateways.base import Reply
from .reply_common import PHONE, Carrier, ReplyCommon, signature

UNKNOWN = "+48699999999"


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

    def test_of_two_readings_the_one_that_is_known(self):
        self.company.country_id = self.env.ref("base.gr")
        greek = self._partner("Greek", sms_phone="+306904927604")
        self.assertEqual(self._reply(number="6904927604").partner_id, greek)
        self.assertEqual(self._reply(number="6904927605").number, "+6904927605")

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


@tagged("post_install", "-at_install")
class TestRepliesOverHttp(ReplyCommon, HttpCase):
    def setUp(self):
        super().setUp()
        base = self.carrier.get_base_url()
        self.path = self.carrier._reply_url().removeprefix(base)

    def _call(self, path=None, sign=None, **kwargs):
        path = path or self.path
        url = (sign or self.base_url()) + path
        headers = {"X-Signature": signature(url), **kwargs.pop("headers", {})}
        response = self.url_open(path, headers=headers, **kwargs)
        self.env.invalidate_all()
        return response

    def _post(self, *told, **kwargs):
        headers = {"Content-Type": "application/json"}
        return self._call(data=self._body(*told), headers=headers, **kwargs)

    def _found(self):
        return self.replies.search([("gateway_id", "=", self.carrier.id)])

    def test_as_json(self):
        response = self._post({"number": PHONE, "text": "Dzień dobry", "id": "1"})
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.text, "<Response/>")
        self.assertIn("text/xml", response.headers["Content-Type"])
        self.assertNotIn("Set-Cookie", response.headers)
        self.assertEqual(self._found().text, "Dzień dobry")
        self.assertEqual(self._found().partner_id, self.customer)
        self.assertEqual(self._found().create_uid, self.env.ref("base.user_root"))

    def test_as_a_form(self):
        self._call(data={"from": PHONE, "text": "Hello", "b": ["2", "1", ""]})
        self.assertEqual(self._found().text, "Hello")
        callback = Carrier.callbacks[-1]
        self.assertEqual(
            callback.form,
            (("from", PHONE), ("text", "Hello"), ("b", "2"), ("b", "1"), ("b", "")),
        )
        self.assertEqual(callback.parameters["b"], "")

    def test_as_an_address(self):
        query = "?from=%2B48601999888&text=a%20b%C4%85&secret=no&reference=mine"
        response = self._call(self.path + query)
        self.assertEqual(response.text, "<Response/>")
        self.assertEqual(self._found().text, "a bą")
        parameters = Carrier.callbacks[-1].parameters
        self.assertEqual(parameters["reference"], "mine")
        self.assertEqual(parameters["from"], PHONE)

    def test_signed_for_the_address_in_front_of_a_proxy(self):
        self.env["ir.config_parameter"].set_param(
            "web.base.url", "https://erp.example.com"
        )
        told = {"number": PHONE, "text": "Hello"}
        for number, root in enumerate(
            (
                "https://erp.example.com",
                "http://erp.example.com",
                self.base_url().replace("http://", "https://"),
            )
        ):
            with self.subTest(root):
                response = self._post({**told, "id": str(number)}, sign=root)
                self.assertEqual(response.status_code, 200)
        self.assertEqual(
            self._post(told, sign="https://evil.example.com").text, "Not found"
        )

    def test_replays_change_nothing(self):
        told = {"number": PHONE, "text": "STOP", "id": "1"}
        for _time in range(3):
            self.assertEqual(self._post(told).status_code, 200)
        self.assertEqual(len(self._found()), 1)
        self.assertEqual(len(self._confirmations()), 1)

    def test_forged_changes_nothing_and_is_counted(self):
        base = f"/sms/reply/{self.carrier.id}"
        secret = self.path.rpartition("/")[2]
        told = {"number": PHONE, "text": "STOP", "id": "1"}
        other = self._carrier()
        for gateway, path in (
            (self.carrier, f"{base}/{'0' * 20}"),
            (self.carrier, f"{base}/{secret}x"),
            (self.carrier, f"{base}/%C3%A9"),
            (self.carrier, f"{base}/{self.carrier._secret('all')}"),
            (other, f"/sms/reply/{other.id}/{secret}"),
            (self.gateway, self.gateway._reply_url().partition("/sms")[2]),
        ):
            path = path if path.startswith("/sms") else f"/sms{path}"
            with self.subTest(path):
                before = gateway.refused_reports
                response = self._post(told, path=path)
                self.assertEqual(
                    (response.status_code, response.text), (404, "Not found")
                )
                self.assertEqual(gateway.refused_reports, before + 1)
        response = self._post(told, sign="https://unsigned")
        self.assertEqual((response.status_code, response.text), (404, "Not found"))
        self.assertFalse(self.replies.search([]))
        self.assertFalse(self._is_stopped())

    def test_gateway_that_is_not_there_tells_nothing(self):
        gateway_id = self.env["sms.gateway"].search([], order="id desc")[0].id + 1000
        response = self._call(f"/sms/reply/{gateway_id}/{'0' * 20}")
        self.assertEqual((response.status_code, response.text), (404, "Not found"))

    def test_a_reply_to_a_gateway_in_test_mode_or_archived_is_real(self):
        self.carrier.test_mode = True
        self._post({"number": PHONE, "text": "STOP", "id": "1"})
        self.assertTrue(self._is_stopped())
        self.assertTrue(self._confirmations().is_test)
        self.carrier.active = False
        self._post({"number": PHONE, "text": "START", "id": "2"})
        self.assertFalse(self._is_stopped())

    def test_who_only_looks_and_what_is_too_long(self):
        root = self.base_url() + self.path
        self.assertEqual(self.opener.head(root, timeout=12).status_code, 200)
        chunked = self.opener.post(root, data=iter([b"text=STOP"]), timeout=12)
        self.assertEqual(chunked.status_code, 411)
        self.assertEqual(self._call(data="x" * 200_000).status_code, 413)
        self.assertFalse(Carrier.callbacks)

    def test_secret_and_text_stay_out_of_the_access_log(self):
        with self.assertLogs("werkzeug", logging.INFO) as log:
            self._call(self.path + "?from=48601999888&text=hush")
        written = "".join(log.output)
        for secret in (self.path.rpartition("/")[2], "hush", "601999888"):
            self.assertNotIn(secret, written)
        self.assertIn("/sms/reply/***", written)

    def test_reports_have_their_form_and_addresses_too(self):
        seen = []

        def parse_reports(_gateway, callback):
            seen.append(callback)
            return []

        path = self.carrier._report_url().removeprefix(self.carrier.get_base_url())
        with patch.object(Carrier, "parse_reports", parse_reports):
            response = self.url_open(path + "?a=%2B&reference=r", data={"b": "1"})
        self.assertEqual(response.text, "OK")
        self.assertEqual(seen[0].form, (("b", "1"),))
        self.assertEqual(seen[0].parameters, {"a": "+", "b": "1", "reference": "r"})
        self.assertEqual(seen[0].reference, "")
        self.assertIn(self.base_url() + path + "?a=%2B&reference=r", seen[0].urls)

    def test_many_in_one_body(self):
        told = [
            {"number": f"+4860200{n:04}", "text": "Hello", "id": str(n)}
            for n in range(50)
        ]
        self.assertLess(len(json.dumps(told)), 100_000)
        self.assertEqual(self._post(*told).status_code, 200)
        self.assertEqual(len(self._found()), 50)
