from unittest.mock import patch

from odoo import fields

from ..gateways.base import Outcome, Verdict
from ..gateways.sandbox import SandboxGateway
from .common import MOBILE_PL, OrganizerCommon

LIVE = {"is_sandbox": False}
SHORT = "Hello"
TWO, THREE = "x" * 161, "x" * 307


class PackageCommon(OrganizerCommon):
    """A company that buys its SMS before, at a provider that does what it is told."""

    def setUp(self):
        super().setUp()
        registry = self.env.registry
        self.startPatcher(
            patch.object(
                registry["sms.gateway"],
                "_compute_is_sandbox",
                lambda gateways: gateways.update(LIVE),
            )
        )
        self.startPatcher(patch.object(SandboxGateway, "send", self._provider()))
        registry.clear_cache()
        self.env.invalidate_all()
        self.company.sms_prepaid = True
        self.verdict = Verdict.ACCEPTED
        self.handed_over = []

    def _provider(self):
        def send(_gateway, messages):
            self.handed_over += [message.reference for message in messages]
            return [Outcome(one.reference, self.verdict) for one in messages]

        return send

    def _package(self, quantity, **values):
        return self.env["sms.package"].create(
            {"quantity": quantity, "company_id": self.company.id, **values}
        )

    def _queue(self, *bodies, number=MOBILE_PL):
        # sudo: the ledger is written by the add-on alone
        return (
            self.env["sms.sms"]
            .sudo()
            .create(
                [
                    {"number": number, "body": body, "company_id": self.company.id}
                    for body in bodies
                ]
            )
        )

    def _answer(self, verdict):
        """What the provider says of all from now on, and a pass."""
        self.verdict = verdict
        self._pass()

    def _later(self, messages):
        messages.filtered("next_attempt_at").next_attempt_at = fields.Datetime.now()
        self.env["sms.gateway"].search([]).rest_until = False

    def assertLeft(self, packages, *left):
        packages.invalidate_recordset()
        self.assertEqual([one.remaining for one in packages], list(left))
        for package in packages:
            self.assertEqual(package.quantity - package.used, package.remaining)

    def assertStates(self, messages, *states):
        self.assertEqual([sms.state for sms in messages], list(states))
