from odoo.tests import tagged
from odoo.tools import mute_logger

from .answer_common import AnswerCommon


@tagged("post_install", "-at_install")
class TestLimits(AnswerCommon):
    def test_the_same_twice_is_one(self):
        move = self._invoice(days_overdue=5)
        _link, token = self._sms_link(move)
        for _tap in range(2):
            response = self._answer(token, "question", text="Why?")
            self.assertThanked(response, token, "question")
        self._answer(token, "paid", date=self._day(0))
        self._answer(token, "question", text="Why?")
        self.assertEqual(self.answers.search_count([]), 2)
        self._let_pass(days=1, minutes=1)
        self._answer(token, "question", text="Why?")
        self.assertEqual(self.answers.search_count([]), 3)

    def test_five_a_day(self):
        link, token = self._sms_link()
        for number in range(5):
            response = self._answer(token, "question", text=str(number))
            self.assertEqual(response.status_code, 303)
        response = self._answer(token, "question", text="6")
        self.assertEqual(response.status_code, 429)
        self.assertIn("Please call us", self._text(response))
        self.assertIn("+48 22 123 45 67", self._text(response))
        self.assertEqual(self.answers.search_count([]), 5)
        self._let_pass(days=1, minutes=1)
        response = self._answer(token, "question", text="6")
        self.assertEqual(response.status_code, 303)
        self.assertEqual(link.answer_count, 6)

    def test_twenty_in_all(self):
        link, token = self._sms_link()
        self._answer(token, "question", text="1")
        link.answer_count = 20
        self.assertEqual(self._answer(token, "question", text="2").status_code, 429)
        # who is not the customer can say so all the same
        response = self._answer(token, "wrong-number")
        self.assertThanked(response, token, "wrong-number")

    def _some(self, count, **ago):
        """What the customer has said on earlier links."""
        for number in range(count):
            link, _token = self._debt_link()
            self.answers._take(link, "question", {"text": str(number)})
        self._let_pass(**ago)

    def test_ten_a_day_on_all_links_of_a_customer(self):
        other = self._partner("Other")
        self._invoice(other, days_overdue=3)
        self._some(9)
        _link, token = self._sms_link()
        response = self._answer(token, "question", text="10")
        self.assertThanked(response, token, "question")
        for issued in (token, self._debt_link()[1]):
            response = self._answer(issued, "paid", date=self._day(0))
            self.assertEqual(response.status_code, 429)
            self.assertIn("Please call us", self._text(response))
        self.assertEqual(self.answers.search_count([]), 10)
        # others may, and who is not the customer can say so
        _link, theirs = self._debt_link(other)
        response = self._answer(theirs, "question", text="1")
        self.assertThanked(response, theirs, "question")
        response = self._answer(token, "wrong-number")
        self.assertThanked(response, token, "wrong-number")

    def test_sixty_in_the_life_of_a_link(self):
        for _day in range(6):
            self._some(10, days=2)
        _link, token = self._sms_link()
        response = self._answer(token, "question", text="61")
        self.assertEqual(response.status_code, 429)
        self._let_pass(days=180 - 11)
        response = self._answer(token, "question", text="61")
        self.assertThanked(response, token, "question")

    def test_other_companies_count_by_themselves(self):
        self._some(10)
        other = self.setup_other_company()["company"]
        links = self.env["organizer.link"].with_company(other)
        issued = links._make_for_customers(self.customer, other)[self.customer.id]
        link = links.sudo().browse(issued.link_id)
        self.assertTrue(link._may_answer())

    def test_ten_a_day_about_a_receipt_of_nobody(self):
        receipts = self._receipt_of_nobody(), self._receipt_of_nobody()
        for number in range(10):
            link, _token = self._invoice_link(receipts[0])
            values = {"text": str(number), "move_ids": receipts[0].ids}
            self.answers._take(link, "question", values)
        may = [self._invoice_link(move)[0]._may_answer() for move in receipts]
        self.assertEqual(may, [False, True])

    def _receipt_of_nobody(self):
        move = self._invoice(days_overdue=5, post=False, move_type="out_receipt")
        move.partner_id = False
        move.action_post()
        return move

    def test_counting_ends_at_the_limit_and_has_an_index(self):
        link, _token = self._sms_link()
        self.env.flush_all()
        with self.assertLogs("odoo.sql_db", "DEBUG") as log:
            self.assertTrue(link._may_answer())
        counts = [line for line in log.output if "COUNT(" in line]
        self.assertEqual(len(counts), 3)
        for statement in counts:
            self.assertIn("LIMIT", statement)
        self.env.cr.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = 'organizer_answer'"
        )
        indexes = str(self.env.cr.fetchall())
        self.assertIn("(company_id, partner_id, answered_at)", indexes)

    @mute_logger("odoo.http")
    def test_no_more_than_a_form_holds(self):
        _link, token = self._sms_link()
        for data in ({"text": "x" * 40_000}, b"x" * 40_000):
            response = self._open(f"{token}/answer/question", data=data)
            self.assertEqual(response.status_code, 413)
        response = self._open(
            f"{token}/answer/question", files={"text": ("a.txt", b"Hello")}
        )
        self.assertAsked(response, "text", "Write")
        self.assertFalse(self._last())

    def test_unknown_tokens_and_answers_are_not_found(self):
        _link, token = self._sms_link()
        wrong = self._open("wrongwrong12")
        self.assertEqual(wrong.status_code, 404)
        for path in (
            "wrongwrong12/answer/paid",
            "wrongwrong12/answer/wrong-number/thanks",
            f"{token}/answer/other",
            f"{token}/answer/wrong_number",
            f"{token}/answer/other/thanks",
        ):
            for data in (None, {"date": self._day(0)}):
                if data and path.endswith("thanks"):
                    continue
                response = self._open(path, data=data)
                self.assertEqual(response.status_code, 404, path)
                self.assertEqual(response.content, wrong.content, path)
        self.assertFalse(self._last())

    def test_misses_of_posts_are_counted(self):
        misses = self.env["organizer.stranger"].sudo()
        before = misses.search_count([])
        self._answer("wrongwrong12", "paid", date=self._day(0))
        self._answer("wrongwrong12", "wrong-number")
        self.assertEqual(misses.search_count([]), before + 2)

    def test_thanks_for_nothing_lead_to_the_page(self):
        _link, token = self._sms_link()
        response = self._open(f"{token}/answer/paid/thanks")
        self.assertEqual(response.status_code, 303)
        self.assertEqual(response.headers["Location"], f"/s/{token}")
