import time
from threading import Timer
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.fields import Domain
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..gateways.base import Outcome, Verdict
from ..gateways.sandbox import SandboxGateway
from ..models.sms_outbox import Way
from .process_common import NUMBER, ProcessCommon

OUTBOX_LOG = "odoo.addons.sms_organizer.models.sms_outbox"


class Killed(BaseException):
    """As SIGKILL: nothing of ours catches it."""


@tagged("post_install", "-at_install")
class TestOutboxProcesses(ProcessCommon):
    """The outbox with real transactions: what one process commits, others see."""

    def setUp(self):
        super().setUp()
        self.handed_over = []

    def _provider(self, before=None):
        """Accept all, after ``before()`` was called."""

        def send(_gateway, messages):
            self.handed_over += [message.reference for message in messages]
            if before:
                before()
            return [Outcome(one.reference, Verdict.ACCEPTED) for one in messages]

        return patch.object(SandboxGateway, "send", send)

    def test_claim_is_committed_before_the_provider_is_called(self):
        ids = self._queue(2)
        seen = []
        with self._provider(before=lambda: seen.extend(self._states(ids))):
            self._pass()
        self.assertEqual(seen, ["process", "process"])
        self.assertEqual(self._states(ids), ["pending", "pending"])

    def test_process_killed_after_the_call_sends_nothing_twice(self):
        ids = self._queue(2)

        def die():
            raise Killed

        with self._provider(before=die), self.assertRaises(Killed):
            self._pass()
        self.assertEqual(self._states(ids), ["process", "process"])
        with self._process() as env:
            env.cr.execute(
                "UPDATE sms_sms SET claimed_until = '2020-01-01' WHERE id IN %s",
                [tuple(ids)],
            )
        with self._provider():
            self._pass()
        self.assertEqual(self._states(ids), ["unconfirmed", "unconfirmed"])
        self.assertEqual(len(self.handed_over), 2, "handed over by the first one only")

    def test_two_processes_share_the_queue(self):
        ids = self._queue(5)
        with self._process() as one, self._process() as other:
            claimed = []
            for env in (one, other):  # neither has committed
                company = env["res.company"].browse(self.company_id)
                gateway = env["sms.gateway"].browse(self.gateway_id)
                adapter = gateway._adapter(company)
                waiting = Domain("state", "=", "outgoing")
                mine = Domain("company_id", "=", company.id)
                way = Way(company, gateway, waiting & mine)
                with patch("odoo.addons.sms_organizer.models.sms_claim.CLAIM_SIZE", 3):
                    claimed.append(env["sms.sms"]._claim(way, adapter, "claim").ids)
            self.assertEqual([len(part) for part in claimed], [3, 2])
            self.assertEqual(sorted(claimed[0] + claimed[1]), ids)
            one.cr.rollback()
            other.cr.rollback()

    def test_answer_is_written_although_another_process_was_in_the_way(self):
        ids = self._queue(2)
        settle = self.env.registry["sms.sms"]._settle_claim
        conflicts = [SerializationFailure("as PostgreSQL says it")] * 2

        def _settle(messages, *args):
            if conflicts:
                raise conflicts.pop()
            return settle(messages, *args)

        with (
            self._provider(),
            patch.object(self.env.registry["sms.sms"], "_settle_claim", _settle),
        ):
            self._pass()
        self.assertFalse(conflicts)
        self.assertEqual(self._states(ids), ["pending", "pending"])
        self.assertEqual(len(self.handed_over), 2)

    def test_answer_is_written_although_reports_overtake_it(self):
        ids = self._queue(2)
        report = db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(report.close)

        def overtake():
            report.execute(
                "UPDATE sms_sms SET state = 'sent', sent_at = now(),"
                " delivered_at = now() WHERE id = %s",
                [ids[0]],
            )
            Timer(0.5, report.commit).start()

        # a report that is still being written is in the way of the answer
        with self._provider(before=overtake):
            self._pass()
        self.assertEqual(self._states(ids), ["sent", "pending"])
        self.assertEqual(len(self.handed_over), 2)

    def test_answer_is_written_although_many_reports_are_in_the_way(self):
        ids = self._queue(2)
        settle = self.env.registry["sms.sms"]._settle_claim
        conflicts = [SerializationFailure("as PostgreSQL says it")] * 30

        def _settle(messages, *args):
            if conflicts:
                raise conflicts.pop()
            return settle(messages, *args)

        with (
            self._provider(),
            patch.object(self.env.registry["sms.sms"], "_settle_claim", _settle),
            patch(f"{OUTBOX_LOG}.random.uniform") as wait,
        ):
            wait.return_value = 0
            self._pass()
        self.assertEqual(self._states(ids), ["pending", "pending"])

    def _let_the_lease_end(self, ids):
        with self._process() as env:
            env.cr.execute(
                "UPDATE sms_sms SET claimed_until = '2020-01-01' WHERE id IN %s",
                [tuple(ids)],
            )

    def test_answer_is_not_lost_although_others_are_in_the_way_for_too_long(self):
        ids = self._queue(2)

        def _settle(_messages, *_args):
            raise SerializationFailure("as PostgreSQL says it")

        with (
            self._provider(),
            patch.object(SandboxGateway, "longest_call", 1),
            patch.object(self.env.registry["sms.sms"], "_settle_claim", _settle),
            patch(f"{OUTBOX_LOG}.random.uniform", lambda *_args: 0.01),
            mute_logger(OUTBOX_LOG),
        ):
            self._pass()
        self.assertEqual(self._states(ids), ["process", "process"])
        self._let_the_lease_end(ids)
        self._pass()
        # the sandbox reports at once
        self.assertEqual(self._states(ids), ["sent", "sent"])
        self.assertEqual(len(self.handed_over), 2)

    def test_who_holds_a_message_is_not_waited_for_without_end(self):
        ids = self._queue(2)
        other = db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(other.close)
        release = Timer(20, other.rollback)

        def hold():
            other.execute("SELECT FROM sms_sms WHERE id = %s FOR UPDATE", [ids[0]])
            release.start()

        begun = time.monotonic()
        with (
            self._provider(before=hold),
            patch.object(SandboxGateway, "longest_call", 1),
            mute_logger(OUTBOX_LOG),
        ):
            self._pass()
        self.assertLess(time.monotonic() - begun, 10)
        release.cancel()
        other.rollback()
        self._let_the_lease_end(ids)
        self._pass()
        self.assertEqual(self._states(ids), ["unconfirmed", "sent"])
        self.assertEqual(len(self.handed_over), 2)

    def test_answers_are_written_although_the_next_call_cannot_be_noted(self):
        ids = self._queue(2)
        mark = self.env.registry["sms.sms"]._mark_handed_over
        conflict = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"

        def _mark(messages, claim, chunk, known, *args):
            if known:
                messages.env.cr.execute(conflict, log_exceptions=False)
            return mark(messages, claim, chunk, known, *args)

        with (
            self._provider(),
            patch.object(SandboxGateway, "batch_size", 1),
            patch.object(self.env.registry["sms.sms"], "_mark_handed_over", _mark),
            mute_logger(OUTBOX_LOG),
        ):
            self._pass()
        self.assertEqual(self._states(ids), ["pending", "outgoing"])
        self.assertEqual(len(self.handed_over), 1)

    def test_trouble_of_one_gateway_is_not_that_of_another(self):
        with self._process() as env:
            second = env["res.company"].create({"name": "In trouble"})
            broken = env["sms.gateway"].create(
                {"name": "Broken", "company_id": second.id, "sequence": 1}
            )
            messages = env["sms.sms"].create(
                [
                    {"number": NUMBER, "body": "Hello", "company_id": company_id}
                    for company_id in (second.id, self.company_id)
                ]
            )
            ids, broken_id, second_id = messages.ids, broken.id, second.id
        gateway = self.env.registry["sms.gateway"]
        adapter = gateway._adapter

        def _adapter(record, *args):
            if record.id == broken_id:
                raise ValueError("no such provider")
            return adapter(record, *args)

        with (
            self._provider(),
            patch.object(gateway, "_adapter", _adapter),
            mute_logger(OUTBOX_LOG),
        ):
            self._pass()
        self.assertEqual(self._states(ids), ["outgoing", "pending"])
        with self._process() as env:
            env.cr.execute("DELETE FROM sms_sms WHERE id IN %s", [tuple(ids)])
            env["sms.gateway"].browse(broken_id).unlink()
            self._remove_company(env, second_id)
