from odoo import models


class SmsReply(models.Model):
    """What employees answer is for officers of Employees: it is not on the contact that
    everybody reads."""

    _inherit = "sms.reply"

    def _is_of_employee(self):
        return self.sms_id.res_model == "hr.employee"

    def _noted_on(self):
        # EXTENDS 'sms_organizer'
        if self._is_of_employee():
            return (self.env["hr.employee"].browse(self.sms_id.res_id).exists(),)
        return super()._noted_on()

    def _to_be_done_on(self):
        # EXTENDS 'sms_organizer'
        return self if self._is_of_employee() else super()._to_be_done_on()

    def _who_may_answer(self):
        # EXTENDS 'sms_organizer'
        if self._is_of_employee():
            return (self.sms_id.user_id,)
        return super()._who_may_answer()
