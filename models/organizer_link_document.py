from odoo import api, fields, models
from odoo.fields import Domain


class OrganizerLink(models.Model):
    """Making the documents behind the links, before the customer asks for them.

    Where the background gives up, the customer's own visit does not.
    """

    _inherit = "organizer.link"

    document_state = fields.Selection(required=True, default="pending")

    @api.model
    def _document_cron(self):
        return "sms_organizer.ir_cron_document"

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
    def _due_for_document(self):
        return (
            super()._due_for_document()
            & Domain("revoked", "=", False)
            & Domain("expires_on", ">", fields.Datetime.now())
        )
