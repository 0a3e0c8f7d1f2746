"""The outbox on bad days: each test is named after its row in the list of faults.

What other processes have to do with is in ``test_faults_processes.py``.
"""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..gateways import words
from ..gateways.base import Report
from ..models.sms_settle import PAUSES
from .common import MOBILE_TH
from .fault_common import CREDENTIALS, FaultCommon
from .provider import Provider

ONE, TWO, THREE = "+48601234567", "+48601234568", "+48601234569"


@tagged("post_install", "-at_install")
class TestLostAnswer(FaultCommon):
    """The answer is lost: in doubt, and *Send again* says what it may cost."""

    def test_lost_answer_is_in_doubt_at_every_kind_of_provider(self):
        for kind in ("kannel", "smsapi", "serwersms"):
            with self.subTest(kind):
                self.provider.forget()
                self.provider.plan.append("lose")
                gateway = self._gateway(kind)
                sms = self._queued()
                self._pass(2)
                self.assertStates(sms, "unconfirmed")
                self.assertIn("No clear answer", sms.failure_reason)
                self.assertIn("broke off", sms.failure_reason)
                self.assertEqual(self.provider.accepted[sms.uuid], 1)
                gateway.active = False

    def test_read_time_out_is_in_doubt(self):
        self.provider.plan.append("hang")
        self._gateway("kannel")
        sms = self._queued()
        with self._impatient("kannel"):
            self._pass()
        self.assertStates(sms, "unconfirmed")
        self.assertIn("no answer in time", sms.failure_reason)
        self._pass()
        self.assertNothingTwice()

    def test_reasons_are_in_the_company_s_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.company.partner_id.lang = "pl_PL"
        self.provider.plan.append("lose")
        self._gateway("kannel")
        sms = self._queued()
        self._pass()
        self.assertEqual(
            sms.failure_reason,
            "Brak jasnej odpowiedzi dostawcy: połączenie zostało przerwane",
        )

    def test_our_own_words_are_all_translated(self):
        self.assertEqual(set(self.env["sms.sms"]._own_words()), set(words.ALL))

    def test_500_after_the_acceptance_is_in_doubt(self):
        self.provider.plan.append("500 after")
        self._gateway("kannel")
        sms = self._queued()
        self._pass()
        self.assertStates(sms, "unconfirmed")
        self.assertIn("HTTP 500", sms.failure_reason)

    def test_send_again_says_what_it_may_cost(self):
        self.provider.plan.append("lose")
        self._gateway("kannel")
        sms = self._queued()
        self._pass()
        action = sms.with_user(self.accountant).action_ask_send_again()
        wizards = self.env[action["res_model"]].with_user(self.accountant)
        wizard = wizards.with_context(**action["context"]).create({})
        self.assertIn("may have been sent already", wizard.words)
        self.assertIn(self.customer.name, wizard.words)
        self.assertRegex(wizard.words, r"may cost up to .*0\.\d\d")
        self.assertStates(sms, "unconfirmed")
        wizard.action_send_again()
        self.assertStates(sms, "outgoing")
        self._later(sms)
        self._pass()
        self.assertStates(sms, "pending")
        references = sorted(self.provider.accepted)
        self.assertEqual(references, [sms.uuid, f"{sms.uuid}01"])

    def test_what_is_not_wanted_any_more_is_not_sent_again_from_doubt(self):
        self.provider.plan.append("lose")
        self._gateway("kannel")
        sms = self._queued()
        self._pass()
        self.env["phone.blacklist"].sudo().add(sms.number)
        with self.assertRaisesRegex(Exception, "opted out"):
            sms.with_user(self.accountant).action_send_doubtful_again()
        self.assertStates(sms, "unconfirmed")

    def test_doubt_outlives_another_attempt_that_is_taken_back(self):
        self.provider.plan.append("lose")
        self._gateway("kannel")
        sms = self._queued()
        self._pass()
        sms.with_user(self.accountant).action_send_doubtful_again()
        self.assertStates(sms, "outgoing")
        sms.with_user(self.accountant).action_cancel()
        self.assertStates(sms, "unconfirmed")
        self.assertIn("may have been sent", sms.failure_reason)

    def test_sent_is_when_it_was_handed_over(self):
        self.provider.plan.append("lose")
        self._gateway("kannel")
        sms = self._queued()
        self._pass()
        sms.handed_over_at -= timedelta(hours=1)
        sms.with_user(self.accountant).action_was_sent()
        self.assertEqual(sms.sent_at, sms.handed_over_at)

    def test_provider_that_keeps_our_reference_gets_it_again_and_sends_once(self):
        self.provider.plan.append("lose")
        self._gateway("smsapi")
        sms = self._queued()
        self._pass()
        self.assertStates(sms, "unconfirmed")
        self.assertTrue(sms.ask_at)
        self._later(sms)
        self._pass()
        self.assertStates(sms, "pending")
        self.assertTrue(sms.sent_at)
        self.assertEqual(sms.cost, sms.price)
        self.assertEqual(self.provider.accepted, {sms.uuid: 1})

    def test_what_never_arrived_is_sent_by_the_repetition(self):
        self._gateway("smsapi")
        sms = self._queued()
        with patch("requests.Session.send", side_effect=ConnectionResetError):
            self._pass()
        self.assertStates(sms, "unconfirmed")
        self._later(sms)
        self._pass()
        self.assertStates(sms, "pending")
        self.assertEqual(self.provider.accepted, {sms.uuid: 1})

    def test_repetition_ends_before_the_provider_may_forget(self):
        self.provider.plan.append("lose")
        self._gateway("smsapi")
        sms = self._queued()
        self._pass()
        sms.handed_over_at -= timedelta(hours=12)
        self._later(sms)
        self._pass()
        self.assertStates(sms, "unconfirmed")
        self.assertNothingTwice()
        with self.assertRaisesRegex(Exception, "cannot be asked"):
            sms.with_user(self.accountant).action_ask_provider()

    def test_other_account_is_not_given_what_the_former_one_may_have(self):
        for kind in ("smsapi", "serwersms"):
            with self.subTest(kind):
                self.provider.forget()
                self.provider.plan.append("lose")
                gateway = self._gateway(kind)
                sms = self._queued()
                self._pass()
                with Provider() as theirs:
                    gateway.base_url = theirs.url(kind)
                    gateway.account_since += timedelta(seconds=2)  # tests are fast
                    sms.handed_over_at -= timedelta(minutes=11)
                    self._later(sms)
                    self._pass(2)
                    self.assertFalse(theirs.requests)
                self.assertStates(sms, "unconfirmed")
                self.assertFalse(sms.can_ask)
                gateway.active = False

    def test_archived_gateway_is_not_asked(self):
        self.provider.plan.append("lose")
        gateway = self._gateway("smsapi")
        sms = self._queued()
        self._pass()
        gateway.active = False
        self._later(sms)
        self._pass()
        self.assertStates(sms, "unconfirmed")
        sms.invalidate_recordset()
        self.assertFalse(sms.can_ask)

    def test_what_is_paid_meanwhile_is_not_repeated(self):
        self.provider.plan.append("lose")
        self._gateway("smsapi")
        sms = self._queued()
        self._pass()
        sms.move_id.payment_state = "paid"
        self._later(sms)
        self._pass()
        self.assertStates(sms, "unconfirmed")
        self.assertIn("may have been sent", sms.failure_reason)
        self.assertIn("paid", sms.failure_reason)
        self.assertFalse(sms.ask_at)

    def test_provider_that_can_be_asked_by_reference_is_asked(self):
        self.provider.plan.append("lose")
        self._gateway("serwersms")
        sms = self._queued()
        self._pass()
        self.assertStates(sms, "unconfirmed")
        self._later(sms)
        self._pass()
        self.assertStates(sms, "pending")
        self.assertEqual(sms.provider_id, f"id-{sms.uuid}")
        self.assertNothingTwice()

    def test_what_the_provider_surely_never_had_is_sent(self):
        self._gateway("serwersms")
        known = self._queued()
        self._pass()
        self.assertStates(known, "pending")
        sms = self._queued()
        with patch("requests.Session.send", side_effect=ConnectionResetError):
            self._pass()
        self._later(sms)
        self._pass()
        self.assertStates(sms, "unconfirmed")  # it may still be on its way
        sms.handed_over_at -= timedelta(minutes=11)
        self._later(sms)
        self._pass()
        self._later(sms)
        self._pass()
        self.assertStates(sms, "pending")
        self.assertEqual(self.provider.accepted, {known.uuid: 1, sms.uuid: 1})

    def test_provider_that_knows_no_reference_is_not_believed(self):
        self.provider.ignores_references = True
        self._gateway("serwersms")
        self._queued()
        self._pass()
        self.provider.plan.append("lose")
        sms = self._queued()
        self._pass()
        for _try in range(3):
            sms.handed_over_at -= timedelta(minutes=11)
            self._later(sms)
            self._pass()
        self.assertStates(sms, "unconfirmed")
        self.assertNothingTwice()

    def test_refused_repetition_says_nothing_of_the_first_time(self):
        self.provider.plan.append("lose")
        self._gateway("smsapi")
        sms = self._queued()
        self._pass()
        self.provider.forgets_references = True
        self.provider.refused_numbers = {sms.number}
        self._later(sms)
        self._pass()
        self.assertStates(sms, "unconfirmed")
        self.assertIn("may have been sent", sms.failure_reason)
        self.assertIn("No valid phone numbers", sms.failure_reason)

    def test_chatter_tells_how_the_doubt_ended(self):
        self.provider.plan.append("lose")
        gateway = self._gateway("kannel")
        sms = self._queued()
        self._pass()
        notification = sms.mail_message_id.notification_ids
        self.assertIn("No clear answer", notification.failure_reason)
        report = Report(sms.uuid, delivered=False, reason="Phone is off")
        sms._apply_reports([report], gateway)
        self.assertEqual(notification.notification_status, "exception")
        self.assertEqual(notification.failure_reason, "Phone is off")

    def test_window_whose_words_are_not_true_any_more_sends_nothing(self):
        self.provider.plan.append("lose")
        self._gateway("smsapi")
        sms = self._queued()
        self._pass()
        action = sms.with_user(self.accountant).action_ask_send_again()
        wizards = self.env[action["res_model"]].with_user(self.accountant)
        wizard = wizards.with_context(**action["context"]).create({})
        self.assertIn("costs nothing", wizard.words)
        sms.handed_over_at -= timedelta(hours=13)
        with self.assertRaisesRegex(Exception, "has changed meanwhile"):
            wizard.action_send_again()

    def test_ask_the_provider_button_asks_now(self):
        self.provider.plan.append("lose")
        self._gateway("serwersms")
        sms = self._queued()
        self._pass()
        self.assertTrue(sms.can_ask)
        sms.ask_at += timedelta(hours=1)
        self._later()
        sms.with_user(self.accountant).action_ask_provider()
        self._pass()
        self.assertStates(sms, "pending")

    def test_report_ends_the_doubt(self):
        self.provider.plan.append("lose")
        gateway = self._gateway("kannel")
        sms = self._queued()
        self._pass()
        sms._apply_reports([Report(sms.uuid, delivered=True)], gateway)
        self.assertStates(sms, "sent")
        self.assertTrue(sms.sent_at)
        self.assertEqual(sms.cost, sms.price)


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


