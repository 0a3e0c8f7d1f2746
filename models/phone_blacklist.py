from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL, mute_logger


class PhoneBlacklist(models.Model):
    """A number on it whose owner is not who we took him for."""

    _inherit = "phone.blacklist"

    organizer_wrong_number = fields.Boolean(
        "Wrong number",
        readonly=True,
        help="Who has this phone said, on the page behind a link, that it is not the "
        "customer's. START does not take it off the list: a person does.",
    )

    def write(self, vals):
        # EXTENDS 'phone_validation': who takes a number off the list has looked into it
        if "active" in vals and not vals["active"]:
            vals = {**vals, "organizer_wrong_number": False}
        return super().write(vals)

    @api.model
    def _add_once(self, number, reason):
        """Put a number on the list.

        :param str number: E.164
        :raise ConcurrencyError: where another process is just doing so
        """
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                return self._add([number], message=reason)
        except UniqueViolation as error:
            # begin again, and see it
            raise ConcurrencyError(str(error)) from error

    @api.model
    def _add_wrong_number(self, number, reason):
        """The same, until a person takes it off."""
        self._add_once(number, reason).organizer_wrong_number = True

    @api.model
    def _is_wrong_number(self, number):
        wrong = [("number", "=", number), ("organizer_wrong_number", "=", True)]
        return bool(self.search_count(wrong, limit=1))

    @api.model
    def _wrong_numbers(self, numbers):
        """Which of these are not their customers'; one query, or none

        :param numbers: E.164, or False
        :return: set of numbers
        """
        if not (asked := {number for number in numbers if number}):
            return set()
        self.flush_model(["active", "number", "organizer_wrong_number"])
        # by SQL: as for those who opted out, and not everyone may read the list
        found = self.env.execute_query(
            SQL(
                "SELECT number FROM phone_blacklist WHERE active "
                "AND organizer_wrong_number AND number = ANY(%s)",
                list(asked),
            )
        )
        return {number for (number,) in found}

    def _why_not_written_to(self):
        """:return: (reason of ``organizer.run.line``, in words)"""
        self.ensure_one()
        if self.organizer_wrong_number:
            return "wrong_number", self.env._(
                "%s is not the customer's number: who has that phone said so. Enter "
                "another one. Where it is right all the same, an administrator takes "
                "it off the phone blacklist.",
                self.number,
            )
        return "opted_out", self.env._(
            "%s is on the phone blacklist: its owner opted out.", self.number
        )
