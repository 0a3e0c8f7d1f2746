import logging
import random
import time
from itertools import count
from typing import NamedTuple
from uuid import uuid4

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONCURRENCY_ERRORS
from odoo.tools import split_every

from ..gateways.base import hand_over, took_nothing

_logger = logging.getLogger(__name__)

# How often a step is taken that another process was in the way of.
TRIES = 5
# Where an answer is at stake, for this part of the longest call: reports overtake it,
# and each can be in its way once. When the provider has answered, a whole one is left
# until others take what is claimed for abandoned.
SETTLE_PATIENCE = 0.5
# For how long an answer is kept in memory while the database is away, in seconds.
DATABASE_PATIENCE = 120
# What waits is counted to tell Odoo's scheduler that there is more; not to the end.
COUNTED = 10_000
# What is worth a second process.
MANY = 500


class Way(NamedTuple):
    """Which messages go through which gateway now."""

    company: models.Model  # res.company
    gateway: models.Model  # sms.gateway; empty for Odoo's own provider
    domain: Domain  # of sms.sms, their state among it
    key: object = None  # the same, as long as it is the same messages' way


class Batch(NamedTuple):
    """What became of a batch."""

    size: int = 0  # messages that do not wait any more as before
    is_taken: bool = False  # whether the provider accepted or refused any of them


