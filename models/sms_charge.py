from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .clock import today_of
from .sms_claim import LOOK_AGAIN

# Where a message keeps what it took, whatever else is known of it.
KEEPING = ("process", "pending", "sent", "unconfirmed")


class Wait(NamedTuple):
    """Why a message cannot be paid now."""

    what: str  # of ``waits_for``
    words: str
    until: object = None  # naive UTC; None: looked at again after a while


class SmsSms(models.Model):
    """What messages take from packages and budgets, before they are handed over.

    The step between the claim and the hand-over, in a transaction of its own, which is
    short: the messages are the process's own already, and then it holds the company's
    purse (``sms_purse.py``). In the order of the queue, whatever fits is taken; a long
    message that does not fit waits, and a short one behind it may go.

    What is charged is charged once, however often the outbox tries: a message keeps
    what it took while it is on its way, sent or in doubt, and gives it back where it
    surely was not sent. One that a person has sent again in spite of doubt goes on with
    what it holds; one that was sent and failed at the phone has cost, and takes again.

    Tests take nothing, nor what goes through Odoo's own provider without a gateway: it
    has a credit of its own.
    """

    _inherit = "sms.sms"

    charged_on = fields.Date(
        "Counts for the budget of",
        readonly=True,
        copy=False,
        help="The day on which it was charged; empty: it is not, or nothing was to be.",
    )
    earlier_cost = fields.Float(
        "Cost of earlier attempts",
        digits=(16, 4),
        readonly=True,
        copy=False,
        help="What it cost before it was sent again; part of its cost.",
    )
    earlier_cost_on = fields.Date(readonly=True, copy=False)
    package_segments = fields.Integer(
        "Taken from packages", readonly=True, copy=False, help="In segments"
    )

    _charged_idx = models.Index("(company_id, charged_on) WHERE charged_on IS NOT NULL")
    _handed_over_idx = models.Index(
        "(company_id, handed_over_at) WHERE handed_over_at IS NOT NULL"
    )

    # -- taken -----------------------------------------------------------------------

    def _hold_back_unpaid(self, gateway):
        """Charge what is about to be handed over; what cannot be paid waits, and is in
        the queue again at once.

        :param gateway: ``sms.gateway`` of them all
        :return: those that wait
        """
        company = self.company_id[:1]
        reasons = self._charge(company, gateway)
        held = self.filtered(lambda sms: sms.id in reasons)
        for why, messages in held._grouped_by(lambda sms: reasons[sms.id]).items():
            messages._wait(why.what, why.words, why.until)
        held._give_back()
        return held

    def _charge(self, company, gateway):
        """Take from packages and budget what these messages cost, in this order.

        A bounded number of queries, however many they are.

        :return: ``{id: Wait}`` of those for which nothing was taken
        """
        chargeable = self.filtered(
            lambda sms: not (sms.is_test or sms.charged_on or sms.is_doubtful)
        )
        if not chargeable or not gateway or not company._sms_is_counted():
            return {}
        purse = self.env["sms.purse"]._hold(company)
        # from here on, what this transaction sees is what there is
        packages = self.env["sms.package"]
        left = packages._left_for(company, gateway) if company.sms_prepaid else {}
        paid, refused, spent = chargeable._pick_payable(company, left)
        self.env["sms.package.use"]._take(paid, left)
        paid._write_charge(company, left)
        purse._warn_of_budget(gateway, spent, set(refused.values()))
        if company.sms_prepaid:
            packages._warn_of_packages(company, packages.browse(list(left)[-1:]))
        return self._why_unpaid(company, refused, spent, left)

    def _pick_payable(self, company, left):
        """:return: the messages that fit, ``{message: credit, day or month}`` of the
        others, and what is spent then"""
        spent = company._sms_spent()
        segments = sum(max(count, 0) for count in left.values())
        rates = {currency: company._sms_rate(currency) for currency in self.currency_id}
        fitting, refused = [], {}
        for sms in self:
            amount = sms.price * rates.get(sms.currency_id, 1)
            then = spent._replace(day=spent.day + amount, month=spent.month + amount)
            over = amount and company._sms_over_budget(then)
            if over:
                refused[sms] = over
            elif company.sms_prepaid and sms.segments > segments:
                refused[sms] = "credit"
            else:
                fitting.append(sms.id)
                spent, segments = then, segments - sms.segments
        return self.browse(fitting), refused, spent

    def _write_charge(self, company, left):
        """:param left: the packages that they took from; none: budget alone"""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE sms_sms
                   SET charged_on = %s,
                       package_segments = CASE WHEN %s THEN segments END
                 WHERE id = ANY(%s)
                """,
                today_of(company),
                bool(left),
                self.ids,
            )
        )
        self.invalidate_recordset(["charged_on", "package_segments"], flush=False)

    def _why_unpaid(self, company, refused, spent, left):
        words = {}
        for why in set(refused.values()):
            most = max(sms.price for sms in refused if refused[sms] == why)
            if why == "credit":
                count = sum(max(one, 0) for one in left.values())
                words[why] = Wait("credit", self._credit_words(company, count))
            else:
                until = company._sms_budget_opens(why == "month")
                budget = company._sms_budget_words(why, spent, until, most)
                # sooner where something comes back, or another price is entered
                again = min(until, fields.Datetime.now() + LOOK_AGAIN)
                words[why] = Wait("budget", budget, again)
        return {sms.id: words[why] for sms, why in refused.items()}

    def _credit_words(self, company, left):
        if not left:
            return self.env._(
                "The packages of %(company)s are used up. Enter the next purchase "
                "under Organizer ▸ Configuration ▸ Packages.",
                company=company.name,
            )
        return self.env._(
            "It takes more segments than the %(left)s that are left in the packages of "
            "%(company)s. Enter the next purchase under Organizer ▸ Configuration ▸ "
            "Packages.",
            left=left,
            company=company.name,
        )

    # -- kept or given back ----------------------------------------------------------

    @api.model
    def _keeps_sql(self):
        """Of ``sms_sms``: which of those that were charged are so still."""
        return SQL(
            """(state IN %s
                OR (state = 'error' AND (sent_at IS NOT NULL OR earlier_doubt))
                OR (state = 'outgoing' AND earlier_doubt AND charged_on IS NOT NULL))
            """,
            KEEPING,
        )

    def _keeps(self):
        """The same of one message: what failed after it was sent has cost; what waits
        after doubt may have."""
        return bool(
            self.state in KEEPING
            or (self.state == "error" and (self.sent_at or self.earlier_doubt))
            or (self.state == "outgoing" and self.earlier_doubt)
        )

    def write(self, vals):
        if "state" not in vals:
            return super().write(vals)
        late = self.browse()
        if vals["state"] == "sent":
            late = self.filtered(lambda sms: sms.state == "outgoing")
        result = super().write(vals)
        charged = self.filtered("charged_on")
        charged.filtered(lambda sms: not sms._keeps())._uncharge()
        late._charge_late()
        return result

    def _uncharge(self):
        """It surely was not sent: what it took is there again."""
        if not self:
            return
        self.env["sms.package.use"]._give_back(self)
        self.write({"charged_on": False, "package_segments": 0})

    def _charge_late(self):
        """Delivered, although the provider had said that it did not take it: it has
        cost, even if nothing is left."""
        late = self.filtered(
            lambda sms: not sms.is_test and not sms.charged_on and sms.gateway_id
        )
        for (company, gateway), messages in late._grouped_by(
            lambda sms: (sms.company_id, sms.gateway_id)
        ).items():
            if not company.sms_prepaid:
                continue
            self.env["sms.purse"]._hold(company)
            left = self.env["sms.package"]._left_for(company, gateway)
            self.env["sms.package.use"]._take(messages, left)
            messages._write_charge(company, left)

    def _queue_again(self):
        # what is in doubt keeps what it took, under the reference that it gets now
        doubtful = self.filtered(
            lambda sms: sms.state == "unconfirmed" and sms.charged_on
        )
        for sms in self.filtered(lambda sms: sms.sent_at and not sms.is_test):
            sms.earlier_cost = sms.cost
            sms.earlier_cost_on = sms.charged_on or today_of(sms.company_id)
        (self - doubtful).write(
            {"charged_on": False, "package_segments": 0, "waits_for": False}
        )
        result = super()._queue_again()
        if doubtful:
            self.env["sms.package.use"]._follow(doubtful)
        return result

    # -- a test SMS ------------------------------------------------------------------

    def _send_trial(self, exchanges):
        reasons = self._charge(self.company_id, self.gateway_id)
        if reasons:
            raise UserError(reasons[self.id].words)
        return super()._send_trial(exchanges)
