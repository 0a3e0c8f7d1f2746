from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .common import LANDLINE_PL, MOBILE_PL, MOBILE_TH, OrganizerCommon


@tagged("post_install", "-at_install")
class TestSmsPhone(OrganizerCommon):
    def test_national_entry_is_read_by_the_customers_country(self):
        partner = self._partner("Baan", country_id=self.env.ref("base.th").id)
        partner.sms_phone = "0871234567"
        self.assertEqual(partner.sms_phone, MOBILE_TH)

    def test_without_a_country_the_companys_counts(self):
        self.company.country_id = self.poland
        partner = self._partner("Nobody", country_id=False, sms_phone="601 234 567")
        self.assertEqual(partner.sms_phone, MOBILE_PL)

    def test_a_contact_has_the_country_of_its_company(self):
        contact = self._partner(
            "Jan", country_id=False, parent_id=self.customer.id, sms_phone="601234567"
        )
        self.assertEqual(contact.sms_phone, MOBILE_PL)

    def test_errors_name_the_number_and_what_is_wrong(self):
        for entered, words in (
            (LANDLINE_PL, "landline"),
            ("500600700; 600700800", "more than one number"),
            ("50060", "too short"),
            ("801234567", "not a mobile"),
            ("call me", "not a phone number"),
        ):
            with self.subTest(entered), self.assertRaises(ValidationError) as caught:
                self.customer.sms_phone = entered
            self.assertIn(f"“{entered}”", str(caught.exception))
            self.assertIn(words, str(caught.exception))
            self.assertIn("SMS number", str(caught.exception))

    def test_invoice_copies_the_number_of_its_customer(self):
        self.assertEqual(self._invoice().sms_phone, MOBILE_PL)

    def test_invoice_takes_the_companys_number_when_the_contact_has_none(self):
        contact = self._partner("Jan", parent_id=self.customer.id)
        self.assertEqual(self._invoice(contact).sms_phone, MOBILE_PL)

    def test_phone_counts_only_if_it_is_a_mobile(self):
        mobile = self._partner("Mobile", phone="512 345 678")
        landline = self._partner("Landline", phone=LANDLINE_PL)
        self.assertEqual(self._invoice(mobile).sms_phone, "+48512345678")
        self.assertFalse(self._invoice(landline).sms_phone)

    def test_invoice_without_customer_has_no_number_yet(self):
        move = self.env["account.move"].create({"move_type": "out_invoice"})
        self.assertFalse(move.sms_phone)
        self.assertFalse(move._sms_phones()[move.id])

    def test_national_number_is_read_by_the_sellers_country(self):
        georgian = self.setup_other_company()["company"]
        georgian.country_id = self.env.ref("base.ge")
        partner = self._partner("Nino", country_id=False, phone="577123456")
        self.assertEqual(
            self._invoice(partner, company=georgian).sms_phone, "+995577123456"
        )

    def test_copy_for_another_customer_takes_that_ones_number(self):
        other = self._partner("Other", sms_phone="+48512345678")
        self.assertEqual(
            self._invoice().copy({"partner_id": other.id}).sms_phone, "+48512345678"
        )

    def test_bill_has_no_sms_number(self):
        bill = self._invoice(move_type="in_invoice", post=False)
        self.assertFalse(bill.sms_phone)

    def test_number_is_editable_on_the_invoice_and_checked(self):
        move = self._invoice(post=False)
        with Form(move) as form:
            form.sms_phone = "512 345 678"
        self.assertEqual(move.sms_phone, "+48512345678")
        with self.assertRaises(ValidationError):
            move.sms_phone = LANDLINE_PL

    def test_entry_on_the_form_shows_at_once_what_is_stored(self):
        form = Form(self.env["res.partner"])
        form.country_id = self.poland
        form.sms_phone = "601 234 567"
        self.assertEqual(form.sms_phone, MOBILE_PL)

    def test_duplicate_carries_the_number_over_and_a_refund_does_not(self):
        move = self._invoice(sms_phone="+48512345678")
        self.assertEqual(move.copy().sms_phone, "+48512345678")
        self.assertEqual(move._reverse_moves().sms_phone, MOBILE_PL)

    def test_recurring_invoice_carries_the_number_over(self):
        move = self._invoice(sms_phone="+48512345678", post=False, auto_post="monthly")
        move.action_post()
        copies = self.env["account.move"].search(
            [("auto_post_origin_id", "=", move.id), ("id", "!=", move.id)]
        )
        self.assertTrue(copies)
        self.assertEqual(set(copies.mapped("sms_phone")), {"+48512345678"})

    def test_copy_of_an_invoice_without_number_looks_it_up_again(self):
        partner = self._partner("Late")
        move = self._invoice(partner)
        partner.sms_phone = MOBILE_PL
        move.sms_phone = False
        self.assertEqual(move.copy().sms_phone, MOBILE_PL)

    def test_odoos_own_sms_buttons_use_the_same_number(self):
        self.customer.phone = "512345678"
        info = self.customer._sms_get_recipients_info()[self.customer.id]
        self.assertEqual(info["sanitized"], MOBILE_PL)
        move = self._invoice(sms_phone="+48512345678")
        info = move._sms_get_recipients_info()[move.id]
        self.assertEqual(info["sanitized"], "+48512345678")
