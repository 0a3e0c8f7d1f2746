from odoo import api, models

from .organizer_job import UNTIL, in_job


class SmsSms(models.Model):
    """The outbox, with jobs.

    A pass leaves the sending to one job for each company and gateway. A job sends batch
    after batch, and calls another one to its side as long as more is waiting: there are
    as many at a time as the channel takes. Each batch is claimed under ``SKIP LOCKED``,
    so that no two of them, nor the scheduled action, have the same message.
    """

    _inherit = "sms.sms"

    @api.model
    def _wake(self):
        # EXTENDS 'sms_organizer'
        jobs = self.env["organizer.job"]
        if not jobs._takes_over():
            return super()._wake()
        return jobs._queue_pass_after_commit("sms.sms")

    @api.model
    def _job_pass(self):
        """Settle what was left behind, ask about it, and have sent what waits."""
        in_job(self)._process_queue()

    def _send_waiting(self):
        # EXTENDS 'sms_organizer'
        jobs = self.env["organizer.job"]
        if not jobs._takes_over():
            return super()._send_waiting()
        for way in self._ways():
            self._queue_if_more_waits(way)
        return self._commit_progress()

    def _queue_if_more_waits(self, way):
        if self.search_count(way.domain, limit=1):
            self.env["organizer.job"]._queue(
                self.env["sms.sms"],
                "_job_send",
                way.company.id,
                way.gateway.id,
                words=self.env._(
                    "SMS of %(company)s through %(gateway)s",
                    company=way.company.name,
                    gateway=way.gateway.name or self.env._("Odoo's own provider"),
                ),
            )

    @api.model
    def _job_send(self, company_id, gateway_id):
        """Send what waits of this company through this gateway.

        :param int gateway_id: 0 or False for Odoo's own provider
        """
        # sudo: the outbox belongs to no user; what it writes, no user may write
        outbox = in_job(self.sudo())
        ways = [
            way
            for way in outbox._ways()
            if (way.company.id, way.gateway.id or False)
            == (company_id, gateway_id or False)
        ]
        gateways = [way.gateway for way in ways]
        outbox._send_by(ways, set())
        outbox._step_or_skip(lambda: outbox._despite_others(outbox._settle_runs))
        if any(gateway._rests() for gateway in gateways):
            outbox._wake()  # another one may take over

    def _claim(self, way, adapter, claim):
        # EXTENDS 'sms_organizer'
        claimed = super()._claim(way, adapter, claim)
        # what is asked about once more has no key: a pass does that by itself
        helped = UNTIL in self.env.context and way.key and not self._seems_down(way)
        if claimed and helped:
            self._queue_if_more_waits(way)
        return claimed

    def _commit_progress(self, processed=0, remaining=None):
        # EXTENDS 'sms_organizer'
        left = super()._commit_progress(processed, remaining)
        return min(left, self.env["organizer.job"]._time_left())
