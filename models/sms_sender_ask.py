from odoo import api, fields, models

from ..gateways import PROVIDERS
from ..gateways.base import SenderStatus, Trouble
from ..tools import sender_names

STATES = {
    SenderStatus.AUTHORISED: "authorised",
    SenderStatus.REFUSED: "refused",
    SenderStatus.WAITING: "submitted",
}


class SmsSender(models.Model):
    """What providers say of the names that were submitted to them, asked each hour: of
    those that are authorised, too, as they may be taken back."""

    _inherit = "sms.sender"

    asked_on = fields.Datetime("Last asked", readonly=True, copy=False)
    trouble = fields.Char("Could not be asked", readonly=True, copy=False)

    def action_ask(self):
        """*Ask now*."""
        self.check_access("write")
        for sender in self:
            sender._check_step("submitted", "authorised", "refused")
        self.sudo()._ask_provider()  # sudo: what the provider says is written by nobody

    @api.model
    def _ask_providers(self):
        """What the scheduled action does: one call for each gateway."""
        able = [
            key
            for key, provider in PROVIDERS.items()
            if provider.requests_senders and provider.lists_senders
        ]
        groups = self._read_group(
            [
                ("gateway_id.provider", "in", able),
                "|",
                ("state", "in", ("submitted", "authorised")),
                # it may have been missing from a list but once
                "&",
                ("state", "=", "refused"),
                ("is_used", "=", True),
            ],
            ["gateway_id"],
            ["id:recordset"],
        )
        outbox = self.env["sms.sms"]
        outbox._commit_progress(0, len(groups))
        for gateway, senders in groups:
            # a neutralised copy has forgotten its account
            if not gateway._missing():
                outbox._step_or_skip(senders._ask_provider)
            if outbox._commit_progress(1) <= 0:
                return

    def _ask_provider(self):
        """Ask once for all names of a gateway, and take in what is said of each."""
        for gateway, senders in self.grouped("gateway_id").items():
            try:
                found = gateway._ask(lambda adapter: adapter.senders())
            except Trouble as trouble:
                senders.write({"trouble": gateway._trouble_words(trouble)})
                continue
            senders.write({"trouble": False, "asked_on": fields.Datetime.now()})
            answers = {sender_names.key(one.name): one for one in found}
            for sender in senders:
                sender._take_answer(answers.get(sender_names.key(sender.name)))

    def _take_answer(self, found):
        """:param found: :class:`..gateways.base.SenderName`; None: not in its list"""
        state, words = self.state, self.provider_words or False
        if found:
            state, words = STATES[found.status], found.reason or False
        elif self.state == "authorised":
            state, words = "refused", self.env._("The provider knows it no more.")
        elif self.state == "submitted":
            words = self.env._("The provider does not list it yet.")
        if state != self.state:
            self._decide(state, words)
        elif words != (self.provider_words or False):
            self._step(provider_words=words)

    # -- names that a provider had before ---------------------------------------------

    @api.model
    def _keep(self, gateway, name):
        """:param gateway: ``sms.gateway`` whose provider has authorised the name
        :return: the company's sender name, authorised
        """
        self.check_access("create")
        sender = self._named(name, gateway.company_id.id)
        if not sender:
            values = {"name": name, "company_id": gateway.company_id.id}
            sender = self.create({**values, "gateway_id": gateway.id})
        if sender.state != "authorised":
            sender._note_submission("known")
            sender._step(gateway_id=gateway.id)
            sender._decide("authorised", False)
        return sender
