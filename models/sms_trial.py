import logging
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONCURRENCY_ERRORS

from ..gateways.sandbox import SandboxGateway

_logger = logging.getLogger(__name__)


class SmsSms(models.Model):
    """A test SMS: it takes the outbox's steps at once, through one gateway, whether
    that is live or not, and is never tried again by itself."""

    _inherit = "sms.sms"

    is_trial = fields.Boolean(
        "Test SMS of a gateway",
        readonly=True,
        help="An administrator sent it to see whether the gateway works.",
    )

    @api.model
    def _create_trial(self, gateway, number, text):
        """:return: the message, claimed, so that no other process takes it"""
        is_test = gateway.provider == SandboxGateway.provider
        redirected = False if is_test else self._redirect_number()
        sms = self.create(
            {
                "number": number,
                "body": text,
                "partner_id": self.env.user.partner_id.id,
                "company_id": (gateway.company_id or self.env.company).id,
                "user_id": self.env.uid,
                "gateway_id": gateway.id,
                "currency_id": gateway.currency_id.id,
                "is_test": is_test,
                "is_trial": True,
                "redirected_to": redirected,
                "state": "process",
                "claim": uuid4().hex,
            }
        )
        sms.price = sms.segments * gateway._price_to(sms.number)
        return sms

    def _send_trial(self, exchanges):
        """Hand it over, and write what became of it.

        :param list exchanges: what went over the wire is added to it
        """
        self.ensure_one()
        adapter = self.gateway_id._adapter(self.company_id, self.is_test)
        adapter.exchanges = exchanges
        self.claimed_until = self._lease(adapter)
        if self._opted_out():
            raise UserError(
                self.env._(
                    "Phone number: %s is on the list of those who do not want SMS.",
                    self.number,
                )
            )
        self._commit_progress()
        claim, messages = self.claim, self._prepare_messages()
        ids = {self._reference(): self.id}
        outcomes, trouble = self._hand_over(claim, messages, adapter, ids)
        if trouble:
            raise trouble
        try:
            self._despite_others(lambda: self._settle_trial(claim, outcomes))
        except CONCURRENCY_ERRORS as error:
            # Odoo would take the request again, and send another one; what became of
            # this one is found as that of a process that died
            if self._can_commit():
                self.env.cr.rollback()
            _logger.info("A test SMS is settled later: %s", type(error).__name__)

    def _settle_trial(self, claim, outcomes):
        # no gateway: what a test meets is no outage
        self._settle_claim(claim, outcomes, self.env["sms.gateway"])
        if self.state == "outgoing":
            self._set_outcome("error", "sms_server", reason=self.failure_reason)
            self.next_attempt_at = False

    def _opted_out(self):
        return bool(self.env["organizer.basis"]._stopped_numbers([self.number]))
