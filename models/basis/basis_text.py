from odoo import api, models
from odoo.tools import html2plaintext

from ...tools import placeholders
from ...tools.texts import MAX_SEGMENTS, SmsText, broken_names, unsendable

RELAX_PARAMETER = "sms_organizer.relax_placeholders"


class OrganizerBasis(models.AbstractModel):
    """What is wrong with a text, in words that name the cure."""

    _inherit = "organizer.basis"

    def _sms_problems(self, text, values, plain=False):
        """What keeps this text from being sent.

        :param dict values: placeholder → text, the link among them
        :param bool plain: whether it is written in plain letters where that pays
        :return: sentences
        """
        if not (text or "").strip():
            return [
                self.env._("The text is empty. Write what the customer is to read.")
            ]
        problems = self._unknown_problems(self.env._("Text"), text)
        sms = SmsText(text, plain)
        final = sms.final(values)
        if bad := unsendable(final):
            problems.append(self._unsendable_words(bad))
        segments = sms.measure(values).segments
        if segments > MAX_SEGMENTS:
            problems.append(
                self.env._(
                    "The text takes %(count)s SMS. Shorten it to %(most)s at the most.",
                    count=segments,
                    most=MAX_SEGMENTS,
                )
            )
        return problems

    def _mail_problems(self, subject, body):
        """What keeps this e-mail from being sent: sentences."""
        if not (subject or "").strip():
            return [self.env._("Subject: it is empty. Write what the e-mail is about.")]
        text = html2plaintext(body or "")
        if not text.strip():
            return [
                self.env._("The text is empty. Write what the customer is to read.")
            ]
        return [
            *self._unknown_problems(self.env._("Subject"), subject),
            *self._unknown_problems(self.env._("Text"), text),
            *(
                self.env._(
                    "Text: [%s] is partly formatted. Delete it and insert it again.",
                    name,
                )
                for name in broken_names(body)
            ),
        ]

    def _unknown_problems(self, where, text):
        return [
            self._unknown_words(where, one)
            for one in placeholders.unknown(text, self._placeholders())
        ] + [
            self.env._(
                "%(where)s: “[%(word)s” has no closing bracket. Write [[ for a "
                "bracket.",
                where=where,
                word=word,
            )
            for word in placeholders.unclosed(text, self._placeholders())
        ]

    @api.model
    def _unknown_words(self, where, unknown):
        if unknown.suggestion:
            return self.env._(
                "%(where)s: %(written)s is not a placeholder here. Did you mean "
                "[%(suggestion)s]? Write [[ for a bracket.",
                where=where,
                written=unknown.written,
                suggestion=unknown.suggestion,
            )
        return self.env._(
            "%(where)s: %(written)s is not a placeholder here. Pick one from the list, "
            "or write [[ for a bracket.",
            where=where,
            written=unknown.written,
        )

    @api.model
    def _unsendable_words(self, characters):
        return self.env._(
            "Text: %s cannot be sent: no phone shows it. Delete it.",
            ", ".join(f"U+{ord(char):04X}" for char in characters),
        )

    def _missing_problems(self, names):
        """What a text of this basis has to say and does not.

        :param names: the placeholders that the text has
        """
        # sudo: a setting that everyone who writes a text is held to
        params = self.env["ir.config_parameter"].sudo()
        if params.get_param(RELAX_PARAMETER):
            return []
        missing = [
            group for group in self._basis_obligatory if not set(group) & set(names)
        ]
        return [self._missing_words(group) for group in missing]

    def _missing_words(self, group):
        written = [f"[{name}]" for name in group]
        if len(written) == 1:
            return self.env._(
                "Text: %(name)s (%(label)s) is missing. A text of this kind needs it.",
                name=written[0],
                label=self._placeholders()[group[0]].label,
            )
        return self.env._(
            "Text: an amount is missing. A text of this kind needs one of %s.",
            ", ".join(written),
        )
