from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.sms_organizer.gateways.base import Outcome, Verdict
from odoo.addons.sms_organizer.gateways.sandbox import SandboxGateway
from odoo.addons.sms_organizer.tests.common import OrganizerCommon

from .job_common import JobCommon

CLAIM_SIZE = "odoo.addons.sms_organizer.models.sms_claim.CLAIM_SIZE"
JOB_SECONDS = "odoo.addons.sms_organizer_queue_job.models.organizer_job.JOB_SECONDS"


@tagged("post_install", "-at_install")
class TestOutboxJobs(JobCommon, OrganizerCommon):
    def setUp(self):
        super().setUp()
        self.handed_over = []
        self.outbox = self.env["sms.sms"].sudo()
        # what the demo data left is not what is tested here
        self.outbox.search([("state", "=", "outgoing")]).state = "canceled"

    def _answers(self, verdict=Verdict.ACCEPTED):
        def send(_gateway, messages):
            self.handed_over += [message.reference for message in messages]
            return [Outcome(message.reference, verdict) for message in messages]

        return patch.object(SandboxGateway, "send", send)

    def _queued(self, count):
        messages = self.outbox.union(
            *(self._send(self._invoice()).line_ids.sms_ids for _one in range(count))
        )
        self.assertEqual(set(messages.mapped("state")), {"outgoing"})
        return messages

    def test_a_pass_leaves_the_sending_to_a_job(self):
        messages = self._queued(2)
        with self._with_jobs() as trap, self._answers():
            self.outbox._process_queue()
            self.assertFalse(self.handed_over)
            trap.assert_jobs_count(1)
            trap.assert_enqueued_job(
                self.outbox._job_send, args=(self.company.id, self.gateway.id)
            )
            job = trap.enqueued_jobs[0]
            self.assertEqual(job.channel, "root.sms_organizer.outbox")
            self.assertIn(self.gateway.name, job.description)
            self._do_all(trap)
        self.assertEqual(set(messages.mapped("state")), {"pending"})
        self.assertEqual(len(self.handed_over), 2)

    def test_nothing_waits_no_job(self):
        with self._with_jobs() as trap:
            self.outbox._process_queue()
            trap.assert_jobs_count(0)

    def test_the_same_is_not_queued_twice(self):
        self._queued(1)
        jobs = self.env.registry["organizer.job"]
        found = self.env["queue.job"].sudo().search_count
        known = found([])
        with patch.object(jobs, "_takes_over", lambda jobs: True):
            self.outbox._process_queue()
            self.outbox._process_queue()
        self.assertEqual(found([]), known + 1)

    def test_a_job_that_is_repeated_sends_nothing_twice(self):
        self._queued(2)
        with self._with_jobs() as trap, self._answers():
            self.outbox._process_queue()
            job = trap.enqueued_jobs[0]
            for _time in range(2):
                job.func(*job.args)
        self.assertEqual(len(self.handed_over), 2)
        self.assertEqual(len(set(self.handed_over)), 2)

    def test_the_scheduled_action_may_come_first(self):
        self._queued(2)
        with self._answers():
            with self._with_jobs() as trap:
                self.outbox._process_queue()
            self.outbox._process_queue()  # nobody runs jobs any more
            self.assertEqual(len(self.handed_over), 2)
            with self._with_jobs():
                for job in trap.enqueued_jobs:
                    job.func(*job.args)
        self.assertEqual(len(self.handed_over), 2)

    def test_a_job_calls_another_one_as_long_as_more_waits(self):
        messages = self._queued(3)
        with self._with_jobs() as trap, self._answers(), patch(CLAIM_SIZE, 2):
            self.outbox._process_queue()
            self._do(trap)
            self.assertEqual(len(self.handed_over), 3, "it goes on by itself")
            trap.assert_jobs_count(1)
            self._do_all(trap)
        self.assertEqual(set(messages.mapped("state")), {"pending"})
        self.assertEqual(len(set(self.handed_over)), len(self.handed_over))

    def test_a_job_ends_when_its_time_is_up_and_another_one_goes_on(self):
        messages = self._queued(5)
        with self._with_jobs() as trap, self._answers(), patch(CLAIM_SIZE, 2):
            self.outbox._process_queue()
            with patch(JOB_SECONDS, 0):
                self._do(trap)
                self.assertEqual(len(self.handed_over), 2)
                done = self._do_all(trap)
        self.assertEqual(len(done), 2)
        self.assertEqual(set(messages.mapped("state")), {"pending"})

    def test_a_gateway_that_is_down_is_not_asked_without_end(self):
        messages = self._queued(3)
        with self._with_jobs() as trap, self._answers(Verdict.NOT_TAKEN):
            self.outbox._process_queue()
            self._do_all(trap)
        self.assertEqual(set(messages.mapped("state")), {"outgoing"})
        self.assertTrue(self.gateway._rests())
        self.assertEqual(len(self.handed_over), 3)

    def test_another_gateway_takes_over(self):
        messages = self._queued(3)
        self.gateway.sequence = 1
        second = self.gateway.copy({"name": "Second", "sequence": 2})
        with self._with_jobs() as trap:
            with self._answers(Verdict.NOT_TAKEN):
                self.outbox._process_queue()
                self._do(trap)
            messages.next_attempt_at = False
            with self._answers():
                self._do_all(trap)
                self.outbox._process_queue()
                self._do_all(trap)
        self.assertEqual(set(messages.mapped("state")), {"pending"})
        self.assertEqual(messages.gateway_id, second)

    def test_what_is_of_odoo_has_a_job_too(self):
        self.gateway.active = False
        others = self.env["sms.gateway"].search([("company_id", "=", False)])
        others.active = False
        self.outbox.create(
            {"number": "+48601234567", "body": "A", "company_id": self.company.id}
        )
        with self._with_jobs() as trap:
            self.outbox._process_queue()
            self.assertEqual(
                [job.args for job in trap.enqueued_jobs], [(self.company.id, False)]
            )

    def test_a_run_is_done_after_its_last_message(self):
        run = self._queued(1).run_line_id.run_id
        self.assertEqual(run.state, "sending")
        with self._with_jobs() as trap, self._answers():
            self.outbox._process_queue()
            self._do_all(trap)
        self.assertEqual(run.state, "done")

    def test_waking_costs_nothing_inside_a_test(self):
        with self.assertQueryCount(0):
            self.assertFalse(self.env["organizer.job"]._takes_over())

    def test_each_function_may_commit(self):
        functions = (
            self.env["queue.job.function"]
            .sudo()
            .search([("channel", "=like", "root.sms_organizer.%")])
        )
        self.assertEqual(
            set(functions.mapped("name")),
            {
                "<sms.sms>._job_pass",
                "<sms.sms>._job_send",
                "<organizer.schedule>._job_pass",
                "<organizer.schedule>._job_step",
            },
        )
        for function in functions:
            self.assertTrue(function.allow_commit)
            model = self.env[function.model_id.model]
            self.assertTrue(callable(getattr(model, function.method)))
