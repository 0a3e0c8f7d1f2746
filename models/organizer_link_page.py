from odoo import models


class OrganizerLink(models.Model):
    """What the page behind the link has besides its documents."""

    _inherit = "organizer.link"

    def _answer_values(self):
        """Return what the template ``document_answers`` shows, or None for nothing."""
        self.ensure_one()

    def _pay_all_path(self):
        """Return where all documents of the page are paid at once, or None.

        :return: ``str``, joined to the page's own path where it begins with no slash
            (``"pay"``: ``/s/TOKEN/pay``); or None where that can't be done
        """
        self.ensure_one()
