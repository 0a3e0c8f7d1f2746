from odoo import api, fields, models
from odoo.exceptions import ValidationError

DEFAULT_PROMISE_DAYS = 30
MAX_PROMISE_DAYS = 365


class ResCompany(models.Model):
    """What customers may say on the page behind a link."""

    _inherit = "res.company"

    organizer_promise_days = fields.Integer(
        "Longest promise", default=DEFAULT_PROMISE_DAYS
    )

    @api.constrains("organizer_promise_days")
    def _check_organizer_promise_days(self):
        allowed = range(MAX_PROMISE_DAYS + 1)
        if any(one.organizer_promise_days not in allowed for one in self):
            raise ValidationError(
                self.env._(
                    "Longest promise: enter a number of days from 1 to %s, or 0 to be "
                    "promised nothing on the page.",
                    MAX_PROMISE_DAYS,
                )
            )
