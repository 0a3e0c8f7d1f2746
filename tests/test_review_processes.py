import threading
import time

from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from .process_common import ProcessCommon

WAITING = """
    SELECT 1
      FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@tagged("post_install", "-at_install")
class TestReviewProcesses(ProcessCommon):
    """Two who press a button of the same draft, or link, at the same moment."""

    def setUp(self):
        super().setUp()
        with self._process() as env:
            self.run_id = (
                env["organizer.run"]
                .create(
                    {
                        "name": "Two tabs",
                        "company_id": self.company_id,
                        "basis": "invoice_overdue",
                        "user_id": env.uid,
                    }
                )
                .id
            )
            partner = env["res.partner"].create({"name": "Two tabs"})
            company = env["res.company"].browse(self.company_id)
            issued = env["organizer.link"]._make_for_customers(partner, company)
            self.partner_id = partner.id
            self.link_id = issued[partner.id].link_id

    def _clean_up(self):
        with self._process() as env:
            env["organizer.run"].browse(self.run_id).unlink()
            links = env["organizer.link"].search([("partner_id", "=", self.partner_id)])
            links.unlink()
            env["res.partner"].browse(self.partner_id).unlink()
        return super()._clean_up()

    def _record(self, env, button):
        if button == "action_renew":
            return env["organizer.link"].browse(self.link_id)
        return env["organizer.run"].browse(self.run_id)

    def _press(self, button, answers):
        """As a request does."""
        with self._process() as env:
            try:
                retrying(getattr(self._record(env, button), button), env)
            except UserError as refusal:
                answers.append(str(refusal))
            else:
                answers.append("done")

    def _await_the_second(self, second):
        """Until it waits for the first one, or is through."""
        deadline = time.monotonic() + 20
        while second.is_alive() and time.monotonic() < deadline:
            with self._process() as env:
                env.cr.execute(WAITING)
                if env.cr.fetchone():
                    return
            time.sleep(0.02)

    def _press_both(self, first, second):
        """
        :return: what the second one is told
        """
        answers = []
        thread = threading.Thread(target=self._press, args=[second, answers])
        with mute_logger("odoo.service.model"), self._process() as env:
            getattr(self._record(env, first), first)()
            env.flush_all()
            thread.start()
            self._await_the_second(thread)
            env.cr.commit()
            thread.join(30)
        self.assertEqual(len(answers), 1)
        return answers[0]

    def _state(self):
        with self._process() as env:
            return env["organizer.run"].browse(self.run_id).state

    def test_send_in_two_tabs_is_sent_once_and_says_so(self):
        answer = self._press_both("action_confirm", "action_confirm")
        self.assertEqual(answer, "“Two tabs” has been sent already.")
        self.assertEqual(self._state(), "done")

    def test_discard_of_what_is_being_sent_says_so(self):
        answer = self._press_both("action_confirm", "action_discard")
        self.assertEqual(answer, "“Two tabs” has been sent already.")
        self.assertEqual(self._state(), "done")

    def test_discard_in_two_tabs_is_discarded(self):
        self.assertEqual(self._press_both("action_discard", "action_discard"), "done")
        self.assertEqual(self._state(), "lapsed")

    def test_renew_in_two_tabs_makes_one_link_and_says_so(self):
        answer = self._press_both("action_renew", "action_renew")
        self.assertIn("has been renewed already", answer)
