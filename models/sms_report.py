import logging
from dataclasses import replace

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, consteq, hmac

from ..gateways import PROVIDERS
from ..gateways.base import Forged, Sent, in_time
from .sms_settle import FAILURE_TYPES

_logger = logging.getLogger(__name__)

# How long, and how often, the delivery of a message is asked for.
REPORT_PATIENCE = {"days": 3}
REPORT_PAUSE = {"minutes": 10}
REPORT_BATCH = 500

# States that a report may still change.
OPEN_STATES = ("process", "pending", "unconfirmed")

# Where reports come in; Vonage takes 100 characters of an address in all.
REPORT_PATH = "/sms/report"
SECRET_LENGTH = 20


class SmsGateway(models.Model):
    """Where a provider may report to."""

    _inherit = "sms.gateway"

    report_address = fields.Char(
        "Address for delivery reports",
        compute="_compute_report_address",
        groups="sms_organizer.group_sms_administer",
        help="Enter it at the provider. Whoever knows it may report: keep it secret.",
    )

    @api.depends("provider")
    def _compute_report_address(self):
        for gateway in self:
            gateway.report_address = gateway.id and gateway._report_url()

    def _report_url(self):
        """Where it may send reports about several messages. Who knows it may report."""
        return f"{self.get_base_url()}{REPORT_PATH}/{self.id}/{self._secret('all')}"

    def _secret(self, about):
        # sudo: the key is a system parameter
        message = (self.id, about)
        return hmac(self.env(su=True), "sms_report", message)[:SECRET_LENGTH]

    def _takes_callback(self, about, secret):
        return consteq(self._secret(about).encode(), secret.encode())


