from unittest.mock import patch

import requests

from odoo.tests import tagged

from odoo.addons.sms.tools.sms_api import SmsApi

from ..gateways.sandbox import SandboxGateway
from .common import OrganizerCommon
from .process_common import ProcessCommon

MANY = "odoo.addons.sms_organizer.models.sms_outbox.MANY"
CLAIM_SIZE = "odoo.addons.sms_organizer.models.sms_claim.CLAIM_SIZE"


@tagged("post_install", "-at_install")
class TestOutboxHosts(OrganizerCommon):
    """Two scheduled actions empty one outbox, where there is much in it."""

    def setUp(self):
        super().setUp()
        self.first = self.env.ref("sms.ir_cron_sms_scheduler_action")
        self.second = self.env.ref("sms_organizer.ir_cron_outbox")
        for _number in range(3):
            self._send(self._invoice())
        self._forget_triggers()

    def _forget_triggers(self):
        triggers = self.env["ir.cron.trigger"].sudo()
        triggers.search([("cron_id", "in", (self.first | self.second).ids)]).unlink()

    def _pass_of(self, cron):
        """:return: the scheduled actions that it woke"""
        outbox = self.env["sms.sms"].with_context(cron_id=cron.id)
        outbox._process_queue()
        triggers = self.env["ir.cron.trigger"].sudo().search([])
        return triggers.cron_id & (self.first | self.second) - cron

    def test_the_other_one_begins_where_much_is_waiting(self):
        with patch(MANY, 1), patch(CLAIM_SIZE, 1):
            self.assertEqual(self._pass_of(self.first), self.second)

    def test_and_the_other_way_round(self):
        with patch(MANY, 1), patch(CLAIM_SIZE, 1):
            self.assertEqual(self._pass_of(self.second), self.first)

    def test_one_is_enough_for_a_few(self):
        self.assertFalse(self._pass_of(self.first))

    def test_one_is_enough_for_what_its_last_batch_takes(self):
        with patch(MANY, 1):
            self.assertFalse(self._pass_of(self.first))

    def test_pass_that_sends_nothing_calls_nobody(self):
        down = patch.object(SandboxGateway, "send", side_effect=TimeoutError)
        with patch(MANY, 1), patch(CLAIM_SIZE, 1), down:
            self.assertFalse(self._pass_of(self.first))
            self._forget_triggers()
            self.gateway.rest_until = False
            self.assertFalse(self._pass_of(self.second))

    def test_pass_that_holds_all_back_calls_nobody(self):
        def hold(messages):
            messages._wait("budget", "the next month")
            return messages

        held = patch.object(self.env.registry["sms.sms"], "_hold_back", hold)
        with patch(MANY, 1), patch(CLAIM_SIZE, 1), held:
            self.assertFalse(self._pass_of(self.first))

    def test_pass_whose_gateway_is_broken_calls_nobody(self):
        gateway = self.env.registry["sms.gateway"]
        with (
            patch(MANY, 1),
            patch.object(gateway, "_adapter", side_effect=ValueError("no provider")),
            patch.object(self.env.registry["sms.sms"], "_step_or_skip", _or_none),
        ):
            self.assertFalse(self._pass_of(self.first))

    def test_odoos_own_provider_that_is_down_is_tried_once_a_pass(self):
        self.env["sms.sms"].sudo().search([("state", "=", "outgoing")]).unlink()
        self.env["sms.gateway"].search([]).active = False
        waiting = (
            self.env["sms.sms"]
            .sudo()
            .create(
                [
                    {"number": "+48601234567", "body": "Hello"}
                    | {"company_id": self.company.id}
                    for _message in range(600)
                ]
            )
        )
        self._forget_triggers()
        with patch.object(SmsApi, "_send_sms_batch") as transmit:
            transmit.side_effect = requests.exceptions.ConnectTimeout
            self.assertFalse(self._pass_of(self.first))
            self.assertEqual(transmit.call_count, 1)
            spent = sum(waiting.mapped("attempts"))
            for cron in (self.second, self.first, self.second):
                self.assertFalse(self._pass_of(cron))
        self.assertEqual(transmit.call_count, 4)
        self.assertEqual(sum(waiting.mapped("attempts")), spent + 3)
        self.assertEqual(set(waiting.mapped("state")), {"outgoing"})


@tagged("post_install", "-at_install")
class TestOutboxProgress(ProcessCommon):
    """What Odoo's scheduler is told."""

    def test_pass_that_could_send_nothing_is_not_begun_again_at_once(self):
        with self._process() as env:
            env["sms.gateway"].browse(self.gateway_id).active = False
        self._queue(2)
        down = requests.exceptions.ConnectTimeout
        with (
            self._process() as env,
            patch.object(SmsApi, "_send_sms_batch", side_effect=down),
            patch(CLAIM_SIZE, 1),
        ):
            cron = env.ref("sms_organizer.ir_cron_outbox")
            cron, progress = cron._add_progress()
            env.cr.commit()  # as Odoo's scheduler does
            outbox = env["sms.sms"].with_context(cron.env.context, cron_id=cron.id)
            outbox._process_queue()
            self.assertEqual((progress.done, progress.remaining), (0, 0))
            progress.unlink()
            env.cr.commit()


def _or_none(_outbox, step):
    """As where it can be committed, and without its log."""
    try:
        return step()
    except ValueError:
        return None
