import logging
import random
import time
from datetime import timedelta
from uuid import uuid4

from psycopg2 import errors

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..gateways import PROVIDERS
from ..gateways.base import Failure, Message, Sent, Verdict, hand_over

_logger = logging.getLogger(__name__)

# After this long nobody works on a claimed message any more: every call to a provider
# has a time-out, and a batch is far shorter than this.
CLAIM_LEASE = timedelta(minutes=3)

# Pauses before the next attempt of what was surely not accepted; then it is an error.
PAUSES = [timedelta(seconds=s) for s in (10, 60, 300, 1200, 3600)]

# How long, and how often, the delivery of a message is asked for.
REPORT_PATIENCE = timedelta(days=3)
REPORT_PAUSE = timedelta(minutes=10)
REPORT_BATCH = 500

# Two processes met at one row: nothing is wrong, and what is rolled back is done again.
CONCURRENCY_ERRORS = (
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.LockNotAvailable,
)
TRIES = 5

FAILURE_TYPES = {
    Failure.NUMBER: "sms_number_format",
    Failure.COUNTRY: "sms_country_not_supported",
    Failure.CREDIT: "sms_credit",
    Failure.ACCOUNT: "sms_acc",
    Failure.SENDER: "sms_registration_needed",
    Failure.SERVER: "sms_server",
}