@tagged("post_install", "-at_install")
class TestPoison(FaultCommon):
    """One poison message: it alone errs."""

    def test_bad_number_in_a_batch(self):
        for kind in ("smsapi", "serwersms"):
            with self.subTest(kind):
                self.provider.forget()
                self.provider.refused_numbers = {TWO}
                gateway = self._gateway(kind)
                messages = self._texts([ONE, TWO, THREE])
                self._pass()
                self.assertStates(messages, "pending", "error", "pending")
                self.assertEqual(messages[1].failure_type, "sms_number_format")
                self.assertRegex(messages[1].failure_reason, r"\w \(\d+\)")
                self.assertNothingTwice()
                gateway.active = False

    def test_bad_number_at_a_provider_that_takes_one_a_call(self):
        self.provider.refused_numbers = {TWO}
        self._gateway("kannel")
        messages = self._texts([ONE, TWO, THREE])
        self._pass()
        self.assertStates(messages, "pending", "error", "pending")
        self.assertIn("HTTP 400", messages[1].failure_reason)

    def test_exception_in_our_code_for_one_message(self):
        self._gateway("kannel")
        messages = self._texts([ONE, TWO, THREE])
        adapter = type(
            self.env["sms.gateway"]
            .search([("name", "=", "kannel")])
            ._adapter(self.company)
        )
        headers = adapter._headers

        def _headers(gateway, message):
            if message.number == TWO:
                raise KeyError("a mistake of ours")
            return headers(gateway, message)

        with patch.object(adapter, "_headers", _headers):
            self._pass()
        self.assertStates(messages, "pending", "unconfirmed", "pending")

    def test_exception_while_an_answer_is_written(self):
        self._gateway("serwersms")
        messages = self._texts([ONE, TWO, THREE])
        registry = self.env.registry["sms.sms"]
        settle = registry._settle_accepted

        def _settle_accepted(self, outcomes, now):
            if TWO in self.mapped("number"):
                raise KeyError("a mistake of ours")
            return settle(self, outcomes, now)

        with (
            patch.object(registry, "_settle_accepted", _settle_accepted),
            self.assertLogs("odoo.addons.sms_organizer.models.sms_settle", "WARNING"),
        ):
            self._pass()
        self.assertStates(messages, "pending", "unconfirmed", "pending")
        self.assertIn("could not be taken in", messages[1].failure_reason)

    def test_same_number_twice_in_a_batch_is_sent_twice(self):
        for kind in ("smsapi", "serwersms"):
            with self.subTest(kind):
                self.provider.forget()
                gateway = self._gateway(kind)
                messages = self._texts([ONE, ONE])
                self._pass()
                self.assertStates(messages, "pending", "pending")
                self.assertEqual(self.provider.numbers, {ONE: 2})
                gateway.active = False


