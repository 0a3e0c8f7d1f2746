from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from ..tools import gsm
from .common import MOBILE_PL
from .template_common import TemplateCommon

LANGS = ("en_US", "pl_PL", "el_GR", "ka_GE", "th_TH")


@tagged("post_install", "-at_install")
class TestTemplateText(TemplateCommon):
    """What may be saved, and what is said where it may not."""

    def assertRefused(self, words, text, basis="invoice_overdue", **values):
        with self.assertRaisesRegex(ValidationError, words):
            self._new(text, basis, **values)

    def test_unknown_name_is_named_with_the_nearest(self):
        self.assertRefused(r"\[nmber\].*\[number\]", "[nmber] [number] [link]")

    def test_name_of_another_basis_is_unknown(self):
        self.assertRefused(
            r"\[due_date\] is not a placeholder",
            "[due_date] [company] [debt]",
            "customer_debt",
        )

    def test_invoice_wants_number_and_link(self):
        self.assertRefused(r"\[number\] \(Number\) is missing", "Pay: [link]")
        self.assertRefused(r"\[link\]", "Pay [number]")
        self.assertRefused(r"(?s)\[number\].*\[link\]", "Pay")

    def test_debt_wants_company_and_an_amount(self):
        self.assertRefused(r"\[company\]", "Pay [debt]", "customer_debt")
        self.assertRefused("an amount is missing", "[company]", "customer_debt")
        self._new("[company]: [overdue_debt]", "customer_debt")

    def test_bracket_that_nothing_closes_is_named(self):
        self.assertRefused(r"“\[number” has no closing", "[number] [link] [number")
        self.assertRefused(
            r"“\[cus” has no closing", "[cus[phone]tomer] [number] [link]"
        )
        self._new("[number] [link] [[number and [1 and [x y]")

    def test_free_text_wants_nothing(self):
        self._new("We moved.", "free_text")

    def test_settings_relax_what_is_obligatory(self):
        self.env["res.config.settings"].create(
            {"sms_relax_placeholders": True}
        ).execute()
        self._new("Pay now")
        self.assertRefused("not a placeholder", "Pay [nmber]")

    def test_empty_text_is_refused(self):
        self.assertRefused("text is empty", " \n ")
        self.assertRefused("text is empty", False)

    def test_more_than_six_segments_are_refused(self):
        self._new("[number] [link]" + "a" * 800)
        self.assertRefused(
            r"takes 7 SMS.* 6 at the most", "[number] [link]" + "a" * 950
        )

    def test_segments_are_those_of_plain_letters_where_it_writes_them(self):
        text = "[number] [link]" + "ż" * 500
        self.assertRefused("takes 9 SMS", text, plain_letters=False)
        self._new(text)

    def test_character_that_no_phone_shows_is_refused(self):
        self.assertRefused(r"U\+0007", "[number] [link] \x07", plain_letters=False)
        self.assertRefused(r"U\+E000", "[number] [link] \ue000")

    def test_bracket_is_written_doubled(self):
        template = self._new("[[number] [number] [link]")
        move = self._invoice(days_overdue=1)
        self.assertEqual(self._text(template, move), f"[[number] {move.name} [link]")

    def test_basis_that_makes_a_text_wrong_is_refused(self):
        template = self._new()
        with self.assertRaisesRegex(ValidationError, r"\[number\]"):
            template.basis = "customer_debt"

    def test_mistake_in_a_translation_names_its_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        template = self._new()
        with self.assertRaisesRegex(ValidationError, r"\[numer\].*\[number\]"):
            template.with_context(lang="pl_PL").text = "[numer] [number] [link]"
        with self.assertRaisesRegex(ValidationError, r"Polish.*\[numer\]"):
            template.update_field_translations(
                "text", {"pl_PL": "[numer] [number] [link]"}
            )

    def test_email_wants_subject_and_text(self):
        with self.assertRaisesRegex(ValidationError, "Subject: it is empty"):
            self._new_mail("<p>[number] [link]</p>", subject=False)
        with self.assertRaisesRegex(ValidationError, "text is empty"):
            self._new_mail("<p><br></p>")
        with self.assertRaisesRegex(ValidationError, r"Subject: \[nmber\]"):
            self._new_mail("<p>[link]</p>", subject="[number] [nmber]")
        with self.assertRaisesRegex(ValidationError, "partly formatted"):
            self._new_mail("<p>[num<b>ber</b>] [link]</p>")
        self._new_mail("<p>[link]</p>")

    def test_channel_and_ranges(self):
        for values, words in (
            ({"amount_from": 5, "amount_to": 3}, "Amount"),
            ({"days_from": 5, "days_to": 3}, "Days"),
            ({"days_from": -1}, "below 0"),
            ({"days_to": 36501}, "Days: enter 36500 at the most"),
        ):
            with self.subTest(words), self.assertRaisesRegex(ValidationError, words):
                self._new(**values)

    def test_condition_that_cannot_be_read_is_refused(self):
        for domain in (
            "[('nothing', '=', 1)]",
            "[('name', '=', uid)]",
            "__import__('os').getcwd()",
            "[(",
            "{'a': 1}",
            "[('amount_total', '=', 'abc')]",
        ):
            with (
                self.subTest(domain),
                self.assertRaisesRegex(ValidationError, "Further conditions"),
            ):
                self._new(domain=domain)


