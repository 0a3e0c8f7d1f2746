from odoo import fields, models

SENDERS = "sms_organizer.group_sms_send"


class AccountMove(models.Model):
    """The tab *Reminders* of an invoice."""

    _inherit = "account.move"

    organizer_line_ids = fields.One2many(
        "organizer.run.line",
        "move_id",
        "Reminders",
        domain=[("run_id.origin", "!=", "forecast")],
        readonly=True,
        groups=SENDERS,
    )
    organizer_outlook = fields.Html(
        "What comes next", compute="_compute_organizer_outlook", groups=SENDERS
    )

    def _compute_organizer_outlook(self):
        schedules = self.env["organizer.schedule"]
        for move in self:
            # not anew with each change in the form
            saved = isinstance(move.id, int)
            told = saved and move.is_sale_document(include_receipts=True)
            if not told:
                move.organizer_outlook = False
                continue
            outlook = schedules._outlook(move)
            customer = move.commercial_partner_id
            outlook += schedules.with_company(move.company_id)._outlook(customer)
            move.organizer_outlook = schedules._outlook_html(outlook)
