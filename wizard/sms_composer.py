from odoo import models


class SmsComposer(models.TransientModel):
    _inherit = "sms.composer"

    def _prepare_mass_sms_values(self, records):
        # EXTENDS 'sms': the ledger knows the document even where no note is left on it
        values_by_record = super()._prepare_mass_sms_values(records)
        for record_id, values in values_by_record.items():
            is_move = records._name == "account.move"
            values |= {
                "res_model": records._name,
                "res_id": record_id,
                "move_id": record_id if is_move else False,
            }
        return values_by_record
