from odoo import api, models
from odoo.tools import html2plaintext


class OrganizerCompose(models.TransientModel):
    """Defaults that follow what was picked."""

    _inherit = "organizer.compose"

    @api.model
    def _basis_for(self, documents):
        """Remind where all are overdue; else tell that they were issued."""
        if documents._name != "account.move" or not documents:
            return "free_text"
        overdue = self.env["organizer.basis"]._get("invoice_overdue")
        return "invoice_issued" if overdue._refusals(documents) else "invoice_overdue"

    @api.depends("move_id")
    def _compute_basis(self):
        for compose in self:
            if not compose.many and not (compose.basis and compose._suits()):
                compose.basis = self._basis_for(compose.move_id)

    def _suits(self):
        """Whether the chosen basis is one for what was picked."""
        about_invoice = self._basis()._basis_model == "account.move"
        return about_invoice == bool(self.move_id) and (
            self.template_id.basis == self.basis
        )

    @api.depends("basis", "channel", "company_id")
    def _compute_template_id(self):
        """The one that was picked, or the first one of the basis."""
        for compose in self:
            if compose.template_id.basis != compose.basis:
                templates = self.env["organizer.template"]._on_offer(
                    compose.channel, compose.company_id, compose.basis
                )
                compose.template_id = templates._suiting(compose.move_id)[:1]

    @api.onchange("template_id")
    def _onchange_template_id(self):
        """What was picked is what is sent, whatever was written before."""
        if self.template_id:
            self.basis = self.template_id.basis
            self._take_texts()

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """Nobody gets another customer's document."""
        theirs = self.move_id.commercial_partner_id
        if theirs and theirs != self.partner_id.commercial_partner_id:
            self.move_id = False

    @api.depends("move_id")
    def _compute_partner_id(self):
        for compose in self:
            if compose.move_id:
                compose.partner_id = compose.move_id.partner_id

    @api.depends("move_id", "partner_id", "channel", "basis")
    def _compute_addresses(self):
        for compose in self:
            source = compose.move_id or compose.partner_id
            source = source.with_company(compose.company_id)
            compose.number = compose.email = False
            if source and compose.channel == "sms":
                compose.number = source._sms_phones()[source.id]
            elif document := compose._document():
                compose.email = compose._basis()._emails(document)[document.id]

    @api.depends("template_id", "partner_id")
    def _compute_texts(self):
        """The template's, in the customer's language, until somebody writes into it."""
        for compose in self:
            compose._take_texts(unless_edited=True)

    def _take_texts(self, unless_edited=False):
        lang = self.partner_id.lang or self.env.user.lang
        template = self.template_id.with_context(lang=lang)
        keep = unless_edited and self._is_edited()
        self.default_body = template.text
        self.default_subject = template.subject
        self.default_mail_body = template.body
        if not keep:
            self.body = template.text
            self.subject = template.subject
            self.mail_body = template.body

    def _is_edited(self):
        """Whether the text is another than the template's. Of a formatted one, the
        words count: editors rewrite the tags by themselves."""
        pairs = [
            (self.body or "", self.default_body or ""),
            (self.subject or "", self.default_subject or ""),
            (
                html2plaintext(self.mail_body or ""),
                html2plaintext(self.default_mail_body or ""),
            ),
        ]
        return any(mine != default for mine, default in pairs)

    @api.depends("template_id")
    def _compute_options(self):
        for compose in self:
            template = compose.template_id
            compose.plain_letters = template.plain_letters if template else True
            compose.attach_document = template.attach_document
