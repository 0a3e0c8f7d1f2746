from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..gateways.base import Outcome, Verdict
from .common import OrganizerCommon

DOWN = [Outcome("a" * 32, Verdict.NOT_TAKEN, reason="Busy")]
FINE = [Outcome("a" * 32, Verdict.ACCEPTED)]


@tagged("post_install", "-at_install")
class TestGatewayHealth(OrganizerCommon):
    def test_rests_longer_and_longer_up_to_five_minutes(self):
        rests = []
        for _failure in range(9):
            before = fields.Datetime.now()
            self.gateway._take_note(DOWN)
            rests.append((self.gateway.rest_until - before).total_seconds())
        self.assertLessEqual(rests[0], 6)
        self.assertGreater(rests[3], rests[0])
        self.assertTrue(all(rest <= 301 for rest in rests))
        self.assertGreaterEqual(rests[-1], 224)

    def test_first_success_ends_the_trouble(self):
        self.gateway._take_note(DOWN)
        since = self.gateway.failing_since
        self.gateway._take_note(DOWN)
        self.assertEqual(self.gateway.failing_since, since)
        self.assertEqual(self.gateway.trouble, "Busy")
        self.gateway._take_note(FINE)
        self.assertFalse(self.gateway.failing_since or self.gateway.trouble)
        self.assertFalse(self.gateway.rest_until)

    def test_note_of_an_outage_makes_no_process_forget(self):
        routes = self.env["sms.gateway"]._routes()
        self.gateway._take_note(DOWN)
        self.assertIs(self.env["sms.gateway"]._routes(), routes)

    def test_whoever_mends_the_account_need_not_wait(self):
        self.gateway._take_note(DOWN)
        self.gateway.sudo().password = "mended"
        self.assertFalse(self.gateway._rests())

    def test_try_now_is_for_administrators(self):
        self.gateway._take_note(DOWN)
        with self.assertRaises(AccessError):
            self.gateway.with_user(self.accountant).action_try_now()
        self.gateway.action_try_now()
        self.assertFalse(self.gateway._rests())

    def test_how_long_messages_wait_is_told(self):
        self.assertFalse(self.gateway.usual_wait)
        messages = self._send(self._invoice() | self._invoice()).line_ids.sms_ids
        since = fields.Datetime.now() - timedelta(hours=2)
        messages.queued_at = since
        self.assertEqual(self.gateway.waiting_since, since)
        self.assertEqual(self.gateway.waiting_count, 2)
        self.assertEqual(self.gateway._duration(0.4), "less than 1 s")
        self._pass()
        for sms, seconds in zip(messages, (5, 3700), strict=True):
            sms.sent_at = sms.queued_at + timedelta(seconds=seconds)
        self.gateway.invalidate_recordset()
        self.assertEqual(
            self.gateway.usual_wait, "Half within 5 s, 95% within 1 h 1 min"
        )
        self.assertFalse(self.gateway.waiting_since)
        self.gateway.with_user(self.accountant).read(["usual_wait", "waiting_since"])

    def test_button_shows_what_is_in_doubt(self):
        sms = self._send(self._invoice()).line_ids.sms_ids
        sms._doubt("lost")
        self.gateway.invalidate_recordset()
        self.assertEqual(self.gateway.unconfirmed_count, 1)
        action = self.gateway.with_user(self.accountant).action_open_unconfirmed()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, sms)

    def test_wrong_set_up_is_refused_by_name(self):
        for values, words in (
            ({"base_url": "api.smsapi.pl"}, "Address"),
            ({"base_url": "https://user:secret@host"}, "Address"),
            ({"base_url": "https://host/?token=1"}, "Address"),
            ({"sender": "Żółw"}, "Sender name"),
            ({"sender": "TwelveLetter"}, "Sender name"),
            ({"sender": "12"}, "Sender name"),
            ({"provider": "smsapi", "test_mode": False}, "Token"),
            ({"base_url": "http://127.0.0.1:13013"}, "Local network"),
            ({"base_url": "http://[::1]/"}, "Address"),
            ({"base_url": "http://localhost"}, "Local network"),
            ({"provider": "kannel", "test_mode": False, "password": "x"}, "User name"),
        ):
            with self.subTest(values), self.assertRaisesRegex(ValidationError, words):
                self.gateway.write(values)

    def test_refused_address_is_not_quoted(self):
        with self.assertRaises(ValidationError) as caught:
            self.gateway.base_url = "https://user:secret@host"
        self.assertNotIn("secret", str(caught.exception))

    def test_right_set_up_is_taken(self):
        for values in (
            {"base_url": "http://127.0.0.1:13013", "local_network": True},
            {"base_url": "https://api.smsapi.com/v2"},
            {"sender": "My Firm 24"},
            {"sender": "+48500600700"},
            {"provider": "smsapi", "password": "x", "test_mode": False},
        ):
            self.gateway.write(values)
