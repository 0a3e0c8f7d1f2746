from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import mail_new_test_user

from ..models.account_move_delivery import DELIVERIES
from ..models.sms_claim import REDIRECT_PARAMETER
from .common import LANDLINE_PL, MOBILE_PL, REFUSED_BY_SANDBOX, OrganizerCommon

OTHER = "+48601234599"
DOCUMENT_LOG = "odoo.addons.sms_organizer.models.organizer_document_wait"
# state of the last message, whether its link was opened, what the list says
TOLD = [
    ("outgoing", False, "waiting"),
    ("process", False, "waiting"),
    ("pending", False, "sent"),
    ("sent", False, "delivered"),
    ("unconfirmed", False, "in_doubt"),
    ("error", False, "failed"),
    ("canceled", False, "cancelled"),
    ("pending", True, "opened"),
    ("sent", True, "opened"),
    ("unconfirmed", True, "opened"),
    # nobody can have opened what did not leave
    ("outgoing", True, "waiting"),
    ("error", True, "failed"),
    ("canceled", True, "cancelled"),
]
# of messages that the customer did not get, wherever they went
TESTS = [
    ("outgoing", {"is_test": True}, "waiting"),
    ("pending", {"is_test": True}, "test"),
    ("sent", {"is_test": True}, "test"),
    ("unconfirmed", {"is_test": True}, "test"),
    ("error", {"is_test": True}, "failed"),
    ("canceled", {"is_test": True}, "cancelled"),
    ("sent", {"redirected_to": OTHER}, "test"),
    ("error", {"redirected_to": OTHER}, "failed"),
]


