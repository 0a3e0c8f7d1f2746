import json
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONCURRENCY_ERRORS
from odoo.tools import SQL

from ..gateways.base import Failure, Message, Outcome, Verdict

_logger = logging.getLogger(__name__)

# Most messages that one process takes from the queue at a time, and most calls that it
# takes them for: others are to have their share.
CLAIM_SIZE = 1000
CLAIM_CALLS = 32

# What is held back is looked at again, whatever it waits for.
LOOK_AGAIN = timedelta(minutes=30)

# The answer of what is on its way to the provider; without it, it is not.
NONE_YET = ""
# what _mark_handed_over writes
MARKED = ["handed_over_at", "claimed_until", "attempts", "answer"]

REDIRECT_PARAMETER = "sms_organizer.redirect_to"


class SmsSms(models.Model):
    """The outbox: whose a message is while it is sent, and what is handed over."""

    _inherit = "sms.sms"

    claim = fields.Char(readonly=True, copy=False, help="Whose it is while it is sent")
    claimed_until = fields.Datetime(readonly=True, copy=False)
    handed_over_at = fields.Datetime(
        "Handed over",
        readonly=True,
        copy=False,
        help="When it was given to the provider; while it is in doubt, for the first "
        "time.",
    )
    answer = fields.Text(
        readonly=True,
        copy=False,
        help="What the provider said, until it is written where it belongs.",
    )
    redirected_to = fields.Char(
        readonly=True,
        copy=False,
        help="It went to this number instead: see Settings ▸ SMS Organizer.",
    )
    attempts = fields.Integer(readonly=True, copy=False)
    next_attempt_at = fields.Datetime("Next attempt", readonly=True, copy=False)
    waits_for = fields.Selection(
        [
            ("opening", "The hours of the recipient"),
            ("sender", "The sender name's authorisation"),
            ("credit", "A package of SMS"),
            ("budget", "The budget"),
        ],
        readonly=True,
        copy=False,
        help="Why it is not handed over although a gateway takes it.",
    )
    resends = fields.Integer(
        "Sent again", readonly=True, copy=False, help="How often a person had it sent."
    )

    _waiting_idx = models.Index("(company_id, id) WHERE state = 'outgoing'")
    _odoo_idx = models.Index("(company_id, handed_over_at) WHERE gateway_id IS NULL")
    _claimed_idx = models.Index("(claimed_until) WHERE state = 'process'")

    def _seems_down(self, way):
        """A gateway in trouble is tried with one message. Odoo's own provider, which
        has no record to note it on, is judged by what became of the last one."""
        if way.gateway:
            return bool(way.gateway.failing_since)
        last = self.search(
            [
                ("gateway_id", "=", False),
                ("company_id", "=", way.company.id),
                ("handed_over_at", "!=", False),
            ],
            order="handed_over_at DESC",
            limit=1,
        )
        return last.state in ("outgoing", "unconfirmed")

    def _claim(self, way, adapter, claim):
        """Take the oldest messages of this way that no other process holds.

        What they cost is told anew: the gateway or its price may have changed.

        :param str claim: the mark of this batch
        """
        self.flush_model()
        # a gateway in trouble is tried with one message
        limit = min(CLAIM_SIZE, CLAIM_CALLS * adapter.batch_size)
        if self._seems_down(way):
            limit = 1
        waiting = self._search(way.domain, order="id", limit=limit)
        # SKIP LOCKED stands inside, beside LIMIT: the rows of others do not count
        self.env.cr.execute(
            SQL(
                """
                WITH picked AS MATERIALIZED (%(waiting)s FOR UPDATE SKIP LOCKED)
                UPDATE sms_sms
                   SET state = 'process', claim = %(claim)s, claimed_until = %(until)s,
                       handed_over_at = CASE WHEN is_doubtful THEN handed_over_at END,
                       answer = NULL, waits_for = NULL,
                       gateway_id = %(gateway)s,
                       is_test = COALESCE(is_test, FALSE) OR %(is_test)s,
                       price = COALESCE(segments, 0) * %(price)s,
                       currency_id = %(currency)s,
                       redirected_to = CASE WHEN is_doubtful THEN redirected_to
                                            ELSE %(redirected_to)s END
                  FROM picked
                 WHERE sms_sms.id = picked.id
             RETURNING sms_sms.id
                """,
                waiting=waiting.select(),
                claim=claim,
                until=self._lease(adapter),
                gateway=way.gateway.id or None,
                is_test=way.gateway.is_sandbox,
                price=way.gateway._price_sql(SQL("sms_sms.number")),
                currency=way.gateway.currency_id.id or None,
                redirected_to=self._redirected(way) or None,
            ),
            log_exceptions=False,
        )
        claimed = self.browse(sorted(row[0] for row in self.env.cr.fetchall()))
        claimed.invalidate_recordset(flush=False)
        return claimed

    def _redirected(self, way):
        """The sandbox reaches nobody in any case."""
        return not way.gateway.is_sandbox and self._redirect_number()

    def _lock_some(self, domain, order, limit):
        """Find and lock in one statement what no other process holds: between two,
        another one could write, and PostgreSQL would refuse the lock."""
        self.flush_model()
        found = self._search(domain, order=order, limit=limit)
        self.env.cr.execute(
            SQL("%s FOR UPDATE OF sms_sms SKIP LOCKED", found.select()),
            log_exceptions=False,
        )
        locked = self.browse(row[0] for row in self.env.cr.fetchall())
        locked.invalidate_recordset(flush=False)
        return locked

    def _lease(self, adapter):
        return fields.Datetime.now() + timedelta(seconds=2 * adapter.longest_call)

    def _mark_handed_over(self, claim, messages, known, adapter, ids=None):
        """Write down, just before, what is handed over now, and what became of those
        before. A process that dies leaves no more than these in doubt.

        :param list messages: :class:`..gateways.base.Message`
        :param dict known: reference → Outcome, of the messages before
        :param dict ids: reference → id of all of self, where they are known
        :return: the references of those that are still ours
        """
        ids = ids or {sms._reference(): sms.id for sms in self}
        self.env.cr.execute(
            SQL(
                """
                WITH answered AS (
                    UPDATE sms_sms
                       SET answer = known.answer
                      FROM unnest(%(known_ids)s::int[], %(answers)s::text[])
                           AS known(id, answer)
                     WHERE sms_sms.id = known.id AND sms_sms.claim = %(claim)s
                )
                UPDATE sms_sms
                   SET handed_over_at = CASE WHEN is_doubtful THEN handed_over_at
                                             ELSE %(now)s END,
                       claimed_until = %(until)s, answer = %(none_yet)s,
                       attempts = COALESCE(attempts, 0) + 1
                 WHERE id = ANY(%(ids)s) AND claim = %(claim)s
                   AND state = 'process' AND claimed_until > %(now)s
             RETURNING id
                """,
                known_ids=[ids[reference] for reference in known],
                answers=[to_json(outcome) for outcome in known.values()],
                claim=claim,
                now=fields.Datetime.now(),
                until=self._lease(adapter),
                none_yet=NONE_YET,
                ids=[ids[message.reference] for message in messages],
            ),
            log_exceptions=False,
        )
        mine = {row[0] for row in self.env.cr.fetchall()}
        self.invalidate_recordset(MARKED, flush=False)
        return {one.reference for one in messages if ids[one.reference] in mine}

    def _keep_answers(self, claim, known, ids):
        """Write down what became of the last ones, before it is written where it
        belongs. It waits for nobody: what a report is being written of is known by it.

        :param dict known: reference → Outcome
        :param dict ids: reference → id
        """
        if not known:
            return
        self.env.cr.execute(
            SQL(
                """
                WITH mine AS MATERIALIZED (
                    SELECT id
                      FROM sms_sms
                     WHERE id = ANY(%(ids)s) AND claim = %(claim)s
                       FOR NO KEY UPDATE SKIP LOCKED
                )
                UPDATE sms_sms
                   SET answer = known.answer
                  FROM unnest(%(ids)s::int[], %(answers)s::text[])
                       AS known(id, answer)
                  JOIN mine ON mine.id = known.id
                 WHERE sms_sms.id = known.id
                """,
                claim=claim,
                ids=[ids[reference] for reference in known],
                answers=[to_json(outcome) for outcome in known.values()],
            ),
            log_exceptions=False,
        )
        self.invalidate_recordset(["answer"], flush=False)

    # -- what is handed over ---------------------------------------------------------

    def _reference(self):
        """What the provider knows the message by: another one each time that a person
        has it sent, the same for the attempts that the outbox makes."""
        return f"{self.uuid}{self.resends:02}" if self.resends else self.uuid

    def _prepare_messages(self):
        senders = self._senders()
        return [
            Message(
                reference=sms._reference(),
                number=sms.redirected_to or sms.number or "",
                text=sms.body or "",
                encoding=sms.encoding or "GSM-7",
                segments=sms.segments,
                report_url=sms._report_url(),
                sender=senders[sms.id],
            )
            for sms in self
        ]

    @api.model
    def _redirect_number(self):
        """:return: the one number that every SMS goes to, in a copy of the database;
        False: each goes to its own"""
        # sudo: system parameters
        parameters = self.env["ir.config_parameter"].sudo()
        return parameters.get_param(REDIRECT_PARAMETER) or False

    # -- what must not be handed over ------------------------------------------------

    def _cancel_unwanted(self):
        """Cancel what must not go any more.

        :return: those that were cancelled, or that our own code cannot judge
        """
        try:
            with self.env.cr.savepoint():
                unwanted = self._unwanted()
                for reason, messages in unwanted.items():
                    messages._cancel(reason)
                    # what surely was not sent may be told another time
                    cancelled = messages.filtered(lambda sms: sms.state == "canceled")
                    cancelled.run_line_id._give_occasions_back()
                return self.browse().union(*unwanted.values())
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - one bad message stops no other
            if len(self) > 1:
                return self.browse().union(*(sms._cancel_unwanted() for sms in self))
            _logger.warning("SMS %s cannot be sent: %r", self.id, error)
            reason = self.env._("It could not be prepared: %s", error)
            if self.is_doubtful:
                self._stop_asking(reason)
            else:
                self._set_outcome("error", "unknown", reason=reason)
            return self

    def _unwanted(self):
        """:return: ``{reason in words: messages}`` of what must not be handed over"""
        reasons = self.run_line_id._reasons_not_to_send()
        opted_out = self._opted_out_meanwhile()

        def why(sms):
            if sms.is_test and not sms.gateway_id.is_sandbox:
                return self.env._(
                    "It was queued in test mode, and was to reach nobody."
                )
            return reasons.get(sms.run_line_id.id) or opted_out.get(sms.id)

        unwanted = self._grouped_by(why)
        unwanted.pop(None, None)
        return unwanted

    def _hold_back(self):
        """Put off what cannot go now. It is looked at again after a while, and at once
        when :meth:`_release` says that what it waited for is there.

        :return: those that wait
        """
        waiting = self._wait_for_opening()
        reasons = (self - waiting)._reasons_to_wait()
        held = self.filtered(lambda sms: sms.id in reasons)
        for (what, words), messages in held._grouped_by(
            lambda sms: reasons[sms.id]
        ).items():
            messages._wait(what, words)
        return waiting | held

    def _reasons_to_wait(self):
        """:return: ``{id: (value of waits_for, words)}`` of what cannot go now"""
        return {}

    def _wait(self, what, words, until=None):
        """:param datetime until: when it is looked at again, UTC; None: in a while"""
        self.write(
            {
                "waits_for": what,
                "failure_reason": words,
                "next_attempt_at": until or fields.Datetime.now() + LOOK_AGAIN,
            }
        )

    @api.model
    def _release(self, what, domain=()):
        """What they waited for is there.

        :param str what: value of ``waits_for``
        :param domain: which of them; empty: all
        """
        waiting = self.search(
            Domain("state", "=", "outgoing")
            & Domain("waits_for", "=", what)
            & Domain(domain or Domain.TRUE)
        )
        waiting.write({"next_attempt_at": False})
        if waiting:
            self._wake()

    def _wait_for_opening(self):
        """Put off what a schedule sends where the recipient is not to be written to at
        this time any more: the provider was down, or there was too much to send.

        :return: those that wait
        """
        now, waiting = fields.Datetime.now(), self.browse()
        for sms in self.filtered("run_line_id.schedule_id"):
            opening = sms.run_line_id._next_opening(now)
            if opening > now:
                sms.run_line_id.planned_on = opening
                words = self.env._("for hours at which the recipient may be written to")
                sms._wait("opening", words, opening)
                waiting |= sms
        return waiting

    def _opted_out_meanwhile(self):
        """``{id: why in words}`` of other apps' messages: who opted out before one was
        queued was for its app to leave out, and it may have had its reasons not to.
        That they have opted out by a STOP is what these are told."""
        others = self.filtered(
            lambda sms: not sms.run_line_id and sms.reply_id.kind != "stop"
        )
        entries = self.env["phone.blacklist"].search(
            [("number", "in", others.mapped("number"))]
        )
        since = {entry.number: entry.write_date for entry in entries}
        words = {entry.number: entry._why_not_written_to()[1] for entry in entries}
        return {
            sms.id: words[sms.number]
            for sms in others
            if sms.number in since and since[sms.number] > sms.queued_at
        }


def to_json(outcome):
    """:param outcome: :class:`..gateways.base.Outcome`"""
    return json.dumps(
        {
            **vars(outcome),
            "verdict": outcome.verdict.value,
            "failure": outcome.failure.value,
        }
    )


def from_json(text):
    values = json.loads(text)
    return Outcome(
        **{
            **values,
            "verdict": Verdict(values["verdict"]),
            "failure": Failure(values["failure"]),
        }
    )
