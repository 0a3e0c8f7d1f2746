from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.organizer_link_answer import SLUGS
from ..models.organizer_link_limits import MOST_IN_ALL
from ..models.organizer_stranger import MISSES
from .answer_common import AnswerCommon
from .axe_common import AxeCase


class AnswersAccess:
    """Everybody can answer: with a screen reader, by keyboard, on a small screen."""

    def test_forms_and_thanks(self):
        _link, token = self._sms_link()
        said = {
            "paid": {"date": self._day(0)},
            "promise": {"date": self._day(3)},
            "question": {"text": "Why?"},
            "wrong-number": {},
        }
        self.assertEqual(set(said), set(SLUGS.values()))
        for slug, form in said.items():
            self.assert_accessible(f"/s/{token}/answer/{slug}")
            self.assertThanked(self._answer(token, slug, **form), token, slug)
            self.assert_accessible(f"/s/{token}/answer/{slug}/thanks")

    def test_forms_with_a_choice_of_invoices(self):
        for days in (2, 5):
            self._invoice(days_overdue=days)
        _link, token = self._debt_link()
        for slug in ("paid", "question"):
            self.assert_accessible(f"/s/{token}/answer/{slug}")

    def test_forms_that_were_filled_in_wrongly(self):
        for days in (2, 5):
            self._invoice(days_overdue=days)
        _link, token = self._debt_link()
        for slug in ("paid", "promise", "question"):
            page = self._answer(token, slug)
            self.assertEqual(page.status_code, 422)
            self.assert_accessible(f"/s/{token}/answer/{slug}", page.text)

    def test_the_page_says_what_was_told(self):
        _link, token = self._sms_link()
        self._answer(token, "promise", date=self._day(3))
        self._answer(token, "question", text="Why?")
        self.assertIn("Your question of", self._page(token))
        self.assert_accessible(f"/s/{token}")

    def test_too_many_answers(self):
        link, token = self._sms_link()
        link.answer_count = MOST_IN_ALL
        page = self._answer(token, "question", text="Why?")
        self.assertEqual(page.status_code, 429)
        self.assert_accessible(f"/s/{token}/answer/question", page.text)

    def test_too_many_promises(self):
        _link, token = self._sms_link()
        for days in (1, 2, 3):
            self._answer(token, "promise", date=self._day(days))
        self.assertIn("Please call us", self._page(f"{token}/answer/promise"))
        self.assert_accessible(f"/s/{token}/answer/promise")

    def test_too_many_wrong_addresses(self):
        strangers = self.env["organizer.stranger"].sudo()
        for _number in range(MISSES):
            strangers._note_miss("127.0.0.1")
        self.assertEqual(self._open("a" * 12).status_code, 429)
        self.assert_accessible("/s/" + "a" * 12)

    def test_the_second_page_of_many_invoices(self):
        for _number in range(25):
            self._invoice(days_overdue=3)
        _link, token = self._debt_link()
        self.assertIn("Page 2 of 2", self._page(f"{token}?page=2"))
        self.assert_accessible(f"/s/{token}?page=2")


@tagged("post_install", "-at_install")
class TestAnswersAccessOnDesktop(AnswersAccess, AnswerCommon, AxeCase):
    browser_size = "1366x768"


@tagged("post_install", "-at_install")
class TestAnswersAccessOnPhone(AnswersAccess, AnswerCommon, AxeCase):
    browser_size = "390x844"
    touch_enabled = True


@tagged("post_install", "-at_install")
class TestAnotherPage(AnswerCommon, AxeCase):
    def test_is_not_judged_in_the_place_of_the_one_asked_for(self):
        _link, token = self._sms_link()
        # the browser's words are logged
        self.enterContext(mute_logger(f"{self._logger.name}.browser"))
        with self.assertRaisesRegex(AssertionError, "another page"):
            self.assert_accessible(f"/s/{token}/answer/paid/thanks")
