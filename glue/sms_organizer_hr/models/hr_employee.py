from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    sms_count = fields.Integer(
        "SMS", compute="_compute_sms_count", groups="hr.group_hr_user"
    )
    sms_allowed = fields.Boolean(
        related="company_id.sms_employees", groups="hr.group_hr_user"
    )

    def _compute_sms_count(self):
        counts = dict(
            self.env["sms.sms"]._read_group(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)],
                ["res_id"],
                ["__count"],
            )
        )
        for employee in self:
            employee.sms_count = counts.get(employee.id, 0)

    def action_send_sms(self):
        """Open Send SMS for these employees."""
        self._check_may_send_sms()
        return self.env["organizer.compose"]._open_for(self)

    def _check_may_send_sms(self):
        if not self.env.user.has_group("hr.group_hr_user"):
            raise AccessError(
                self.env._(
                    "SMS to employees are sent by officers of Employees. Ask one of "
                    "them."
                )
            )
        self.check_access("read")
        companies = self.company_id or self.env.company
        problems = [companies._organizer_channel_problem("sms")]
        problems += [company._sms_employees_problem() for company in companies]
        if problem := next(filter(None, problems), None):
            raise UserError(problem)

    def action_open_sms(self):
        """What was sent to this employee."""
        self.ensure_one()
        self.check_access("read")
        view = self.env.ref("sms_organizer_hr.sms_message_view_list")
        form = self.env.ref("sms_organizer.sms_message_view_form")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("SMS to %s", self.name),
            "res_model": "sms.sms",
            "view_mode": "list,form",
            "views": [(view.id, "list"), (form.id, "form")],
            "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)],
        }
