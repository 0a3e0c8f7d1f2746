from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .axe_common import AxeCase
from .document_common import DocumentLinkCommon


class PageAccess:
    """What everybody can use: with a screen reader, by keyboard, on a small screen."""

    def test_page_of_an_invoice(self):
        due = fields.Date.today() - timedelta(days=3)
        for move in (self.invoice, self._new_invoice(invoice_date_due=due)):
            _link, token = self._make_link(move)
            self.assert_accessible(f"/s/{token}")

    def test_page_of_a_customer(self):
        self._new_invoice(invoice_date_due=fields.Date.today() - timedelta(days=3))
        self._new_invoice("out_refund")
        token = self._customer_token()
        self.assert_accessible(f"/s/{token}")

    def _customer_token(self):
        issued = self.env["organizer.link"]._make_for_customers(
            self.partner_a, self.env.company
        )
        return issued[self.partner_a.id].url.rpartition("/")[2]

    def test_page_that_is_not_there(self):
        self.assert_accessible("/s/aaaaaaaaaaaa")


@tagged("post_install", "-at_install")
class TestPageAccessOnDesktop(PageAccess, DocumentLinkCommon, AxeCase):
    browser_size = "1366x768"


@tagged("post_install", "-at_install")
class TestPageAccessOnPhone(PageAccess, DocumentLinkCommon, AxeCase):
    browser_size = "390x844"
    touch_enabled = True
