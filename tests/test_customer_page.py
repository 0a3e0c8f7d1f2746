import re
from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..models.organizer_link_customer import PAGE_SIZE
from .document_common import DocumentLinkCommon

KEY = re.compile(r"/s/[A-Za-z0-9]{12}/([0-9a-f]{10})/pdf")


class CustomerLinkCommon(DocumentLinkCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create(
            {"name": "Drukarnia", "is_company": True, "lang": "en_US"}
        )

    def _bill(self, days_overdue=0, amount=100, partner=None, **values):
        due = fields.Date.today() - timedelta(days=days_overdue)
        return self._new_invoice(
            partner_id=(partner or self.customer).id,
            invoice_date=due - timedelta(days=14),
            invoice_date_due=due,
            invoice_line_ids=[
                (0, 0, {"name": "Tea", "price_unit": amount, "tax_ids": []})
            ],
            **values,
        )

    def _customer_link(self, partner=None, company=None):
        """Return the link (sudo) and its token."""
        partner = partner or self.customer
        links = self.env["organizer.link"]
        issued = links._make_for_customers(partner, company or self.env.company)
        issued = issued[partner.id]
        return links.sudo().browse(issued.link_id), issued.url.rpartition("/")[2]

    def _balance(self, partner=None):
        """``{currency: balance}`` as the debtors' list has it."""
        self.env.flush_all()
        debtors = self.env["organizer.debtor"].sudo()
        debtors.invalidate_model()
        found = debtors.search(
            [
                ("partner_id", "=", (partner or self.customer).id),
                ("company_id", "=", self.env.company.id),
            ]
        )
        return {one.currency_id.id: one.balance for one in found}

    def _pay(self, move, amount):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"amount": amount})._create_payments()


