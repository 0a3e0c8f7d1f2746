from odoo import api, fields, models
from odoo.tools import format_date

from . import clock

ACCOUNTING = "account.group_account_invoice,account.group_account_readonly"


class ResPartner(models.Model):
    """What was agreed with a customer about reminders, in each company by itself."""

    _inherit = "res.partner"

    reminder_excluded = fields.Boolean(
        "No reminders",
        company_dependent=True,
        copy=False,
        groups=ACCOUNTING,
        help="This customer is never reminded of what it owes.",
    )
    reminder_paused_until = fields.Date(
        "No reminders until",
        company_dependent=True,
        copy=False,
        groups=ACCOUNTING,
        help="From this day on, the customer is reminded again.",
    )
    reminder_promised_on = fields.Date(
        "Promised to pay on",
        company_dependent=True,
        copy=False,
        groups=ACCOUNTING,
        help="The day by which the customer said it would pay.",
    )

    reminder_promise_broken = fields.Boolean(
        "Promise broken",
        compute="_compute_reminder_promise_broken",
        groups=ACCOUNTING,
        help="The day of the promise is over, and something is overdue.",
    )
    organizer_line_ids = fields.One2many(
        "organizer.run.line",
        "commercial_partner_id",
        "Reminders",
        domain=[("run_id.origin", "!=", "forecast")],
        readonly=True,
        groups="sms_organizer.group_sms_send",
    )
    organizer_outlook = fields.Html(
        "What comes next",
        compute="_compute_organizer_outlook",
        groups="sms_organizer.group_sms_send",
    )

    @api.depends_context("company")
    @api.depends("reminder_promised_on")
    def _compute_reminder_promise_broken(self):
        promising = self.filtered("reminder_promised_on").commercial_partner_id
        debtors = self.env["organizer.debtor"].search_fetch(
            [
                ("partner_id", "in", promising._origin.ids),
                ("company_id", "=", self.env.company.id),
                ("overdue", ">", 0),
            ],
            ["partner_id"],
        )
        today, late = clock.today_of(self.env.company), debtors.partner_id
        for partner in self:
            promised = partner.reminder_promised_on
            partner.reminder_promise_broken = bool(
                promised
                and promised < today
                and partner.commercial_partner_id._origin in late
            )

    def _compute_organizer_outlook(self):
        schedules = self.env["organizer.schedule"]
        for partner in self:
            # not anew with each change in the form
            if not isinstance(partner.id, int):
                partner.organizer_outlook = False
                continue
            outlook = schedules._outlook(partner.commercial_partner_id)
            partner.organizer_outlook = schedules._outlook_html(outlook)

    def _why_reminders_rest(self):
        """(reason of ``organizer.run.line``, in words) where reminders of a customer
        rest in the company of the environment, else None."""
        self.ensure_one()
        today = clock.today_of(self.env.company)
        # sudo: what was agreed with a customer holds, whoever may read it
        customer, name = self.sudo(), self.display_name
        until, promised = customer.reminder_paused_until, customer.reminder_promised_on
        if not customer.active:
            return "excluded", self.env._("%s is archived.", name)
        if customer.reminder_excluded:
            words = self.env._("%s gets no reminders: see the customer's form.", name)
            return "excluded", words
        if until and until > today:
            words = self.env._(
                "Reminders to %(customer)s rest until %(date)s.",
                customer=name,
                date=format_date(self.env, until),
            )
            return "paused", words
        if promised and promised >= today:
            words = self.env._(
                "%(customer)s promised to pay by %(date)s.",
                customer=name,
                date=format_date(self.env, promised),
            )
            return "promised", words
        return None

    @api.model
    def _commercial_fields(self):
        # EXTENDS 'account': they are the customer's, whichever contact is asked
        return [
            *super()._commercial_fields(),
            "reminder_excluded",
            "reminder_paused_until",
            "reminder_promised_on",
        ]
