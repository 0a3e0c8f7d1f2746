"""Odoo's own provider behind the outbox: chosen as a gateway, and where none is set."""

from unittest.mock import patch

import requests

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.sms.tests.common import SMSCase
from odoo.addons.sms.tools.sms_api import SmsApi

from .common import OrganizerCommon
from .process_common import ProcessCommon


@tagged("post_install", "-at_install")
class TestOdooGateway(OrganizerCommon, SMSCase):
    def setUp(self):
        super().setUp()
        self.gateway.write({"provider": "odoo", "test_mode": False})

    def _queued(self):
        return self._send(self._invoice()).line_ids.sms_ids

    def test_ours_go_through_odoos_provider_when_it_is_the_gateway(self):
        sms = self._queued()
        with self.mockSMSGateway():
            self._pass()
        self.assertSMSIapSent([sms.number], content=sms.body)
        self.assertEqual(sms.state, "pending")
        self.assertEqual(sms.gateway_id, self.gateway)

    def test_odoo_reports_the_delivery_by_its_own_road(self):
        sms = self._queued()
        with self.mockSMSGateway():
            self._pass()
        sms._apply_report_of_odoo([sms.uuid], "sent", False, False)
        self.assertEqual(sms.state, "sent")
        sms._apply_report_of_odoo([sms.uuid], "error", "sms_expired", "expired")
        self.assertEqual(sms.state, "sent", "a final state stays")

    def test_registration_and_credit_are_told_as_odoo_tells_them(self):
        for state, failure in (
            ("unregistered", "sms_acc"),
            ("insufficient_credit", "sms_credit"),
            ("wrong_number_format", "sms_number_format"),
            ("country_not_supported", "sms_country_not_supported"),
            ("server_error", "sms_server"),
        ):
            with self.subTest(state), self.mockSMSGateway(sim_error=state):
                sms = self._queued()
                self._pass()
                self.assertEqual(sms.state, "error")
                self.assertEqual(sms.failure_type, failure)
                notification = sms.mail_message_id.notification_ids
                self.assertEqual(notification.failure_type, failure)

    def test_time_out_is_in_doubt_and_no_connection_is_not(self):
        def contact(error):
            def _contact_iap(*_args, **_kwargs):
                try:
                    raise error
                except requests.RequestException:
                    raise AccessError(str(error)) from None

            return patch.object(SmsApi, "_contact_iap", _contact_iap)

        lost = self._queued()
        with contact(requests.exceptions.ReadTimeout()):
            self._pass()
        self.assertEqual(lost.state, "unconfirmed")
        self.gateway.action_try_now()
        waiting = self._queued()
        with contact(requests.exceptions.ConnectTimeout()):
            self._pass()
        self.assertEqual(waiting.state, "outgoing")
        self.assertIn("could not connect", waiting.failure_reason)

    def test_what_says_that_nothing_was_sent_is_believed(self):
        busy = requests.Response()
        busy.status_code = 503

        class InsufficientCreditError(Exception):
            """As Odoo's iap has it."""

        for error, state in (
            (requests.exceptions.HTTPError(response=busy), "outgoing"),
            (AccessError(str(KeyError("account"))), "outgoing"),
            (InsufficientCreditError(), "error"),
        ):
            sms = self._queued()
            with (
                self.subTest(error),
                patch.object(SmsApi, "_contact_iap", side_effect=error),
            ):
                self._pass()
                self.assertEqual(sms.state, state)
            self.gateway.action_try_now()
            self.gateway._forget_trouble()
            sms.state = "canceled"

    def test_live_gateway_needs_no_credentials_for_it(self):
        self.assertFalse(self.gateway.sudo().password)
        self.assertFalse(self.gateway.is_sandbox)


@tagged("post_install", "-at_install")
class TestNoGateway(ProcessCommon):
    """Messages of other apps, with no gateway set: the same outbox, outside the
    transaction of whoever sends."""

    def setUp(self):
        super().setUp()
        with self._process() as env:
            env["sms.gateway"].browse(self.gateway_id).active = False
        self.calls = []

        def _contact_iap(_api, _endpoint, params, timeout=15):
            numbers = [
                number
                for message in params["messages"]
                for number in message["numbers"]
            ]
            self.calls.append(numbers)
            return [{"uuid": one["uuid"], "state": "success"} for one in numbers]

        self.startPatcher(patch.object(SmsApi, "_contact_iap", _contact_iap))

    def test_outage_puts_one_batch_in_doubt_and_then_one_message_a_pass(self):
        def _contact_iap(_api, _endpoint, params, timeout=15):
            self.calls.append(sum(len(one["numbers"]) for one in params["messages"]))
            raise requests.exceptions.ReadTimeout

        self.patch(SmsApi, "_contact_iap", _contact_iap)
        ids = self._queue(120)
        self._pass()
        self._pass()
        self.assertEqual(self.calls, [100, 1])
        self.assertEqual(len(self._references(ids, "unconfirmed")), 101)
        self.assertEqual(len(self._references(ids, "outgoing")), 19)

    def test_of_no_company_they_go_through_it_too(self):
        ids = self._queue(2)
        with self._process() as env:
            env["sms.sms"].browse(ids).company_id = False  # as if it were deleted
        self._pass()
        self.assertEqual(self._states(ids), ["pending", "pending"])

    def test_they_wait_for_the_commit_and_then_go_through_odoos_provider(self):
        with self._process() as env:
            values = {
                "number": "+48601234567",
                "body": "Hello",
                "company_id": self.company_id,
            }
            sms = env["sms.sms"].create(values)
            sms.send()
            self.assertFalse(self.calls)
            ids = sms.ids
        self._pass()
        self.assertEqual(len(self.calls), 1)
        self.assertEqual(self._states(ids), ["pending"])
        self._pass()
        self.assertEqual(len(self.calls), 1)
        with self._process() as env:
            sms = env["sms.sms"].browse(ids)
            self.assertFalse(sms.gateway_id)
            self.assertTrue(sms.handed_over_at)