class SmsSms(models.Model):
    """The outbox: what a pass does.

    1. *Claim* (``sms_claim.py``) marks waiting messages as ours, and commits. Any
       number of processes share one outbox: each takes rows that no other holds. What
       they take from packages and budgets (``sms_charge.py``) is a step of its own.
    2. *Hand over* calls the provider outside any transaction and any lock, some
       messages at a time; just before, these are marked as handed over.
    3. *Settle* (``sms_settle.py``) writes what became of each message, and commits.

    What a process that died had handed over is *in doubt* (``sms_doubt.py``), and is
    never sent again blindly; what it had only claimed goes back in the queue.
    """

    _inherit = "sms.sms"

    # -- entries ---------------------------------------------------------------------

    @api.model
    def _process_queue(self):
        """One pass: settle what was left behind, ask about it, send what waits.

        For a cron (it obeys its time budget), a shell or a test.
        """
        # OVERRIDES 'sms'
        # sudo: the outbox belongs to no user; what it writes, no user may write
        outbox = self.sudo()
        recover = outbox._recover_abandoned
        outbox._step_or_skip(lambda: outbox._despite_others(recover))
        outbox._step_or_skip(outbox._ask_reports)
        outbox._step_or_skip(outbox._ask_about_doubtful)
        outbox._send_waiting()
        outbox._step_or_skip(lambda: outbox._despite_others(outbox._settle_runs))

    def send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Nothing is sent inside the caller's transaction: the outbox is woken when it
        commits, and if it is rolled back, nothing was sent.

        Where nothing can be committed, that is in the tests of other apps, what no
        gateway takes goes out at once, as Odoo has it.
        """
        # OVERRIDES 'sms'
        at_once = self.browse()
        if not self._can_commit():
            at_once = self.filtered_domain(self._of_odoo_domain())
        if self - at_once:
            self._wake()
        return super(SmsSms, at_once).send(
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
            & Domain("reply_id", "=", False)
            & Domain("is_test", "=", False)
        )

    # -- passes ----------------------------------------------------------------------

    def _send_waiting(self):
        """Send batch by batch, each company and gateway in turn.

        It ends early when the time of this run is up; another run goes on from there.
        """
        finished = set()
        while ways := [way for way in self._ways() if way.key not in finished]:
            waiting = self._count_waiting(ways)
            self._commit_progress(0, waiting)
            if not self._send_by(ways, finished, waiting):
                return
        # what waits still cannot go now: to begin again at once would be no use
        self._commit_progress(0, 0)

    def _call_another(self):
        """The outbox has two scheduled actions: have the other one begin now, in
        another process, where Odoo has one for it.

        Only after something was sent: two that send nothing would wake each other
        without end.
        """
        crons = self.env.ref("sms.ir_cron_sms_scheduler_action")
        crons |= self.env.ref("sms_organizer.ir_cron_outbox")
        # sudo: whoever may queue an SMS may not touch scheduled actions
        for cron in crons.sudo():
            if cron.id != self.env.context.get("cron_id"):
                cron._trigger()

    def _send_by(self, ways, finished, waiting=0):
        """Take turns, until nothing waits or another gateway has to take over.

        :param set finished: keys of ways by which nothing waits any more
        :param int waiting: how many messages do, where another one may be called
        :return: False when the time is up
        """
        has_called = False
        while ways:
            for way in list(ways):
                batch = self._step_or_skip(lambda way=way: self._send_batch(way))
                waiting -= batch.size if batch else 0
                if batch and batch.is_taken and waiting > MANY and not has_called:
                    self._call_another()
                    has_called = True
                if not batch or not batch.size:
                    finished.add(way.key)
                    ways.remove(way)
                elif self._commit_progress(batch.size) <= 0:
                    self._commit_progress(0, self._count_waiting(ways))
                    return False
                if way.gateway._rests():
                    return True
        return True

    def _ways(self):
        """What can be sent now: for each company that has something waiting, the
        gateways in their order, then Odoo's own provider."""
        gateways = self.env["sms.gateway"]
        due = self._due_domain()
        ways = []
        for (company,) in self._read_group(due, ["company_id"]):
            left = Domain("company_id", "=", company.id) & self._of_odoo_domain()
            for gateway, taken in [*gateways._ways(company), (gateways, left)]:
                # where another one rests, it takes more than it did before
                key = (company.id, gateway.id, str(taken))
                ways.append(Way(company, gateway, due & taken, key))
        return ways

    def _due_domain(self):
        now = fields.Datetime.now()
        return Domain("state", "=", "outgoing") & (
            Domain("next_attempt_at", "=", False) | Domain("next_attempt_at", "<=", now)
        )

    def _count_waiting(self, ways):
        return self.search_count(Domain.OR(way.domain for way in ways), limit=COUNTED)

    def _step_or_skip(self, step):
        """The trouble of one step, company or gateway is not the others'.

        :return: what the step returns; None when it failed
        """
        try:
            return step()
        except Exception:
            if not self._can_commit() or self._database_is_gone():
                raise
            # whatever was claimed is found later, as if this process had died
            self.env.cr.rollback()
            _logger.exception("A step of the SMS outbox was left out")
            return None

    def _send_batch(self, way):
        """:return: a :class:`Batch`"""
        claim = uuid4().hex

        def claim_wanted():
            # of the same transaction as the mode that the messages are marked with
            adapter = way.gateway._adapter(way.company)
            claimed = self._claim(way, adapter, claim)
            if not claimed:
                return adapter, claimed, claimed
            claimed = claimed._in_words_of(way.company)
            wanted = claimed - claimed._cancel_unwanted()
            return adapter, claimed, wanted - wanted._hold_back()

        def pay_and_prepare():
            # a transaction of its own: others wait for its end to pay theirs
            paid = going - going._hold_back_unpaid(gateway)
            return paid._prepare_messages(), {sms._reference(): sms.id for sms in paid}

        adapter, claimed, going = self._despite_others(claim_wanted)
        if not claimed:
            return Batch()
        gateway = way.gateway.with_env(claimed.env)
        messages, ids = self._despite_others(pay_and_prepare)
        outcomes, trouble = claimed._hand_over(claim, messages, adapter, ids)
        patience = SETTLE_PATIENCE * adapter.longest_call
        claimed._settle_surely(claim, outcomes, gateway, patience)
        if trouble:
            raise trouble
        self._step_or_skip(
            lambda: self._despite_others(
                lambda: gateway._learn_credits(claimed, outcomes)
            )
        )
        is_down = took_nothing(outcomes.values())
        is_taken = bool(outcomes) and not is_down
        if adapter.asks_statuses and is_taken:
            self._wake()  # for the reports
        if is_down and not gateway:
            return Batch()  # there is no record of it that could rest
        return Batch(len(claimed), is_taken)

    def _hand_over(self, claim, messages, adapter, ids):
        """Give them to the provider, as many at a time as it takes.

        :param dict ids: reference → id
        :return: ``{reference: Outcome}`` of what was handed over, and the trouble with
            the database that ended it early, or None
        """
        # after that, others would soon take what is claimed for abandoned
        until = time.monotonic() + adapter.longest_call
        known, outcomes = {}, {}
        for chunk in split_every(adapter.batch_size, messages):
            if time.monotonic() > until:
                break
            try:
                mine = self._despite_others(
                    lambda chunk=chunk, known=known: self._mark_handed_over(
                        claim, chunk, known, adapter, ids
                    )
                )
            except psycopg2.Error as error:
                return outcomes, error
            known = hand_over(adapter, [m for m in chunk if m.reference in mine])
            outcomes.update(known)
            if took_nothing(known.values()):
                break
        try:
            # as those before: found later, where others are for too long in the way
            # of what comes next
            self._despite_others(lambda: self._keep_answers(claim, known, ids))
        except psycopg2.Error as error:
            return outcomes, error
        return outcomes, None

    def _settle_surely(self, claim, outcomes, gateway, patience):
        """What the provider said is not lost while the database is away.

        :param float patience: for how long it is tried while others are in the way, in
            seconds
        """
        try:
            self._despite_others(
                lambda: self._settle_claim(claim, outcomes, gateway), patience
            )
        except psycopg2.Error:
            if not self._can_commit() or not self._database_is_gone():
                raise
            _logger.info("The database is away: %s answers are kept", len(outcomes))
            self._settle_when_it_is_back(claim, outcomes, gateway)
            raise  # this pass has no connection any more; the next one goes on

    def _settle_when_it_is_back(self, claim, outcomes, gateway):
        patience = time.monotonic() + DATABASE_PATIENCE
        while True:
            time.sleep(random.uniform(0.5, 1.5))
            try:
                with self.env.registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, self.env.context)
                    messages = self.with_env(env)
                    messages._settle_claim(claim, outcomes, gateway.with_env(env))
                return
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                if time.monotonic() > patience:
                    raise

    def _database_is_gone(self):
        return bool(self.env.cr.closed or self.env.cr._cnx.closed)

    def _despite_others(self, step, patience=None):
        """Take a step again, from the start, when another process was in its way.

        The step does nothing outside the database. It is committed, or rolled back.

        :param float patience: for so many seconds; None: :data:`TRIES` times
        """
        begun = time.monotonic()
        for tries in count(1):
            try:
                result = step()
                self._commit_progress()
                return result
            except CONCURRENCY_ERRORS:
                if not self._can_commit():
                    raise
                self.env.cr.rollback()
                if patience is None:
                    is_last = tries >= TRIES
                else:
                    is_last = time.monotonic() - begun >= patience
                if is_last:
                    raise
                time.sleep(random.uniform(0.01, 0.2))

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