@tagged("post_install", "-at_install")
class TestTemplateValues(TemplateCommon):
    def test_every_placeholder_of_an_invoice(self):
        self.customer.write({"vat": "PL5260001246", "user_id": self.accountant.id})
        self.company.partner_id.bank_ids.unlink()
        account = self.env["res.partner.bank"].create(
            {
                "acc_number": "PL61109010140000071219812874",
                "partner_id": self.company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        move = self._invoice(
            days_overdue=3,
            invoice_user_id=self.accountant.id,
            partner_bank_id=account.id,
        )
        other = self._invoice(days_overdue=-7, amount=50)
        values = self.env["organizer.basis"]._get("invoice_overdue")._values(move)
        values = values[move.id]
        for name, expected in {
            "customer": "Drukarnia",
            "customer_id": "PL5260001246",
            "company": "Drukarz",
            "document_type": "Invoice",
            "number": move.name,
            "days_overdue": "3",
            "days_left": "0",
            "amount_total": "100.00 USD",
            "amount_due": "100.00 USD",
            "debt": "150.00 USD",
            "overdue_debt": "100.00 USD",
            "open_invoices": "2",
            "bank_account": "PL61109010140000071219812874",
            "payment_reference": move.payment_reference,
            "salesperson": "Accountant",
            "phone": "+48 22 123 45 67",
        }.items():
            with self.subTest(name):
                self.assertEqual(values[name], expected)
        self.assertEqual(values["oldest_due_date"], values["due_date"])
        basis = self.env["organizer.basis"]._get("invoice_due_soon")
        self.assertEqual(basis._values(other)[other.id]["days_left"], "7")
        offered = set(basis._placeholders())
        self.assertEqual(offered - set(values), {"link"})

    def test_values_speak_the_customers_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.customer.lang = "pl_PL"
        move = self._invoice(days_overdue=3, amount=1234.5)
        values = self.env["organizer.basis"]._get("invoice_overdue")._values(move)
        self.assertEqual(values[move.id]["document_type"], "Faktura")
        self.assertEqual(values[move.id]["amount_due"], "1234,50 USD")
        due = move.invoice_date_due
        self.assertEqual(values[move.id]["due_date"], due.strftime("%d.%m.%Y"))

    def test_debts_in_several_currencies_are_listed(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self._invoice(days_overdue=3)
        self._invoice(days_overdue=3, amount=20, currency_id=euro.id)
        basis = self.env["organizer.basis"]._get("customer_debt")
        debt = basis._values(self.customer)[self.customer.id]["debt"]
        self.assertEqual(set(debt.split(", ")), {"100.00 USD", "20.00 EUR"})

    def test_plain_letters_by_default(self):
        move = self._invoice(self._partner("Żółw", sms_phone=MOBILE_PL), days_overdue=1)
        text = "Zażółć [customer] [number] [link]"
        plain = self._text(self._new(text), move)
        self.assertEqual(plain, f"Zazolc Zolw {move.name} [link]")
        kept = self._text(self._new(text, plain_letters=False), move)
        self.assertEqual(kept, f"Zażółć Żółw {move.name} [link]")

    def test_thai_is_left_alone(self):
        move = self._invoice(days_overdue=1)
        text = self._text(self._new("ยอด [number] [link]"), move)
        self.assertTrue(text.startswith("ยอด "))

    def test_too_long_for_one_customer_is_left_out_with_the_reason(self):
        template = self._new("[customer] [number] [link]" + "a" * 850)
        name = "Long " * 40
        moves = self._invoice(days_overdue=1) | self._invoice(
            self._partner(name, sms_phone=MOBILE_PL), days_overdue=1
        )
        fine, long = self._lines(template, moves)
        self.assertFalse(fine["reason"])
        self.assertEqual(long["reason"], "too_long")
        self.assertIn("8 SMS", long["why"])


@tagged("post_install", "-at_install")
class TestTemplateInjection(TemplateCommon):
    """A template is text: nothing of it, and nothing that comes from a customer's card,
    is run or read again."""

    ATTEMPTS = (
        "[object.env]",
        "[object.partner_id.bank_ids]",
        "{{ object.env['res.users'].browse(1).login }}",
        "{{ 7*7 }}",
        "${object.env.cr.dbname}",
        "%(number)s %s {0} {number}",
        "<t t-out='object.env'/>",
        '<t t-esc="request.env"/>',
        "{% import os %}",
        "[number.__class__]",
        "[__class__]",
        "[_name]",
    )

    def test_sms_text_stays_text(self):
        move = self._invoice(days_overdue=1)
        for attempt in self.ATTEMPTS:
            with self.subTest(attempt):
                try:
                    template = self._new(f"{attempt} [number] [link]")
                except ValidationError as error:
                    self.assertIn("not a placeholder", str(error))
                    continue
                text = self._text(template, move)
                self.assertEqual(
                    text.replace("[[", "["), f"{attempt} {move.name} [link]"
                )

    def test_email_stays_text_and_harmless(self):
        name = "<script>alert(1)</script>[link] {{ 7*7 }}"
        customer = self._partner(name, email="a@example.com")
        move = self._invoice(customer, days_overdue=1)
        template = self._new_mail(
            "<p>[customer] {{ object.env }} <t t-out='object'/>"
            "<a href='javascript:alert(1)'>x</a> <a href='[customer]'>y</a> [link]</p>",
            subject="[customer] [number]",
            attach_document=False,
        )
        run = template._draft_run(self.company, move)
        run._send()
        mail = self.env["mail.mail"].search([("run_line_id", "=", run.line_ids.id)])
        self.assertEqual(mail.subject, f"{name} {move.name}")
        self.assertIn(
            "&lt;script&gt;alert(1)&lt;/script&gt;[link] {{ 7*7 }}", mail.body
        )
        for bad in ("<script", "javascript:", "t-out", "<t "):
            self.assertNotIn(bad, mail.body)
            self.assertNotIn(bad, mail.body_html)
        self.assertIn("{{ object.env }}", mail.body_html)

    def test_customer_called_like_a_placeholder_in_wide_brackets(self):
        for name in ("[link]", "［link］", "[[link]]", "[number]"):
            customer = self._partner(name, sms_phone=MOBILE_PL)
            move = self._invoice(customer, days_overdue=1)
            template = self._new("Ł [customer] - [number] [link]")
            run = template._draft_run(self.company, move)
            run._send()
            body = run.line_ids.sms_ids.body
            with self.subTest(name):
                shown = gsm.plain(name)
                self.assertRegex(body, r"/s/[A-Za-z0-9]{12}$")
                self.assertTrue(body.startswith(f"L {shown} - {move.name} http"), body)


@tagged("post_install", "-at_install")
class TestTemplateQueries(TemplateCommon):
    def test_rendering_ten_thousand_texts_takes_as_many_queries_as_a_hundred(self):
        names = "[customer] [number] [due_date] [amount_due] [debt] [salesperson]"
        template = self._new(f"{names} [bank_account] [link]")
        moves = self._copies(self._invoice(days_overdue=3), 10_000)

        def queries(documents):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            basis, write_text = template._basis(), template._writer()
            values = basis._values(documents, template._names())
            texts = [write_text.fill(values[move.id]) for move in documents]
            self.assertEqual(len(texts), len(documents))
            return self.cr.sql_log_count - before

        queries(moves[:10])  # warm the caches
        self.assertEqual(queries(moves), queries(moves[:100]))

    def _copies(self, move, count):
        """Rows like that of the invoice, each of another customer."""
        self.env.flush_all()
        partners = self._copy_rows("res_partner", move.partner_id, count)
        self.env.cr.execute(
            "UPDATE res_partner SET commercial_partner_id = id WHERE id = ANY(%s)",
            [partners],
        )
        ids = self._copy_rows("account_move", move, count, name=SQL("'X/' || n"))
        self.env.cr.execute(
            """
            UPDATE account_move
               SET partner_id = pair.partner, commercial_partner_id = pair.partner
              FROM unnest(%s::int[], %s::int[]) AS pair(move, partner)
             WHERE id = pair.move
            """,
            [ids, partners],
        )
        self.env.invalidate_all()
        return self.env["account.move"].browse(ids)

    def _copy_rows(self, table, record, count, **changed):
        self.env.cr.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = %s AND column_name <> 'id' AND is_generated = 'NEVER'",
            [table],
        )
        columns = [name for (name,) in self.env.cr.fetchall()]
        values = [changed.get(name) or SQL.identifier(name) for name in columns]
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM %s, generate_series(1, %s) n "
                "WHERE id = %s RETURNING id",
                SQL.identifier(table),
                SQL(", ").join(map(SQL.identifier, columns)),
                SQL(", ").join(values),
                SQL.identifier(table),
                count,
                record.id,
            )
        )
        return [one for (one,) in self.env.cr.fetchall()]


