from urllib.parse import quote

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..gateways.base import SenderStatus, Trouble
from ..tools import sender_names

REPORT = "sms_organizer.action_report_sender_declaration"


class SmsSender(models.Model):
    """From draft to authorised: the owner declares, somebody submits, the provider
    decides."""

    _inherit = "sms.sender"

    owner_name = fields.Char(
        "Owner of the name",
        compute="_compute_owner",
        store=True,
        readonly=False,
        precompute=True,
    )
    owner_address = fields.Text(
        "Owner's address",
        compute="_compute_owner",
        store=True,
        readonly=False,
        precompute=True,
    )
    owner_vat = fields.Char(
        "Owner's VAT number",
        compute="_compute_owner",
        store=True,
        readonly=False,
        precompute=True,
    )
    signatory = fields.Char(
        "Declared by",
        default=lambda self: self.env.user.name,
        help="Who declares on behalf of the owner.",
    )
    is_declared = fields.Boolean(
        "I declare that this name may be used on behalf of its owner", copy=False
    )
    declared_on = fields.Datetime("Declared", readonly=True, copy=False)
    declared_by_id = fields.Many2one(
        "res.users", "Declaration accepted by", readonly=True, copy=False
    )

    operator_email = fields.Char(
        "Operator's e-mail",
        default=lambda self: self._last_operator_email(),
        help="Where the declaration goes, unless the provider takes names over its "
        "interface.",
    )
    submitted_on = fields.Datetime("Submitted", readonly=True, copy=False)
    submitted_by_id = fields.Many2one(
        "res.users", "Submitted by", readonly=True, copy=False
    )
    submitted_by_way = fields.Selection(
        [
            ("provider", "The provider's interface"),
            ("email", "E-mail to the operator"),
            ("mailto", "One's own mail program"),
            ("known", "The provider had it already"),
        ],
        "Submitted through",
        readonly=True,
        copy=False,
    )
    decided_on = fields.Datetime("Decided", readonly=True, copy=False)
    decided_by_id = fields.Many2one(
        "res.users",
        "Decision entered by",
        readonly=True,
        copy=False,
        help="Empty: the provider told it.",
    )
    authorised_on = fields.Datetime("First authorised", readonly=True, copy=False)
    provider_words = fields.Char("Provider's words", copy=False, tracking=True)

    @api.depends("company_id")
    def _compute_owner(self):
        for sender in self:
            company = sender.company_id or self.env.company
            sender.owner_name = company.name
            address = company.partner_id._display_address(without_company=True)
            sender.owner_address = "\n".join(filter(str.strip, address.splitlines()))
            sender.owner_vat = company.vat

    def _last_operator_email(self):
        domain = [("operator_email", "!=", False)]
        return self.search(domain, order="id DESC", limit=1).operator_email

    # -- declaration -----------------------------------------------------------------

    def action_declare(self):
        """*Accept the declaration*.

        :raise UserError: with what is missing in it
        """
        self.ensure_one()
        self.check_access("write")
        self._check_step("draft")
        self._check_filled("owner_name", "owner_address", "signatory")
        if not self.is_declared:
            raise UserError(
                self.env._(
                    "Tick “%s” first.",
                    self._fields["is_declared"]._description_string(self.env),
                )
            )
        self._step(
            state="declared",
            declared_on=fields.Datetime.now(),
            declared_by_id=self.env.uid,
        )

    def action_draft(self):
        """*Back to draft*: to change the name or its declaration."""
        self.ensure_one()
        self.check_access("write")
        self._check_step("declared")
        if self.submitted_on:
            raise UserError(self._locked_words())
        self._step(
            state="draft", declared_on=False, declared_by_id=False, is_declared=False
        )

    def action_print(self):
        """*Print*: the declaration, to be signed."""
        self.check_access("read")
        return self.env.ref(REPORT).report_action(self)

    def _declaration_pdf(self):
        """:return: the PDF, bytes"""
        return self.env["ir.actions.report"]._render_qweb_pdf(REPORT, self.ids)[0]

    # -- submission ------------------------------------------------------------------

    def action_submit(self):
        """*Submit*, by the way that there is.

        :raise UserError: in the provider's words, or with what is missing
        """
        self.ensure_one()
        self.check_access("write")
        self._check_step("declared", "refused")
        if self.asks_provider:
            return self._submit_to_provider()
        self._check_filled("operator_email")
        if not email_normalize(self.operator_email):
            raise UserError(
                self.env._(
                    "Operator's e-mail: “%s” is no e-mail address. Enter one such as "
                    "sms@example.com.",
                    self.operator_email,
                )
            )
        return self._submit_by_email() if self._may_email() else self._submit_by_hand()

    def _may_email(self):
        """:return: whether Odoo may send the e-mail itself"""
        return self.env["res.company"]._organizer_channel_is_on("email")

    def _submit_to_provider(self):
        """What the provider knows already is not asked for again."""
        gateway = self.gateway_id
        gateway._check_complete()
        key = sender_names.key(self.name)

        def request(adapter):
            known = [
                one for one in adapter.senders() if sender_names.key(one.name) == key
            ]
            # refused before: it is asked once more
            usable = [one for one in known if one.status is not SenderStatus.REFUSED]
            return (usable or [adapter.request_sender(self.name)])[0]

        try:
            found = gateway._ask(request)
        except Trouble as trouble:
            raise UserError(
                self.env._(
                    "%(gateway)s did not take “%(name)s”: %(trouble)s",
                    gateway=gateway.name,
                    name=self.name,
                    trouble=gateway._trouble_words(trouble),
                )
            ) from None
        self._note_submission("provider")
        self._take_answer(found)

    def _submit_by_email(self):
        """To the operator, with the PDF, a copy to the user; by Odoo's queue."""
        user, company = self.env.user, self.company_id or self.env.company
        attachment = self._attach_declaration()
        # sudo: who administers SMS may not queue e-mails of all kinds
        self.env["mail.mail"].sudo().create(
            {
                "subject": self._mail_subject(),
                "body_html": Markup("<p>%s</p>")
                % Markup("<br/>").join(self._mail_text().split("\n")),
                "email_from": company.email_formatted or user.email_formatted,
                "reply_to": user.email_formatted or company.email_formatted,
                "email_to": self.operator_email,
                "email_cc": user.email_formatted,
                "attachment_ids": [fields.Command.set(attachment.ids)],
            }
        )
        self._note_submission("email")

    def _submit_by_hand(self):
        """A window of one's own mail program, with the text."""
        attachment = self._attach_declaration()
        self._note_submission("mailto")
        self.message_post(
            body=self.env._(
                "Attach this declaration to the e-mail in your mail program, and send "
                "it."
            ),
            attachment_ids=attachment.ids,
        )
        subject, text = quote(self._mail_subject()), quote(self._mail_text())
        address = quote(self.operator_email.strip(), safe="@")
        return {
            "type": "ir.actions.act_url",
            "url": f"mailto:{address}?subject={subject}&body={text}",
            "target": "self",
        }

    def _attach_declaration(self):
        return self.env["ir.attachment"].create(
            {
                "name": self._declaration_name(),
                "raw": self._declaration_pdf(),
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
            }
        )

    def _declaration_name(self):
        return self.env._("Declaration %s.pdf", self.name)

    def _mail_subject(self):
        return self.env._(
            "Sender name “%(name)s” of %(owner)s", name=self.name, owner=self.owner_name
        )

    def _mail_text(self):
        return self.env._(
            "Please authorise the sender name “%(name)s” for SMS of our account.\n\n"
            "Owner: %(owner)s\n%(address)s\nVAT number: %(vat)s\n\n"
            "The owner's declaration is attached (%(file)s).\n\n%(user)s",
            file=self._declaration_name(),
            name=self.name,
            owner=self.owner_name,
            address=self.owner_address,
            vat=self.owner_vat or "–",
            user=self.env.user.name,
        )

    def _note_submission(self, way):
        self._step(
            state="submitted",
            submitted_on=fields.Datetime.now(),
            submitted_by_id=self.env.uid,
            submitted_by_way=way,
            decided_on=False,
            decided_by_id=False,
            provider_words=False,
            trouble=False,
        )

    # -- decision --------------------------------------------------------------------

    def action_authorised(self):
        """*Authorised*: the operator has said so."""
        self._decide_by_hand("authorised")

    def action_refused(self):
        """*Refused*: the operator has said so, in its words."""
        self._decide_by_hand("refused")

    def _decide_by_hand(self, state):
        self.ensure_one()
        self.check_access("write")
        self._check_step(*{"submitted", "authorised", "refused"} - {state})
        if self.asks_provider:
            raise UserError(
                self.env._(
                    "The provider itself says what became of “%s”: use Ask now.",
                    self.name,
                )
            )
        self._decide(state, self.provider_words, self.env.user)

    def _decide(self, state, words, user=None):
        """:param str state: ``authorised``, ``refused``, or ``submitted`` where the
            provider has taken its authorisation back
        :param user: who enters it; None: the provider told it
        """
        now = fields.Datetime.now()
        values = {"state": state, "provider_words": words or False}
        if state != "submitted":
            values |= {"decided_on": now, "decided_by_id": user.id if user else False}
        if state == "authorised" and not self.authorised_on:
            values["authorised_on"] = now
        self._step(**values)
        self._tell_who_submitted()
        if state == "authorised":
            self._release_messages()

    def _tell_who_submitted(self):
        user = self.submitted_by_id
        if not user.active or user == self.env.user:
            return
        state = dict(self._fields["state"]._description_selection(self.env))[self.state]
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=user.id,
            summary=self.env._(
                "Sender name “%(name)s”: %(state)s", name=self.name, state=state
            ),
            note=self.provider_words,
        )

    # -- steps -----------------------------------------------------------------------

    def _step(self, **values):
        self.sudo().write(values)  # sudo: what the buttons alone write

    def _check_step(self, *states):
        if self.state not in states:
            names = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "“%(name)s” is in the state “%(state)s”, where this cannot be "
                    "done. Reload the page.",
                    name=self.name,
                    state=names[self.state],
                )
            )

    def _check_filled(self, *names):
        empty = [
            self._fields[name]._description_string(self.env)
            for name in names
            if not (self[name] or "").strip()
        ]
        if empty:
            raise UserError(self.env._("Enter first: %s.", ", ".join(empty)))