@tagged("post_install", "-at_install")
class TestSeveralGateways(FaultCommon):
    def test_messages_of_two_companies_each_by_its_own_gateway(self):
        other = self.setup_other_company()["company"]
        self._gateway("kannel")
        with Provider() as theirs:
            self._gateway("kannel", theirs, company_id=other.id)
            first, second = self._texts([ONE, TWO])
            second.company_id = other
            self._pass()
            self.assertStates(first | second, "pending", "pending")
            self.assertEqual(self.provider.numbers, {ONE: 1})
            self.assertEqual(theirs.numbers, {TWO: 1})

    def test_gateway_that_is_down_holds_up_no_other_company(self):
        other = self.setup_other_company()["company"]
        self._gateway("kannel")
        with Provider() as theirs:
            self._gateway("kannel", theirs, company_id=other.id)
            first, second = self._texts([ONE, TWO])
            second.company_id = other
            self.provider.stop()
            self._pass()
            self.assertStates(first | second, "outgoing", "pending")
            self.provider.start()

    def test_next_gateway_takes_over_what_was_surely_not_accepted(self):
        down = self._gateway("kannel", sequence=1)
        self._gateway("smsapi", sequence=2)
        self.provider.choose = iter(["503"] * 3 + ["accept"] * 99).__next__
        messages = self._texts([ONE, TWO, MOBILE_TH], text="Closed tomorrow")
        self._pass()
        self.assertStates(messages, "pending", "pending", "pending")
        self.assertEqual(set(messages.gateway_id.mapped("provider")), {"smsapi"})
        self.assertNothingTwice()
        self.assertTrue(down.failing_since)

    def test_partly_busy_gateway_pauses_although_there_is_another(self):
        first = self._gateway("kannel", sequence=1)
        self._gateway("smsapi", sequence=2)
        self.provider.plan.extend(["accept", "429", "accept"])
        self.provider.retry_after = 600
        messages = self._texts([ONE, TWO, THREE])
        self._pass()
        waiting = messages.filtered(lambda sms: sms.state == "outgoing")
        self.assertEqual(len(waiting), 1)
        self.assertEqual(waiting.gateway_id, first)
        self.assertEqual(waiting.attempts, 1)
        pause = waiting.next_attempt_at - fields.Datetime.now()
        self.assertGreater(pause, timedelta(seconds=590))

    def test_next_gateway_that_takes_others_only_takes_over_nothing(self):
        self._gateway("kannel", sequence=1)
        self._gateway("smsapi", sequence=2, handles="organizer")
        self.provider.choose = lambda: "503"
        message = self._texts([ONE])
        self._pass()
        self.assertStates(message, "outgoing")
        self.assertTrue(message.next_attempt_at)

    def test_next_gateway_does_not_take_over_what_is_in_doubt(self):
        first = self._gateway("kannel", sequence=1)
        self._gateway("smsapi", sequence=2)
        self.provider.plan.append("lose")
        sms = self._queued()
        self._pass(3)
        self.assertStates(sms, "unconfirmed")
        self.assertEqual(sms.gateway_id, first)
        self.assertEqual(self.provider.accepted, {sms.uuid: 1})

    def test_gateway_in_test_mode_stands_in_for_none(self):
        live = self._gateway("kannel", sequence=1)
        self._gateway("smsapi", sequence=2, test_mode=True)
        self.provider.stop()
        sms = self._queued()
        self._pass()
        self.assertStates(sms, "outgoing")
        self.assertEqual(sms.gateway_id, live)
        self.assertFalse(sms.is_test)
        self.provider.start()

    def test_live_message_never_ends_on_the_sandbox_phone(self):
        gateway = self._gateway("kannel")
        self.provider.choose = lambda: "503"
        for field in ("active", "test_mode"):
            with self.subTest(field):
                sms = self._queued()
                self._pass()
                gateway[field] = field == "test_mode"
                self._later(sms)
                sms.failure_reason = False
                self._pass()
                self.assertStates(sms, "outgoing")
                self.assertFalse(sms.is_test)
                sms.invalidate_recordset()
                self.assertIn("no gateway is live", sms.explanation)
                move = sms.move_id.with_user(self.accountant)
                self.assertIn("no gateway is live", move.sms_status_words)
                gateway[field] = field == "active"

    def test_test_message_says_so_on_the_invoice(self):
        self._gateway("kannel", test_mode=True)
        sms = self._queued()
        self._pass(2)
        self.assertStates(sms, "sent")
        move = sms.move_id.with_user(self.accountant)
        self.assertIn("reached nobody", move.sms_status_words)

    def test_two_invoices_of_one_customer_in_one_go_are_both_sent(self):
        self._gateway("kannel")
        messages = self._queued(2)
        self._pass()
        self.assertStates(messages, "pending", "pending")
        self.assertEqual(self.provider.numbers, {self.customer.sms_phone: 2})


