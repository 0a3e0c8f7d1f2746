from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .schedule_common import ScheduleCommon


@tagged("post_install", "-at_install")
class TestScheduleBrowser(ScheduleCommon, HttpCase):
    """A schedule and its review, as an accountant sees them."""

    def setUp(self):
        super().setUp()
        self.silent = self._partner("Silent")
        self.accountant.tz = "Europe/Warsaw"
        due = fields.Date.today() - timedelta(days=7)
        self._invoice_due(due)
        self._invoice_due(due, partner=self.silent)

    def _by_itself(self, **values):
        return self._schedule(name="By itself", levels="7, 8", **values)

    def test_looked_at_and_switched_on(self):
        schedule = self._by_itself(is_on=False)
        self.start_tour(
            f"/odoo/sms-schedules/{schedule.id}",
            "sms_organizer_schedule",
            login="sms_accountant",
        )
        self.assertTrue(schedule.is_on)
        self.assertTrue(schedule.next_run_on)

    def test_reviewed(self):
        schedule = self._by_itself(review=True)
        schedule.next_run_on = fields.Datetime.now() - timedelta(minutes=1)
        self.schedules._process()
        run = schedule.run_ids
        self.assertEqual(run.state, "draft")
        self.start_tour(
            f"/odoo/sms-history/{run.id}",
            "sms_organizer_review",
            login="sms_accountant",
        )
        self.assertEqual(len(run.line_ids.filtered("sms_ids")), 2)
