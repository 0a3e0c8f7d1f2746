from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..gateways.base import Report
from .common import MOBILE_PL, MOBILE_TH
from .package_common import SHORT, TWO, PackageCommon

# of the sandbox's prices below
POLISH, ORANGE, THAI = "+48601234567", "+48501234567", MOBILE_TH


@tagged("post_install", "-at_install")
class TestPrice(PackageCommon):
    """What a segment costs, by the number that it goes to."""

    def setUp(self):
        super().setUp()
        self.company.sms_prepaid = False
        self._prices(("+48", 0.11), ("+4850", 0.22), ("+4", 0.33))

    def _prices(self, *prices):
        self.env["sms.price"].create(
            [
                {"gateway_id": self.gateway.id, "prefix": prefix, "price": price}
                for prefix, price in prices
            ]
        )

    def _price(self, number):
        currency = self.gateway.currency_id
        return self.env["sms.gateway"]._segment_price(self.company, number, currency)

    def test_the_longest_prefix_wins_and_the_gateways_own_is_the_rest(self):
        self.assertEqual(self._price(POLISH), 0.11)
        self.assertEqual(self._price(ORANGE), 0.22)
        self.assertEqual(self._price("+4915123456789"), 0.33)
        self.assertEqual(self._price(THAI), 0.16)

    def test_a_new_price_is_known_at_once(self):
        self.assertEqual(self._price(THAI), 0.16)
        self._prices(("+66", 0.5))
        self.assertEqual(self._price(THAI), 0.5)
        line = self.gateway.price_ids.filtered(lambda one: one.prefix == "+66")
        line.price = 0.6
        self.assertEqual(self._price(THAI), 0.6)
        line.unlink()
        self.assertEqual(self._price(THAI), 0.16)

    def test_what_is_queued_and_what_is_claimed_agree(self):
        for number in (POLISH, ORANGE, THAI, "+4915123456789"):
            sms = self._queue(TWO, number=number)
            estimated = sms.price
            self.assertAlmostEqual(estimated, 2 * self._price(number))
            self._pass()
            self.assertAlmostEqual(sms.price, estimated)
            self.assertAlmostEqual(sms.cost, estimated)

    def test_a_price_that_changed_meanwhile_is_told_anew(self):
        sms = self._queue(SHORT, number=POLISH)
        self.gateway.price_ids.filtered(lambda one: one.prefix == "+48").price = 0.4
        self._pass()
        self.assertAlmostEqual(sms.cost, 0.4)

    def test_several_messages_about_one_invoice_each_cost(self):
        move = self._invoice(days_overdue=5)
        messages = self._send(move).line_ids.sms_ids
        self._pass()
        messages |= self._send(move).line_ids.sms_ids
        self._pass()
        self.assertEqual(len(messages), 2)
        self.assertEqual(messages.move_id, move)
        self.assertTrue(all(sms.cost == 0.11 * sms.segments for sms in messages))

    def test_screens_tell_the_price_of_the_number(self):
        polish = self._compose(self._invoice())
        self.assertEqual(polish.price, 0.11)
        thai = self._partner("Bangkok Print", sms_phone=THAI)
        self.assertEqual(self._compose(self._invoice(thai)).price, 0.16)
        many = self._compose(self._invoice() | self._invoice(thai))
        prices = {line.partner_id: line.price / line.segments for line in many.line_ids}
        self.assertAlmostEqual(prices[self.customer], 0.11)
        self.assertAlmostEqual(prices[thai], 0.16)

    def test_a_draft_costs_what_its_numbers_cost_in_one_query(self):
        thai = self._partner("Bangkok Print", sms_phone=THAI)
        run = self._send(self._invoice() | self._invoice(thai))
        charged = sum(run.line_ids.sms_ids.mapped("price"))
        run.line_ids.sms_ids.run_line_id = False
        run.line_ids.outcome = "draft"
        run.invalidate_recordset()
        self.assertAlmostEqual(run._going_price(), charged)
        counts = []
        for codes in (range(350, 352), range(370, 390)):
            self._prices(*((f"+{code}", 1) for code in codes))
            run._going_price()
            before = self.env.cr.sql_log_count
            self.assertAlmostEqual(run._going_price(), charged)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_in_another_currency(self):
        dollar = self.env.ref("base.USD")
        zloty = self.gateway.currency_id
        expected = zloty._convert(
            0.11, dollar, self.company, self.customer.create_date, round=False
        )
        price = self.env["sms.gateway"]._segment_price(self.company, POLISH, dollar)
        self.assertAlmostEqual(price, expected)

    # -- as entered ------------------------------------------------------------------

    def test_country_codes_are_tidied_as_providers_write_them(self):
        for entered, stored in (
            ("66", "+66"),
            ("0030", "+30"),
            ("+995 5", "+9955"),
            (" 1 (829)", "+1829"),
        ):
            self._prices((entered, 1))
            self.assertIn(stored, self.gateway.price_ids.mapped("prefix"))

    def test_a_list_is_imported(self):
        result = self.env["sms.price"].load(
            ["gateway_id", "prefix", "price"],
            [["Test gateway", "0066", "0.5"], ["Test gateway", "30", "0.3"]],
        )
        self.assertFalse(result["messages"])
        self.assertEqual((self._price(THAI), self._price("+306912345678")), (0.5, 0.3))

    def test_what_is_no_country_code_is_refused_by_name(self):
        for entered in ("Poland", "+", "+0", "+123456789"):
            with (
                self.subTest(entered),
                self.assertRaisesRegex(ValidationError, "Country code"),
            ):
                self._prices((entered, 1))

    def test_a_price_is_not_negative(self):
        with self.assertRaisesRegex(ValidationError, "negative"):
            self._prices(("+66", -1))

    def test_a_country_code_has_one_price(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self._prices(("48", 1))

    def test_a_copy_of_the_gateway_has_its_prices(self):
        copy = self.gateway.copy()
        self.assertEqual(
            sorted(copy.price_ids.mapped("prefix")),
            sorted(self.gateway.price_ids.mapped("prefix")),
        )

    def test_accountants_read_and_administrators_write(self):
        prices = self.gateway.price_ids.with_user(self.accountant)
        self.assertEqual(len(prices.mapped("price")), 3)
        with self.assertRaises(AccessError):
            prices[0].price = 9
        other = self.env["res.company"].create({"name": "Other"})
        self.gateway.company_id = other
        prices.invalidate_recordset()
        with self.assertRaises(AccessError):
            prices.mapped("price")

    def test_its_button_opens_the_list_to_import_into(self):
        action = self.gateway.action_open_prices()
        found = self.env["sms.price"].search(action["domain"])
        self.assertEqual(found, self.gateway.price_ids)

    # -- the provider's own figure ---------------------------------------------------

    def _reported(self, body, currency="PLN", **values):
        sms = self._queue(body, number=MOBILE_PL)
        self._pass()
        report = Report(sms.uuid, True, currency=currency, **values)
        sms._apply_reports([report], self.gateway)
        return sms

    def test_a_report_that_tells_the_cost_replaces_the_estimate(self):
        self.assertAlmostEqual(self._reported(SHORT, cost=0.0876).cost, 0.0876)

    def test_it_is_in_the_currency_of_the_message(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        sms = self._reported(SHORT, cost=0.05, currency="EUR")
        expected = euro._convert(
            0.05, sms.currency_id, self.company, sms.sent_at, round=False
        )
        self.assertAlmostEqual(sms.cost, expected)

    def test_without_one_or_with_nonsense_the_estimate_stays(self):
        for values in ({}, {"cost": -1}):
            self.assertAlmostEqual(self._reported(SHORT, **values).cost, 0.11)

    def test_what_a_segment_cost_counts_where_the_answer_was_lost(self):
        answered = self._reported(TWO, cost=0.5, is_cost_of_segment=True)
        self.assertAlmostEqual(answered.cost, 0.22)
        lost = self._queue(TWO, number=MOBILE_PL)
        lost.write({"state": "unconfirmed", "is_doubtful": True})
        report = Report(lost.uuid, True, cost=0.5, is_cost_of_segment=True)
        lost._apply_reports([report], self.gateway)
        self.assertAlmostEqual(lost.cost, 1)

    def test_the_cost_of_a_failure_at_the_phone_is_told_too(self):
        sms = self._queue(SHORT, number=MOBILE_PL)
        self._pass()
        sms._apply_reports([Report(sms.uuid, False, cost=0.01)], self.gateway)
        self.assertEqual((sms.state, sms.cost), ("error", 0.01))

    def test_a_test_costs_nothing_whatever_is_reported(self):
        sms = self._queue(SHORT, number=MOBILE_PL)
        sms.is_test = True
        self._pass()
        sms._apply_reports([Report(sms.uuid, True, cost=1)], self.gateway)
        self.assertEqual(sms.cost, 0)