@tagged("post_install", "-at_install")
class TestShippedTemplates(TemplateCommon):
    """Those that come with the add-on."""

    def test_every_basis_has_one_in_each_channel_and_language(self):
        module = self.env["ir.module.module"]._get("sms_organizer")
        for lang in LANGS[1:]:
            self.env["res.lang"]._activate_lang(lang)
        module._update_translations(list(LANGS[1:]))
        english = {}
        bases = self.env["organizer.basis"]
        for basis, _label in bases._selection():
            if bases._get(basis)._original_module != "sms_organizer":
                continue  # those of glue/ have none
            for channel in ("sms", "email"):
                template = self._template(basis, channel)
                self.assertTrue(template, (basis, channel))
                for lang in LANGS:
                    with self.subTest(basis=basis, channel=channel, lang=lang):
                        self._check_shipped(template.with_context(lang=lang), english)

    def _check_shipped(self, template, english):
        lang = template.env.lang
        self.assertFalse(template._problems())
        words = template.text or template.body
        if lang == "en_US":
            english[template] = words
        else:
            self.assertNotEqual(words, english[template])
        if template.channel == "sms":
            basis = template._basis().with_context(lang=lang)
            size = template._writer(lang).measure(basis._samples())
            self.assertLessEqual(size.segments, 3 if lang == "th_TH" else 2)
            if lang != "th_TH":
                self.assertEqual(size.encoding, gsm.GSM7, size.offenders)


