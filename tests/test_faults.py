"""The outbox on bad days: each test is named after its row in the list of faults.

The lost answers, and what was not taken, are in files of their own; so is what other
processes have to do with.
"""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .common import MOBILE_TH
from .fault_common import CREDENTIALS, FaultCommon
from .provider import Provider

ONE, TWO, THREE = "+48601234567", "+48601234568", "+48601234569"


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
        lines = self._template("invoice_overdue")._run_lines(move)
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
