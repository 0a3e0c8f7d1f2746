from odoo import api, fields, models
from odoo.exceptions import UserError


class OrganizerNumber(models.TransientModel):
    """The SMS number of one invoice, entered on the spot: nothing is sent by that."""

    _name = "organizer.number"
    _inherit = ["organizer.sms.phone"]
    _description = "SMS number of an invoice"

    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="move_id.partner_id", string="Customer")
    sms_phone = fields.Char(required=True)
    problem = fields.Char(compute="_compute_problem")
    remark = fields.Char(compute="_compute_problem")
    for_customer = fields.Boolean(
        "For the customer's other invoices too",
        help="Enter it on the customer, whose next invoices take it from there, and so "
        "do the others that have no number.",
    )

    @api.model
    def _open_for(self, move):
        wizard = {"default_move_id": move.id, "default_sms_phone": move.sms_phone}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("SMS number of %s", move.name),
            "res_model": self._name,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "medium", **wizard},
        }

    def _sms_phone_countries(self):
        # EXTENDS 'organizer.sms.phone'
        return self.move_id._sms_phone_countries()

    @api.depends("sms_phone", "move_id")
    def _compute_problem(self):
        for wizard in self:
            wizard.problem, wizard.remark = wizard._judge_number()

    def _judge_number(self):
        """:return: (why it cannot be entered, what to know of it otherwise)"""
        if not self.sms_phone:
            return False, False
        countries = self._sms_phone_countries()
        number, problem = self._check_sms_phone(self.sms_phone, countries)
        stopped = self.env["organizer.basis"]._stopped_numbers([number])
        reason, why = stopped.get(number, (False, False))
        if problem or reason == "wrong_number":
            return problem or why, False
        return False, why and self.env._("%s It will get nothing.", why)

    @api.onchange("sms_phone")
    def _onchange_sms_phone(self):
        # OVERRIDES 'organizer.sms.phone': what is wrong stands below the field
        if self.sms_phone and not self.problem:
            countries = self._sms_phone_countries()
            self.sms_phone = self._check_sms_phone(self.sms_phone, countries)[0]

    def action_update(self):
        """*Update*: with the rights that the user has on invoices and customers."""
        self.ensure_one()
        self.check_access("write")
        if self.problem:
            raise UserError(self.problem)
        self.move_id.sms_phone = self.sms_phone
        if self.for_customer:
            self.partner_id.sms_phone = self.sms_phone
        return {"type": "ir.actions.act_window_close"}
