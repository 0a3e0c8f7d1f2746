import time
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .process_common import ProcessCommon

CUSTOMERS = 40
# What a process of Odoo's does: the scheduled action, in batches of a few customers.
NIGHT = """
from odoo import SUPERUSER_ID, api
from odoo.addons.sms_organizer.models import organizer_schedule_pass
from odoo.modules.registry import Registry
organizer_schedule_pass.BATCH = 3
with Registry(env.cr.dbname).cursor() as cr:
    api.Environment(cr, SUPERUSER_ID, {})["organizer.schedule"]._process()
print("HANDED OVER 0")
print("DONE", flush=True)
"""


@tagged("post_install", "-at_install")
class TestScheduleProcesses(ProcessCommon):
    """Real processes at the same schedule: each occasion once, none lost."""

    def setUp(self):
        super().setUp()
        with self._process() as env:
            self.company_with_books_id = env.ref("base.main_company").id
            self.books_gateway_id = (
                env["sms.gateway"]
                .create({"name": "Books", "company_id": self.company_with_books_id})
                .id
            )
            self.category_id = env["res.partner.category"].create({"name": "Two"}).id
            self.move_ids = self._make_invoices(env).ids
            self.schedule_id = self._make_schedule(env).id

    def _make_invoices(self, env):
        partners = env["res.partner"].create(
            [
                {
                    "name": f"Two processes {number}",
                    "sms_phone": f"+4860177{number:04}",
                    "country_id": env.ref("base.pl").id,
                    "category_id": [Command.link(self.category_id)],
                }
                for number in range(CUSTOMERS)
            ]
        )
        self.partner_ids = partners.ids
        today = fields.Date.today()
        moves = env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "company_id": self.company_with_books_id,
                    "partner_id": partner.id,
                    "invoice_date": today - timedelta(days=20),
                    "invoice_date_due": today - timedelta(days=7),
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create({"name": "Print", "price_unit": 10})
                    ],
                }
                for partner in partners
            ]
        )
        moves.action_post()
        return moves

    def _make_schedule(self, env):
        company = env["res.company"].browse(self.company_with_books_id)
        template = env["organizer.template"]._on_offer(
            "sms", company, "invoice_overdue"
        )[:1]
        schedule = env["organizer.schedule"].create(
            {
                "name": "Two processes",
                "company_id": company.id,
                "template_id": template.id,
                "user_id": env.ref("base.user_admin").id,
                "category_ids": [Command.link(self.category_id)],
                "levels": "6",
                "window": "any",
                "tz": "UTC",
                "hour": 0,
                "is_on": True,
            }
        )
        schedule.next_run_on = fields.Datetime.now() - timedelta(minutes=1)
        return schedule

    def _clean_up(self):
        with self._process() as env:
            schedule = env["organizer.schedule"].browse(self.schedule_id)
            lines = schedule.run_ids.line_ids
            env.cr.execute(
                "DELETE FROM sms_sms WHERE run_line_id = ANY(%s)", [lines.ids]
            )
            schedule.run_ids.unlink()
            schedule.unlink()
            env["sms.gateway"].browse(self.books_gateway_id).unlink()
            moves = env["account.move"].browse(self.move_ids)
            moves.button_draft()
            moves.with_context(force_delete=True).unlink()
            env["res.partner"].browse(self.partner_ids).unlink()
            env["res.partner.category"].browse(self.category_id).unlink()
        return super()._clean_up()

    def _told(self, env):
        return env["organizer.run.line"].search(
            [("schedule_id", "=", self.schedule_id), ("told", "=", True)]
        )

    def _check_each_was_told_once(self):
        with self._process() as env:
            lines = self._told(env)
            self.assertEqual(len(lines), CUSTOMERS)
            self.assertEqual(sorted(lines.move_id.ids), sorted(self.move_ids))
            self.assertEqual(len(lines.sms_ids), CUSTOMERS)
            runs = env["organizer.schedule"].browse(self.schedule_id).run_ids
            self.assertEqual(len(runs), 1)
            self.assertNotEqual(runs.state, "preparing")

    def test_two_at_once(self):
        processes = [self._odoo(["shell", "--no-http"], NIGHT) for _process in "ab"]
        for process in processes:
            self._finish(process)
        self._check_each_was_told_once()

    def test_one_is_killed_and_another_goes_on(self):
        process = self._odoo(["shell", "--no-http"], NIGHT)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with self._process() as env:
                if self._told(env):
                    break
            time.sleep(0.02)
        self._kill(process)
        self._finish(self._odoo(["shell", "--no-http"], NIGHT))
        self._check_each_was_told_once()

    def test_an_occasion_is_taken_once(self):
        """Two lines of the same occasion, however they came about."""
        with self._process() as env:
            run = env["organizer.run"].create(
                {
                    "name": "Twice",
                    "company_id": self.company_with_books_id,
                    "basis": "invoice_overdue",
                    "user_id": env.uid,
                    "schedule_id": self.schedule_id,
                }
            )
            ids = run._add_lines(
                [
                    {
                        "partner_id": self.partner_ids[0],
                        "res_model": "account.move",
                        "res_id": self.move_ids[0],
                        "occasion": "once",
                    }
                    for _line in range(2)
                ]
            ).ids
        taken = []
        for line_id in ids:
            with self._process() as env:
                line = env["organizer.run.line"].browse(line_id)
                taken += line._take_occasions().ids
        self.assertEqual(taken, ids[:1])
        with self._process() as env:
            late = env["organizer.run.line"].browse(ids[1])
            self.assertEqual(late.reason, "already_told")
            with self.assertRaises(UserError):
                late._retake_occasions()
