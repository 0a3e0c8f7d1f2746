import threading

from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from .process_common import ProcessCommon


@tagged("post_install", "-at_install")
class TestAnswersOfProcesses(ProcessCommon):
    """A double tap, whose requests come to two Odoo processes."""

    def setUp(self):
        super().setUp()
        with self._process() as env:
            partner = env["res.partner"].create({"name": "Double tap"})
            company = env["res.company"].browse(self.company_id)
            issued = env["organizer.link"]._make_for_customers(partner, company)
            self.partner_id = partner.id
            self.link_id = issued[partner.id].link_id

    def _clean_up(self):
        with self._process() as env:
            env["res.partner"].browse(self.partner_id).unlink()
            env["organizer.link"].browse(self.link_id).unlink()
        return super()._clean_up()

    def _say_at_once(self, *texts):
        meet = threading.Barrier(len(texts), timeout=20)
        taken = []

        def run(text):
            with self._process() as env:
                link = env["organizer.link"].browse(self.link_id)
                # its snapshot begins before any of them writes
                self.assertFalse(link.answer_count)
                meet.wait()
                values = {"text": text, "move_ids": []}
                answers = env["organizer.answer"]
                retrying(lambda: answers._take(link, "question", values), env)
                taken.append(text)

        with mute_logger("odoo.service.model", "odoo.sql_db"):
            threads = [threading.Thread(target=run, args=[one]) for one in texts]
            [thread.start() for thread in threads]
            [thread.join(60) for thread in threads]
        self.assertEqual(sorted(taken), sorted(texts))

    def _found(self, env):
        return env["organizer.answer"].search([("link_id", "=", self.link_id)])

    def test_the_same_is_one(self):
        self._say_at_once("Why?", "Why?")
        with self._process() as env:
            self.assertEqual(len(self._found(env)), 1)
            self.assertEqual(self._found(env).link_id.answer_count, 1)
            self.assertEqual(len(self._found(env).note_ids), 1)

    def test_two_are_two_and_both_are_counted(self):
        self._say_at_once("Why?", "When?")
        with self._process() as env:
            self.assertEqual(sorted(self._found(env).mapped("ordinal")), [1, 2])
            self.assertEqual(self._found(env).link_id.answer_count, 2)
