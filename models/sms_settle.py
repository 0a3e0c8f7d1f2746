import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..gateways import PROVIDERS
from ..gateways.base import Failure, Sent, Verdict

_logger = logging.getLogger(__name__)

# Pauses before the next attempt of what was surely not accepted; then it is an error.
PAUSES = [timedelta(seconds=s) for s in (10, 60, 300, 1200, 3600)]

# How long, and how often, the delivery of a message is asked for.
REPORT_PATIENCE = timedelta(days=3)
REPORT_PAUSE = timedelta(minutes=10)
REPORT_BATCH = 500

# States that an outcome or a report may still change.
OPEN_STATES = ("process", "pending", "unconfirmed")

FAILURE_TYPES = {
    Failure.NUMBER: "sms_number_format",
    Failure.COUNTRY: "sms_country_not_supported",
    Failure.CREDIT: "sms_credit",
    Failure.ACCOUNT: "sms_acc",
    Failure.SENDER: "sms_registration_needed",
    Failure.SERVER: "sms_server",
}


class SmsSms(models.Model):
    """What became of each message: the answer to its sending, then its report."""

    _inherit = "sms.sms"

    report_asked_at = fields.Datetime(readonly=True, copy=False)

    _unreported_idx = models.Index("(report_asked_at, id) WHERE state = 'pending'")

    # -- the answer ------------------------------------------------------------------

    def _settle(self, claim, outcomes):
        """Write what became of each message that is still ours.

        :param str claim: the mark that they were claimed with
        :param dict outcomes: reference → :class:`..gateways.base.Outcome`
        """
        now = fields.Datetime.now()
        ours = self.filtered(lambda sms: sms.claim == claim and sms.uuid in outcomes)
        groups = ours._grouped_by(lambda sms: outcomes[sms.uuid].verdict)
        groups[Verdict.ACCEPTED]._settle_accepted(outcomes, now)
        # what a report has settled meanwhile stays as it is
        for verdict in groups:
            groups[verdict] = groups[verdict].filtered(
                lambda sms: sms.state in ("process", "unconfirmed")
            )
        groups[Verdict.REJECTED]._settle_rejected(outcomes)
        groups[Verdict.NOT_TAKEN]._settle_not_taken(outcomes, now)
        groups[Verdict.UNKNOWN]._settle_unknown(outcomes)

    def _settle_accepted(self, outcomes, now):
        """Write its figures even where a report was faster than the answer."""
        costs = self._costs(outcomes, now)
        for sms in self:
            sms.write(
                {
                    "provider_id": outcomes[sms.uuid].provider_id,
                    "cost": costs[sms.id],
                    "sent_at": now,
                }
            )
        self.filtered(lambda sms: sms.state in ("process", "unconfirmed"))._set_outcome(
            "pending"
        )

    def _costs(self, outcomes, now):
        """``{id: cost in the message's currency}``: as charged, else as expected."""
        names = {outcome.currency for outcome in outcomes.values() if outcome.currency}
        currencies = {
            currency.name: currency
            for currency in self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", list(names))])
        }
        costs = {}
        for sms in self:
            outcome = outcomes[sms.uuid]
            charged_in = currencies.get(outcome.currency, sms.currency_id)
            if sms.is_test:
                costs[sms.id] = 0
            elif outcome.cost is None:
                costs[sms.id] = sms.price
            else:
                costs[sms.id] = charged_in._convert(
                    outcome.cost, sms.currency_id, sms.company_id, now, round=False
                )
        return costs

    def _settle_rejected(self, outcomes):
        def words(sms):
            return (outcomes[sms.uuid].failure, outcomes[sms.uuid].reason)

        for (failure, reason), messages in self._grouped_by(words).items():
            messages._set_outcome(
                "error", FAILURE_TYPES.get(failure, "unknown"), reason=reason
            )

    def _settle_not_taken(self, outcomes, now):
        given_up = self.filtered(lambda sms: sms.attempts > len(PAUSES))
        given_up._settle_rejected(outcomes)
        for sms in self - given_up:
            sms.write(
                {
                    "state": "outgoing",
                    "claim": False,
                    "failure_reason": outcomes[sms.uuid].reason,
                    "next_attempt_at": now + PAUSES[sms.attempts - 1],
                }
            )

    def _settle_unknown(self, outcomes):
        for detail, messages in self._grouped_by(
            lambda sms: outcomes[sms.uuid].reason
        ).items():
            if detail:
                reason = self.env._("The provider's answer was lost (%s).", detail)
            else:
                reason = self.env._("The provider's answer does not mention it.")
            messages._set_outcome("unconfirmed", "unknown", reason=reason)

    def _doubt_abandoned(self):
        """Claimed by a process that is gone: it may have been sent, or not."""
        abandoned = self.search(
            [
                ("state", "=", "process"),
                ("claim", "!=", False),
                ("claimed_until", "<", fields.Datetime.now()),
            ],
            limit=REPORT_BATCH,
        ).try_lock_for_update()
        if abandoned:
            _logger.info("%s SMS were left behind: now in doubt", len(abandoned))
            abandoned._set_outcome(
                "unconfirmed",
                "unknown",
                reason=self.env._(
                    "The process that was sending it stopped before the answer."
                ),
            )

    def _settle_runs(self):
        self.env["organizer.run"].search([("state", "=", "sending")])._settle_state()

    # -- the report ------------------------------------------------------------------

    def _ask_reports(self):
        """Ask the gateways that can be asked what became of what they accepted."""
        asked = self._despite_others(self._take_unreported)
        for (gateway, is_test), messages in asked._grouped_by(
            lambda sms: (sms.gateway_id, sms.is_test)
        ).items():
            adapter = gateway._adapter(is_test)
            queries = [Sent(m.uuid, m.provider_id or "", m.number) for m in messages]
            self._commit_progress()
            reports = self._statuses(adapter, queries)
            self._despite_others(lambda found=reports: self._apply_reports(found))

    def _take_unreported(self):
        now = fields.Datetime.now()
        able = [key for key, provider in PROVIDERS.items() if provider.asks_statuses]
        sent = self.search(
            Domain("state", "=", "pending")
            & Domain("sent_at", ">", now - REPORT_PATIENCE)
            & (Domain("gateway_id.provider", "in", able) | Domain("is_test", "=", True))
            & (
                Domain("report_asked_at", "=", False)
                | Domain("report_asked_at", "<", now - REPORT_PAUSE)
            ),
            limit=REPORT_BATCH,
            order="report_asked_at nulls first, id",
        ).try_lock_for_update()
        sent.write({"report_asked_at": now})
        return sent

    def _statuses(self, adapter, queries):
        try:
            return adapter.statuses(queries)
        except Exception as error:  # noqa: BLE001 - asked again later; sending goes on
            # its type alone: it may quote the request, credentials included
            _logger.info("No reports: %s", type(error).__name__)
            return []

    @api.model
    def _apply_reports(self, reports):
        """Take in delivery reports, whatever their order; a final state stays.

        :param list reports: :class:`..gateways.base.Report`
        """
        by_reference = {report.reference: report for report in reports}
        messages = self.search(
            [("uuid", "in", list(by_reference)), ("state", "in", OPEN_STATES)]
        )

        def words(sms):
            report = by_reference[sms.uuid]
            return (report.delivered, report.at, report.failure, report.reason)

        for (delivered, at, failure, reason), group in messages._grouped_by(
            words
        ).items():
            if delivered:
                group._set_outcome("sent", delivered_at=at or fields.Datetime.now())
            else:
                group._set_outcome(
                    "error", FAILURE_TYPES.get(failure, "unknown"), reason=reason
                )

    @api.model
    def _apply_reports_of_odoo(self, message_statuses):
        """What Odoo's own provider reports of messages that went through it.

        :param list message_statuses: as ``/sms/status`` gets them
        """
        for status in message_statuses:
            state = self.IAP_TO_SMS_STATE_SUCCESS.get(status["sms_status"])
            messages = self.search(
                [
                    ("uuid", "in", status["uuids"]),
                    ("state", "in", OPEN_STATES),
                    ("gateway_id", "=", False),
                ]
            )
            if state:
                messages.write({"state": state})
            else:
                known = dict(self._fields["failure_type"].selection)
                failure = f"sms_{status['sms_status']}"
                messages.write(
                    {
                        "state": "error",
                        "failure_type": failure if failure in known else "unknown",
                        "failure_reason": status["sms_status"],
                    }
                )
