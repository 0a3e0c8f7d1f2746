from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import LANDLINE_PL, MOBILE_PL, OrganizerCommon


@tagged("post_install", "-at_install")
class TestCompose(OrganizerCommon):
    def _new(self):
        action = self.env["organizer.compose"].with_user(self.accountant)
        return action.browse(action.action_open_new()["res_id"])

    def test_credit_note_begins_with_a_text_for_it(self):
        compose = self._compose(self._invoice(move_type="out_refund"))
        self.assertEqual(
            compose.template_id, self.env.ref("sms_organizer.template_sms_document")
        )
        self.assertFalse(compose.problem)
        self.assertTrue(self._send(self._invoice(move_type="out_refund")).line_ids)

    def test_one_invoice_is_filled_in(self):
        move = self._invoice()
        compose = self._compose(move)
        self.assertFalse(compose.many)
        self.assertEqual(compose.partner_id, self.customer)
        self.assertEqual(compose.number, MOBILE_PL)
        self.assertEqual(compose.basis, "invoice_issued")
        self.assertIn("[link]", compose.body)
        self.assertEqual(compose.sample_values["number"], move.name)
        self.assertRegex(compose.sample_values["link"], r"/s/[A-Za-z0-9]{12}$")
        self.assertEqual(compose.price, 0.16)
        self.assertFalse(compose.problem)

    def test_overdue_invoice_is_reminded_of(self):
        self.assertEqual(
            self._compose(self._invoice(days_overdue=3)).basis[-7:], "overdue"
        )

    def test_sent_text_has_its_values_and_a_link_of_its_own(self):
        first, second = self._invoice(), self._invoice()
        texts = [self._send(move).line_ids.sms_ids.body for move in (first, second)]
        self.assertIn(first.name, texts[0])
        self.assertIn("100.00", texts[0])
        links = [text.split()[-1] for text in texts]
        for link in links:
            self.assertRegex(link, r"^https?://[^/]+/s/[A-Za-z0-9]{12}$")
        self.assertNotEqual(*links)

    def test_run_is_opened_and_nothing_has_left(self):
        run = self._send(self._invoice())
        self.assertEqual(run.state, "sending")
        self.assertEqual(run.user_id, self.accountant)
        self.assertEqual(run.line_ids.outcome, "waiting")
        self.assertEqual(run.price, 0.16)
        self._pass(2)
        self.assertEqual(run.state, "done")
        self.assertEqual(run.delivered_count, 1)

    def test_number_can_be_edited_for_this_message_alone(self):
        move = self._invoice()
        compose = self._compose(move)
        compose.number = "512 345 678"
        action = compose.action_send()
        run = self.env["organizer.run"].browse(action["res_id"])
        self.assertEqual(run.line_ids.sms_ids.number, "+48512345678")
        self.assertEqual(move.sms_phone, MOBILE_PL)

    def test_number_that_takes_no_sms_is_said_and_nothing_is_lost(self):
        compose = self._compose(self._invoice())
        compose.number = LANDLINE_PL
        self.assertIn("landline", compose.problem)
        with self.assertRaisesRegex(UserError, "landline"):
            compose.action_send()
        self.assertEqual(compose.number, LANDLINE_PL)

    def test_customer_without_number_is_told_how_to_mend_it(self):
        compose = self._compose(self._invoice(self._partner("Pensjonat")))
        self.assertIn("Enter an SMS number", compose.problem)
        with self.assertRaisesRegex(UserError, "no mobile number"):
            compose.action_send()

    def test_landline_in_the_phone_field_is_named(self):
        compose = self._compose(
            self._invoice(self._partner("Saldo", phone=LANDLINE_PL))
        )
        self.assertIn("landline", compose.problem)

    def test_empty_text_is_refused(self):
        compose = self._compose(self._invoice())
        compose.body = "  "
        with self.assertRaisesRegex(UserError, "text is empty"):
            compose.action_send()

    def test_mistyped_placeholder_is_named_with_the_nearest(self):
        compose = self._compose(self._invoice())
        compose.body = "Pay [nmber] now"
        with self.assertRaisesRegex(UserError, r"\[nmber\].*\[number\]"):
            compose.action_send()

    def test_brackets_that_are_escaped_are_text(self):
        compose = self._compose(self._invoice())
        compose.body = "[[number] is [number]"
        run = self.env["organizer.run"].browse(compose.action_send()["res_id"])
        move = run.line_ids.move_id
        self.assertEqual(run.line_ids.sms_ids.body, f"[number] is {move.name}")

    def test_customer_named_like_a_placeholder_stays_text(self):
        compose = self._compose(
            self._invoice(self._partner("[link]", sms_phone=MOBILE_PL))
        )
        compose.body = "Dear [customer], see [link]"
        run = self.env["organizer.run"].browse(compose.action_send()["res_id"])
        self.assertRegex(run.line_ids.sms_ids.body, r"^Dear \[link\], see http\S+$")

    def test_text_cannot_run_code_or_read_fields(self):
        compose = self._compose(self._invoice())
        compose.body = "{{ object.env.cr }} ${object.name} %(number)s [link]"
        run = self.env["organizer.run"].browse(compose.action_send()["res_id"])
        self.assertIn(
            "{{ object.env.cr }} ${object.name} %(number)s ", run.line_ids.sms_ids.body
        )

    def test_new_starts_from_nothing(self):
        compose = self._new()
        self.assertEqual(compose.basis, "free_text")
        self.assertFalse(compose.number)
        with self.assertRaisesRegex(UserError, "Pick the customer"):
            compose.action_send()
        with Form(compose) as form:
            form.partner_id = self.customer
            self.assertEqual(form.number, MOBILE_PL)
            form.body = "Hello [customer]"
        sms = self.env["organizer.run"].browse(compose.action_send()["res_id"]).line_ids
        self.assertEqual(sms.sms_ids.body, "Hello Drukarnia")
        self.assertEqual(sms.sms_ids.res_model, "res.partner")

    def test_new_about_one_of_the_customers_documents(self):
        move = self._invoice()
        compose = self._new()
        with Form(compose) as form:
            form.partner_id = self.customer
            form.move_id = move
            self.assertEqual(form.basis, "invoice_issued")
            self.assertIn("[link]", form.body)
        run = self.env["organizer.run"].browse(compose.action_send()["res_id"])
        self.assertEqual(run.line_ids.move_id, move)

    def test_customer_opens_it_for_itself(self):
        compose = self._compose(self.customer)
        self.assertEqual(compose.partner_id, self.customer)
        self.assertEqual(compose.number, MOBILE_PL)

    def test_nobody_sends_in_the_name_of_another_company(self):
        other = self.setup_other_company()["company"]
        self.gateway.copy({"company_id": other.id})
        compose = self._new()
        compose.write({"partner_id": self.customer.id, "body": "Hello"})
        compose.sudo().company_id = other
        with self.assertRaises(AccessError):
            compose.action_send()

    def test_document_of_another_customer_is_let_go(self):
        with Form(self._compose(self._invoice())) as form:
            form.partner_id = self._partner("Another", sms_phone="+48512345678")
            self.assertFalse(form.move_id)
            self.assertEqual(form.number, "+48512345678")

    def test_own_text_stays_when_the_customer_is_picked_afterwards(self):
        with Form(self._new()) as form:
            form.body = "Hello [customer]"
            form.partner_id = self.customer
            self.assertEqual(form.body, "Hello [customer]")

    def test_invoices_of_two_companies_are_refused_by_name(self):
        other = self.setup_other_company()["company"]
        moves = self._invoice() | self._invoice(company=other)
        with self.assertRaisesRegex(UserError, other.name):
            moves.action_send_sms()

    def test_without_a_gateway_the_cure_is_named(self):
        self.env["sms.gateway"].search([]).active = False
        compose = self._compose(self._invoice())
        self.assertFalse(compose.can_send)
        with self.assertRaisesRegex(UserError, "Configuration ▸ Gateways"):
            compose.action_send()

    def test_user_without_the_right_cannot_open_it(self):
        stranger = self.env["res.users"].create(
            {
                "name": "Stranger",
                "login": "stranger",
                "group_ids": [(6, 0, [self.env.ref("base.group_user").id])],
            }
        )
        with self.assertRaises(AccessError):
            self._new().with_user(stranger).action_send()
        with self.assertRaises(AccessError):
            self.env["organizer.compose"].with_user(stranger).action_open_new()

    def test_another_users_window_is_out_of_reach(self):
        compose = self._compose(self._invoice())
        colleague = self.accountant.copy({"login": "colleague"})
        with self.assertRaises(AccessError):
            compose.with_user(colleague).read(["number"])


