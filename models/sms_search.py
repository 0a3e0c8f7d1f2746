from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# So many digits at least tell one number from others.
FEWEST_DIGITS = 4
# So many may be a whole one, which other apps write without the plus.
WHOLE_NUMBER = 9


class SmsSms(models.Model):
    """Finding messages among millions by what a person has of a number: its end, or
    its beginning."""

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
        is that of home. Few digits are looked for anywhere. After + the digits are
        those that a number begins with; after 00 they may be."""
        if operator == "in":
            return Domain.OR(self._search_number_ending("=", one) for one in value)
        if operator not in ("ilike", "="):
            return NotImplemented
        if not value or value is True:
            return Domain("number", "!=" if value else "=", False)
        value = str(value)
        written = "".join(char for char in value if char.isdecimal() or char == "+")
        digits = written.lstrip("+0")
        beginning = Domain("number", "=like", f"+{digits}%")
        is_whole = len(digits) >= WHOLE_NUMBER
        if written.startswith("+") and digits and not is_whole:
            return beginning
        if len(digits) < FEWEST_DIGITS:
            return Domain("number", "ilike", written or value)
        ending = self._number_ends_with(digits)
        return beginning | ending if written.startswith(("+", "00")) else ending

    def _number_ends_with(self, digits):
        """Also where it is negated there is an answer: none ends with them that is
        none."""
        ending = f"{digits[::-1]}%"
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "(%(number)s IS NOT NULL AND reverse(%(number)s) LIKE %(ending)s)",
                number=SQL.identifier(alias, "number"),
                ending=ending,
            )
        )
