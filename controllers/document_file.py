from odoo import http
from odoo.http import content_disposition, request

from ..models.account_move_files import FILE_PATH

HEADERS = {
    "Cache-Control": "no-store, private",
    "X-Content-Type-Options": "nosniff",
}


class DocumentFile(http.Controller):
    """The PDF and XML of an invoice, for whoever may read it."""

    @http.route(f"{FILE_PATH}/<int:move_id>/pdf", type="http", auth="user")
    def pdf(self, move_id):
        move = self._find(move_id)
        if move._ensure_document():
            document = move._document_pdf()
        else:
            document = move._document_unfiled_pdf()
        return self._answer(move, document, "PDF", "application/pdf", "inline")

    @http.route(f"{FILE_PATH}/<int:move_id>/xml", type="http", auth="user")
    def xml(self, move_id):
        move = self._find(move_id)
        if not move._document_has_xml():
            raise request.not_found()
        document = move._ensure_document() and move._document_xml()
        return self._answer(move, document, "XML", "application/xml", "attachment")

    def _find(self, move_id):
        """:raise NotFound: for what there is not, or may not be found"""
        found = request.env["account.move"].search([("id", "=", move_id)])
        if not found or not found._is_issued():
            raise request.not_found()
        # sudo: who may read an invoice may read its documents
        return found.sudo()

    def _answer(self, move, document, kind, mimetype, disposition):
        """:param document: ``{"filename", "content"}``, or nothing"""
        if not document:
            values = {"move": move, "kind": kind}
            page = "sms_organizer.document_unavailable"
            return request.render(page, values, status=503, headers=HEADERS)
        name = content_disposition(document["filename"], disposition)
        headers = {
            **HEADERS,
            "Content-Type": mimetype,
            "Content-Disposition": name,
        }
        return request.make_response(document["content"], list(headers.items()))