@tagged("post_install", "-at_install")
class TestMeanwhile(FaultCommon):
    """Between queue and hand-over: cancelled, with that reason."""

    def test_what_has_come_in_between(self):
        self._gateway("kannel")

        def pay(sms):
            payment = self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=sms.move_id.ids
            )
            payment.create({})._create_payments()
            # in "in payment", too, the customer has paid
            self.assertNotIn(sms.move_id.payment_state, ("not_paid", "partial"))

        def credit(sms):
            wizard = self.env["account.move.reversal"].with_context(
                active_model="account.move", active_ids=sms.move_id.ids
            )
            wizard.create({"journal_id": sms.move_id.journal_id.id}).modify_moves()

        def dispute(sms):
            sms.move_id.no_followup = True

        def cancel(sms):
            sms.move_id.button_draft()
            sms.move_id.button_cancel()

        def opt_out(sms):
            self.env["phone.blacklist"].sudo().add(sms.number)

        for happen, why in (
            (pay, "is paid"),
            (credit, "was credited"),
            (dispute, "is disputed"),
            (cancel, "is not posted"),
            (opt_out, "opted out"),
        ):
            with self.subTest(happen.__name__):
                run = self._overdue_run()
                sms = run.line_ids.sms_ids
                self.assertStates(sms, "outgoing")
                happen(sms)
                self._pass()
                self.assertStates(sms, "canceled")
                self.assertIn(why, sms.failure_reason)
                self.assertEqual(run.line_ids.outcome, "cancelled")
                self.assertIn(why, run.line_ids.explanation)
                notification = sms.mail_message_id.notification_ids
                self.assertEqual(notification.notification_status, "canceled")
                self.assertIn(why, notification.failure_reason)
        self.assertFalse(self.provider.requests)

    def test_partly_paid_in_between_is_not_told_the_amount_of_before(self):
        self._gateway("kannel")
        named, general = self._overdue_run(), self._overdue_run(text="Please pay.")
        for run in (named, general):
            payment = self.env["account.payment.register"].with_context(
                active_model="account.move",
                active_ids=run.line_ids.move_id.ids,
            )
            payment.create({"amount": 30})._create_payments()
        self._pass()
        sms = named.line_ids.sms_ids
        self.assertStates(sms, "canceled")
        self.assertRegex(sms.failure_reason, r"names .*100\.00.* 70\.00.* is open")
        self.assertStates(general.line_ids.sms_ids, "pending")

    def _overdue_run(self, text=None):
        move = self._invoice(days_overdue=5)
        basis = self.env["organizer.basis"]._get("invoice_overdue")
        lines = basis._run_lines(move)
        if text:
            lines[0]["text"] = text
        run = self.env["organizer.run"]._draft(
            self.company, "invoice_overdue", "x", lines
        )
        run._send()
        return run

    def test_other_apps_message_to_who_opted_out_meanwhile(self):
        self._gateway("kannel")
        first = self._texts([ONE])
        first.queued_at -= timedelta(hours=1)
        self.env["phone.blacklist"].sudo().add(ONE)
        # its app knew, and wrote all the same
        second = self._texts([ONE])
        second.queued_at += timedelta(hours=1)
        self._pass()
        self.assertStates(first | second, "canceled", "pending")
        self.assertIn("opted out", first.failure_reason)


