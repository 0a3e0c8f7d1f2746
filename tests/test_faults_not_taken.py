"""Surely not taken, or answered with nonsense."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..gateways.base import Report
from ..models.sms_settle import PAUSES
from .fault_common import FaultCommon

ONE, TWO, THREE = "+48601234567", "+48601234568", "+48601234569"


@tagged("post_install", "-at_install")
class TestNotTaken(FaultCommon):
    """Could not connect, 429, 503: back in the queue, later and later."""

    def test_could_not_connect(self):
        gateway = self._gateway("smsapi")
        self.provider.stop()
        sms = self._queued()
        self._pass()
        self.assertStates(sms, "outgoing")
        self.assertIn("could not connect", sms.failure_reason)
        self.assertTrue(gateway.failing_since)
        self.assertIn("could not connect", gateway.trouble)
        self.provider.start(self.provider.port)
        self._later(sms)
        self._pass()
        self.assertStates(sms, "pending")
        self.assertFalse(gateway.failing_since)

    def test_busy_and_unavailable(self):
        for fault in ("429", "503"):
            with self.subTest(fault):
                self.provider.forget()
                self.provider.plan.append(fault)
                gateway = self._gateway("kannel")
                sms = self._queued()
                self._pass()
                self.assertStates(sms, "outgoing")
                self.assertIn(f"HTTP {fault}", sms.failure_reason)
                self._later(sms)
                self._pass()
                self.assertStates(sms, "pending")
                self.assertEqual(self.provider.accepted, {sms.uuid: 1})
                gateway.active = False

    def test_retry_after_is_obeyed(self):
        self.provider.plan.append("429")
        self.provider.retry_after = 1800
        gateway = self._gateway("kannel")
        sms = self._queued()
        before = fields.Datetime.now()
        self._pass()
        for at in (sms.next_attempt_at, gateway.rest_until):
            self.assertGreaterEqual(at, before + timedelta(seconds=1800))

    def test_pauses_grow_and_after_six_tries_it_is_an_error(self):
        self.provider.choose = lambda: "503"
        self._gateway("kannel")
        sms = self._queued()
        for pause in PAUSES:
            before = fields.Datetime.now()
            self._later(sms)
            self._pass()
            self.assertStates(sms, "outgoing")
            wait = sms.next_attempt_at - before
            self.assertGreaterEqual(wait, pause * 0.75 - timedelta(seconds=1))
            self.assertLessEqual(wait, pause + timedelta(seconds=5))
        self._later(sms)
        self._pass()
        self.assertStates(sms, "error")
        self.assertIn("HTTP 503", sms.failure_reason)
        self.assertEqual(sms.attempts, 6)
        self._later(sms)
        self._pass()
        self.assertEqual(len(self.provider.requests), 6)

    def test_delivered_although_it_was_said_not_to_be_taken(self):
        self.provider.plan.append("503")
        gateway = self._gateway("kannel")
        sms = self._queued()
        self._pass()
        sms._apply_reports([Report(sms.uuid, delivered=True)], gateway)
        self.assertStates(sms, "sent")
        self._later(sms)
        self._pass()
        self.assertFalse(self.provider.accepted, "it is not sent once more")

    def test_report_of_odoo_s_does_not_hold_back_another_attempt(self):
        self.provider.plan.append("503")
        self._gateway("kannel")
        sms = self._queued()
        self._pass()
        sms.to_delete = True  # as /sms/status does with any uuid that it hears of
        self._later(sms)
        self._pass()
        self.assertStates(sms, "pending")

    def test_waiting_message_says_why_on_the_invoice(self):
        self.provider.plan.append("503")
        self._gateway("kannel")
        sms = self._queued()
        self._pass()
        move = sms.move_id.with_user(self.accountant)
        self.assertEqual(move.sms_status, "outgoing")
        self.assertIn("Not yet taken: HTTP 503", move.sms_status_words)

    def test_wrong_password_waits_until_it_is_mended(self):
        self.provider.choose = lambda: "401"
        gateway = self._gateway("kannel")
        sms = self._queued(3)
        self._pass()
        self.assertEqual(set(sms.mapped("state")), {"outgoing"})
        self.assertIn("HTTP 401", gateway.trouble)
        self.provider.choose = None
        gateway.password = "mended"
        self._later(sms)
        self._pass(2)
        self.assertEqual(set(sms.mapped("state")), {"pending"})

    def test_whoever_mends_something_need_not_wait(self):
        self.provider.choose = lambda: "401"
        gateway = self._gateway("kannel")
        sms = self._queued()
        self._pass()
        self.assertIn("Check the address", gateway.trouble_hint)
        self.provider.choose = None
        gateway.action_try_now()
        self._pass()
        self.assertStates(sms, "pending")

    def test_wrong_settings_say_what_is_wrong(self):
        for address, why in (
            (f"https://127.0.0.1:{self.provider.port}", "no secure connection"),
            (self.provider.url("kannel") + "/no/", "HTTP 404"),
        ):
            with self.subTest(address):
                self.provider.choose = lambda: "404"
                gateway = self._gateway("kannel", base_url=address)
                sms = self._queued()
                self._pass()
                self.assertStates(sms, "outgoing")
                self.assertIn(why, sms.failure_reason)
                self.assertIn("Check the address", gateway.trouble_hint)
                gateway.active = False

    def test_blank_that_was_pasted_along_is_no_part_of_a_password(self):
        gateway = self._gateway("kannel", password=" secret\n")
        self.assertEqual(gateway.password, "secret")

    def test_outage_costs_the_attempts_of_one_message(self):
        self._gateway("kannel")
        self.provider.stop()
        sms = self._queued(20)
        self._pass()
        tried = sms.filtered("attempts")
        self.assertEqual(len(tried), 16, "one batch, until it is known")
        for _try in range(3):
            self._later(gateway=self.env["sms.gateway"].search([]))
            self._pass()
        attempts = sum(sms.mapped("attempts"))
        self.assertEqual(attempts, 16 + 3, "one message a try")


@tagged("post_install", "-at_install")
class TestGarbage(FaultCommon):
    """Garbage, HTML, half an answer, an answer for some: each by its own outcome."""

    def test_garbage_html_and_half_an_answer_are_in_doubt(self):
        for kind in ("smsapi", "serwersms", "kannel"):
            for fault in ("garbage", "html", "half"):
                with self.subTest(kind=kind, fault=fault):
                    self.provider.forget()
                    self.provider.plan.append(fault)
                    gateway = self._gateway(kind)
                    sms = self._queued()
                    self._pass()
                    self.assertStates(sms, "unconfirmed")
                    self.assertNotIn("<", sms.failure_reason)
                    if fault == "html":
                        self.assertIn("makes no sense", sms.failure_reason)
                    self.assertNothingTwice()
                    gateway.active = False

    def test_answer_for_some_of_the_batch(self):
        for kind in ("smsapi", "serwersms"):
            with self.subTest(kind):
                self.provider.forget()
                self.provider.plan.append("some")
                gateway = self._gateway(kind)
                messages = self._texts([ONE, TWO, THREE])
                self._pass()
                sendings = [r for r in self.provider.requests if b"status=" not in r[2]]
                self.assertEqual(len(sendings), 1, "a batch")
                self.assertStates(messages, "pending", "unconfirmed", "unconfirmed")
                self.assertIn("does not mention it", messages[1].failure_reason)
                gateway.active = False
