from odoo import api, fields, models


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
    sms_ids = fields.One2many("sms.sms", "move_id", "SMS")
    sms_count = fields.Integer("SMS count", compute="_compute_sms_count")

    @api.depends("partner_id")
    def _compute_sms_phone(self):
        for move in self:
            partner = move.partner_id
            told = partner and move.is_sale_document(include_receipts=True)
            move.sms_phone = partner._get_sms_phone() if told else False

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
        # so does the copy of an invoice that has none
        vals_list = super().copy_data(default)
        refund = bool((default or {}).get("reversed_entry_id"))
        for vals in vals_list:
            if refund or not vals.get("sms_phone"):
                vals.pop("sms_phone", None)
        return vals_list

    @api.model
    def _phone_get_number_fields(self):
        # EXTENDS 'phone_validation': Odoo's own SMS buttons use the same number
        return ["sms_phone", *super()._phone_get_number_fields()]

    def _sms_phone_countries(self):
        # EXTENDS 'organizer.sms.phone'
        move = self[:1]
        partner = move.partner_id
        own = partner.country_id or partner.commercial_partner_id.country_id
        company = move.company_id or self.env.company
        return [own.code, company.country_id.code]

    def _get_sms_phone(self):
        """Its own number, else the customer's: for invoices older than this add-on."""
        self.ensure_one()
        if self.sms_phone or not self.partner_id:
            return self.sms_phone
        return self.partner_id._get_sms_phone()

    def action_send_sms(self):
        """Open Send SMS for one invoice or for the ticked ones."""
        return self.env["organizer.compose"]._open_for_moves(self)

    def action_open_sms(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sms_organizer.action_sms_message"
            ),
            "domain": [("move_id", "=", self.id)],
        }
