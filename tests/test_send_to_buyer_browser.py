from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import MOBILE_PL
from .send_to_buyer_common import OTHER, SendToBuyerCommon


class BrowserCommon(SendToBuyerCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].sudo().set_param(
            "sms_organizer.link_base_url", "https://example.com"
        )
        self.nobody = self._invoice(self._partner("Pensjonat Cisza"), days_overdue=3)
        self.untold = self._invoice(self._partner("Malwa", sms_phone=MOBILE_PL))
        self.failed = self._invoice(self._partner("Meble Nowak", sms_phone=OTHER))
        self._told(self.failed, "error").failure_reason = "Invalid telephone number"
        self.opened = self._invoice(self._partner("Taverna", sms_phone=MOBILE_PL))
        self._told(
            self.opened, "sent", opened=True
        ).sudo().delivered_at = fields.Datetime.now()


@tagged("post_install", "-at_install")
class TestSendToBuyerBrowser(BrowserCommon):
    def test_number_then_all(self):
        """A number is entered on the spot, then all that were not told are told."""
        self.start_tour(
            "/odoo/send-to-buyer", "sms_organizer_send_to_buyer", login="sms_accountant"
        )
        self.assertEqual(self.nobody.sms_phone, MOBILE_PL)
        self.assertEqual(self.nobody.sms_delivery, "waiting")
        self.assertEqual(self.untold.sms_delivery, "waiting")
        self.assertEqual(self.failed.sms_delivery, "failed")
        self.assertEqual(len(self.opened.sms_ids), 1)


@tagged("post_install", "-at_install")
class TestSendToBuyerPhone(BrowserCommon):
    browser_size = "390x844"
    touch_enabled = True

    def test_number_and_messages(self):
        self.start_tour(
            "/odoo/send-to-buyer",
            "sms_organizer_send_to_buyer_phone",
            login="sms_accountant",
        )
        self.assertEqual(self.nobody.sms_phone, MOBILE_PL)
        self.assertFalse(self.nobody.sms_ids)
