from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from ..models.organizer_link import LINK_PATH
from .common import MOBILE_PL, OrganizerCommon


@tagged("post_install", "-at_install")
class TestLinkRenew(OrganizerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.links = cls.env["organizer.link"].sudo()
        cls.invoice = cls._invoice(days_overdue=5)
        cls.boss = new_test_user(
            cls.env,
            "link_boss",
            "sms_organizer.group_sms_administer,account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def _link(self):
        issued = self.links._make(self.invoice)[self.invoice.id]
        return self.links.browse(issued.link_id), issued.url.rpartition("/")[2]

    def _renew(self, link):
        """Return the window with the new address."""
        action = link.with_user(self.boss).action_renew()
        windows = self.env["organizer.link.renewed"].with_user(self.boss)
        return windows.with_context(**action["context"]).create({})

    def test_new_address_is_in_the_window_alone(self):
        link, _token = self._link()
        window = self._renew(link)
        token = window.url.rpartition("/")[2]
        self.assertTrue(self.links._find(token))
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT row_to_json(w)::text FROM organizer_link_renewed w WHERE id = %s",
            [window.id],
        )
        self.assertNotIn(token, self.env.cr.fetchone()[0])
        # another request knows nothing of it
        closed = window.with_env(window.env(context={}))
        self.assertFalse(closed.url)
        with self.assertRaisesRegex(UserError, "is not kept"):
            closed.action_send()

    def test_old_address_is_closed_and_the_new_one_opens(self):
        link, token = self._link()
        window = self._renew(link)
        new = self.links._find(window.url.rpartition("/")[2])
        self.assertFalse(self.links._find(token))
        self.assertTrue(link.revoked)
        self.assertEqual((link.renewed_by_id, new.renews_id), (new, link))
        self.assertEqual(new.move_id, self.invoice)
        self.assertEqual(window.link_id, new)

    def test_customer_s_link_stays_one_of_the_customer(self):
        issued = self.links._make_for_customers(self.customer, self.company)
        link = self.links.browse(issued[self.customer.id].link_id)
        new = self._renew(link).link_id.sudo()
        self.assertFalse(new.move_id)
        self.assertEqual(new.partner_id, self.customer)
        self.assertEqual(new._documents(), self.invoice)

    def test_link_is_renewed_once(self):
        link, _token = self._link()
        self._renew(link)
        with self.assertRaisesRegex(UserError, "renewed already"):
            self._renew(link)

    def test_link_of_a_draft_is_not_renewed(self):
        link, token = self._link()
        self.invoice.button_draft()
        with self.assertRaisesRegex(UserError, "nothing that a new link could show"):
            self._renew(link)
        self.invoice.action_post()
        self.assertTrue(self.links._find(token), "the old one is as it was")

    def test_who_sends_does_not_renew(self):
        link, _token = self._link()
        with self.assertRaises(AccessError):
            link.with_user(self.accountant).action_renew()
        self.assertFalse(link.revoked)

    def test_new_link_is_sent_by_sms_and_its_message_knows_it(self):
        link, _token = self._link()
        window = self._renew(link)
        action = window.action_send()
        compose = self.env["organizer.compose"].with_user(self.boss)
        compose = compose.browse(action["res_id"])
        self.assertIn(window.url, compose.body)
        self.assertEqual(compose.move_id, self.invoice)
        run = self.env["organizer.run"].browse(compose.action_send()["res_id"])
        sms = run.sudo().line_ids.sms_ids
        self.assertIn(window.url, sms.body)
        self.assertEqual(sms.link_id, window.link_id)
        self.assertEqual(sms.number, MOBILE_PL)
        self.assertEqual(sms.body.count(LINK_PATH), 1)

    def test_customer_s_new_link_is_sent_to_the_customer(self):
        issued = self.links._make_for_customers(self.customer, self.company)
        link = self.links.browse(issued[self.customer.id].link_id)
        window = self._renew(link)
        action = window.action_send()
        compose = self.env["organizer.compose"].browse(action["res_id"])
        self.assertEqual(compose.partner_id, self.customer)
        run = compose.with_user(self.boss).action_send()
        sms = self.env["organizer.run"].sudo().browse(run["res_id"]).line_ids.sms_ids
        self.assertEqual(sms.link_id, window.link_id)


@tagged("post_install", "-at_install")
class TestDebtMessage(OrganizerCommon):
    """Texts about a debt, with the link to what is open."""

    def _lines(self, basis, **values):
        other = self._partner("Other", sms_phone="602345678")
        customers = self.customer | other
        for customer in customers:
            self._invoice(customer, days_overdue=5)
        template = self._template(basis)
        template.write(values)
        run = template._draft_run(self.company, customers)
        run._send()
        return run.line_ids

    def test_each_message_has_a_link_of_its_own(self):
        for basis in ("customer_debt", "customer_overdue_debt"):
            lines = self._lines(basis, text="[company]: [debt] [overdue_debt] [link]")
            self.assertEqual(len(lines), 2)
            for line in lines:
                link = line.sms_ids.link_id
                self.assertEqual(link.partner_id, line.partner_id)
                self.assertEqual(link.company_id, self.company)
                self.assertFalse(link.move_id)
                token = line.sms_ids.body.rpartition(LINK_PATH)[2]
                self.assertEqual(self.env["organizer.link"]._find(token), link)
            self.assertEqual(len(lines.sms_ids.link_id), 2)

    def test_templates_that_come_with_it_have_the_link_and_fit_one_sms(self):
        for basis in ("customer_debt", "customer_overdue_debt"):
            template = self._template(basis)
            self.assertIn("[link]", template.text)
            values = template._basis()._samples() | {"company": "Your Company"}
            measure = template._writer("en_US").measure(values)
            self.assertEqual(measure.segments, 1, template.text)
            self.assertIn("[link]", self._template(basis, "email").body)

    def test_email_has_it_too_and_no_attachment(self):
        partner = self._partner("By mail", email="m@example.com")
        self._invoice(partner, days_overdue=5)
        template = self._template("customer_debt", "email")
        self.assertFalse(template.has_invoice)
        run = template._draft_run(self.company, partner)
        run._send()
        self.assertEqual(run.line_ids.mail_state, "waiting")
        mail = run.line_ids.sudo().mail_ids
        self.assertRegex(mail.body_html, r'href="[^"]+/s/[A-Za-z0-9]{12}"')
        self.assertFalse(mail.attachment_ids)

    def test_text_to_anybody_has_no_link(self):
        basis = self.env["organizer.basis"]._get("free_text")
        self.assertFalse(basis._has_link())
        self.assertFalse(basis._links_to_customer())
        self.assertIn(
            "[link] is not a placeholder",
            "".join(basis._sms_problems("See [link]", {})),
        )

    def test_preview_has_a_link_as_long_as_the_real_one(self):
        self._invoice(days_overdue=5)
        action = self._template("customer_debt")._open_compose(self.customer)
        compose = self.env["organizer.compose"].browse(action["res_id"])
        self.assertRegex(compose.sample_values["link"], r"/s/[A-Za-z0-9]{12}$")
        self.assertFalse(compose.has_invoice)


@tagged("post_install", "-at_install")
class TestAddressWarning(OrganizerCommon):
    """Where links would lead nowhere, whoever sends them is told."""

    def _set_address(self, address):
        params = self.env["ir.config_parameter"].sudo()
        params.set_param("sms_organizer.link_base_url", address)

    def test_what_customers_cannot_open(self):
        links = self.env["organizer.link"]
        for address, trouble in (
            ("https://pay.example.com", None),
            ("https://8.8.8.8", None),
            ("http://pay.example.com", "plain"),
            ("http://localhost:8069", "local"),
            ("https://odoo", "local"),
            ("https://odoo.local", "local"),
            ("https://127.0.0.1:8069", "local"),
            ("https://192.168.1.10", "local"),
            ("", "local"),
        ):
            self.assertEqual(links._address_trouble(address), trouble, address)

    def test_send_sms_says_it_where_the_text_has_a_link(self):
        compose = self._compose(self._invoice(days_overdue=5))
        for address, words in (
            ("http://localhost:8069", "can't reach"),
            ("http://pay.example.com", "isn't encrypted"),
            ("https://pay.example.com", ""),
        ):
            self._set_address(address)
            compose.invalidate_recordset(["link_warning"])
            self.assertIn(words, compose.link_warning or "")
            self.assertEqual(bool(words), bool(compose.link_warning))
            self.assertEqual(bool(words), "administrator" in str(compose.link_warning))
        self._set_address("http://localhost:8069")
        compose.body = "Hello"
        self.assertFalse(compose.link_warning)

    def test_schedule_and_list_say_it(self):
        self._set_address("http://localhost:8069")
        schedule = self.env["organizer.schedule"].new(
            {
                "company_id": self.company.id,
                "template_id": self._template("customer_debt").id,
            }
        )
        self.assertIn("can't reach", schedule.link_warning)
        schedule.template_id = self._template("free_text")
        self.assertFalse(schedule.link_warning)
        links = self.env["organizer.link"].with_user(self.accountant)
        self.assertIn("can't reach", links.get_address_warning())
        self._set_address("https://pay.example.com")
        self.assertFalse(links.get_address_warning())
        with self.assertRaises(AccessError):
            stranger = new_test_user(self.env, "link_stranger", "base.group_user")
            links.with_user(stranger).get_address_warning()
