import logging
import random
from datetime import timedelta

import psycopg2

from odoo import fields, models
from odoo.tools import SQL, float_round

from ..gateways.base import Failure, Verdict
from .bulk import is_written_as_known

_logger = logging.getLogger(__name__)

# Pauses before the next attempt of what was surely not accepted; then it is an error.
PAUSES = [timedelta(seconds=s) for s in (10, 60, 300, 1200, 3600)]

# How long one try waits for a row: others follow, for a part of the lease in all.
LOCK_TIMEOUT = "2s"

FAILURE_TYPES = {
    Failure.NUMBER: "sms_number_format",
    Failure.COUNTRY: "sms_country_not_supported",
    Failure.CREDIT: "sms_credit",
    Failure.ACCOUNT: "sms_acc",
    Failure.SENDER: "sms_registration_needed",
    Failure.SERVER: "sms_server",
}

# what _write_accepted writes
ACCEPTED = {
    "state",
    "failure_type",
    "failure_reason",
    "provider_id",
    "cost",
    "sent_at",
    "is_doubtful",
    "earlier_doubt",
    "claim",
    "answer",
}


class SmsSms(models.Model):
    """What became of each message: the answer to its sending."""

    _inherit = "sms.sms"

    def _settle_claim(self, claim, outcomes, gateway):
        """Write what is known of a claim, and give back what was not handed over.

        :param str claim: the mark that they were claimed with
        :param dict outcomes: reference → :class:`..gateways.base.Outcome`
        :param gateway: ``sms.gateway`` that was asked; empty for Odoo's own provider
        """
        self._lock_first()
        gateway._take_note(outcomes.values())
        left = self.filtered(lambda sms: sms._reference() not in outcomes)
        (self - left)._settle_or_doubt(claim, outcomes)
        left.filtered(
            lambda sms: sms.claim == claim and sms.state == "process"
        )._give_back()

    def _lock_first(self):
        """Before anything is read: a report that is being written is waited for, and
        one that comes later waits for us. Else each could undo the work of us all.

        :raise psycopg2.errors.LockNotAvailable: when that takes too long
        """
        self.env.cr.execute(
            SQL(
                """
                SET LOCAL lock_timeout TO %s;
                SELECT FROM sms_sms WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
                """,
                LOCK_TIMEOUT,
                self.ids,
            ),
            log_exceptions=False,
        )
        self.invalidate_recordset(flush=False)

    def _settle_or_doubt(self, claim, outcomes):
        """What our own code cannot write of one message is not lost for the others.

        :param dict outcomes: reference → Outcome, of each of these
        """
        try:
            with self.env.cr.savepoint():
                self._settle(claim, outcomes)
        except psycopg2.OperationalError:
            raise  # the database's trouble, or another process in the way
        except Exception as error:  # noqa: BLE001 - one bad message stops no other
            self.invalidate_recordset(flush=False)
            if len(self) > 1:
                for sms in self:
                    sms._settle_or_doubt(claim, outcomes)
                return
            _logger.warning("What became of %s cannot be written: %r", self, error)
            self._doubt(
                self.env._("The provider's answer could not be taken in: %s", error)
            )

    def _settle(self, claim, outcomes):
        """Write what became of each message that is still ours."""
        now = fields.Datetime.now()
        ours = self.filtered(lambda sms: sms.claim == claim)
        by_id = {sms.id: outcomes[sms._reference()] for sms in ours}
        groups = ours._grouped_by(lambda sms: by_id[sms.id].verdict)
        accepted = groups.pop(Verdict.ACCEPTED, self.browse())
        accepted._settle_accepted(by_id, now)
        # what a report has settled meanwhile stays as it is
        for verdict in groups:
            groups[verdict] = groups[verdict].filtered(
                lambda sms: sms.state in ("process", "unconfirmed")
            )
        # a repetition that is refused says nothing of the first time
        again = groups[Verdict.REJECTED].filtered("is_doubtful")
        again._still_in_doubt(by_id)
        (groups[Verdict.REJECTED] - again)._settle_rejected(by_id)
        groups[Verdict.NOT_TAKEN]._settle_not_taken(by_id, now)
        groups[Verdict.UNKNOWN]._settle_unknown(by_id)
        (ours - accepted).write({"claim": False, "answer": False})

    def _give_back(self):
        """Claimed, but surely not handed over."""
        self.filtered("is_doubtful").write({"state": "unconfirmed"})
        self.filtered(lambda sms: not sms.is_doubtful).write({"state": "outgoing"})
        self.write({"claim": False, "answer": False})

    def _settle_accepted(self, outcomes, now):
        """Write its figures even where a report was faster than the answer.

        :param dict outcomes: id → :class:`..gateways.base.Outcome`, as below
        """
        costs = self._costs(outcomes, now)
        sent = self.filtered(lambda sms: sms.state in ("process", "unconfirmed"))
        provider_ids = {sms_id: outcomes[sms_id].provider_id for sms_id in self._ids}
        if self._is_settled_as_known():
            self._write_accepted(sent, provider_ids, costs, now)
            if sent:
                sent._tell_chatter("pending")
            self._reopen_days()
        else:
            sent._set_outcome("pending")
            self._write_each(provider_ids, costs, now)
        self._tell_odoo_its_ids(outcomes)

    def _is_settled_as_known(self):
        """Whether statements may write what was accepted: nobody else acts when it is
        written, or keeps something that depends on it."""
        lines = self.env["organizer.run.line"]
        return is_written_as_known(
            self, ACCEPTED, {"organizer.run.line.outcome"}
        ) and is_written_as_known(lines, {"outcome"})

    def _write_accepted(self, sent, provider_ids, costs, now):
        """One statement: the figures of all, and what ``_set_outcome("pending")`` does
        of those that no report has settled yet. A package or budget keeps what such a
        message took.

        :param sent: those of self that are *sent* now
        :param dict provider_ids: id → the provider's, or empty
        :param dict costs: id → in the message's currency
        """
        if not self:
            return
        self.flush_recordset()
        is_sent = set(sent._ids)
        self.env.cr.execute(
            SQL(
                """
                WITH accepted AS (
                    UPDATE sms_sms
                       SET provider_id = COALESCE(NULLIF(known.provider_id, ''),
                                                  sms_sms.provider_id),
                           cost = known.cost,
                           sent_at = COALESCE(handed_over_at, %(now)s),
                           is_doubtful = FALSE, earlier_doubt = FALSE,
                           claim = NULL, answer = NULL,
                           state = CASE WHEN is_sent THEN 'pending' ELSE state END,
                           failure_type = CASE WHEN NOT is_sent THEN failure_type END,
                           failure_reason = CASE WHEN NOT is_sent
                                                 THEN failure_reason END,
                           write_date = %(now)s, write_uid = %(user)s
                      FROM unnest(%(ids)s::int[], %(provider_ids)s::text[],
                                  %(costs)s::numeric[], %(is_sent)s::bool[])
                           AS known(id, provider_id, cost, is_sent)
                     WHERE sms_sms.id = known.id
                 RETURNING run_line_id, is_sent
                )
                UPDATE organizer_run_line line
                   SET outcome = 'sent'
                  FROM accepted
                 WHERE line.id = accepted.run_line_id AND accepted.is_sent
                """,
                now=now,
                user=self.env.uid,
                ids=self.ids,
                provider_ids=[provider_ids[one] for one in self._ids],
                costs=[
                    float_round(costs[one], precision_digits=4) for one in self._ids
                ],
                is_sent=[one in is_sent for one in self._ids],
            )
        )
        computed = (name for name, one in self._fields.items() if not one.store)
        written = [*ACCEPTED, "write_date", "write_uid"]
        self.invalidate_recordset([*written, *computed], flush=False)
        sent.run_line_id.invalidate_recordset(["outcome"], flush=False)

    def _write_each(self, provider_ids, costs, now):
        """The same for each by ``write``, which add-ons extend."""
        for sms in self:
            sms.write(
                {
                    "provider_id": provider_ids[sms.id] or sms.provider_id,
                    "cost": costs[sms.id],
                    "sent_at": sms.handed_over_at or now,
                    "is_doubtful": False,
                    "earlier_doubt": False,
                    "claim": False,
                    "answer": False,
                }
            )

    def _tell_odoo_its_ids(self, outcomes):
        """``sms_twilio`` keeps Twilio's id, by which it is told of the delivery."""
        known = self.filtered(
            lambda sms: not sms.gateway_id or sms.gateway_id.provider == "odoo"
        ).filtered(lambda sms: outcomes[sms.id].provider_id)
        if known:
            known._handle_call_result_hook(
                [
                    {
                        "uuid": sms.uuid,
                        "state": "sent",
                        "sms_twilio_sid": outcomes[sms.id].provider_id,
                    }
                    for sms in known
                ]
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
            outcome = outcomes[sms.id]
            charged_in = currencies.get(outcome.currency, sms.currency_id)
            if sms.is_test:
                costs[sms.id] = 0
            elif outcome.cost is None:
                costs[sms.id] = sms.price
            else:
                costs[sms.id] = charged_in._convert(
                    outcome.cost, sms.currency_id, sms.company_id, now, round=False
                )
            # each attempt that was sent has cost
            costs[sms.id] += sms.earlier_cost
        return costs

    def _settle_rejected(self, outcomes):
        def words(sms):
            outcome = outcomes[sms.id]
            failure_type = FAILURE_TYPES.get(outcome.failure, "unknown")
            if outcome.code in known:
                failure_type = outcome.code
            return (failure_type, self._translated(outcome.reason))

        known = dict(self._fields["failure_type"].selection)
        for (failure_type, reason), messages in self._grouped_by(words).items():
            messages._set_outcome(
                "error", failure_type, reason=reason, is_doubtful=False
            )

    def _settle_not_taken(self, outcomes, now):
        """Back in the queue, later and later; to be taken over by another gateway of
        the company at once, where there is one."""
        doubtful = self.filtered("is_doubtful")
        doubtful._still_in_doubt(outcomes)
        waiting = self - doubtful
        given_up = waiting.filtered(lambda sms: sms.attempts > len(PAUSES))
        given_up._settle_rejected(outcomes)
        taken_over = waiting._taken_over()
        for sms in waiting - given_up:
            outcome = outcomes[sms.id]
            pause = PAUSES[max(sms.attempts, 1) - 1] * random.uniform(0.75, 1)
            wish = timedelta(seconds=min(outcome.retry_after or 0, 24 * 3600))
            sms.write(
                {
                    "state": "outgoing",
                    "failure_reason": self._translated(outcome.reason),
                    "next_attempt_at": (
                        False if sms in taken_over else now + max(pause, wish)
                    ),
                }
            )

    def _taken_over(self):
        """Those whose gateway rests, and that another one of the company takes now."""
        resting = self.filtered(lambda sms: sms.gateway_id._rests())
        taken = self.browse()
        for company, messages in resting.grouped("company_id").items():
            for _gateway, domain in self.env["sms.gateway"]._ways(company):
                taken |= messages.filtered_domain(domain)
        return taken

    def _settle_unknown(self, outcomes):
        for detail, messages in self._grouped_by(
            lambda sms: self._translated(outcomes[sms.id].reason)
        ).items():
            if detail:
                reason = self.env._("No clear answer from the provider: %s", detail)
            else:
                reason = self.env._("The provider's answer does not mention it.")
            messages._doubt(reason)

    def _settle_runs(self):
        """Those that another process settles at this moment are left to it."""
        sending = self.env["organizer.run"].search([("state", "=", "sending")])
        self.env.cr.execute(
            SQL(
                "SELECT id FROM organizer_run WHERE id = ANY(%s) ORDER BY id "
                "FOR NO KEY UPDATE SKIP LOCKED",
                sending.ids,
            ),
            log_exceptions=False,
        )
        mine = sending.browse(row[0] for row in self.env.cr.fetchall())
        mine.invalidate_recordset(["state"])
        mine._settle_state()
