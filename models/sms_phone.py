from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..tools.phone import PhoneError, parse_mobile


class OrganizerSmsPhone(models.AbstractModel):
    """An *SMS number* on a record: one mobile number, kept as E.164."""

    _name = "organizer.sms.phone"
    _description = "SMS number"

    sms_phone = fields.Char(
        "SMS number",
        help="The one mobile number that SMS go to. National entry is read by the "
        "customer's country, then by the company's.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._normalize_sms_phone()
        return records

    def write(self, vals):
        result = super().write(vals)
        if vals.get("sms_phone"):
            self._normalize_sms_phone()
        return result

    @api.onchange("sms_phone")
    def _onchange_sms_phone(self):
        """Show what will be stored, or at once what is wrong with it."""
        if not self.sms_phone:
            return None
        number, problem = self._check_sms_phone(
            self.sms_phone, self._sms_phone_countries()
        )
        if problem:
            return {"warning": {"title": self.env._("SMS number"), "message": problem}}
        self.sms_phone = number
        return None

    def _normalize_sms_phone(self):
        for record in self:
            if not record.sms_phone:
                continue
            number, problem = self._check_sms_phone(
                record.sms_phone, record._sms_phone_countries()
            )
            if problem:
                label = record._fields["sms_phone"]._description_string(self.env)
                raise ValidationError(
                    self.env._("%(label)s: %(problem)s", label=label, problem=problem)
                )
            if number != record.sms_phone:
                record.sms_phone = number

    def _sms_phone_countries(self):
        """ISO codes, the customer's and the company's: the first that is set reads a
        number without country code.
        """
        return [self.env.company.country_id.code]

    @api.model
    def _read_sms_phone(self, number, countries):
        """:return: E.164, or False for what takes no SMS"""
        try:
            return parse_mobile(number, countries)
        except PhoneError:
            return False

    @api.model
    def _check_sms_phone(self, number, countries):
        """:return: (E.164, None), or (None, what is wrong with it and the cure)"""
        try:
            return parse_mobile(number, countries), None
        except PhoneError as error:
            return None, self._phone_problem(error)

    @api.model
    def _phone_problem(self, error):
        """The words of :class:`..tools.phone.PhoneError` in the user's language."""
        country = self._country_name(error.country)
        place = f" ({country})" if country else ""
        words = {
            "several": self.env._(
                "“%(number)s” holds more than one number. Leave one only."
            ),
            "no_country": self.env._(
                "“%(number)s” does not tell its country. Write it with + and the "
                "country code, or set the customer's country."
            ),
            "too_short": self.env._(
                "“%(number)s” is too short%(place)s. Check the digits; write a foreign "
                "number with + and the country code."
            ),
            "too_long": self.env._(
                "“%(number)s” is too long%(place)s. Check the digits; write a foreign "
                "number with + and the country code."
            ),
            "invalid": self.env._(
                "“%(number)s” is not a number in use%(place)s. Check the digits; write "
                "a foreign number with + and the country code."
            ),
            "landline": self.env._(
                "“%(number)s” is a landline%(place)s, which gets no SMS. Enter a "
                "mobile number."
            ),
            "not_mobile": self.env._(
                "“%(number)s” is not a mobile number%(place)s. Enter a mobile number."
            ),
        }
        text = words.get(error.code) or self.env._(
            "“%(number)s” is not a phone number. Enter the digits of one number, with "
            "+ and the country code in front if it is a foreign one."
        )
        shown = error.number[:64]
        return text % {"number": shown, "place": place}

    @api.model
    def _country_name(self, code):
        return self._country_names(self.env.lang or "").get(code, "")

    @api.model
    @ormcache("lang")
    def _country_names(self, lang):
        # sudo: a country's name is no secret
        countries = self.env["res.country"].sudo().with_context(lang=lang or None)
        return {
            country.code: country.name
            for country in countries.search([("code", "!=", False)])
        }
