import runpy
from unittest.mock import patch

from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import file_path

from .common import SWITCHES
from .schedule_common import MONDAY, ScheduleCommon

SWITCH_OF_SMS = "Calls, SMS, meetings and planned interactions"


class SwitchCommon(ScheduleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(
            cls.env,
            "boss",
            groups="account.group_account_manager,base.group_system",
            company_id=cls.company.id,
        )

    def _off(self, *channels):
        for channel in channels or ("sms", "email"):
            self.company._organizer_set_channel(channel, False)

    def _on(self, channel):
        self.company._organizer_set_channel(channel, True)


@tagged("post_install", "-at_install")
class TestSwitchHides(SwitchCommon):
    """A channel that is off shows nothing of itself."""

    def _menus(self, user):
        """Paths of the menus that a user has below Organizer."""
        menus = self.env["ir.ui.menu"].with_user(user).load_web_menus(False)
        root = self.env.ref("sms_organizer.menu_organizer").id
        if root not in menus:
            return None
        return set(self._paths(menus, root))

    def _paths(self, menus, parent, above=""):
        for child in menus[parent]["children"]:
            path = above + menus[child]["name"]
            yield path
            yield from self._paths(menus, child, f"{path} ▸ ")

    def _buttons(self, records, view=None, view_type="list"):
        view_id = self.env.ref(f"sms_organizer.{view}").id if view else None
        arch = records.with_user(self.boss).get_view(view_id, view_type)["arch"]
        return {one.get("name") for one in etree.fromstring(arch).iter("button")}

    def _gear(self, model):
        actions = self.env["ir.actions.actions"].with_user(self.accountant)
        return {one["name"] for one in actions.get_bindings(model).get("action", [])}

    def test_everything_off(self):
        self._off()
        menus = self._menus(self.boss)
        self.assertIn("Configuration ▸ Gateways", menus)
        self.assertEqual({one.split(" ▸ ")[0] for one in menus}, {"Configuration"})
        self.assertIsNone(self._menus(self.accountant))

    def test_menus_of_each_channel(self):
        both = self._menus(self.boss)
        self._off("sms")
        self.assertEqual(
            both - self._menus(self.boss),
            {
                "Overview",
                "Messages ▸ SMS Messages",
                "Messages ▸ Replies",
                "Messages ▸ Sandbox phone",
                "Reporting",
                "Reporting ▸ SMS Analysis",
            },
        )
        self._on("sms")
        self._off("email")
        self.assertEqual(self._menus(self.boss), both)

    def test_buttons(self):
        debtors, invoices = self.env["organizer.debtor"], self.env["account.move"]
        sms, mail = "action_sms_by_template", "action_email_by_template"
        self.assertLessEqual({sms, mail}, self._buttons(debtors))
        self._off("email")
        self.assertEqual(self._buttons(debtors) & {sms, mail}, {sms})
        self.assertIn("action_send_sms", self._buttons(invoices, view_type="form"))
        self._off("sms")
        self.assertFalse(self._buttons(debtors) & {sms, mail})
        self.assertNotIn("action_send_sms", self._buttons(invoices, view_type="form"))

    def test_gear_menus(self):
        template = self._template("invoice_overdue", "email")
        template.in_menu = True
        entry = template._menu_name()
        self.assertLessEqual({"Send SMS", entry}, self._gear("account.move"))
        self._off("email")
        self.assertEqual(self._gear("account.move") & {"Send SMS", entry}, {"Send SMS"})
        self._off("sms")
        self.assertFalse(self._gear("account.move") & {"Send SMS", entry})

    def test_send_and_print_does_not_offer_it(self):
        wizards = self.env["account.move.send.wizard"]
        invoice = self._invoice()
        wizard = wizards.with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"move_id": invoice.id})
        self.assertIn("sms", wizard.sending_method_checkboxes)
        self._off("sms")
        wizard.invalidate_recordset()
        wizard._compute_sending_method_checkboxes()
        self.assertNotIn("sms", wizard.sending_method_checkboxes)

    def test_who_prefers_sms_is_told_why_there_is_none(self):
        self.customer.invoice_sending_method = "sms"
        invoice = self._invoice()
        self._off("sms")
        self.env["account.move.send"]._generate_and_send_invoices(
            invoice, sending_methods=["sms"]
        )
        run = self.env["organizer.run"].search([("origin", "=", "send_print")])
        self.assertLeftOut(run, invoice, "switched_off", SWITCH_OF_SMS)

    def test_settings_switch(self):
        self._off("sms")
        self.env["res.config.settings"].create({"group_organizer_sms": True}).execute()
        self.assertTrue(self.company._organizer_channel_is_on("sms"))
        settings = self.env["res.config.settings"].create({})
        self.assertTrue(settings.group_organizer_email)
        settings.group_organizer_email = False
        settings.execute()
        self.assertFalse(self.company._organizer_channel_is_on("email"))

    def test_an_upgraded_database_keeps_what_it_had(self):
        self._off()
        self.company.write(dict.fromkeys(SWITCHES, False))
        path = file_path("sms_organizer/migrations/19.0.1.3.0/post-migrate.py")
        runpy.run_path(path)["migrate"](self.cr, "19.0.1.2.0")
        self.company.invalidate_recordset()
        self.assertTrue(all(self.company[name] for name in SWITCHES))
        self.assertIn("Scheduled Sending", self._menus(self.boss))

    def test_a_new_company_sends_nothing_by_itself(self):
        company = self.env["res.company"].create({"name": "New"})
        self.assertFalse(any(company[name] for name in SWITCHES))
        self.assertIsNone(company._organizer_auto_problem("payment_received"))


