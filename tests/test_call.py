from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import LANDLINE_PL, REFUSED_BY_SANDBOX
from .schedule_common import MONDAY, ScheduleCommon

TUESDAY = MONDAY.replace(day=2)


@tagged("post_install", "-at_install")
class TestCall(ScheduleCommon):
    """Whoever no message can reach is called, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(cls.env, "seller", groups="base.group_user")
        cls.silent = cls._partner("Silent", user_id=cls.seller.id)

    def _calls(self, partner=None):
        call = self.env.ref("mail.mail_activity_data_call")
        calls = self.env["mail.activity"].search(
            [("activity_type_id", "=", call.id), ("res_model", "=", "res.partner")]
        )
        wanted = partner or self.silent
        return calls.filtered(lambda one: one.res_id == wanted.id)

    def _due_of(self, partner, **values):
        with self._at(MONDAY, 9):
            schedule = self._schedule(levels="7", call_unreached=True, **values)
            self._due(7, partner=partner)
        return schedule

    # -- by a schedule ---------------------------------------------------------------

    def test_no_number(self):
        self._due_of(self.silent)
        self._night(MONDAY)
        call = self._calls()
        self.assertEqual(call.user_id, self.seller)
        self.assertIn("100.00 USD", call.note)
        self.assertIn("has no mobile number", call.note)

    def test_without_a_salesperson_the_one_in_charge_calls(self):
        nobodys = self._partner("Nobody's", phone=LANDLINE_PL)
        self._due_of(nobodys)
        self._night(MONDAY)
        self.assertEqual(self._calls(nobodys).user_id, self.accountant)

    def test_once_even_when_it_is_done(self):
        self._due_of(self.silent)
        self._nights(MONDAY, 2)
        self._calls().action_feedback("No answer")
        self._nights(TUESDAY, 3)
        self.assertFalse(self._calls())

    def test_one_open_call_for_several_invoices(self):
        self._due_of(self.silent)
        with self._at(MONDAY, 9):
            self._due(7, partner=self.silent, amount=50)
        self._nights(MONDAY, 2)
        with self._at(TUESDAY, 12):
            self._due(7, partner=self.silent, amount=25)
        self._night(TUESDAY.replace(day=3))
        self.assertEqual(len(self._calls()), 1)

    def test_who_was_reached_is_not_called(self):
        self._due_of(self.customer)
        self._nights(MONDAY, 2)
        self.assertFalse(self._calls(self.customer))

    def test_failed_for_good(self):
        self.customer.sms_phone = REFUSED_BY_SANDBOX
        self._due_of(self.customer)
        self._night(MONDAY)
        self.assertFalse(self._calls(self.customer))
        self._night(MONDAY, 12)
        self.assertTrue(self._calls(self.customer))

    def test_opted_out(self):
        self.env["phone.blacklist"].create({"number": self.customer.sms_phone})
        self._due_of(self.customer)
        self._night(MONDAY)
        self.assertIn("opted out", self._calls(self.customer).note)

    def test_the_other_channel_comes_first(self):
        mail = self._template("invoice_overdue", "email")
        mail.attach_document = False
        reached = self._partner("By e-mail", email="office@example.com")
        self._due_of(self.silent, fallback_template_id=mail.id)
        with self._at(MONDAY, 9):
            self._due(7, partner=reached)
        self._nights(MONDAY, 2)
        self.assertFalse(self._calls(reached))
        self.assertTrue(self._calls())

    def test_who_has_paid_is_not_called(self):
        self.customer.sms_phone = REFUSED_BY_SANDBOX
        self._due_of(self.customer)
        self._night(MONDAY)
        with self._at(MONDAY, 20):
            self._pay(self.customer.invoice_ids)
        self._night(MONDAY, 21)
        self.assertFalse(self._calls(self.customer))

    def test_not_unless_asked_for(self):
        schedule = self._due_of(self.silent)
        schedule.call_unreached = False
        self._nights(MONDAY, 2)
        self.assertFalse(self._calls())

    def test_calls_go_with_the_switch(self):
        self._due_of(self.silent, channel="email", template_id=self._mail().id)
        self.company._organizer_set_channel("sms", False)
        self._nights(MONDAY, 2)
        self.assertEqual(self._lines().mapped("reason")[:1], ["no_email"])
        self.assertFalse(self._calls())
        self.company._organizer_set_channel("sms", True)
        self._night(TUESDAY, 12)
        self.assertTrue(self._calls())

    def _mail(self):
        mail = self._template("invoice_overdue", "email")
        mail.attach_document = False
        return mail

    # -- by hand ---------------------------------------------------------------------

    def _run(self, count=2):
        partners = [
            self._partner(f"Silent {n}", user_id=self.seller.id) for n in range(count)
        ]
        invoices = [self._invoice(one, days_overdue=7) for one in partners]
        moves = self.env["account.move"].union(*invoices, self._invoice())
        return self._send(moves), partners

    def test_the_button(self):
        run, partners = self._run()
        mine = run.with_user(self.accountant)
        self.assertEqual(mine.to_call_count, 2)
        action = mine.action_plan_calls()
        self.assertIn("2", action["params"]["message"])
        for partner in partners:
            self.assertEqual(len(self._calls(partner)), 1)
        self.assertFalse(mine.to_call_count)
        with self.assertRaisesRegex(UserError, "planned already"):
            mine.action_plan_calls()

    def test_the_button_is_for_who_may_send(self):
        run, _partners = self._run()
        with self.assertRaises(AccessError):
            run.with_user(self.seller).action_plan_calls()
        self.company._organizer_set_channel("sms", False)
        with self.assertRaisesRegex(UserError, "Calls, SMS, meetings"):
            run.with_user(self.accountant).action_plan_calls()

    def test_queries_do_not_grow(self):
        counts = []
        for count in (2, 2, 12):
            run, _partners = self._run(count)
            ids = run.line_ids.ids
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["organizer.run.line"].sudo().browse(ids)._plan_calls()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLess(counts[2] - counts[1], 3, "ten customers more")