class SmsSms(models.Model):
    """Delivery reports: in any order, repeated, late, forged. A final state stays."""

    _inherit = "sms.sms"

    report_asked_at = fields.Datetime(readonly=True, copy=False)

    _unreported_idx = models.Index("(sent_at) WHERE state = 'pending'")

    def _report_url(self):
        """Where a report about this message may be sent to; it holds a secret."""
        gateway = self.gateway_id
        if not gateway or self.is_test:
            return ""
        reference = self._reference()
        secret = gateway._secret(reference)
        return (
            f"{gateway.get_base_url()}{REPORT_PATH}/{gateway.id}/{reference}/{secret}"
        )

    # -- asked for -------------------------------------------------------------------

    def _ask_reports(self):
        """Ask the gateways that can be asked what became of what they accepted."""
        asked = self._despite_others(self._take_unreported)
        asked = asked.filtered(
            lambda sms: (
                not sms.gateway_id._rests()
                # an account that was taken away, as in a neutralised copy
                and (sms.is_test or not sms.gateway_id._missing())
            )
        )
        for (gateway, company, is_test), messages in asked._grouped_by(
            lambda sms: (sms.gateway_id, sms.company_id, sms.is_test)
        ).items():
            adapter = gateway._adapter(company, is_test)
            queries = [
                Sent(
                    sms._reference(),
                    sms.provider_id or "",
                    sms.redirected_to or sms.number or "",
                )
                for sms in messages
            ]
            self._commit_progress()
            reports = self._statuses(adapter, queries)
            self._despite_others(
                lambda found=reports, which=gateway: self._apply_reports(found, which)
            )

    def _take_unreported(self):
        now = fields.Datetime.now()
        able = [key for key, provider in PROVIDERS.items() if provider.asks_statuses]
        asked_before = fields.Datetime.subtract(now, **REPORT_PAUSE)
        sent = self._lock_some(
            Domain("state", "=", "pending")
            & Domain("sent_at", ">", fields.Datetime.subtract(now, **REPORT_PATIENCE))
            & (Domain("gateway_id.provider", "in", able) | Domain("is_test", "=", True))
            & (
                Domain("report_asked_at", "=", False)
                | Domain("report_asked_at", "<", asked_before)
            ),
            "report_asked_at nulls first, id",
            REPORT_BATCH,
        )
        sent.write({"report_asked_at": now})
        return sent

    def _statuses(self, adapter, queries):
        try:
            return in_time(adapter, adapter.statuses, queries)
        except Exception as error:  # noqa: BLE001 - asked again later; sending goes on
            # its type alone: it may quote the request, credentials included
            _logger.info("No reports: %s", type(error).__name__)
            return []

    # -- sent to us ------------------------------------------------------------------

    @api.model
    def _receive_reports(self, gateway, callback, secret):
        """Take in a request of a provider.

        :param gateway: ``sms.gateway``, maybe one that is not there
        :param callback: :class:`..gateways.base.Callback`
        :param str secret: that came with it
        :return: whether it came from the provider
        """
        gateway = gateway.exists()
        if not gateway:
            return False
        try:
            if not gateway._takes_callback(callback.reference or "all", secret):
                raise Forged("secret")
            reports = gateway._adapter(gateway.company_id, False).parse_reports(
                callback
            )
            if callback.reference and any(
                report.reference != callback.reference for report in reports
            ):
                raise Forged("reference")
        except Forged:
            gateway._count_refused_report()
            return False
        known = self._apply_reports(reports, gateway)
        if len(known) < len({(one.reference, one.provider_id) for one in reports}):
            gateway._count_refused_report()
        return True

    @api.model
    def _apply_reports(self, reports, gateway):
        """Take in delivery reports, whatever their order; a final state stays.

        :param list reports: :class:`..gateways.base.Report`
        :param gateway: ``sms.gateway`` whose messages they are about
        :return: the messages that are known, whether they were changed or not
        """
        by_reference = {one.reference: one for one in reports if one.reference}
        by_provider = {one.provider_id: one for one in reports if not one.reference}
        messages = self._lock_reported(
            Domain("gateway_id", "=", gateway.id)
            & (
                Domain("uuid", "in", [reference[:32] for reference in by_reference])
                | Domain("provider_id", "in", [key for key in by_provider if key])
            )
        )

        def report_of(sms):
            # about an earlier attempt it says nothing of this one
            return by_reference.get(sms._reference()) or by_provider.get(
                sms.provider_id
            )

        known = messages.filtered(report_of)
        # delivered although it was said not to be taken: it is not sent once more
        changing = known.filtered(
            lambda sms: (
                sms.state in OPEN_STATES
                or (
                    sms.state == "outgoing"
                    and sms.handed_over_at
                    and report_of(sms).delivered
                )
            )
        )

        def words(sms):
            report = report_of(sms)
            reason = sms._in_words_of(sms.company_id)._translated(report.reason)
            return (report.delivered, report.at, report.failure, reason)

        # proof that they were sent, also of those that failed at the phone
        costs = changing._reported_costs(report_of)
        self._fill_in_sent(changing)
        for (delivered, at, failure, reason), group in changing._grouped_by(
            words
        ).items():
            if delivered:
                values = {"delivered_at": at or fields.Datetime.now()}
                group._set_outcome("sent", is_doubtful=False, **values)
            else:
                group._set_outcome(
                    "error",
                    FAILURE_TYPES.get(failure, "unknown"),
                    reason=reason,
                    is_doubtful=False,
                )
        for sms, cost in costs.items():
            sms.cost = cost
        return known

    def _lock_reported(self, domain):
        """A report often overtakes the answer: wait for whoever writes that. Odoo takes
        the request again where it was in the way, and that is no error.

        All lock in the same order, so that no two wait for each other."""
        self.flush_model()
        found = self._search(domain, order="id")
        self.env.cr.execute(
            SQL("%s FOR UPDATE OF sms_sms", found.select()), log_exceptions=False
        )
        messages = self.browse(row[0] for row in self.env.cr.fetchall())
        messages.invalidate_recordset(flush=False)
        return messages

    def _reported_costs(self, report_of):
        """What reports say that messages cost.

        What a segment cost is believed where the answer, which tells of all of them,
        was lost.

        :param report_of: function of a message
        :return: ``{message: cost in its currency}``
        """
        told = {}
        for sms in self:
            report = report_of(sms)
            is_told = report.cost is not None and report.cost >= 0
            if is_told and not (report.is_cost_of_segment and sms.sent_at):
                count = sms.segments if report.is_cost_of_segment else 1
                told[sms.id] = replace(report, cost=report.cost * count)
        messages = self.filtered(lambda sms: sms.id in told)
        costs = messages._costs(told, fields.Datetime.now())
        return {sms: costs[sms.id] for sms in messages}

    def _fill_in_sent(self, messages):
        """A report is proof that it was sent, although the answer was lost."""
        for sms in messages.filtered(lambda sms: not sms.sent_at):
            sms.write(
                {
                    "sent_at": sms.handed_over_at or fields.Datetime.now(),
                    "cost": 0 if sms.is_test else sms.price + sms.earlier_cost,
                }
            )
