from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tests import tagged

from odoo.addons.sms.tests.common import SMSCase

from ..gateways.base import Failure, Outcome, Report, Verdict
from ..gateways.sandbox import SandboxGateway
from ..models.sms_outbox import Way
from ..models.sms_settle import PAUSES
from .common import NEVER_REPORTED, REFUSED_BY_SANDBOX, OrganizerCommon

LIVE = {"is_sandbox": False}


@tagged("post_install", "-at_install")
class TestOutbox(OrganizerCommon, SMSCase):
    def _queued(self, **values):
        run = self._send(self._invoice(**values))
        return run.line_ids.sms_ids

    def _answers(self, verdict, **values):
        """Have the provider give each message this verdict."""

        def send(_gateway, messages):
            self.handed_over += [message.reference for message in messages]
            return [Outcome(m.reference, verdict, **values) for m in messages]

        self.handed_over = []
        return patch.object(SandboxGateway, "send", send)

    def _claim(self, sms, claim, handed_over=True):
        """As a pass does before it calls the provider."""
        adapter = self.gateway._adapter(self.company)
        way = Way(self.company, self.gateway, Domain("id", "in", sms.ids))
        self.assertEqual(sms._claim(way, adapter, claim), sms)
        if handed_over:
            sms._mark_handed_over(claim, sms._prepare_messages(), {}, adapter)

    def test_pass_sends_and_the_next_one_reports(self):
        sms = self._queued()
        self.assertEqual(sms.state, "outgoing")
        self._pass()
        self.assertEqual(sms.state, "pending")
        self.assertTrue(sms.sent_at)
        self.assertTrue(sms.provider_id)
        self.assertEqual(sms.attempts, 1)
        self._pass()
        self.assertEqual(sms.state, "sent")
        self.assertTrue(sms.delivered_at)

    def test_refused_number_fails_with_the_providers_words(self):
        sms = self._queued(sms_phone=REFUSED_BY_SANDBOX)
        self._pass()
        self.assertEqual(sms.state, "error")
        self.assertEqual(sms.failure_type, "sms_number_format")
        self.assertIn("00", sms.failure_reason)
        self.assertEqual(sms.run_line_id.outcome, "failed")
        self.assertEqual(sms.run_line_id.explanation, sms.failure_reason)

    def test_message_without_report_stays_sent(self):
        sms = self._queued(sms_phone=NEVER_REPORTED)
        self._pass(3)
        self.assertEqual(sms.state, "pending")

    @contextmanager
    def _live(self):
        """Take the sandbox for a provider that reaches people."""
        gateway = self.env.registry["sms.gateway"]
        with patch.object(gateway, "_compute_is_sandbox", lambda g: g.update(LIVE)):
            self.env.registry.clear_cache()
            self.env.invalidate_all()
            yield
        self.env.registry.clear_cache()
        self.env.invalidate_all()

    def test_who_extends_lines_is_told_what_was_sent(self):
        sms = self._queued()
        lines, told = type(sms.run_line_id), []
        compute = lines._compute_field_value

        # as automation rules do it
        def counted(records, field):
            compute(records, field)
            if field.name == "outcome":
                told.extend(records.mapped("outcome"))

        with patch.object(lines, "_compute_field_value", counted):
            self._pass()
            self.env.flush_all()
        self.assertEqual(told[-1:], ["sent"])

    def test_second_pass_does_not_hand_over_again(self):
        sms = self._queued()
        with self._answers(Verdict.ACCEPTED):
            self._pass(3)
        self.assertEqual(self.handed_over, [sms.uuid])

    def test_lost_answer_is_in_doubt_and_never_sent_again_by_itself(self):
        sms = self._queued()
        with patch.object(SandboxGateway, "send", side_effect=TimeoutError):
            self._pass()
        self.assertEqual(sms.state, "unconfirmed")
        self.assertIn("No clear answer", sms.failure_reason)
        self.assertEqual(sms.run_line_id.outcome, "in_doubt")
        with self._answers(Verdict.ACCEPTED):
            self._pass(2)
        self.assertFalse(self.handed_over)

    def test_what_a_dead_process_left_behind_is_in_doubt(self):
        sms = self._queued()
        self._claim(sms, "somebody")
        self.assertEqual(sms.state, "process")
        self._pass()
        self.assertEqual(sms.state, "process", "its process may still be at it")
        sms.claimed_until = fields.Datetime.now() - timedelta(seconds=1)
        self._pass()
        self.assertEqual(sms.state, "unconfirmed")

    def test_not_taken_waits_longer_and_longer_and_then_fails(self):
        sms = self._queued()
        with self._answers(Verdict.NOT_TAKEN, reason="Busy"):
            for pause in PAUSES:
                before = fields.Datetime.now()
                self._pass()
                self.assertEqual(sms.state, "outgoing")
                self.assertEqual(sms.failure_reason, "Busy")
                self.assertGreaterEqual(
                    sms.next_attempt_at + timedelta(seconds=1), before + pause * 0.75
                )
                self.gateway.rest_until = False
                self._pass()  # not yet due
                sms.next_attempt_at = fields.Datetime.now()
            self._pass()
        self.assertEqual(len(self.handed_over), len(PAUSES) + 1)
        self.assertEqual(sms.state, "error")

    def test_each_message_has_its_own_outcome(self):
        fine = self._queued()
        refused = self._queued(sms_phone=REFUSED_BY_SANDBOX)
        self._pass()
        self.assertEqual(fine.state, "pending")
        self.assertEqual(refused.state, "error")

    def test_provider_that_tells_its_price_is_believed(self):
        sms = self._queued()
        self.assertEqual(sms.price, 0.16)
        self.env.ref("base.EUR").rate_ids = [
            Command.clear(),
            Command.create({"name": "2020-01-01", "rate": 0.25}),
        ]
        self.env.ref("base.PLN").rate_ids = [
            Command.clear(),
            Command.create({"name": "2020-01-01", "rate": 1}),
        ]
        sms.is_test = False
        with self._answers(Verdict.ACCEPTED, cost=0.05, currency="EUR"), self._live():
            self._pass()
        self.assertAlmostEqual(sms.cost, 0.2)

    def test_test_message_costs_nothing(self):
        sms = self._queued()
        self._pass()
        self.assertEqual((sms.price, sms.cost), (0.16, 0))

    def test_final_state_is_not_moved_back(self):
        sms = self._queued()
        self._pass(2)
        report = Report(sms.uuid, delivered=False, failure=Failure.NUMBER)
        self.env["sms.sms"].sudo()._apply_reports([report], self.gateway)
        self.assertEqual(sms.state, "sent")

    def test_report_before_the_answer_keeps_the_figures(self):
        sms = self._queued()
        self._claim(sms, "mine")
        sms._apply_reports([Report(sms.uuid, delivered=True)], self.gateway)
        outcome = Outcome(sms.uuid, Verdict.ACCEPTED, provider_id="id-1")
        sms._settle("mine", {sms.uuid: outcome})
        self.assertEqual(sms.state, "sent")
        self.assertEqual(sms.provider_id, "id-1")
        self.assertTrue(sms.sent_at)

    def test_reports_before_the_answer_of_some_of_a_batch(self):
        delivered, undelivered, unreported = batch = (
            self._queued() | self._queued() | self._queued()
        )
        self._claim(batch, "mine")
        reports = [
            Report(delivered.uuid, delivered=True),
            Report(undelivered.uuid, delivered=False, reason="Switched off"),
        ]
        batch._apply_reports(reports, self.gateway)
        batch._settle(
            "mine",
            {
                sms.uuid: Outcome(sms.uuid, Verdict.ACCEPTED, provider_id=sms.uuid[:9])
                for sms in batch
            },
        )
        self.assertEqual(batch.mapped("state"), ["sent", "error", "pending"])
        self.assertEqual(
            batch.run_line_id.mapped("outcome"), ["delivered", "failed", "sent"]
        )
        self.assertEqual(undelivered.failure_reason, "Switched off")
        self.assertFalse(unreported.failure_reason)
        for sms in batch:
            self.assertEqual(sms.provider_id, sms.uuid[:9])
            self.assertFalse(sms.claim)
            self.assertTrue(sms.sent_at)

    def test_answer_to_an_earlier_attempt_changes_nothing(self):
        sms = self._queued()
        self._claim(sms, "mine")
        sms.claim = "another's"
        sms._settle("mine", {sms.uuid: Outcome(sms.uuid, Verdict.REJECTED)})
        self.assertEqual(sms.state, "process")

    def test_message_that_our_code_cannot_judge_errs_alone(self):
        fine, poison = self._queued(), self._queued()
        self.env.cr.execute(
            "UPDATE organizer_run SET basis = 'gone' WHERE id = %s",
            [poison.run_line_id.run_id.id],
        )
        self.env.invalidate_all()
        with self.assertLogs("odoo.addons.sms_organizer.models.sms_claim", "WARNING"):
            self._pass()
        self.assertEqual(fine.state, "pending")
        self.assertEqual(poison.state, "error")

    def test_provider_without_reports_does_not_stop_the_sending(self):
        first = self._queued()
        self._pass()
        second = self._queued()
        with patch.object(SandboxGateway, "statuses", side_effect=TimeoutError):
            self._pass()
        self.assertEqual(first.state, "pending")
        self.assertEqual(second.state, "pending")

    def test_gateway_in_the_ledger_cannot_be_deleted(self):
        self._queued(sms_phone=NEVER_REPORTED)
        self._pass()
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            self.gateway.unlink()

    def test_what_was_queued_in_test_mode_is_not_sent_after_going_live(self):
        sms = self._queued()
        with self._live(), self._answers(Verdict.ACCEPTED):
            self._pass()
        self.assertFalse(self.handed_over)
        self.assertEqual(sms.state, "canceled")
        self.assertIn("test mode", sms.failure_reason)

    def test_without_any_gateway_ours_wait_and_never_go_odoos_way(self):
        sms = self._queued()
        self.env["sms.gateway"].search([]).active = False
        with self.mockSMSGateway():
            sms.send()
            self._pass()
        self.assertFalse(self._sms)
        self.assertEqual(sms.state, "outgoing")

    def test_odoos_provider_reports_to_the_ledger_too(self):
        self.gateway.handles = "organizer"
        with self.mockSMSGateway():
            self.customer._message_sms("Your parcel is here")
        sms = self.env["sms.sms"].sudo().search([("partner_id", "=", self.customer.id)])
        self.assertEqual(sms.state, "pending")
        self.assertTrue(sms.sent_at)
        sms.sms_tracker_id._action_update_from_sms_state("sent")
        self.assertEqual(sms.state, "sent")
        self.assertTrue(sms.delivered_at)

    def test_deleted_invoice_is_not_told_and_leaves_its_message(self):
        sms = self._queued()
        self._pass()
        waiting = self._send(sms.move_id).line_ids.sms_ids
        move = sms.move_id
        move.button_draft()
        move.with_context(force_delete=True).unlink()
        self.assertTrue(sms.exists())
        self.assertEqual(waiting.state, "canceled")
        self.assertIn("deleted", waiting.failure_reason)

    def test_report_for_an_unknown_message_changes_nothing(self):
        sms = self._queued()
        report = Report("f" * 32, delivered=True)
        known = self.env["sms.sms"].sudo()._apply_reports([report], self.gateway)
        self.assertFalse(known)
        self.assertEqual(sms.state, "outgoing")

    def test_invoice_cancelled_in_between_is_not_told(self):
        sms = self._queued()
        sms.move_id.button_draft()
        with self._answers(Verdict.ACCEPTED):
            self._pass()
        self.assertFalse(self.handed_over)
        self.assertEqual(sms.state, "canceled")
        self.assertIn("not posted", sms.failure_reason)

    def test_customer_who_opted_out_in_between_is_not_told(self):
        sms = self._queued()
        self.env["phone.blacklist"].add(sms.number)
        with self._answers(Verdict.ACCEPTED):
            self._pass()
        self.assertFalse(self.handed_over)
        self.assertEqual(sms.state, "canceled")
        self.assertIn("blacklist", sms.failure_reason)

    def test_two_invoices_of_one_customer_are_both_sent(self):
        run = self._send(self._invoice() | self._invoice())
        self._pass()
        self.assertEqual(run.line_ids.sms_ids.mapped("state"), ["pending", "pending"])

    def test_two_companies_each_by_its_own_gateway(self):
        other = self.setup_other_company()["company"]
        theirs = self.gateway.copy({"company_id": other.id, "name": "Theirs"})
        first, second = self._queued(), self._queued()
        second.company_id = other
        self._pass()
        self.assertEqual(first.gateway_id, self.gateway)
        self.assertEqual(second.gateway_id, theirs)
        self.assertEqual((first | second).mapped("state"), ["pending", "pending"])

    def test_other_apps_messages_go_through_the_gateway_that_takes_them(self):
        self.customer._message_sms("Your parcel is here")
        sms = self.env["sms.sms"].sudo().search([("partner_id", "=", self.customer.id)])
        self.assertEqual(sms.state, "outgoing", "nothing leaves in this transaction")
        self._pass()
        self.assertEqual(sms.gateway_id, self.gateway)
        self.assertEqual(sms.state, "pending")
        self.assertEqual(sms.company_id, self.company)
        self.assertEqual(sms.res_model, "res.partner")

    def test_without_a_gateway_for_them_they_go_odoos_own_way(self):
        self.gateway.handles = "organizer"
        ours = self._queued()
        with self.mockSMSGateway():
            self.customer._message_sms("Your parcel is here")
            self.env["sms.sms"].sudo().create(
                {"number": "+48512345678", "body": "From the queue"}
            )
            self._pass()
        self.assertSMSIapSent([self.customer.sms_phone], content="Your parcel is here")
        self.assertSMSIapSent(["+48512345678"], content="From the queue")
        self.assertEqual(ours.state, "pending")
        self.assertEqual(ours.gateway_id, self.gateway)

    def test_odoos_clean_up_deletes_nothing(self):
        self.gateway.handles = "organizer"
        with self.mockSMSGateway(sms_allow_unlink=True):
            self.customer._message_sms("Your parcel is here")
        sms = self.env["sms.sms"].sudo().search([("partner_id", "=", self.customer.id)])
        self.assertTrue(sms.to_delete, "as Odoo means it")
        self.env["sms.sms"]._gc_device()
        self.assertTrue(sms.exists())

    def test_queries_of_a_pass_do_not_depend_on_the_number(self):
        def queries(count):
            moves = self._invoices_of_many(count)
            self._send(moves)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._pass()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        queries(2)  # warm the caches,
        queries(2)  # those of reports too, which come with the next pass
        self.assertEqual(queries(21), queries(6))