class SmsSms(models.Model):
    """The outbox: claim, hand over, settle.

    1. *Claim* marks waiting messages as ours, and commits. Any number of processes
       share one outbox: each takes rows that no other holds.
    2. *Hand over* calls the provider outside any transaction and any lock.
    3. *Settle* writes what became of each message, and commits.

    A process that dies between 1 and 3 leaves claimed messages behind: they become
    *unconfirmed*, and are never sent again by themselves.
    """

    _inherit = "sms.sms"

    claim = fields.Char(readonly=True, copy=False)
    claimed_at = fields.Datetime(readonly=True, copy=False)
    attempts = fields.Integer(readonly=True, copy=False)
    next_attempt_at = fields.Datetime("Next attempt", readonly=True, copy=False)
    report_asked_at = fields.Datetime(readonly=True, copy=False)

    _waiting_idx = models.Index("(company_id, id) WHERE state = 'outgoing'")
    _claimed_idx = models.Index("(claimed_at) WHERE state = 'process'")
    _unreported_idx = models.Index("(gateway_id, id) WHERE state = 'pending'")

    # -- entries ---------------------------------------------------------------------

    @api.model
    def _process_queue(self):
        """One pass: settle what was left behind, ask for reports, send what waits.

        For a cron (it obeys its time budget), a shell or a test.
        """
        # OVERRIDES 'sms'
        # sudo: the outbox belongs to no user; what it writes, no user may write
        outbox = self.sudo()
        outbox._despite_others(outbox._doubt_abandoned)
        outbox._despite_others(outbox._ask_reports)
        if outbox._send_waiting():
            outbox._send_waiting_of_odoo()
        outbox._despite_others(outbox._settle_runs)

    def send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Queue what a gateway takes; the rest goes out Odoo's own way, at once.

        Nothing of ours is sent inside the caller's transaction: if it is rolled back,
        nothing was sent.
        """
        # OVERRIDES 'sms'
        ours = self.filtered_domain(self.env["sms.gateway"]._taken_domain())
        if ours:
            self._wake()
        return super(SmsSms, self - ours).send(
            unlink_failed=unlink_failed,
            unlink_sent=unlink_sent,
            raise_exception=raise_exception,
        )

    @api.model
    def _wake(self):
        """Run a pass as soon as this transaction has committed."""
        # sudo: whoever may queue an SMS may not touch scheduled actions
        self.env.ref("sms.ir_cron_sms_scheduler_action").sudo()._trigger()

    # -- passes ----------------------------------------------------------------------

    def _send_waiting(self):
        """Send batch by batch, each company and gateway in turn.

        :return: False when the time of this run is up before the queue is empty
        """
        routes = self._waiting_routes()
        sent = False
        while routes:
            for company, gateway in list(routes):
                count = self._send_batch(company, gateway)
                if not count:
                    routes.remove((company, gateway))
                    continue
                sent = True
                if self._commit_progress(count, self._count_waiting(routes)) <= 0:
                    return False
        if sent:
            self._wake()  # for the reports
        return True

    def _waiting_routes(self):
        """Pairs of company and gateway, for the companies with something waiting."""
        groups = self._read_group(self._due_domain(), ["company_id"])
        companies = self.env["res.company"].union(*(company for (company,) in groups))
        gateways = self.env["sms.gateway"]
        routes = [(company, gateways._for_company(company)) for company in companies]
        return [(company, gateway) for company, gateway in routes if gateway]

    def _due_domain(self):
        now = fields.Datetime.now()
        return (
            Domain("state", "=", "outgoing")
            & Domain("to_delete", "!=", True)
            & (
                Domain("next_attempt_at", "=", False)
                | Domain("next_attempt_at", "<=", now)
            )
        )

    def _count_waiting(self, routes):
        taken = Domain.OR(gateway._takes_domain(company) for company, gateway in routes)
        return self.search_count(self._due_domain() & taken)

    def _send_batch(self, company, gateway):
        """:return: how many messages were taken from the queue"""
        claimed = self._despite_others(lambda: self._claim(company, gateway))
        if not claimed:
            return 0
        going = claimed - claimed._cancel_unwanted()
        messages = going._prepare_messages()
        adapter = gateway._adapter()
        self._commit_progress()
        outcomes = hand_over(adapter, messages) if messages else {}
        self._despite_others(lambda: going._settle(outcomes))
        return len(claimed)

    def _despite_others(self, step):
        """Take a step again, from the start, when another process was in its way.

        The step does nothing outside the database, and commits before it returns.
        """
        for last in [False] * (TRIES - 1) + [True]:
            try:
                result = step()
                self._commit_progress()
                return result
            except CONCURRENCY_ERRORS:
                if last or not self._can_commit():
                    raise
                self.env.cr.rollback()
                time.sleep(random.uniform(0.01, 0.2))
        return None

    def _send_waiting_of_odoo(self):
        """What no gateway takes goes through Odoo's own provider."""
        waiting = self._due_domain() & ~self.env["sms.gateway"]._taken_domain()
        size = self._get_send_batch_size()
        batch = self.search(waiting, limit=size, order="id").try_lock_for_update()
        if not batch:
            return
        for sms_api, messages in batch._split_by_api():
            messages.with_context(sms_api=sms_api)._send()
        full = len(batch) == size
        self._commit_progress(len(batch), self.search_count(waiting) if full else 0)

    def _commit_progress(self, processed=0, remaining=None):
        """:return: seconds left for this run"""
        if not self._can_commit():
            self.env.flush_all()
            return float("inf")
        # the claim has to be seen by other processes before the provider is called,
        # and an outcome must survive whatever happens next
        return self.env["ir.cron"]._commit_progress(processed, remaining=remaining)

    def _can_commit(self):
        """Not inside a test's transaction."""
        return self.env["account.move.send"]._can_commit()

    # -- claim -----------------------------------------------------------------------

    def _claim(self, company, gateway):
        """Take the oldest waiting messages that no other process holds."""
        self.flush_model()
        waiting = self._search(
            self._due_domain() & gateway._takes_domain(company),
            order="id",
            limit=gateway._batch_size(),
        )
        # SKIP LOCKED stands inside, beside LIMIT: the rows of others do not count
        self.env.cr.execute(
            SQL(
                """
                WITH picked AS MATERIALIZED (%(waiting)s FOR UPDATE SKIP LOCKED)
                UPDATE sms_sms
                   SET state = 'process', claim = %(claim)s, claimed_at = %(now)s,
                       attempts = COALESCE(attempts, 0) + 1,
                       gateway_id = %(gateway)s, is_test = %(is_test)s
                  FROM picked
                 WHERE sms_sms.id = picked.id
             RETURNING sms_sms.id
                """,
                waiting=waiting.select(),
                claim=uuid4().hex,
                now=fields.Datetime.now(),
                gateway=gateway.id,
                is_test=gateway.is_sandbox,
            )
        )
        claimed = self.browse(sorted(row[0] for row in self.env.cr.fetchall()))
        claimed.invalidate_recordset(flush=False)
        return claimed

    def _cancel_unwanted(self):
        """Cancel those that must not go any more.

        :return: the cancelled ones
        """
        cancelled = self.browse()
        for reason, messages in self._unwanted().items():
            messages._set_outcome("canceled", reason=reason)
            cancelled |= messages
        return cancelled

    def _unwanted(self):
        """:return: ``{reason in words: messages}`` of what must not be handed over"""
        lines = self.run_line_id
        reasons = lines._reasons_not_to_send() if lines else {}
        unwanted = self._grouped_by(lambda sms: reasons.get(sms.run_line_id.id))
        unwanted.pop(None, None)
        return unwanted

    def _prepare_messages(self):
        return [
            Message(
                reference=sms.uuid,
                number=sms.number or "",
                text=sms.body or "",
                encoding=sms.encoding,
                segments=sms.segments,
            )
            for sms in self
        ]

    # -- settle ----------------------------------------------------------------------

    def _settle(self, outcomes):
        """Write what became of each message.

        :param dict outcomes: reference → :class:`..gateways.base.Outcome`
        """
        now = fields.Datetime.now()
        # what a report has settled meanwhile stays
        open_ones = self.filtered(lambda sms: sms.state in ("process", "unconfirmed"))
        settled = open_ones._grouped_by(lambda sms: outcomes[sms.uuid].verdict)
        settled.get(Verdict.ACCEPTED, self.browse())._settle_accepted(outcomes, now)
        settled.get(Verdict.REJECTED, self.browse())._settle_rejected(outcomes)
        settled.get(Verdict.NOT_TAKEN, self.browse())._settle_not_taken(outcomes, now)
        settled.get(Verdict.UNKNOWN, self.browse())._settle_unknown(outcomes)

    def _settle_runs(self):
        self.env["organizer.run"].search([("state", "=", "sending")])._settle_state()

    def _settle_accepted(self, outcomes, now):
        for sms in self:
            outcome = outcomes[sms.uuid]
            charged = outcome.cost is not None
            sms.write(
                {
                    "state": "pending",
                    "failure_type": False,
                    "failure_reason": False,
                    "provider_id": outcome.provider_id,
                    "cost": outcome.cost if charged else sms.price,
                    "sent_at": now,
                }
            )
        self._tell_chatter("pending")

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
                    "failure_reason": outcomes[sms.uuid].reason,
                    "next_attempt_at": now + PAUSES[sms.attempts - 1],
                }
            )

    def _settle_unknown(self, outcomes):
        for reason, messages in self._grouped_by(
            lambda sms: outcomes[sms.uuid].reason
        ).items():
            messages._set_outcome("unconfirmed", "unknown", reason=reason)

    def _doubt_abandoned(self):
        """Claimed by a process that is gone: it may have been sent, or not."""
        abandoned = self.search(
            [
                ("state", "=", "process"),
                ("claim", "!=", False),
                ("claimed_at", "<", fields.Datetime.now() - CLAIM_LEASE),
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

    # -- report ----------------------------------------------------------------------

    def _ask_reports(self):
        """Ask the gateways that can be asked what became of what they accepted."""
        now = fields.Datetime.now()
        asked = [key for key, provider in PROVIDERS.items() if provider.asks_statuses]
        sent = self.search(
            Domain("state", "=", "pending")
            & Domain("sent_at", ">", now - REPORT_PATIENCE)
            & (
                Domain("gateway_id.provider", "in", asked)
                | Domain("is_test", "=", True)
            )
            & (
                Domain("report_asked_at", "=", False)
                | Domain("report_asked_at", "<", now - REPORT_PAUSE)
            ),
            limit=REPORT_BATCH,
            order="id",
        ).try_lock_for_update()
        if not sent:
            return
        sent.write({"report_asked_at": now})
        for gateway, messages in sent._grouped_by(lambda sms: sms.gateway_id).items():
            queries = [Sent(m.uuid, m.provider_id or "", m.number) for m in messages]
            adapter = gateway._adapter()
            self._commit_progress()
            self._apply_reports(adapter.statuses(queries))

    @api.model
    def _apply_reports(self, reports):
        """Take in delivery reports, whatever their order; a final state stays.

        :param list reports: :class:`..gateways.base.Report`
        """
        by_reference = {report.reference: report for report in reports}
        messages = self.search(
            [
                ("uuid", "in", list(by_reference)),
                ("state", "in", ("process", "pending", "unconfirmed")),
            ]
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