@tagged("post_install", "-at_install")
class TestSecrets(FaultCommon):
    """Credentials never reach a log, an error or a traceback."""

    def test_credentials_stay_where_they_are(self):
        secrets = list(CREDENTIALS.values())
        for kind in ("smsapi", "serwersms", "kannel"):
            for fault in ("accept", "lose", "garbage", "401", "500", "quote"):
                self.provider.forget()
                self.provider.choose = lambda fault=fault: fault
                gateway = self._gateway(kind)
                sms = self._queued()
                with self.subTest(kind=kind, fault=fault):
                    with self.assertLogs("", "DEBUG") as log:
                        self._pass()
                    told = "\n".join(
                        [*log.output, sms.failure_reason or "", gateway.trouble or ""]
                    )
                    for secret in secrets:
                        self.assertNotIn(secret, told)
                    paths = " ".join(path for _m, path, _b in self.provider.requests)
                    for secret in secrets:
                        self.assertNotIn(secret, paths)
                gateway.active = False

    def test_provider_that_quotes_them_is_not_quoted(self):
        gateway = self._gateway("kannel")
        adapter = gateway._adapter(self.company)
        words = adapter.account.without_secrets(
            "user warehouse, password correct-horse-battery: no"
        )
        self.assertEqual(words, "user •••, password •••: no")
        self.assertNotIn("horse", repr(adapter.account))
