import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..gateways import PROVIDERS
from ..gateways.base import Verdict, in_time
from .sms_claim import NONE_YET, from_json
from .sms_outbox import Way

_logger = logging.getLogger(__name__)

# Pauses before the provider is asked about a message in doubt, and for how long it is
# asked. Not at once: a request that was lost may still be on its way to it.
ASKED = [timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360)]
ASKED_FOR = timedelta(days=3)
# Only then "I do not know it" means that it never had it.
SURELY_ARRIVED = timedelta(minutes=10)

BATCH = 500


class SmsSms(models.Model):
    """Messages in doubt: handed over, and nobody knows what became of them.

    They stay with the gateway that may have them. It is asked, where it can be asked;
    they are handed over to it again, where it surely does not send a reference twice;
    otherwise a person decides (``sms_decide.py``).
    """

    _inherit = "sms.sms"

    is_doubtful = fields.Boolean(
        "May have been sent",
        readonly=True,
        copy=False,
        help="The provider may have it.",
    )
    earlier_doubt = fields.Boolean(
        "An earlier attempt may have been sent", readonly=True, copy=False
    )
    ask_at = fields.Datetime(
        "Asked next", readonly=True, copy=False, help="When the provider is asked."
    )
    asked = fields.Integer("Times asked", readonly=True, copy=False)

    can_ask = fields.Boolean(compute="_compute_can_ask")

    _doubtful_idx = models.Index("(ask_at) WHERE state = 'unconfirmed'")

    def _doubt(self, reason):
        """Nobody knows whether they were sent."""
        now = fields.Datetime.now()
        for sms in self:
            asked = sms.asked + 1 if sms.is_doubtful else 0
            at = now + self._pause_before_asking(asked)
            sms.write(
                {"asked": asked, "ask_at": at if sms._can_be_asked(at) else False}
            )
        self._set_outcome("unconfirmed", "unknown", reason=reason, is_doubtful=True)

    @api.model
    def _pause_before_asking(self, asked):
        """:param int asked: how often it was asked already"""
        return ASKED[min(asked, len(ASKED) - 1)]

    def _doubt_the_process(self):
        self._doubt(
            self.env._("The process that was sending it stopped before the answer.")
        )

    def _still_in_doubt(self, outcomes):
        """:param dict outcomes: id → Outcome of the repetition"""
        for reason, messages in self._grouped_by(
            lambda sms: self._translated(outcomes[sms.id].reason)
        ).items():
            messages._doubt(
                self.env._(
                    "It may have been sent. Asked again, the provider says: %s", reason
                )
            )

    def _cancel(self, reason):
        """Take back what waits; what may have been sent earlier stays in doubt."""
        unsure = self.filtered(lambda sms: sms.is_doubtful or sms.earlier_doubt)
        unsure._stop_asking(reason)
        (self - unsure)._set_outcome("canceled", reason=reason)

    def _stop_asking(self, reason):
        """It is not wanted any more; whether it was sent, a person has to find out."""
        self._set_outcome(
            "unconfirmed",
            "unknown",
            reason=self.env._("It may have been sent. It is not repeated: %s", reason),
            is_doubtful=True,
            ask_at=False,
            claim=False,
        )

    # -- what a stopped process left behind ------------------------------------------

    def _recover_abandoned(self):
        """What became of the messages that a process held which is gone."""
        abandoned = self._lock_some(
            [
                ("state", "=", "process"),
                ("claim", "!=", False),
                ("claimed_until", "<", fields.Datetime.now()),
            ],
            "claimed_until, id",
            BATCH,
        )
        if not abandoned:
            return
        answered = {sms: sms._known_answer() for sms in abandoned}
        known = self.browse().union(*(sms for sms in abandoned if answered[sms]))
        handed_over = abandoned.filtered(lambda sms: sms._was_on_its_way()) - known
        _logger.info(
            "%s SMS were left behind: %s had been handed over, and are in doubt",
            len(abandoned),
            len(handed_over),
        )
        for claim, messages in known.grouped("claim").items():
            in_words = messages._in_words_of(messages.company_id[:1])
            in_words._settle_or_doubt(
                claim, {sms._reference(): answered[sms] for sms in messages}
            )
        for company, messages in handed_over.grouped("company_id").items():
            messages._in_words_of(company)._doubt_the_process()
        (abandoned - known - handed_over)._give_back()

    def _was_on_its_way(self):
        """Whether the process may have handed it over. One in doubt was so before, and
        is asked about as if it had not been claimed."""
        if self.is_doubtful:
            return self.answer == NONE_YET
        return bool(self.handed_over_at)

    def _known_answer(self):
        """The outcome that was written down; None where there is none to be read."""
        try:
            return from_json(self.answer) if self.answer else None
        except (KeyError, TypeError, ValueError):
            return None  # written by another version

    # -- asking ----------------------------------------------------------------------

    def _can_be_asked(self, at):
        """Whether its provider can be asked at that time, or told once more."""
        self.ensure_one()
        gateway, since = self.gateway_id, self.handed_over_at
        if not gateway._knows_what_it_got(since) or self.is_test:
            return False
        provider = PROVIDERS[gateway.provider]
        if provider.repeats_safely:
            return at < since + provider.repeats_safely
        return provider.looks_up and at < since + ASKED_FOR

    @api.depends("state", "gateway_id", "handed_over_at")
    def _compute_can_ask(self):
        now = fields.Datetime.now()
        # sudo: what the account can be asked is no secret
        for sms in self.sudo():
            sms.can_ask = sms.state == "unconfirmed" and sms._can_be_asked(now)

    def _repeats_safely(self):
        """Whether it may be handed over again now, and is surely not sent twice."""
        return bool(
            self.gateway_id
            and PROVIDERS[self.gateway_id.provider].repeats_safely
            and self._can_be_asked(fields.Datetime.now())
        )

    def _ask_about_doubtful(self):
        now = fields.Datetime.now()
        due = Domain("state", "=", "unconfirmed") & Domain("ask_at", "<=", now)
        groups = self._read_group(
            due & Domain("is_test", "=", False), ["gateway_id", "company_id"]
        )
        for gateway, company in groups:
            if gateway._rests() or not gateway._knows_what_it_got(now):
                continue
            theirs = (
                due
                & Domain("gateway_id", "=", gateway.id)
                & Domain("company_id", "=", company.id)
                & Domain("handed_over_at", ">", gateway._known_since())
            )
            provider = PROVIDERS[gateway.provider]
            if provider.repeats_safely:
                fresh = Domain("handed_over_at", ">", now - provider.repeats_safely)
                way = Way(company, gateway, theirs & fresh)
                self._step_or_skip(lambda way=way: self._send_batch(way))
            elif provider.looks_up:
                self._look_up(gateway, company, theirs)

    def _look_up(self, gateway, company, due):
        # before anything is committed: of the account that the domain was made for
        adapter = gateway._adapter(company)
        control = self._known_to(gateway)

        def take():
            doubtful = self._lock_some(due, "ask_at, id", BATCH)
            for sms in doubtful:
                asked = sms.asked + 1
                at = fields.Datetime.now() + self._pause_before_asking(asked)
                sms.write(
                    {"asked": asked, "ask_at": at if sms._can_be_asked(at) else False}
                )
            return doubtful

        doubtful = self._despite_others(take)
        if not doubtful:
            return
        references = [sms._reference() for sms in doubtful | control]
        self._commit_progress()
        try:
            answers = in_time(adapter, adapter.look_up, references)
        except Exception as error:  # noqa: BLE001 - asked again later; sending goes on
            # its type alone: it may quote the request, credentials included
            _logger.info("Nothing found out: %s", type(error).__name__)
            return
        found = {answer.reference: answer for answer in answers}
        if not any(
            found[sms._reference()].verdict is Verdict.ACCEPTED
            for sms in control
            if sms._reference() in found
        ):
            # who does not know what it has, cannot be believed not to have the rest
            found = {
                reference: answer
                for reference, answer in found.items()
                if answer.verdict is not Verdict.NOT_TAKEN
            }
        in_words = doubtful._in_words_of(company)
        self._despite_others(lambda: in_words._settle_found(found))

    def _known_to(self, gateway):
        """The last message that the gateway surely has: it is asked about too."""
        return self.search(
            [
                ("gateway_id", "=", gateway.id),
                ("is_test", "=", False),
                ("state", "in", ("pending", "sent")),
                ("provider_id", "!=", False),
                ("handed_over_at", ">", gateway._known_since()),
            ],
            order="id DESC",
            limit=1,
        )

    def _settle_found(self, found):
        """What the provider says of messages in doubt."""
        now = fields.Datetime.now()
        self.invalidate_recordset(flush=False)
        known = self.filtered(
            lambda sms: sms.state == "unconfirmed" and sms._reference() in found
        )
        outcomes = {sms.id: found[sms._reference()] for sms in known}
        groups = known._grouped_by(lambda sms: outcomes[sms.id].verdict)
        groups[Verdict.ACCEPTED]._settle_accepted(outcomes, now)
        groups[Verdict.REJECTED]._settle_rejected(outcomes)
        missing = groups[Verdict.NOT_TAKEN].filtered(
            lambda sms: sms.handed_over_at < now - SURELY_ARRIVED
        )
        missing.is_doubtful = False
        missing._settle_not_taken(outcomes, now)
        waiting = missing.filtered(lambda sms: sms.state == "outgoing")
        waiting.failure_type = False
        waiting._tell_chatter("outgoing")
        known.run_line_id.run_id._settle_state()

    def action_ask_provider(self):
        """*Ask the provider*: now, instead of at the next time."""
        self._check_may_decide()
        doubtful = self.sudo()._lock_in_doubt()
        now = fields.Datetime.now()
        able = doubtful.filtered(lambda sms: sms._can_be_asked(now))
        if not able:
            raise UserError(
                self.env._(
                    "%s cannot be asked about these messages. Look at the account "
                    "there, then choose “It was sent” or “Send again”.",
                    ", ".join(doubtful.gateway_id.mapped("name"))
                    or self.env._("The provider"),
                )
            )
        able.ask_at = now
        self._wake()
        return self._notify(
            self.env._("%s SMS: the provider is asked in a moment.", len(able))
        )
