from odoo import api, fields, models

from ..tools import placeholders


class OrganizerComposeLine(models.TransientModel):
    """One of many recipients: its tick, number and text."""

    _name = "organizer.compose.line"
    _description = "Recipient of Send SMS"
    _order = "reason desc, id"  # those who can be told first

    compose_id = fields.Many2one(
        "organizer.compose", required=True, ondelete="cascade", index=True
    )
    move_id = fields.Many2one("account.move", "Document", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    values = fields.Json(readonly=True)
    number = fields.Char("SMS number")
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
        "Why not", compute="_compute_reason", compute_sudo=False, store=True
    )
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

    @api.depends("number", "move_id", "compose_id.basis")
    def _compute_reason(self):
        for compose, lines in self.grouped("compose_id").items():
            numbers = {line.move_id.id: line.number for line in lines}
            candidates = compose._basis()._candidates(lines.move_id, numbers)
            found = {candidate.document.id: candidate for candidate in candidates}
            for line in lines:
                line.reason = found[line.move_id.id].reason
                line.why = found[line.move_id.id].why

    @api.depends("compose_id.body", "values")
    def _compute_text(self):
        for compose, lines in self.grouped("compose_id").items():
            basis = compose._basis()
            is_default = compose.body == compose.default_body
            templates = {}
            for line in lines.filtered(lambda line: not line.text_edited):
                # the default text speaks the language of each customer
                lang = is_default and basis._lang(line.partner_id)
                if lang not in templates:
                    text = compose.body
                    if lang:
                        text = basis.with_context(lang=lang)._default_text()
                    templates[lang] = placeholders.compile(text)
                line.text = templates[lang].fill(line.values or {}, keep=("link",))

    @api.onchange("text")
    def _onchange_text(self):
        """What was written for this customer stays when the common text changes."""
        self.text_edited = True

    @api.depends("text", "values", "compose_id.price")
    def _compute_price(self):
        for line in self:
            line.segments = line.compose_id._segments_of(line.text, line.values)
            line.price = line.segments * line.compose_id.price

    def _is_going(self):
        return self.selected and not self.reason

    def _run_line(self, candidate):
        """Values of ``organizer.run.line``: sent, or left out and why.

        :param candidate: what the basis says of it now
        """
        unticked = not candidate.reason and not self.selected
        return {
            "partner_id": self.partner_id.id,
            "move_id": self.move_id.id,
            "number": candidate.number,
            "text": placeholders.fill(self.text, self.values or {}, keep=("link",)),
            "selected": self.selected,
            "reason": "unticked" if unticked else candidate.reason,
            "why": self.env._("Left out by hand.") if unticked else candidate.why,
        }
