from odoo import api, fields, models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "organizer.sms.phone"]

    invoice_sending_method = fields.Selection(selection_add=[("sms", "by SMS")])
    organizer_debtor_ids = fields.One2many(
        "organizer.debtor",
        "partner_id",
        "Debts",
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    sms_count = fields.Integer(
        "SMS", compute="_compute_sms_count", groups="sms_organizer.group_sms_send"
    )
    sms_reply_count = fields.Integer(
        "Replies",
        compute="_compute_sms_reply_count",
        groups="sms_organizer.group_sms_send",
    )

    @api.model
    def _phone_get_number_fields(self):
        # EXTENDS 'phone_validation': Odoo's own SMS buttons use the same number
        return ["sms_phone", *super()._phone_get_number_fields()]

    def _compute_sms_count(self):
        counts = self._count_with_contacts("sms.sms")
        for partner in self:
            partner.sms_count = counts[partner]

    def _compute_sms_reply_count(self):
        counts = self._count_with_contacts("sms.reply")
        for partner in self:
            partner.sms_reply_count = counts[partner]

    def _count_with_contacts(self, model):
        """Their own and their contacts', as the button opens them.

        :return: ``{partner: count}``
        """
        everyone = self.with_context(active_test=False).search_fetch(
            [("id", "child_of", self.ids)], ["parent_id"]
        )
        groups = self.env[model]._read_group(
            [("partner_id", "in", everyone.ids)], ["partner_id"], ["__count"]
        )
        counts = dict.fromkeys(self, 0)
        for partner, count in groups:
            while partner:
                if partner in self:
                    counts[partner] += count
                partner = partner.parent_id
        return counts

    def _sms_phone_countries(self):
        # EXTENDS 'organizer.sms.phone'
        own = self.country_id or self.commercial_partner_id.country_id
        company = self.company_id or self.env.company
        return [own.code, company.country_id.code]

    def _sms_phones(self):
        """The numbers that SMS about these customers go to.

        The customer's own, then its invoice contact's, then that of the company it
        belongs to; of each the SMS number, else the phone number if it is a mobile.
        One whose holder said that it is not theirs only where there is no other.
        The company of the environment tells the country of those who have none.

        :return: ``{id: E.164 or False}``, in a constant number of queries
        """
        everyone = self | self.commercial_partner_id
        contacts = self.search(
            [("parent_id", "in", everyone.ids), ("type", "=", "invoice")]
        ).grouped("parent_id")
        nobody = self.browse()
        persons = {}
        for partner in self:
            company = partner.commercial_partner_id
            persons[partner] = [
                partner,
                *contacts.get(partner, nobody),
                *contacts.get(company, nobody),
                company,
            ]
        numbers = {
            partner.id: next(self._numbers_of(some), False)
            for partner, some in persons.items()
        }
        numbers.update(self._other_numbers(persons, numbers))
        return numbers

    def _numbers_of(self, persons):
        own = (person.sms_phone or person._mobile_in_phone() for person in persons)
        return filter(None, own)

    def _other_numbers(self, persons, numbers):
        """``{id: another number}`` of those whose first one is wrong, if they have one

        :param dict persons: whose numbers count, by partner
        :param dict numbers: the first one, by partner's id
        """
        blacklist = self.env["phone.blacklist"]
        wrong = blacklist._wrong_numbers(numbers.values())
        options = {
            partner.id: list(self._numbers_of(some))
            for partner, some in persons.items()
            if numbers[partner.id] in wrong
        }
        wrong = blacklist._wrong_numbers({n for some in options.values() for n in some})
        others = {
            partner: next((number for number in some if number not in wrong), False)
            for partner, some in options.items()
        }
        return {partner: number for partner, number in others.items() if number}

    def _right_sms_phones(self):
        """As :meth:`_sms_phones`, without those that are not the customer's: what is
        copied to invoices."""
        numbers = self._sms_phones()
        wrong = self.env["phone.blacklist"]._wrong_numbers(numbers.values())
        return {
            partner: number not in wrong and number
            for partner, number in numbers.items()
        }

    def _why_no_sms_phone(self):
        """:return: (reason of ``organizer.run.line``, in words), with the cure"""
        countries = self._sms_phone_countries()
        problem = self.phone and self._check_sms_phone(self.phone, countries)[1]
        if problem:
            words = self.env._("%(name)s: %(problem)s", name=self.name, problem=problem)
            return "bad_number", words
        return "no_number", self.env._(
            "%s has no mobile number. Enter an SMS number on the invoice or on the "
            "customer.",
            self.display_name or self.env._("The customer"),
        )

    def _mobile_in_phone(self):
        if not self.phone:
            return False
        return self._read_sms_phone(self.phone, self._sms_phone_countries())

    def action_send_sms(self):
        """Open Send SMS for this customer, from its form."""
        return self.env["organizer.compose"]._open_for(self)

    def action_open_sms(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sms_organizer.action_sms_message"
            ),
            "domain": [("partner_id", "child_of", self.id)],
        }

    def action_open_sms_replies(self):
        self.ensure_one()
        self.env["sms.reply"].check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sms_organizer.action_sms_reply"
            ),
            "domain": [("partner_id", "child_of", self.id)],
        }