@tagged("post_install", "-at_install")
class TestCustomerLink(CustomerLinkCommon):
    """What a customer's link shows, without the page."""

    def _shown(self, link):
        return link.with_context(lang="en_US")._documents()

    def test_a_link_each_in_one_statement(self):
        contact = self.env["res.partner"].create(
            {"name": "Zofia", "parent_id": self.customer.id}
        )
        partners = self.customer | contact | self.partner_b
        links = self.env["organizer.link"]
        issued = links._make_for_customers(partners, self.env.company)
        self.assertEqual(len({one.url for one in issued.values()}), 3)
        link = links.sudo().browse(issued[contact.id].link_id)
        self.assertEqual(link.partner_id, self.customer)
        self.assertEqual(link.company_id, self.env.company)
        self.assertFalse(link.move_id)
        self.assertEqual(link.display_name, "Drukarnia")

    def test_queries_do_not_grow_with_the_number_of_customers(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(300)]
        )
        counts = []
        for some in (partners[:1], partners[:2], partners):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["organizer.link"]._make_for_customers(some, self.env.company)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
        self.assertLessEqual(counts[2], 6)

    def test_open_invoices_of_the_customer_and_its_contacts_oldest_first(self):
        contact = self.env["res.partner"].create(
            {"name": "Zofia", "parent_id": self.customer.id}
        )
        young = self._bill(-5)
        old = self._bill(30, partner=contact)
        receipt = self._bill(3, move_type="out_receipt")
        paid = self._bill(10)
        self._pay(paid, 100)
        link, _token = self._customer_link()
        self.assertEqual(self._shown(link).ids, (old | receipt | young).ids)

    def test_nothing_but_what_is_posted_and_theirs(self):
        shown = self._bill(5)
        draft, cancelled = self._bill(5), self._bill(5)
        (draft | cancelled).button_draft()
        cancelled.button_cancel()
        self._bill(5, partner=self.partner_b)
        other = self.setup_other_company()["company"]
        journals = self.env["account.journal"].search(
            [("company_id", "=", other.id), ("type", "=", "sale")], limit=1
        )
        self._bill(5, company_id=other.id, journal_id=journals.id)
        link, _token = self._customer_link()
        self.assertEqual(self._shown(link), shown)
        theirs, _token = self._customer_link(company=other)
        self.assertEqual(len(self._shown(theirs)), 1)
        self.assertNotEqual(self._shown(theirs), shown)

    def test_total_is_the_balance_of_the_debtor(self):
        self._bill(5, 300)
        self._pay(self._bill(-3, 200), 50)
        self._bill(2, 70, move_type="out_refund")
        self._on_account(30)
        link, _token = self._customer_link()
        (total,) = link._open_totals()
        self.assertEqual({total.currency_id: total.balance}, self._balance())
        self.assertAlmostEqual(total.balance, 350)
        self.assertAlmostEqual(total.billed, 450)
        self.assertAlmostEqual(total.credit, 100)
        self.assertEqual(total.documents, 2)

    def test_total_of_each_currency_and_of_what_is_no_invoice(self):
        euro = self.setup_other_currency("EUR")
        self._bill(5, 300)
        self._bill(5, 80, currency_id=euro.id)
        self._opening_balance(40)
        link, _token = self._customer_link()
        totals = link._open_totals()
        self.assertEqual(
            {total.currency_id: total.balance for total in totals}, self._balance()
        )
        own = next(one for one in totals if one.currency_id != euro.id)
        self.assertAlmostEqual(own.other, 40)
        self.assertAlmostEqual(own.balance, 340)

    def _on_account(self, amount):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "amount": amount,
            }
        )
        payment.action_post()
        if not payment.move_id:  # no journal entry before it is matched
            account = self.customer.property_account_receivable_id
            self._entry(account, -amount)

    def _opening_balance(self, amount):
        self._entry(self.customer.property_account_receivable_id, amount)

    def _entry(self, account, amount):
        counterpart = self.company_data["default_account_revenue"]
        lines = [(account, amount), (counterpart, -amount)]
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "account_id": one.id,
                            "partner_id": self.customer.id,
                            "balance": balance,
                        },
                    )
                    for one, balance in lines
                ],
            }
        )
        move.action_post()

    def test_archived_customer_still_owes(self):
        bill = self._bill(5)
        link, token = self._customer_link()
        self.customer.active = False
        self.assertEqual(self.env["organizer.link"]._find(token), link)
        self.assertEqual(self._shown(link), bill)

    def test_deleted_customer_s_link_goes_with_it(self):
        passing = self.env["res.partner"].create({"name": "Passing"})
        link, token = self._customer_link(passing)
        self.env.flush_all()
        passing.unlink()
        self.assertFalse(link.exists())
        self.assertFalse(self.env["organizer.link"]._find(token))

    def test_merged_customer_s_link_does_not_show_what_the_other_owes(self):
        double = self.env["res.partner"].create({"name": "Druk.", "is_company": True})
        bill = self._bill(5, partner=double)
        link, token = self._customer_link(double)
        kept, kept_token = self._customer_link()
        _link, bill_token = self._make_link(bill)
        self.env.flush_all()
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.customer | double).ids, self.customer)
        self.env.invalidate_all()
        links = self.env["organizer.link"]
        self.assertFalse(links._find(token))
        self.assertTrue(link.revoked)
        self.assertEqual(links._find(kept_token), kept)
        self.assertEqual(self._shown(kept), bill)
        self.assertTrue(links._find(bill_token))

    def test_link_of_who_became_a_contact_does_not_show_the_others(self):
        holding = self.env["res.partner"].create({"name": "H", "is_company": True})
        self._bill(5, partner=holding)
        person = self.env["res.partner"].create({"name": "Jan"})
        _link, token = self._customer_link(person)
        self.assertTrue(self.env["organizer.link"]._find(token))
        person.parent_id = holding
        self.assertFalse(self.env["organizer.link"]._find(token))

    def test_keys_say_nothing_and_belong_to_one_link(self):
        bill = self._bill(5)
        link, _token = self._customer_link()
        again, _token = self._customer_link()
        key = link._document_key(bill.id)
        self.assertRegex(key, r"^[0-9a-f]{10}$")
        self.assertNotEqual(key, again._document_key(bill.id))
        self.assertEqual(link._document_of(key), bill)
        for wrong in (again._document_key(bill.id), "", key[:-1], str(bill.id)):
            self.assertFalse(link._document_of(wrong), wrong)
        self._pay(bill, 100)
        self.assertFalse(link._document_of(key))

    def test_one_invoice_s_link_is_no_customer_s(self):
        link, _token = self._make_link(self._bill(5))
        self.assertFalse(link._is_of_customer())
        self.assertFalse(link._document_of(link._document_key(link.move_id.id)))


