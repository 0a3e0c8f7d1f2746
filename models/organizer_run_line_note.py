import re
from collections import Counter

from odoo import api, models
from odoo.tools.mail import TEXT_URL_REGEX, html_sanitize

from odoo.addons.sms.tools.sms_tools import sms_content_to_rendered_html

from .bulk import copy_row, does_as_known, is_extended

# an address in which nothing can be hidden
PLAIN_URL = re.compile(r"https?://[\w@:%.+~#=/-]+")
# how a document logs a note
LOGS = (
    "_message_log_batch",
    "_message_compute_author",
    "_message_create",
    "_get_message_create_ignore_field_names",
    "_get_message_create_valid_field_names",
)


class OrganizerRunLine(models.Model):
    """What the chatter of a document says of an SMS: a note with its text."""

    _inherit = "organizer.run.line"

    def _post_notes(self, bodies):
        """A note on the chatter of each document, in one go.

        :param list bodies: the texts, in the order of self
        :return: list of ``mail.message`` in the order of self
        """
        notes, turns = {}, Counter()

        def turn(line):
            """Texts go by document: two of one document have to wait for each other."""
            turns[line.res_model, line.res_id] += 1
            return line.res_model, turns[line.res_model, line.res_id]

        texts = dict(zip(self._ids, bodies, strict=True))
        author = self.run_id.user_id[:1].partner_id
        for (model, _turn), lines in self.grouped(turn).items():
            html = {line.res_id: note_html(texts[line.id]) for line in lines}
            posted = self._log_notes(self.env[model].browse(html), html, author)
            notes.update(zip(lines._ids, posted, strict=True))
        return [notes[line.id] for line in self]

    @api.model
    def _log_notes(self, documents, bodies, author):
        """Odoo's ``_message_log_batch``, whose notes differ in document and body alone:
        the first one by Odoo, the others are copies of its row.

        :param dict bodies: document id → HTML that is safe
        :return: the notes, in the order of the documents
        """

        def log(some):
            return some._message_log_batch(
                bodies=bodies, author_id=author.id, message_type="sms"
            )

        first = log(documents[:1])
        rest = documents[1:]
        if not rest:
            return first
        if not does_as_known(documents, *LOGS) or is_extended(first):
            return first + log(rest)
        columns = {
            "res_id": rest.ids,
            "body": [str(bodies[document_id]) for document_id in rest.ids],
        }
        notes = first + copy_row(first, columns)
        first._invalidate_documents(documents._name, documents.ids)
        return notes


def note_html(text):
    """The text of an SMS as HTML, its addresses as links. Cleaned where somebody might
    have hidden something in an address."""
    html = sms_content_to_rendered_html(text)
    if all(PLAIN_URL.fullmatch(url) for url in re.findall(TEXT_URL_REGEX, text)):
        return html.__class__(f"<p>{html}</p>")
    return html_sanitize(html)
