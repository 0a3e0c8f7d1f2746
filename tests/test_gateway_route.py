from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tests import tagged

from ..gateways.base import Outcome, Verdict
from .common import MOBILE_PL, MOBILE_TH, OrganizerCommon

DOWN = [Outcome("a" * 32, Verdict.NOT_TAKEN, reason="Busy")]


@tagged("post_install", "-at_install")
class TestGatewayRoute(OrganizerCommon):
    """Which gateway sends to which number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gateway.write({"prefixes": "+48, +49", "sequence": 1})
        cls.abroad = cls.gateway.copy(
            {"name": "Abroad", "prefixes": False, "sequence": 2, "price": 0.5}
        )
        cls.thai = cls._partner("Bangkok Print", sms_phone=MOBILE_TH)

    def _gateway_of(self, partner):
        return self._send(self._invoice(partner)).line_ids.sms_ids

    def test_country_codes_are_tidied(self):
        for entered, stored in (
            ("48", "+48"),
            ("+48,+49", "+48, +49"),
            (" 0048 ; 49 ", "+48, +49"),
            ("+48, +48", "+48"),
            ("+1829", "+1829"),
        ):
            self.gateway.prefixes = entered
            self.assertEqual(self.gateway.prefixes, stored)

    def test_what_is_no_country_code_is_refused_by_name(self):
        for entered in ("Poland", "+", "+48x", "+0", "+48 601234567"):
            with (
                self.subTest(entered),
                self.assertRaisesRegex(ValidationError, "Country codes"),
            ):
                self.gateway.prefixes = entered

    def test_the_first_that_takes_the_number_sends(self):
        polish, thai = self._gateway_of(self.customer), self._gateway_of(self.thai)
        self.assertEqual(polish.gateway_id, self.gateway)
        self.assertEqual(thai.gateway_id, self.abroad)
        self.assertEqual((polish.price, thai.price), (0.16, 0.5))
        self._pass(2)
        self.assertEqual((polish.gateway_id, polish.state), (self.gateway, "sent"))
        self.assertEqual((thai.gateway_id, thai.state), (self.abroad, "sent"))

    def test_the_next_one_takes_over_what_it_may(self):
        sms = self._gateway_of(self.customer) | self._gateway_of(self.thai)
        self.gateway._take_note(DOWN)
        self._pass(2)
        self.assertEqual(sms.gateway_id, self.abroad)
        self.assertEqual(set(sms.mapped("state")), {"sent"})

    def test_none_takes_what_is_not_in_its_countries(self):
        polish, thai = self._gateway_of(self.customer), self._gateway_of(self.thai)
        self.abroad._take_note(DOWN)
        self._pass(2)
        self.assertEqual((polish.state, thai.state), ("sent", "outgoing"))

    def test_a_number_that_no_gateway_takes_is_left_out_with_words(self):
        self.abroad.active = False
        run = self._send(self._invoice(self.thai) | self._invoice())
        line = run.line_ids.filtered(lambda line: line.partner_id == self.thai)
        self.assertEqual(line.reason, "no_gateway")
        self.assertIn(MOBILE_TH, line.why)
        self.assertEqual(run.line_ids.sms_ids.number, MOBILE_PL)

    def test_what_waits_for_a_gateway_says_so(self):
        thai = self._gateway_of(self.thai)
        self.abroad.active = False
        thai.invalidate_recordset(["explanation"])
        self.assertEqual(thai.explanation, "It waits: no gateway takes this number.")
        self._pass()
        self.assertEqual(thai.state, "outgoing")

    def test_what_waits_for_the_end_of_an_outage_says_so(self):
        sms = self._gateway_of(self.customer)

        def reason():
            sms.invalidate_recordset(["explanation"])
            return sms.with_user(self.accountant).explanation

        self.gateway._take_note(DOWN)
        self.assertFalse(reason(), "another one takes its place")
        self.abroad._take_note(DOWN)
        self.assertEqual(reason(), f"It waits: {self.gateway.name} takes nothing: Busy")
        self.assertIn("Busy", sms.move_id.sms_status_words)
        self.abroad._take_note([Outcome("a" * 32, Verdict.ACCEPTED)])
        self.assertFalse(reason())

    def test_a_list_of_what_waits_asks_about_each_gateway_once(self):
        messages = (
            self.env["sms.sms"]
            .sudo()
            .create(
                [
                    {"number": number, "body": "A", "company_id": self.company.id}
                    for number in [MOBILE_PL, MOBILE_TH] * 40
                ]
            )
        )
        for gateway in (self.gateway, self.abroad):
            gateway.handles = "all"
            gateway._take_note(DOWN)
        self.env["sms.gateway"]._routes()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(4):
            words = set(messages.mapped("explanation"))
        self.assertEqual(len(words), 2)

    def test_prices_are_those_of_the_gateway_that_takes_the_number(self):
        compose = self._compose(self._invoice() | self._invoice(self.thai))
        prices = {
            line.partner_id: line.price / line.segments for line in compose.line_ids
        }
        self.assertAlmostEqual(prices[self.customer], 0.16)
        self.assertAlmostEqual(prices[self.thai], 0.5)
        self.assertAlmostEqual(
            compose.total_price, sum(compose.line_ids.mapped("price"))
        )
        alone = self._compose(self._invoice(self.thai))
        self.assertEqual(alone.price, 0.5)

    def test_a_draft_knows_what_each_gateway_asks(self):
        run = self._send(self._invoice() | self._invoice(self.thai))
        charged = sum(run.line_ids.sms_ids.mapped("price"))
        run.line_ids.sms_ids.run_line_id = False
        run.line_ids.outcome = "draft"
        run.invalidate_recordset()
        self.assertAlmostEqual(run._going_price(), charged)

    def test_other_apps_numbers_that_none_takes_are_left_to_odoo(self):
        self.abroad.active = False
        messages = (
            self.env["sms.sms"]
            .sudo()
            .create(
                [
                    {"number": number, "body": "x", "company_id": self.company.id}
                    for number in (MOBILE_PL, MOBILE_TH)
                ]
            )
        )
        left = messages.filtered_domain(messages._of_odoo_domain())
        self.assertEqual(left.number, MOBILE_TH)
        found = messages.search(
            messages._of_odoo_domain() & Domain("id", "in", messages.ids)
        )
        self.assertEqual(found, left)
