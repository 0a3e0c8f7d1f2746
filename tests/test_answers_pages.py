from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.tests import tagged

from ..models import clock
from .answer_common import AnswerCommon


@tagged("post_install", "-at_install")
class TestPages(AnswerCommon):
    """Each page: for a phone, without scripts, cookies and traces."""

    def _all(self):
        """``{path: response}`` of every page and answer there is."""
        _link, token = self._sms_link()
        self._debt = self._debt_link()[1]
        form = f"{token}/answer"
        pages = {
            path: self._open(path)
            for path in (
                token,
                f"{form}/paid",
                f"{form}/promise",
                f"{form}/question",
                f"{form}/wrong-number",
                f"{self._debt}/answer/paid",
            )
        }
        pages["wrong"] = self._answer(token, "question", text="")
        for number in range(6):
            pages[f"taken {number}"] = self._answer(token, "question", text=f"{number}")
        pages["thanks"] = self._open(f"{form}/question/thanks")
        pages["disowned"] = self._answer(token, "wrong-number")
        pages["goodbye"] = self._open(f"{form}/wrong-number/thanks")
        return pages

    def test_nothing_is_kept_run_or_told_to_others(self):
        for path, response in self._all().items():
            with self.subTest(path):
                headers = response.headers
                self.assertNotIn("Set-Cookie", headers)
                self.assertEqual(headers["Cache-Control"], "no-store")
                self.assertEqual(headers["Referrer-Policy"], "no-referrer")
                self.assertIn("noindex", headers["X-Robots-Tag"])
                self.assertLess(len(response.content), 50_000)
                self.assertNotIn("<script", response.text)
                if response.status_code == 303:
                    continue
                policy = headers["Content-Security-Policy"]
                self.assertTrue(policy.startswith("default-src 'none'"))
                has_form = "<form" in response.text
                allowed = "form-action 'self'" if has_form else "form-action 'none'"
                self.assertIn(allowed, policy)

    def test_who_is_logged_in_is_nobody_else(self):
        _link, token = self._sms_link()
        self.authenticate(self.accountant.login, self.accountant.login)
        self._answer(token, "question", text="Why?")
        self.assertEqual(self._last().create_uid, self.env.ref("base.user_root"))
        self.assertEqual(self._last().note_ids.author_id, self.customer)

    def test_every_field_has_a_label_and_its_error(self):
        _link, token = self._sms_link()
        self._invoice(days_overdue=2)
        debt = self._debt_link()[1]
        for response in (
            self._open(f"{token}/answer/paid"),
            self._open(f"{debt}/answer/paid"),
            self._answer(debt, "paid"),
            self._answer(debt, "question"),
            self._answer(token, "promise"),
        ):
            self._check_labels(response)

    def _check_labels(self, response):
        page = html.fromstring(response.text)
        self.assertEqual(page.get("lang"), "en")
        self.assertEqual(len(page.xpath("//h1")), 1)
        ids = page.xpath("//@id")
        self.assertEqual(len(ids), len(set(ids)))
        for field in page.xpath("//input|//textarea"):
            labels = page.xpath(f"//label[@for='{field.get('id')}']")
            self.assertTrue(labels or field.getparent().tag == "label")
            for id_ in (field.get("aria-describedby") or "").split():
                self.assertIn(id_, ids)
        for link in page.xpath("//a[starts-with(@href, '#')]/@href"):
            self.assertIn(link[1:], ids)

    def test_the_dates_of_the_calendar(self):
        _link, token = self._sms_link()
        for slug, first, last in (("paid", -365, 1), ("promise", 0, 30)):
            page = html.fromstring(self._open(f"{token}/answer/{slug}").text)
            field = page.get_element_by_id("date")
            self.assertEqual(field.get("type"), "date")
            self.assertEqual(field.get("min"), self._day(first))
            self.assertEqual(field.get("max"), self._day(last))

    def test_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.customer.lang = "pl_PL"
        _link, token = self._sms_link()
        self._answer(token, "promise", date=self._day(3))
        response = self._open(f"{token}/answer/promise/thanks")
        self.assertEqual(response.headers["Content-Language"], "pl")
        self.assertEqual(self._last().lang, "pl_PL")
        day = fields.Date.to_date(self._day(3))
        self.assertIn(str(day.year), self._text(response))
        # what is told to the seller is in the seller's words
        self.assertIn("The customer will pay by", self._notes(self.customer))

    def test_what_is_written_stays_out_of_the_log(self):
        _link, token = self._sms_link()
        with self.assertLogs("werkzeug") as log:
            self._answer(token, "question", text="My secret")
        self.assertNotIn(token, "".join(log.output))
        self.assertNotIn("secret", "".join(log.output))

    def test_today_is_that_of_the_seller(self):
        self.company.partner_id.tz = "Pacific/Kiritimati"
        _link, token = self._sms_link()
        today = clock.today_of(self.company)
        response = self._answer(token, "promise", date=str(today - timedelta(days=1)))
        self.assertAsked(response, "date", "This day is over")
        response = self._answer(token, "promise", date=str(today))
        self.assertThanked(response, token, "promise")
