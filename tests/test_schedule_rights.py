from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .schedule_common import MONDAY, ScheduleCommon


@tagged("post_install", "-at_install")
class TestScheduleRights(ScheduleCommon):
    """Who may steer a schedule, which goes by the rights of the one in charge."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = new_test_user(
            cls.env,
            "other_accountant",
            groups="account.group_account_invoice",
            company_id=cls.company.id,
        )
        cls.stranger = new_test_user(cls.env, "stranger", groups="base.group_user")

    def _values(self, user):
        return {
            "name": "Mine",
            "company_id": self.company.id,
            "template_id": self._template("invoice_overdue").id,
            "user_id": user.id,
            "tz": "UTC",
        }

    def test_an_accountant_makes_their_own(self):
        schedules = self.schedules.with_user(self.accountant)
        schedule = schedules.create(self._values(self.accountant))
        schedule.is_on = True
        schedule.action_forecast()

    def test_nobody_borrows_rights(self):
        schedules = self.schedules.with_user(self.accountant)
        with self.assertRaisesRegex(AccessError, "In charge"):
            schedules.create(self._values(self.env.user))
        mine = schedules.create(self._values(self.accountant))
        with self.assertRaises(AccessError):
            mine.user_id = self.env.user
        with self.assertRaises(AccessError):
            mine.with_user(self.other).domain = "[('id', '>', 0)]"
        self.assertTrue(mine.with_user(self.other).read(["sentence"]))

    def test_an_administrator_steers_all(self):
        mine = self.schedules.create(self._values(self.accountant))
        mine.is_on = True
        mine.user_id = self.other

    def test_strangers_and_other_companies_see_nothing(self):
        self._schedule()
        with self.assertRaises(AccessError):
            self.schedules.with_user(self.stranger).search([])
        company = self.env["res.company"].create({"name": "Other company"})
        outsider = new_test_user(
            self.env,
            "outsider",
            groups="account.group_account_invoice",
            company_id=company.id,
            company_ids=company.ids,
        )
        self.assertFalse(self.schedules.with_user(outsider).search([]))

    def test_another_companys_draft_cannot_be_sent(self):
        with self._at(MONDAY, 9):
            schedule = self._schedule(levels="7", review=True)
            self._due(7)
        self._night(MONDAY)
        company = self.env["res.company"].create({"name": "Other company"})
        outsider = new_test_user(
            self.env,
            "outsider",
            groups="account.group_account_invoice",
            company_id=company.id,
            company_ids=company.ids,
        )
        run = schedule.run_ids.with_user(outsider)
        for action in (run.action_confirm, run.action_discard):
            with self.assertRaises(AccessError):
                action()
        with self.assertRaises(AccessError):
            run.line_ids.write({"selected": False})
