from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import formatLang

from ...tools.texts import SAMPLE_LINK

PREFIX = "organizer.basis."
PLAIN_SPACES = str.maketrans("\u00a0\u202f", "  ", "\ufeff")


class Placeholder(NamedTuple):
    """A name that a text of this basis may hold in square brackets."""

    label: str  # for a person
    sample: str  # a typical value: for previews, and to measure a text by


class OrganizerBasis(models.AbstractModel):
    """What a message is about.

    A basis is an abstract model ``organizer.basis.<name>`` with a ``_basis_label``. It
    says which documents it is about now, which placeholders it offers, who is told, and
    which document goes with the message. It is found by its name: another add-on adds a
    basis by adding such a model, and no line here.

    A *document* is what one message is about: a record of ``_basis_model``. All methods
    take them as sets, speak in the name of ``env.company`` where the document has no
    company of its own, and in the language of the context.

    Who would be told and who would not is in ``basis_candidates.py``, what is wrong
    with a text in ``basis_text.py``, whom a template is for in ``basis_filters.py``,
    what becomes a line of a run in ``basis_lines.py``, and when a schedule tells it in
    ``basis_schedule.py``.
    """

    _name = "organizer.basis"
    _description = "Basis of a message"

    _basis_sequence = 100
    _basis_model = "account.move"
    # a text about anything: no reminder of money, and written for one customer
    _basis_is_free = False
    # whether an invoice goes with it, whose PDF and XML an e-mail may bring along
    _basis_has_invoice = False
    # models with a gear menu of their own whose records stand for documents
    _basis_menus = ("account.move",)
    # what a template of this basis may be narrowed by, beside groups and salespeople
    _basis_filters = frozenset()
    # placeholders without which a text says nothing: one of each group must be there
    _basis_obligatory = ()
    # placeholders that are not true any more once something was paid; first, the one
    # that it is about
    _basis_amounts = ()

    # -- to be said by each basis ----------------------------------------------------

    def _basis_label(self):
        """Its name for a person; False for what is not to be chosen."""
        return False

    def _placeholders(self):
        """``{name: Placeholder}``, in the order of the palette."""
        return {}

    def _domain(self):
        """The documents that it is about now, as a domain of ``_basis_model``."""
        return Domain.FALSE

    def _wide_domain(self):
        """The same, with those among them that are disputed: a schedule says so."""
        return self._domain()

    def _fetch(self, documents):
        """Read at once what is needed of many documents and of their customers: left to
        itself, Odoo reads them by the thousand."""

    def _values_in_lang(self, documents, names):
        """``{document id: {placeholder: text}}`` of (at least) these names, in the
        language of the context; a number of queries that does not depend on how many
        documents there are. ``link`` is not among them: it is made when a message is.
        """
        return {document.id: {} for document in documents}

    def _owed(self, documents, names=None):
        """``{document id: {placeholder: {currency id as text: amount}}}``: what is open
        now, to be compared with later.

        :param names: of (at least) these placeholders; None: of all ``_basis_amounts``
        """
        return {}

    def _refusals(self, documents):
        """``{document id: (reason, why)}`` for those nobody is to be told about now."""
        return {}

    def _recipients(self, documents):
        """``{document id: partner}``"""
        return {document.id: document for document in documents}

    def _numbers(self, documents):
        """``{document id: SMS number as it was entered, or False}``"""
        return documents._sms_phones()

    def _invoices(self, documents):
        """``{document id: account.move}``: what goes with the message of a basis that
        ``_basis_has_invoice``: where its ``[link]`` leads, and whose PDF and XML an
        e-mail brings along."""
        return {}

    def _has_link(self):
        """Whether its texts may have a link to a page."""
        return "link" in self._placeholders()

    def _links_to_customer(self):
        """Whether its ``[link]`` leads to all that is open of a customer."""
        return (
            self._has_link()
            and not self._basis_has_invoice
            and self._basis_model == "res.partner"
        )

    def _mail_heading(self, document):
        """What stands over an e-mail: ``(kind of document, its name)``."""
        return self.env._("account"), document.display_name

    def _customer_field(self):
        """The field of a document that is its customer; empty where it is one."""
        return ""

    def _salesperson_field(self):
        return "user_id"

    # -- what others ask -------------------------------------------------------------

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
    def _free(self):
        """:return: the names of the bases whose texts are about anything"""
        return [
            name.removeprefix(PREFIX)
            for name in self.env.registry
            if name.startswith(PREFIX) and self.env[name]._basis_is_free
        ]

    @api.model
    def _get(self, name):
        """The basis of this name, for instance ``"invoice_issued"``."""
        return self.env[PREFIX + name]

    def _palette(self):
        """The placeholders as the editor takes them: ``[{name, label, sample}]``."""
        return [
            {"name": name, **placeholder._asdict()}
            for name, placeholder in self._placeholders().items()
        ]

    def _samples(self):
        """``{placeholder: typical value}``, a link among them."""
        samples = {
            name: placeholder.sample
            for name, placeholder in self._placeholders().items()
        }
        return {**samples, "link": SAMPLE_LINK} if "link" in samples else samples

    def _values(self, documents, names=None):
        """``{document id: {placeholder: text}}``, each in its customer's language.

        :param names: the placeholders that are wanted; all of them if None
        """
        names = set(self._placeholders()) if names is None else set(names)
        self._fetch(documents)
        recipients = self._recipients(documents)
        values = {}
        by_lang = documents.grouped(
            lambda document: self._lang(recipients[document.id])
        )
        for lang, group in by_lang.items():
            in_lang = group.with_context(lang=lang)
            values |= self.with_context(lang=lang)._values_in_lang(in_lang, names)
        return values

    def _documents_from(self, records):
        """The documents that the ticked records of a list stand for.

        :param records: of one of ``_basis_menus``
        """
        return records

    def _company(self, document):
        """In whose name the document is told about."""
        return document.company_id or self.env.company

    def _lang(self, partner):
        return partner.lang or self.env.user.lang or "en_US"

    # -- formats ---------------------------------------------------------------------

    def _format_amount(self, amount, currency):
        """``1 234.50 PLN``: the code, for symbols often force Unicode upon an SMS."""
        number = formatLang(self.env, amount, digits=currency.decimal_places)
        return f"{number} {currency.name}".translate(PLAIN_SPACES)

    def _format_amounts(self, amounts):
        """Those of several currencies are listed.

        :param amounts: ``[(amount, currency), …]``
        """
        return ", ".join(self._format_amount(*one) for one in amounts)
