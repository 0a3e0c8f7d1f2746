import re
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL, email_normalize_all

SMS, EMAIL = "sms", "email"
E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)


class Candidate(NamedTuple):
    """A document and the one who would be told about it.

    ``reason`` is a code of ``organizer.run.line.reason`` and ``why`` the same in words
    of the user's language; both are False for those who can be told.
    """

    document: models.Model
    partner: models.Model
    address: str | bool  # the SMS number (E.164, or as entered), or the e-mail address
    reason: str | bool = False
    why: str | bool = False


class OrganizerBasis(models.AbstractModel):
    """Who would be told, and who would not and why."""

    _inherit = "organizer.basis"

    def _candidates(self, documents, channel=SMS, addresses=None):
        """
        :param dict addresses: document id → number or e-mail address to use in place of
            the stored one
        :return: a :class:`Candidate` for each document, in their order; a constant
            number of queries
        """
        self._fetch(documents)
        recipients = self._recipients(documents)
        refusals = self._refusals(documents)
        check = self._check_numbers if channel == SMS else self._check_emails
        checked = check(documents, recipients, addresses or {})
        off = self.env["res.company"]._organizer_channel_problem(channel)
        candidates = []
        for document in documents:
            address, refusal = checked[document.id]
            unserved = ("switched_off", off) if off else None
            if channel == SMS and not off:
                unserved = self._unserved(self._company(document), address, refusal)
            refusal = unserved or refusals.get(document.id) or refusal or (False, False)
            candidates.append(
                Candidate(document, recipients[document.id], address, *refusal)
            )
        return candidates

    # -- by SMS ----------------------------------------------------------------------

    def _check_numbers(self, documents, recipients, numbers):
        """``{document id: (number, (reason, why) or None)}``"""
        entered = {**self._numbers(documents), **numbers}
        checked = {
            document.id: (own, None)
            if (own := entered[document.id]) and self._is_checked(document, own)
            else self._check_number(
                own, recipients[document.id].with_company(self._company(document))
            )
            for document in documents
        }
        stopped = self._stopped_numbers(number for number, _refusal in checked.values())
        return {
            document_id: (number, refusal or stopped.get(number))
            for document_id, (number, refusal) in checked.items()
        }

    def _is_checked(self, document, number):
        """Whether it is the document's own, which was checked when it was entered."""
        own = "sms_phone" in document._fields and document.sms_phone
        return number == own and bool(E164.fullmatch(number))

    def _check_number(self, number, partner):
        """:return: (E.164 or as entered, (reason, why) or None)"""
        if not number:
            return False, partner._why_no_sms_phone()
        checked, problem = self.env["organizer.sms.phone"]._check_sms_phone(
            number, partner._sms_phone_countries()
        )
        return (checked, None) if checked else (number, ("bad_number", problem))

    def _unserved(self, company, number, refusal):
        """:return: (reason, why) where no gateway of the company takes it; or None"""
        gateways = self.env["sms.gateway"]
        if not gateways._routes_of(company.id):
            return "no_gateway", self._no_gateway_words(company)
        if refusal or gateways._route_to(company, number):
            return None
        return "no_gateway", self._no_route_words(company, number)

    def _no_route_words(self, company, number):
        return self.env._(
            "No live gateway of %(company)s takes %(number)s. An administrator says "
            "under Organizer ▸ Configuration ▸ Gateways which country codes each one "
            "takes, and ends its test mode.",
            company=company.name,
            number=number,
        )

    @api.model
    def _no_gateway_words(self, company):
        return self.env._(
            "%s has no SMS gateway. An administrator sets one up under Organizer ▸ "
            "Configuration ▸ Gateways.",
            company.name,
        )

    def _stopped_numbers(self, numbers):
        """``{number: (reason, why)}`` for those who do not want to be written to."""
        # by SQL: Odoo would read each of the numbers anew. Those on the list were
        # checked when they were entered, and so were these; and not everyone who sends
        # may read the list.
        blacklist = self.env["phone.blacklist"].sudo()
        blacklist.flush_model(["active", "number"])
        found = self.env.execute_query(
            SQL(
                "SELECT id FROM phone_blacklist WHERE active AND number = ANY(%s)",
                list({number for number in numbers if number}),
            )
        )
        stopped = blacklist.browse([one for (one,) in found])
        return {one.number: one._why_not_written_to() for one in stopped}

    # -- by e-mail -------------------------------------------------------------------

    def _emails(self, documents):
        """``{document id: address as it was entered, or False}``: the customer's
        contact for invoices, else the one who is told, else the customer."""
        recipients = self._recipients(documents)
        contacts = self._invoice_contacts(recipients.values())
        found = {}
        for document in documents:
            partner = recipients[document.id]
            customer = partner.commercial_partner_id
            own = partner.email if partner.type == "invoice" else False
            found[document.id] = (
                own or contacts.get(customer.id) or partner.email or customer.email
            )
        return found

    def _invoice_contacts(self, partners):
        """``{customer id: e-mail of its first contact for invoices}``"""
        customers = {partner.commercial_partner_id.id for partner in partners}
        contacts = self.env["res.partner"].search_fetch(
            [
                ("commercial_partner_id", "in", list(customers)),
                ("parent_id", "!=", False),
                ("type", "=", "invoice"),
                ("email", "!=", False),
            ],
            ["email", "commercial_partner_id"],
            order="id desc",
        )
        return {one.commercial_partner_id.id: one.email for one in contacts}

    def _check_emails(self, documents, recipients, emails):
        """``{document id: (address, (reason, why) or None)}``"""
        entered = {**self._emails(documents), **emails}
        stopped = self._stopped_emails(entered.values())
        return {
            document.id: self._check_email(
                entered[document.id], recipients[document.id], stopped
            )
            for document in documents
        }

    def _check_email(self, entered, partner, stopped):
        if not entered:
            why = self.env._(
                "%s has no e-mail address. Enter one on the customer's form.",
                partner.display_name,
            )
            return False, ("no_email", why)
        addresses = email_normalize_all(entered)
        if not addresses:
            why = self.env._(
                "“%s” is not an e-mail address. Correct it: name@example.com.", entered
            )
            return entered, ("bad_email", why)
        wanted = [address for address in addresses if address not in stopped]
        if not wanted:
            return ", ".join(addresses), stopped[addresses[0]]
        return ", ".join(wanted), None

    def _stopped_emails(self, entered):
        """``{address: (reason, why)}`` for those who do not want to be written to."""
        addresses = [
            address for one in entered if one for address in email_normalize_all(one)
        ]
        # sudo: as for numbers
        stopped = (
            self.env["mail.blacklist"]
            .sudo()
            .search_fetch([("email", "in", addresses)], ["email"])
        )
        return {
            one.email: (
                "opted_out",
                self.env._(
                    "%s is on the e-mail blacklist: its owner opted out.", one.email
                ),
            )
            for one in stopped
        }
