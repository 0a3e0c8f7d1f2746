import logging
import random
import time
from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONCURRENCY_ERRORS
from odoo.tools import SQL

from ..gateways.base import Message, hand_over

_logger = logging.getLogger(__name__)

# How often a step is taken that another process was in the way of.
TRIES = 5
# What waits is counted to tell Odoo's scheduler that there is more; not to the end.
COUNTED = 10_000


class SmsSms(models.Model):
    """The outbox: claim, hand over, settle (``sms_settle.py``).

    1. *Claim* marks waiting messages as ours, and commits. Any number of processes
       share one outbox: each takes rows that no other holds.
    2. *Hand over* calls the provider outside any transaction and any lock.
    3. *Settle* writes what became of each message, and commits.

    A process that dies between 1 and 3 leaves claimed messages behind: they become
    *unconfirmed*, and are never sent again by themselves.
    """

    _inherit = "sms.sms"

    claim = fields.Char(readonly=True, copy=False, help="Whose it is while it is sent")
    claimed_until = fields.Datetime(readonly=True, copy=False)
    attempts = fields.Integer(readonly=True, copy=False)
    next_attempt_at = fields.Datetime("Next attempt", readonly=True, copy=False)

    _waiting_idx = models.Index("(company_id, id) WHERE state = 'outgoing'")
    _claimed_idx = models.Index("(claimed_until) WHERE state = 'process'")

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
        outbox._ask_reports()
        if outbox._send_waiting():
            outbox._send_waiting_of_odoo()
        outbox._despite_others(outbox._settle_runs)

    def send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Queue what a gateway takes; the rest goes out Odoo's own way, at once.

        Nothing of ours is sent inside the caller's transaction: if it is rolled back,
        nothing was sent.
        """
        # OVERRIDES 'sms'
        ours = self.filtered_domain(~self._of_odoo_domain())
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

    @api.model
    def _of_odoo_domain(self):
        """What is left to Odoo's own provider: neither taken by a gateway of ours, nor
        queued by Organizer, nor meant to reach nobody."""
        return (
            ~self.env["sms.gateway"]._taken_domain()
            & Domain("run_line_id", "=", False)
            & Domain("is_test", "=", False)
        )

    # -- passes ----------------------------------------------------------------------

    def _send_waiting(self):
        """Send batch by batch, each company and gateway in turn.

        :return: False when the time of this run is up before the queue is empty
        """
        routes = self._waiting_routes()
        while routes:
            for route in list(routes):
                count = self._send_batch_or_skip(*route)
                if not count:
                    routes.remove(route)
                elif self._commit_progress(count, self._count_waiting(routes)) <= 0:
                    return False
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
        return self.search_count(self._due_domain() & taken, limit=COUNTED)

    def _send_batch_or_skip(self, company, gateway):
        """One company's or gateway's trouble is not the others'.

        :return: how many messages were taken from the queue
        """
        try:
            return self._send_batch(company, gateway)
        except Exception:
            if not self._can_commit():
                raise
            # whatever was claimed is found later, as if this process had died
            self.env.cr.rollback()
            _logger.exception("The SMS of %s wait: %s", company.name, gateway.name)
            return 0

    def _send_batch(self, company, gateway):
        adapter = gateway._adapter()
        claim = uuid4().hex

        def claim_and_prepare():
            claimed = self._claim(company, gateway, adapter, claim)
            return claimed, (claimed - claimed._cancel_unwanted())._prepare_messages()

        claimed, messages = self._despite_others(claim_and_prepare)
        if messages:
            outcomes = hand_over(adapter, messages)
            self._despite_others(lambda: claimed._settle(claim, outcomes))
            if adapter.asks_statuses:
                self._wake()  # for the reports
        return len(claimed)

    def _despite_others(self, step):
        """Take a step again, from the start, when another process was in its way.

        The step does nothing outside the database. It is committed.
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
        waiting = self._due_domain() & self._of_odoo_domain()
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

    def _claim(self, company, gateway, adapter, claim):
        """Take the oldest waiting messages that no other process holds.

        What they cost is told anew: the gateway or its price may have changed.

        :param str claim: the mark of this batch
        """
        self.flush_model()
        now = fields.Datetime.now()
        waiting = self._search(
            self._due_domain() & gateway._takes_domain(company),
            order="id",
            limit=adapter.batch_size,
        )
        # SKIP LOCKED stands inside, beside LIMIT: the rows of others do not count
        self.env.cr.execute(
            SQL(
                """
                WITH picked AS MATERIALIZED (%(waiting)s FOR UPDATE SKIP LOCKED)
                UPDATE sms_sms
                   SET state = 'process', claim = %(claim)s, claimed_until = %(until)s,
                       attempts = COALESCE(attempts, 0) + 1,
                       gateway_id = %(gateway)s,
                       is_test = COALESCE(is_test, FALSE) OR %(is_test)s,
                       price = COALESCE(segments, 0) * %(price)s,
                       currency_id = %(currency)s
                  FROM picked
                 WHERE sms_sms.id = picked.id
             RETURNING sms_sms.id
                """,
                waiting=waiting.select(),
                claim=claim,
                until=now + timedelta(seconds=2 * adapter.longest_call),
                gateway=gateway.id,
                is_test=gateway.is_sandbox,
                price=gateway.price,
                currency=gateway.currency_id.id,
            ),
            log_exceptions=False,
        )
        claimed = self.browse(sorted(row[0] for row in self.env.cr.fetchall()))
        claimed.invalidate_recordset(flush=False)
        return claimed

    def _cancel_unwanted(self):
        """Cancel what must not go any more.

        :return: those that were cancelled, or that our own code cannot judge
        """
        try:
            with self.env.cr.savepoint():
                unwanted = self._unwanted()
                for reason, messages in unwanted.items():
                    messages._set_outcome("canceled", reason=reason)
                return self.browse().union(*unwanted.values())
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - one bad message stops no other
            if len(self) > 1:
                return self.browse().union(*(sms._cancel_unwanted() for sms in self))
            _logger.warning("SMS %s cannot be sent: %r", self.id, error)
            reason = self.env._("It could not be prepared: %s", error)
            self._set_outcome("error", "unknown", reason=reason)
            return self

    def _unwanted(self):
        """:return: ``{reason in words: messages}`` of what must not be handed over"""
        reasons = self.run_line_id._reasons_not_to_send()
        tests = self.filtered(lambda sms: not sms.gateway_id.is_sandbox and sms.is_test)
        unwanted = (self - tests)._grouped_by(
            lambda sms: reasons.get(sms.run_line_id.id)
        )
        unwanted.pop(None, None)
        if tests:
            words = self.env._("It was queued in test mode, and was to reach nobody.")
            unwanted[words] = tests
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
