from datetime import datetime, timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import LANDLINE_PL, REFUSED_BY_SANDBOX, OrganizerCommon


@tagged("post_install", "-at_install")
class TestRetention(OrganizerCommon):
    def _old(self, days=100, **values):
        sms = self._send(self._invoice(**values)).line_ids.sms_ids
        self._pass(2)
        sms.queued_at -= timedelta(days=days)
        return sms

    def _clean(self, days):
        self.env["ir.config_parameter"].sudo().set_param(
            "sms_organizer.retention_days", days
        )
        return self.env["sms.sms"]._gc_personal_data()

    def test_number_and_text_go_and_the_figures_stay(self):
        sms = self._old(sms_phone=REFUSED_BY_SANDBOX)
        sms._set_outcome("error", reason=f"{REFUSED_BY_SANDBOX} does not exist")
        notification = sms.mail_message_id.notification_ids
        names = [
            "state",
            "segments",
            "encoding",
            "price",
            "cost",
            "partner_id",
            "move_id",
        ]
        before = sms.read(names)
        self.assertEqual(self._clean(90), (1, False))
        self.assertTrue(sms.is_anonymous)
        self.assertEqual(sms.number, "+48…")
        self.assertIn("removed", sms.body)
        self.assertEqual(sms.failure_reason, "••• does not exist")
        self.assertEqual(notification.failure_reason, "••• does not exist")
        self.assertEqual(sms.read(names), before)

    def test_it_is_gone_from_the_chatter_and_from_the_run(self):
        sms = self._old()
        number, words = sms.number, sms.body.split()[0]
        line, note = sms.run_line_id, sms.mail_message_id
        self.assertIn(words, str(note.body))
        self._clean(90)
        self.assertIn("removed", str(note.body))
        self.assertNotIn(words, str(note.body))
        self.assertNotEqual(note.notification_ids.sms_number, number)
        self.assertFalse(line.number)
        self.assertFalse(line.text)
        self.assertEqual(line.outcome, "delivered")

    def test_lines_that_were_left_out_are_forgotten_too(self):
        landline = self._partner("Landline", phone=LANDLINE_PL)
        run = self._send(self._invoice(landline) | self._invoice())
        line = run.line_ids.filtered("reason")
        self.assertIn("221234567", line.why.replace(" ", "").replace("+48", ""))
        run.sent_on -= timedelta(days=100)
        self._clean(90)
        self.assertFalse(line.number)
        self.assertNotIn("221234567", line.why)
        self.assertEqual(line.reason, "bad_number")

    def test_younger_and_open_ones_stay(self):
        young = self._old(days=10)
        waiting = self._send(self._invoice()).line_ids.sms_ids
        waiting.queued_at -= timedelta(days=100)
        self.assertEqual(self._clean(90), (0, False))
        self.assertFalse(young.is_anonymous or waiting.is_anonymous)

    def test_by_default_nothing_is_forgotten(self):
        sms = self._old(days=4000)
        self.assertEqual(self.env["sms.sms"]._gc_personal_data(), (0, False))
        self.assertFalse(sms.is_anonymous)

    def test_no_period_that_was_stored_before_breaks_the_night(self):
        sms = self._old()
        sms.queued_at = datetime(1900, 1, 1)
        self.assertEqual(self._clean("²"), (0, False))
        self.assertFalse(sms.is_anonymous)
        self.assertEqual(self._clean(2147483647), (1, False))
        self.assertTrue(sms.is_anonymous)

    def test_what_is_anonymous_cannot_be_sent_again(self):
        sms = self._old(sms_phone=REFUSED_BY_SANDBOX)
        self.assertEqual(sms.state, "error")
        self._clean(90)
        with self.assertRaisesRegex(UserError, "retention period"):
            sms.with_user(self.accountant).action_send_again()

    def test_too_short_a_period_is_refused_by_name(self):
        settings = self.env["res.config.settings"]
        with self.assertRaisesRegex(ValidationError, "Retention .* at least 30"):
            settings.create({"sms_retention_days": 7})
        with self.assertRaisesRegex(ValidationError, "0 to keep .* at most 36500"):
            settings.create({"sms_retention_days": 36501})
        settings.create({"sms_retention_days": 0}).execute()
        settings.create({"sms_retention_days": 365}).execute()
        days = (
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("sms_organizer.retention_days")
        )
        self.assertEqual(days, "365")
