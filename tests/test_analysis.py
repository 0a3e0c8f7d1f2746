from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..gateways.base import Outcome, Verdict
from ..models import sms_day
from .common import OrganizerCommon


@tagged("post_install", "-at_install")
class TestAnalysis(OrganizerCommon):
    """The figures are those of the ledger, whatever was summed up before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "Europe/Warsaw"
        cls.days = cls.env["sms.day"]
        while cls.days._sum_up()[1]:  # what the demo data left
            pass

    def _told(self, days_ago, count=1):
        """Messages that were queued so many days ago."""
        messages = self.env["sms.sms"].sudo()
        for _i in range(count):
            messages |= self._send(self._invoice()).line_ids.sms_ids.sudo()
        self._pass(2)
        messages.write({"queued_at": fields.Datetime.now() - timedelta(days=days_ago)})
        # as if they had been there when they were queued
        self.env.flush_all()
        return messages

    def _sums(self, model, names):
        model.env.flush_all()
        model.invalidate_model()
        company = [("company_id", "=", self.company.id)]
        return model._read_group(
            company,
            ["gateway_id", "currency_id", "state", "is_test"],
            names,
            order="gateway_id, currency_id, state, is_test",
        )

    def _assert_as_in_the_ledger(self):
        figures = self._sums(
            self.env["sms.analysis"], ["messages:sum", "segments:sum", "cost:sum"]
        )
        ledger = self._sums(
            self.env["sms.sms"], ["__count", "segments:sum", "cost:sum"]
        )
        self.assertTrue(ledger)
        self.assertEqual(
            [(*row[:-1], round(row[-1], 4)) for row in figures],
            [(*row[:-1], round(row[-1], 4)) for row in ledger],
        )

    def _closed(self):
        self.env.flush_all()
        self.env.cr.execute(self.days._closed_days())
        days = self.env.cr.fetchall()
        return [day for company, day in days if company == self.company.id]

    def _reopened(self):
        return self.days.search(
            [("company_id", "=", self.company.id), ("is_reopened", "=", True)]
        )

    def test_figures_are_those_of_the_ledger(self):
        self._told(0, 2)
        self._told(40, 3)
        self._told(90)
        self._assert_as_in_the_ledger()
        self.days._sum_up()
        self.assertEqual(len(self._closed()), 2)
        self._assert_as_in_the_ledger()

    def test_what_was_summed_up_is_not_read_again(self):
        old = self._told(40)
        self.days._sum_up()
        self.env.cr.execute("UPDATE sms_sms SET segments = 900 WHERE id = %s", [old.id])
        figures = self.env["sms.analysis"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertLess(sum(figures.mapped("segments")), 900)

    def test_late_change_opens_the_day_again(self):
        old = self._told(40, 2)
        self.days._sum_up()
        old[0].write({"state": "error", "cost": 7})
        self.assertFalse(self._closed())
        self._assert_as_in_the_ledger()
        self.days._sum_up()
        self.assertEqual(len(self._closed()), 1)
        self._assert_as_in_the_ledger()
        self.assertFalse(self._reopened())

    def test_what_is_sent_again_counts_once(self):
        old = self._told(40, 2)
        old[0].write({"state": "error"})
        self.days._sum_up()
        self.assertEqual(len(self._closed()), 1)
        old[0]._queue_again()
        self.assertFalse(self._closed())
        self._assert_as_in_the_ledger()

    def test_late_answer_opens_the_day_again(self):
        old = self._told(40, 2)
        self.days._sum_up()
        self.assertTrue(self._closed())
        answer = Outcome(old[0]._reference(), Verdict.ACCEPTED, cost=7)
        old[0]._settle_accepted({old[0].id: answer}, fields.Datetime.now())
        self.assertFalse(self._closed())
        self._assert_as_in_the_ledger()

    def test_day_waits_for_what_is_on_its_way(self):
        old = self._told(40)
        old.state = "unconfirmed"
        self.days._sum_up()
        self.assertFalse(self._closed())
        old.state = "pending"
        self.days._sum_up()
        self.assertEqual(len(self._closed()), 1)

    def test_recent_days_are_counted_now(self):
        self._told(sms_day.SETTLED_AFTER.days - 1)
        self.days._sum_up()
        self.assertFalse(self._closed())
        self._assert_as_in_the_ledger()

    def test_day_is_one_at_the_company_s_place(self):
        sms = self._told(40)
        # 23:30 UTC is half past midnight or half past one in Warsaw
        late = (sms.queued_at - timedelta(days=1)).replace(hour=23, minute=30)
        sms.queued_at = late
        self.env.flush_all()
        for _round in range(2):
            figures = self.env["sms.analysis"].search(
                [
                    ("company_id", "=", self.company.id),
                    ("day", "<", fields.Date.today() - timedelta(days=30)),
                ]
            )
            self.assertEqual(figures.day, late.date() + timedelta(days=1))
            action = figures.action_open_messages()
            self.assertEqual(self.env["sms.sms"].search(action["domain"]), sms)
            self.days._sum_up()

    def test_messages_of_a_line_are_those_it_counts(self):
        told = self._told(40, 3)
        told[0].currency_id = self.env.ref("base.EUR")
        names = ["company_id", "gateway_id", "currency_id", "is_test", "state"]
        alike = {
            name: told[1]._fields[name].convert_to_write(told[1][name], told[1])
            for name in names
        }
        other = told[1].create(
            {
                **alike,
                "number": "+48601234567",
                "body": "Of another app",
                "queued_at": told[1].queued_at,
            }
        )
        for _round in range(2):
            figures = self.env["sms.analysis"].search(
                [("company_id", "=", self.company.id)]
            )
            shown = [
                told.search(line.action_open_messages()["domain"]) for line in figures
            ]
            self.assertCountEqual(shown, [told[0], told[1:], other])
            self.assertEqual([len(one) for one in shown], figures.mapped("messages"))
            self.days._sum_up()

    def test_another_time_zone_opens_all_days_again(self):
        self._told(40)
        self.days._sum_up()
        self.company.partner_id.tz = "Asia/Tokyo"
        self.env.flush_all()
        self.assertFalse(self._closed())
        self._assert_as_in_the_ledger()
        self.days._sum_up()
        self.assertEqual(len(self._closed()), 1)
        self._assert_as_in_the_ledger()

    def test_change_while_the_company_was_elsewhere_counts(self):
        old = self._told(40, 2)
        # in Warsaw and in Kiritimati the next day, in Pago Pago the day before
        late = (old[0].queued_at - timedelta(days=1)).replace(hour=23, minute=30)
        for zone, hour in (
            ("Pacific/Pago_Pago", 23),
            ("Pacific/Pago_Pago", 10),
            ("Pacific/Kiritimati", 22),
            ("Pacific/Kiritimati", 12),
        ):
            with self.subTest(f"{zone} {hour}"):
                old.write({"queued_at": late.replace(hour=hour), "state": "sent"})
                while self.days._sum_up()[1]:
                    pass
                self.assertEqual(len(self._closed()), 1)
                self.company.partner_id.tz = zone
                self.env.flush_all()
                old[0].state = "error"
                self.company.partner_id.tz = "Europe/Warsaw"
                self._assert_as_in_the_ledger()
                self.days._sum_up()
                self._assert_as_in_the_ledger()

    def test_deleted_message_opens_its_day_again(self):
        old = self._told(40, 2)
        self.days._sum_up()
        old[0].unlink()
        self.assertFalse(self._closed())
        self._assert_as_in_the_ledger()

    def test_sums_up_in_batches(self):
        for days_ago in (40, 41, 42):
            self._told(days_ago)
        self.patch(sms_day, "BATCH", 2)
        self.assertEqual(self.days._sum_up(), (2, True))
        self.assertEqual(self.days._sum_up(), (1, False))
        self.assertEqual(self.days._sum_up(), (0, False))

    def test_senders_see_what_is_about_customers(self):
        self._told(40)
        self.env["sms.sms"].sudo().create(
            {
                "number": "+48601234567",
                "body": "Of another app",
                "company_id": self.company.id,
                "queued_at": fields.Datetime.now() - timedelta(days=40),
                "state": "sent",
            }
        )
        for _round in range(2):
            analysis = self.env["sms.analysis"].with_user(self.accountant)
            company = [("company_id", "=", self.company.id)]
            seen = analysis.search([*company, ("state", "=", "sent")])
            self.assertEqual(sum(seen.mapped("messages")), 1)
            self.days._sum_up()

    def test_change_of_many_is_one_insertion(self):
        old = self._told(40, 6)
        self.days._sum_up()
        before = self.env.cr.sql_log_count
        old.write({"cost": 1})
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - before, 8)
