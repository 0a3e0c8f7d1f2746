from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import MOBILE_PL
from .fault_common import FaultCommon


@tagged("post_install", "-at_install")
class TestGatewayBrowser(FaultCommon, HttpCase):
    """A gateway as an administrator sets it up, and as people hear that it fails."""

    def setUp(self):
        super().setUp()
        self.administrator = self.env.ref("base.user_admin")
        self.administrator.group_ids |= self.env.ref(
            "sms_organizer.group_sms_administer"
        )
        self.administrator.write(
            {
                "company_ids": [fields.Command.link(self.company.id)],
                "company_id": self.company.id,
            }
        )

    def test_set_up_tried_and_live(self):
        self.env.ref("base.PLN").active = True
        gateway = self._gateway("smsapi", password=False, test_mode=True)
        gateway.credits_per_segment = 0.1
        self.provider.points = 100
        # what is missing is told to the person, and logged by Odoo
        self.enterContext(mute_logger("odoo.http"))
        self.start_tour(
            f"/odoo/action-sms_organizer.action_sms_gateway/{gateway.id}",
            "sms_organizer_gateway",
            login="admin",
        )
        self.assertFalse(gateway.test_mode)
        self.assertEqual(gateway.balance, 100)
        self.assertEqual(set(self.provider.numbers), {MOBILE_PL})
        sms = self.env["sms.sms"].search([("gateway_id", "=", gateway.id)])
        self.assertEqual((sms.state, sms.is_test), ("pending", False))

    def test_outage_is_told_to_whoever_sends(self):
        gateway = self._gateway("smsapi")
        gateway.write(
            {
                "failing_since": fields.Datetime.now() - timedelta(minutes=11),
                "trouble": "Busy",
            }
        )
        self.start_tour(
            "/odoo/sms-schedules", "sms_organizer_alarm", login="sms_accountant"
        )
