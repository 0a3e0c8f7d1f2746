from odoo import models
from odoo.exceptions import AccessError, UserError

from ..tools import gsm, placeholders

# Longer texts are mistakes: providers cut them, and customers do not read them.
MAX_SEGMENTS = 6


class OrganizerCompose(models.TransientModel):
    """*Send*: it writes nothing but a run, with a line for each candidate."""

    _inherit = "organizer.compose"

    def action_send(self):
        """Make the run, send it and open it. A second click opens the same."""
        self.ensure_one()
        self.check_access("write")
        self._lock()
        if not self.run_id:
            self._check_ready()
            self.run_id = self._make_run()
            self.run_id.sudo()._send()  # sudo: runs are written by this add-on alone
        return {
            "type": "ir.actions.act_window",
            "res_model": "organizer.run",
            "res_id": self.run_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _lock(self):
        """Make a second click wait for the first one, and then be repeated by Odoo."""
        self.flush_recordset()
        self.env.cr.execute(
            "SELECT id FROM organizer_compose WHERE id = %s FOR UPDATE",
            [self.id],
            log_exceptions=False,
        )
        self.invalidate_recordset(["run_id"], flush=False)

    def _make_run(self):
        lines = self._many_lines() if self.many else [self._one_line()]
        runs = self.env["organizer.run"]
        return runs._draft(self.company_id, self.basis, self.body, lines)

    def _check_ready(self):
        if self.company_id not in self.env.companies:
            raise AccessError(
                self.env._("You may not send in the name of this company.")
            )
        if not self.has_gateway:
            raise UserError(self._basis()._no_gateway_words(self.company_id))
        if self.many and not self.going_count:
            raise UserError(
                self.env._("No one is ticked. Tick at least one recipient.")
            )
        for line in self.line_ids.filtered(lambda line: line._is_going()):
            self._check_text(line.text, line.values, line.move_id.name)

    def _check_text(self, text, values, whose=None):
        """:param str whose: the document, where the text is that of one among many"""
        problems = [
            self._unknown_words(bad)
            for bad in placeholders.unknown(text, self._basis()._labels())
        ]
        segments = self._segments_of(text, values)
        if not (text or "").strip():
            problems = [
                self.env._("The text is empty. Write what the customer is to read.")
            ]
        elif segments > MAX_SEGMENTS:
            problems.append(
                self.env._(
                    "The text takes %(count)s SMS. Shorten it to %(most)s at the most.",
                    count=segments,
                    most=MAX_SEGMENTS,
                )
            )
        if problems:
            named = [f"{whose}: {words}" if whose else words for words in problems]
            raise UserError("\n".join(named))

    def _check_own(self, documents, partners):
        """Neither another company's nor what the user may not read."""
        documents.check_access("read")
        partners.check_access("read")
        basis = self._basis()
        if any(basis._company(document) != self.company_id for document in documents):
            raise AccessError(
                self.env._("These documents belong to another company than the sender.")
            )
        if not self.many and self.move_id:
            theirs = self.move_id.commercial_partner_id
            if partners.commercial_partner_id != theirs:
                raise UserError(
                    self.env._(
                        "%(document)s is a document of %(owner)s. Pick another "
                        "document, or another customer in “To”.",
                        document=self.move_id.name,
                        owner=theirs.name,
                    )
                )

    def _unknown_words(self, unknown):
        if unknown.suggestion:
            return self.env._(
                "Text: %(written)s is not a placeholder here. Did you mean "
                "[%(suggestion)s]? Write [[ for a bracket.",
                written=unknown.written,
                suggestion=unknown.suggestion,
            )
        return self.env._(
            "Text: %s is not a placeholder here. Pick one from the list, or write [[ "
            "for a bracket.",
            unknown.written,
        )

    def _one_line(self):
        document = self._document()
        if not document:
            raise UserError(
                self.env._("Pick the document that the text is about.")
                if self.basis != "free_text"
                else self.env._("Pick the customer that gets the SMS in “To”.")
            )
        self._check_own(document, self.partner_id)
        basis = self._basis()
        values = basis._values(document)[document.id]
        self._check_text(self.body, values)
        candidate = basis._candidates(document, {document.id: self.number})[0]
        if candidate.reason:
            raise UserError(candidate.why)
        template = placeholders.compile(self.body)
        line = candidate._line_values(template, values)
        return {**line, "partner_id": self.partner_id.id or line["partner_id"]}

    def _many_lines(self):
        moves = self.line_ids.move_id
        self._check_own(moves, self.line_ids.partner_id)
        numbers = {line.move_id.id: line.number for line in self.line_ids}
        candidates = {
            candidate.document.id: candidate
            for candidate in self._basis()._candidates(moves, numbers)
        }
        return [line._run_line(candidates[line.move_id.id]) for line in self.line_ids]

    def _segments_of(self, text, values):
        """:param dict values: placeholder → text, without the link"""
        link = self.env["organizer.link"]._sample_url(self.company_id)
        filled = placeholders.render(text, {**(values or {}), "link": link})
        return gsm.measure(filled).segments