@tagged("post_install", "-at_install")
class TestCustomerPage(CustomerLinkCommon, HttpCase):
    def _open(self, path, **options):
        options.setdefault("headers", {"Accept-Language": "en-US"})
        return self.url_open(f"/s/{path}", allow_redirects=False, **options)

    def _page(self, path):
        response = self._open(path)
        self.assertEqual(response.status_code, 200)
        self.assertLess(len(response.content), 50_000)
        return html.fromstring(response.text)

    def _text(self, page):
        return " ".join(page.body.text_content().replace("\xa0", " ").split())

    def test_page_says_who_owes_what_and_since_when(self):
        old, young = self._bill(30, 200), self._bill(-7, 50)
        refund = self._bill(0, 30, move_type="out_refund")
        _link, token = self._customer_link()
        page = self._page(token)
        text = self._text(page)
        for words in (
            "Tea & Sons Drukarnia Total due $ 220.00",
            "Invoices $ 250.00",
            "Credit and payments $ -30.00",
            f"Invoice {old.name} $ 200.00 Overdue Due ",
            "30 days ago",
            "in 7 days",
        ):
            self.assertIn(words, text)
        self.assertLess(text.index(old.name), text.index(young.name))
        self.assertNotIn(refund.name, text)
        badges = page.findall(".//li//span")
        self.assertEqual([one.text for one in badges], ["Overdue"])

    def test_nothing_to_pay_is_said_with_thanks(self):
        bill = self._bill(5)
        _link, token = self._customer_link()
        self._pay(bill, 100)
        text = self._text(self._page(token))
        self.assertIn("Nothing to pay. Thank you.", text)
        for words in ("Total", "Open invoices", "PDF", "Pay all"):
            self.assertNotIn(words, text)

    def test_credit_that_is_more_than_the_debt_is_in_their_favour(self):
        self._bill(5, 100)
        self._bill(0, 130, move_type="out_refund")
        _link, token = self._customer_link()
        self.assertIn("In your favour $ 30.00", self._text(self._page(token)))

    def test_disputed_invoice_is_under_discussion_and_not_in_red(self):
        bill = self._bill(40, 70)
        receivable = bill.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        receivable.no_followup = True
        _link, token = self._customer_link()
        page = self._page(token)
        self.assertIn("Under discussion $ -70.00", self._text(page))
        self.assertIn("Under discussion", self._text(page.find(".//main").getparent()))
        self.assertFalse(page.find_class("late"))
        self.assertNotIn("Overdue", self._text(page))

    def test_twenty_on_a_page_and_links_to_the_others(self):
        self.env.company.name = "ბეჭდვა " * 12
        bills = [self._bill(days, 10 + days) for days in range(2 * PAGE_SIZE + 5)]
        _link, token = self._customer_link()
        seen = []
        for number, count in ((1, PAGE_SIZE), (2, PAGE_SIZE), (3, 5)):
            page = self._page(f"{token}?page={number}")
            rows = page.find_class("bills")[0].findall("li")
            self.assertEqual(len(rows), count)
            seen += [row.find(".//h3").text for row in rows]
            self.assertIn(f"Page {number} of 3", self._text(page))
        self.assertEqual(seen, [f"Invoice {bill.name}" for bill in reversed(bills)])
        hrefs = [one.get("href") for one in page.xpath("//nav[@class='pages']/a")]
        self.assertEqual(hrefs, [f"/s/{token}?page=2"])
        for wrong, right in (("0", 1), ("-1", 1), ("x", 1), ("99", 3), ("9" * 40, 1)):
            text = self._text(self._page(f"{token}?page={wrong}"))
            self.assertIn(f"Page {right} of 3", text)

    def test_queries_of_a_page_do_not_grow_with_what_is_open(self):
        self._bill(1)
        link, _token = self._customer_link()
        link = link.with_context(lang="en_US")
        counts = []
        for more in (1, 2, PAGE_SIZE - 4):
            for number in range(more):
                self._bill(number)
            link._customer_page_values(1)  # warms the caches
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            link._customer_page_values(1)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2], counts)

    def test_each_document_has_its_pdf_under_its_key(self):
        bills = self._bill(9) | self._bill(3)
        _link, token = self._customer_link()
        keys = KEY.findall(self._open(token).text)
        self.assertEqual(len(keys), 2)
        for key, bill in zip(keys, bills, strict=True):
            response = self._open(f"{token}/{key}/pdf")
            self.assertEqual(response.status_code, 200)
            self.assertEqual(response.headers["Content-Type"], "application/pdf")
            self.assertIn(
                bill._get_invoice_legal_documents("pdf")["filename"],
                response.headers["Content-Disposition"],
            )

    def test_pdf_that_cannot_be_made_yet_leads_back_to_the_page(self):
        self._bill(9)
        _link, token = self._customer_link()
        (key,) = KEY.findall(self._open(token).text)
        with self._broken_report():
            response = self._open(f"{token}/{key}/pdf")
        self.assertEqual(response.status_code, 503)
        self.assertIn("being prepared", response.text)
        self.assertIn("Drukarnia", response.text)

    def test_pay_leads_to_the_invoice_s_own_payment(self):
        bill = self._bill(9)
        _link, token = self._customer_link()
        (key,) = KEY.findall(self._open(token).text)
        move = self.env.registry["account.move"]
        with patch.object(move, "_documents_payable", lambda self: self):
            self.assertIn(f"/s/{token}/{key}/pay", self._open(token).text)
            response = self._open(f"{token}/{key}/pay")
        self.assertEqual(response.status_code, 303)
        self.assertIn(f"/my/invoices/{bill.id}?", response.headers["Location"])
        with patch.object(move, "_documents_payable", lambda self: self.browse()):
            self.assertNotIn("/pay", self._open(token).text)
            self.assertLedBack(self._open(f"{token}/{key}/pay"), token)

    def test_who_has_paid_is_led_back_and_not_told_that_there_is_nothing(self):
        bill = self._bill(9)
        _link, token = self._customer_link()
        (key,) = KEY.findall(self._open(token).text)
        self._pay(bill, 100)
        misses = self.env["organizer.stranger"].search_count([])
        for path in ("pdf", "xml", "pay"):
            self.assertLedBack(self._open(f"{token}/{key}/{path}"), token)
        self.assertEqual(self.env["organizer.stranger"].search_count([]), misses)

    def assertLedBack(self, response, token):
        self.assertEqual(response.status_code, 303)
        self.assertTrue(response.headers["Location"].endswith(f"/s/{token}"))
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")

    def test_page_speaks_the_customer_s_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.customer.lang = "pl_PL"
        self._bill(5, 12345.5)
        _link, token = self._customer_link()
        response = self._open(token)
        self.assertEqual(response.headers["Content-Language"], "pl")
        self.assertRegex(self._text(html.fromstring(response.text)), "12 ?345,50")
        self.assertIn("5 dni temu", response.text)

    def test_paths_of_one_invoice_are_not_found_here(self):
        self._bill(5)
        _link, token = self._customer_link()
        for path in ("pdf", "xml", "pay", "0123456789/pdf"):
            self.assertLedBack(self._open(f"{token}/{path}"), token)
        for path in ("html", "0123456789/html"):
            self.assertEqual(self._open(f"{token}/{path}").status_code, 404, path)

    def test_head_tells_previews_nothing_but_who_sends(self):
        bill = self._bill(5, 4321)
        for token in (self._customer_link()[1], self._make_link(bill)[1]):
            head = html.fromstring(self._open(token).text).find("head")
            metas = {
                one.get("property") or one.get("name"): one.get("content")
                for one in head.iter("meta")
            }
            self.assertEqual(metas["og:title"], "A document from Tea & Sons")
            self.assertEqual(metas["og:site_name"], "Tea & Sons")
            self.assertEqual(metas["og:description"], metas["description"])
            self.assertNotIn("og:image", metas)
            said = " ".join(head.xpath(".//title/text()|.//meta/@content"))
            for secret in ("4,321", "4321", "$", bill.name, "Drukarnia", token):
                self.assertNotIn(secret, said)

    def test_page_has_headings_in_order_and_no_script(self):
        self._bill(5)
        _link, token = self._customer_link()
        page = self._page(token)
        self.assertFalse(page.findall(".//script"))
        headings = [one.tag for one in page.iter("h1", "h2", "h3")]
        # what is open, an invoice, what can be answered
        self.assertEqual(headings, ["h1", "h2", "h3", "h2"])
        self.assertEqual(page.find(".//h1").text, "Drukarnia")
