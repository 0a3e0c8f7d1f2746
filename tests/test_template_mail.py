from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .template_common import TemplateCommon

BODY = "<p>Dear [customer], [number]: [amount_due] <a href='[link]'>open</a></p>"


@tagged("post_install", "-at_install")
class TestTemplateMail(TemplateCommon):
    """By e-mail: in the run, on the chatter, through Odoo's queue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.email = "office@drukarnia.example"
        cls.company.email = "billing@drukarz.example"
        cls.company.website = "https://drukarz.example"
        cls.move = cls._invoice(days_overdue=3)

    def _mail_run(self, move=None, user=None, **values):
        template = self._new_mail(BODY, **{"attach_document": False, **values})
        run = template._draft_run(self.company, move or self.move)
        run._send()
        return run

    def _mail(self, run):
        return self.env["mail.mail"].search([("run_line_id", "in", run.line_ids.ids)])

    def _deliver(self, mails, error=None):
        server = self.env.registry["ir.mail_server"]

        def send_email(self, message, *args, **kwargs):
            if error:
                raise error
            return message["Message-Id"]

        with (
            patch.object(server, "send_email", send_email),
            patch.object(server, "_connect__", lambda *args, **kwargs: None),
            patch.object(server, "_disable_send", lambda self: False),
        ):
            mails.send()
        self._settle()

    def _settle(self):
        self.env["organizer.mail.outcome"].sudo()._settle()

    def test_it_is_queued_in_the_companys_layout(self):
        run = self._mail_run()
        mail = self._mail(run)
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.subject, self.move.name)
        self.assertIn("office@drukarnia.example", mail.email_to)
        self.assertIn("billing@drukarz.example", mail.email_from)
        self.assertRegex(mail.body, r'href="https?://[^"/]+/s/[A-Za-z0-9]{12}"')
        self.assertIn("100.00", mail.body)
        layout = mail.body_html
        self.assertIn(str(mail.body), layout)
        for words in ("Drukarz", "drukarz.example", self.move.name):
            self.assertIn(words, layout)
        for gap in ("organizer-body", "organizer-about", "organizer-name"):
            self.assertNotIn(gap, layout)

    def test_it_is_in_the_run_and_on_the_chatter(self):
        run = self._mail_run()
        line = run.line_ids
        self.assertEqual((run.channel, run.state), ("email", "sending"))
        self.assertEqual(line.outcome, "waiting")
        note = self.move.message_ids.filtered(lambda one: one == line.mail_message_id)
        self.assertEqual(note.subject, self.move.name)
        self.assertEqual(note.notification_ids.notification_status, "ready")
        self._deliver(self._mail(run))
        self.assertEqual(note.notification_ids.notification_status, "sent")
        self.assertEqual((line.outcome, run.state), ("sent", "done"))
        self.assertEqual(run.sent_count, 1)
        self.assertFalse(self._mail(run), "Odoo deletes what was sent")
        self.assertEqual(line.outcome, "sent")

    def test_failure_says_why(self):
        run = self._mail_run()
        with self.assertLogs("odoo.addons.mail.models.mail_mail", "ERROR"):
            self._deliver(self._mail(run), UserError("The mailbox is full"))
        self.assertEqual(run.line_ids.outcome, "failed")
        self.assertIn("The mailbox is full", run.line_ids.explanation)
        self.assertEqual(run.failed_count, 1)

    def test_cancelled_deleted_and_tried_again_by_hand(self):
        first, second = self._mail_run(), self._mail_run()
        self._mail(first).cancel()
        self._settle()
        self.assertEqual(first.line_ids.outcome, "cancelled")
        self._mail(first).mark_outgoing()
        self._settle()
        self.assertEqual(first.line_ids.outcome, "waiting")
        self._mail(second).unlink()
        self._settle()
        self.assertEqual(second.line_ids.outcome, "cancelled")
        self.assertIn("deleted", second.line_ids.explanation)

    def test_what_was_paid_meanwhile_is_not_sent(self):
        run = self._mail_run()
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.move.ids
        )
        wizard.create({})._create_payments()
        self._deliver(self._mail(run))
        self.assertEqual(run.line_ids.outcome, "cancelled")
        self.assertIn("paid", run.line_ids.explanation)

    def test_to_the_contact_for_invoices(self):
        self._partner(
            "Accounts",
            parent_id=self.customer.id,
            type="invoice",
            email="accounts@drukarnia.example",
        )
        self.assertEqual(self._mail_run().line_ids.email, "accounts@drukarnia.example")

    def test_those_without_a_usable_address_say_why(self):
        silent = self._invoice(self._partner("Silent"), days_overdue=3)
        wrong = self._invoice(self._partner("Wrong", email="nobody"), days_overdue=3)
        stopped = self._invoice(
            self._partner("Stopped", email="no@stopped.example"), days_overdue=3
        )
        self.env["mail.blacklist"]._add("no@stopped.example")
        run = self._mail_run(silent | wrong | stopped | self.move)
        self.assertLeftOut(run, silent, "no_email", "Enter one")
        self.assertLeftOut(run, wrong, "bad_email", "“nobody”")
        self.assertLeftOut(run, stopped, "opted_out", "opted out")
        self.assertEqual(run.waiting_count, 1)

    def test_pdf_is_made_first_and_comes_along(self):
        run = self._mail_run(attach_document=True)
        self.assertEqual(run.line_ids.mail_state, "preparing")
        self.assertEqual(run.line_ids.outcome, "waiting")
        self.assertFalse(self._mail(run))
        self.env["organizer.run.line"].sudo()._prepare_documents()
        mail = self._mail(run)
        self.assertEqual(mail.attachment_ids, self.move.invoice_pdf_report_id)
        self.assertTrue(mail.attachment_ids)

    def test_invoice_that_was_withdrawn_before_its_pdf_was_made(self):
        run = self._mail_run(attach_document=True)
        self.move.button_draft()
        self.env["organizer.run.line"].sudo()._prepare_documents()
        self.assertEqual((run.line_ids.outcome, run.state), ("cancelled", "done"))
        self.assertIn("not posted", run.line_ids.explanation)
        self.assertFalse(self.move.invoice_pdf_report_id)

    def test_pdf_that_cannot_be_made_is_a_failure(self):
        run = self._mail_run(attach_document=True)
        move = self.env.registry["account.move"]
        logger = "odoo.addons.sms_organizer.models.organizer_document_wait"
        with (
            patch.object(move, "_ensure_document", lambda *args, **kwargs: False),
            self.assertLogs(logger, "WARNING"),
        ):
            for _attempt in range(6):
                run.line_ids.document_due_on = False
                self.env["organizer.run.line"].sudo()._prepare_documents()
        self.assertEqual(run.line_ids.outcome, "failed")
        self.assertIn("PDF", run.line_ids.explanation)
        self.assertEqual(run.state, "done")

    def test_customers_debt_by_email(self):
        template = self._new_mail(
            "<p>[company]: [debt]</p>", subject="Your debt", basis="customer_debt"
        )
        self.assertFalse(template.attach_document)
        run = template._draft_run(self.company, self.customer)
        run._send()
        mail = self._mail(run)
        self.assertEqual((mail.model, mail.res_id), ("res.partner", self.customer.id))
        self.assertIn("Drukarz: 100.00 USD", mail.body)

    def test_nothing_is_written_to_the_run_once_the_server_has_taken_it(self):
        """A collision there would make Odoo send the e-mail once more."""
        run = self._mail_run()
        line = self.env.registry["organizer.run.line"]
        runs = self.env.registry["organizer.run"]

        def write(self, vals):
            raise AssertionError(f"{self} was written: {vals}")

        mails = self._mail(run)
        with (
            patch.object(line, "write", write),
            patch.object(runs, "write", write),
            patch.object(type(self), "_settle", lambda self: self.env.flush_all()),
        ):
            self._deliver(mails)
        self.assertEqual(run.line_ids.outcome, "waiting")
        self._settle()
        self.assertEqual(run.line_ids.outcome, "sent")

    def test_one_that_cannot_be_judged_stops_no_other(self):
        poison, fine = self._mail_run(), self._mail_run()
        self.env.cr.execute(
            "UPDATE organizer_run SET basis = 'gone' WHERE id = %s", [poison.id]
        )
        self.env.invalidate_all()
        other = self.env["mail.mail"].create(
            {"email_to": "a@b.example", "body_html": "Password", "subject": "Reset"}
        )
        with self.assertLogs("odoo.addons.sms_organizer.models.mail_mail", "WARNING"):
            self._deliver(self._mail(poison) | self._mail(fine) | other)
        self.assertEqual(poison.line_ids.outcome, "cancelled")
        self.assertEqual(fine.line_ids.outcome, "sent")
        self.assertEqual(other.state, "sent")

    def test_document_that_cannot_be_judged_stops_no_other(self):
        poison = self._mail_run(attach_document=True)
        fine = self._mail_run(self._invoice(days_overdue=2), attach_document=True)
        layout = self.env.registry["organizer.run.line"]._in_layout
        bad = poison.line_ids

        def break_one(self, *args):
            if self == bad:
                raise KeyError("gone")
            return layout(self, *args)

        logger = "odoo.addons.sms_organizer.models.organizer_document_wait"
        with (
            patch.object(type(bad), "_in_layout", break_one),
            self.assertLogs(logger, "WARNING"),
        ):
            self.env["organizer.run.line"].sudo()._prepare_documents()
        self.assertEqual(poison.line_ids.document_attempts, 1)
        self.assertEqual(fine.line_ids.mail_state, "waiting")

    def test_bounce_is_a_failure(self):
        run = self._mail_run()
        self._deliver(self._mail(run))
        run.line_ids.mail_message_id.notification_ids.write(
            {"notification_status": "bounce", "failure_reason": "No such mailbox"}
        )
        self._settle()
        self.assertEqual(run.line_ids.outcome, "failed")
        self.assertEqual(run.line_ids.explanation, "No such mailbox")

    def test_document_that_is_deleted_takes_its_email_along(self):
        customer = self._partner("Gone", email="gone@example.com")
        template = self._new_mail("<p>Hello</p>", "Hello", "free_text")
        run = template._draft_run(self.company, customer)
        run._send()
        customer.unlink()
        self._settle()
        self.assertEqual((run.line_ids.outcome, run.state), ("cancelled", "done"))

    def test_answers_go_to_the_company_that_sends(self):
        other = self.setup_other_company()["company"]
        other.email = "other@example.com"
        move = self._invoice(company=other, days_overdue=3)
        template = self._template("invoice_overdue", "email").with_company(other)
        template.attach_document = False
        run = template._draft_run(other, move)
        run._send()
        mail = self._mail(run)
        self.assertIn("other@example.com", mail.email_from)
        self.assertEqual(mail.record_alias_domain_id, other.alias_domain_id)
        self.assertNotIn("drukarz", mail.reply_to)

    def test_customer_without_a_language_is_not_cancelled_for_its_format(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.accountant.lang = "pl_PL"
        self.customer.lang = False
        move = self._invoice(days_overdue=3, amount=1234.5)
        template = self._new_mail(BODY, attach_document=False)
        template = template.with_context(lang="pl_PL")
        run = template._draft_run(self.company, move)
        run._send()
        self.assertIn("1234,50", run.line_ids.body)
        self._deliver(self._mail(run))
        self.assertEqual(run.line_ids.outcome, "sent")

    def test_several_addresses_get_it(self):
        self.customer.email = "a@drukarnia.example, b@drukarnia.example"
        run = self._mail_run()
        self.assertEqual(run.line_ids.email, "a@drukarnia.example, b@drukarnia.example")
        self.assertEqual(self._mail(run).email_to.count("@drukarnia.example"), 2)

    def test_it_is_forgotten_after_the_retention_period(self):
        run = self._mail_run()
        line = run.line_ids
        self._deliver(self._mail(run))
        run.sent_on -= timedelta(days=100)
        self.env["ir.config_parameter"].set_param("sms_organizer.retention_days", 90)
        self.env["sms.sms"]._gc_personal_data()
        self.assertFalse(line.email or line.subject or line.body or line.amounts)
        self.assertIn("removed", line.mail_message_id.body)
        self.assertEqual(line.outcome, "sent")

    def test_window_sends_email(self):
        template = self._new_mail(BODY, attach_document=False)
        action = template._open_compose(self.move)
        self.assertEqual(action["name"], "Send e-mail")
        compose = self.env[action["res_model"]].with_user(self.accountant)
        compose = compose.browse(action["res_id"])
        self.assertEqual(compose.email, "office@drukarnia.example")
        self.assertIn(self.move.name, compose.preview_body)
        compose.subject = "Hello [nmber]"
        with self.assertRaisesRegex(UserError, r"Subject: \[nmber\]"):
            compose.action_send()
        compose.write({"subject": "Hello [number]", "email": "else@where.example"})
        run = self.env["organizer.run"].sudo().browse(compose.action_send()["res_id"])
        mail = self._mail(run)
        self.assertEqual(mail.subject, f"Hello {self.move.name}")
        self.assertIn("else@where.example", mail.email_to)
        self.assertEqual(run.user_id, self.accountant)

    def test_window_sends_many(self):
        other = self._invoice(
            self._partner("Other", email="other@example.com"), days_overdue=3
        )
        silent = self._invoice(self._partner("Silent"), days_overdue=3)
        template = self._new_mail(BODY, attach_document=False)
        action = template._open_compose(self.move | other | silent)
        compose = template.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(compose.going_count, 2)
        run = self.env["organizer.run"].sudo().browse(compose.action_send()["res_id"])
        self.assertEqual(len(self._mail(run)), 2)
        self.assertLeftOut(run, silent, "no_email", "no e-mail address")

    def test_queries_of_queuing_do_not_depend_on_the_number(self):
        def queries(count):
            moves = self._invoices_of_many(count)
            for partner in moves.partner_id:
                partner.email = f"a{partner.id}@example.com"
            template = self._new_mail(BODY, "[number]", "invoice_issued")
            template.attach_document = False
            self.env.flush_all()
            self.env.invalidate_all()
            template.env.user._get_company_ids()  # which Odoo caches for a while
            before = self.cr.sql_log_count
            run = template._draft_run(self.company, moves)
            run._send()
            self.env.flush_all()
            self.assertEqual(len(self._mail(run)), count)
            return self.cr.sql_log_count - before

        queries(2)  # warm the caches
        self.assertEqual(queries(21), queries(6))
