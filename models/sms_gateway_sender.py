from odoo import models

from ..gateways import PROVIDERS
from ..tools import sender_names


class SmsGateway(models.Model):
    """What stands in where no sender name can be shown."""

    _inherit = "sms.gateway"

    def _has_number(self):
        """Whether its own sender is no name: a number, a service that has numbers, or
        nothing. Where the provider cannot do without one, it says itself what is wrong
        with a name."""
        sender = self.sender
        if not sender or "sender" in PROVIDERS[self.provider].needs:
            return True
        return sender_names.is_number(sender)