@tagged("post_install", "-at_install")
class TestSwitchStops(SwitchCommon):
    """Not only hidden: nothing leaves, and who asks is told which switch it is."""

    def _opened(self, action):
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        view = self.env.ref("sms_organizer.organizer_compose_view_form_off")
        self.assertEqual(action["views"], [(view.id, "form")])
        return wizard.with_user(self.accountant)

    def test_the_wizard_names_the_switch(self):
        invoice = self._invoice()
        compose = self._compose(invoice)
        self._off("sms")
        opened = self._opened(invoice.with_user(self.accountant).action_send_sms())
        self.assertIn(SWITCH_OF_SMS, opened.switched_off)
        compose.invalidate_recordset()
        with self.assertRaisesRegex(UserError, SWITCH_OF_SMS):
            compose.action_send()
        self.assertFalse(invoice.sms_ids)
        new = self.env["organizer.compose"].with_user(self.accountant)
        self.assertIn(SWITCH_OF_SMS, self._opened(new.action_open_new()).switched_off)

    def test_templates_name_the_switch(self):
        self._invoice(days_overdue=7)
        self._off("email")
        template = self._template("invoice_overdue", "email")
        self.assertIn("Mail client", template.switched_off)
        action = template.with_user(self.accountant).action_send()
        self.assertIn("Mail client", self._opened(action).switched_off)
        debtors = self.env["organizer.debtor"].with_user(self.accountant)
        action = debtors.action_email_by_template()
        self.assertIn("Mail client", self._opened(action).switched_off)

    def _overdue(self, **values):
        with self._at(MONDAY, 9):
            schedule = self._schedule(levels="7", **values)
            self._due(7)
        return schedule

    def test_a_schedule_stops_and_says_so(self):
        schedule = self._overdue()
        self._off("sms")
        self._nights(MONDAY, 2)
        self.assertFalse(self._lines())
        self.assertFalse(schedule.activity_ids)
        schedule.invalidate_recordset()
        self.assertIn(SWITCH_OF_SMS, schedule.problem)
        (outlook,) = schedule._outlook(self.customer.invoice_ids)
        self.assertIn(SWITCH_OF_SMS, outlook.why)
        with self.assertRaisesRegex(UserError, SWITCH_OF_SMS):
            schedule.action_forecast()

    def test_no_cron_sends_anything(self):
        self.customer.email = "office@drukarnia.example"
        mail = self._template("invoice_overdue", "email")
        mail.attach_document = False
        for channel in ("sms", "email"):
            self._overdue(channel=channel, forecast_mail=True, call_unreached=True)
        by_sms = self._send(self._invoice())
        by_mail = mail._draft_run(self.company, self._invoice(days_overdue=9))
        by_mail._send()
        sent = patch.object(self.env.registry["ir.mail_server"], "send_email")
        before = self.env["mail.mail"].search_count([])
        self._off()
        with self._at(MONDAY, 11), sent as send_email:
            self.schedules._process()
            self._pass(2)
            self.env["mail.mail"].process_email_queue(by_mail.line_ids.mail_ids.ids)
        send_email.assert_not_called()
        self.assertFalse(self._lines())
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        self.assertEqual(by_sms.line_ids.outcome, "waiting")
        self.assertEqual(by_mail.line_ids.outcome, "waiting")

    def test_it_catches_up_once_it_is_on(self):
        self._overdue()
        self._off("sms")
        self._nights(MONDAY, 2)
        self._on("sms")
        self._nights(MONDAY.replace(day=3), 2)
        self.assertEqual([line.outcome for line in self._lines()], ["delivered"])

    def test_a_basis_that_is_off(self):
        schedule = self._overdue()
        self.company.organizer_auto_invoice_overdue = False
        self._night(MONDAY)
        self.assertFalse(self._lines())
        self.assertFalse(schedule.activity_ids)
        schedule.invalidate_recordset()
        self.assertIn("Remind of overdue invoices", schedule.problem)

    def test_half_of_a_schedule_is_off(self):
        self.company.organizer_auto_invoice_overdue = False
        with self._at(MONDAY, 9):
            schedule = self._schedule("invoice_due_soon", levels="-3, 7")
            self._due(7)
            soon = self._due(-3, partner=self._partner("Soon", sms_phone="601234568"))
        self.assertFalse(schedule.problem)
        self._night(MONDAY)
        self.assertEqual(self._lines().move_id, soon)

    def test_a_draft_is_not_confirmed(self):
        schedule = self._overdue(review=True)
        with self._at(MONDAY):
            self.schedules._process()
            run = schedule.run_ids
            self._off("sms")
            with self.assertRaisesRegex(UserError, SWITCH_OF_SMS):
                run.with_user(self.accountant).action_confirm()
            self._on("sms")
            self.company.organizer_auto_invoice_overdue = False
            with self.assertRaisesRegex(UserError, "Remind of overdue invoices"):
                run.with_user(self.accountant).action_confirm()
            run.sudo().state = "confirmed"
            self.schedules._process()
        self.assertEqual(run.line_ids.outcome, "draft")

    def test_no_fallback_by_a_channel_that_is_off(self):
        mail = self._template("invoice_overdue", "email")
        self.customer.write({"sms_phone": False, "email": "office@example.com"})
        self._overdue(fallback_template_id=mail.id)
        self._off("email")
        self._nights(MONDAY, 2)
        self.assertEqual(set(self._lines().mapped("channel")), {"sms"})

    def test_what_waits_for_hours_of_a_basis_that_is_off_is_not_sent(self):
        self._overdue(window="own", window_from=14, window_to=15)
        with self._at(MONDAY):
            self.schedules._process()
        self.company.organizer_auto_invoice_overdue = False
        with self._at(MONDAY, 14, 30):
            self._pass()
        self.assertEqual(self._lines().outcome, "cancelled")

    def test_hours_are_minded_while_that_is_on(self):
        self.company.organizer_send_window = False
        self._overdue(window="own", window_from=14, window_to=15)
        with self._at(MONDAY):
            self.schedules._process()
            self._pass(2)
            self.assertEqual(self._lines().outcome, "delivered")


