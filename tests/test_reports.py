"""Delivery reports: twice, late, out of order, before the answer, unknown, forged."""

import logging

from odoo.fields import Domain
from odoo.tests import HttpCase, tagged

from ..gateways.base import Outcome, Verdict
from .fault_common import FaultCommon

NEVER_SENT = "f" * 32


@tagged("post_install", "-at_install")
class TestReports(FaultCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.kannel = self._gateway("kannel")

    def _sent(self):
        sms = self._queued()
        self._pass()
        self.assertStates(sms, "pending")
        return sms

    def _report(self, sms, status, url=None):
        """As Kannel reports, at the address that it was given."""
        given = url or self.provider.report_urls[sms._reference()]
        path = given.replace("%d", str(status)).replace("%A", "")
        path = path.replace(self.kannel.get_base_url(), "")
        response = self.url_open(path)
        self.env.invalidate_all()
        return response

    def test_report_is_taken_in_and_answered_plainly(self):
        sms = self._sent()
        response = self._report(sms, 1)
        self.assertEqual((response.status_code, response.text), (200, "OK"))
        self.assertStates(sms, "sent")
        self.assertTrue(sms.delivered_at)
        self.assertEqual(
            sms.mail_message_id.notification_ids.notification_status, "sent"
        )

    def test_reports_take_messages_in_the_order_that_answers_do(self):
        messages = self._queued(3)
        self.env.flush_all()
        # as it lies in the database, the first one comes last now
        first, *others = sorted(messages.ids)
        self.env.cr.execute("UPDATE sms_sms SET body = 'Hello' WHERE id = %s", [first])
        locked = messages._lock_reported(Domain("uuid", "in", messages.mapped("uuid")))
        self.assertEqual(locked.ids, [first, *others])

    def test_report_of_a_failure_has_its_reason_in_words(self):
        sms = self._sent()
        self._report(sms, 2)
        self.assertStates(sms, "error")
        self.assertIn("not delivered", sms.failure_reason)
        self.assertEqual(sms.run_line_id.outcome, "failed")
        self.assertIn("not delivered", sms.run_line_id.explanation)
        move = sms.move_id.with_user(self.accountant)
        self.assertEqual(move.sms_status, "error")
        self.assertIn("not delivered", move.sms_status_words)

    def test_twice_late_and_out_of_order(self):
        sms = self._sent()
        self._report(sms, 1)
        delivered_at = sms.delivered_at
        for status in (1, 8, 4, 2, 16):
            self.assertEqual(self._report(sms, status).status_code, 200)
            self.assertStates(sms, "sent")
        self.assertEqual(sms.delivered_at, delivered_at)
        self.assertFalse(sms.failure_reason)
        self.assertEqual(self.kannel.refused_reports, 0)

    def test_before_the_answer_to_the_send(self):
        self.provider.on_accept = lambda references: None
        sms = self._queued()
        gateway = self.kannel
        claim = "mine"
        self.env.cr.execute(
            "UPDATE sms_sms SET state = 'process', claim = %s, handed_over_at = now() "
            "WHERE id = %s",
            [claim, sms.id],
        )
        self.env.invalidate_all()
        self._report(sms, 1, sms._report_url() + "?status=%d")
        self.assertStates(sms, "sent")
        sms._settle_claim(
            claim, {sms.uuid: Outcome(sms.uuid, Verdict.ACCEPTED)}, gateway
        )
        self.assertStates(sms, "sent")
        self.assertEqual(sms.cost, sms.price)
        self.assertTrue(sms.sent_at)

    def test_for_an_unknown_message_is_counted(self):
        secret = self.kannel._secret(NEVER_SENT)
        url = f"/sms/report/{self.kannel.id}/{NEVER_SENT}/{secret}?status=1"
        self.assertEqual(self._report(None, 1, url).status_code, 200)
        self.assertEqual(self.kannel.refused_reports, 1)

    def test_for_an_earlier_attempt_says_nothing_of_this_one(self):
        sms = self._sent()
        earlier = self.provider.report_urls[sms._reference()]
        self._report(sms, 2)
        sms.with_user(self.accountant).action_send_again()
        self._pass()
        self.assertStates(sms, "pending")
        self._report(sms, 1, earlier)
        self.assertStates(sms, "pending")
        self.assertEqual(self.kannel.refused_reports, 1)

    def test_forged_changes_nothing_and_is_counted(self):
        sms, other = self._sent(), self._sent()
        genuine = self.provider.report_urls[sms._reference()]
        base = f"/sms/report/{self.kannel.id}"
        gateways = self.kannel | self.gateway
        for url in (
            genuine.replace(base, f"/sms/report/{self.gateway.id}"),  # another gateway
            f"{base}/{sms.uuid}/{'0' * 20}?status=1",
            f"{base}/{sms.uuid}/?status=1",
            f"{base}/{sms.uuid}/%C3%A9?status=1",
            f"{base}/{other.uuid}/{self.kannel._secret(sms.uuid)}?status=1",
            f"{base}/{'0' * 20}?status=1&idx={sms.uuid}",
            f"{base}/{sms.uuid}/{self.kannel._secret(sms.uuid)}",  # makes no sense
            f"{base}/{sms.uuid}/{self.kannel._secret(sms.uuid)}?status=' OR 1",
        ):
            with self.subTest(url):
                before = sum(gateways.mapped("refused_reports"))
                self.assertEqual(self._report(sms, 1, url).status_code, 404)
                counted = sum(gateways.mapped("refused_reports")) - before
                self.assertEqual(counted, 1)
                self.assertStates(sms | other, "pending", "pending")

    def test_gateway_that_is_not_there_tells_nothing(self):
        gateway_id = self.env["sms.gateway"].search([], order="id desc")[0].id + 1000
        url = f"/sms/report/{gateway_id}/{NEVER_SENT}/{'0' * 20}?status=1"
        self.assertEqual(self._report(None, 1, url).status_code, 404)

    def test_too_long_a_report_is_not_read(self):
        response = self.url_open(
            f"/sms/report/{self.kannel.id}/{'0' * 20}", data="x" * 200_000
        )
        self.assertEqual(response.status_code, 413)

    def test_who_only_looks_changes_nothing(self):
        sms = self._sent()
        path = sms._report_url().removeprefix(self.kannel.get_base_url())
        response = self.opener.head(self.base_url() + path + "?status=1", timeout=12)
        self.assertEqual(response.status_code, 200)
        chunked = self.opener.post(
            self.base_url() + path, data=iter([b"status=1"]), timeout=12
        )
        self.assertEqual(chunked.status_code, 411)
        self.env.invalidate_all()
        self.assertStates(sms, "pending")

    def test_secrets_stay_out_of_the_access_log(self):
        sms = self._sent()
        with self.assertLogs("werkzeug", logging.INFO) as log:
            self._report(sms, 1)
        self.assertNotIn(self.kannel._secret(sms.uuid), "".join(log.output))
        self.assertIn("/sms/report/***", "".join(log.output))

    def test_address_fits_what_providers_take(self):
        sms = self._sent()
        path = sms._report_url().removeprefix(self.kannel.get_base_url())
        self.assertLess(len("https://erp.example.com" + path), 100)
        self.assertNotIn("?", path)

    def test_smsapi_reports_several_in_one_call(self):
        self.kannel.active = False
        smsapi = self._gateway("smsapi")
        first, second, third = self._texts(
            ["+48601234567", "+48601234568", "+48601234569"]
        )
        self._pass()
        messages = first | second | third
        self.assertStates(messages, "pending", "pending", "pending")
        path = smsapi._report_url().removeprefix(smsapi.get_base_url())
        parameters = (
            f"?MsgId=id-{first.uuid},id-{second.uuid},id-{third.uuid}"
            f"&idx={first.uuid},{second.uuid},&status=404,405,403"
            "&status_name=DELIVERED,UNDELIVERED,SENT&donedate=1790000000,1790000000,"
        )
        response = self.url_open(path + parameters)
        self.assertEqual(response.text, "OK")
        self.assertStates(messages, "sent", "error", "pending")
        self.assertIn("UNDELIVERED", second.failure_reason)
        self.assertEqual(str(first.delivered_at), "2026-09-21 14:13:20")

    def test_asked_for_where_reports_do_not_come(self):
        self.kannel.active = False
        for kind in ("smsapi", "serwersms"):
            with self.subTest(kind):
                gateway = self._gateway(kind)
                sms = self._queued()
                self._pass(2)
                self.assertStates(sms, "sent")
                gateway.active = False
