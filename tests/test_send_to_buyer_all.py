from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tests import tagged

from ..models.sms_claim import REDIRECT_PARAMETER
from .common import MOBILE_PL
from .send_to_buyer_common import OTHER, SendToBuyerCommon

AT_ONCE = "odoo.addons.sms_organizer.models.organizer_run_review.AT_ONCE"


@tagged("post_install", "-at_install")
class TestSendAll(SendToBuyerCommon):
    """Everything in the filter that nobody was told of by SMS."""

    def setUp(self):
        super().setUp()
        self.untold = self._invoice(days_overdue=1) | self._invoice(days_overdue=2)
        self.told = self._invoice()
        self._told(self.told, "sent")
        self.numberless = self._invoice(self._partner("Nobody"))
        self.failed = self._invoice()
        self._told(self.failed, "error")
        self.all = self.untold | self.told | self.numberless | self.failed

    def _count(self, moves=None):
        wanted = [["id", "in", (moves or self.all).ids]]
        return self.moves.with_user(self.accountant).organizer_count_to_send(wanted)

    def test_count(self):
        self.assertEqual(self._count(), 2)
        self.env["phone.blacklist"].create({"number": MOBILE_PL})
        self.assertEqual(self._count(), 0)

    def test_count_is_one_query(self):
        self._count()
        self.env.flush_all()
        with self.assertQueryCount(1):
            self._count()

    def test_price_first(self):
        wizard = self._send_all(self.all)
        self.assertEqual(wizard.going_count, 2)
        self.assertIn("1 without a number", wizard.left_out)
        self.assertIn("1 that failed before", wizard.left_out)
        self.assertGreater(wizard.price, 0)
        self.assertEqual(wizard.currency_id.name, "PLN")
        self.assertFalse(self.untold.sms_ids)

    def test_draft_has_all_and_ticks_the_untold(self):
        run = self._draft(self.all)
        lines = run.line_ids.grouped("move_id")
        self.assertEqual(run.state, "draft")
        self.assertEqual(set(lines), set(self.all - self.told))
        self.assertEqual(set(lines[self.untold[0]].mapped("outcome")), {"draft"})
        self.assertEqual(lines[self.numberless].reason, "no_number")
        self.assertEqual(lines[self.failed].reason, "unticked")
        self.assertIn("Enter another number", lines[self.failed].why)
        wizard_price = self._send_all(self.all).price
        self.assertAlmostEqual(run.price, wizard_price, 2)

    def test_numbers_are_mended_before_it_goes(self):
        run = self._draft(self.all)
        line = run.line_ids.filtered(lambda one: one.move_id == self.numberless)
        line.with_user(self.accountant).number = "601 234 599"
        self.assertEqual(line.outcome, "draft")
        run.with_user(self.accountant).action_confirm()
        told = self.untold | self.numberless
        self.assertEqual(run.line_ids.sms_ids.move_id, told)
        self.assertEqual(self.numberless.sms_ids.number, OTHER)
        self.assertEqual(self._count(), 0)

    def test_another_number_is_another_try(self):
        self.failed.sms_phone = OTHER
        self.assertEqual(self._count(), 3)
        line = self._draft(self.failed).line_ids
        self.assertEqual((line.outcome, line.number), ("draft", OTHER))

    def test_forgotten_number_is_no_other_one(self):
        self.failed.sms_ids.sudo().number = "+48…"
        self.assertEqual(self._count(), 2)

    def _go_live(self):
        live = {"provider": "smsapi", "password": "secret", "test_mode": False}
        self.gateway.write(live)

    def test_after_tests_all_are_told(self):
        tested, redirected = self._invoice(), self._invoice()
        self._told(tested, "sent", is_test=True)
        self._told(redirected, "pending", redirected_to=OTHER)
        refused, stopped = self._invoice(), self._invoice(sms_phone=OTHER)
        self._told(refused, "error", is_test=True)
        self._told(stopped, "sent", is_test=True)
        self.env["phone.blacklist"].create({"number": OTHER})
        tests = tested | redirected | refused | stopped
        self.assertEqual(self._count(tests), 0, "what follows is a test again")
        self.assertEqual(self._count(self.all), 2)
        self._go_live()
        self.assertEqual(self._count(tests), 3)
        self.assertEqual(self._count(self.all), 2)
        wizard = self._send_all(tests)
        self.assertEqual(wizard.going_count, 3)
        self.assertEqual(wizard.left_out, "1 whose owners opted out")
        lines = self._draft(tests).line_ids.grouped("move_id")
        for move in tested | redirected | refused:
            self.assertEqual(lines[move].outcome, "draft")
        self.assertEqual(lines[stopped].reason, "opted_out")

    def test_test_mode_does_not_repeat_itself(self):
        run = self._draft(self.untold)
        run.with_user(self.accountant).action_confirm()
        self._pass(2)
        self.assertEqual(set(self.untold.mapped("sms_delivery")), {"test"})
        with self.assertRaisesRegex(UserError, "nothing to send"):
            self._send_all(self.untold)
        self._go_live()
        self.assertEqual(self._count(self.untold), 2)
        self.env["ir.config_parameter"].sudo().set_param(REDIRECT_PARAMETER, OTHER)
        self.assertEqual(self._count(self.untold), 0, "a copy of the database")

    def test_paid_and_old_ones_are_no_surprise(self):
        self.assertFalse(self._send_all(self.untold).among_them)
        old = self._invoice(days_overdue=120)
        paid = self._invoice()
        self._pay(paid)
        wizard = self._send_all(self.untold | old | paid)
        self.assertEqual(wizard.going_count, 4)
        self.assertIn("1 paid or reversed already", wizard.among_them)
        self.assertIn("1 older than 90 days", wizard.among_them)

    def test_number_of_the_customer_alone_waits_for_a_person(self):
        cleared = self.untold[0]
        cleared.sms_phone = False
        line = self._draft(self.untold).line_ids.grouped("move_id")[cleared]
        self.assertEqual((line.number, line.reason), (MOBILE_PL, "unticked"))
        self.assertIn("no number of its own", line.why)

    def test_two_people_at_once(self):
        first, second = self._draft(self.all), self._draft(self.all)
        for run in (first, second):
            run.with_user(self.accountant).action_confirm()
        self.assertEqual(len(self.untold.sms_ids), 2)
        late = second.line_ids.filtered(lambda line: line.move_id in self.untold)
        self.assertEqual(set(late.mapped("reason")), {"already_told"})

    def test_told_meanwhile_by_hand(self):
        run = self._draft(self.all)
        self._send(self.untold[0])
        run.with_user(self.accountant).action_confirm()
        self.assertEqual(len(self.untold[0].sms_ids), 1)
        self.assertEqual(len(self.untold[1].sms_ids), 1)

    def test_many_go_in_several_drafts(self):
        with patch("odoo.addons.sms_organizer.wizard.organizer_send_all.MOST", 1):
            wizard = self._send_all(self.all)
            self.assertTrue(wizard.is_many)
            first = self._draft(self.all)
            self.assertEqual(first.line_ids.move_id, self.untold[0])
            first.with_user(self.accountant).action_confirm()
            self.assertEqual(self._draft(self.all).line_ids.move_id, self.untold[1])

    def test_a_second_click_opens_the_same_draft(self):
        wizard = self._send_all(self.all)
        self.assertEqual(
            wizard.action_review()["res_id"], wizard.action_review()["res_id"]
        )

    def test_nobody_left(self):
        with self.assertRaisesRegex(UserError, "nothing to send"):
            self._send_all(self.told)

    def test_broken_filter(self):
        moves = self.moves.with_user(self.accountant)
        for broken in ([["nothing", "=", 1]], ["&"], [["id", "is", 3]], "x"):
            with self.assertRaises(UserError):
                moves.organizer_count_to_send(broken)

    def test_filter_shows_no_more_than_its_user_may_read(self):
        other = self.setup_other_company()["company"]
        theirs = self._invoice(company=other)
        self.assertEqual(self._count(self.all | theirs), 2)
        self.assertNotIn(theirs, self._draft(self.all | theirs).line_ids.move_id)
        with self.assertRaisesRegex(UserError, "nothing to send"):
            self._send_all(theirs)

    def test_one_company_at_a_time(self):
        other = self.setup_other_company()["company"]
        theirs = self._invoice(company=other)
        self.accountant.company_ids |= other
        moves = self.moves.with_user(self.accountant).with_context(
            allowed_company_ids=(self.company | other).ids
        )
        with self.assertRaisesRegex(UserError, "several companies"):
            moves.organizer_send_all([["id", "in", (self.all | theirs).ids]])

    def test_company_that_is_ticked_later_is_left_out(self):
        other = self.setup_other_company()["company"]
        self._switch_on(other)
        theirs = self._invoice(company=other)
        both = self.all | theirs
        wizard = self._send_all(both)
        self.accountant.company_ids |= other
        wizard = wizard.with_context(allowed_company_ids=(self.company | other).ids)
        self.assertGreater(wizard.price, 0)
        run = self.env["organizer.run"].browse(wizard.action_review()["res_id"])
        self.assertEqual(run.line_ids.move_id, self.all - self.told)
        wizard.run_id = False
        name = "odoo.addons.sms_organizer.wizard.organizer_send_all.OrganizerSendAll"
        with (
            patch(f"{name}._moves", return_value=both.with_env(wizard.env)),
            self.assertRaisesRegex(UserError, "of one company"),
        ):
            wizard.action_review()

    def test_template_of_another_kind_is_refused(self):
        wizard = self._send_all(self.all)
        wizard.template_id = self._template("customer_debt")
        with self.assertRaises(UserError):
            wizard.action_review()

    def test_queries_of_a_draft_do_not_grow(self):
        moves = self._invoices_of_many(60)
        counts = []
        for some in (moves[:6], moves):
            wizard = self._send_all(some)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard.action_review()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1] - counts[0], 5)

    def test_a_big_draft_goes_in_the_background(self):
        run = self._draft(self.all)
        with patch(AT_ONCE, 1):
            run.with_user(self.accountant).action_confirm()
            self.assertEqual(run.state, "confirmed")
            self._send(self.untold[1])
            self.env["organizer.schedule"]._process()
        self.assertEqual(len(self.untold.sms_ids), 2)
        self.assertEqual(run.state, "sending")
        self.assertEqual(self.untold.sms_ids.user_id, self.accountant)

    def _confirmed(self):
        """A big draft, none of which is in the queue yet."""
        run = self._draft(self.all)
        with patch(AT_ONCE, 1):
            run.with_user(self.accountant).action_confirm()
        return run

    def test_trouble_of_a_big_draft_is_said_once_to_who_sends_it(self):
        run = self._confirmed()
        schedules = self.env["organizer.schedule"]
        trouble = patch.object(
            type(run), "_send_lines", side_effect=UserError("Not  today.\nNo.\n")
        )
        can_commit = patch.object(type(schedules), "_can_commit", return_value=True)
        rolled_back = patch.object(type(schedules), "_roll_back")
        committed = patch.object(type(schedules), "_commit", return_value=1)
        with trouble, can_commit, rolled_back, committed:
            schedules._process()
            schedules._process()
        self.assertEqual(len(run.activity_ids), 1)
        self.assertEqual(run.activity_ids.user_id, self.accountant)
        self.assertIn("today", run.activity_ids.note)
        self.assertEqual(run.state, "confirmed")
        schedules._process()
        self.assertEqual(run.state, "sending")
        self.assertFalse(run.activity_ids)

    def test_a_big_draft_can_be_stopped(self):
        run = self._confirmed().with_user(self.accountant)
        with self.assertRaisesRegex(UserError, "being put in the queue"):
            run.action_confirm()
        run.action_discard()
        self.assertEqual(run.state, "lapsed")
        self.env["organizer.schedule"]._process()
        self.assertFalse(self.untold.sms_ids)

    def test_what_is_in_the_queue_is_sent_when_the_rest_is_stopped(self):
        run = self._confirmed()
        with patch(AT_ONCE, 1):
            run.sudo()._queue_confirmed()
        run.with_user(self.accountant).action_discard()
        self.env["organizer.schedule"]._process()
        self.assertEqual(run.state, "sending")
        self.assertEqual(len(self.untold.sms_ids), 1)
        left_out = run.line_ids.filtered(lambda line: line.reason == "lapsed")
        self.assertIn(self.accountant.name, left_out.explanation)


@tagged("post_install", "-at_install")
class TestFirstMessages(SendToBuyerCommon):
    def test_domain_of_what_is_to_be_sent_can_be_negated(self):
        move = self._invoice()
        to_send = self.moves._sms_to_send()
        self.assertIn(move, self.moves.search(to_send))
        self.assertNotIn(move, self.moves.search(~Domain(to_send)))
