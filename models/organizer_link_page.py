from odoo import models


class OrganizerLink(models.Model):
    """What the page behind the link has besides its documents."""

    _inherit = "organizer.link"

    def _answer_values(self):
        """Return what the template ``document_answers`` shows, or None for nothing."""
        self.ensure_one()
