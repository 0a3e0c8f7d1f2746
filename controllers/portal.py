from odoo.http import request

from odoo.addons.account.controllers.portal import PortalAccount


class PortalAccountBySms(PortalAccount):
    def _prepare_my_account_rendering_values(self, *args, **kwargs):
        # EXTENDS 'account': customers choose SMS among the ways to get their invoices
        values = super()._prepare_my_account_rendering_values(*args, **kwargs)
        values["invoice_sending_methods"]["sms"] = request.env._("by SMS")
        return values