@tagged("post_install", "-at_install")
class TestTemplateRights(TemplateCommon):
    def test_accountant_makes_changes_and_deletes(self):
        template = self._new()
        template.name = "Another"
        template.unlink()

    def test_another_companys_is_out_of_reach(self):
        other = self.setup_other_company()["company"]
        template = self._template("invoice_overdue").copy({"company_id": other.id})
        with self.assertRaises(AccessError):
            template.with_user(self.accountant).read(["text"])
        offered = self.templates._on_offer("sms", self.company, "invoice_overdue")
        self.assertNotIn(template, offered)

    def test_shared_one_is_changed_by_administrators_alone(self):
        shared = self._template("invoice_overdue")
        with self.assertRaises(AccessError):
            shared.with_user(self.accountant).name = "Mine"
        with self.assertRaises(AccessError):
            shared.with_user(self.accountant).unlink()
        self.assertTrue(shared.with_user(self.accountant).is_locked)
        own = shared.with_user(self.accountant).copy()
        self.assertEqual(own.company_id, self.company)
        self.assertIn("(copy)", own.name)
        own.name = "Mine"
        administrator = self.accountant.copy({"login": "administrator"})
        administrator.group_ids |= self.env.ref("sms_organizer.group_sms_administer")
        shared.with_user(administrator).name = "Ours"

    def test_new_one_does_not_become_what_windows_begin_with(self):
        self._new()
        shipped = self.env.ref("sms_organizer.template_sms_overdue")
        offered = self.templates._on_offer("sms", self.company, "invoice_overdue")
        self.assertEqual(offered[:1].sudo(), shipped)

    def test_rewording_one_language_leaves_the_others(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        template = self._new_mail("<p>Hello [link]</p>")
        polish = template.with_context(lang="pl_PL")
        polish.body = "<p>Witaj [link] <script>x</script></p>"
        self.assertEqual(template.body, "<p>Hello [link]</p>")
        self.assertEqual(str(polish.body).strip(), "<p>Witaj [link] </p>")
        template.update_field_translations(
            "body", {"pl_PL": "<p onclick='x'>Cześć [link]</p>"}
        )
        self.assertEqual(template.body, "<p>Hello [link]</p>")
        self.assertEqual(str(polish.body), "<p>Cześć [link]</p>")

    def test_another_basis_replaces_translations_that_no_longer_fit(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        template = self._new()
        template.with_context(lang="pl_PL").text = "Polski [number] [link]"
        template.write({"basis": "invoice_due_soon", "text": "Soon [number] [link]"})
        polish = template.with_context(lang="pl_PL")
        self.assertEqual(polish.text, "Polski [number] [link]", "it still fits")
        template.write({"basis": "customer_debt", "text": "[company] [debt]"})
        self.assertEqual(polish.text, "[company] [debt]")

    def test_who_may_not_send_sees_none(self):
        stranger = self.env["res.users"].create(
            {
                "name": "Stranger",
                "login": "stranger",
                "group_ids": [(6, 0, [self.env.ref("base.group_user").id])],
            }
        )
        with self.assertRaises(AccessError):
            self.templates.with_user(stranger).search([])

    def test_form_follows_the_basis(self):
        with Form(self.templates) as form:
            form.name = "Mine"
            form.basis = "customer_debt"
            self.assertFalse(form.has_journals)
            self.assertEqual(form.amount_label, "Debt")
            form.text = "[company]: [debt]"
            form.basis = "invoice_due_soon"
            self.assertTrue(form.has_journals)
            self.assertEqual(form.days_label, "Days until it is due")
            form.text = "[number] [link]"
