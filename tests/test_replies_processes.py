import threading
from unittest.mock import patch

from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..gateways import PROVIDERS
from ..gateways.base import Callback
from .process_common import NUMBER, ProcessCommon
from .reply_common import Carrier, signature

URL = "https://erp.example.com/"


@tagged("post_install", "-at_install")
class TestRepliesOfProcesses(ProcessCommon):
    """What two Odoo processes are told at the same time."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(PROVIDERS, {Carrier.provider: Carrier}))
        self.startPatcher(patch.object(Carrier, "callbacks", []))
        with self._process() as env:
            env["sms.gateway"].browse(self.gateway_id).provider = "carrier"

    def _clean_up(self):
        with self._process() as env:
            env.cr.execute(
                "DELETE FROM sms_sms WHERE company_id = %s", [self.company_id]
            )
            env.cr.execute(
                "DELETE FROM sms_reply WHERE gateway_id = %s", [self.gateway_id]
            )
            blacklist = env["phone.blacklist"].with_context(active_test=False)
            blacklist.search([("number", "=", NUMBER)]).unlink()
        return super()._clean_up()

    def _tell(self, env, told):
        """As the controller does."""
        gateway = env["sms.gateway"].browse(self.gateway_id)
        callback = Callback("", told, {"X-Signature": signature(URL)}, b"", (), (URL,))
        secret = gateway._secret("reply")
        return retrying(
            lambda: env["sms.reply"]._receive_replies(gateway, callback, secret), env
        )

    def _tell_at_once(self, *told):
        """Each by a process of its own, none of which has seen another's."""
        meet = threading.Barrier(len(told), timeout=20)
        parse = Carrier.parse_replies
        arrived = threading.local()

        def parse_replies(adapter, callback):
            if not getattr(arrived, "before", False):
                arrived.before = True
                meet.wait()
            return parse(adapter, callback)

        results = []

        def run(values):
            with self._process() as env:
                # its snapshot begins before any of them writes
                env.cr.execute("SELECT 1 FROM sms_reply LIMIT 1")
                results.append(self._tell(env, values))

        with (
            patch.object(Carrier, "parse_replies", parse_replies),
            mute_logger("odoo.service.model", "odoo.sql_db"),
        ):
            threads = [threading.Thread(target=run, args=[one]) for one in told]
            [thread.start() for thread in threads]
            [thread.join(60) for thread in threads]
        self.assertEqual(results, [True] * len(told))

    def _found(self, env):
        return env["sms.reply"].search([("gateway_id", "=", self.gateway_id)])

    def test_the_same_reply_twice(self):
        told = {"from": NUMBER, "text": "STOP", "id": "1"}
        self._tell_at_once(told, told)
        with self._process() as env:
            self.assertEqual(len(self._found(env)), 1)
            sent = env["sms.sms"].search([("company_id", "=", self.company_id)])
            self.assertEqual(len(sent), 1)
            self.assertEqual(sent.reply_id, self._found(env))

    def test_two_stops_of_one_phone(self):
        told = {"from": NUMBER, "text": "STOP"}
        self._tell_at_once({**told, "id": "1"}, {**told, "id": "2"})
        with self._process() as env:
            self.assertEqual(len(self._found(env)), 2)
            self.assertTrue(
                env["phone.blacklist"].search_count([("number", "=", NUMBER)])
            )
            sent = env["sms.sms"].search([("company_id", "=", self.company_id)])
            self.assertEqual(len(sent), 1)
