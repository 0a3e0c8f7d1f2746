from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.sms_organizer.tests.common import LANDLINE_PL, OrganizerCommon

MOBILE, OTHER_MOBILE = "+48601234567", "+48601234568"


@tagged("post_install", "-at_install")
class TestEmployee(OrganizerCommon):
    """SMS to employees: by officers of Employees, while it is allowed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.poland
        cls.company.sms_employees = True
        cls.officer = new_test_user(
            cls.env,
            "officer",
            groups="hr.group_hr_user",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.anna = cls._employee("Anna", mobile_phone=MOBILE)

    @classmethod
    def _employee(cls, name, **values):
        values = {"name": name, "company_id": cls.company.id, **values}
        return cls.env["hr.employee"].sudo().create(values)

    def _open(self, employees, user=None):
        user = user or self.officer
        action = employees.with_user(user).action_send_sms()
        env = self.env(user=user.id, su=False)
        return env["organizer.compose"].browse(action["res_id"])

    def _tell(self, employees, text="The office is closed today, [employee]."):
        compose = self._open(employees)
        compose.body = text
        run_id = compose.action_send()["res_id"]
        return self.env["organizer.run"].sudo().browse(run_id)

    def test_one_employee(self):
        run = self._tell(self.anna)
        sms = run.line_ids.sms_ids
        self.assertEqual(sms.body, "The office is closed today, Anna.")
        self.assertEqual((sms.res_model, sms.res_id), ("hr.employee", self.anna.id))
        self.assertEqual(sms.user_id, self.officer)
        self._pass(2)
        self.assertEqual(run.line_ids.outcome, "delivered")
        mine = self.anna.with_user(self.officer)
        self.assertEqual(mine.sms_count, 1)
        action = mine.action_open_sms()
        messages = self.env["sms.sms"].with_user(self.officer)
        self.assertEqual(messages.search(action["domain"]).ids, sms.ids)

    def test_what_an_employee_answers_is_for_officers(self):
        sms = self._tell(self.anna).line_ids.sms_ids
        self._pass(2)
        reply = (
            self.env["sms.reply"]
            .sudo()
            .create(
                {
                    "gateway_id": sms.gateway_id.id,
                    "company_id": self.company.id,
                    "number": MOBILE,
                    "text": "I am ill",
                    "sms_id": sms.id,
                    "partner_id": sms.partner_id.id,
                    "received_at": fields.Datetime.now(),
                    "provider_key": "1",
                }
            )
        )
        reply._show([], False)
        replies = self.env["sms.reply"]
        self.assertTrue(replies.with_user(self.officer).search([("id", "=", reply.id)]))
        self.assertFalse(
            replies.with_user(self.accountant).search([("id", "=", reply.id)])
        )
        self.assertIn("I am ill", self.anna.sudo().message_ids[0].body)
        self.assertFalse(
            sms.partner_id.message_ids.filtered(lambda one: "ill" in one.body)
        )
        self.assertEqual(reply.activity_id.user_id, self.officer)
        self.assertEqual(reply.activity_id.res_model, "sms.reply")

    def test_work_mobile_then_work_phone(self):
        by_phone = self._employee("Phone", work_phone=OTHER_MOBILE)
        landline = self._employee("Both", work_phone=LANDLINE_PL, mobile_phone=MOBILE)
        fixed = self._employee("Fixed", work_phone=LANDLINE_PL)
        silent = self._employee("Silent")
        run = self._tell(by_phone | landline | fixed | silent)
        lines = {line.res_id: line for line in run.line_ids}
        self.assertEqual(lines[by_phone.id].number, OTHER_MOBILE)
        self.assertEqual(lines[landline.id].number, MOBILE)
        self.assertEqual(lines[fixed.id].reason, "bad_number")
        self.assertEqual(lines[silent.id].reason, "no_number")
        self.assertIn("work mobile", lines[silent.id].why)
        self.assertFalse(run.to_call_count)

    def test_not_unless_it_is_allowed(self):
        compose = self._open(self.anna)
        self.company.sms_employees = False
        with self.assertRaisesRegex(UserError, "Allow SMS to employees"):
            self._open(self.anna)
        compose.body = "Hello"
        with self.assertRaisesRegex(UserError, "Allow SMS to employees"):
            compose.action_send()

    def test_what_waits_when_it_is_not_allowed_any_more_is_not_sent(self):
        run = self._tell(self.anna)
        self.company.sms_employees = False
        self._pass(2)
        self.assertEqual(run.line_ids.outcome, "cancelled")

    def test_not_while_sms_are_off(self):
        self.company._organizer_set_channel("sms", False)
        with self.assertRaisesRegex(UserError, "Calls, SMS, meetings"):
            self._open(self.anna)

    def _gear(self):
        actions = self.env["ir.actions.actions"].with_user(self.officer)
        bound = actions.with_company(self.company).get_bindings("hr.employee")
        return [one["name"] for one in bound.get("action", [])]

    def test_the_gear_menu(self):
        self.assertIn("Send SMS", self._gear())
        self.company.sms_employees = False
        self.assertNotIn("Send SMS", self._gear())

    # -- rights ----------------------------------------------------------------------

    def test_for_officers_alone(self):
        stranger = new_test_user(self.env, "stranger", groups="base.group_user")
        for user in (self.accountant, stranger):
            with self.assertRaises(AccessError):
                self._open(self.anna, user)
        compose = self.env["organizer.compose"].with_user(self.accountant)
        with self.assertRaises(AccessError):
            compose.create({"basis": "employee"})

    def test_an_officer_tells_no_customer(self):
        composes = self.env["organizer.compose"].with_user(self.officer)
        with self.assertRaises(AccessError):
            composes.create({"partner_id": self.customer.id, "basis": "free_text"})
        compose = composes.create({"basis": "employee"})
        with self.assertRaises(AccessError):
            compose.write({"partner_id": self.customer.id, "basis": "free_text"})
            compose.body = "Hello"
            compose.action_send()

    def test_neither_sees_the_others_messages(self):
        of_employee = self._tell(self.anna)
        of_customer = self._send(self._invoice())
        for user, mine, theirs in (
            (self.officer, of_employee, of_customer),
            (self.accountant, of_customer, of_employee),
        ):
            for of_run in (
                lambda run: run,
                lambda run: run.line_ids,
                lambda run: run.line_ids.sms_ids,
            ):
                own, other = of_run(mine), of_run(theirs)
                records = self.env(user=user.id, su=False)[own._name]
                found = records.search([("id", "in", (own | other).ids)])
                self.assertEqual(found.ids, own.ids)
                with self.assertRaises(AccessError):
                    records.browse(other.ids).read(["display_name"])

    def test_an_officer_reads_no_templates_about_customers(self):
        templates = self.env["organizer.template"]
        mine = templates.create(
            {"name": "Closed", "basis": "employee", "text": "Closed, [employee]."}
        )
        found = templates.with_user(self.officer).search([])
        self.assertEqual(found.ids, mine.ids)
        with self.assertRaises(AccessError):
            mine.with_user(self.officer).name = "Other"
        run = self._tell(self.anna, "Closed, [employee].")
        self.assertEqual(run.line_ids.sms_ids.body, "Closed, Anna.")

    def test_another_companys_employees(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self._employee("Theirs", company_id=other.id, mobile_phone=MOBILE)
        with self.assertRaises(AccessError):
            self._open(theirs)
