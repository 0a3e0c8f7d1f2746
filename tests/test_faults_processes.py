"""The outbox on bad days, where other processes have to do with it: each test is named
after its row in the list of faults."""

import os
import signal
import time

import psycopg2

from odoo import fields
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..gateways.base import Outcome, Verdict
from ..models import sms_claim
from ..models.sms_claim import to_json
from .process_common import ProcessCommon
from .provider import Provider

OUTBOX_LOG = "odoo.addons.sms_organizer.models.sms_outbox"


@tagged("post_install", "-at_install")
class TestKilled(ProcessCommon):
    """``kill -9`` after the provider accepted, before the commit."""

    def _kill_while_sending(self, kind, count, after):
        """:return: the messages' ids, and the provider, some time after a restart"""
        provider = self.enterContext(Provider())
        self._use(kind, provider)
        ids = self._queue(count)
        process = self._start(kind)

        def kill(_references):
            if sum(provider.accepted.values()) >= after and process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)

        provider.on_accept = kill
        process.wait(timeout=120)
        self.assertEqual(process.returncode, -9)
        provider.on_accept = None
        self.assertFalse(provider.twice)
        self.assertIn("process", self._states(ids))
        self._check_found_soon(ids)
        self._let_time_pass(ids)
        self._finish(self._start(kind))
        return ids, provider

    def _check_found_soon(self, ids):
        """The outbox looks each minute for leases that have ended."""
        with self._process() as env:
            claimed = env["sms.sms"].browse(ids).filtered("claimed_until")
            left = max(claimed.mapped("claimed_until")) - fields.Datetime.now()
        self.assertLess(left.total_seconds() + 60, 5 * 60)

    def test_killed_after_the_acceptance(self):
        ids, provider = self._kill_while_sending("kannel", 60, after=20)
        self.assertFalse(provider.twice)
        doubtful = self._references(ids, "unconfirmed")
        self.assertTrue(0 < len(doubtful) <= 16, len(doubtful))
        sent = self._references(ids, "pending")
        self.assertEqual(len(sent | doubtful), len(ids), "all the others were sent")
        self.assertLessEqual(sent, set(provider.accepted))

    def test_killed_where_the_provider_keeps_our_reference(self):
        ids, provider = self._kill_while_sending("smsapi", 60, after=1)
        self._let_time_pass(ids)
        self._finish(self._start("smsapi"))
        self.assertEqual(set(self._states(ids)), {"pending"})
        self.assertEqual(len(provider.accepted), len(ids), "none was lost")
        self.assertFalse(provider.twice)

    def test_killed_where_the_provider_can_be_asked(self):
        ids, provider = self._kill_while_sending("serwersms", 3, after=1)
        for _minute in range(4):  # it is asked; what it never had is sent
            self._let_time_pass(ids)
            self._pass()
        self.assertLessEqual(set(self._states(ids)), {"pending", "sent"})
        self.assertEqual(len(provider.accepted), len(ids), "none was lost")
        self.assertFalse(provider.twice)


@tagged("post_install", "-at_install")
class TestTwoProcesses(ProcessCommon):
    def test_two_odoo_processes_four_workers_one_outbox(self):
        with Provider(delay=0.02) as provider:
            self._use("kannel", provider)
            ids = self._queue(1200)
            processes = self._start_together("kannel", workers=2)
            shares = [self._finish(process) for process in processes]
            self.assertEqual(sum(shares), len(ids))
            self.assertTrue(all(shares), f"work is shared: {shares}")
            self.assertEqual(len(provider.accepted), len(ids))
            self.assertFalse(provider.twice)
        self.assertEqual(set(self._states(ids)), {"pending"})

    def test_outbox_is_woken_as_soon_as_a_transaction_commits(self):
        with Provider() as provider, self._only_the_outbox():
            self._use("kannel", provider)
            server = self._odoo(["server", "--no-http", "--max-cron-threads=1"])
            for line in server.stdout:
                if "Modules loaded" in line or "Registry loaded" in line:
                    break
            time.sleep(2)  # it has gone to sleep, for up to a minute
            ids = self._queue(1)
            until = time.monotonic() + 15
            while not provider.accepted and time.monotonic() < until:
                time.sleep(0.1)
            self.assertEqual(len(provider.accepted), 1)
            self._kill(server)
        with self._process() as env:
            env.cr.execute("DELETE FROM sms_sms WHERE id IN %s", [tuple(ids)])

    def _only_the_outbox(self):
        """Let the server run nothing else meanwhile."""
        with self._process() as env:
            woken = env.ref("sms.ir_cron_sms_scheduler_action")
            others = env["ir.cron"].search([]) - woken
            others.active = False
            env["ir.cron.trigger"].search([]).unlink()
            ids = others.ids

        def restore():
            with self._process() as env:
                env["ir.cron"].browse(ids).active = True

        self.addCleanup(restore)
        return mute_logger("odoo.addons.base.models.ir_cron")


