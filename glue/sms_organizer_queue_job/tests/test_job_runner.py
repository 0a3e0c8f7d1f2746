import os
import signal
import socket
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.sms_organizer.tests.provider import Provider

from .job_process_common import JobProcessCommon

MESSAGES = 400
ANSWER = 0.25  # seconds
# what a gateway that takes one message a call has under way, see bench/README.md
UNDER_WAY = 16


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


@tagged("post_install", "-at_install")
class TestJobRunner(JobProcessCommon):
    """A real server with workers and queue_job's runner, and no scheduled action."""

    def setUp(self):
        super().setUp()
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.log = Path(folder) / "odoo.log"

    def _serve(self):
        """:return: when the runner is there"""
        options = [
            "--workers=2",
            "--max-cron-threads=0",
            "--load=base,web,queue_job",
            f"--http-port={free_port()}",
            f"--gevent-port={free_port()}",
            f"--logfile={self.log}",
        ]
        with patch.dict(os.environ, ODOO_QUEUE_JOB_CHANNELS="root:2"):
            self._odoo(["server", *options])
        self._wait(self._takes_over, "no job runner")

    def _takes_over(self):
        with self._process() as env:
            return env["organizer.job"]._takes_over()

    def _wait(self, condition, words, wake_every=60):
        """
        :param int wake_every: after so many seconds somebody else sends something; the
            runner looks for jobs of dead processes only once a minute, or then
        :return: what the condition returns, once that is something
        """
        begin = woken = time.monotonic()
        while time.monotonic() < begin + 60:
            if found := condition():
                return found
            if time.monotonic() > woken + wake_every:
                woken = time.monotonic()
                self._wake()
            time.sleep(0.1)
        log = self.log.read_text() if self.log.exists() else ""
        raise AssertionError(f"{words}\n{log[-4000:]}")

    def _sender(self):
        """:return: id and worker of a job that is sending"""
        with self._process() as env:
            jobs = self._jobs(env, "_job_send")
            started = jobs.filtered(lambda job: job.state == "started")[:1]
            return started and (started.id, started.worker_pid)

    def _is_quiet(self):
        """Nothing waits, and no job is under way."""
        with self._process() as env:
            jobs = env["queue.job"].search_count(
                [
                    ("channel", "=like", "root.sms_organizer.%"),
                    ("state", "not in", ("done", "failed")),
                ]
            )
            return not jobs and not env["sms.sms"].search_count(
                [("company_id", "=", self.company_id), ("state", "=", "outgoing")]
            )

    def test_one_worker_is_killed_and_none_is_sent_twice(self):
        with Provider(delay=ANSWER) as provider:
            self._use("kannel", provider)
            self._serve()
            ids = self._queue(MESSAGES)
            self._wake()
            self._wait(lambda: len(provider.accepted) > 40, "nothing is sent")
            job_id, pid = self._wait(self._sender, "no job is sending")
            self.assertNotEqual(pid, os.getpid(), "the runner is not in this process")
            os.kill(pid, signal.SIGKILL)
            self._wait(self._is_quiet, "the queue is not emptied", wake_every=5)
            self._let_time_pass(ids)
            self._wake()
            self._wait(lambda: "process" not in self._states(ids), "left behind")
            self._wait(self._is_quiet, "what came back is not sent")
        with self._process() as env:
            job = env["queue.job"].browse(job_id)
            self.assertEqual(job.state, "done", "it was begun again")
            self.assertNotEqual(job.worker_pid, pid)
        self._check_books(provider, ids)

    def _check_books(self, provider, ids):
        self.assertFalse(provider.twice)
        sent = self._references(ids, "pending", "sent")
        in_doubt = self._references(ids, "unconfirmed")
        self.assertEqual(len(sent) + len(in_doubt), MESSAGES, "none is lost")
        self.assertGreater(len(in_doubt), 0, "the worker was in the middle of it")
        self.assertLessEqual(len(in_doubt), UNDER_WAY)
        accepted = set(provider.accepted)
        self.assertFalse(sent - accepted, "none is called sent that was not")
        self.assertFalse(accepted - sent - in_doubt, "what may be there is listed")
