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
        named = self.filtered(lambda sms: sms._takes_name() and not sms.is_doubtful)
        senders = self.env["sms.sender"]._senders_of(named.company_id)
        for (company, gateway), messages in named._grouped_by(
            lambda sms: (sms.company_id, sms.gateway_id)
        ).items():
            if why := senders[company.id]._waiting_words(company, gateway):
                for sms in messages:
                    reasons.setdefault(sms.id, ("sender", why))
        return reasons

    def _takes_name(self):
        """Whether the company's sender name counts: there are gateways that take none,
        and countries whose phones show numbers alone."""
        return self._gateway_takes_names() and sender_names.takes_names(
            self.redirected_to or self.number
        )

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
        senders = {
            sms.id: sms._sender(in_use.get(sms.company_id.id, names)) for sms in self
        }
        for shown, messages in self._grouped_by(
            lambda sms: sms._shown_as(senders[sms.id])
        ).items():
            messages.filtered(lambda sms, shown=shown: sms.sender != shown).write(
                {"sender": shown}
            )
        self.flush_recordset(["sender"])  # what follows forgets the cache
        return senders

    def _sender(self, name):
        """:param name: ``sms.sender`` that its company has in use, or none"""
        if self.is_doubtful:
            return self.sender or None  # the same as the first time
        if not self._gateway_takes_names():
            return None
        if not self._takes_name():
            return None if self.gateway_id._has_number() else ""
        return name.name if name._is_authorised_at(self.gateway_id) else None

    def _shown_as(self, sender):
        if sender is None and self._gateway_takes_names():
            sender = self.gateway_id.sender
        return sender or False
