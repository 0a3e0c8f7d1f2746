from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.fields import Domain
from odoo.tests import tagged

from ..gateways.base import Outcome, Verdict
from ..gateways.sandbox import SandboxGateway
from ..models.sms_outbox import Way
from .process_common import ProcessCommon
from .provider import Provider


class Killed(BaseException):
    """As SIGKILL: nothing of ours catches it."""


@tagged("post_install", "-at_install")
class TestPackageProcesses(ProcessCommon):
    """Packages and budgets with real transactions: nothing is spent twice."""

    def setUp(self):
        super().setUp()
        with self._process() as env:
            env["sms.gateway"].browse(self.gateway_id).price = 1

    def _clean_up(self):
        with self._process() as env:
            packages = env["sms.package"].search([("company_id", "=", self.company_id)])
            packages.use_ids.unlink()
            packages.unlink()
        return super()._clean_up()

    def _buy(self, quantity):
        with self._process() as env:
            env["res.company"].browse(self.company_id).sms_prepaid = True
            values = {"quantity": quantity, "company_id": self.company_id}
            return env["sms.package"].create(values).id

    def _left(self, package_id):
        with self._process() as env:
            package = env["sms.package"].browse(package_id)
            self.assertEqual(package.quantity - package.used, package.remaining)
            check = env["sms.package.check"].create({"package_ids": package.ids})
            self.assertFalse(check.has_differences, check.words)
            return package.remaining

    def _kannel(self, provider):
        self._use("kannel", provider)

    def test_two_processes_four_workers_never_take_more_than_there_is(self):
        with Provider(delay=0.01) as provider:
            self._kannel(provider)
            package_id = self._buy(700)
            ids = self._queue(900)
            processes = self._start_together("kannel", workers=2)
            shares = [self._finish(process) for process in processes]
            self.assertEqual(sum(shares), 700)
            self.assertTrue(all(shares), f"work is shared: {shares}")
            self.assertEqual(len(provider.accepted), 700)
            self.assertFalse(provider.twice)
        states = self._states(ids)
        self.assertEqual(
            (states.count("pending"), states.count("outgoing")), (700, 200)
        )
        self.assertEqual(self._left(package_id), 0)

    def test_killed_between_hand_over_and_settle_it_is_kept_until_decided(self):
        with Provider() as provider:
            self._kannel(provider)
            package_id = self._buy(3)
            ids = self._queue(2)
            self._die_while_sending(ids)
            self.assertEqual(self._left(package_id), 1)
            self._let_time_pass(ids)
            self._pass()
            self.assertEqual(self._states(ids), ["unconfirmed"] * 2)
            self.assertEqual(self._left(package_id), 1)
            with self._process() as env:
                env["sms.sms"].browse(ids[0]).action_was_sent()
                env["sms.sms"].browse(ids[1]).action_send_doubtful_again()
            self._pass()
            self.assertEqual(self._states(ids), ["pending"] * 2)
            self.assertEqual(self._left(package_id), 1)

    def _die_while_sending(self, ids):
        gateway = self.env.registry["sms.sms"]

        def die(*_args):
            raise Killed

        with (
            patch.object(gateway, "_keep_answers", die),
            self.assertRaises(Killed),
        ):
            self._pass()
        self.assertEqual(self._states(ids), ["process"] * len(ids))

    def test_killed_before_hand_over_it_comes_back(self):
        with Provider() as provider:
            self._kannel(provider)
            package_id = self._buy(2)
            ids = self._queue(2)

            def die(*_args):
                raise Killed

            messages = self.env.registry["sms.sms"]
            with (
                patch.object(messages, "_mark_handed_over", die),
                self.assertRaises(Killed),
            ):
                self._pass()
            self.assertEqual(self._left(package_id), 0)
            self._let_time_pass(ids)
            self._pass()
            self.assertEqual(self._states(ids), ["pending"] * 2)
            self.assertEqual(self._left(package_id), 0)
            self.assertFalse(provider.twice)

    # -- two cursors -----------------------------------------------------------------

    def _claimed_by(self, env, ids):
        """Messages that this process has claimed, and not yet paid."""
        gateway = env["sms.gateway"].browse(self.gateway_id)
        company = env["res.company"].browse(self.company_id)
        adapter = gateway._adapter(company)
        messages = env["sms.sms"]
        way = Way(company, gateway, messages._due_domain() & Domain("id", "in", ids))
        claimed = messages._claim(way, adapter, f"claim {ids[0]}")
        env.cr.commit()
        return claimed, gateway

    def test_who_pays_second_looks_again(self):
        self._live()
        package_id = self._buy(1)
        first, second = self._queue(1), self._queue(1)
        with self._process() as one, self._process() as other:
            mine, gateway = self._claimed_by(one, first)
            theirs, their_gateway = self._claimed_by(other, second)
            # both see that one is left
            for env in (one, other):
                env["sms.package"].browse(package_id).remaining  # noqa: B018
            self.assertFalse(mine._hold_back_unpaid(gateway))
            one.cr.commit()
            with self.assertRaises(SerializationFailure):
                theirs._hold_back_unpaid(their_gateway)
            other.cr.rollback()
            self.assertEqual(theirs._hold_back_unpaid(their_gateway), theirs)
        self.assertEqual(self._states(second), ["outgoing"])
        self.assertEqual(self._left(package_id), 0)

    def test_two_workers_do_not_overrun_a_budget(self):
        self._live()
        with self._process() as env:
            env["res.company"].browse(self.company_id).sms_budget_day = 1
        first, second = self._queue(1), self._queue(1)
        with self._process() as one, self._process() as other:
            mine, gateway = self._claimed_by(one, first)
            theirs, their_gateway = self._claimed_by(other, second)
            for env in (one, other):
                env["res.company"].browse(self.company_id)._sms_spent()
            self.assertFalse(mine._hold_back_unpaid(gateway))
            one.cr.commit()
            with self.assertRaises(SerializationFailure):
                theirs._hold_back_unpaid(their_gateway)
            other.cr.rollback()
            self.assertEqual(theirs._hold_back_unpaid(their_gateway), theirs)

    def test_a_purchase_is_not_overlooked_by_who_is_just_looking(self):
        self._live()
        ids = self._queue(1)
        self._buy_nothing()
        with self._process() as worker:
            claimed, gateway = self._claimed_by(worker, ids)
            claimed.mapped("state")  # it has begun to look
            package_id = self._buy(1)
            with self.assertRaises(SerializationFailure):
                claimed._hold_back_unpaid(gateway)
            worker.cr.rollback()
            self.assertFalse(claimed._hold_back_unpaid(gateway))
        self.assertEqual(self._left(package_id), 0)

    def _buy_nothing(self):
        with self._process() as env:
            env["res.company"].browse(self.company_id).sms_prepaid = True

    def _live(self):
        """What goes to the sandbox takes nothing; this one counts as real."""

        def send(_gateway, messages):
            return [Outcome(one.reference, Verdict.ACCEPTED) for one in messages]

        gateways = self.env.registry["sms.gateway"]
        self.startPatcher(
            patch.object(
                gateways,
                "_compute_is_sandbox",
                lambda found: found.update({"is_sandbox": False}),
            )
        )
        self.startPatcher(patch.object(SandboxGateway, "send", send))
        self.env.registry.clear_cache()
