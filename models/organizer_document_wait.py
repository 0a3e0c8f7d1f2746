import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONCURRENCY_ERRORS
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# minutes to wait after the first, second … failure to make the document; after
# the last of them the background gives up
DOCUMENT_PAUSES = (1, 5, 30, 120, 720)
DOCUMENT_BATCH = 100


class OrganizerDocumentWait(models.AbstractModel):
    """What waits for the PDF of an invoice, which the background makes.

    Its heirs have a ``move_id``.
    """

    _name = "organizer.document.wait"
    _description = "Waiting for an invoice's document"

    document_state = fields.Selection(
        [("pending", "Being prepared"), ("ready", "Ready"), ("failed", "Failed")],
        string="Document",
        readonly=True,
    )
    document_attempts = fields.Integer(string="Failed attempts", readonly=True)
    document_due_on = fields.Datetime(
        string="Next attempt", readonly=True, help="When the document is tried next."
    )

    @api.model
    def _document_cron(self):
        """The xmlid of the scheduled action that makes these documents."""
        raise NotImplementedError

    @api.model
    def _wake_document_cron(self):
        cron = self.env.ref(self._document_cron(), raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()  # sudo: senders can't read scheduled actions

    @api.model
    def _due_for_document(self):
        due_on = Domain("document_due_on", "=", False)
        due_on |= Domain("document_due_on", "<=", fields.Datetime.now())
        return (
            Domain("document_state", "=", "pending")
            & due_on
            & Domain("move_id.state", "=", "posted")
        )

    @api.model
    def _prepare_documents(self):
        """Make the documents that are waited for, oldest first (cron).

        Each is committed by itself: a failure, a restart or the end of the time budget
        costs at most the one in hand.
        """
        domain = self._due_for_document()
        waiting = self.search(domain, order="id", limit=DOCUMENT_BATCH)
        self._commit_documents(remaining=self.search_count(domain))
        for one in waiting:
            one._prepare_document()
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
        """Make it, keep it, and then note it: the row that is noted in may have changed
        while the document was made, which takes seconds, and it must not be lost."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                ready = self.move_id._ensure_document(wait=False)
            self._commit_documents()
            with self.env.cr.savepoint():
                self._lock_wait()
                self._settle_document(ready)
        except CONCURRENCY_ERRORS:
            # somebody is at this invoice or row; the next run comes back to it, and
            # finds the document that is there
            _logger.debug("Document of %s is left for the next run", self)
        except Exception:
            _logger.warning("Document of %s failed", self, exc_info=True)
            self._settle_document(False)

    def _lock_wait(self):
        """Take the row in the transaction's first statement: nothing has changed it."""
        self.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE id = %s FOR NO KEY UPDATE NOWAIT",
                SQL.identifier(self._table),
                self.id,
            ),
            log_exceptions=False,
        )

    def _settle_document(self, ready):
        """Note how the attempt ended and, if it failed, when to try again."""
        if ready:
            self.document_state = "ready"
            return
        self.document_attempts += 1
        if self.document_attempts > len(DOCUMENT_PAUSES):
            self._give_document_up()
            return
        pause = DOCUMENT_PAUSES[self.document_attempts - 1]
        self.document_due_on = fields.Datetime.now() + timedelta(minutes=pause)

    def _give_document_up(self):
        self.document_state = "failed"
        _logger.warning(
            "The document of invoice %s (id %s) could not be made in %s attempts: %s",
            self.move_id.name,
            self.move_id.id,
            self.document_attempts,
            self,
        )
