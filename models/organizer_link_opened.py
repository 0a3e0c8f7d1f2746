import logging
from datetime import timedelta

from odoo import fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONCURRENCY_ERRORS
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

SAME_VISIT = timedelta(minutes=1)  # a reload is no second visit
ATTEMPTS = 3
LOCK_TIMEOUT = "1s"


class OrganizerLink(models.Model):
    """When a customer opened the page, and how often.

    Who counts as a customer is for the controller to say (``document_page.py``).
    """

    _inherit = "organizer.link"

    def _note_opened(self):
        """Count this visit, without making anybody wait.

        Where the row is in other hands at this moment, or has changed since this
        request began (its document was made, the customer answered), it is counted in a
        transaction of its own. A visit at the same moment is the same visit.
        """
        self.ensure_one()
        cr, now = self.env.cr, fields.Datetime.now()
        try:
            with cr.savepoint(flush=False):
                self._count_visit(cr, now, "NOWAIT")
        except CONCURRENCY_ERRORS:
            self._count_visit_apart(now)
        self.invalidate_recordset(
            ["opened_count", "opened_first_on", "opened_last_on"], flush=False
        )

    def _count_visit_apart(self, now):
        """The same, after whoever has the row."""
        for _attempt in range(ATTEMPTS):
            try:
                with self.env.registry.cursor() as cr:
                    cr.execute("SET LOCAL lock_timeout TO %s", [LOCK_TIMEOUT])
                    self._count_visit(cr, now)
            except CONCURRENCY_ERRORS:
                continue
            return
        _logger.info("A visit of link %s is not counted: it is locked", self.id)

    def _count_visit(self, cr, now, wait=""):
        cr.execute(
            SQL(
                """
                UPDATE organizer_link
                   SET opened_count = COALESCE(opened_count, 0) + 1,
                       opened_first_on = COALESCE(opened_first_on, %(now)s),
                       opened_last_on = %(now)s
                 WHERE id IN (
                    SELECT id
                      FROM organizer_link
                     WHERE id = %(id)s
                       AND (opened_last_on IS NULL OR opened_last_on <= %(before)s)
                       FOR NO KEY UPDATE %(wait)s
                 )
                """,
                id=self.id,
                now=now,
                before=now - SAME_VISIT,
                wait=SQL(wait),
            ),
            log_exceptions=False,
        )
