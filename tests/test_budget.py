from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..gateways.base import Verdict
from ..models.sms_claim import LOOK_AGAIN
from ..models.sms_purse import BUDGET
from .package_common import SHORT, THREE, TWO, PackageCommon

# noon in Warsaw
NOON = datetime(2026, 6, 15, 10)
MIDNIGHT = datetime(2026, 6, 15, 22)


@tagged("post_install", "-at_install")
class TestBudget(PackageCommon):
    """What a company may spend a day and a month."""

    def setUp(self):
        super().setUp()
        self.company.sms_prepaid = False
        self.company.partner_id.tz = "Europe/Warsaw"
        self.gateway.price = 1
        self.gateway.currency_id = self.company.currency_id
        self.enterContext(freeze_time(NOON))

    def _sent(self, *bodies):
        messages = self._queue(*bodies)
        self._pass()
        return messages

    def assertSpent(self, day, month):
        spent = self.company._sms_spent()
        self.assertAlmostEqual(spent.day, day)
        self.assertAlmostEqual(spent.month, month)

    def test_what_is_beyond_waits_for_the_next_midnight_at_the_company(self):
        self.company.sms_budget_day = 2
        messages = self._sent(SHORT, SHORT, SHORT)
        self.assertStates(messages, "pending", "pending", "outgoing")
        late = messages[2]
        self.assertEqual(late.waits_for, "budget")
        # looked at again before, in case that something comes back
        self.assertEqual(late.next_attempt_at, NOON + LOOK_AGAIN)
        self.assertIn("of the day's budget", late.explanation)
        self._pass()
        self.assertEqual(late.state, "outgoing")
        with freeze_time(MIDNIGHT + timedelta(seconds=1)):
            self._pass()
            self.assertEqual(late.state, "pending")
            self.assertSpent(1, 3)

    def test_what_fits_goes_before_what_does_not(self):
        self.company.sms_budget_day = 2
        self.assertStates(self._sent(THREE, SHORT), "outgoing", "pending")

    def test_the_months_budget_waits_for_the_next_month(self):
        self.company.sms_budget_month = 1
        messages = self._sent(SHORT, SHORT)
        self.assertIn("of the month's budget", messages[1].explanation)
        self.assertIn("7/1/26", messages[1].explanation)

    def test_the_last_month_of_the_year(self):
        with freeze_time("2026-12-15"):
            opens = self.company._sms_budget_opens(True)
        self.assertEqual(opens, datetime(2026, 12, 31, 23))

    def test_what_comes_back_lets_the_next_one_go(self):
        self.company.sms_budget_month = 1
        first, second = self._sent(SHORT, SHORT)
        first._set_outcome("canceled", reason="taken back")
        with freeze_time(NOON + LOOK_AGAIN):
            self._pass()
        self.assertEqual(second.state, "pending")

    def test_each_attempt_that_was_sent_costs(self):
        self.company.sms_budget_month = 10
        sms = self._sent(SHORT)
        sms._set_outcome("error", "unknown", reason="not delivered")
        self.assertSpent(1, 1)
        sms._queue_again()
        self.assertSpent(1, 1)
        self._pass()
        self.assertEqual(sms.cost, 2)
        self.assertSpent(2, 2)

    def test_a_message_dearer_than_the_budget_says_so(self):
        self.company.sms_budget_month = 1
        sms = self._sent(THREE)
        self.assertIn("more than the whole budget", sms.explanation)

    def test_it_is_exact(self):
        self.company.sms_budget_day = 3
        self.gateway.price = 0.1
        messages = self._sent(*[SHORT] * 31)
        self.assertEqual(messages.mapped("state").count("pending"), 30)

    def test_a_raise_lets_them_go_at_once(self):
        self.company.sms_budget_day = 1
        messages = self._sent(SHORT, SHORT)
        self.company.sms_budget_day = 5
        self._pass()
        self.assertNotIn("outgoing", messages.mapped("state"))

    def test_what_was_sent_before_there_was_a_budget_counts(self):
        with freeze_time(NOON - timedelta(days=40)):
            self._sent(SHORT)
        with freeze_time(NOON - timedelta(days=5)):
            self._sent(TWO)
        self._sent(THREE)
        self.company.sms_budget_day = 100
        self.assertSpent(3, 5)

    def test_what_is_about_to_be_handed_over_counts(self):
        self.company.sms_budget_day = 10
        messages = self._queue(SHORT, TWO)
        messages.write({"state": "process", "claim": "another"})
        self.assertSpent(0, 0)
        messages._charge(self.company, self.gateway)
        self.assertSpent(3, 3)

    def test_refused_it_is_not_spent(self):
        self.company.sms_budget_day = 10
        self.verdict = Verdict.REJECTED
        self._sent(THREE)
        self.assertSpent(0, 0)

    def test_in_doubt_it_is_spent(self):
        self.company.sms_budget_day = 10
        self.verdict = Verdict.UNKNOWN
        self._sent(THREE)
        self.assertSpent(3, 3)

    def test_cost_counts_once_it_is_known_and_price_until_then(self):
        self.company.sms_budget_day = 10
        sms = self._sent(SHORT)
        sms.cost = 4
        self.assertSpent(4, 4)

    def test_tests_cost_nothing(self):
        self.company.sms_budget_day = 1
        messages = self._queue(THREE, THREE)
        messages.is_test = True
        self._pass()
        self.assertNotIn("outgoing", messages.mapped("state"))
        self.assertSpent(0, 0)

    def test_amounts_are_converted(self):
        foreign = self.setup_other_currency("EUR", rates=[("1900-01-01", 2)])
        self.gateway.currency_id = foreign
        self.company.sms_budget_day = 1
        messages = self._sent(SHORT, SHORT, SHORT)
        self.assertStates(messages, "pending", "pending", "outgoing")
        self.assertSpent(1, 1)

    def test_another_company_has_its_own(self):
        self.company.sms_budget_day = 1
        self._sent(SHORT)
        other = self.env["res.company"].create(
            {"name": "Other", "sms_budget_day": 1, "currency_id": 1}
        )
        self.assertEqual(other._sms_spent(), (0, 0))

    def test_budget_and_package_both_have_to_suffice(self):
        self.company.write({"sms_prepaid": True, "sms_budget_day": 2})
        package = self._package(5)
        messages = self._sent(THREE, TWO, SHORT)
        self.assertStates(messages, "outgoing", "pending", "outgoing")
        self.assertEqual(set(messages.mapped("waits_for")), {False, "budget"})
        self.assertLeft(package, 3)

    # -- warned ----------------------------------------------------------------------

    def test_one_activity_at_80_percent_once_a_day(self):
        self.company.sms_budget_day = 10
        self._sent(*[SHORT] * 7)
        self.assertFalse(self.gateway.activity_search([BUDGET]))
        self._sent(SHORT)
        self._sent(SHORT)
        self._sent(SHORT, SHORT)
        activity = self.gateway.activity_search([BUDGET])
        self.assertEqual(len(activity), 1)
        self.assertIn("of the day's SMS budget", activity.note)
        self.assertEqual(activity.user_id, self.gateway.user_id)
        activity.action_feedback()
        self._sent(SHORT)
        self.assertFalse(self.gateway.activity_search([BUDGET]))
        with freeze_time(MIDNIGHT + timedelta(hours=10)):
            self._sent(*[SHORT] * 8)
            self.assertTrue(self.gateway.activity_search([BUDGET]))

    def test_one_that_is_too_dear_for_it_is_told_at_once(self):
        self.company.sms_budget_day = 2
        self._sent(THREE)
        self.assertTrue(self.gateway.activity_search([BUDGET]))

    def test_without_a_person_in_charge_an_administrator_is_told(self):
        self.gateway.user_id = self.env.ref("base.user_root")
        self.company.sms_budget_day = 1
        self._sent(SHORT)
        told = self.gateway.activity_search([BUDGET]).user_id
        self.assertTrue(told.has_group("sms_organizer.group_sms_administer"))
        self.assertNotEqual(told, self.env.ref("base.user_root"))

    # -- settings --------------------------------------------------------------------

    def test_settings_are_the_companys(self):
        settings = self.env["res.config.settings"].create({})
        settings.write(
            {
                "sms_prepaid": True,
                "sms_packages_low": 7,
                "sms_budget_day": 5,
                "sms_budget_month": 50,
            }
        )
        settings.execute()
        self.assertTrue(self.company.sms_prepaid)
        self.assertEqual(self.company.sms_packages_low, 7)
        self.assertEqual(self.company.sms_budget_day, 5)
        self.assertEqual(self.company.sms_budget_month, 50)

    def test_a_budget_is_not_negative(self):
        for name, label in (
            ("sms_budget_day", "budget per day"),
            ("sms_budget_month", "budget per month"),
            ("sms_packages_low", "Warn below"),
        ):
            with self.assertRaisesRegex(ValidationError, label):
                self.env["res.company"].create({"name": name, name: -1})

    def test_spending_is_counted_in_one_query(self):
        self.company.sms_budget_day = 100
        self._sent(*[SHORT] * 5)
        self.env.flush_all()
        self.company._sms_spent()
        with self.assertQueryCount(1):
            self.company._sms_spent()