@tagged("post_install", "-at_install")
class TestTransactions(ProcessCommon):
    def test_users_transaction_rolls_back_after_send(self):
        with Provider() as provider:
            self._use("kannel", provider)
            with self._process() as env:
                values = {
                    "number": "+48601234567",
                    "body": "Hello",
                    "company_id": self.company_id,
                }
                env["sms.sms"].create(values).send()
                env.flush_all()
                env.cr.rollback()
            self._pass()
            self.assertFalse(provider.requests)

    def test_users_transaction_with_no_gateway_calls_nobody_either(self):
        with self._process() as env:
            env["sms.gateway"].browse(self.gateway_id).active = False
        with self._process() as env:
            values = {
                "number": "+48601234567",
                "body": "Hello",
                "company_id": self.company_id,
            }
            sms = env["sms.sms"].create(values)
            sms.send()
            self.assertEqual(sms.state, "outgoing")
            env.cr.rollback()

    def test_database_goes_away_in_the_middle(self):
        with Provider() as provider:
            self._use("kannel", provider)
            ids = self._queue(40)
            with (
                self.assertRaisesRegex(psycopg2.Error, "connection|closed|terminat"),
                mute_logger("odoo.sql_db"),
                self._process() as env,
            ):
                provider.on_accept = self._cut_off(env)
                env["sms.sms"]._process_queue()
            provider.on_accept = None
            self.assertTrue(provider.accepted)
            self.assertEqual(
                self._references(ids, "pending"),
                set(provider.accepted),
                "what the provider said was kept, and written when it was back",
            )
            self.assertFalse(self._references(ids, "unconfirmed"))
            self._pass()
            self.assertEqual(len(provider.accepted), len(ids), "it carries on")
            self.assertFalse(provider.twice)
            self.assertEqual(set(self._states(ids)), {"pending"})

    def _cut_off(self, env):
        """End the connection of that process while its provider is called."""
        env.cr.execute("SELECT pg_backend_pid()")
        (pid,) = env.cr.fetchone()

        def cut(_references):
            # called by the server's thread: no registry, which belongs to the test's
            with db_connect(self.env.cr.dbname).cursor() as cr:
                cr.execute("SELECT pg_terminate_backend(%s)", [pid])

        return cut

    def test_claimed_but_not_handed_over_goes_back_in_the_queue(self):
        with Provider() as provider:
            self._use("kannel", provider)
            ids = self._queue(2)
            with self._process() as env:
                env.cr.execute(
                    "UPDATE sms_sms SET state = 'process', claim = 'gone', "
                    "claimed_until = '2020-01-01' WHERE id IN %s",
                    [tuple(ids)],
                )
            self._pass()
            self.assertEqual(self._states(ids), ["pending", "pending"])
            self.assertEqual(len(provider.accepted), 2)

    def test_answer_that_was_written_down_before_the_kill_is_not_lost(self):
        ids = self._queue(3)
        with self._process() as env:
            known, unreadable, _silent = env["sms.sms"].browse(ids)
            env.cr.execute(
                "UPDATE sms_sms SET state = 'process', claim = 'gone', "
                "handed_over_at = now(), claimed_until = '2020-01-01' WHERE id IN %s",
                [tuple(ids)],
            )
            outcome = Outcome(known.uuid, Verdict.ACCEPTED, provider_id="id-1")
            for sms, answer in ((known, to_json(outcome)), (unreadable, "{}")):
                env.cr.execute(
                    "UPDATE sms_sms SET answer = %s WHERE id = %s", [answer, sms.id]
                )
        self._pass()
        # the sandbox reports at once
        self.assertEqual(self._states(ids), ["sent", "unconfirmed", "unconfirmed"])
        with self._process() as env:
            self.assertEqual(env["sms.sms"].browse(ids[0]).provider_id, "id-1")

    def test_run_that_another_process_settles_is_left_to_it(self):
        with self._process() as env:
            company = env["res.company"].browse(self.company_id)
            run_id = (
                env["organizer.run"]
                ._draft(company, "invoice_overdue", "x", [], state="sending")
                .id
            )

        def remove():
            with self._process() as env:
                env["organizer.run"].browse(run_id).unlink()

        self.addCleanup(remove)

        def settled():
            with self._process() as env:
                env["sms.sms"]._settle_runs()
                return env["organizer.run"].browse(run_id).state

        with self._process() as env:
            env["organizer.run"].browse(run_id).lock_for_update()
            self.assertEqual(settled(), "sending")
        self.assertEqual(settled(), "done")

    def test_run_obeys_the_time_budget_and_the_next_picks_up(self):
        with Provider() as provider:
            self._use("kannel", provider)
            ids = self._queue(30)
            self.patch(sms_claim, "CLAIM_SIZE", 20)
            commit = self.env.registry["ir.cron"]._commit_progress

            def _commit_progress(cron, processed=0, **kwargs):
                commit(cron, processed, **kwargs)
                return 0 if processed else float("inf")

            with self._process() as env:
                crons = self.env.registry["ir.cron"]
                self.patch(crons, "_commit_progress", _commit_progress)
                env["sms.sms"]._process_queue()
                self.patch(crons, "_commit_progress", commit)
            self.assertEqual(len(provider.accepted), 20, "one claim")
            self._pass()
            self.assertEqual(len(provider.accepted), len(ids))
            self.assertFalse(provider.twice)
