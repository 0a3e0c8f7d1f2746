from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from ..gateways.base import Report, Verdict
from ..models.sms_outbox import Way
from ..models.sms_package import LOW_PACKAGES
from .package_common import SHORT, THREE, TWO, PackageCommon


@tagged("post_install", "-at_install")
class TestPackage(PackageCommon):
    """Bought − used = left."""

    def test_each_segment_takes_one(self):
        package = self._package(10)
        messages = self._queue(SHORT, TWO, THREE)
        self.assertLeft(package, 10)
        self._pass()
        self.assertStates(messages, "pending", "pending", "pending")
        self.assertLeft(package, 4)
        self.assertEqual(messages.mapped("package_segments"), [1, 2, 3])
        self.assertEqual(package.used_share, 60)

    def test_nothing_is_taken_while_the_switch_is_off(self):
        self.company.sms_prepaid = False
        package = self._package(10)
        self.assertStates(self._sent(SHORT), "pending")
        self.assertLeft(package, 10)

    def _sent(self, *bodies):
        messages = self._queue(*bodies)
        self._pass()
        return messages

    def test_tests_take_nothing(self):
        package = self._package(10)
        messages = self._queue(SHORT)
        messages.is_test = True
        self._pass()
        self.assertLeft(package, 10)

    def test_without_a_package_messages_wait_and_go_after_a_purchase(self):
        messages = self._sent(SHORT, SHORT)
        self.assertStates(messages, "outgoing", "outgoing")
        self.assertEqual(set(messages.mapped("waits_for")), {"credit"})
        self.assertIn("Configuration ▸ Packages", messages[0].explanation)
        self.assertFalse(self.handed_over)
        self._pass()
        self.assertFalse(self.handed_over, "it is not looked at all the time")
        package = self._package(2)
        self._pass()
        self.assertStates(messages, "pending", "pending")
        self.assertLeft(package, 0)

    def test_what_is_not_wanted_any_more_does_not_go_after_a_purchase(self):
        move = self._invoice(days_overdue=5)
        sms = self._send(move).line_ids.sms_ids
        self._pass()
        self.assertEqual(sms.waits_for, "credit")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({}).action_create_payments()
        package = self._package(5)
        self._pass()
        self.assertEqual(sms.state, "canceled")
        self.assertLeft(package, 5)

    def test_a_long_one_waits_and_a_short_one_behind_it_goes(self):
        package = self._package(2)
        messages = self._sent(THREE, SHORT, SHORT, SHORT)
        self.assertStates(messages, "outgoing", "pending", "pending", "outgoing")
        self.assertLeft(package, 0)
        package.quantity = 6
        self._pass()
        self.assertNotIn("outgoing", messages.mapped("state"))
        self.assertLeft(package, 0)

    def test_it_says_how_many_are_left(self):
        self._package(2)
        sms = self._sent(THREE)
        self.assertIn("more segments than the 2 that are left", sms.explanation)

    def test_the_oldest_package_first_and_one_message_from_two(self):
        today = fields.Date.today()
        new = self._package(5, bought_on=today)
        old = self._package(2, bought_on=today - timedelta(days=30))
        sms = self._sent(THREE)
        self.assertLeft(old | new, 0, 4)
        uses = self.env["sms.package.use"].search([("sms_id", "=", sms.id)])
        self.assertEqual(
            {use.package_id: use.segments for use in uses}, {old: 2, new: 1}
        )

    def test_a_gateways_package_is_for_its_messages(self):
        other = self.gateway.copy({"name": "Other", "sequence": 1, "prefixes": "+49"})
        package = self._package(5, gateway_id=other.id)
        polish, german = self._queue(SHORT), self._queue(SHORT, number="+4915123456789")
        self._pass()
        self.assertStates(polish | german, "outgoing", "pending")
        self.assertLeft(package, 4)

    def test_an_archived_package_is_not_taken_from(self):
        package = self._package(5)
        package.active = False
        sms = self._sent(SHORT)
        self.assertEqual(sms.waits_for, "credit")
        package.active = True
        self._pass()
        self.assertEqual(sms.state, "pending")

    def test_another_companys_packages_are_not_taken_from(self):
        other = self.env["res.company"].create({"name": "Other"})
        package = self._package(5, company_id=other.id)
        self.assertEqual(self._sent(SHORT).waits_for, "credit")
        self.assertLeft(package, 5)

    def test_switched_off_what_waits_goes(self):
        sms = self._sent(SHORT)
        self.company.sms_prepaid = False
        self._pass()
        self.assertEqual(sms.state, "pending")

    # -- given back ------------------------------------------------------------------

    def test_a_refused_message_gives_it_back(self):
        package = self._package(5)
        self.verdict = Verdict.REJECTED
        sms = self._sent(TWO)
        self.assertEqual(sms.state, "error")
        self.assertLeft(package, 5)
        self.assertFalse(sms.package_segments)
        sms.action_send_again()
        self._answer(Verdict.ACCEPTED)
        self.assertLeft(package, 3)

    def test_what_was_not_taken_gives_it_back_and_takes_it_the_next_time(self):
        package = self._package(5)
        self.verdict = Verdict.NOT_TAKEN
        sms = self._sent(TWO)
        self.assertEqual(sms.state, "outgoing")
        self.assertLeft(package, 5)
        self._later(sms)
        self._answer(Verdict.ACCEPTED)
        self.assertEqual(sms.state, "pending")
        self.assertLeft(package, 3)

    def test_what_was_only_claimed_gives_it_back(self):
        package = self._package(5)
        sms = self._queue(TWO)
        self._claimed(sms)
        self.assertLeft(package, 3)
        sms.claimed_until = "2020-01-01"
        sms._recover_abandoned()
        self.assertEqual(sms.state, "outgoing")
        self.assertLeft(package, 5)

    def _claimed(self, sms, handed_over=False):
        adapter = self.gateway._adapter(self.company)
        way = Way(self.company, self.gateway, Domain("id", "in", sms.ids))
        sms._claim(way, adapter, "claim")
        sms._hold_back_unpaid(self.gateway)
        if handed_over:
            sms._mark_handed_over("claim", sms._prepare_messages(), {}, adapter)

    def test_what_was_cancelled_gives_nothing_back_that_it_has_not(self):
        package = self._package(5)
        sms = self._queue(TWO)
        sms.action_cancel()
        self.assertLeft(package, 5)

    def test_in_doubt_it_is_kept_until_decided(self):
        package = self._package(5)
        self.verdict = Verdict.UNKNOWN
        sms = self._sent(TWO)
        self.assertEqual(sms.state, "unconfirmed")
        self.assertLeft(package, 3)
        sms.action_was_sent()
        self.assertLeft(package, 3)

    def test_a_process_that_died_leaves_doubt_that_keeps_it(self):
        package = self._package(5)
        sms = self._queue(TWO)
        self._claimed(sms, handed_over=True)
        sms.claimed_until = "2020-01-01"
        sms._recover_abandoned()
        self.assertEqual(sms.state, "unconfirmed")
        self.assertLeft(package, 3)

    def test_sent_again_in_spite_of_doubt_it_goes_on_with_what_it_has(self):
        package = self._package(2)
        self.verdict = Verdict.UNKNOWN
        sms = self._sent(TWO)
        self.env["sms.gateway"].search([]).rest_until = False
        sms.action_send_doubtful_again()
        self.assertLeft(package, 0)
        self._answer(Verdict.ACCEPTED)
        self.assertEqual(sms.state, "pending")
        self.assertLeft(package, 0)
        self.assertEqual(len(self.handed_over), 2)

    def test_sent_again_in_spite_of_doubt_and_refused_it_keeps_what_may_have_gone(self):
        package = self._package(2)
        self.verdict = Verdict.UNKNOWN
        sms = self._sent(TWO)
        self.env["sms.gateway"].search([]).rest_until = False
        sms.action_send_doubtful_again()
        self._answer(Verdict.REJECTED)
        self.assertEqual(sms.state, "error")
        self.assertLeft(package, 0)  # the first attempt may have been sent

    def test_cancelled_after_doubt_it_keeps_what_may_have_been_sent(self):
        package = self._package(2)
        self.verdict = Verdict.UNKNOWN
        sms = self._sent(TWO)
        sms.action_send_doubtful_again()
        sms.action_cancel()
        self.assertEqual(sms.state, "unconfirmed")
        self.assertLeft(package, 0)

    def test_a_safe_repetition_takes_nothing_again(self):
        package = self._package(2)
        self.verdict = Verdict.UNKNOWN
        sms = self._sent(TWO)
        self.env["sms.gateway"].search([]).rest_until = False
        self.verdict = Verdict.ACCEPTED
        doubtful = Domain("id", "=", sms.id)
        sms._send_batch(Way(self.company, self.gateway, doubtful))
        self.assertEqual(sms.state, "pending")
        self.assertLeft(package, 0)
        self.assertEqual(len(set(self.handed_over)), 1)

    def test_what_failed_at_the_phone_has_cost_and_takes_again(self):
        package = self._package(5)
        sms = self._sent(TWO)
        sms._apply_reports([Report(sms.uuid, delivered=False)], self.gateway)
        self.assertEqual(sms.state, "error")
        self.assertLeft(package, 3)
        sms.action_send_again()
        self.assertLeft(package, 3)
        self._pass()
        self.assertEqual(sms.state, "pending")
        self.assertLeft(package, 1)

    def test_failed_at_the_phone_before_the_answer_it_has_cost(self):
        package = self._package(5)
        self.verdict = Verdict.UNKNOWN
        sms = self._sent(TWO)
        sms._apply_reports([Report(sms.uuid, delivered=False)], self.gateway)
        self.assertEqual(sms.state, "error")
        self.assertLeft(package, 3)

    def test_delivered_although_it_was_said_not_to_be_taken(self):
        package = self._package(1)
        self.verdict = Verdict.NOT_TAKEN
        sms = self._sent(TWO[:10])
        self.assertLeft(package, 1)
        sms._apply_reports([Report(sms.uuid, delivered=True)], self.gateway)
        self.assertEqual(sms.state, "sent")
        self.assertLeft(package, 0)

    # -- a test SMS ------------------------------------------------------------------

    def test_a_test_sms_to_a_phone_takes_one(self):
        gateway = self.gateway
        gateway.provider = "kannel"
        package = self._package(1)
        sms = self.env["sms.sms"].sudo()._create_trial(gateway, "+48601234567", SHORT)
        self.assertFalse(sms.is_test)
        self.assertFalse(sms._charge(self.company, gateway))
        self.assertLeft(package, 0)
        again = self.env["sms.sms"].sudo()._create_trial(gateway, "+48601234567", SHORT)
        with self.assertRaisesRegex(UserError, "used up"):
            again._send_trial([])

    # -- bounded work ----------------------------------------------------------------

    def test_a_batch_takes_a_bounded_number_of_queries(self):
        for number in range(3):
            self._package(40, name=f"Package {number}")
        counts = [self._queries_to_charge(size) for size in (10, 10, 60)]
        self.assertEqual(counts[1], counts[2])

    def _queries_to_charge(self, size):
        messages = self._queue(*[SHORT] * (size // 2), *[TWO] * (size // 2))
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        messages._hold_back_unpaid(self.gateway)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    # -- the package -----------------------------------------------------------------

    def test_price_is_shown_per_segment(self):
        package = self._package(1000, price=120)
        self.assertAlmostEqual(package.price_per_message, 0.12)

    def test_it_is_called_by_its_reference_or_by_what_it_is(self):
        package = self._package(1000, bought_on="2026-11-02")
        self.assertIn("1,000 SMS", package.display_name)
        package.name = "Order 17"
        self.assertEqual(package.display_name, "Order 17")

    def test_not_less_than_is_used(self):
        package = self._package(5)
        self._sent(THREE)
        with self.assertRaisesRegex(ValidationError, "3 of .* are used already"):
            package.quantity = 2
        package.quantity = 3
        self.assertLeft(package, 0)

    def test_used_it_is_kept(self):
        used, unused = self._package(1), self._package(5)
        self._sent(SHORT)
        unused.unlink()
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            used.unlink()

    def test_used_it_stays_with_its_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        package = self._package(5)
        self._sent(SHORT)
        with self.assertRaisesRegex(UserError, "stays where it is"):
            package.company_id = other

    def test_its_bill_is_a_vendors(self):
        with self.assertRaisesRegex(ValidationError, "Vendor bill"):
            self._package(5, bill_id=self._invoice().id)

    def test_found_by_what_is_left(self):
        full, empty = self._package(5), self._package(1, bought_on="2020-01-01")
        self._sent(SHORT)
        packages = self.env["sms.package"]
        mine = Domain("id", "in", (full | empty).ids)
        self.assertEqual(packages.search(mine & Domain("remaining", ">", 0)), full)
        self.assertEqual(packages.search(mine & Domain("remaining", "<=", 0)), empty)

    def test_somebody_is_told_when_little_is_left_until_the_next_purchase(self):
        self.company.sms_packages_low = 5
        package = self._package(6)
        self._sent(SHORT)
        self.assertFalse(package.activity_search([LOW_PACKAGES]))
        self._sent(SHORT)
        self._sent(SHORT)
        activity = package.activity_search([LOW_PACKAGES])
        self.assertEqual(len(activity), 1)
        self.assertIn("4 segments are left", activity.note)
        self._package(1)
        self.assertTrue(package.activity_search([LOW_PACKAGES]))
        self._package(100)
        self.assertFalse(package.activity_search([LOW_PACKAGES]))

    def test_its_button_opens_the_messages(self):
        package = self._package(5)
        sms = self._sent(SHORT)
        action = package.action_open_messages()
        found = self.env["sms.sms"].search(action["domain"])
        self.assertEqual(found, sms)

    # -- the books -------------------------------------------------------------------

    def _check(self, packages):
        action = packages.action_check()
        return (
            self.env["sms.package.check"].with_context(**action["context"]).create({})
        )

    def test_the_books_agree(self):
        package = self._package(10)
        self._sent(SHORT, TWO)
        check = self._check(package)
        self.assertIn("10 bought − 3 used = 7 left", check.words)
        self.assertIn("says the same", check.words)
        self.assertFalse(check.has_differences)
        with self.assertRaisesRegex(UserError, "nothing to mend"):
            check.action_mend()

    def test_what_was_changed_by_hand_is_found_and_mended(self):
        package = self._package(10)
        lost, doubled, cancelled, _fine = self._sent(SHORT, TWO, THREE, SHORT)
        self.env.flush_all()
        for statement, sms in (
            ("DELETE FROM sms_package_use WHERE sms_id = %s", lost),
            ("UPDATE sms_package_use SET segments = 4 WHERE sms_id = %s", doubled),
            ("UPDATE sms_sms SET state = 'canceled' WHERE id = %s", cancelled),
        ):
            self.env.cr.execute(statement, [sms.id])
        self.env.invalidate_all()
        self.assertLeft(package, 2)
        check = self._check(package)
        self.assertIn("differs in 3 messages", check.words)
        check.action_mend()
        self.assertLeft(package, 6)
        self.assertFalse(self._check(package).has_differences)

    # -- rights ----------------------------------------------------------------------

    def test_accountants_read_and_administrators_write(self):
        package = self._package(5).with_user(self.accountant)
        self.assertEqual(package.remaining, 5)
        with self.assertRaises(AccessError):
            package.quantity = 500
        with self.assertRaises(AccessError):
            package.action_check()
        with self.assertRaises(AccessError):
            self.env["sms.package"].with_user(self.accountant).create({"quantity": 5})
        self._sent(SHORT)
        uses = self.env["sms.package.use"]
        with self.assertRaises(AccessError):
            uses.with_user(self.accountant).search([], limit=1)

    def test_nobody_writes_what_was_used(self):
        self._package(5)
        self._sent(SHORT)
        boss = mail_new_test_user(
            self.env,
            login="sms_boss",
            groups="sms_organizer.group_sms_administer",
            company_id=self.company.id,
        )
        use = self.env["sms.package.use"].with_user(boss).search([], limit=1)
        self.assertTrue(use.package_id)
        for step in (use.unlink, lambda: use.write({"segments": 0})):
            with self.assertRaises(AccessError):
                step()

    def test_another_companys_packages_are_not_seen(self):
        other = self.env["res.company"].create({"name": "Other"})
        package = self._package(5, company_id=other.id)
        packages = self.env["sms.package"].with_user(self.accountant)
        self.assertNotIn(package.id, packages.search([]).ids)
        with self.assertRaises(AccessError):
            packages.browse(package.id).read(["quantity"])
