from odoo import api, fields, models
from odoo.exceptions import ValidationError

from . import clock


class ResCompany(models.Model):
    _inherit = "res.company"

    organizer_paused_until = fields.Date("No scheduled sending until")
    organizer_paused_on = fields.Datetime("Paused since", readonly=True)
    organizer_bank_days = fields.Integer("Bank up to date within")

    def write(self, vals):
        if vals.get("organizer_paused_until"):
            vals = {"organizer_paused_on": fields.Datetime.now(), **vals}
        return super().write(vals)

    @api.constrains("organizer_bank_days")
    def _check_organizer_bank_days(self):
        allowed = range(clock.MOST_DAYS + 1)
        if any(company.organizer_bank_days not in allowed for company in self):
            raise ValidationError(
                self.env._(
                    "Bank up to date: enter a number of days from 1 to %s, or 0 not "
                    "to be asked.",
                    clock.MOST_DAYS,
                )
            )
