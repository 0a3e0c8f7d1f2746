import secrets

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_split, formataddr, html_escape, html_sanitize
from odoo.tools.mail import generate_tracking_message_id

from ..tools.texts import MailText
from .organizer_document_wait import DOCUMENT_BATCH

LAYOUT = "mail.mail_notification_light"
# what of the layout changes from one e-mail to the next: words that nobody can guess
BODY, ABOUT, NAME = (secrets.token_hex(16) for _gap in range(3))


class OrganizerRunLine(models.Model):
    """Told by e-mail: through Odoo's own queue of mails, in the company's layout."""

    _name = "organizer.run.line"
    _inherit = ["organizer.run.line", "organizer.document.wait"]

    email = fields.Char("E-mail", readonly=True)
    subject = fields.Char(readonly=True)
    body = fields.Html("Formatted text", readonly=True, sanitize_attributes=True)
    attach_document = fields.Boolean("With PDF and XML", readonly=True)
    mail_message_id = fields.Many2one(
        "mail.message", "Message", readonly=True, index="btree_not_null"
    )
    mail_ids = fields.One2many(
        "mail.mail", "run_line_id", "E-mails in the queue", groups="base.group_system"
    )
    lang = fields.Char("Language", readonly=True)
    mail_state = fields.Selection(
        [
            ("preparing", "Being prepared"),
            ("waiting", "Waiting"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        "State of the e-mail",
        readonly=True,
    )
    mail_failure = fields.Char("Why it failed", readonly=True)

    _document_pending = models.Index("(id) WHERE document_state = 'pending'")

    # -- waiting for the PDF ---------------------------------------------------------

    @api.model
    def _document_cron(self):
        return "sms_organizer.ir_cron_mail_document"

    @api.model
    def _due_for_document(self):
        return super()._due_for_document() & Domain("mail_state", "=", "preparing")

    @api.model
    def _prepare_documents(self):
        # EXTENDS 'organizer.document.wait': what is not told any more needs none
        preparing = self.search(
            [("mail_state", "=", "preparing")], order="id", limit=DOCUMENT_BATCH
        )
        for line_id, why in preparing._reasons_not_to_send().items():
            self.browse(line_id)._set_mail_state("cancelled", why)
            self.browse(line_id)._give_occasions_back()
        return super()._prepare_documents()

    def _settle_document(self, ready):
        result = super()._settle_document(ready)
        if ready:
            self._queue_prepared()
        return result

    def _give_document_up(self):
        result = super()._give_document_up()
        self._set_mail_state(
            "failed", self.env._("The PDF of the invoice could not be made.")
        )
        return result

    # -- queuing ---------------------------------------------------------------------

    def _queue_emails(self):
        """Queue what is ready; what wants a PDF that is not there waits for it."""
        if not self:
            return
        # sudo: the attachment is read to know that it exists, not what is in it
        unready = self.sudo().filtered(
            lambda line: (
                line.attach_document
                and line.move_id
                and not line.move_id.invoice_pdf_report_id
            )
        )
        if unready:
            unready.write({"mail_state": "preparing", "document_state": "pending"})
            self._wake_document_cron()
        (self - unready)._queue_prepared()

    def _queue_prepared(self):
        """Put an e-mail in Odoo's queue for each line, and a note on its document."""
        if not self:
            return
        values_list = self._mail_values()
        mails = self.env["mail.mail"].sudo().create(values_list)
        for line, mail in zip(self, mails, strict=True):
            line.mail_message_id = mail.mail_message_id
        self._notify_mails(mails)
        self.mail_state = "waiting"
        # sudo: senders can't read scheduled actions
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _mail_values(self):
        """Values of ``mail.mail``, in the order of self."""
        texts = {line.id: MailText(line.subject, line.body) for line in self}
        links = self._make_links(lambda line: texts[line.id].names)
        layouts, values_list = {}, []
        reply_to = self._reply_to()
        for line in self:
            link = links.get(line.id)
            subject, body = texts[line.id].final({"link": link.url if link else ""})
            body = html_sanitize(body)
            values_list.append(
                {
                    **line._mail_headers(),
                    "reply_to": reply_to[line.id],
                    "subject": subject,
                    "body": body,
                    "body_html": line._in_layout(body, layouts),
                    "attachment_ids": [
                        fields.Command.set(line._document_attachments().ids)
                    ],
                }
            )
        return values_list

    def _mail_headers(self):
        document, company = self._document(), self.run_id.company_id
        user = self.run_id.user_id
        sender = company.email_formatted or user.email_formatted
        return {
            "run_line_id": self.id,
            "model": document._name,
            "res_id": document.id,
            "message_type": "email_outgoing",
            "message_id": generate_tracking_message_id(
                f"{document.id}-{document._name}"
            ),
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
            "author_id": user.partner_id.id,
            "email_from": sender,
            "email_to": ", ".join(
                formataddr((self.partner_id.name or "", address))
                for address in email_split(self.email)
            ),
            "record_company_id": company.id,
            "record_alias_domain_id": company.alias_domain_id.id,
            "is_notification": True,
            "auto_delete": True,
            "scheduled_date": self._not_before(),
            "state": "outgoing",
        }

    def _reply_to(self):
        """``{line id: where an answer goes}``: to the document, where mail comes in."""
        addresses = {}
        for run, of_run in self.grouped("run_id").items():
            company = run.company_id
            sender = company.email_formatted or run.user_id.email_formatted
            for lines in of_run.grouped("res_model").values():
                documents = lines._documents().with_company(company)
                by_document = documents._notify_get_reply_to(default=sender)
                for line in lines:
                    addresses[line.id] = by_document.get(line.res_id) or sender
        return addresses

    def _document(self):
        return self.env[self.res_model].browse(self.res_id)

    def _document_attachments(self):
        """The invoice's PDF and XML."""
        # sudo: who may tell about an invoice may send it
        move = self.move_id.sudo()
        if not self.attach_document or not move:
            return self.env["ir.attachment"]
        found = move.invoice_pdf_report_id
        if "ubl_cii_xml_id" in move._fields:
            found |= move.ubl_cii_xml_id
        return found

    def _notify_mails(self, mails):
        """Make the notifications by which the chatter shows the state of each."""
        # sudo: notifications are Odoo's own, written for whoever may send
        self.env["mail.notification"].sudo().create(
            [
                {
                    "author_id": mail.author_id.id,
                    "mail_message_id": mail.mail_message_id.id,
                    "mail_mail_id": mail.id,
                    "res_partner_id": line.partner_id.id,
                    "mail_email_address": email_split(line.email)[0],
                    "notification_type": "email",
                    "notification_status": "ready",
                    "is_read": True,  # nothing for Odoo's inbox
                }
                for line, mail in zip(self, mails, strict=True)
            ]
        )

    # -- layout ----------------------------------------------------------------------

    def _in_layout(self, body, layouts):
        """The body as it is sent.

        :param dict layouts: those that were rendered, by company and language
        """
        basis = self.env["organizer.basis"]._get(self.run_id.basis)
        lang = self.lang or basis._lang(self.partner_id)
        key = (self.run_id.company_id, lang)
        if key not in layouts:
            layouts[key] = self._render_layout(*key)
        about, name = basis.with_context(lang=lang)._mail_heading(self._document())
        return (
            layouts[key]
            .replace(ABOUT, html_escape(about))
            .replace(NAME, html_escape(name))
            .replace(BODY, Markup(body))
        )

    @api.model
    def _render_layout(self, company, lang):
        """Odoo's layout with gaps, to be rendered once for all e-mails."""
        message = self.env["mail.message"].sudo().new({"body": Markup(BODY)})
        message.preview = ""
        return self.env["ir.qweb"]._render(
            LAYOUT,
            {
                "message": message,
                # sudo: the company's address stands at the foot, whoever sends
                "company": company.sudo(),
                "model_description": ABOUT,
                "record_name": NAME,
                "has_button_access": False,
                "is_discussion": False,
                "is_html_empty": lambda value: not value,
                "lang": lang,
                "subtype": False,
                "tracking_values": [],
                "website_url": company.website,
            },
            minimal_qcontext=True,
            lang=lang,
        )

    # -- outcomes --------------------------------------------------------------------

    def _set_mail_state(self, state, failure=False):
        self.write({"mail_state": state, "mail_failure": failure})
        if state == "cancelled":
            # sudo: notifications are Odoo's own
            self.sudo().mail_message_id.notification_ids.write(
                {"notification_status": "canceled", "failure_reason": failure}
            )
        self.run_id._settle_state()

    @api.model
    def _settle_lost_emails(self):
        """An e-mail that is in no queue any more, and was not sent, will never be: it
        or its document was deleted."""
        lost = self.search([("mail_state", "=", "waiting"), ("mail_ids", "=", False)])
        if lost:
            lost._set_mail_state(
                "cancelled", self.env._("The e-mail was deleted from the queue.")
            )

    def action_open_email(self):
        """Open the document, in whose chatter the e-mail is."""
        self.ensure_one()
        return self._document()._get_records_action()
