from unittest.mock import patch

from odoo.tests import tagged

from .common import OrganizerCommon

MANY = "odoo.addons.sms_organizer.models.sms_outbox.MANY"


@tagged("post_install", "-at_install")
class TestOutboxHosts(OrganizerCommon):
    """Two scheduled actions empty one outbox, where there is much in it."""

    def setUp(self):
        super().setUp()
        self.first = self.env.ref("sms.ir_cron_sms_scheduler_action")
        self.second = self.env.ref("sms_organizer.ir_cron_outbox")
        for _number in range(3):
            self._send(self._invoice())
        triggers = self.env["ir.cron.trigger"].sudo()
        triggers.search([("cron_id", "in", (self.first | self.second).ids)]).unlink()

    def _pass_of(self, cron):
        """:return: the scheduled actions that it woke"""
        outbox = self.env["sms.sms"].with_context(cron_id=cron.id)
        outbox._process_queue()
        triggers = self.env["ir.cron.trigger"].sudo().search([])
        return triggers.cron_id & (self.first | self.second) - cron

    def test_the_other_one_begins_where_much_is_waiting(self):
        with patch(MANY, 2):
            self.assertEqual(self._pass_of(self.first), self.second)

    def test_and_the_other_way_round(self):
        with patch(MANY, 2):
            self.assertEqual(self._pass_of(self.second), self.first)

    def test_one_is_enough_for_a_few(self):
        self.assertFalse(self._pass_of(self.first))
