import logging
from datetime import timedelta

from odoo import fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)

SAME_VISIT = timedelta(minutes=1)  # a reload is no second visit


class OrganizerLink(models.Model):
    """When a customer opened the page, and how often.

    Who counts as a customer is for the controller to say (``document_page.py``).
    """

    _inherit = "organizer.link"

    def _note_opened(self):
        """Count this visit. Nobody waits for it, and it makes nobody wait: where the
        row is in other hands at this moment, the visit is not counted."""
        self.ensure_one()
        now = fields.Datetime.now()
        cr = self.env.cr
        try:
            with cr.savepoint(flush=False):
                cr.execute(
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
                           FOR NO KEY UPDATE SKIP LOCKED
                     )
                    """,
                    {"id": self.id, "now": now, "before": now - SAME_VISIT},
                    log_exceptions=False,
                )
        except CONCURRENCY_ERRORS:
            # it changed since this request began: a visit at the same moment, mostly
            _logger.debug("A visit of link %s is not counted", self.id)
        self.invalidate_recordset(
            ["opened_count", "opened_first_on", "opened_last_on"], flush=False
        )