class SendToBuyerCommon(OrganizerCommon):
    def setUp(self):
        super().setUp()
        self.moves = self.env["account.move"]

    def _list(self, user=None, **changes):
        """The list as the browser reads it."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sms_organizer.action_send_to_buyer"
        )
        moves = self.moves.with_user(user or self.accountant)
        names = ["sms_delivery", "email_delivery"]
        extra = ["name", "document_pdf_url", "document_xml_url"]
        columns = [f"{name}{end}" for name in names for end in ("", "_at", "_words")]
        asked = {
            "domain": [
                ("state", "=", "posted"),
                ("move_type", "in", ("out_invoice", "out_refund", "out_receipt")),
            ],
            "specification": {name: {} for name in columns + extra},
            **changes,
        }
        self.assertEqual(action["res_model"], "account.move")
        return moves.web_search_read(**asked)["records"]

    def _told(self, move, state, opened=False, **values):
        """A message about an invoice, as it is in the ledger."""
        link = self.env["organizer.link"]._make(move)[move.id]
        if opened:
            row = self.env["organizer.link"].sudo().browse(link.link_id)
            row.opened_last_on = fields.Datetime.now()
        return (
            self.env["sms.sms"]
            .sudo()
            .create(
                {
                    "body": "Hello",
                    "number": move.sms_phone or MOBILE_PL,
                    "move_id": move.id,
                    "company_id": move.company_id.id,
                    "partner_id": move.partner_id.id,
                    "res_model": "account.move",
                    "res_id": move.id,
                    "state": state,
                    "link_id": link.link_id,
                    "is_test": False,
                    **values,
                }
            )
        )

    def _pay(self, move):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({}).action_create_payments()

    def _of_every_state(self):
        """``{invoice: what the list should say of it}``"""
        expected = {}
        for state, opened, delivery in TOLD:
            move = self._invoice(amount=len(expected) + 1)
            self._told(move, "error")
            self._told(move, state, opened)
            expected[move] = delivery
        for state, values, delivery in TESTS:
            move = self._invoice(amount=len(expected) + 1)
            self._told(move, state, state == "pending", **values)
            expected[move] = delivery
        expected[self._invoice()] = "not_sent"
        expected[self._invoice(self._partner("Nobody"))] = "no_number"
        expected[self._invoice(self._partner("Saldo", phone=LANDLINE_PL))] = "no_number"
        stopped = self._partner("Stopped", sms_phone=OTHER)
        self.env["phone.blacklist"].create({"number": OTHER})
        expected[self._invoice(stopped)] = "opted_out"
        tried = self._invoice(stopped)
        self._told(tried, "sent", is_test=True)
        expected[tried] = "opted_out"
        return expected

    def _find(self, domain, **kwargs):
        return self.moves.with_user(self.accountant).search(domain, **kwargs)

    def _send_all(self, moves, user=None):
        """The window of *Send all by SMS* for a list of these."""
        user = user or self.accountant
        action = self.moves.with_user(user).organizer_send_all(
            [["id", "in", moves.ids]]
        )
        wizard = self.env[action["res_model"]].with_user(user)
        return wizard.browse(action["res_id"])

    def _draft(self, moves):
        wizard = self._send_all(moves)
        action = wizard.action_review()
        return self.env["organizer.run"].browse(action["res_id"])


@tagged("post_install", "-at_install")
class TestSmsState(SendToBuyerCommon):
    """What became of the last SMS: the same when read, searched, sorted, grouped."""

    def setUp(self):
        super().setUp()
        self.expected = self._of_every_state()
        self.mine = [("id", "in", [move.id for move in self.expected])]
        self.env.flush_all()
        self.env.invalidate_all()

    def test_every_state_is_tried(self):
        states = [state for state, _label in DELIVERIES]
        self.assertEqual(set(self.expected.values()), set(states))

    def test_read(self):
        found = {row["id"]: row["sms_delivery"] for row in self._list(domain=self.mine)}
        self.assertEqual(
            found, {move.id: state for move, state in self.expected.items()}
        )

    def test_searched(self):
        for state, _label in DELIVERIES:
            wanted = {
                m.id for m, is_state in self.expected.items() if is_state == state
            }
            found = self._find([*self.mine, ("sms_delivery", "=", state)])
            self.assertEqual(set(found.ids), wanted, state)
            others = self._find([*self.mine, ("sms_delivery", "!=", state)])
            self.assertEqual(
                set(others.ids), {move.id for move in self.expected} - wanted
            )

    def test_all_have_a_state(self):
        self.assertFalse(self._find([*self.mine, ("sms_delivery", "=", False)]))
        all_of_them = self._find([*self.mine, ("sms_delivery", "!=", False)])
        self.assertEqual(len(all_of_them), len(self.expected))

    def test_filtered_in_memory(self):
        moves = self._find(self.mine)
        failed = moves.filtered_domain([("sms_delivery", "=", "failed")])
        self.assertEqual(
            set(failed.ids),
            {move.id for move, state in self.expected.items() if state == "failed"},
        )

    def test_sorted_by_what_wants_care(self):
        ranks = [state for state, _label in DELIVERIES]
        for order, wanted in (("asc", ranks), ("desc", ranks[::-1])):
            moves = self._find(self.mine, order=f"sms_delivery {order}, id")
            found = list(dict.fromkeys(moves.mapped("sms_delivery")))
            self.assertEqual(found, wanted)

    def test_grouped(self):
        moves = self.moves.with_user(self.accountant)
        groups = moves.formatted_read_group(
            self.mine, ["sms_delivery"], ["__count"], order="sms_delivery"
        )
        states = list(self.expected.values())
        self.assertEqual(
            [(group["sms_delivery"], group["__count"]) for group in groups],
            [(state, states.count(state)) for state, _label in DELIVERIES],
        )

    def test_can_be_sorted_and_grouped_by_in_the_browser(self):
        field = self.moves.fields_get(["sms_delivery"])["sms_delivery"]
        self.assertTrue(field["sortable"] and field["groupable"])
        self.assertTrue(field["searchable"])

    def test_who_may_not_send_sees_nothing_of_it(self):
        reader = mail_new_test_user(
            self.env, login="reader", groups="account.group_account_readonly"
        )
        moves = self.moves.with_user(reader)
        for refused in (
            lambda: moves.search([("sms_delivery", "=", "failed")]),
            lambda: moves.search([], order="sms_delivery", limit=1),
            lambda: moves.search(self.mine, limit=1).read(["sms_delivery"]),
            lambda: moves.organizer_count_to_send([]),
            lambda: moves.organizer_send_all([]),
        ):
            with self.assertRaises(AccessError):
                refused()

    def test_a_form_has_the_last_message(self):
        for move, state in self.expected.items():
            last = move.sms_ids.sorted("id")[-1:]
            self.assertEqual(move.sms_last_id, last)
            self.assertEqual(move.sms_status, last.state, state)


@tagged("post_install", "-at_install")
class TestSendToBuyer(SendToBuyerCommon):
    """The list, as an accountant has it."""

    def test_times_and_reasons(self):
        failed = self._invoice(self._partner("Refused", sms_phone=REFUSED_BY_SANDBOX))
        told = self._invoice()
        self._send(failed | told)
        self._pass(2)
        rows = {row["id"]: row for row in self._list()}
        self.assertEqual(rows[failed.id]["sms_delivery"], "failed")
        self.assertIn("do not exist", rows[failed.id]["sms_delivery_words"])
        self.assertFalse(rows[failed.id]["sms_delivery_at"])
        self.assertEqual(rows[told.id]["sms_delivery"], "test")
        self.assertFalse(rows[told.id]["sms_delivery_at"])
        self.assertIn("it reached nobody", rows[told.id]["sms_delivery_words"])
        told.sms_ids.sudo().is_test = False
        self.env.invalidate_all()
        (row,) = self._list(domain=[("id", "=", told.id)])
        self.assertEqual(row["sms_delivery"], "delivered")
        self.assertTrue(row["sms_delivery_at"])
        told.sms_ids.sudo().redirected_to = OTHER
        self.env.invalidate_all()
        (row,) = self._list(domain=[("id", "=", told.id)])
        self.assertIn("did not get it", row["sms_delivery_words"])

    def test_opened_says_how_often_and_since_when(self):
        move = self._invoice()
        link = self._told(move, "sent", opened=True).link_id
        link.write({"opened_count": 3, "opened_first_on": "2026-01-02 10:00:00"})
        (row,) = self._list(domain=[("id", "=", move.id)])
        self.assertTrue(row["sms_delivery_at"])
        self.assertIn("3 times, first on 1/2/26", row["sms_delivery_words"])

    def test_each_sending_again_is_a_message_with_its_cost(self):
        move = self._invoice()
        self._send(move)
        self._send(move)
        action = move.with_user(self.accountant).action_open_sms()
        messages = self.env["sms.sms"].search(action["domain"])
        self.assertEqual(len(messages), 2)
        self.assertTrue(all(messages.mapped("price")))

    def test_email(self):
        move, other = self._invoice(), self._invoice()
        template = self._template("invoice_issued", "email")
        self.customer.email = "z@example.com"
        run = template._draft_run(self.company, move, origin="compose")
        run._send()
        self._assert_email(move, "waiting")
        self._assert_email(other, "not_sent")
        line = run.line_ids
        if line.mail_state == "preparing":
            with mute_logger(
                "odoo.addons.sms_organizer.models.organizer_document_wait"
            ):
                line._give_document_up()
            self._assert_email(move, "failed", "could not be made")

    def test_email_of_send_and_print(self):
        move = self._invoice()
        message = move.message_post(body="Your invoice", partner_ids=self.customer.ids)
        told = (
            self.env["mail.notification"]
            .sudo()
            .create(
                {
                    "mail_message_id": message.id,
                    "res_partner_id": self.partner_b.id,
                    "notification_type": "email",
                    "notification_status": "ready",
                }
            )
        )
        message.sudo().notification_ids.notification_status = "sent"
        self._assert_email(move, "sent")
        told.write({"notification_status": "bounce", "failure_reason": "No such box"})
        self._assert_email(move, "failed", "No such box")

    def test_email_to_a_colleague_tells_no_customer(self):
        move = self._invoice()
        move.message_post(body="Look", partner_ids=self.accountant.partner_id.ids)
        self._assert_email(move, "not_sent")

    def _assert_email(self, move, state, words=""):
        self.env.invalidate_all()
        (row,) = self._list(domain=[("id", "=", move.id)])
        self.assertEqual(row["email_delivery"], state)
        self.assertIn(words, row["email_delivery_words"] or "")
        self.assertEqual(bool(row["email_delivery_at"]), state == "sent")

    def test_queries_of_a_page_do_not_grow(self):
        moves = self._invoices_of_many(60)
        for move in moves[::4]:
            self._told(move, "error")
        for move in moves[1::4]:
            self._told(move, "sent", opened=True)
        self._send(moves[2::4])
        counts = [self._queries_of(moves[:number]) for number in (6, 60)]
        self.assertEqual(counts[0], counts[1])
        self.assertLess(counts[0], 40)

    def _queries_of(self, moves):
        for _warm in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows = self._list(domain=[("id", "in", moves.ids)], limit=80)
        self.assertEqual(len(rows), len(moves))
        return self.env.cr.sql_log_count - before

    def test_number_is_found_however_it_is_written(self):
        move = self._invoice()
        for written in ("601 234 567", "0048601234567", "+48 601-234-567", "234567"):
            found = self._find([("sms_phone_digits", "ilike", written)])
            self.assertIn(move, found)
        for written in ("601 234 568", "Drukarnia"):
            found = self._find([("sms_phone_digits", "ilike", written)])
            self.assertNotIn(move, found)

    def test_buttons_and_columns_follow_their_switch(self):
        arch = self._arch()
        for name in ("sms_delivery", "action_send_sms", "email_delivery"):
            self.assertIn(name, arch)
        self.company._organizer_set_channel("sms", False)
        arch = self._arch()
        self.assertNotIn('"sms_delivery"', arch)
        self.assertNotIn("action_send_sms", arch)
        self.assertIn("action_send_email", arch)

    def _arch(self):
        view = self.env.ref("sms_organizer.send_to_buyer_view_list")
        moves = self.moves.with_user(self.accountant)
        return moves.get_view(view.id, "list")["arch"]

    def test_send_email_opens_the_usual_template(self):
        action = (
            self._invoice(days_overdue=9).with_user(self.accountant).action_send_email()
        )
        compose = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(compose.channel, "email")
        self.assertEqual(compose.template_id.basis, "invoice_overdue")
        self.env["organizer.template"].search(
            [("channel", "=", "email")]
        ).active = False
        with self.assertRaises(UserError):
            self._invoice().with_user(self.accountant).action_send_email()


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


@tagged("post_install", "-at_install")
class TestSendAll(SendToBuyerCommon):
    """Everything in the filter that nobody was told of by SMS."""

    def setUp(self):
        super().setUp()
        self.untold = self._invoice(days_overdue=1) | self._invoice(days_overdue=2)
        self.told = self._invoice()
        self._told(self.told, "sent")
        self.numberless = self._invoice(self._partner("Nobody"))
        self.failed = self._invoice()
        self._told(self.failed, "error")
        self.all = self.untold | self.told | self.numberless | self.failed

    def _count(self, moves=None):
        wanted = [["id", "in", (moves or self.all).ids]]
        return self.moves.with_user(self.accountant).organizer_count_to_send(wanted)

    def test_count(self):
        self.assertEqual(self._count(), 2)
        self.env["phone.blacklist"].create({"number": MOBILE_PL})
        self.assertEqual(self._count(), 0)

    def test_count_is_one_query(self):
        self._count()
        self.env.flush_all()
        with self.assertQueryCount(1):
            self._count()

    def test_price_first(self):
        wizard = self._send_all(self.all)
        self.assertEqual(wizard.going_count, 2)
        self.assertIn("1 without a number", wizard.left_out)
        self.assertIn("1 that failed before", wizard.left_out)
        self.assertGreater(wizard.price, 0)
        self.assertEqual(wizard.currency_id.name, "PLN")
        self.assertFalse(self.untold.sms_ids)

    def test_draft_has_all_and_ticks_the_untold(self):
        run = self._draft(self.all)
        lines = run.line_ids.grouped("move_id")
        self.assertEqual(run.state, "draft")
        self.assertEqual(set(lines), set(self.all - self.told))
        self.assertEqual(set(lines[self.untold[0]].mapped("outcome")), {"draft"})
        self.assertEqual(lines[self.numberless].reason, "no_number")
        self.assertEqual(lines[self.failed].reason, "unticked")
        self.assertIn("Enter another number", lines[self.failed].why)
        wizard_price = self._send_all(self.all).price
        self.assertAlmostEqual(run.price, wizard_price, 2)

    def test_numbers_are_mended_before_it_goes(self):
        run = self._draft(self.all)
        line = run.line_ids.filtered(lambda one: one.move_id == self.numberless)
        line.with_user(self.accountant).number = "601 234 599"
        self.assertEqual(line.outcome, "draft")
        run.with_user(self.accountant).action_confirm()
        told = self.untold | self.numberless
        self.assertEqual(run.line_ids.sms_ids.move_id, told)
        self.assertEqual(self.numberless.sms_ids.number, OTHER)
        self.assertEqual(self._count(), 0)

    def test_another_number_is_another_try(self):
        self.failed.sms_phone = OTHER
        self.assertEqual(self._count(), 3)
        line = self._draft(self.failed).line_ids
        self.assertEqual((line.outcome, line.number), ("draft", OTHER))

    def test_forgotten_number_is_no_other_one(self):
        self.failed.sms_ids.sudo().number = "+48…"
        self.assertEqual(self._count(), 2)

    def _go_live(self):
        live = {"provider": "smsapi", "password": "secret", "test_mode": False}
        self.gateway.write(live)

    def test_after_tests_all_are_told(self):
        tested, redirected = self._invoice(), self._invoice()
        self._told(tested, "sent", is_test=True)
        self._told(redirected, "pending", redirected_to=OTHER)
        refused, stopped = self._invoice(), self._invoice(sms_phone=OTHER)
        self._told(refused, "error", is_test=True)
        self._told(stopped, "sent", is_test=True)
        self.env["phone.blacklist"].create({"number": OTHER})
        tests = tested | redirected | refused | stopped
        self.assertEqual(self._count(tests), 0, "what follows is a test again")
        self.assertEqual(self._count(self.all), 2)
        self._go_live()
        self.assertEqual(self._count(tests), 3)
        self.assertEqual(self._count(self.all), 2)
        wizard = self._send_all(tests)
        self.assertEqual(wizard.going_count, 3)
        self.assertEqual(wizard.left_out, "1 whose owners opted out")
        lines = self._draft(tests).line_ids.grouped("move_id")
        for move in tested | redirected | refused:
            self.assertEqual(lines[move].outcome, "draft")
        self.assertEqual(lines[stopped].reason, "opted_out")

    def test_test_mode_does_not_repeat_itself(self):
        run = self._draft(self.untold)
        run.with_user(self.accountant).action_confirm()
        self._pass(2)
        self.assertEqual(set(self.untold.mapped("sms_delivery")), {"test"})
        with self.assertRaisesRegex(UserError, "nothing to send"):
            self._send_all(self.untold)
        self._go_live()
        self.assertEqual(self._count(self.untold), 2)
        self.env["ir.config_parameter"].sudo().set_param(REDIRECT_PARAMETER, OTHER)
        self.assertEqual(self._count(self.untold), 0, "a copy of the database")

    def test_paid_and_old_ones_are_no_surprise(self):
        self.assertFalse(self._send_all(self.untold).among_them)
        old = self._invoice(days_overdue=120)
        paid = self._invoice()
        self._pay(paid)
        wizard = self._send_all(self.untold | old | paid)
        self.assertEqual(wizard.going_count, 4)
        self.assertIn("1 paid or reversed already", wizard.among_them)
        self.assertIn("1 older than 90 days", wizard.among_them)

    def test_number_of_the_customer_alone_waits_for_a_person(self):
        cleared = self.untold[0]
        cleared.sms_phone = False
        line = self._draft(self.untold).line_ids.grouped("move_id")[cleared]
        self.assertEqual((line.number, line.reason), (MOBILE_PL, "unticked"))
        self.assertIn("no number of its own", line.why)

    def test_two_people_at_once(self):
        first, second = self._draft(self.all), self._draft(self.all)
        for run in (first, second):
            run.with_user(self.accountant).action_confirm()
        self.assertEqual(len(self.untold.sms_ids), 2)
        late = second.line_ids.filtered(lambda line: line.move_id in self.untold)
        self.assertEqual(set(late.mapped("reason")), {"already_told"})

    def test_told_meanwhile_by_hand(self):
        run = self._draft(self.all)
        self._send(self.untold[0])
        run.with_user(self.accountant).action_confirm()
        self.assertEqual(len(self.untold[0].sms_ids), 1)
        self.assertEqual(len(self.untold[1].sms_ids), 1)

    def test_many_go_in_several_drafts(self):
        with patch("odoo.addons.sms_organizer.wizard.organizer_send_all.MOST", 1):
            wizard = self._send_all(self.all)
            self.assertTrue(wizard.is_many)
            first = self._draft(self.all)
            self.assertEqual(first.line_ids.move_id, self.untold[0])
            first.with_user(self.accountant).action_confirm()
            self.assertEqual(self._draft(self.all).line_ids.move_id, self.untold[1])

    def test_a_second_click_opens_the_same_draft(self):
        wizard = self._send_all(self.all)
        self.assertEqual(
            wizard.action_review()["res_id"], wizard.action_review()["res_id"]
        )

    def test_nobody_left(self):
        with self.assertRaisesRegex(UserError, "nothing to send"):
            self._send_all(self.told)

    def test_broken_filter(self):
        moves = self.moves.with_user(self.accountant)
        for broken in ([["nothing", "=", 1]], ["&"], [["id", "is", 3]], "x"):
            with self.assertRaises(UserError):
                moves.organizer_count_to_send(broken)

    def test_filter_shows_no_more_than_its_user_may_read(self):
        other = self.setup_other_company()["company"]
        theirs = self._invoice(company=other)
        self.assertEqual(self._count(self.all | theirs), 2)
        self.assertNotIn(theirs, self._draft(self.all | theirs).line_ids.move_id)
        with self.assertRaisesRegex(UserError, "nothing to send"):
            self._send_all(theirs)

    def test_one_company_at_a_time(self):
        other = self.setup_other_company()["company"]
        theirs = self._invoice(company=other)
        self.accountant.company_ids |= other
        moves = self.moves.with_user(self.accountant).with_context(
            allowed_company_ids=(self.company | other).ids
        )
        with self.assertRaisesRegex(UserError, "several companies"):
            moves.organizer_send_all([["id", "in", (self.all | theirs).ids]])

    def test_company_that_is_ticked_later_is_left_out(self):
        other = self.setup_other_company()["company"]
        self._switch_on(other)
        theirs = self._invoice(company=other)
        both = self.all | theirs
        wizard = self._send_all(both)
        self.accountant.company_ids |= other
        wizard = wizard.with_context(allowed_company_ids=(self.company | other).ids)
        self.assertGreater(wizard.price, 0)
        run = self.env["organizer.run"].browse(wizard.action_review()["res_id"])
        self.assertEqual(run.line_ids.move_id, self.all - self.told)
        wizard.run_id = False
        name = "odoo.addons.sms_organizer.wizard.organizer_send_all.OrganizerSendAll"
        with (
            patch(f"{name}._moves", return_value=both.with_env(wizard.env)),
            self.assertRaisesRegex(UserError, "of one company"),
        ):
            wizard.action_review()

    def test_template_of_another_kind_is_refused(self):
        wizard = self._send_all(self.all)
        wizard.template_id = self._template("customer_debt")
        with self.assertRaises(UserError):
            wizard.action_review()

    def test_queries_of_a_draft_do_not_grow(self):
        moves = self._invoices_of_many(60)
        counts = []
        for some in (moves[:6], moves):
            wizard = self._send_all(some)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard.action_review()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1] - counts[0], 5)

    def test_a_big_draft_goes_in_the_background(self):
        run = self._draft(self.all)
        limit = "odoo.addons.sms_organizer.models.organizer_run_review.AT_ONCE"
        with patch(limit, 1):
            run.with_user(self.accountant).action_confirm()
            self.assertEqual(run.state, "confirmed")
            self._send(self.untold[1])
            while run.sudo()._queue_confirmed():
                pass
        self.assertEqual(len(self.untold.sms_ids), 2)
        self.assertEqual(run.state, "sending")


@tagged("post_install", "-at_install")
class TestDocumentFile(SendToBuyerCommon, HttpCase):
    """The icons that open a PDF and an XML."""

    def setUp(self):
        super().setUp()
        self.move = self._invoice()
        self.accountant.password = "sms_accountant"

    def _open(self, url, login="sms_accountant"):
        self.authenticate(login, login)
        return self.url_open(url)

    def test_pdf_is_made_when_it_is_asked_for(self):
        self.assertFalse(self.move.invoice_pdf_report_id)
        answer = self._open(self.move.document_pdf_url)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertIn("inline", answer.headers["Content-Disposition"])
        self.env.invalidate_all()
        self.assertTrue(self.move.invoice_pdf_report_id)

    def test_what_cannot_be_made_says_so(self):
        report = self.env.registry["ir.actions.report"]
        error = UserError("Unable to find Wkhtmltopdf")
        with patch.object(report, "_pre_render_qweb_pdf", side_effect=error):
            answer = self._open(self.move.document_pdf_url)
        self.assertEqual(answer.status_code, 503)
        self.assertIn(self.move.name, answer.text)
        self.assertIn("could not be made", answer.text)

    def test_xml_where_there_is_or_will_be_one(self):
        if "ubl_cii_xml_id" not in self.moves._fields:
            self.assertFalse(self.move.document_xml_url)
            return
        self.assertEqual(
            bool(self.move.document_xml_url), self.move._document_has_xml()
        )
        self.customer.invoice_edi_format = "ubl_bis3"
        self.env.invalidate_all()
        self.assertTrue(self.move.document_xml_url)
        self.assertTrue(self.move._document_has_xml())

    def test_xml_that_does_not_exist_is_not_found(self):
        self.customer.invoice_edi_format = False
        url = f"/organizer/document/{self.move.id}/xml"
        self.assertEqual(self._open(self.move.document_pdf_url).status_code, 200)
        self.assertEqual(self._open(url).status_code, 404)

    def test_neither_a_stranger_nor_a_draft(self):
        draft = self._invoice(post=False)
        self.assertFalse(draft.document_pdf_url)
        other = self.setup_other_company()["company"]
        theirs = self._invoice(company=other)
        for move in (draft, theirs, self.moves.browse(999999999)):
            for kind in ("pdf", "xml"):
                answer = self._open(f"/organizer/document/{move.id}/{kind}")
                self.assertEqual(answer.status_code, 404)
        mail_new_test_user(self.env, login="nobody_there", password="nobody_there")
        with mute_logger("odoo.http"):
            answer = self._open(self.move.document_pdf_url, "nobody_there")
        self.assertEqual(answer.status_code, 403)

    def test_public(self):
        answer = self.url_open(self.move.document_pdf_url, allow_redirects=False)
        self.assertIn("/web/login", answer.headers["Location"])


@tagged("post_install", "-at_install")
class TestFirstMessages(SendToBuyerCommon):
    def test_domain_of_what_is_to_be_sent_can_be_negated(self):
        move = self._invoice()
        to_send = self.moves._sms_to_send()
        self.assertIn(move, self.moves.search(to_send))
        self.assertNotIn(move, self.moves.search(~Domain(to_send)))
