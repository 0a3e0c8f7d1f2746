from collections import Counter

from odoo import api, fields, models
from odoo.tools import html_sanitize

from ..tools.texts import MailText


class OrganizerCompose(models.TransientModel):
    """What the window shows: whom it reaches, what it costs, what a customer gets."""

    _inherit = "organizer.compose"

    problem = fields.Char(compute="_compute_problem")
    going_count = fields.Integer("Will get it", compute="_compute_totals")
    left_out = fields.Char("Will not get it", compute="_compute_totals")
    segments = fields.Integer("SMS in all", compute="_compute_totals")
    total_price = fields.Float(digits=(16, 4), compute="_compute_totals")

    sample_line_id = fields.Many2one(
        "organizer.compose.line",
        "Shown for",
        compute="_compute_sample_line_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="[('compose_id', '=', id)]",
    )
    sample_values = fields.Json(compute="_compute_sample")
    sample_recipient = fields.Char(compute="_compute_sample")
    palette = fields.Json(compute="_compute_palette")
    has_invoice = fields.Boolean(compute="_compute_palette")
    link_warning = fields.Char("About the link", compute="_compute_link_warning")
    price = fields.Float("Price per SMS", digits=(16, 4), compute="_compute_gateway")
    currency_id = fields.Many2one("res.currency", compute="_compute_gateway")
    is_test = fields.Boolean(compute="_compute_gateway")
    can_send = fields.Boolean(compute="_compute_gateway")
    redirected_to = fields.Char(compute="_compute_gateway")
    preview_subject = fields.Char(compute="_compute_mail_preview")
    preview_body = fields.Html(compute="_compute_mail_preview", sanitize=False)

    @api.depends("basis")
    def _compute_palette(self):
        for compose in self:
            compose.palette = compose._basis()._palette()
            compose.has_invoice = compose._basis()._basis_has_invoice

    @api.depends("body", "subject", "mail_body", "channel", "company_id", "basis")
    def _compute_link_warning(self):
        links = self.env["organizer.link"]
        for compose in self:
            pasted = links._find_in({0: compose.body or ""})
            linked = compose._basis()._has_link() and "link" in compose._writer().names
            compose.link_warning = bool(linked or pasted) and (
                links._address_warning(compose.company_id)
            )

    @api.depends("company_id", "channel", "number", "many")
    def _compute_gateway(self):
        gateways = self.env["sms.gateway"]
        for compose in self:
            by_email = compose.channel == "email"
            gateway = gateways._for_company(compose.company_id, compose._to())
            # a number that no gateway takes says so itself
            gateway = gateway or gateways._for_company(compose.company_id)
            compose.can_send = by_email or bool(gateway)
            compose.price = 0 if by_email else compose._price_by(gateway)
            compose.currency_id = gateway.currency_id or compose.company_id.currency_id
            compose.is_test = gateway.is_sandbox and not by_email
            live = compose.can_send and not by_email and not compose.is_test
            compose.redirected_to = live and self.env["sms.sms"]._redirect_number()

    def _price_by(self, gateway):
        number = self._to()
        if number:
            return gateway._price_to(number)
        return gateway._home_price(self.company_id)

    def _to(self):
        """The number that decides by which gateway it goes; False: the first one."""
        document = self._document()
        if self.many or not document or self.channel == "email":
            return False
        return self._candidate(document).address

    # -- what a customer gets --------------------------------------------------------

    @api.depends("line_ids.values")
    def _compute_sample_line_id(self):
        """The worst case: whose values make the longest text."""
        for compose in self:
            compose.sample_line_id = max(
                compose.line_ids,
                key=lambda line: sum(
                    len(str(value or "")) for value in (line.values or {}).values()
                ),
                default=False,
            )

    @api.depends("basis", "move_id", "partner_id", "company_id", "sample_line_id")
    def _compute_sample(self):
        for compose in self:
            if compose.many:
                line = compose.sample_line_id
                values, recipient = line.values, line.partner_id.name
            else:
                document = compose._document()
                values = compose._basis()._values(document).get(document.id)
                recipient = compose.partner_id.name
            compose.sample_recipient = recipient
            compose.sample_values = values and compose._with_link(values)

    def _with_link(self, values):
        """The values with a link as long as the real one, where there is one."""
        if not self._basis()._has_link():
            return values
        link = self.env["organizer.link"]._sample_url(self.company_id)
        return {**(values or {}), "link": link}

    @api.depends("subject", "mail_body", "sample_values", "channel")
    def _compute_mail_preview(self):
        for compose in self:
            compose.preview_subject = compose.preview_body = False
            if compose.channel == "email":
                values = compose.sample_values or compose._basis()._samples()
                text = MailText(compose.subject, compose.mail_body)
                subject, body = text.final(values)
                compose.preview_subject = subject
                compose.preview_body = html_sanitize(body)

    # -- whom it reaches -------------------------------------------------------------

    @api.depends("number", "email", "partner_id", "move_id", "basis")
    def _compute_problem(self):
        for compose in self:
            document = compose._document()
            compose.problem = False
            if document and not compose.many:
                compose.problem = compose._candidate(document).why

    def _candidate(self, document):
        """What the basis says of the one document."""
        address = self.email if self.channel == "email" else self.number
        candidates = self._basis()._candidates(
            document, self.channel, {document.id: address}
        )
        return candidates[0]

    @api.depends("line_ids.selected", "line_ids.reason", "line_ids.price")
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
            compose.total_price = sum(going.mapped("price"))
            compose.left_out = ", ".join(
                f"{count} × {reasons[reason]}" for reason, count in out.most_common()
            )
