from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .organizer_audience import BROKEN_DOMAIN


class OrganizerTemplate(models.Model):
    """What is said to whom: a text with placeholders, and who it is for.

    What is wrong with a text, and lines of a run: ``organizer_template_text.py``. What
    the editor shows: ``organizer_template_preview.py``. The gear menu:
    ``organizer_template_menu.py``.
    """

    _name = "organizer.template"
    _inherit = ["organizer.audience"]
    _description = "Message template"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=100, help="The first one about something is what windows begin with."
    )
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        index=True,
        ondelete="cascade",
        help="Left empty, all companies use it, and only an SMS administrator changes "
        "it.",
    )
    basis = fields.Selection(
        selection=lambda self: self.env["organizer.basis"]._selection(),
        string="About",
        required=True,
        default="invoice_issued",
        help="What the message is about. It decides which placeholders there are.",
    )
    channel = fields.Selection(
        [("sms", "SMS"), ("email", "E-mail")], required=True, default="sms"
    )

    text = fields.Text(translate=True)
    plain_letters = fields.Boolean(
        default=True,
        help="Letters that make an SMS Unicode (ł, ą, Greek, Georgian) are written in "
        "plain ones wherever the whole text then fits the cheaper alphabet: 160 "
        "characters in an SMS instead of 70. Thai is left as it is.",
    )
    subject = fields.Char(translate=True)
    # Odoo translates sanitized HTML sentence by sentence: to reword one language would
    # reword them all. What is written into it is sanitized in _sanitize_body.
    body = fields.Html("Formatted text", translate=True, sanitize=False)
    attach_document = fields.Boolean(
        "Attach the invoice's PDF and XML",
        compute="_compute_attach",
        store=True,
        readonly=False,
        precompute=True,
    )

    switched_off = fields.Char("Cannot be used", compute="_compute_switched_off")
    is_locked = fields.Boolean(compute="_compute_is_locked")
    summary = fields.Char("What it says", compute="_compute_summary")

    # who it is for, beside what is in organizer_audience.py
    category_ids = fields.Many2many(
        "res.partner.category",
        "organizer_template_category_rel",
        string="Customer groups",
        help="Customers of one of these groups, or of one below it",
    )
    excluded_category_ids = fields.Many2many(
        "res.partner.category",
        "organizer_template_excluded_category_rel",
        string="But not",
        help="Customers of these groups are left out",
    )
    journal_ids = fields.Many2many(
        "account.journal",
        string="Journals",
        domain="[('type', '=', 'sale'), ('company_id', '=?', company_id)]",
    )
    user_ids = fields.Many2many(
        "res.users", string="Salespeople", domain="[('share', '=', False)]"
    )
    has_invoice = fields.Boolean(compute="_compute_has_invoice")
    match_count = fields.Integer("Match now", compute="_compute_match_count")

    # -- the basis -------------------------------------------------------------------

    @api.depends("basis")
    def _compute_has_invoice(self):
        for template in self:
            template.has_invoice = template._basis()._basis_has_invoice

    @api.depends("company_id")
    @api.depends_context("uid")
    def _compute_is_locked(self):
        """What all companies share is changed by those who administer."""
        administers = self.env.user.has_group("sms_organizer.group_sms_administer")
        for template in self:
            shared = template._origin and not template._origin.company_id
            template.is_locked = shared and not administers

    @api.depends("channel")
    def _compute_switched_off(self):
        companies = self.env["res.company"]
        for template in self:
            problem = companies._organizer_channel_problem(template.channel)
            template.switched_off = problem

    @api.depends("channel", "text", "subject")
    def _compute_summary(self):
        """Its text, or of an e-mail its subject: for lists."""
        for template in self:
            by_email = template.channel == "email"
            template.summary = template.subject if by_email else template.text

    @api.depends("basis", "channel")
    def _compute_attach(self):
        for template in self:
            template.attach_document = (
                template.channel == "email" and template.has_invoice
            )

    @api.onchange("basis")
    def _onchange_basis(self):
        """Conditions of one kind of document make no sense of another."""
        self.domain = "[]"

    @api.constrains("basis")
    def _check_basis(self):
        self._check_domain()

    # -- who it is for ---------------------------------------------------------------

    def _matching(self):
        """The documents that it is for now, as a domain of its ``model``; None where
        its conditions cannot be read."""
        self.ensure_one()
        try:
            return self._basis()._template_domain(self)
        except BROKEN_DOMAIN:
            return None

    @api.depends(
        "basis",
        "company_id",
        "amount_from",
        "amount_to",
        "currency_id",
        "days_from",
        "days_to",
        "category_ids",
        "excluded_category_ids",
        "journal_ids",
        "user_ids",
        "domain",
    )
    @api.depends_context("company")
    def _compute_match_count(self):
        for template in self:
            template.match_count = template._count_matching()

    def _count_matching(self):
        domain, documents = self._matching(), self._documents()
        if domain is None or not documents.has_access("read"):
            return 0
        try:
            self._try_search(domain)
        except BROKEN_DOMAIN:
            return 0  # said when it is saved
        return documents.search_count(domain)

    def action_open_matching(self):
        """Open the documents that it is for now."""
        self.ensure_one()
        action = self._basis()._documents_action()
        return {
            **action,
            "name": self.env._("%s: match now", self.name),
            "domain": _plain(
                Domain.FALSE if (domain := self._matching()) is None else domain
            ),
            "context": {**action.get("context", {}), "create": False},
        }

    # -- choosing --------------------------------------------------------------------

    @api.model
    def _on_offer(self, channel, company, basis=None):
        """Those that this company may use, in their order.

        :param str channel: ``"sms"`` or ``"email"``
        :param str basis: of this basis only
        """
        domain = Domain("channel", "=", channel)
        domain &= Domain("company_id", "in", (False, company.id))
        if basis:
            domain &= Domain("basis", "=", basis)
        return self.search(domain)

    def _suiting(self, documents):
        """Those that can be filled in for these documents, as far as it depends on what
        they are: a text that asks to pay by a day is none for a credit note."""
        if documents._name != "account.move" or not documents:
            return self
        if any(move.move_type != "out_refund" for move in documents):
            return self
        return self.filtered(lambda one: "due_date" not in one._names())

    def action_send(self):
        """Open *Send SMS* or *Send e-mail* with those it is for now."""
        self.ensure_one()
        domain = self._matching()
        documents = self._documents().search(Domain.FALSE if domain is None else domain)
        if not documents:
            raise UserError(
                self.env._("“%s” is for nobody at the moment.", self.display_name)
            )
        return self._open_compose(documents)

    def _open_compose(self, records, company=None):
        """Open *Send SMS* or *Send e-mail* with this text for the ticked records.

        :param company: in whose name, where the records do not say it
        """
        self.check_access("read")
        records.check_access("read")
        compose = self.env["organizer.compose"]
        company = company or compose._company_of(records)
        if self.company_id not in (company.browse(), company):
            raise UserError(
                self.env._(
                    "“%(template)s” is a template of %(owner)s, and what you ticked "
                    "belongs to %(company)s. Choose another template.",
                    template=self.name,
                    owner=self.company_id.name,
                    company=company.name,
                )
            )
        documents = self._basis()._documents_from(records)
        return compose._open_for(documents, template=self, company=company)


def _plain(domain):
    """A domain in lists, as the browser takes it."""
    return [
        (name, operator, _plain(value) if isinstance(value, Domain) else value)
        if len(item) == 3
        else item
        for item in domain
        for name, operator, value in [item if len(item) == 3 else (None, None, None)]
    ]
