from functools import cache

from odoo import models

from ...tools.texts import MAX_SEGMENTS
from .basis_candidates import SMS


class OrganizerBasis(models.AbstractModel):
    """From candidates and texts to the lines of a run."""

    _inherit = "organizer.basis"

    def _run_lines(self, candidates, channel, write_text, values):
        """Values of ``organizer.run.line`` for each candidate, in their order.

        :param candidates: list of :class:`.basis_candidates.Candidate`
        :param write_text: function of a candidate: its :class:`...tools.texts.SmsText`
            or :class:`...tools.texts.MailText`
        :param dict values: document id → ``{placeholder: text}``
        """
        documents = self.env[self._basis_model].union(
            *(candidate.document for candidate in candidates)
        )
        invoices = self._invoices(documents)
        owed = self._owed(documents) if self._basis_amounts else {}
        link_of = cache(self.env["organizer.link"]._sample_url)
        return [
            self._run_line(
                candidate,
                channel,
                write_text(candidate),
                values[candidate.document.id],
                invoices.get(candidate.document.id),
                owed.get(candidate.document.id, {}),
                link_of(self._company(candidate.document)),
            )
            for candidate in candidates
        ]

    def _run_line(self, candidate, channel, text, values, invoice, owed, link):
        """:param str link: as long as the real one"""
        document = candidate.document
        line = {
            "partner_id": candidate.partner.id,
            "res_model": document._name,
            "res_id": document.id,
            "move_id": invoice.id if invoice else False,
            "reason": candidate.reason,
            "why": candidate.why,
            "lang": self._lang(candidate.partner),
            "amounts": self._told_amounts(text, values, owed),
        }
        line |= self._unfilled(line, text, values)
        if channel == SMS:
            return {
                **line,
                "number": candidate.address,
                **self._sms_line(line, text, {**values, "link": link}),
            }
        subject, body = text.fill(values)
        return {**line, "email": candidate.address, "subject": subject, "body": body}

    def _unfilled(self, line, text, values):
        """Nobody reads the name of a placeholder."""
        unfilled = text.unfilled({**values, "link": ""})
        if line["reason"] or not unfilled:
            return {}
        why = self.env._(
            "%s could not be filled in: there is no value, or you may not see it.",
            ", ".join(f"[{name}]" for name in unfilled),
        )
        return {"reason": "no_value", "why": why}

    def _told_amounts(self, text, values, owed):
        """What of the text is not true any more once something was paid. The amount
        that the basis is about may be written in it by hand, too.

        :param dict owed: see :meth:`_owed`
        :return: ``{placeholder: {"text": as it was told, "owed": …}}``
        """
        named = set(self._basis_amounts) & {*text.names, *self._basis_amounts[:1]}
        return {
            name: {"text": values[name], "owed": owed.get(name, {})}
            for name in named
            if name in values
        }

    def _sms_line(self, line, text, values):
        """The text, and why it can't be sent where nothing else stands in its way."""
        segments = text.measure(values).segments
        filled = {"text": text.fill(values), "segments": segments}
        if line["reason"] or segments <= MAX_SEGMENTS:
            return filled
        why = self.env._(
            "The text takes %(count)s SMS. Shorten it to %(most)s at the most.",
            count=segments,
            most=MAX_SEGMENTS,
        )
        return {**filled, "reason": "too_long", "why": why}

    def _with_link(self, document, values):
        """The values with a link as long as the real one."""
        link = self.env["organizer.link"]._sample_url(self._company(document))
        return {**values, "link": link}
