from odoo import api, fields, models
from odoo.exceptions import UserError


class OrganizerCompose(models.TransientModel):
    """Send SMS, and send e-mail: about one document, about many, or from nothing.

    What is filled in by itself is in ``organizer_compose_defaults.py``, what the window
    shows beside it in ``organizer_compose_preview.py``, what *Send* does in
    ``organizer_compose_send.py``, templates in ``organizer_compose_template.py``.
    """

    _name = "organizer.compose"
    _inherit = "organizer.makes_run"
    _description = "Send SMS"

    many = fields.Boolean(readonly=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
    )
    channel = fields.Selection(
        [("sms", "SMS"), ("email", "E-mail")],
        required=True,
        readonly=True,
        default="sms",
    )
    basis = fields.Selection(
        selection="_selection_basis",
        string="About",
        compute="_compute_basis",
        compute_sudo=False,
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    template_id = fields.Many2one(
        "organizer.template",
        compute="_compute_template_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        domain="[('channel', '=', channel), ('company_id', 'in', (False, company_id)), "
        "('model', '=?', documents_model)]",
    )
    documents_model = fields.Char(readonly=True)

    # the text, and what it was before somebody wrote into it
    body = fields.Text(
        "Text",
        compute="_compute_texts",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    default_body = fields.Text(
        compute="_compute_texts", compute_sudo=False, store=True, precompute=True
    )
    subject = fields.Char(
        compute="_compute_texts",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    default_subject = fields.Char(
        compute="_compute_texts", compute_sudo=False, store=True, precompute=True
    )
    mail_body = fields.Html(
        "Formatted text",
        compute="_compute_texts",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        sanitize_attributes=True,
    )
    default_mail_body = fields.Html(
        compute="_compute_texts", compute_sudo=False, store=True, precompute=True
    )
    plain_letters = fields.Boolean(
        compute="_compute_options",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="Letters that make an SMS Unicode are written in plain ones wherever the "
        "whole text then fits the cheaper alphabet.",
    )
    attach_document = fields.Boolean(
        "Attach the invoice's PDF and XML",
        compute="_compute_options",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )

    # one recipient
    partner_id = fields.Many2one(
        "res.partner",
        "To",
        compute="_compute_partner_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    move_id = fields.Many2one(
        "account.move",
        "Document",
        domain="[('state', '=', 'posted'), ('company_id', '=', company_id), "
        "('move_type', 'in', ('out_invoice', 'out_refund', 'out_receipt')), "
        "('commercial_partner_id', '=?', commercial_partner_id)]",
    )
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id")
    number = fields.Char(
        "SMS number",
        compute="_compute_addresses",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    email = fields.Char(
        "E-mail",
        compute="_compute_addresses",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )

    # many
    line_ids = fields.One2many("organizer.compose.line", "compose_id", "Recipients")

    def _selection_basis(self):
        """Many documents can be told about as what they are only."""
        model = self.env.context.get("organizer_basis_model")
        return self.env["organizer.basis"]._selection(model)

    def _basis(self):
        basis = self.env["organizer.basis"]._get(self.basis or "free_text")
        return basis.with_company(self.company_id)

    # -- opening ---------------------------------------------------------------------

    @api.model
    def _open_for(self, documents, template=None, company=None):
        """Open for documents of one company.

        :param template: ``organizer.template`` to begin with
        :param company: in whose name, where the documents do not say it
        """
        documents.check_access("read")
        if not documents:
            raise UserError(self.env._("Tick at least one line."))
        company = company or self._company_of(documents)
        channel = template.channel if template else "sms"
        if company._organizer_channel_problem(channel):
            return self._open_off(channel)
        values = {"company_id": company.id}
        if template:
            values |= {"template_id": template.id, "basis": template.basis}
            values["channel"] = template.channel
        one_field = self._one_field(documents)
        if one_field:
            return self.create({**values, one_field: documents.id})._open()
        values |= {"many": True, "documents_model": documents._name}
        values.setdefault("basis", self._basis_for(documents))
        compose = self.create(values)
        compose._fill_lines(documents)
        return compose._open()

    def _one_field(self, documents):
        """The field for a single document of the usual kinds."""
        names = {"account.move": "move_id", "res.partner": "partner_id"}
        return names.get(documents._name) if len(documents) == 1 else None

    def _company_of(self, documents):
        if "company_id" not in documents._fields:
            return self.env.company
        companies = documents.company_id
        if len(companies) > 1:
            raise UserError(
                self.env._(
                    "What you ticked belongs to several companies (%s). Tick those of "
                    "one company at a time.",
                    ", ".join(companies.mapped("name")),
                )
            )
        return companies or self.env.company

    @api.model
    def action_open_new(self):
        """Open from nothing: the customer is picked in the window."""
        if self.env.company._organizer_channel_problem("sms"):
            return self._open_off("sms")
        return self.create({})._open()

    def _open(self):
        title = (
            self.env._("Send e-mail")
            if self.channel == "email"
            else self.env._("Send SMS")
        )
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "dialog_size": "extra-large",
                "organizer_basis_model": self.documents_model or None,
            },
        }

    def _fill_lines(self, documents):
        basis = self._basis()
        recipients = basis._recipients(documents)
        invoices = basis._invoices(documents)
        addresses = {"number": {}, "email": {}}
        if self.channel == "sms":
            addresses["number"] = basis._numbers(documents)
        else:
            addresses["email"] = basis._emails(documents)
        hints = self._hints(recipients)
        self.env["organizer.compose.line"].create(
            [
                {
                    "hint": hints.get(document.id),
                    "selected": document.id not in hints,
                    "compose_id": self.id,
                    "res_id": document.id,
                    "document_name": document.display_name,
                    "move_id": invoice.id
                    if (invoice := invoices.get(document.id))
                    else 0,
                    "partner_id": recipients[document.id].id,
                    "number": addresses["number"].get(document.id),
                    "email": addresses["email"].get(document.id),
                }
                for document in documents
            ]
        )

    def _hints(self, recipients):
        """``{document id: why}`` for those who are not to be reminded: a person may
        tick them all the same."""
        if not self._basis()._is_reminder:
            return {}
        hints = {}
        for document_id, partner in recipients.items():
            customer = partner.commercial_partner_id.with_company(self.company_id)
            if refusal := customer._why_reminders_rest():
                hints[document_id] = refusal[1]
        return hints

    def _documents(self):
        """What is told about: one document, or those of the lines."""
        if self.many:
            return self.env[self.documents_model].browse(self.line_ids.mapped("res_id"))
        return self._document()

    def _document(self):
        """What the one message is about: an invoice or the customer."""
        if self._basis()._basis_model == "account.move":
            return self.move_id
        return self.partner_id
