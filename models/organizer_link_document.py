import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)

# minutes to wait after the first, second … failure to make the document; after
# the last of them the background gives up (the customer's own visit does not)
DOCUMENT_PAUSES = (1, 5, 30, 120, 720)
DOCUMENT_BATCH = 100


class OrganizerLink(models.Model):
    """Making the documents behind the links, before the customer asks for them."""

    _inherit = "organizer.link"

    def _ensure_document(self):
        """Make the document on the spot where it is missing; return whether it's there.

        Waits for whoever is making it at this moment.
        """
        self.ensure_one()
        ready = self.move_id._ensure_document()
        if ready and self.document_state != "ready":
            self.document_state = "ready"
        return ready

    def _document_is_late(self):
        """Return whether the document is still missing after an attempt."""
        self.ensure_one()
        return bool(self.document_attempts) and not self.move_id.invoice_pdf_report_id

    @api.model
    def _wake_document_cron(self):
        cron = self.env.ref("sms_organizer.ir_cron_document", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()  # sudo: senders can't read scheduled actions

    @api.model
    def _due_for_document(self):
        now = fields.Datetime.now()
        due_on = Domain("document_due_on", "=", False)
        due_on |= Domain("document_due_on", "<=", now)
        return (
            Domain("document_state", "=", "pending")
            & due_on
            & Domain("revoked", "=", False)
            & Domain("expires_on", ">", now)
            & Domain("move_id.state", "=", "posted")
        )

    @api.model
    def _prepare_documents(self):
        """Make the documents of links that wait for one, oldest first (cron).

        Each is committed by itself: a failure, a restart or the end of the time budget
        costs at most the one in hand.
        """
        domain = self._due_for_document()
        links = self.search(domain, order="id", limit=DOCUMENT_BATCH)
        self._commit_documents(remaining=self.search_count(domain))
        for link in links:
            link._prepare_document()
            if not self._commit_documents(processed=1):
                break

    @api.model
    def _commit_documents(self, processed=0, remaining=None):
        """Commit and return the seconds that are left for this run."""
        if not self.env["account.move.send"]._can_commit():
            return float("inf")
        # the commit is the point: what is made is kept, whatever comes next
        return self.env["ir.cron"]._commit_progress(processed, remaining=remaining)

    def _prepare_document(self):
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._settle_document(self.move_id._ensure_document(wait=False))
        except CONCURRENCY_ERRORS:
            # somebody is at this invoice; the next run comes back to it
            _logger.debug("Document of link %s is left for the next run", self.id)

    def _settle_document(self, ready):
        """Note how the attempt ended and, if it failed, when to try again."""
        if ready:
            self.document_state = "ready"
            return
        self.document_attempts += 1
        if self.document_attempts > len(DOCUMENT_PAUSES):
            self.document_state = "failed"
            _logger.warning(
                "The document of invoice %s (id %s) could not be made in %s attempts; "
                "its link says that it is being prepared",
                self.move_id.name,
                self.move_id.id,
                self.document_attempts,
            )
            return
        pause = DOCUMENT_PAUSES[self.document_attempts - 1]
        self.document_due_on = fields.Datetime.now() + timedelta(minutes=pause)
