import logging

import psycopg2.errors

from odoo import SUPERUSER_ID, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)

# other rows may go on referring to the invoice meanwhile, hence not FOR UPDATE
LOCK = "SELECT id FROM account_move WHERE id = %s FOR NO KEY UPDATE"
LOCK_NOWAIT = "SELECT id FROM account_move WHERE id = %s FOR NO KEY UPDATE NOWAIT"
# a customer waits so long for a document that somebody else is making
LOCK_TIMEOUT = "15s"


def _line(error):
    """Return an error as one line for the log: reports fail in many lines."""
    return " ".join(str(error).split())[:300]


class AccountMove(models.Model):
    _inherit = "account.move"

    def _ensure_document(self, wait=True):
        """Make this invoice's legal PDF, and its XML where it has a format, if missing.

        Nothing is sent to anybody. The invoice's row is locked meanwhile, so that it is
        made once: a transaction that waited for the one that made it gets a
        ``SerializationFailure`` (REPEATABLE READ: the row has changed), is repeated by
        Odoo, and finds the document there.

        :param bool wait: wait for who holds the row (else raise ``LockNotAvailable``)
        :return: whether the invoice has its PDF now
        """
        self.ensure_one()
        # as OdooBot: a document must not depend on who happened to open the link
        move = self.with_user(SUPERUSER_ID).with_company(self.company_id)
        move = move.with_context(lang=self._document_lang())
        if move.invoice_pdf_report_id:
            return True
        if not move._lock_document(wait):
            return False
        return move._try_make_document()

    def _document_lang(self):
        """Return the code of an installed language: the customer's, the seller's …"""
        self.ensure_one()
        return self.company_id._document_lang(self.partner_id)

    def _lock_document(self, wait):
        """Lock the row; return whether it could be had in time."""
        cr = self.env.cr
        if not wait:
            cr.execute(LOCK_NOWAIT, [self.id], log_exceptions=False)
            return True
        try:
            with cr.savepoint():
                cr.execute("SET LOCAL lock_timeout TO %s", [LOCK_TIMEOUT])
                cr.execute(LOCK, [self.id], log_exceptions=False)
                cr.execute("SET LOCAL lock_timeout TO DEFAULT")
        except psycopg2.errors.LockNotAvailable:
            return False
        return True

    def _try_make_document(self):
        try:
            with self.env.cr.savepoint():
                self._make_document()
        except CONCURRENCY_ERRORS:
            raise
        # whatever breaks in a report (a template, wkhtmltopdf, an EDI add-on) must not
        # take the message or the other invoices with it
        except Exception as error:  # noqa: BLE001
            _logger.info("No document yet for invoice %s: %s", self.id, _line(error))
            return False
        return True

    def _make_document(self):
        """Let Odoo make and attach the PDF and the XML, without its sending.

        :raise UserError: when it can't be made (yet)
        """
        send = self.env["account.move.send"]
        if pending := send._get_default_extra_edis(self):
            # an authority's answer belongs on the document (a number, a QR code), and
            # filing it is for Send & Print, not for a link
            raise UserError(
                self.env._("To be filed by Send & Print first: %s", ", ".join(pending))
            )
        was_sent = self.is_move_sent
        if error := self._generate_document():
            _logger.info("No XML for invoice %s: %s", self.id, _line(error))
            if error := self._generate_document(invoice_edi_format=False):
                raise UserError(error)
        # Odoo takes a made document for a sent one; the ledger knows better
        self.is_move_sent = was_sent

    def _generate_document(self, **settings):
        """Run Odoo's generation for this one invoice; return its error or nothing."""
        send = self.env["account.move.send"]
        settings = {"sending_methods": set(), "extra_edis": set(), **settings}
        send._check_sending_data(self, **settings)
        data = send._get_default_sending_settings(self, **settings)
        # not _generate_and_send_invoices: it e-mails the journal's subscribers
        send._generate_invoice_documents({self: data})
        if error := data.get("error"):
            return send._format_error_text(error)
        if not self.invoice_pdf_report_id:
            return self.env._("Odoo made no PDF.")
        return None

    # -------------------------------------------------------------------------
    # WHAT THE PAGE HANDS OUT
    # -------------------------------------------------------------------------

    def _document_pdf(self):
        """Return the PDF as ``{"filename", "content"}`` or nothing."""
        return self._get_invoice_legal_documents("pdf")

    def _document_unfiled_pdf(self):
        """Return the PDF of an invoice that an authority has yet to see, else nothing.

        As Odoo's portal shows it meanwhile; it is not kept: the one with the
        authority's answer comes with Send & Print.
        """
        move = self.with_user(SUPERUSER_ID).with_company(self.company_id)
        if not self.env["account.move.send"]._get_default_extra_edis(move):
            return None
        try:
            with self.env.cr.savepoint():
                return move._get_invoice_legal_documents("pdf", allow_fallback=True)
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - as in _try_make_document
            _logger.info("No preview of invoice %s: %s", self.id, _line(error))
            return None

    def _document_xml(self):
        """Return the XML as ``{"filename", "content"}`` or nothing."""
        # nothing, too, without account_edi_ubl_cii
        return self._get_invoice_legal_documents("ubl")

    def _document_has_xml(self):
        """Return whether there is an XML, or will be as soon as there is a PDF."""
        self.ensure_one()
        if "ubl_cii_xml_id" not in self._fields:
            return False
        if self.ubl_cii_xml_id or self.invoice_pdf_report_id:
            return bool(self.ubl_cii_xml_id)
        send = self.env["account.move.send"]
        return self._need_ubl_cii_xml(send._get_default_invoice_edi_format(self))
