import logging
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_compare, format_amount
from odoo.tools.misc import formatLang

from ..gateways import PROVIDERS
from ..gateways.base import Trouble, in_time

_logger = logging.getLogger(__name__)

BALANCE_FIELDS = (
    "balance",
    "balance_unit",
    "balance_at",
    "balance_asked_at",
    "balance_trouble",
)
LOW_BALANCE = "sms_organizer.mail_activity_balance"
# How often the scheduled action asks.
ASKED_EVERY = timedelta(hours=1)
# What is looked at to tell how many segments a message has.
LOOKED_BACK = timedelta(days=30)
# A balance is compared and shown with so many digits.
DIGITS = 4


class SmsGateway(models.Model):
    """What is left on the account, and how far it goes."""

    _inherit = "sms.gateway"

    user_id = fields.Many2one(
        "res.users",
        "Person in charge",
        default=lambda self: self._default_user(),
        domain="[('share', '=', False)]",
        help="Is told when the balance falls under the threshold, when most of the "
        "budget is spent, and of replies that nobody else can be told of.",
    )
    asks_balance = fields.Boolean(compute="_compute_asks_balance")
    balance = fields.Float(
        "Amount left", digits=(16, DIGITS), readonly=True, copy=False, aggregator=None
    )
    balance_unit = fields.Char(
        readonly=True, copy=False, help="A currency; empty: the provider's credits."
    )
    balance_at = fields.Datetime("Balance as of", readonly=True, copy=False)
    balance_asked_at = fields.Datetime(readonly=True, copy=False)
    balance_trouble = fields.Char(readonly=True, copy=False)
    balance_threshold = fields.Float(
        "Warn below",
        digits=(16, 2),
        help="The person in charge gets an activity when the balance is lower. 0: "
        "nobody is warned.",
    )
    credits_per_segment = fields.Float(
        digits=(16, DIGITS),
        compute="_compute_credits_per_segment",
        store=True,
        readonly=False,
        help="What a billed part takes of an account that counts credits. The "
        "provider's answers correct it.",
    )
    balance_words = fields.Char("Balance", compute="_compute_balance_words")
    enough_for = fields.Integer(compute="_compute_balance_words")
    enough_words = fields.Char(compute="_compute_balance_words")

    @api.model
    def _default_user(self):
        """Not the one that installs, upgrades and runs scheduled actions."""
        return self.env.user if self.env.uid != SUPERUSER_ID else False

    def _who_is_in_charge(self):
        """:return: ``res.users`` who is told what nobody else is; may be empty"""
        return self.user_id.filtered("active")

    @api.depends("provider", "http_balance_url")
    def _compute_asks_balance(self):
        for gateway in self:
            able = PROVIDERS[gateway.provider].asks_balance
            if gateway.provider == "http":
                # sudo: whether it is described, not how
                able = bool(gateway.sudo().http_balance_url)
            gateway.asks_balance = able

    @api.depends("provider")
    def _compute_credits_per_segment(self):
        for gateway in self:
            provider = PROVIDERS[gateway.provider]
            gateway.credits_per_segment = provider.credits_per_segment or 0

    @api.constrains("balance_threshold", "credits_per_segment")
    def _check_balance_threshold(self):
        for gateway in self:
            if gateway.balance_threshold < 0:
                raise ValidationError(self.env._("Warn below: enter 0 or more."))
            if gateway.credits_per_segment < 0:
                raise ValidationError(
                    self.env._("Credits per segment: enter 0 or more.")
                )

    # -- in words --------------------------------------------------------------------

    @api.depends(
        "balance",
        "balance_unit",
        "balance_at",
        "price",
        "price_ids.price",
        "currency_id",
        "credits_per_segment",
    )
    @api.depends_context("lang")
    def _compute_balance_words(self):
        sizes = self._segments_per_message()
        currencies = self._balance_currencies()
        for gateway in self:
            currency = currencies.get(gateway.balance_unit) or currencies[False]
            gateway.balance_words = gateway.enough_words = False
            gateway.enough_for = 0
            if not gateway.balance_at:
                continue
            gateway.balance_words = gateway._amount_words(gateway.balance, currency)
            segment = gateway._segment_takes(currency)
            if segment:
                size = sizes.get(gateway.id, 1)
                count = max(int(gateway.balance / (segment * size)), 0)
                gateway.enough_for = count
                gateway.enough_words = self.env._(
                    "enough for about %s messages", formatLang(self.env, count, 0)
                )
            elif not currency:
                gateway.enough_words = self.env._(
                    "how far it goes is known after the first SMS"
                )
            else:
                gateway.enough_words = self.env._(
                    "enter the price per segment to see how far it goes"
                )

    def _amount_words(self, amount, currency):
        if currency:
            return format_amount(self.env, amount, currency)
        digits = 0 if float(amount).is_integer() else 2
        return self.env._("%s credits", formatLang(self.env, amount, digits))

    def _balance_currencies(self):
        """:return: ``{unit: res.currency}``; under False none"""
        currencies = self.env["res.currency"].with_context(active_test=False)
        units = [unit for unit in self.mapped("balance_unit") if unit]
        found = currencies.search([("name", "in", units)]) if units else currencies
        return {False: currencies, **{one.name: one for one in found}}

    def _segment_takes(self, currency):
        """:return: what a billed part takes of the balance; 0 where it is not known"""
        if not currency:
            return 0 if self.balance_unit else self.credits_per_segment
        price = self._home_price(self.company_id or self.env.company)
        if currency == self.currency_id:
            return price
        return self.currency_id._convert(
            price,
            currency,
            self.company_id or self.env.company,
            fields.Date.context_today(self),
            round=False,
        )

    def _segments_per_message(self):
        """:return: ``{gateway id: segments of a usual message}``"""
        groups = (
            # sudo: a figure of gateways that the user may read
            self.env["sms.sms"]
            .sudo()
            ._read_group(
                [
                    ("gateway_id", "in", self.ids),
                    ("queued_at", ">", fields.Datetime.now() - LOOKED_BACK),
                    ("segments", ">", 0),
                ],
                ["gateway_id"],
                ["segments:avg"],
            )
        )
        return {gateway.id: average for gateway, average in groups}

    # -- asked for -------------------------------------------------------------------

    def action_refresh_balance(self):
        """*Refresh*: ask now.

        :raise UserError: in the provider's words
        """
        self.ensure_one()
        self.check_access("write")
        try:
            self._note_balance(self._ask(lambda adapter: adapter.balance()))
        except Trouble as trouble:
            raise UserError(
                self.env._("The balance is not told: %s", self._trouble_words(trouble))
            ) from None

    def _ask(self, question):
        """Ask the provider itself, whatever the mode is.

        :param question: function of an adapter
        :raise Trouble: without an answer
        """
        # sudo: whoever may ask, the credentials stay where they are
        adapter = self.sudo()._adapter(self.company_id or self.env.company, False)
        # no lock and no snapshot is held while somebody else is waited for
        self.env["sms.sms"]._commit_progress()
        try:
            return in_time(adapter, question, adapter)
        except TimeoutError:
            raise Trouble(None, self.env._("no answer in time")) from None
        except Trouble:
            raise
        except Exception as error:  # noqa: BLE001 - an answer nobody has thought of
            # its type alone: it may quote the request, credentials included
            _logger.info("No answer to a question: %s", type(error).__name__)
            raise Trouble(None, self.env._("its answer makes no sense")) from None

    def _trouble_words(self, trouble):
        return self.env["sms.sms"]._translated(trouble.reason)

    def _note_balance(self, found):
        """:param found: :class:`..gateways.base.Balance`"""
        self.write(
            {
                "balance": found.amount,
                "balance_unit": found.currency,
                "balance_at": fields.Datetime.now(),
                "balance_asked_at": fields.Datetime.now(),
                "balance_trouble": False,
            }
        )
        self._warn_of_balance()

    @api.model
    def _ask_balances(self):
        """What the scheduled action does, each hour."""
        now = fields.Datetime.now()
        able = [key for key, provider in PROVIDERS.items() if provider.asks_balance]
        due = self.search(
            [
                ("provider", "in", able),
                ("test_mode", "=", False),
                "|",
                ("balance_asked_at", "=", False),
                ("balance_asked_at", "<", now - ASKED_EVERY + timedelta(minutes=5)),
            ]
        )
        due = due.filtered("asks_balance")
        outbox = self.env["sms.sms"]
        outbox._commit_progress(0, len(due))
        for gateway in due:
            outbox._step_or_skip(gateway._ask_balance)
            if outbox._commit_progress(1) <= 0:
                return

    def _ask_balance(self):
        try:
            found = self._ask(lambda adapter: adapter.balance())
        except Trouble as trouble:
            self._write_later(
                balance_trouble=self._trouble_words(trouble),
                balance_asked_at=fields.Datetime.now(),
            )
        else:
            self.env["sms.sms"]._despite_others(lambda: self._note_balance(found))

    def _write_later(self, **values):
        """After the provider was asked: the outbox may have written meanwhile."""
        self.env["sms.sms"]._despite_others(lambda: self.write(values))

    def _administrator(self):
        """:return: somebody who can top it up: ``res.users``, maybe empty"""
        group = self.env.ref("sms_organizer.group_sms_administer")
        # sudo: who administers is asked in nobody's name
        everyone = group.sudo().all_user_ids.filtered(
            lambda user: user.active and user.id != SUPERUSER_ID
        )
        own = everyone.filtered(lambda user: self.company_id in user.company_ids)
        return (own or everyone)[:1]

    def _check_and_warn(self):
        """After the threshold was changed."""
        for gateway in self.filtered("balance_at"):
            gateway._warn_of_balance()

    def _warn_of_balance(self):
        """One activity while the balance is too low; it ends by itself."""
        self.ensure_one()
        is_low = (
            self.balance_threshold
            and float_compare(self.balance, self.balance_threshold, DIGITS) < 0
        )
        open_ones = self.activity_search([LOW_BALANCE])
        currencies = self._balance_currencies()
        currency = currencies.get(self.balance_unit) or currencies[False]
        if not is_low:
            open_ones.action_feedback(
                feedback=self.env._("The balance is %s again.", self.balance_words)
            )
        elif not open_ones:
            self.activity_schedule(
                LOW_BALANCE,
                user_id=(self._who_is_in_charge() or self._administrator()).id,
                note=self.env._(
                    "%(balance)s are left on “%(gateway)s”, less than %(threshold)s.",
                    balance=self.balance_words,
                    gateway=self.name,
                    threshold=self._amount_words(self.balance_threshold, currency),
                ),
            )

    def write(self, vals):
        if self._changes_account(vals):
            vals = {**dict.fromkeys(BALANCE_FIELDS, False), **vals}
        result = super().write(vals)
        if "balance_threshold" in vals:
            self._check_and_warn()
        return result

    # -- learned ---------------------------------------------------------------------

    def _learn_credits(self, messages, outcomes):
        """Take what a segment costs from what the provider says that it took.

        :param messages: ``sms.sms`` that were handed over
        :param dict outcomes: reference → :class:`..gateways.base.Outcome`
        """
        if not self:
            return  # Odoo's own provider
        credits = {
            reference: outcome.credits
            for reference, outcome in outcomes.items()
            if outcome.credits is not None
        }
        if not credits:
            return
        told = [
            (credits[reference], sms.segments)
            for sms in messages
            if (reference := sms._reference()) in credits
        ]
        segments = sum(count for _credits, count in told)
        if not segments:
            return
        average = sum(credits for credits, _count in told) / segments
        # another price, not another mixture of countries: written seldom
        known = self.credits_per_segment
        if average and (not known or abs(average - known) > 0.1 * known):
            self.credits_per_segment = average
