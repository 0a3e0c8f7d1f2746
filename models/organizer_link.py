import hashlib
import re
import secrets
import string
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .bulk import create_many

TOKEN_ALPHABET = string.ascii_letters + string.digits
TOKEN_LENGTH = 12
TOKEN_PATTERN = re.compile(rf"[A-Za-z0-9]{{{TOKEN_LENGTH}}}")
LINK_PATH = "/s/"
DEFAULT_VALIDITY_DAYS = 180
MAX_VALIDITY_DAYS = 3650


class IssuedLink(NamedTuple):
    """A link as the message needs it; the only place where the token is readable."""

    link_id: int
    url: str


class OrganizerLink(models.Model):
    """The short link in a message, to a page with the document.

    Here is the SHA-256 of its token alone: this table opens nobody's page. The link
    itself stands in the text of the message, in the ledger and the chatter.
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
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index=True, ondelete="set null"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    expires_on = fields.Datetime(string="Valid until", required=True, readonly=True)
    revoked = fields.Boolean(readonly=True)

    _token_hash_unique = models.UniqueIndex("(token_hash)")
    _document_pending = models.Index("(id) WHERE document_state = 'pending'")

    # -------------------------------------------------------------------------
    # MAKING LINKS
    # -------------------------------------------------------------------------

    @api.model
    def _make(self, moves):
        """Make one link for each invoice and wake the making of their documents.

        :param moves: ``account.move``; the caller must be allowed to read them
        :return: ``dict[int, IssuedLink]``, by the invoice's id
        """
        tokens = {move.id: self._new_token() for move in moves}
        # sudo: nobody may write links; who may read the invoice may send its link
        values_list = self._prepare_link_values(moves, tokens)
        links = create_many(self.sudo(), values_list)
        if any(values["document_state"] == "pending" for values in values_list):
            self._wake_document_cron()
        bases = {company: self._base_url(company) for company in moves.company_id}
        return {
            move.id: IssuedLink(
                link.id, bases[move.company_id] + LINK_PATH + tokens[move.id]
            )
            for move, link in zip(moves, links, strict=True)
        }

    @api.model
    def _prepare_link_values(self, moves, tokens):
        expires_on = fields.Datetime.now() + timedelta(days=self._validity_days())
        # sudo: the attachment is read to know that it exists, not what is in it
        with_document = moves.sudo().filtered("invoice_pdf_report_id")._ids
        return [
            {
                "token_hash": self._hash(tokens[move.id]),
                "move_id": move.id,
                "partner_id": move.partner_id.id,
                "company_id": move.company_id.id,
                "expires_on": expires_on,
                "document_state": "ready" if move.id in with_document else "pending",
            }
            for move in moves
        ]

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

    def _is_open(self):
        self.ensure_one()
        return (
            not self.revoked
            and self.expires_on > fields.Datetime.now()
            and bool(self._documents())
        )

    def _documents(self):
        """Return the invoices that this link may show now."""
        return self.move_id.filtered(
            lambda move: (
                move.state == "posted" and move.is_sale_document(include_receipts=True)
            )
        )

    def action_revoke(self):
        """Close these links: their pages are not found from now on."""
        if not self.env.user.has_group("sms_organizer.group_sms_administer"):
            raise AccessError(
                self.env._("Only an SMS administrator may revoke a document link.")
            )
        self.check_access("read")
        # sudo: nobody may write links in another way than this
        self.sudo().write({"revoked": True})
