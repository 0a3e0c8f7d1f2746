from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# So many digits at least tell one number from others.
FEWEST_DIGITS = 4


class SmsSms(models.Model):
    """Finding messages among millions by what a person has of a number: its end."""

    _inherit = "sms.sms"

    number_ending = fields.Char(
        "Number or its end",
        compute="_compute_number_ending",
        search="_search_number_ending",
    )

    _number_ending_idx = models.Index("(reverse(number) text_pattern_ops)")

    @api.depends("number")
    def _compute_number_ending(self):
        for sms in self:
            sms.number_ending = sms.number

    @api.model
    def _search_number_ending(self, operator, value):
        """Numbers that end with these digits, however they are written: a leading zero
        is that of home. Few digits are looked for anywhere."""
        if operator not in ("ilike", "=") or not isinstance(value, str):
            return NotImplemented
        digits = "".join(char for char in value if char.isdecimal()).lstrip("0")
        if len(digits) < FEWEST_DIGITS:
            return Domain("number", "ilike", value)
        ending = f"{digits[::-1]}%"
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "reverse(%s) LIKE %s", SQL.identifier(alias, "number"), ending
            )
        )
