from typing import NamedTuple

from odoo import api, models
from odoo.tools import formatLang

from ...tools import placeholders

PREFIX = "organizer.basis."


class Candidate(NamedTuple):
    """A document and the one who would be told about it.

    ``reason`` is a code of ``organizer.run.line.reason`` and ``why`` the same in words
    of the user's language; both are False for those who can be told.
    """

    document: models.Model
    partner: models.Model
    number: str | bool
    reason: str | bool = False
    why: str | bool = False

    def _line_values(self, template, values):
        """Values of ``organizer.run.line``.

        :param template: :class:`..tools.placeholders.Template`
        :param dict values: placeholder → text
        """
        is_move = self.document._name == "account.move"
        return {
            "partner_id": self.partner.id,
            "move_id": self.document.id if is_move else False,
            "number": self.number,
            "text": template.fill(values, keep=("link",)),
            "reason": self.reason,
            "why": self.why,
        }


class OrganizerBasis(models.AbstractModel):
    """What a message is about.

    A basis is an abstract model ``organizer.basis.<name>`` with a ``_basis_label``. It
    says which documents it takes, which placeholders it offers and who is told. It is
    found by its name: another add-on adds a basis by adding such a model.
    """

    _name = "organizer.basis"
    _description = "Basis of a message"

    _basis_sequence = 100
    _basis_model = "account.move"

    def _basis_label(self):
        """Its name for a person; False for what is not to be chosen."""
        return False

    @api.model
    def _selection(self, model=None):
        """Selection of the bases, or of those about a model, the usual ones first."""
        bases = [
            self.env[name] for name in self.env.registry if name.startswith(PREFIX)
        ]
        return [
            (basis._name.removeprefix(PREFIX), basis._basis_label())
            for basis in sorted(bases, key=lambda basis: basis._basis_sequence)
            if basis._basis_label() and model in (None, basis._basis_model)
        ]

    @api.model
    def _get(self, name):
        """The basis of this name, for instance ``"invoice_issued"``."""
        return self.env[PREFIX + name]

    # -- to be said by each basis ----------------------------------------------------

    def _default_text(self):
        """The text to begin with, in the language of the context."""
        return ""

    def _labels(self):
        """``{placeholder: label}``, in the order of the palette."""
        return {}

    def _values_in_lang(self, documents):
        """``{document id: {placeholder: text}}`` in the language of the context."""
        return {document.id: {} for document in documents}

    def _refusals(self, documents):
        """``{document id: (reason, why)}`` for those nobody is to be told about now."""
        return {}

    def _recipients(self, documents):
        """``{document id: partner}``"""
        return {document.id: document for document in documents}

    def _numbers(self, documents):
        """``{document id: SMS number as it was entered, or False}``"""
        return documents._sms_phones()

    # -- what others ask -------------------------------------------------------------

    def _values(self, documents):
        """``{document id: {placeholder: text}}``, each in its customer's language."""
        recipients = self._recipients(documents)
        values = {}
        for lang, group in documents.grouped(
            lambda document: self._lang(recipients[document.id])
        ).items():
            in_lang = group.with_context(lang=lang)
            values |= self.with_context(lang=lang)._values_in_lang(in_lang)
        return values

    def _company(self, document):
        """In whose name the document is told about."""
        return document.company_id or self.env.company

    def _lang(self, partner):
        return partner.lang or self.env.user.lang or "en_US"

    def _candidates(self, documents, numbers=None):
        """Who would be told, and who would not and why.

        :param dict numbers: document id → number to use in place of the stored one
        :return: a :class:`Candidate` for each document, in their order; a constant
            number of queries
        """
        recipients = self._recipients(documents)
        refusals = self._refusals(documents)
        entered = {**self._numbers(documents), **(numbers or {})}
        checked = {
            document.id: self._check_number(
                entered[document.id],
                recipients[document.id].with_company(self._company(document)),
            )
            for document in documents
        }
        stopped = self._stopped_numbers(number for number, _refusal in checked.values())
        unserved = self._unserved_companies(documents)
        candidates = []
        for document in documents:
            number, refusal = checked[document.id]
            refusal = (
                unserved.get(self._company(document))
                or refusals.get(document.id)
                or refusal
                or stopped.get(number)
                or (False, False)
            )
            candidates.append(
                Candidate(
                    document,
                    recipients[document.id],
                    number,
                    *refusal,
                )
            )
        return candidates

    def _run_lines(self, documents):
        """Values of a run's lines that tell each of the documents by the default text,
        in its customer's language; what cannot be told is left out with the reason.
        """
        values = self._values(documents)
        texts = {}
        lines = []
        for candidate in self._candidates(documents):
            lang = self._lang(candidate.partner)
            if lang not in texts:
                texts[lang] = placeholders.compile(
                    self.with_context(lang=lang)._default_text()
                )
            lines.append(
                candidate._line_values(texts[lang], values[candidate.document.id])
            )
        return lines

    def _check_number(self, number, partner):
        """:return: (E.164 or as entered, (reason, why) or None)"""
        if not number:
            return False, partner._why_no_sms_phone()
        checked, problem = self.env["organizer.sms.phone"]._check_sms_phone(
            number, partner._sms_phone_countries()
        )
        return (checked, None) if checked else (number, ("bad_number", problem))

    def _unserved_companies(self, documents):
        """``{company: (reason, why)}`` for those without a gateway."""
        routes = self.env["sms.gateway"]._routes_of
        companies = {self._company(document) for document in documents}
        return {
            company: ("no_gateway", self._no_gateway_words(company))
            for company in companies
            if not routes(company.id)
        }

    @api.model
    def _no_gateway_words(self, company):
        return self.env._(
            "%s has no SMS gateway. An administrator sets one up under Organizer ▸ "
            "Configuration ▸ Gateways.",
            company.name,
        )

    def _stopped_numbers(self, numbers):
        """``{number: (reason, why)}`` for those who do not want to be written to."""
        # sudo: the list of those who opted out is not readable by everyone who sends
        stopped = (
            self.env["phone.blacklist"]
            .sudo()
            .search([("number", "in", [number for number in numbers if number])])
        )
        return {
            number: ("opted_out", self._stopped_words(number))
            for number in stopped.mapped("number")
        }

    @api.model
    def _stopped_words(self, number):
        return self.env._("%s is on the phone blacklist: its owner opted out.", number)

    # -- formats ---------------------------------------------------------------------

    def _format_amount(self, amount, currency):
        """``1 234.50 PLN``: the code, for symbols often force Unicode upon an SMS."""
        number = formatLang(self.env, amount, digits=currency.decimal_places)
        plain_spaces = str.maketrans("\u00a0\u202f", "  ", "\ufeff")
        return f"{number} {currency.name}".translate(plain_spaces)
