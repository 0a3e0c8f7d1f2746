from odoo import api, fields, models

from . import clock


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "organizer.sms.phone"]

    sms_phone = fields.Char(
        compute="_compute_sms_phone",
        store=True,
        readonly=False,
        precompute=True,
        copy=True,
        help="Where SMS about this document go. Copied from the customer.",
    )
    sms_posted_on = fields.Datetime(
        "Posted on",
        copy=False,
        readonly=True,
        help="While a schedule tells about invoices as soon as they are posted",
    )
    sms_ids = fields.One2many(
        "sms.sms", "move_id", "SMS", groups="sms_organizer.group_sms_send"
    )
    sms_count = fields.Integer(
        "SMS count",
        compute="_compute_sms_count",
        groups="sms_organizer.group_sms_send",
    )

    _sms_posted_idx = models.Index(
        "(company_id, sms_posted_on) WHERE sms_posted_on IS NOT NULL"
    )

    def _post(self, soft=True):
        # EXTENDS 'account'
        posted = super()._post(soft)
        self.env["organizer.schedule"]._note_posted(posted)
        return posted

    @api.depends("partner_id")
    def _compute_sms_phone(self):
        told = self.filtered(lambda move: move.is_sale_document(include_receipts=True))
        (self - told).sms_phone = False
        numbers = told._customers_sms_phones()
        # what its holder said is not the customer's is on no new invoice
        wrong = self.env["phone.blacklist"]._wrong_numbers(numbers.values())
        for move in told:
            move.sms_phone = numbers[move] not in wrong and numbers[move]

    def _compute_sms_count(self):
        counts = dict(
            self.env["sms.sms"]._read_group(
                [("move_id", "in", self.ids)], ["move_id"], ["__count"]
            )
        )
        for move in self:
            move.sms_count = counts.get(move, 0)

    def copy_data(self, default=None):
        # EXTENDS 'account': a copy keeps the number; a refund takes the customer's, and
        # so does a copy for another customer or of an invoice that has none
        vals_list = super().copy_data(default)
        theirs = {"reversed_entry_id", "partner_id"} & set(default or {})
        for vals in vals_list:
            if theirs or not vals.get("sms_phone"):
                vals.pop("sms_phone", None)
        return vals_list

    @api.model
    def _phone_get_number_fields(self):
        # EXTENDS 'phone_validation': Odoo's own SMS buttons use the same number
        return ["sms_phone", *super()._phone_get_number_fields()]

    def _sms_phone_countries(self):
        # EXTENDS 'organizer.sms.phone'
        partner = self.partner_id
        own = partner.country_id or partner.commercial_partner_id.country_id
        company = self.company_id or self.env.company
        return [own.code, company.country_id.code]

    def _sms_phones(self):
        """Their own numbers, else their customers': for older invoices than the add-on.

        :return: ``{id: E.164 or False}``, in a constant number of queries by company
        """
        numbers = self.filtered(lambda move: not move.sms_phone)._customers_sms_phones()
        return {move.id: move.sms_phone or numbers[move] for move in self}

    def _customers_sms_phones(self):
        """:return: ``{move: E.164 or False}``"""
        numbers = {}
        for company, moves in self.grouped("company_id").items():
            # a number without country code is read by the country of the seller
            found = moves.partner_id.with_company(company)._sms_phones()
            numbers.update({move: found.get(move.partner_id.id) for move in moves})
        return numbers

    def _seller_today(self):
        """Today at the seller's place: what is overdue does not depend on who asks."""
        self.ensure_one()
        return clock.today_of(self.company_id)

    @api.ondelete(at_uninstall=True)
    def _unlink_sms(self):
        """Nobody is told about a document that is gone; its links lead nowhere."""
        # sudo: messages and links are written by this add-on alone
        waiting = self.sudo().sms_ids.filtered(lambda sms: sms.state == "outgoing")
        waiting._set_outcome("canceled", reason=self.env._("The document was deleted."))
        links = self.env["organizer.link"].sudo()
        links.search([("move_id", "in", self.ids)]).unlink()

    def action_send_sms(self):
        """Open Send SMS for one invoice or for the ticked ones."""
        return self.env["organizer.compose"]._open_for(self)

    def action_open_sms(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sms_organizer.action_sms_message"
            ),
            "domain": [("move_id", "=", self.id)],
        }
