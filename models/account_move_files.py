from odoo import api, fields, models

FILE_PATH = "/organizer/document"


class AccountMove(models.Model):
    """Where an invoice's PDF and XML open, for lists."""

    _inherit = "account.move"

    document_pdf_url = fields.Char("PDF", compute="_compute_document_urls")
    document_xml_url = fields.Char("XML", compute="_compute_document_urls")

    @api.depends("state", "move_type", "partner_id")
    def _compute_document_urls(self):
        """A constant number of queries, whatever the number of invoices."""
        issued = self.filtered(lambda move: move._is_issued())
        with_xml = issued._with_document_xml()
        for move in self:
            path = f"{FILE_PATH}/{move.id}"
            move.document_pdf_url = f"{path}/pdf" if move in issued else False
            move.document_xml_url = f"{path}/xml" if move in with_xml else False

    def _is_issued(self):
        """Whether it is a posted invoice, credit note or receipt for a customer."""
        return self.state == "posted" and self.is_sale_document(include_receipts=True)

    def _with_document_xml(self):
        """Those that have an XML, or will have one as soon as they have a PDF: what
        :meth:`_document_has_xml` says of one."""
        if "ubl_cii_xml_id" not in self._fields or not self:
            return self.browse()
        # sudo: that there is one, and how a customer wants it, not what is in it
        moves = self.sudo()
        for company, group in moves.grouped("company_id").items():
            customers = group.commercial_partner_id.with_company(company)
            customers.fetch(["country_id", "invoice_edi_format_store"])
        return moves.filtered(lambda move: move._document_has_xml()).sudo(self.env.su)
