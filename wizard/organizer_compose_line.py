from odoo import api, fields, models

from ..tools.texts import SmsText


class OrganizerComposeLine(models.TransientModel):
    """One of many recipients: its tick, address and text."""

    _name = "organizer.compose.line"
    _description = "Recipient of Send SMS"
    _order = "reason desc, id"  # those who can be told first
    _rec_name = "document_name"

    compose_id = fields.Many2one(
        "organizer.compose", required=True, ondelete="cascade", index=True
    )
    channel = fields.Selection(related="compose_id.channel")
    # of the window's documents_model
    res_id = fields.Integer("Document's id", required=True, readonly=True)
    document_name = fields.Char("Document", readonly=True)
    move_id = fields.Many2one("account.move", "Invoice", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    values = fields.Json(compute="_compute_values", compute_sudo=False, store=True)
    number = fields.Char("SMS number")
    email = fields.Char("E-mail")
    selected = fields.Boolean("Send", default=True)
    reason = fields.Selection(
        selection=lambda self: (
            self.env["organizer.run.line"]._fields["reason"].selection
        ),
        compute="_compute_reason",
        compute_sudo=False,
        store=True,
    )
    why = fields.Char(
        "Reason in words", compute="_compute_reason", compute_sudo=False, store=True
    )
    hint = fields.Char(readonly=True, help="Why nobody would remind by itself")
    words = fields.Char("Why not", compute="_compute_words")
    text = fields.Text(
        compute="_compute_text", compute_sudo=False, store=True, readonly=False
    )
    text_edited = fields.Boolean()
    segments = fields.Integer(
        "SMS", compute="_compute_price", compute_sudo=False, store=True
    )
    price = fields.Float(
        digits=(16, 4), compute="_compute_price", compute_sudo=False, store=True
    )
    currency_id = fields.Many2one(related="compose_id.currency_id")

    @api.depends("res_id", "compose_id.basis")
    def _compute_values(self):
        for compose, lines in self.grouped("compose_id").items():
            documents = lines._documents(compose)
            values = compose._basis()._values(documents)
            for line in lines:
                line.values = values[line.res_id]

    def _documents(self, compose):
        return self.env[compose.documents_model].browse(self.mapped("res_id"))

    @api.depends("number", "email", "res_id", "compose_id.basis")
    def _compute_reason(self):
        for compose, lines in self.grouped("compose_id").items():
            found = lines._candidates(compose)
            for line in lines:
                line.reason = found[line.res_id].reason
                line.why = found[line.res_id].why

    def _candidates(self, compose):
        """``{document id: what the basis says of it now}``"""
        documents = self._documents(compose)
        name = "email" if compose.channel == "email" else "number"
        addresses = {line.res_id: line[name] for line in self}
        basis = compose._basis()
        return {
            candidate.document.id: candidate
            for candidate in basis._candidates(documents, compose.channel, addresses)
        }

    @api.depends("why", "hint")
    def _compute_words(self):
        for line in self:
            line.words = line.why or line.hint

    @api.depends(
        "compose_id.body",
        "compose_id.plain_letters",
        "compose_id.template_id",
        "values",
    )
    def _compute_text(self):
        for compose, lines in self.grouped("compose_id").items():
            if compose.channel != "sms":
                continue
            writer_of = compose._writer_by_lang()
            for line in lines.filtered(lambda line: not line.text_edited):
                writer = writer_of(line.partner_id)
                line.text = writer.fill(compose._with_link(line.values))

    @api.onchange("text")
    def _onchange_text(self):
        """What was written for this customer stays when the common text changes."""
        self.text_edited = True

    @api.depends(
        "text", "values", "number", "compose_id.price", "compose_id.plain_letters"
    )
    def _compute_price(self):
        price_of = self.env["sms.gateway"]._segment_price
        for line in self:
            compose = line.compose_id
            writer = line._writer()
            values = compose._with_link(line.values)
            line.segments = writer.measure(values).segments if line.text else 0
            price = 0
            if compose.channel == "sms":
                currency = compose.currency_id
                price = price_of(compose.company_id, line.number, currency)
            line.price = line.segments * price

    def _writer(self, names=()):
        """The text of this line, as it was filled in or corrected.

        :param names: the placeholders that it was filled in from
        """
        return SmsText(self.text, self.compose_id.plain_letters, names)

    def _is_going(self):
        return self.selected and not self.reason
