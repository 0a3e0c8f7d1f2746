from odoo.tests import tagged

from .answer_common import AnswerCommon


@tagged("post_install", "-at_install")
class TestSeveral(AnswerCommon):
    """Of the page with all that a customer owes, one is asked which is meant."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moves = cls.env["account.move"].union(
            *(cls._invoice(days_overdue=days) for days in (9, 5, 2))
        )
        cls.stranger = cls._invoice(cls._partner("Stranger"), days_overdue=3)

    def test_some_all_or_none(self):
        link, token = self._debt_link()
        form = self._open(f"{token}/answer/question").text
        for move in self.moves:
            self.assertIn(move.name, form)
            self.assertIn(link._document_key(move.id), form)
            self.assertNotIn(f'value="{move.id}"', form)
        response = self._answer(token, "question", text="Why?")
        page = self.assertAsked(response, "invoice", "Tick the invoices")
        self.assertEqual(page.get_element_by_id("text").value, "Why?")
        keys = [link._document_key(move.id) for move in self.moves[:2]]
        self._answer(token, "question", text="Why?", invoice=keys)
        self.assertEqual(self._last().move_ids, self.moves[:2])
        self.assertEqual(self.moves.mapped("no_followup"), [True, True, False])
        self._answer(token, "paid", date=self._day(0), invoice="all")
        self.assertEqual(self._last().move_ids, self.moves)
        self.assertIn("all that is open (3 invoices)", self._notes(self.customer))

    def test_keys_of_other_links_and_invoices_are_none(self):
        link, token = self._debt_link()
        other, _token = self._debt_link()
        for key in (
            other._document_key(self.moves[0].id),
            link._document_key(self.stranger.id),
            self.moves[0].id,
            "",
        ):
            response = self._answer(token, "question", text="Why?", invoice=key)
            self.assertAsked(response, "invoice", "Tick")
        self.assertFalse(self._last())

    def test_a_promise_is_about_all(self):
        _link, token = self._debt_link()
        self.assertNotIn("checkbox", self._open(f"{token}/answer/promise").text)
        self._answer(token, "promise", date=self._day(2))
        self.assertEqual(self._last().move_ids, self.moves)

    def test_hundreds_fit_on_the_page(self):
        for _number in range(60):
            self._invoice(days_overdue=1)
        _link, token = self._debt_link()
        response = self._open(f"{token}/answer/question")
        self.assertLess(len(response.content), 50_000)
        self.assertEqual(response.text.count("checkbox"), 51)
        self._answer(token, "question", text="Why?", invoice="all")
        self.assertEqual(len(self._last().move_ids), 63)
        # a note each would be too many
        self.assertEqual(len(self._last().note_ids), 1)

    def test_by_e_mail_there_is_no_number_to_be_wrong(self):
        _link, token = self._debt_link()
        self.assertNotIn("Not my number", self._page(token))
        response = self._answer(token, "wrong-number")
        self.assertEqual(response.headers["Location"], f"/s/{token}")
        self.assertFalse(self._last())

    def test_queries_do_not_depend_on_how_many_there_are(self):
        link, _token = self._debt_link()

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            link._answer_values()
            return self.env.cr.sql_log_count - before

        self._take_some(link)
        few = queries()
        for _number in range(20):
            self._invoice(days_overdue=1)
        self._take_some(link)
        self.assertLessEqual(queries(), few)
        self.assertLess(few, 25)

    def _take_some(self, link):
        moves = link._documents()
        for kind in ("question", "paid"):
            values = {
                "move_ids": moves.ids,
                "date": self.today,
                "text": str(len(moves)),
            }
            self.answers._take(link, kind, values)
