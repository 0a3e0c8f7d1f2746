from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from .common import LANDLINE_PL, MOBILE_PL
from .send_to_buyer_common import OTHER, SendToBuyerCommon


@tagged("post_install", "-at_install")
class TestPencil(SendToBuyerCommon):
    """A number entered on the spot: nothing is sent by that."""

    def setUp(self):
        super().setUp()
        self.nobody = self._partner("Nobody")
        self.move = self._invoice(self.nobody)

    def _enter(self, number, **values):
        action = self.move.with_user(self.accountant).action_edit_sms_phone()
        wizards = self.env[action["res_model"]].with_user(self.accountant)
        wizards = wizards.with_context(**action["context"])
        wizards.create({"sms_phone": number, **values}).action_update()

    def test_update(self):
        self._enter("601 234 567")
        self.assertEqual(self.move.sms_phone, MOBILE_PL)
        self.assertEqual(self.move.sms_delivery, "not_sent")
        self.assertFalse(self.move.sms_ids)
        self.assertFalse(self.nobody.sms_phone)

    def test_for_the_customer_too(self):
        other = self._invoice(self.nobody)
        self._enter("601 234 567", for_customer=True)
        self.assertEqual(self.nobody.sms_phone, MOBILE_PL)
        self.assertEqual(other.sms_phone, MOBILE_PL)

    def _window(self):
        action = self.move.with_user(self.accountant).action_edit_sms_phone()
        wizards = self.env[action["res_model"]].with_user(self.accountant)
        return Form(wizards.with_context(**action["context"]))

    def test_number_of_somebody_else_is_refused(self):
        blacklist = self.env["phone.blacklist"]
        blacklist._add_wrong_number(MOBILE_PL, "Not mine")
        with self._window() as window:
            window.sms_phone = "601 234 567"
            self.assertIn("not the customer's number", window.problem)
            self.assertIn("Enter another one", window.problem)
            window.sms_phone = OTHER
            self.assertFalse(window.problem)
        with self.assertRaisesRegex(UserError, "not the customer's number"):
            self._enter("601 234 567")
        self.assertFalse(self.move.sms_phone)

    def test_number_that_opted_out_will_get_nothing(self):
        self.env["phone.blacklist"].create({"number": MOBILE_PL})
        with self._window() as window:
            window.sms_phone = "601 234 567"
            self.assertFalse(window.problem)
            self.assertIn("opted out. It will get nothing", window.remark)
            self.assertEqual(window.sms_phone, MOBILE_PL)
            window.sms_phone = OTHER
            self.assertFalse(window.remark)
        self._enter("601 234 567")
        self.assertEqual(self.move.sms_delivery, "opted_out")

    def test_one_mobile_number(self):
        for wrong, cure in (
            ("601 234 567, 601 234 568", "Leave one only"),
            (LANDLINE_PL, "Enter a mobile number"),
            ("601", "Check the digits"),
        ):
            with self.assertRaisesRegex(ValidationError, cure):
                self._enter(wrong)
        self.assertFalse(self.move.sms_phone)

    def test_what_is_wrong_stands_below_the_field(self):
        action = self.move.with_user(self.accountant).action_edit_sms_phone()
        wizards = self.env[action["res_model"]].with_user(self.accountant)
        with Form(wizards.with_context(**action["context"])) as window:
            window.sms_phone = LANDLINE_PL
            self.assertIn("is a landline", window.problem)
            window.sms_phone = "601 234 567"
            self.assertFalse(window.problem)
            self.assertEqual(window.sms_phone, MOBILE_PL)

    def test_who_may_not_write_invoices_may_not_enter_a_number(self):
        salesman = mail_new_test_user(
            self.env, login="salesman", groups="sms_organizer.group_sms_send"
        )
        with self.assertRaises(AccessError):
            self.move.with_user(salesman).action_edit_sms_phone()
        wizards = self.env["organizer.number"].with_user(salesman)
        with self.assertRaises(AccessError):
            wizards.create(
                {"move_id": self.move.id, "sms_phone": OTHER}
            ).action_update()


