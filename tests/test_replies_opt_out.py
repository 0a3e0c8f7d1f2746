"""STOP and START: the phone blacklist, and the one confirmation of either."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import translate

from ..gateways.base import Reply
from .reply_common import PHONE, Carrier, ReplyCommon


@tagged("post_install", "-at_install")
class TestStopAndStart(ReplyCommon):
    def test_stop_and_start(self):
        stop = self._reply("Stop!")
        self.assertEqual(stop.kind, "stop")
        self.assertTrue(self._is_stopped())
        self.assertIn("was put on the phone blacklist", stop.outcome)
        self.assertIn("confirmed by SMS", stop.outcome)
        notes = " ".join(self._notes(self.customer).mapped("body"))
        self.assertIn("was put on the phone blacklist", notes)
        start = self._reply("START")
        self.assertEqual(start.kind, "start")
        self.assertFalse(self._is_stopped())
        self.assertIn("was taken off", start.outcome)
        company = self.company.name
        told = self._confirmations().sorted("id").mapped("body")
        self.assertEqual(
            told[0],
            f"You will get no more SMS from {company}. To get them again, reply START.",
        )
        self.assertEqual(
            told[1], f"You will get SMS from {company} again. To stop, reply STOP."
        )

    def test_the_blacklist_says_why(self):
        self._reply("STOP")
        entry = self.env["phone.blacklist"].sudo().search([("number", "=", PHONE)])
        self.assertIn("asked for it by SMS", entry.message_ids[0].body)

    def test_stop_twice(self):
        self._reply("STOP")
        again = self._reply("STOP")
        self.assertIn("already", again.outcome)
        self.assertEqual(len(self._confirmations()), 1)

    def test_start_of_who_never_stopped(self):
        reply = self._reply("START")
        self.assertIn("was not on", reply.outcome)
        blacklist = self.env["phone.blacklist"].sudo().with_context(active_test=False)
        self.assertFalse(blacklist.search([("number", "=", PHONE)]))
        self.assertFalse(self._confirmations())

    def test_each_is_confirmed_once_a_day(self):
        for text in ("STOP", "START", "STOP", "START", "STOP"):
            reply = self._reply(text)
        self.assertTrue(self._is_stopped())
        self.assertIn("within a day", reply.outcome)
        sent = self._confirmations()
        self.assertEqual(sorted(sent.mapped("reply_id.kind")), ["start", "stop"])
        sent.queued_at = self._ago(days=1, minutes=1)
        self._reply("START")
        self.assertEqual(len(self._confirmations()), 3)

    def test_what_the_provider_has_answered_is_not_answered_again(self):
        reply = self._reply("STOP", is_answered=True)
        self.assertTrue(self._is_stopped())
        self.assertIn("The provider has confirmed it", reply.outcome)
        self.assertFalse(self._confirmations())

    def test_the_later_one_counts_whatever_comes_first(self):
        self._reply("STOP", at=self._ago(hours=3))
        self._reply("START", at=self._ago(hours=1))
        late = self._reply("STOP", at=self._ago(hours=2))
        self.assertFalse(self._is_stopped())
        self.assertIn("A later message", late.outcome)

    def test_both_in_one_call(self):
        self._told(
            self.carrier,
            Reply(PHONE, "START", provider_id="2", at=self._ago(hours=1)),
            Reply(PHONE, "STOP", provider_id="1", at=self._ago(hours=2)),
        )
        self.assertFalse(self._is_stopped())
        self.assertEqual(len(self._confirmations()), 2)

    def test_number_that_is_none_stops_nothing(self):
        for number in ("INFO", "5555", "+48 500 FLOWER", "+4812", ""):
            for text in ("STOP", "START"):
                with self.subTest(number, text=text):
                    reply = self._reply(text, number=number)
                    self.assertIn("no number", reply.outcome)
        self.assertFalse(self.env["phone.blacklist"].sudo().search([]))

    def test_a_sentence_stops_nothing(self):
        self.assertEqual(self._reply("I will stop by tomorrow").kind, "other")
        self.assertFalse(self._is_stopped())

    def test_unknown_number_is_stopped_and_told_so(self):
        self._reply("STOP", number="48699999999")
        self.assertTrue(self._is_stopped("+48699999999"))
        self._pass()
        self.assertEqual([one.number for one in Carrier.sent], ["+48699999999"])


@tagged("post_install", "-at_install")
class TestConfirmation(ReplyCommon):
    def test_goes_out_although_the_number_is_stopped_and_nothing_else_does(self):
        run = self._send(self._invoice())
        other = (
            self.env["sms.sms"]
            .sudo()
            .create({"number": PHONE, "body": "Sale!", "company_id": self.company.id})
        )
        # what was queued before: the blacklist's time is that of the transaction
        other.queued_at -= timedelta(seconds=5)
        reply = self._reply("STOP")
        confirmation = self._confirmations()
        self.assertEqual(confirmation.reply_id, reply)
        self.assertEqual(confirmation.state, "outgoing")
        # the second it was queued in may have begun before the transaction
        confirmation.queued_at -= timedelta(seconds=5)
        self._pass()
        self.assertEqual(confirmation.state, "pending")
        self.assertEqual([one.reference for one in Carrier.sent], [confirmation.uuid])
        self.assertEqual(run.line_ids.sms_ids.state, "canceled")
        self.assertEqual(other.state, "canceled")
        self.assertIn("opted out", other.failure_reason)
        with self.assertRaisesRegex(UserError, "opted out"):
            self._send(self._invoice())

    def test_of_a_start_is_not_sent_after_another_stop(self):
        self._reply("STOP")
        self._pass()
        start = self._reply("START")
        confirmation = self._confirmations().filtered(lambda one: one.reply_id == start)
        confirmation.queued_at -= timedelta(minutes=5)
        self._reply("STOP")
        self._pass()
        self.assertEqual(confirmation.state, "canceled")
        self.assertEqual(len(Carrier.sent), 1)

    def test_is_in_ledger_and_chatter_like_any_other(self):
        self._reply("STOP")
        self._pass()
        sms = self._confirmations().with_user(self.accountant)
        self.assertEqual(sms.partner_id, self.customer)
        self.assertEqual(sms.company_id, self.company)
        self.assertEqual(sms.gateway_id, self.carrier)
        self.assertEqual((sms.encoding, sms.segments), ("GSM-7", 1))
        self.assertFalse(sms.user_id)
        note = sms.sudo().mail_message_id
        self.assertEqual(note.res_id, self.customer.id)
        self.assertEqual(note.notification_ids.notification_status, "pending")

    def test_takes_a_gateway_of_ours_although_none_handles_other_messages(self):
        self.carrier.handles = "organizer"
        reply = self._reply("STOP")
        sms = self._confirmations()
        self.assertEqual(sms.gateway_id, self.carrier)
        self.assertFalse(sms.filtered_domain(sms._of_odoo_domain()))
        self._pass()
        self.assertEqual(sms.state, "pending")
        self.assertEqual(len(Carrier.sent), 1)
        self.assertEqual(sms.reply_id, reply)

    def test_of_nobody_is_seen_by_who_may_send(self):
        self._reply("STOP", number="+48699999999")
        sms = self._confirmations().with_user(self.accountant)
        self.assertTrue(sms.body)

    def test_follows_the_mode_of_the_gateway(self):
        self.carrier.test_mode = True
        self._reply("STOP")
        self._pass()
        sms = self._confirmations()
        self.assertTrue(sms.is_test)
        self.assertEqual(sms.state, "pending")
        self.assertFalse(Carrier.sent)

    def test_company_without_a_gateway(self):
        self.env["sms.gateway"].search([]).active = False
        reply = self._reply("STOP")
        self.assertTrue(self._is_stopped())
        self.assertIn("No gateway could confirm", reply.outcome)
        self.assertFalse(self._confirmations())

    def test_in_the_customers_language(self):
        for code in ("pl_PL", "th_TH"):
            self.env["res.lang"]._activate_lang(code)
        self.customer.lang = "pl_PL"
        texts = self._translations(
            {
                "pl_PL": "Nie będziesz dostawać SMS od %(company)s. START wznawia.",
                "th_TH": "คุณจะไม่ได้รับ SMS จาก %(company)s อีก ตอบ START เพื่อรับ",
            }
        )
        with texts:
            self._reply("STOP")
            sms = self._confirmations()
            self.assertTrue(sms.body.startswith("Nie bedziesz dostawac SMS od"))
            self.assertEqual(sms.encoding, "GSM-7")
            sms.queued_at -= timedelta(days=2)
            self._reply("START")
            # one without a language is told in the company's
            self.customer.lang = False
            self.company.partner_id.lang = "th_TH"
            self._reply("STOP")
            self.assertTrue(self._confirmations()[0].body.startswith("คุณจะไม่"))

    def _translations(self, texts):
        """As if these were in the add-on's ``i18n``."""
        original = translate.code_translations.get_python_translations

        def get_python_translations(module, lang):
            found = original(module, lang)
            if module != "sms_organizer" or lang not in texts:
                return found
            source = (
                "You will get no more SMS from %(company)s. To get them again, reply "
                "START."
            )
            return {**found, source: texts[lang]}

        return patch.object(
            translate.code_translations,
            "get_python_translations",
            get_python_translations,
        )
