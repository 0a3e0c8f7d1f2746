from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .schedule_common import MONDAY, ScheduleCommon


@tagged("post_install", "-at_install")
class TestScheduleReview(ScheduleCommon):
    """Wait for review: a draft, a person, a day."""

    def setUp(self):
        super().setUp()
        self.silent = self._partner("Silent")
        with self._at(MONDAY, 9):
            self.schedule = self._schedule(levels="7, 8", review=True)
            self._due(7)
            self._due(7, partner=self.silent)
        self._night(MONDAY)
        self.run = self.schedule.run_ids

    def _mine(self):
        return self.run.with_user(self.accountant)

    def _line(self, partner):
        return self._mine().line_ids.filtered(lambda line: line.partner_id == partner)

    def test_nothing_is_sent_and_somebody_is_asked(self):
        self.assertEqual(self.run.state, "draft")
        self.assertFalse(self.run.line_ids.sms_ids)
        self.assertFalse(self.run.line_ids.filtered("told"))
        self.assertEqual(self.run.activity_ids.user_id, self.accountant)
        self.assertEqual(self.run.activity_ids.date_deadline, MONDAY)
        self.assertEqual(self.run.going_count, 1)
        self.assertEqual(self.run.price, 0.16 * self._line(self.customer).segments)

    def test_confirmed(self):
        with self._at(MONDAY, 14):
            self._mine().action_confirm()
            self._pass()
        self.assertEqual(self.run.state, "done")
        self.assertFalse(self.run.activity_ids)
        self.assertIn(self._line(self.customer).outcome, ("sent", "delivered"))
        with self.assertRaisesRegex(UserError, "sent already"):
            self._mine().action_confirm()
        self._night(MONDAY)
        self.assertEqual(len(self._lines(told=True)), 1)

    def test_lapsed(self):
        self._night(MONDAY + timedelta(days=1))
        self.assertEqual(self.run.filtered(lambda r: r.state == "lapsed"), self.run)
        self.assertEqual(self._line(self.customer).reason, "lapsed")
        self.assertFalse(self.run.activity_ids)
        # the next night asks again
        again = self.schedule.run_ids - self.run
        self.assertEqual(again.state, "draft")
        with self.assertRaises(UserError):
            self._mine().action_confirm()

    def test_discarded(self):
        self._mine().action_discard()
        self.assertEqual(self.run.state, "lapsed")
        self.assertIn("Accountant", self._line(self.customer).explanation)
        with self._at(MONDAY), self.assertRaisesRegex(UserError, "discarded"):
            self._mine().action_confirm()

    def test_mended_in_the_form(self):
        with Form(self._mine()) as form:
            for number, line in enumerate(self._mine().line_ids):
                with form.line_ids.edit(number) as edited:
                    if line.partner_id == self.silent:
                        edited.number = "601 234 569"
                    else:
                        edited.selected = False
        self.assertEqual(self._line(self.silent).number, "+48601234569")
        self.assertFalse(self._line(self.silent).reason)
        with self._at(MONDAY, 14):
            self._mine().action_confirm()
        self.assertEqual(self.run.line_ids.filtered("told").partner_id, self.silent)
        self.assertEqual(self._line(self.customer).outcome, "left_out")
        self.assertEqual(self._line(self.customer).explanation, "Left out by hand.")

    def test_unticked_and_ticked_again(self):
        line = self._line(self.customer)
        line.selected = False
        self.assertEqual(line.reason, "unticked")
        line.selected = True
        self.assertFalse(line.reason)

    def test_a_wrong_number_says_so(self):
        self._line(self.silent).number = "22 123 45 67"
        self.assertEqual(self._line(self.silent).reason, "bad_number")
        self.assertIn("landline", self._line(self.silent).why)

    def test_an_empty_text_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "text"):
            self._line(self.customer).text = " "

    def test_only_a_draft_and_only_what_is_to_be_mended(self):
        line = self._line(self.customer)
        for values in ({"reason": False}, {"occasion": "x"}, {"told": True}):
            with self.assertRaises(AccessError):
                line.write(values)
        for values in (
            {"state": "done"},
            {"line_ids": [Command.delete(line.id)]},
            {"line_ids": [Command.create({})]},
        ):
            with self.assertRaises(AccessError):
                self._mine().write(values)
        self._mine().action_discard()
        with self.assertRaises(AccessError):
            line.number = "+48601234569"

    def test_who_was_told_meanwhile_is_left_out(self):
        with self._at(MONDAY, 11):
            self._send(self._line(self.customer).move_id)
        with self._at(MONDAY, 12):
            self._mine().action_confirm()
        self.assertEqual(self._line(self.customer).reason, "too_recent")
