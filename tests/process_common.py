import os
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase

NUMBER = "+48601234567"
DEV_ODOO = Path(__file__).resolve().parents[1] / "dev" / "odoo"

# The number of the lock that processes wait for.
GATE = 7604211

# What a process of Odoo's does: passes, in so many threads, until nothing is due.
PASSES = """
import threading
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.addons.sms_organizer.gateways import PROVIDERS

gateway = PROVIDERS["%(kind)s"]
send = gateway.send
handed_over = []
def counted(self, messages):
    handed_over.append(len(messages))
    return send(self, messages)
gateway.send = counted

def passes():
    with Registry(env.cr.dbname).cursor() as cr:
        api.Environment(cr, SUPERUSER_ID, {})["sms.sms"]._process_queue()
# where several are to begin at once, they wait for each other here
env.cr.execute("SELECT pg_advisory_xact_lock_shared(%(gate)s)")
env.cr.commit()
workers = [threading.Thread(target=passes) for _worker in range(%(workers)s)]
[worker.start() for worker in workers]
[worker.join() for worker in workers]
print("HANDED OVER", sum(handed_over))
print("DONE", flush=True)
"""


class ProcessCommon(TransactionCase):
    """Real transactions: what one process commits, others see."""

    def setUp(self):
        super().setUp()
        # Odoo's own runner holds it until the last test has run
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        self.startPatcher(
            patch.object(
                self.env.registry["account.move.send"], "_can_commit", lambda send: True
            )
        )
        with self._process() as env:
            # what the demo data left behind is not what is tested here
            env["sms.gateway"].search([]).active = False
            company = env["res.company"].create({"name": "Two processes"})
            gateway = env["sms.gateway"].create(
                {"name": "Two processes", "company_id": company.id}
            )
            self.company_id, self.gateway_id = company.id, gateway.id
        self.addCleanup(self._clean_up)

    @contextmanager
    def _process(self):
        """Another Odoo process on the same database, as far as transactions go."""
        with db_connect(self.env.cr.dbname).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def _remove_company(self, env, company_id):
        if "payment.provider" in env:  # each company has its own, and they stay
            env.cr.execute(
                "DELETE FROM payment_provider WHERE company_id = %s", [company_id]
            )
        env["res.company"].browse(company_id).unlink()

    def _clean_up(self):
        with self._process() as env:
            env.cr.execute(
                "DELETE FROM sms_sms WHERE company_id = %s", [self.company_id]
            )
            gateways = env["sms.gateway"].with_context(active_test=False)
            gateways.search([("company_id", "=", self.company_id)]).unlink()
            gateways.search([]).active = True
            self._remove_company(env, self.company_id)
        self.env.registry.clear_cache()

    def _queue(self, count):
        with self._process() as env:
            messages = env["sms.sms"].create(
                [
                    {"number": NUMBER, "body": "Hello", "company_id": self.company_id}
                    for _message in range(count)
                ]
            )
            return messages.ids

    def _states(self, ids):
        with self._process() as env:
            return env["sms.sms"].browse(ids).mapped("state")

    def _references(self, ids, *states):
        """The references of those that are in one of the states."""
        with self._process() as env:
            messages = env["sms.sms"].browse(ids)
            return {
                sms._reference()
                for sms in messages.filtered(lambda sms: sms.state in states)
            }

    def _pass(self):
        with self._process() as env:
            env["sms.sms"]._process_queue()

    def _use(self, kind, provider):
        """Have the company's gateway speak as ``kind`` to the server."""
        with self._process() as env:
            env["sms.gateway"].browse(self.gateway_id).write(
                {
                    "provider": kind,
                    "base_url": provider.url(kind),
                    "local_network": True,
                    "username": "user",
                    "password": "secret",
                    "test_mode": False,
                }
            )
        self.env.registry.clear_cache()

    def _let_time_pass(self, ids):
        """The lease of a process that is gone ends; the provider may be asked."""
        with self._process() as env:
            env.cr.execute("UPDATE sms_gateway SET account_since = NULL")
            env.cr.execute(
                """
                UPDATE sms_sms
                   SET claimed_until = claimed_until - interval '10 minutes',
                       handed_over_at = handed_over_at - interval '15 minutes',
                       ask_at = ask_at - interval '10 minutes',
                       next_attempt_at = next_attempt_at - interval '10 minutes'
                 WHERE id IN %s
                """,
                [tuple(ids)],
            )

    # -- real processes --------------------------------------------------------------

    def _start(self, kind, workers=1):
        """A real Odoo process that sends what waits.

        :return: the ``Popen``; its standard output tells what it handed over
        """
        return self._odoo(
            ["shell", "--no-http"],
            PASSES % {"kind": kind, "workers": workers, "gate": GATE},
        )

    def _start_together(self, kind, count=2, workers=1):
        """Such processes, which begin at once: their start takes longer than the work.

        :return: list of ``Popen``
        """
        with db_connect(self.env.cr.dbname).cursor() as cr:
            cr.execute("SELECT pg_advisory_lock(%s)", [GATE])
            processes = [self._start(kind, workers) for _process in range(count)]
            waiting = 0
            while waiting < count and all(one.poll() is None for one in processes):
                time.sleep(0.1)
                cr.execute(
                    "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' "
                    "AND objid = %s AND NOT granted",
                    [GATE],
                )
                (waiting,) = cr.fetchone()
            cr.execute("SELECT pg_advisory_unlock(%s)", [GATE])
        return processes

    def _odoo(self, arguments, script=""):
        self.assertTrue(DEV_ODOO.exists(), f"{DEV_ODOO} starts Odoo for these tests")
        command, *options = arguments
        process = subprocess.Popen(
            [str(DEV_ODOO), command, "-d", self.env.cr.dbname, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.addCleanup(self._kill, process)
        process.stdin.write(script)
        process.stdin.close()
        process.stdin = None
        return process

    def _kill(self, process):
        """As the kernel does when memory runs out: nothing is cleaned up."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()

    def _finish(self, process):
        """:return: how many messages it handed over"""
        output, _nothing = process.communicate(timeout=120)
        self.assertIn("DONE", output)
        return int(output.partition("HANDED OVER ")[2].split()[0])
