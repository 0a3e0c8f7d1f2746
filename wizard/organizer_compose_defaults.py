from odoo import api, models


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
                compose.template_id = self.env["organizer.template"]._on_offer(
                    compose.channel, compose.company_id, compose.basis
                )[:1]

    @api.onchange("template_id")
    def _onchange_template_id(self):
        if self.template_id:
            self.basis = self.template_id.basis

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

    @api.depends("move_id", "partner_id", "channel")
    def _compute_addresses(self):
        for compose in self:
            source = compose.move_id or compose.partner_id
            source = source.with_company(compose.company_id)
            compose.number = compose.email = False
            if source and compose.channel == "sms":
                compose.number = source._sms_phones()[source.id]
            elif source:
                name = "invoice_issued" if compose.move_id else "free_text"
                basis = self.env["organizer.basis"]._get(name)
                compose.email = basis._emails(source)[source.id]

    @api.depends("template_id", "partner_id")
    def _compute_texts(self):
        """The template's, in the customer's language, until somebody writes into it."""
        for compose in self:
            lang = compose.partner_id.lang or self.env.user.lang
            template = compose.template_id.with_context(lang=lang)
            edited = compose._is_edited()
            compose.default_body = template.text
            compose.default_subject = template.subject
            compose.default_mail_body = template.body
            if not edited:
                compose.body = template.text
                compose.subject = template.subject
                compose.mail_body = template.body

    def _is_edited(self):
        """Whether the text is another than the template's."""
        return any(
            (self[name] or "") and (self[name] or "") != (self[f"default_{name}"] or "")
            for name in ("body", "subject", "mail_body")
        )

    @api.depends("template_id")
    def _compute_options(self):
        for compose in self:
            template = compose.template_id
            compose.plain_letters = template.plain_letters if template else True
            compose.attach_document = template.attach_document
