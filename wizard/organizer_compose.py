from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import gsm, placeholders

# Longer texts are mistakes: providers cut them, and customers do not read them.
MAX_SEGMENTS = 6


class OrganizerCompose(models.TransientModel):
    """Send SMS: for one document, for many, or from nothing.

    It writes nothing but a run: *Send* makes one with a line for each candidate.
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

    # -- sending ---------------------------------------------------------------------

    def action_send(self):
        """Make the run, send it and open it. A second click opens the same."""
        self.ensure_one()
        self.check_access("write")
        self._lock()
        if not self.run_id:
            self._check_ready()
            self.run_id = self._make_run()
            self.run_id.sudo()._send()  # sudo: runs are written by this add-on alone
        return {
            "type": "ir.actions.act_window",
            "res_model": "organizer.run",
            "res_id": self.run_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _lock(self):
        """Make a second click wait for the first one, and then be repeated by Odoo."""
        self.flush_recordset()
        self.env.cr.execute(
            "SELECT id FROM organizer_compose WHERE id = %s FOR UPDATE",
            [self.id],
            log_exceptions=False,
        )
        self.invalidate_recordset(["run_id"], flush=False)

    def _make_run(self):
        lines = self._many_lines() if self.many else [self._one_line()]
        runs = self.env["organizer.run"]
        return runs._draft(self.company_id, self.basis, self.body, lines)

    def _check_ready(self):
        if self.company_id not in self.env.companies:
            raise AccessError(
                self.env._("You may not send in the name of this company.")
            )
        if not self.has_gateway:
            raise UserError(self._basis()._no_gateway_words(self.company_id))
        if self.many and not self.going_count:
            raise UserError(
                self.env._("No one is ticked. Tick at least one recipient.")
            )
        for line in self.line_ids.filtered(lambda line: line._is_going()):
            self._check_text(line.text, line.values, line.move_id.name)

    def _check_text(self, text, values, whose=None):
        """:param str whose: the document, where the text is that of one among many"""
        problems = [
            self._unknown_words(bad)
            for bad in placeholders.unknown(text, self._basis()._labels())
        ]
        segments = self._segments_of(text, values)
        if not (text or "").strip():
            problems = [
                self.env._("The text is empty. Write what the customer is to read.")
            ]
        elif segments > MAX_SEGMENTS:
            problems.append(
                self.env._(
                    "The text takes %(count)s SMS. Shorten it to %(most)s at the most.",
                    count=segments,
                    most=MAX_SEGMENTS,
                )
            )
        if problems:
            named = [f"{whose}: {words}" if whose else words for words in problems]
            raise UserError("\n".join(named))

    def _check_own(self, documents, partners):
        """Neither another company's nor what the user may not read."""
        documents.check_access("read")
        partners.check_access("read")
        basis = self._basis()
        if any(basis._company(document) != self.company_id for document in documents):
            raise AccessError(
                self.env._("These documents belong to another company than the sender.")
            )
        if not self.many and self.move_id:
            theirs = self.move_id.commercial_partner_id
            if partners.commercial_partner_id != theirs:
                raise UserError(
                    self.env._(
                        "%(document)s is a document of %(owner)s. Pick another "
                        "document, or another customer in “To”.",
                        document=self.move_id.name,
                        owner=theirs.name,
                    )
                )

    def _unknown_words(self, unknown):
        if unknown.suggestion:
            return self.env._(
                "Text: %(written)s is not a placeholder here. Did you mean "
                "[%(suggestion)s]? Write [[ for a bracket.",
                written=unknown.written,
                suggestion=unknown.suggestion,
            )
        return self.env._(
            "Text: %s is not a placeholder here. Pick one from the list, or write [[ "
            "for a bracket.",
            unknown.written,
        )

    def _one_line(self):
        document = self._document()
        if not document:
            raise UserError(
                self.env._("Pick the document that the text is about.")
                if self.basis != "free_text"
                else self.env._("Pick the customer that gets the SMS in “To”.")
            )
        self._check_own(document, self.partner_id)
        basis = self._basis()
        values = basis._values(document)[document.id]
        self._check_text(self.body, values)
        candidate = basis._candidates(document, {document.id: self.number})[0]
        if candidate.reason:
            raise UserError(candidate.why)
        template = placeholders.compile(self.body)
        line = candidate._line_values(template, values)
        return {**line, "partner_id": self.partner_id.id or line["partner_id"]}

    def _many_lines(self):
        moves = self.line_ids.move_id
        self._check_own(moves, self.line_ids.partner_id)
        numbers = {line.move_id.id: line.number for line in self.line_ids}
        candidates = {
            candidate.document.id: candidate
            for candidate in self._basis()._candidates(moves, numbers)
        }
        return [line._run_line(candidates[line.move_id.id]) for line in self.line_ids]

    def _segments_of(self, text, values):
        """:param dict values: placeholder → text, without the link"""
        link = self.env["organizer.link"]._sample_url(self.company_id)
        filled = placeholders.render(text, {**(values or {}), "link": link})
        return gsm.measure(filled).segments