@tagged("post_install", "-at_install")
class TestNumbersOfInvoices(SendToBuyerCommon):
    """Who gets a number later passes it on to the invoices that have none."""

    def setUp(self):
        super().setUp()
        self.late = self._partner("Late", is_company=True)
        self.move = self._invoice(self.late)

    def test_number_of_the_customer(self):
        own = self._invoice(self.late, sms_phone=OTHER)
        self.late.phone = "601 234 567"
        self.assertEqual(self.move.sms_phone, MOBILE_PL)
        self.assertEqual(own.sms_phone, OTHER)
        self.late.sms_phone = "+48601234511"
        self.assertEqual(self.move.sms_phone, MOBILE_PL, "what it has, it keeps")

    def test_landline_passes_nothing_on(self):
        self.late.phone = LANDLINE_PL
        self.assertFalse(self.move.sms_phone)

    def test_contact_for_invoices(self):
        contact = self._partner("Books", parent_id=self.late.id, phone="601234567")
        self.assertFalse(self.move.sms_phone)
        contact.type = "invoice"
        self.assertEqual(self.move.sms_phone, MOBILE_PL)

    def test_new_contact_for_invoices(self):
        self._partner(
            "Books", parent_id=self.late.id, type="invoice", sms_phone=MOBILE_PL
        )
        self.assertEqual(self.move.sms_phone, MOBILE_PL)

    def test_company_of_a_contact(self):
        contact = self._partner("Jan", parent_id=self.late.id)
        move = self._invoice(contact)
        self.late.sms_phone = MOBILE_PL
        self.assertEqual(move.sms_phone, MOBILE_PL)

    def test_country_tells_how_to_read_it(self):
        partner = self._partner("Far", country_id=False, phone="0871234567")
        move = self._invoice(partner)
        partner.country_id = self.env.ref("base.th")
        self.assertEqual(move.sms_phone, "+66871234567")

    def test_draft_takes_it_and_a_bill_does_not(self):
        draft = self._invoice(self.late, post=False)
        bill = self._invoice(self.late, post=False, move_type="in_invoice")
        self.late.sms_phone = MOBILE_PL
        self.assertEqual(draft.sms_phone, MOBILE_PL)
        self.assertFalse(bill.sms_phone)

    def test_costs_nothing_where_nothing_relevant_is_written(self):
        values = {"name": "New", "country_id": self.poland.id, "phone": "601234567"}
        fill = "odoo.addons.sms_organizer.models.account_move_number.AccountMove"
        with self._uncalled(f"{fill}._without_sms_phones"):
            self.late.write({"comment": "Hello", "city": "Kraków"})
            self.late.phone = False
            self.env["res.partner"].create([values, values])

    def _uncalled(self, name):
        return patch(name, side_effect=AssertionError("it was asked for"))

    def test_many_at_once(self):
        partners = self.env["res.partner"].union(
            *(self._partner(f"Late {number}") for number in range(20))
        )
        self.env["account.move"].union(*map(self._invoice, partners))
        counts = []
        for some in (partners[:2], partners[:2], partners[2:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            had = self.moves._open_without_sms_phone(some)
            self.moves._pass_sms_phones_on(
                {one: dict.fromkeys(had[one]) for one in had}
            )
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2], "the first one fills caches")

    def test_what_was_cleared_by_hand_stays_cleared(self):
        self.late.sms_phone = MOBILE_PL
        self.move.sms_phone = False
        contact = self._partner("Jan", parent_id=self.late.id, type="invoice")
        self.late.country_id = self.env.ref("base.th")
        self.late.phone = LANDLINE_PL
        self.late.sms_phone = "0048 601 234 567"
        contact.phone = "+48601234511"
        contact.type = "contact"
        self._partner("New", parent_id=self.late.id, sms_phone=OTHER)
        self.assertFalse(self.move.sms_phone)
        self.late.sms_phone = OTHER
        self.assertEqual(self.move.sms_phone, OTHER, "another one than that was")

    def test_contact_who_moves_to_another_company(self):
        contact = self._partner("Jan", type="invoice", sms_phone=OTHER)
        contact.parent_id = self.late
        self.assertEqual(self.move.sms_phone, OTHER)

    def test_wrong_number_does_not_come_back(self):
        self.env["phone.blacklist"]._add_wrong_number(MOBILE_PL, "Not mine")
        self.late.phone = MOBILE_PL
        self.late.country_id = self.env.ref("base.th")
        self.moves._fill_sms_phones()
        self.assertFalse(self.move.sms_phone)
        self.assertFalse(self._invoice(self.late).sms_phone)
        self.assertEqual(self.late._sms_phones(), {self.late.id: MOBILE_PL})
        self._partner("Books", parent_id=self.late.id, type="invoice", phone=OTHER)
        self.assertEqual(self.move.sms_phone, OTHER)
        self.assertEqual(self.late._sms_phones(), {self.late.id: OTHER})

    def test_what_is_paid_is_left_as_it_is(self):
        paid = self._invoice(self.late)
        self._pay(paid)
        self.assertIn(paid.payment_state, ("paid", "in_payment"))
        self.late.sms_phone = MOBILE_PL
        self.assertFalse(paid.sms_phone)
        self.moves._fill_sms_phones()
        self.assertEqual(paid.sms_phone, MOBILE_PL, "at an installation, all of them")
