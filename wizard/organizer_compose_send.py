from odoo import models
from odoo.exceptions import AccessError, UserError

from ..tools.texts import MailText, SmsText


class OrganizerCompose(models.TransientModel):
    """*Send*: it writes nothing but a run, with a line for each candidate."""

    _inherit = "organizer.compose"

    def action_send(self):
        """Make the run, send it and open it."""
        return self._make_run_once()

    def _make_run(self):
        # EXTENDS organizer_makes_run.py
        lines = self._many_lines() if self.many else [self._one_line()]
        if self.channel == "email" and self.attach_document:
            for line in lines:
                line["attach_document"] = bool(line["move_id"])
        run = self.env["organizer.run"]._draft(
            self.company_id,
            self.basis,
            self.body if self.channel == "sms" else self.subject,
            lines,
            channel=self.channel,
            template_id=self.template_id.id,
        )
        run.sudo()._send()  # sudo: runs are written by this add-on alone
        return run

    # -- texts -----------------------------------------------------------------------

    def _writer(self):
        """The text as it stands in the window."""
        if self.channel == "email":
            return MailText(self.subject, self.mail_body)
        return SmsText(self.body, self.plain_letters)

    def _writer_by_lang(self):
        """Return a function of a customer: its text. A template speaks the language of
        each; what somebody has written is the same for all."""
        if self._is_edited() or not self.template_id:
            writer = self._writer()
            return lambda partner: writer
        basis, writers = self._basis(), {}

        def write_text(partner):
            lang = basis._lang(partner)
            if lang not in writers:
                template = self.template_id.with_context(lang=lang)
                writers[lang] = (
                    SmsText(template.text, self.plain_letters)
                    if self.channel == "sms"
                    else template._writer()
                )
            return writers[lang]

        return write_text

    # -- checks ----------------------------------------------------------------------

    def _check_ready(self):
        # EXTENDS organizer_makes_run.py
        if problem := self.switched_off:
            raise UserError(problem)
        if not self.can_send:
            raise UserError(self._basis()._no_gateway_words(self.company_id))
        if self.many and not self.going_count:
            raise UserError(
                self.env._("No one is ticked. Tick at least one recipient.")
            )
        if self.channel == "email":
            self._check_mail()
        elif self.many:
            for line in self.line_ids.filtered(lambda line: line._is_going()):
                self._check_text(line.text, line.values, line.document_name)

    def _check_text(self, text, values, whose=None):
        """:param str whose: the document, where the text is that of one among many"""
        problems = self._basis()._sms_problems(
            text, self._with_link(values or {}), self.plain_letters
        )
        if problems:
            named = [f"{whose}: {words}" if whose else words for words in problems]
            raise UserError("\n".join(named))

    def _check_mail(self):
        basis = self._basis()
        problems = basis._mail_problems(self.subject, self.mail_body)
        if problems:
            raise UserError("\n".join(problems))

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

    # -- lines -----------------------------------------------------------------------

    def _one_line(self):
        document = self._document()
        basis = self._basis()
        if not document:
            raise UserError(
                self.env._("Pick the document that the text is about.")
                if basis._basis_model == "account.move"
                else self.env._("Pick the customer that gets the message in “To”.")
            )
        self._check_own(document, self.partner_id)
        values = basis._values(document)
        if self.channel == "sms":
            self._check_text(self.body, values[document.id])
        candidate = self._candidate(document)
        if candidate.reason:
            raise UserError(candidate.why)
        writer = self._writer()
        lines = basis._run_lines([candidate], self.channel, lambda one: writer, values)
        to = self.partner_id or candidate.partner
        return {**lines[0], "partner_id": to.id}

    def _many_lines(self):
        documents = self._documents()
        self._check_own(documents, self.line_ids.partner_id)
        basis, lines = self._basis(), {line.res_id: line for line in self.line_ids}
        found = self.line_ids._candidates(self)
        writer_of = self._writer_by_lang()

        def write_text(candidate):
            writer = writer_of(candidate.partner)
            if self.channel == "email":
                return writer
            return lines[candidate.document.id]._writer(writer.names)

        run_lines = basis._run_lines(
            [found[res_id] for res_id in lines],
            self.channel,
            write_text,
            {res_id: line.values or {} for res_id, line in lines.items()},
        )
        return [
            self._ticked(run_line, lines[run_line["res_id"]]) for run_line in run_lines
        ]

    def _ticked(self, run_line, line):
        if line.selected or run_line["reason"]:
            return {**run_line, "selected": line.selected}
        why = line.hint or self.env._("Left out by hand.")
        return {**run_line, "selected": False, "reason": "unticked", "why": why}
