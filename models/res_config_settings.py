import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from . import clock
from .basis.basis_text import RELAX_PARAMETER
from .organizer_link import DEFAULT_VALIDITY_DAYS, MAX_VALIDITY_DAYS
from .sms_claim import REDIRECT_PARAMETER
from .sms_retention import DAYS_PARAMETER, FEWEST_DAYS

# a scheme, a host in plain letters, maybe a port: each character more is paid for
BASE_URL_PATTERN = re.compile(
    r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?/?", re.IGNORECASE
)


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sms_link_validity_days = fields.Integer(
        string="Validity of links",
        config_parameter="sms_organizer.link_validity_days",
        default=DEFAULT_VALIDITY_DAYS,
        help="How many days after the message its link opens the page.",
    )
    sms_link_base_url = fields.Char(
        string="Web address for links",
        config_parameter="sms_organizer.link_base_url",
        help="Where the links in messages lead, such as https://pay.example.com. "
        "Left empty, it is this Odoo's own address.",
    )
    sms_link_warning = fields.Char(compute="_compute_sms_link_warning")

    sms_relax_placeholders = fields.Boolean(
        string="Texts without the usual placeholders",
        config_parameter=RELAX_PARAMETER,
        help="Let message templates leave out the number of the invoice and the link, "
        "or your company and the amount.",
    )
    sms_redirect_to = fields.Char(
        string="Redirect all SMS",
        config_parameter=REDIRECT_PARAMETER,
        help="For a copy of the database to try things out: every SMS goes to this one "
        "number, and no customer gets any.",
    )
    sms_retention_days = fields.Integer(
        string="Retention of numbers and texts",
        config_parameter=DAYS_PARAMETER,
        help="After so many days, number and text of a message are removed; its state, "
        "reason and cost stay. 0 keeps them for good.",
    )

    group_organizer_sms = fields.Boolean(
        "Calls, SMS, meetings and planned interactions",
        implied_group="sms_organizer.group_organizer_sms",
    )
    group_organizer_email = fields.Boolean(
        "Mail client", implied_group="sms_organizer.group_organizer_email"
    )
    organizer_auto_invoice_issued = fields.Boolean(
        related="company_id.organizer_auto_invoice_issued", readonly=False
    )
    organizer_auto_invoice_due_soon = fields.Boolean(
        related="company_id.organizer_auto_invoice_due_soon", readonly=False
    )
    organizer_auto_invoice_overdue = fields.Boolean(
        related="company_id.organizer_auto_invoice_overdue", readonly=False
    )
    organizer_auto_customer_debt = fields.Boolean(
        related="company_id.organizer_auto_customer_debt", readonly=False
    )
    organizer_auto_customer_overdue_debt = fields.Boolean(
        related="company_id.organizer_auto_customer_overdue_debt", readonly=False
    )
    organizer_send_window = fields.Boolean(
        related="company_id.organizer_send_window", readonly=False
    )
    organizer_paused_until = fields.Date(
        related="company_id.organizer_paused_until", readonly=False
    )
    organizer_bank_days = fields.Integer(
        related="company_id.organizer_bank_days", readonly=False
    )

    @api.constrains("sms_retention_days")
    def _check_sms_retention_days(self):
        for settings in self:
            days = settings.sms_retention_days
            if days and not FEWEST_DAYS <= days <= clock.MOST_DAYS:
                raise ValidationError(
                    self.env._(
                        "Retention of numbers and texts: enter 0 to keep them for "
                        "good, or at least %(fewest)s and at most %(most)s days. You "
                        "entered %(days)s.",
                        fewest=FEWEST_DAYS,
                        most=clock.MOST_DAYS,
                        days=days,
                    )
                )

    @api.constrains("sms_redirect_to")
    def _check_sms_redirect_to(self):
        for settings in self.filtered("sms_redirect_to"):
            _number, problem = settings._redirect_number()
            if problem:
                raise ValidationError(self.env._("Redirect all SMS: %s", problem))

    @api.onchange("sms_redirect_to")
    def _onchange_sms_redirect_to(self):
        """Show what will be stored: E.164."""
        if self.sms_redirect_to:
            self.sms_redirect_to = self._redirect_number()[0] or self.sms_redirect_to

    def _redirect_number(self):
        """:return: (E.164 or None, what is wrong with it or None)"""
        country = self.company_id.country_id.code
        return self.env["organizer.sms.phone"]._check_sms_phone(
            self.sms_redirect_to, [country]
        )

    def set_values(self):
        # EXTENDS 'base_setup': a number that came in by another way than the form
        if self.sms_redirect_to:
            self.sms_redirect_to = self._redirect_number()[0]
        companies = self.env["res.company"]
        off = [
            channel
            for channel in ("sms", "email")
            if not companies._organizer_channel_is_on(channel)
        ]
        result = super().set_values()
        for channel in filter(companies._organizer_channel_is_on, off):
            companies._organizer_release(channel)
        return result

    @api.constrains("sms_link_validity_days")
    def _check_sms_link_validity_days(self):
        allowed = range(1, MAX_VALIDITY_DAYS + 1)
        if any(one.sms_link_validity_days not in allowed for one in self):
            raise ValidationError(
                self.env._(
                    "Validity of links: enter a number of days from 1 to %s, for "
                    "example 180.",
                    MAX_VALIDITY_DAYS,
                )
            )

    @api.constrains("sms_link_base_url")
    def _check_sms_link_base_url(self):
        for settings in self.filtered("sms_link_base_url"):
            if not BASE_URL_PATTERN.fullmatch(settings.sms_link_base_url.strip()):
                raise ValidationError(
                    self.env._(
                        "Web address for links: “%s” can't be used. Enter http:// or "
                        "https:// and a host name in plain letters, nothing after it, "
                        "for example https://pay.example.com.",
                        settings.sms_link_base_url,
                    )
                )

    @api.depends("sms_link_base_url", "company_id")
    def _compute_sms_link_warning(self):
        for settings in self:
            url = settings.sms_link_base_url or settings.company_id.get_base_url()
            settings.sms_link_warning = settings._sms_link_warning(url.strip())

    def _sms_link_warning(self, url):
        trouble = self.env["organizer.link"]._address_trouble(url)
        if trouble == "local":
            return self.env._(
                "Links lead to %s, which customers can't reach. Enter the address "
                "under which this Odoo is known on the internet.",
                url,
            )
        if trouble == "plain":
            return self.env._(
                "Links lead to %s, which isn't encrypted: phones warn of such pages. "
                "Use an address with https.",
                url,
            )
        return False
