from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError


class OrganizerCompose(models.TransientModel):
    """Send SMS: for one document, for many, or from nothing.

    What *Send* does is in ``organizer_compose_send.py``.
    """

    _name = "organizer.compose"
    _description = "Send SMS"

    many = fields.Boolean(readonly=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
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
    body = fields.Text(
        "Text",
        compute="_compute_body",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )

    default_body = fields.Text(
        compute="_compute_body", compute_sudo=False, store=True, precompute=True
    )
    run_id = fields.Many2one("organizer.run", readonly=True)

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
        compute="_compute_number",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    problem = fields.Char(compute="_compute_problem")

    # many
    line_ids = fields.One2many("organizer.compose.line", "compose_id", "Recipients")
    going_count = fields.Integer("Will get it", compute="_compute_totals")
    left_out = fields.Char("Will not get it", compute="_compute_totals")
    segments = fields.Integer("SMS in all", compute="_compute_totals")
    total_price = fields.Float(digits=(16, 4), compute="_compute_totals")

    # what the editor needs to show the text as a customer gets it
    sample_values = fields.Json(compute="_compute_sample")
    sample_recipient = fields.Char(compute="_compute_sample")
    labels = fields.Json(compute="_compute_labels")
    price = fields.Float("Price per SMS", digits=(16, 4), compute="_compute_gateway")
    currency_id = fields.Many2one("res.currency", compute="_compute_gateway")
    is_test = fields.Boolean(compute="_compute_gateway")
    has_gateway = fields.Boolean(compute="_compute_gateway")

    # -- opening ---------------------------------------------------------------------

    @api.model
    def _open_for_moves(self, moves):
        """Open for the documents, which must be of one company."""
        moves.check_access("read")
        if not moves:
            raise UserError(self.env._("Tick at least one invoice."))
        if len(moves.company_id) > 1:
            raise UserError(
                self.env._(
                    "These invoices belong to several companies (%s). Tick those of "
                    "one company at a time.",
                    ", ".join(moves.company_id.mapped("name")),
                )
            )
        company = moves.company_id
        if len(moves) == 1:
            values = {"move_id": moves.id}
        else:
            values = {"many": True, "basis": self._basis_for(moves)}
        compose = self.create({"company_id": company.id, **values})
        if compose.many:
            compose._fill_lines(moves)
        return compose._open()

    @api.model
    def _open_for_partner(self, partner):
        partner.ensure_one()
        partner.check_access("read")
        company = partner.company_id or self.env.company
        return self.create({"company_id": company.id, "partner_id": partner.id})._open()

    @api.model
    def action_open_new(self):
        """Open from nothing: the customer is picked in the window."""
        return self.create({})._open()

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send SMS"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "dialog_size": "extra-large",
                "organizer_basis_model": "account.move" if self.many else None,
            },
        }

    def _selection_basis(self):
        """Many invoices can be told about as invoices only."""
        model = self.env.context.get("organizer_basis_model")
        return self.env["organizer.basis"]._selection(model)

    def _fill_lines(self, moves):
        basis = self._basis()
        values = basis._values(moves)
        recipients = basis._recipients(moves)
        numbers = basis._numbers(moves)
        self.env["organizer.compose.line"].create(
            [
                {
                    "compose_id": self.id,
                    "move_id": move.id,
                    "partner_id": recipients[move.id].id,
                    "number": numbers[move.id],
                    "values": values[move.id],
                }
                for move in moves
            ]
        )

    # -- defaults that follow what was picked ----------------------------------------

    def _basis(self):
        basis = self.env["organizer.basis"]._get(self.basis or "free_text")
        return basis.with_company(self.company_id)

    @api.model
    def _basis_for(self, moves):
        """Remind where all are overdue; else tell that they were issued."""
        if not moves:
            return "free_text"
        refusals = self.env["organizer.basis"]._get("invoice_overdue")._refusals(moves)
        return "invoice_issued" if refusals else "invoice_overdue"

    def _document(self):
        """What the one message is about: an invoice or the customer."""
        if self._basis()._basis_model == "account.move":
            return self.move_id
        return self.partner_id

    @api.depends("move_id")
    def _compute_basis(self):
        for compose in self:
            if not compose.many:
                compose.basis = self._basis_for(compose.move_id)

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

    @api.depends("move_id", "partner_id")
    def _compute_number(self):
        for compose in self:
            source = compose.move_id or compose.partner_id
            source = source.with_company(compose.company_id)
            compose.number = source._sms_phones()[source.id] if source else False

    @api.depends("basis", "partner_id")
    def _compute_body(self):
        """The default text, until somebody has written into it."""
        for compose in self:
            lang = compose.partner_id.lang or self.env.user.lang
            text = compose._basis().with_context(lang=lang)._default_text()
            if not compose.body or compose.body == compose.default_body:
                compose.body = text
            compose.default_body = text

    @api.depends("basis")
    def _compute_labels(self):
        for compose in self:
            compose.labels = compose._basis()._labels()

    @api.depends("company_id")
    def _compute_gateway(self):
        for compose in self:
            gateway = self.env["sms.gateway"]._for_company(compose.company_id)
            compose.has_gateway = bool(gateway)
            compose.price = gateway.price
            compose.currency_id = gateway.currency_id or compose.company_id.currency_id
            compose.is_test = gateway.is_sandbox

    @api.depends("basis", "move_id", "partner_id", "company_id", "line_ids.values")
    def _compute_sample(self):
        for compose in self:
            link = self.env["organizer.link"]._sample_url(compose.company_id)
            if compose.many:
                line = compose._longest_line()
                values, recipient = line.values, line.partner_id.name
            else:
                document = compose._document()
                values = compose._basis()._values(document).get(document.id)
                recipient = compose.partner_id.name
            compose.sample_recipient = recipient
            if values and "link" in compose._basis()._labels():
                values = {**values, "link": link}
            compose.sample_values = values

    def _longest_line(self):
        """The worst case: whose values make the longest text."""
        return max(
            self.line_ids,
            key=lambda line: sum(map(len, (line.values or {}).values())),
            default=self.line_ids,
        )

    @api.depends("number", "partner_id", "move_id", "basis")
    def _compute_problem(self):
        for compose in self:
            document = compose._document()
            compose.problem = False
            if document and not compose.many:
                numbers = {document.id: compose.number}
                compose.problem = compose._basis()._candidates(document, numbers)[0].why

    @api.depends("line_ids.selected", "line_ids.reason", "line_ids.segments", "price")
    def _compute_totals(self):
        reasons = dict(
            self.env["organizer.run.line"]
            ._fields["reason"]
            ._description_selection(self.env)
        )
        for compose in self:
            going = compose.line_ids.filtered(lambda line: line._is_going())
            out = Counter(
                line.reason or "unticked" for line in compose.line_ids - going
            )
            compose.going_count = len(going)
            compose.segments = sum(going.mapped("segments"))
            compose.total_price = compose.segments * compose.price
            compose.left_out = ", ".join(
                f"{count} × {reasons[reason]}" for reason, count in out.most_common()
            )
