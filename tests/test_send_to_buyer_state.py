from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from ..models.account_move_delivery import DELIVERIES
from .common import LANDLINE_PL
from .send_to_buyer_common import OTHER, SendToBuyerCommon

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


@tagged("post_install", "-at_install")
class TestSmsState(SendToBuyerCommon):
    """What became of the last SMS: the same when read, searched, sorted, grouped."""

    def setUp(self):
        super().setUp()
        self.expected = self._of_every_state()
        self.mine = [("id", "in", [move.id for move in self.expected])]
        self.env.flush_all()
        self.env.invalidate_all()

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
