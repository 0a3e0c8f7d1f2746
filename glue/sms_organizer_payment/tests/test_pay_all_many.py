from unittest.mock import patch

from odoo.tests import tagged

from .common import PayAllCommon

LIMIT = "odoo.addons.sms_organizer_payment.models.organizer_link.MAX_AT_ONCE"


@tagged("post_install", "-at_install")
class TestPayAllMany(PayAllCommon):
    """What the page of a customer with many invoices costs."""

    def setUp(self):
        super().setUp()
        self.link, self.token = self._customer_link()
        self._invoice_of(3)

    def test_queries_do_not_depend_on_how_many_invoices(self):
        for work in (self.link._pay_all_offers, self._page_values):
            self._queries_of(work)  # fills the caches
        few = self._queries_of(self.link._pay_all_offers)
        few_page = self._queries_of(self._page_values)
        for amount in range(1, 28):
            self._invoice_of(amount)
        (offer,) = self.link._pay_all_offers()
        self.assertEqual(len(offer.moves), 30)
        self.assertEqual(self._queries_of(self.link._pay_all_offers), few)
        self.assertEqual(self._queries_of(self._page_values), few_page)

    def test_page_works_out_once_what_can_be_paid(self):
        links = self.env.registry["organizer.link"]
        with patch.object(
            links, "_pay_all_offers", autospec=True, side_effect=links._pay_all_offers
        ) as offers:
            self.assertIn("Pay all", self._open(f"/s/{self.token}").text)
        self.assertEqual(offers.call_count, 1)

    def test_lines_of_the_invoices_are_not_read(self):
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertTrue(self.link._pay_all_offers())
        lines = self.invoice._fields["line_ids"]._get_cache(self.env)
        self.assertNotIn(self.invoice.id, lines)

    def test_more_than_are_paid_at_once(self):
        with patch(LIMIT, 3):
            self.assertTrue(self.link._pay_all_offers())
        with patch(LIMIT, 2):
            self.assertFalse(self.link._pay_all_offers())
            self.assertNotIn("Pay all", self._open(f"/s/{self.token}").text)

    def _page_values(self):
        values = self.link._customer_page_values(1)
        self.assertTrue(values["pay_all_ways"])

    def _queries_of(self, work):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        return self.env.cr.sql_log_count - before
