from odoo import models
from odoo.fields import Domain

# more of them are not said by name
MOST_NAMES = 10


class OrganizerAnswer(models.Model):
    """A number that is not the customer's is never written to again.

    It is on the phone blacklist, of which every message is asked before it leaves.
    """

    _inherit = "organizer.answer"

    def _act_wrong_number(self):
        number = self.number
        self.env["phone.blacklist"]._add_wrong_number(number, self._why_wrong())
        partners, moves = self._forget_number(number)
        self._close(self._links_sent_to(number))
        return [
            self.env._("%s is on the phone blacklist: no SMS goes there.", number),
            *self._forgotten_words(partners, moves),
            *self._kept_words(number),
            self.env._("Links that it got do not open any more."),
        ]

    def _close(self, links):
        """Nobody opens what they lead to any more, nor the portal's page of an invoice,
        to which *Pay* may have led: its address in earlier e-mails is closed too."""
        moves = links.move_id.union(*(link._documents() for link in links))
        moves.filtered("access_token").access_token = False
        links.revoked = True

    def _why_wrong(self):
        """Whose number it is not, is not said: it stays on the list for good, and so
        does this."""
        return self.env._(
            "Who has this phone said on the page behind a link that it is not the "
            "customer's."
        )

    def _forget_number(self, number):
        """Where it is the *SMS number* of the customer, its contacts, its invoices.

        :return: (``res.partner``, ``account.move``) that had it
        """
        partners = self._family([("sms_phone", "=", number)])
        partners.sms_phone = False
        unpaid = Domain("state", "=", "draft")
        unpaid |= Domain("payment_state", "in", ("not_paid", "partial"))
        theirs = (
            Domain("commercial_partner_id", "=", self.partner_id.id)
            if self.partner_id
            else Domain("id", "in", self.move_ids.ids)
        )
        moves = self.env["account.move"].search(
            theirs & unpaid & Domain("sms_phone", "=", number)
        )
        moves.sms_phone = False
        return partners, moves

    def _family(self, domain, **options):
        """The customer and its contacts, archived ones too; of nobody, none."""
        partners = self.env["res.partner"].with_context(active_test=False)
        if not self.partner_id:
            return partners
        family = [("commercial_partner_id", "=", self.partner_id.id)]
        return partners.search([*family, *domain], **options)

    # -- in words --------------------------------------------------------------------

    def _forgotten_words(self, partners, moves):
        words = []
        if partners:
            names = self._some_names(partners)
            words.append(self.env._("It is no longer the SMS number of %s.", names))
        if len(moves) > MOST_NAMES:
            words.append(
                self.env._("It is no longer the SMS number on %s invoices.", len(moves))
            )
        elif moves:
            names = ", ".join(moves.mapped("display_name"))
            words.append(self.env._("It is no longer the SMS number on %s.", names))
        return words

    def _kept_words(self, number):
        """A number to call is for a person to correct."""
        domain = [("phone_sanitized", "=", number)]
        partners = self._family(domain, limit=MOST_NAMES + 1)
        if not partners:
            return []
        return [
            self.env._(
                "It is still the phone of %s: correct it there.",
                self._some_names(partners),
            )
        ]

    def _some_names(self, partners):
        names = [one.name or one.display_name for one in partners[:MOST_NAMES]]
        return ", ".join(names) + (" …" if len(partners) > MOST_NAMES else "")

    # -- links -----------------------------------------------------------------------

    def _links_sent_to(self, number):
        """All that who has the phone was sent about this customer."""
        sent = Domain("number", "=", number) & Domain("link_id", "!=", False)
        if self.partner_id:
            messages = self.env["sms.sms"].search(
                sent
                & Domain("partner_id.commercial_partner_id", "=", self.partner_id.id)
            )
            return messages.link_id | self.link_id
        return self.link_id