@tagged("post_install", "-at_install")
class TestSwitchQueues(SwitchCommon):
    """What is in a queue waits, and goes when the switch is on again."""

    def test_sms_wait(self):
        run = self._send(self._invoice())
        other = (
            self.env["sms.sms"]
            .sudo()
            .create({"number": "+48601234567", "body": "Mine"})
        )
        self._off("sms")
        self._pass(2)
        sms = run.line_ids.sms_ids
        self.assertEqual((sms.state, sms.waits_for), ("outgoing", "switch"))
        self.assertIn(SWITCH_OF_SMS, run.line_ids.explanation)
        self.assertEqual(other.state, "sent")
        self._on("sms")
        self._pass(2)
        self.assertEqual(sms.state, "sent")

    def test_waiting_takes_no_query_for_each_message(self):
        counts = []
        for count in (3, 9):
            self._on("sms")
            invoices = self._invoices_of_many(count)
            ids = self._send(invoices).line_ids.sms_ids.ids
            messages = self.env["sms.sms"].sudo().browse(ids)
            self._off("sms")
            messages._reasons_to_wait()
            self.env.flush_all()
            messages.invalidate_recordset()
            before = self.cr.sql_log_count
            self.assertEqual(len(messages._reasons_to_wait()), len(messages))
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_emails_wait(self):
        self.customer.email = "office@drukarnia.example"
        template = self._template("invoice_overdue", "email")
        template.attach_document = False
        invoice = self._invoice(days_overdue=7)
        template._draft_run(self.company, invoice)._send()
        mail = self.env["mail.mail"].search([("run_line_id.move_id", "=", invoice.id)])
        other = self.env["mail.mail"].create({"email_to": "a@example.com"})
        self._off("email")
        self.assertEqual((mail | other)._wait_for_switch(), mail)
        self.assertTrue(mail.scheduled_date)
        self.assertIn("Mail client", mail.run_line_id.explanation)
        mail.send()
        self.assertEqual(mail.state, "outgoing")
        self._on("email")
        self.assertFalse(mail.scheduled_date)
        self.assertFalse(mail._wait_for_switch())
