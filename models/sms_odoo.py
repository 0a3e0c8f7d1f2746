from odoo import models
from odoo.exceptions import UserError
from odoo.tools.urls import urljoin

from odoo.addons.sms.tools.sms_api import SmsApi

from ..gateways.base import Account
from ..gateways.odoo import OdooGateway

# Odoo's own service takes many in a call; others, such as Twilio, one after another.
IAP_BATCH = 100
OTHERS_BATCH = 10
# Whose ways of failing we know.
KNOWN = ("odoo.addons.sms.", "odoo.addons.sms_twilio.")


class SmsGateway(models.Model):
    """Odoo's own provider, IAP or what an add-on puts in its place, as a gateway."""

    _inherit = "sms.gateway"

    def _iap_credit(self):
        # sudo: a figure; the account's token stays where it is
        return self.env["iap.account"].sudo().get_credits("sms")

    def _odoo_adapter(self, company):
        """:param company: ``res.company`` whose account is used"""
        company = company or self.env.company
        api_class = company._get_sms_api_class()
        is_iap = api_class is SmsApi
        is_known = api_class.__module__.startswith(KNOWN)
        url = urljoin(company.get_base_url(), "/sms/status")

        def transmit(messages):
            sms_api = company._get_sms_api_class()(self.with_company(company).env)
            sms_api._set_company(company)
            by_text = {}
            for message in messages:
                by_text.setdefault(message.text, []).append(
                    {"number": message.number, "uuid": message.reference[:32]}
                )
            batch = [
                {"content": text, "numbers": numbers}
                for text, numbers in by_text.items()
            ]
            return sms_api._send_sms_batch(batch, delivery_reports_url=url)

        return OdooGateway(
            Account(),
            transmit,
            batch_size=IAP_BATCH if is_iap else OTHERS_BATCH,
            # sms_twilio says so when a request got lost; IAP, when it has trouble
            doubtful_states=frozenset() if is_iap else frozenset({"server_error"}),
            refusals=(UserError,) if is_known else (),
            credit=self._iap_credit if is_iap else None,
        )
