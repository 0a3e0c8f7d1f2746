from odoo import api, fields, models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "organizer.sms.phone"]

    invoice_sending_method = fields.Selection(selection_add=[("sms", "by SMS")])
    sms_count = fields.Integer("SMS", compute="_compute_sms_count")

    @api.model
    def _phone_get_number_fields(self):
        # EXTENDS 'phone_validation': Odoo's own SMS buttons use the same number
        return ["sms_phone", *super()._phone_get_number_fields()]

    def _compute_sms_count(self):
        counts = dict(
            self.env["sms.sms"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.sms_count = counts.get(partner, 0)

    def _sms_phone_countries(self):
        # EXTENDS 'organizer.sms.phone'
        partner = self[:1]
        own = partner.country_id or partner.commercial_partner_id.country_id
        company = partner.company_id or self.env.company
        return [own.code, company.country_id.code]

    def _get_sms_phone(self):
        """The number that SMS about this customer go to, E.164; False without one.

        The customer's own, then its contact's, then that of the company it belongs to;
        of each the SMS number, else the phone number if it is a mobile.
        """
        self.ensure_one()
        contact = self.browse(self.address_get(["invoice"])["invoice"])
        for partner in self | contact | self.commercial_partner_id:
            number = partner.sms_phone or partner._mobile_in_phone()
            if number:
                return number
        return False

    def _why_no_sms_phone(self):
        """:return: (reason of ``organizer.run.line``, in words), with the cure"""
        self.ensure_one()
        if self.phone:
            countries = self._sms_phone_countries()
            problem = self._check_sms_phone(self.phone, countries)[1]
            return "bad_number", self.env._(
                "%(name)s: %(problem)s", name=self.name, problem=problem
            )
        return "no_number", self.env._(
            "%s has no mobile number. Enter an SMS number on the invoice or on the "
            "customer.",
            self.display_name or self.env._("The customer"),
        )

    def _mobile_in_phone(self):
        if not self.phone:
            return False
        return (
            self._check_sms_phone(self.phone, self._sms_phone_countries())[0] or False
        )

    def action_send_sms(self):
        """Open Send SMS for this customer, from its form."""
        return self.env["organizer.compose"]._open_for_partner(self)

    def action_open_sms(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sms_organizer.action_sms_message"
            ),
            "domain": [("partner_id", "child_of", self.commercial_partner_id.id)],
        }
