from odoo import fields, models

from ..gateways import PROVIDERS
from ..tools import sender_names


class SmsSms(models.Model):
    """Under which name a message goes, and that it waits until it may."""

    _inherit = "sms.sms"

    sender = fields.Char(
        "Shown as",
        readonly=True,
        copy=False,
        help="The sender name or number that it was handed over with; empty: the "
        "provider's own.",
    )

    def _reasons_to_wait(self):
        # EXTENDS 'sms_organizer'
        reasons = super()._reasons_to_wait()
        # what may have been sent already is decided under the name that it had
        able = self.filtered(
            lambda sms: sms.gateway_id and not sms.is_test and not sms.is_doubtful
        )
        names = self.env["sms.sender"]
        senders = names._senders_of(able.company_id)
        for (company, gateway), messages in able._grouped_by(
            lambda sms: (sms.company_id, sms.gateway_id)
        ).items():
            name = senders.get(company.id, names)
            if why := name._waiting_words(company, gateway):
                for sms in messages.filtered(lambda sms: sms._takes_name()):
                    reasons.setdefault(sms.id, ("sender", why))
        return reasons

    def _takes_name(self):
        """Whether the company's sender name counts: there are gateways that take none,
        and countries whose phones show numbers alone."""
        return self._gateway_takes_names() and self._phone_shows_names()

    def _phone_shows_names(self):
        return sender_names.takes_names(self.redirected_to or self.number)

    def _gateway_takes_names(self):
        if self.is_test or not self.gateway_id:
            return False
        return PROVIDERS[self.gateway_id.provider].takes_sender_names

    def _senders(self):
        """What phones are to show; it is written down, too.

        :return: ``{id: as Message.sender has it}``
        """
        names = self.env["sms.sender"]
        in_use = names._senders_of(self.company_id)
        senders = {}
        for (company, gateway, _is_test), messages in self._grouped_by(
            lambda sms: (sms.company_id, sms.gateway_id, sms.is_test)
        ).items():
            name = in_use.get(company.id, names)
            own = name.name if name._is_authorised_at(gateway) else None
            takes_names = messages[:1]._gateway_takes_names()
            for sms in messages:
                senders[sms.id] = sms._sender(own, takes_names)
        for shown, messages in self._grouped_by(
            lambda sms: sms._shown_as(senders[sms.id])
        ).items():
            messages.filtered(lambda sms, shown=shown: sms.sender != shown).write(
                {"sender": shown}
            )
        self.flush_recordset(["sender"])  # what follows forgets the cache
        return senders

    def _sender(self, own, takes_names):
        """
        :param own: the name that its company has in use, authorised at its gateway
        :param bool takes_names: see :meth:`_gateway_takes_names`
        """
        if self.is_doubtful:
            return self.sender or None  # the same as the first time
        if not takes_names:
            return None
        if not self._phone_shows_names():
            return None if self.gateway_id._has_number() else ""
        return own

    def _shown_as(self, sender):
        if sender is None and self._gateway_takes_names():
            sender = self.gateway_id.sender
        return sender or False
