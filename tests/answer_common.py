import re
from datetime import timedelta

from lxml import html

from odoo.tests import HttpCase

from ..models import clock
from .common import OrganizerCommon

PHONE = "+48601999888"  # of nobody in the demo data
TOKEN = re.compile(r"/s/([A-Za-z0-9]{12})")


class AnswerCommon(OrganizerCommon, HttpCase):
    """A customer with a link, and a browser without scripts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"name": "Drukarz", "phone": "+48 22 123 45 67"})
        cls.customer.sms_phone = PHONE
        cls.customer.user_id = cls.accountant
        cls.answers = cls.env["organizer.answer"].sudo()
        cls.today = clock.today_of(cls.company)

    def _sms_link(self, moves=None):
        """An SMS about an overdue invoice has arrived.

        :return: (link, token)
        """
        moves = moves or self._invoice(days_overdue=5)
        sms = self._send(moves).line_ids.sms_ids[:1]
        self._pass()
        self.assertEqual(sms.state, "pending")
        return sms.link_id, TOKEN.search(sms.body)[1]

    def _debt_link(self, partner=None):
        """As that of an e-mail: no number got it."""
        links = self.env["organizer.link"]
        partner = partner or self.customer
        issued = links._make_for_customers(partner, self.company)[partner.id]
        return links.sudo().browse(issued.link_id), TOKEN.search(issued.url)[1]

    def _invoice_link(self, move):
        links = move.env["organizer.link"]
        issued = links._make(move)[move.id]
        return links.sudo().browse(issued.link_id), TOKEN.search(issued.url)[1]

    def _open(self, path, **options):
        options.setdefault("headers", {"Accept-Language": "en-US"})
        response = self.url_open(f"/s/{path}", allow_redirects=False, **options)
        self.env.invalidate_all()
        return response

    def _answer(self, token, slug, **form):
        """Send the form.

        :return: the response
        """
        return self._open(f"{token}/answer/{slug}", data=form or {"x": ""})

    def _text(self, response):
        body = html.fromstring(response.text).body
        return " ".join(body.text_content().replace("\xa0", " ").split())

    def _page(self, path):
        """The words of a page that is there."""
        response = self._open(path)
        self.assertEqual(response.status_code, 200)
        return self._text(response)

    def _day(self, days):
        return str(self.today + timedelta(days=days))

    def _last(self):
        return self.answers.search([], limit=1, order="id desc")

    def _let_pass(self, **delta):
        for answer in self.answers.search([]):
            answer.answered_at -= timedelta(**delta)
        self.env.flush_all()

    def _activities(self, record=None):
        return (record or self.customer).activity_ids

    def _notes(self, record):
        """The words of the notes that came with answers."""
        notes = record.message_ids & self.answers.search([]).note_ids
        return " ".join(str(note.body) for note in notes)

    def assertThanked(self, response, token, slug):
        self.assertEqual(response.status_code, 303, response.text[-500:])
        path = f"/s/{token}/answer/{slug}/thanks"
        self.assertEqual(response.headers["Location"], path)

    def assertAsked(self, response, name, words):
        """Asked once more, with the error at the field, and nothing lost."""
        self.assertEqual(response.status_code, 422)
        page = html.fromstring(response.text)
        self.assertIn(words, page.get_element_by_id(f"{name}-error").text_content())
        [summary] = page.find_class("errors")
        self.assertIn(words, summary.text_content())
        self.assertEqual(summary.get("tabindex"), "-1")
        self.assertTrue(page.xpath(f"//div[@id='errors']//a[@href='#{name}']"))
        marked = page.xpath("//*[@aria-invalid='true']")
        self.assertEqual({one.get("name") for one in marked}, {name})
        return page
