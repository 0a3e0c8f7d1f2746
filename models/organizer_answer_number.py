from odoo import models
from odoo.fields import Domain


class OrganizerAnswer(models.Model):
    """A number that is not the customer's is never written to again.

    It is on the phone blacklist, of which every message is asked before it leaves.
    """

    _inherit = "organizer.answer"

    def _act_wrong_number(self):
        blacklist, number = self.env["phone.blacklist"], self.number
        blacklist._add_wrong_number(number, self._why_wrong())
        self._forget_number(number)
        links = self._links_sent_to(number)
        links.revoked = True
        words = self.env._(
            "%s was put on the phone blacklist and taken off the customer. Links that "
            "it got do not open any more.",
            number,
        )
        return [words]

    def _why_wrong(self):
        return self.env._(
            "Who has this phone said on the page behind a link that it is not that of "
            "%s.",
            self.partner_id.display_name or self._names(self.move_ids),
        )

    def _forget_number(self, number):
        """Where it is the *SMS number* of the customer, its contacts, its invoices."""
        partners, moves = self.env["res.partner"], self.env["account.move"]
        customer = self.partner_id
        if customer:
            family = [("commercial_partner_id", "=", customer.id)]
            family.append(("sms_phone", "=", number))
            everyone = partners.with_context(active_test=False)
            everyone.search(family).sms_phone = False
        theirs = (
            Domain("commercial_partner_id", "=", customer.id)
            if customer
            else (Domain("id", "in", self.move_ids.ids))
        )
        unpaid = Domain("state", "=", "draft")
        unpaid |= Domain("payment_state", "in", ("not_paid", "partial"))
        moves.search(
            theirs & unpaid & Domain("sms_phone", "=", number)
        ).sms_phone = False

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
