"""All is off on a fresh installation; what was there before goes on as it did."""

from odoo import SUPERUSER_ID, api

SWITCHES = [
    "organizer_auto_invoice_issued",
    "organizer_auto_invoice_due_soon",
    "organizer_auto_invoice_overdue",
    "organizer_auto_customer_debt",
    "organizer_auto_customer_overdue_debt",
    "organizer_send_window",
]


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    for channel in ("sms", "email"):
        env["res.company"]._organizer_set_channel(channel, True)
    companies = env["res.company"].with_context(active_test=False)
    companies.search([("id", "!=", False)]).write(dict.fromkeys(SWITCHES, True))
