from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import html_sanitize

from ..tools import gsm
from .organizer_audience import BROKEN_DOMAIN


class OrganizerTemplate(models.Model):
    """What the editor shows beside the text: what a real customer would get."""

    _inherit = "organizer.template"

    sample_move_id = fields.Many2one(
        "account.move",
        "Shown for the invoice",
        compute="_compute_sample",
        readonly=False,
        domain="[('state', '=', 'posted'), "
        "('move_type', 'in', ('out_invoice', 'out_refund', 'out_receipt'))]",
    )
    sample_partner_id = fields.Many2one(
        "res.partner",
        "Shown for the customer",
        compute="_compute_sample",
        readonly=False,
    )
    sample_values = fields.Json(compute="_compute_sample_values")
    sample_recipient = fields.Char(compute="_compute_sample_values")
    sample_note = fields.Char(compute="_compute_sample_values")
    palette = fields.Json(compute="_compute_palette")
    price = fields.Float("Price per SMS", digits=(16, 4), compute="_compute_price")
    price_currency_id = fields.Many2one("res.currency", compute="_compute_price")
    preview_subject = fields.Char(compute="_compute_mail_preview")
    preview_body = fields.Html(compute="_compute_mail_preview", sanitize=False)

    @api.depends("basis", "company_id")
    @api.depends_context("lang")
    def _compute_palette(self):
        for template in self:
            template.palette = template._basis()._palette()

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_price(self):
        for template in self:
            company = template.company_id or self.env.company
            gateway = self.env["sms.gateway"]._for_company(company)
            template.price = gateway._home_price(company)
            template.price_currency_id = gateway.currency_id or company.currency_id

    # -- the sample ------------------------------------------------------------------

    @api.depends("basis", "company_id", "channel")
    @api.depends_context("company")
    def _compute_sample(self):
        """The worst case: whose text is the longest."""
        self.sample_move_id = self.sample_partner_id = False
        for template in self:
            name = template._sample_field()
            if name and template._documents().has_access("read"):
                template[name] = template._worst_case()

    def _sample_field(self):
        return {
            "account.move": "sample_move_id",
            "res.partner": "sample_partner_id",
        }.get(self._basis()._basis_model)

    def _worst_case(self):
        """Among those it is for now, else among all of its kind."""
        basis = self._basis()
        matching = self._matching()
        for domain in (matching, basis._domain()):
            if domain is not None and (likely := self._likely(basis, domain)):
                return self._longest(basis, likely)
        return self._documents()

    def _likely(self, basis, domain):
        """Those who read the language of the text, if there are any."""
        try:
            self._try_search(Domain(domain))
        except BROKEN_DOMAIN:
            return self._documents()  # said when it is saved
        likely = basis._likely_worst(Domain(domain))
        recipients = basis._recipients(likely)
        lang = self.env.lang
        same = likely.filtered(lambda one: basis._lang(recipients[one.id]) == lang)
        return same or likely

    def _longest(self, basis, documents):
        values = basis._values(documents)
        write_text = self._writer(self.env.lang)

        def size(document):
            final = write_text.final(basis._with_link(document, values[document.id]))
            if self.channel == "email":
                return 0, len(final[1])
            measure = gsm.measure(final)
            return measure.segments, measure.units

        return max(documents, key=size)

    @api.depends("basis", "sample_move_id", "sample_partner_id")
    @api.depends_context("lang", "company")
    def _compute_sample_values(self):
        for template in self:
            name = template._sample_field()
            document = template[name] if name else None
            template.sample_values = template.sample_recipient = False
            template.sample_note = False
            if document:
                basis = template._basis()
                document = document.with_env(basis.env)
                # as who reads this text would see them
                values = basis._values_in_lang(document, set(basis._placeholders()))
                values = values[document.id]
                if basis._has_link():
                    values = basis._with_link(document, values)
                template.sample_values = values
                partner = basis._recipients(document)[document.id]
                template.sample_recipient = partner.display_name
                template.sample_note = template._note_about(partner)

    def _note_about(self, partner):
        """That a customer reads another language than this text is in."""
        lang = self._basis()._lang(partner)
        name = dict(self.env["res.lang"].get_installed()).get(lang)
        if not name or lang == self.env.lang:
            return False
        return self.env._(
            "%(customer)s reads %(language)s, and gets that translation of the text.",
            customer=partner.display_name,
            language=name,
        )

    @api.depends("subject", "body", "sample_values", "basis", "channel")
    def _compute_mail_preview(self):
        for template in self:
            template.preview_subject = template.preview_body = False
            if template.channel == "email":
                values = template.sample_values or template._basis()._samples()
                subject, body = template._writer().final(values)
                template.preview_subject = subject
                template.preview_body = html_sanitize(body)

    # -- asked by the editor ---------------------------------------------------------

    @api.model
    @api.readonly
    def get_plain_readings(self, characters):
        """How each of these characters reads in plain letters.

        :param str characters: at most 1000 of them are looked at
        :return: ``{character: letters of GSM-7, or itself if it has no reading}``
        """
        return gsm.readings(str(characters)[:1000])