@tagged("post_install", "-at_install")
class TestComposeMany(OrganizerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fine = cls._invoice()
        cls.fine_too = cls._invoice()
        cls.silent = cls._invoice(cls._partner("Pensjonat"))
        cls.landline = cls._invoice(cls._partner("Saldo", phone=LANDLINE_PL))
        cls.draft = cls._invoice(post=False)
        cls.moves = cls.fine | cls.fine_too | cls.silent | cls.landline | cls.draft

    def _line(self, compose, move):
        return compose.line_ids.filtered(lambda line: line.move_id == move)

    def test_those_who_cannot_be_told_say_why(self):
        compose = self._compose(self.moves)
        self.assertTrue(compose.many)
        self.assertEqual(compose.going_count, 2)
        self.assertEqual(compose.segments, 2)
        self.assertAlmostEqual(compose.total_price, 0.32)
        for word in (
            "1 × No mobile number",
            "1 × The number takes no SMS",
            "Not posted",
        ):
            self.assertIn(word, compose.left_out)
        self.assertIn("landline", self._line(compose, self.landline).why)
        self.assertFalse(self._line(compose, self.landline)._is_going())

    def test_each_line_has_its_tick_number_and_text(self):
        compose = self._compose(self.moves)
        self._line(compose, self.fine_too).selected = False
        self._line(compose, self.landline).number = "512 345 678"
        own = self._line(compose, self.fine)
        place = list(compose.line_ids).index(own)
        with Form(compose) as form, form.line_ids.edit(place) as line:
            line.text = "For you alone [amount_due] [link]"
        compose.body = "Common [number] [link]"
        self.assertEqual(own.text, "For you alone [amount_due] [link]")
        self.assertTrue(self._line(compose, self.landline)._is_going())
        run = self.env["organizer.run"].sudo().browse(compose.action_send()["res_id"])
        sent = {
            line.move_id: line.sms_ids.body for line in run.line_ids if line.sms_ids
        }
        self.assertEqual(set(sent), {self.fine, self.landline})
        self.assertRegex(sent[self.fine], r"^For you alone 100.00 \S+ http")
        self.assertRegex(sent[self.landline], rf"^Common {self.landline.name} http")
        self.assertLeftOut(run, self.fine_too, "unticked", "by hand")
        self.assertLeftOut(run, self.silent, "no_number", "no mobile number")
        self.assertLeftOut(run, self.draft, "not_posted", "not posted")

    def test_paid_invoice_is_not_reminded_of(self):
        paid = self._invoice(days_overdue=5)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        ).create({})._create_payments()
        compose = self._compose(self._invoice(days_overdue=5) | paid)
        compose.basis = "invoice_overdue"
        self.assertEqual(self._line(compose, paid).reason, "paid")

    def test_empty_or_mistyped_text_of_one_is_refused_by_name(self):
        compose = self._compose(self.moves)
        line = self._line(compose, self.fine)
        for text, words in (("", "text is empty"), ("Pay [nmber]", "placeholder")):
            line.text = text
            with self.subTest(text), self.assertRaisesRegex(UserError, words) as caught:
                compose.action_send()
            self.assertIn(self.fine.name, str(caught.exception))

    def test_default_text_speaks_the_language_of_each(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.fine.partner_id.lang = "pl_PL"
        module = self.env["ir.module.module"]._get("sms_organizer")
        module._update_translations(["pl_PL"])
        other = self._invoice(self._partner("Azure", sms_phone="+48512345678"))
        compose = self._compose(self.fine | other)
        self.assertIn("termin", self._line(compose, self.fine).text)
        self.assertIn("due", self._line(compose, other).text)

    def test_emptied_text_is_refused(self):
        compose = self._compose(self.fine | self.fine_too)
        compose.body = ""
        with self.assertRaisesRegex(UserError, "text is empty"):
            compose.action_send()

    def test_picked_template_fills_in_what_it_needs(self):
        partners = self.fine.partner_id | self._partner("Azure", sms_phone=MOBILE_PL)
        self._invoice(partners[1], days_overdue=9, amount=44)
        compose = self._compose(partners)
        self.assertEqual(compose.basis, "free_text")
        with Form(compose) as form:
            form.template_id = self._template("customer_overdue_debt")
        texts = compose.line_ids.mapped("text")
        self.assertTrue(any("44.00" in text for text in texts), texts)
        self.assertEqual({text.count("[") for text in texts}, {1}, texts)
        self.assertTrue(all("[link]" in text for text in texts), texts)

    def test_placeholder_without_a_value_reaches_nobody(self):
        compose = self._compose(self.fine | self.fine_too)
        self._line(compose, self.fine).values = {"number": "1"}
        action = compose.action_send()
        run = self.env["organizer.run"].sudo().browse(action["res_id"])
        self.assertLeftOut(run, self.fine, "no_value", "could not be filled in")
        self.assertEqual(len(run.line_ids.sms_ids), 1)

    def test_picked_template_replaces_what_was_written(self):
        with Form(self._compose(self.fine)) as form:
            form.body = "Something else [number] [link]"
            form.template_id = self._template("invoice_due_soon")
            self.assertNotIn("Something else", form.body)

    def test_nobody_ticked_is_refused(self):
        with self.assertRaisesRegex(UserError, "Tick at least one"):
            self._compose(self.silent | self.landline).action_send()

    def test_second_click_on_send_opens_the_same(self):
        compose = self._compose(self.fine | self.fine_too)
        first, second = compose.action_send(), compose.action_send()
        self.assertEqual(first["res_id"], second["res_id"])
        run = self.env["organizer.run"].sudo().browse(first["res_id"])
        self.assertEqual(len(run.line_ids.sms_ids), 2)

    def test_run_is_sent_once(self):
        run = self._send(self.fine | self.fine_too)
        with self.assertRaisesRegex(UserError, "sent already"):
            run._send()
        self.assertEqual(len(run.line_ids.sms_ids), 2)

    def test_opted_out_customer_is_left_out(self):
        self.env["phone.blacklist"].add(MOBILE_PL)
        compose = self._compose(self.moves)
        self.assertEqual(self._line(compose, self.fine).reason, "opted_out")

    def test_queries_of_sending_do_not_depend_on_the_number(self):
        def queries(count):
            moves = self._invoices_of_many(count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            run = self._template("invoice_issued")._draft_run(self.company, moves)
            run._send()
            self.env.flush_all()
            self.assertEqual(len(run.line_ids.sms_ids), count * 2 // 3)
            return self.cr.sql_log_count - before

        queries(2)  # warm the caches
        self.assertEqual(queries(21), queries(6))
