import hashlib
import re
import secrets
import string
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models

TOKEN_ALPHABET = string.ascii_letters + string.digits
TOKEN_LENGTH = 12
TOKEN_PATTERN = re.compile(rf"[A-Za-z0-9]{{{TOKEN_LENGTH}}}")
LINK_PATH = "/s/"
TOKEN_IN_TEXT = re.compile(rf"{LINK_PATH}({TOKEN_PATTERN.pattern})(?![A-Za-z0-9])")
DEFAULT_VALIDITY_DAYS = 180
MAX_VALIDITY_DAYS = 3650


class IssuedLink(NamedTuple):
    """A link as the message needs it; the only place where the token is readable."""

    link_id: int
    url: str


class OrganizerLink(models.Model):
    """The short link in a message, to a page with the document, or with all that is
    open of a customer.

    Here is the SHA-256 of its token alone: this table opens nobody's page. The link
    itself stands in the text of the message, in the ledger and the chatter.

    A customer's page: ``organizer_link_customer.py``. When it was opened:
    ``organizer_link_opened.py``. Revoking and renewing: ``organizer_link_renew.py``.
    """

    _name = "organizer.link"
    _inherit = "organizer.document.wait"
    _description = "Document link"
    _rec_name = "move_id"
    _order = "id desc"

    # NO_ACCESS: not even its hash is offered to screens, exports and RPC
    token_hash = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        readonly=True,
        index=True,
        ondelete="cascade",
        help="Left empty, the page shows all that is open of the customer.",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index=True, ondelete="set null"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    expires_on = fields.Datetime(string="Valid until", required=True, readonly=True)
    revoked = fields.Boolean(readonly=True)
    opened_first_on = fields.Datetime("First opened", readonly=True)
    opened_last_on = fields.Datetime("Last opened", readonly=True)
    opened_count = fields.Integer("Times opened", readonly=True)

    _token_hash_unique = models.UniqueIndex("(token_hash)")
    _document_pending = models.Index("(id) WHERE document_state = 'pending'")

    @api.depends("move_id", "partner_id")
    def _compute_display_name(self):
        for link in self:
            link.display_name = (link.move_id or link.partner_id).display_name

    # -------------------------------------------------------------------------
    # MAKING LINKS
    # -------------------------------------------------------------------------

    @api.model
    def _make(self, moves):
        """Make one link for each invoice and wake the making of their documents.

        :param moves: ``account.move``; the caller must be allowed to read them
        :return: ``dict[int, IssuedLink]``, by the invoice's id
        """
        # sudo: the attachment is read to know that it exists, not what is in it
        with_document = set(moves.sudo().filtered("invoice_pdf_report_id")._ids)
        rows = [
            (
                move.id,
                move.partner_id.id or None,
                move.company_id.id,
                "ready" if move.id in with_document else "pending",
            )
            for move in moves
        ]
        if len(with_document) < len(moves):
            self._wake_document_cron()
        return dict(zip(moves._ids, self._issue(rows), strict=True))

    @api.model
    def _make_for_customers(self, partners, company):
        """Make one link for each, to all that its customer has open with a company.

        :param partners: ``res.partner``; the caller must be allowed to tell them what
            they owe. A contact's link is that of its customer: the commercial partner
        :param company: ``res.company`` in whose name they are told
        :return: ``dict[int, IssuedLink]``, by the partner's id
        """
        rows = [
            (None, partner.commercial_partner_id.id, company.id, None)
            for partner in partners
        ]
        return dict(zip(partners._ids, self._issue(rows), strict=True))

    @api.model
    def _issue(self, rows):
        """Write links in one statement, whatever their number.

        :param rows: ``[(invoice id, partner id, company id, document_state), …]``
        :return: list of :class:`IssuedLink`, in their order
        """
        tokens = [self._new_token() for _row in rows]
        hashes = [self._hash(token) for token in tokens]
        ids = self._insert(hashes, rows) if rows else {}
        companies = self.env["res.company"].browse({row[2] for row in rows})
        bases = {company.id: self._base_url(company) for company in companies}
        return [
            IssuedLink(ids[hashed], bases[row[2]] + LINK_PATH + token)
            for token, hashed, row in zip(tokens, hashes, rows, strict=True)
        ]

    @api.model
    def _insert(self, hashes, rows):
        """:return: ``{hash: id}``"""
        expires_on = fields.Datetime.now() + timedelta(days=self._validity_days())
        # nobody may write links; who may read what they show may send them
        self.env.cr.execute(
            """
            INSERT INTO organizer_link (
                token_hash, move_id, partner_id, company_id, document_state,
                expires_on, create_uid, write_uid, create_date, write_date
            )
            SELECT link.*, %(expires_on)s, %(uid)s, %(uid)s, %(now)s, %(now)s
              FROM unnest(
                  %(hashes)s::varchar[], %(moves)s::int[], %(partners)s::int[],
                  %(companies)s::int[], %(states)s::varchar[]
              ) link
         RETURNING token_hash, id
            """,
            {
                "hashes": hashes,
                **dict(
                    zip(
                        ("moves", "partners", "companies", "states"),
                        map(list, zip(*rows, strict=True)),
                        strict=True,
                    )
                ),
                "expires_on": expires_on,
                "uid": self.env.uid,
                "now": self.env.cr.now(),
            },
        )
        return dict(self.env.cr.fetchall())

    @api.model
    def _new_token(self):
        return "".join(secrets.choice(TOKEN_ALPHABET) for _i in range(TOKEN_LENGTH))

    @api.model
    def _hash(self, token):
        # no salt: 62^12 random tokens can't be tried out, and it must be looked up
        return hashlib.sha256(token.encode()).hexdigest()

    @api.model
    def _base_url(self, company):
        """Return the root of this company's links, without a slash at its end."""
        # sudo: every sender's links start there, only administrators may set it
        own = self._get_param("sms_organizer.link_base_url", "")
        return (own or company.get_base_url()).strip().rstrip("/")

    @api.model
    def _sample_url(self, company):
        """Return a URL as long as a real one, for previews and segment counts."""
        return self._base_url(company) + LINK_PATH + TOKEN_ALPHABET[:TOKEN_LENGTH]

    @api.model
    def _validity_days(self):
        days = self._get_param("sms_organizer.link_validity_days", "")
        if not days.isdecimal() or not int(days):
            return DEFAULT_VALIDITY_DAYS
        return min(int(days), MAX_VALIDITY_DAYS)

    @api.model
    def _get_param(self, key, default):
        return self.env["ir.config_parameter"].sudo().get_param(key) or default

    # -------------------------------------------------------------------------
    # OPENING LINKS
    # -------------------------------------------------------------------------

    @api.model
    def _find(self, token):
        """Return the link that opens with this token, or none, and never why not.

        :param str token: whatever came in the URL
        :return: ``organizer.link`` (sudo: the visitor has the token and no account)
        """
        links = self.sudo()
        if not TOKEN_PATTERN.fullmatch(token):
            return links.browse()
        return links.search([("token_hash", "=", self._hash(token))]).filtered(
            lambda link: link._is_open()
        )

    @api.model
    def _find_in(self, texts):
        """Return the links whose addresses stand in texts, the first one of each.

        :param dict texts: ``{key: text}``
        :return: ``{key: IssuedLink}``, with no address
        """
        found = {
            key: self._hash(match[1])
            for key, text in texts.items()
            if (match := TOKEN_IN_TEXT.search(text))
        }
        if not found:
            return {}
        # sudo: the hash is for nobody's eyes
        links = self.sudo().search([("token_hash", "in", list(found.values()))])
        ids = {link.token_hash: link.id for link in links}
        return {
            key: IssuedLink(ids[hashed], "")
            for key, hashed in found.items()
            if hashed in ids
        }

    def _is_open(self):
        self.ensure_one()
        return (
            not self.revoked
            and self.expires_on > fields.Datetime.now()
            and self._has_page()
        )

    def _has_page(self):
        """Return whether there is something that this link may show."""
        return bool(self._documents())

    def _documents(self):
        """Return the invoices that this link may show now."""
        return self.move_id.filtered(
            lambda move: (
                move.state == "posted" and move.is_sale_document(include_receipts=True)
            )
        )
