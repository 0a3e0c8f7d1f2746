from odoo import api, models
from odoo.fields import Domain

from ..tools import phone

# Messages in these states may have been read.
ARRIVING = ("process", "pending", "sent", "unconfirmed")


class SmsReply(models.Model):
    """Whose reply it is: the ledger knows whom we wrote to."""

    _inherit = "sms.reply"

    def _find_out(self, gateway):
        """Fill in the number, the customer, the message that is answered, its invoice
        and its company, in a number of queries that does not depend on how many replies
        there are.

        A number of several customers, to whom nobody has written, takes some more.
        """
        company = gateway.company_id or self.env.company
        readings = {
            reply.id: phone.readings(reply.number, company.country_id.code)
            or [reply.number]
            for reply in self
        }
        numbers = {number for found in readings.values() for number in found if number}
        messages = self._latest_messages(gateway, numbers)
        nothing = self.env["sms.sms"]
        partners = self._partners_with(
            gateway,
            {one for one in numbers if not messages.get(one, nothing).partner_id},
        )
        for reply in self:
            number = next(
                (
                    one
                    for known in (messages, partners)
                    for one in readings[reply.id]
                    if one in known
                ),
                # of several that nobody knows none is taken: it may be a stranger's
                readings[reply.id][0] if len(readings[reply.id]) == 1 else reply.number,
            )
            sms = messages.get(number, nothing)
            partner = sms.partner_id or partners.get(number, self.env["res.partner"])
            reply.write(
                {
                    "number": number,
                    "sms_id": sms.id,
                    "partner_id": partner.id,
                    "move_id": sms.move_id.id,
                    "company_id": (
                        gateway.company_id or sms.company_id or partner.company_id
                    ).id,
                }
            )

    @api.model
    def _latest_messages(self, gateway, numbers):
        """``{number: sms.sms}``: what its phone has got last, of this company; where
        the gateway serves all of them, of what it has sent itself, else of any."""
        domain = (
            Domain("number", "in", list(numbers))
            & Domain("state", "in", ARRIVING)
            & Domain("is_test", "!=", True)
            & Domain("reply_id", "=", False)
        )
        if gateway.company_id:
            return self._latest(
                domain & Domain("company_id", "=", gateway.company_id.id)
            )
        by_itself = self._latest(domain & Domain("gateway_id", "=", gateway.id))
        return self._latest(domain) | by_itself

    @api.model
    def _latest(self, domain):
        messages = self.env["sms.sms"]
        groups = messages._read_group(domain, ["number"], ["id:max"])
        return {number: messages.browse(latest) for number, latest in groups}

    # -- customers -------------------------------------------------------------------

    @api.model
    def _partners_with(self, gateway, numbers):
        """``{number: res.partner}``: whose number it is, where that is clear."""
        companies = [False, gateway.company_id.id] if gateway.company_id else None
        found = self.env["res.partner"].search_fetch(
            Domain.OR(
                Domain(name, "in", list(numbers))
                for name in ("sms_phone", "phone_sanitized")
            )
            & (Domain("company_id", "in", companies) if companies else Domain.TRUE),
            ["sms_phone", "phone_sanitized"],
        )
        partners = {}
        for number in numbers:
            owners = found.filtered(
                lambda one, number=number: (
                    number in (one.sms_phone, one.phone_sanitized)
                )
            )
            if owner := self._clearly_one(owners, gateway.company_id):
                partners[number] = owner
        return partners

    @api.model
    def _clearly_one(self, partners, company):
        """The one who has open invoices, else the customer that all of them are of."""
        if len(partners) < 2:
            return partners
        owing = self._owing(partners, company)
        customers = owing.commercial_partner_id
        for found in (
            partners & owing,
            partners.filtered(lambda one: one.commercial_partner_id in customers),
            partners.commercial_partner_id,
        ):
            if len(found) == 1:
                return found
        return partners.browse()

    @api.model
    def _owing(self, partners, company):
        """Who of these customers has open invoices, of that company or of any."""
        groups = self.env["account.move"]._read_group(
            Domain("move_type", "in", ("out_invoice", "out_receipt"))
            & Domain("state", "=", "posted")
            & Domain("payment_state", "in", ("not_paid", "partial"))
            & Domain("commercial_partner_id", "in", partners.commercial_partner_id.ids)
            & (Domain("company_id", "=", company.id) if company else Domain.TRUE),
            ["partner_id"],
        )
        return partners.browse().union(*(partner for (partner,) in groups))
