import random
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..gateways.base import Failure, took_nothing

# Seconds that a gateway is left alone after a failure, doubled each time.
FIRST_REST = 5
LONGEST_REST = 300
# A provider may ask for more.
LONGEST_WISH = 24 * 3600

# How far back the form looks to say how long messages wait.
WATCHED = timedelta(days=1)

# Longer than a batch takes.
ACCOUNT_MARGIN = timedelta(minutes=5)
LONG_AGO = datetime(1970, 1, 1)


class SmsGateway(models.Model):
    """How a gateway is doing.

    A gateway that took nothing of a batch rests, and is then tried with one message: an
    outage costs one message its attempts, or puts one in doubt, and not all of them.
    """

    _inherit = "sms.gateway"

    # whoever mends one of them need not wait for the end of the rest
    _MENDING_FIELDS = {
        "provider",
        "base_url",
        "username",
        "password",
        "sender",
        "local_network",
        "test_mode",
    }

    failing_since = fields.Datetime(readonly=True, copy=False)
    account_since = fields.Datetime(
        readonly=True,
        copy=False,
        help="The last change of the account. Another account does not know what the "
        "former one was given.",
    )
    failures = fields.Integer("Failures in a row", readonly=True, copy=False)
    rest_until = fields.Datetime("Next try", readonly=True, copy=False)
    trouble = fields.Char(readonly=True, copy=False, help="In the provider's words")
    trouble_kind = fields.Char(readonly=True, copy=False)
    trouble_hint = fields.Char(compute="_compute_trouble_hint")
    refused_reports = fields.Integer(
        compute="_compute_refused_reports",
        help="Delivery reports and replies that did not come from the provider, or "
        "reports about messages that are not known. They changed nothing.",
    )

    waiting_count = fields.Integer("Waiting", compute="_compute_counts")
    unconfirmed_count = fields.Integer("In doubt", compute="_compute_counts")
    waiting_since = fields.Datetime(
        "Longest waiting since", compute="_compute_counts", help="The oldest one queued"
    )
    usual_wait = fields.Char(
        compute="_compute_waits",
        help="From the queue to the provider, of what was sent in the last 24 hours.",
    )

    def _compute_counts(self):
        groups = self.env["sms.sms"]._read_group(
            [
                ("gateway_id", "in", self.ids),
                ("state", "in", ("outgoing", "unconfirmed")),
            ],
            ["gateway_id", "state"],
            ["__count", "queued_at:min"],
        )
        found = {
            (gateway.id, state): (count, since)
            for gateway, state, count, since in groups
        }
        for gateway in self:
            waiting = found.get((gateway.id, "outgoing"), (0, False))
            gateway.waiting_count, gateway.waiting_since = waiting
            doubtful = found.get((gateway.id, "unconfirmed"), (0, False))
            gateway.unconfirmed_count = doubtful[0]

    @api.depends("trouble_kind")
    def _compute_trouble_hint(self):
        for gateway in self:
            gateway.trouble_hint = (
                gateway.trouble_kind == Failure.ACCOUNT.value
                and self.env._(
                    "Check the address, the user name and the password or token below."
                )
            )

    def _compute_waits(self):
        waits = self._waits()
        for gateway in self:
            half, most = waits.get(gateway.id, (None, None))
            gateway.usual_wait = half is not None and self.env._(
                "Half within %(half)s, 95%% within %(most)s",
                half=self._duration(half),
                most=self._duration(most),
            )

    def _waits(self):
        """:return: ``{gateway id: (median, 95th percentile)}`` in seconds"""
        # nothing but figures, of gateways that the user may read
        self.env["sms.sms"].flush_model(["gateway_id", "queued_at", "sent_at"])
        self.env.cr.execute(
            SQL(
                """
                SELECT gateway_id,
                       percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (
                           ORDER BY EXTRACT(EPOCH FROM sent_at - queued_at))
                  FROM sms_sms
                 WHERE gateway_id IN %s AND queued_at > %s AND sent_at >= queued_at
              GROUP BY gateway_id
                """,
                tuple(self.ids) or (0,),
                fields.Datetime.now() - WATCHED,
            )
        )
        return {gateway_id: found for gateway_id, found in self.env.cr.fetchall()}

    @api.model
    def _duration(self, seconds):
        seconds = int(seconds)
        if not seconds:
            return self.env._("less than 1 s")
        if seconds < 60:
            return self.env._("%s s", seconds)
        if seconds < 3600:
            return self.env._(
                "%(minutes)s min %(seconds)s s",
                minutes=seconds // 60,
                seconds=seconds % 60,
            )
        return self.env._(
            "%(hours)s h %(minutes)s min",
            hours=seconds // 3600,
            minutes=seconds % 3600 // 60,
        )

    # -- outages ---------------------------------------------------------------------

    def _rests(self):
        return bool(self.rest_until and self.rest_until > fields.Datetime.now())

    def _take_note(self, outcomes):
        """Note whether it works, by what became of a batch."""
        if not self or not outcomes:
            return
        if took_nothing(outcomes):
            self._rest(list(outcomes))
        elif self.failing_since:
            self._forget_trouble()

    def _rest(self, outcomes):
        now = fields.Datetime.now()
        pause = min(FIRST_REST * 2 ** min(self.failures, 20), LONGEST_REST)
        wish = max((outcome.retry_after or 0) for outcome in outcomes)
        seconds = max(pause * random.uniform(0.75, 1), min(wish, LONGEST_WISH))
        self.write(
            {
                "failing_since": self.failing_since or now,
                "failures": self.failures + 1,
                "rest_until": now + timedelta(seconds=seconds),
                "trouble": self.env["sms.sms"]._translated(outcomes[0].reason)
                or self.env._("No answer"),
                "trouble_kind": outcomes[0].failure.value,
            }
        )

    def _forget_trouble(self):
        self.write(
            {
                "failing_since": False,
                "failures": 0,
                "rest_until": False,
                "trouble": False,
            }
        )

    def action_try_now(self):
        """*Try now*: end the rest and wake the outbox."""
        self.check_access("write")
        self.rest_until = False
        count = self._end_pauses()
        return self.env["sms.sms"]._notify(
            self.env._("The gateway is tried again in a moment; %s SMS wait.", count)
        )

    def _end_pauses(self):
        """Whoever mends something need not wait for the end of the pauses.

        :return: how many messages wait
        """
        # sudo: the ledger is written by this add-on alone
        messages = self.env["sms.sms"].sudo()
        waiting = messages.search(
            [("gateway_id", "in", self.ids), ("state", "=", "outgoing")]
        )
        waiting.filtered("next_attempt_at").next_attempt_at = False
        messages._wake()
        return len(waiting)

    def write(self, vals):
        mended = self._MENDING_FIELDS & vals.keys()
        if mended:
            vals = {
                **vals,
                "rest_until": False,
                "failures": 0,
                "failing_since": False,
                "trouble": False,
            }
        if self._changes_account(vals):
            vals = {**vals, "account_since": fields.Datetime.now()}
        result = super().write(vals)
        if mended:
            self._end_pauses()
        return result

    def _knows_what_it_got(self, since):
        """Whether the account now is the one that was given messages at that time."""
        return bool(
            self.active
            and not self.is_sandbox
            and since
            and since > self._known_since()
        )

    def _known_since(self):
        """What was handed over before may have gone to another account: a batch that
        was under way goes on with the one that it began with."""
        return (self.account_since or LONG_AGO) + ACCOUNT_MARGIN
