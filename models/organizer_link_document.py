import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)


class OrganizerLink(models.Model):
    """Making the documents behind the links, before the customer asks for them.

    Where the background gives up, the customer's own visit does not. Those of a
    customer's page are made when they are asked for.
    """

    _inherit = "organizer.link"

    @api.model
    def _document_cron(self):
        return "sms_organizer.ir_cron_document"

    def _ensure_document(self, move=None):
        """Make the document on the spot where it is missing; return whether it's there.

        Waits for whoever is making it at this moment.

        :param move: of several documents, the one that is meant
        """
        self.ensure_one()
        ready = (move or self.move_id)._ensure_document()
        if ready and self.move_id and self.document_state != "ready":
            self._note_ready()
        return ready

    def _note_ready(self):
        """Note that the document is there, unless the row is in other hands or has
        changed since this request began: the document, which took seconds, is not given
        up for it. The background or the next visitor notes it then."""
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(
                    """
                    UPDATE organizer_link
                       SET document_state = 'ready'
                     WHERE id IN (
                        SELECT id FROM organizer_link WHERE id = %s
                           FOR NO KEY UPDATE SKIP LOCKED
                     )
                    """,
                    [self.id],
                    log_exceptions=False,
                )
        except CONCURRENCY_ERRORS:
            _logger.debug("The document of link %s is noted later", self.id)
        self.invalidate_recordset(["document_state"], flush=False)

    def _document_is_late(self):
        """Return whether the document is still missing after an attempt."""
        self.ensure_one()
        late = bool(self.document_attempts) and bool(self.move_id)
        return late and not self.move_id.invoice_pdf_report_id

    @api.model
    def _due_for_document(self):
        return (
            super()._due_for_document()
            & Domain("revoked", "=", False)
            & Domain("expires_on", ">", fields.Datetime.now())
        )
