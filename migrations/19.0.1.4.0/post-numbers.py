"""Every invoice has its customer's number, not only those that were open when
the add-on was installed; and the ledger is read by its last message."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    cr.execute("DROP INDEX IF EXISTS sms_sms__move_id_index")
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["account.move"]._fill_sms_phones()
