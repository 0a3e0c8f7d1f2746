from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    """The sender name that a company has in use."""

    _inherit = "res.company"

    sms_sender_id = fields.Many2one(
        "sms.sender",
        "Sender name in use",
        index="btree_not_null",
        ondelete="restrict",
        domain="['|', ('company_id', '=', False), ('company_id', '=', id)]",
    )
    sms_sender_required = fields.Boolean("Sender names required")
    sms_sender_changed_on = fields.Datetime("Sender name changed on", readonly=True)

    def write(self, vals):
        if not vals.keys() & {"sms_sender_id", "sms_sender_required"}:
            return super().write(vals)
        changing = self.browse()
        if "sms_sender_id" in vals:
            changing = self._put_sender_in_use(vals["sms_sender_id"])
        result = super().write(vals)
        if changing:
            # sudo: a note of this add-on's own
            changing.sudo().sms_sender_changed_on = fields.Datetime.now()
        # sudo: the outbox belongs to no user
        self.env["sms.sms"].sudo()._release("sender", [("company_id", "in", self.ids)])
        return result

    def _put_sender_in_use(self, sender_id):
        """:return: the companies for which that counts as a change to a new name
        :raise UserError: when it is too early for one
        """
        # sudo: when a name was put in use is written by this add-on alone
        sender = self.env["sms.sender"].sudo().browse(sender_id or [])
        others = self.filtered(lambda company: company.sms_sender_id != sender)
        if not sender or not others:
            return self.browse()
        changing = others.filtered(
            lambda company: sender._note_change(company.sudo().sms_sender_id, company)
        )
        sender.used_on = fields.Datetime.now()
        return changing

    @api.constrains("sms_sender_id")
    def _check_sms_sender_id(self):
        for company in self.sudo():  # sudo: names of companies that one is not in
            sender = company.sms_sender_id
            if sender.company_id and sender.company_id != company:
                raise ValidationError(
                    self.env._(
                        "Sender name in use: “%(name)s” is of %(other)s. Choose one of "
                        "%(company)s or of the whole database.",
                        name=sender.name,
                        other=sender.company_id.name,
                        company=company.name,
                    )
                )
            if sender and not sender.active:
                raise ValidationError(
                    self.env._(
                        "Sender name in use: “%s” is archived. Choose another one.",
                        sender.name,
                    )
                )
