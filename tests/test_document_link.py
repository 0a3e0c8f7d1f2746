import hashlib
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .document_common import DocumentLinkCommon

TOKEN_LENGTH = 12


@tagged("post_install", "-at_install")
class TestDocumentLink(DocumentLinkCommon):
    def test_each_invoice_gets_one_link_on_the_seller_s_address(self):
        moves = self.invoice | self._new_invoice()
        issued = self.env["organizer.link"]._make(moves)
        self.assertEqual(list(issued), moves.ids)
        base = self.env.company.get_base_url()
        for move in moves:
            link = self.env["organizer.link"].browse(issued[move.id].link_id)
            self.assertEqual(link.move_id, move)
            self.assertEqual(link.partner_id, move.partner_id)
            self.assertEqual(link.company_id, move.company_id)
            self.assertRegex(
                issued[move.id].url.removeprefix(base), r"^/s/[A-Za-z0-9]{12}$"
            )

    def test_tokens_are_long_and_all_different(self):
        tokens = {self.env["organizer.link"]._new_token() for _i in range(1000)}
        self.assertEqual(len(tokens), 1000)
        self.assertEqual({len(token) for token in tokens}, {TOKEN_LENGTH})
        self.assertGreater(len(set("".join(tokens))), 60, "of 62 letters and digits")

    def test_database_keeps_only_the_hash(self):
        link, token = self._make_link()
        self.assertEqual(link.token_hash, hashlib.sha256(token.encode()).hexdigest())
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT to_jsonb(l)::text FROM organizer_link l WHERE id = %s", [link.id]
        )
        self.assertNotIn(token, self.env.cr.fetchone()[0])

    def test_nobody_reads_or_searches_the_hash_over_rpc(self):
        link, _token = self._make_link()
        link_as_user = link.with_user(self.administrator)
        self.assertNotIn("token_hash", link_as_user.read()[0])
        with self.assertRaises(AccessError):
            link_as_user.search([("token_hash", "=", link.token_hash)])

    def test_message_without_a_link_to_make_makes_none(self):
        self.assertEqual(self.env["organizer.link"]._make(self.invoice.browse()), {})

    def test_sample_is_as_long_as_a_real_link(self):
        links = self.env["organizer.link"]
        for own in ("", "https://s.pl/", "https://a-longer.example.com"):
            self._set_param("link_base_url", own)
            sample = links._sample_url(self.env.company)
            real = links._make(self.invoice)[self.invoice.id].url
            self.assertEqual(len(sample), len(real))
            self.assertEqual(sample.rpartition("/")[0], real.rpartition("/")[0])

    def test_own_address_is_used_without_a_doubled_slash(self):
        self._set_param("link_base_url", "https://pay.example.com/")
        url = self.env["organizer.link"]._make(self.invoice)[self.invoice.id].url
        self.assertTrue(url.startswith("https://pay.example.com/s/"), url)

    def test_queries_do_not_grow_with_the_number_of_invoices(self):
        few = self.env["account.move"].union(*(self._new_invoice() for _i in range(2)))
        many = self.env["account.move"].union(*(self._new_invoice() for _i in range(9)))
        self.env["organizer.link"]._make(self.invoice)  # warms the caches
        self.assertEqual(self._queries_of_make(few), self._queries_of_make(many))

    def _queries_of_make(self, moves):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["organizer.link"]._make(moves)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    # -------------------------------------------------------------------------
    # OPENING
    # -------------------------------------------------------------------------

    def test_token_opens_its_own_link(self):
        link, token = self._make_link()
        other, _token = self._make_link(self._new_invoice())
        self.assertEqual(self.env["organizer.link"]._find(token), link)
        self.assertNotEqual(link, other)

    def test_anything_else_opens_nothing(self):
        link, token = self._make_link()
        swapped = token.swapcase()
        altered = token[:-1] + ("b" if token[-1] == "a" else "a")
        for wrong in (
            *("", token[:-1], token + "a", token + "\n", " " + token, altered, swapped),
            *(str(link.id), link.token_hash, "../../../etc", "ą" * 12, "１" * 12),
            *("%" * 12, "x" * 10_000, "\x00" * 12),
        ):
            self.assertFalse(self.env["organizer.link"]._find(wrong), repr(wrong))

    def test_link_opens_for_as_many_days_as_set(self):
        self._set_param("link_validity_days", "30")
        link, token = self._make_link()
        days = (link.expires_on - fields.Datetime.now()).total_seconds() / 86400
        self.assertAlmostEqual(days, 30, delta=0.01)
        link.expires_on = fields.Datetime.now() - timedelta(seconds=1)
        self.assertFalse(self.env["organizer.link"]._find(token))

    def test_link_opens_for_half_a_year_where_nothing_usable_is_set(self):
        for value in ("", "0", "-5", "soon"):
            self._set_param("link_validity_days", value)
            self.assertEqual(self.env["organizer.link"]._validity_days(), 180, value)

    def test_draft_or_cancelled_invoice_is_not_shown(self):
        _link, token = self._make_link()
        self.invoice.button_draft()
        self.assertFalse(self.env["organizer.link"]._find(token))
        self.invoice.action_post()
        self.assertTrue(self.env["organizer.link"]._find(token))
        self.invoice.button_draft()
        self.invoice.button_cancel()
        self.assertFalse(self.env["organizer.link"]._find(token))

    def test_vendor_bill_is_not_shown(self):
        bill = self._new_invoice("in_invoice")
        _link, token = self._make_link(bill)
        self.assertFalse(self.env["organizer.link"]._find(token))

    # -------------------------------------------------------------------------
    # WHO MAY DO WHAT
    # -------------------------------------------------------------------------

    def test_administrator_revokes_and_the_link_is_closed(self):
        link, token = self._make_link()
        link.with_user(self.administrator).action_revoke()
        self.assertTrue(link.revoked)
        self.assertFalse(self.env["organizer.link"]._find(token))

    def test_accountant_reads_links_and_changes_none(self):
        link, _token = self._make_link()
        accountant = self._new_accountant()
        link_as_user = link.with_user(accountant)
        self.assertEqual(link_as_user.move_id, self.invoice)
        for attempt in (
            lambda: link_as_user.action_revoke(),
            lambda: link_as_user.write({"revoked": True}),
            lambda: link_as_user.unlink(),
            lambda: link_as_user.create({"move_id": self.invoice.id}),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_administrator_changes_a_link_by_revoking_only(self):
        link, _token = self._make_link()
        with self.assertRaises(AccessError):
            link.with_user(self.administrator).write({"move_id": self.invoice.id})

    def test_links_of_other_companies_are_not_listed(self):
        other = self.setup_other_company()["company"]
        accountant = self._new_accountant(company_id=other.id, company_ids=other.ids)
        link, _token = self._make_link()
        self.assertNotIn(link, link.with_user(accountant).search([]))

    def test_accountant_makes_links(self):
        accountant = self._new_accountant()
        issued = (
            self.env["organizer.link"]
            .with_user(accountant)
            ._make(self.invoice.with_user(accountant))
        )
        self.assertIn(self.invoice.id, issued)

    def _new_accountant(self, company_id=None, company_ids=None):
        return self.env["res.users"].create(
            {
                "name": "Accountant",
                "login": "links-accountant",
                "company_id": company_id or self.env.company.id,
                "company_ids": [(6, 0, company_ids or self.env.company.ids)],
                "group_ids": [
                    (4, self.env.ref("account.group_account_invoice").id),
                    (4, self.env.ref("sms_organizer.group_sms_send").id),
                ],
            }
        )

    # -------------------------------------------------------------------------
    # SETTINGS
    # -------------------------------------------------------------------------

    def test_settings_refuse_what_would_make_dead_links(self):
        for values, words in (
            ({"sms_link_validity_days": 0}, "Validity of links"),
            ({"sms_link_validity_days": -1}, "from 1 to 3650"),
            ({"sms_link_validity_days": 3651}, "from 1 to 3650"),
            ({"sms_link_base_url": "pay.example.com"}, "https://"),
            ({"sms_link_base_url": "ftp://pay.example.com"}, "https://"),
            ({"sms_link_base_url": "https://pay.example.com/pay"}, "nothing after"),
            ({"sms_link_base_url": "https://pay.example.com?a=1"}, "nothing after"),
            ({"sms_link_base_url": "https://me:you@example.com"}, "host name"),
            ({"sms_link_base_url": "https://żółw.pl"}, "plain letters"),
        ):
            with self.assertRaisesRegex(ValidationError, words):
                self._settings().create(values)

    def test_settings_keep_what_is_entered(self):
        self._settings().create(
            {
                "sms_link_validity_days": 45,
                "sms_link_base_url": "https://pay.example.com:8443",
            }
        ).set_values()
        self.assertEqual(self.env["organizer.link"]._validity_days(), 45)
        self.assertEqual(
            self.env["organizer.link"]._base_url(self.env.company),
            "https://pay.example.com:8443",
        )

    def test_settings_warn_of_an_address_customers_cannot_open(self):
        settings = self._settings().create({})
        for url, words in (
            ("http://localhost:8069", "can't reach"),
            ("https://127.0.0.1", "can't reach"),
            ("http://pay.example.com", "isn't encrypted"),
        ):
            settings.sms_link_base_url = url
            self.assertIn(words, settings.sms_link_warning)
        settings.sms_link_base_url = "https://pay.example.com"
        self.assertFalse(settings.sms_link_warning)

    def _settings(self):
        return self.env["res.config.settings"].sudo()

    def _set_param(self, name, value):
        self.env["ir.config_parameter"].sudo().set_param(f"sms_organizer.{name}", value)
