from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from odoo.fields import Domain
from odoo.tests import tagged

from ..gateways.base import Report, Verdict
from ..models.sms_outbox import Way
from .package_common import SHORT, THREE, TWO, PackageCommon

BODIES = st.lists(st.sampled_from((SHORT, TWO, THREE)), min_size=1, max_size=4)
ONE = st.integers(0, 9)  # which of those that are in the state
STEP = st.one_of(
    st.tuples(st.just("queue"), BODIES),
    st.tuples(st.just("buy"), st.integers(1, 6), st.booleans()),
    st.tuples(st.just("raise"), ONE, st.integers(1, 3)),
    st.tuples(st.just("archive"), ONE),
    st.tuples(st.just("switch")),
    st.tuples(st.just("send"), st.sampled_from(Verdict)),
    st.tuples(st.just("die"), st.booleans()),
    st.tuples(st.just("recover")),
    st.tuples(st.just("repeat"), ONE, st.sampled_from(Verdict)),
    st.tuples(st.just("report"), ONE, st.booleans()),
    st.tuples(st.just("was_sent"), ONE),
    st.tuples(st.just("again_in_doubt"), ONE),
    st.tuples(st.just("again"), ONE),
    st.tuples(st.just("cancel"), ONE),
)
# What a message keeps its segments in, told here once more, in other words.
ON_ITS_WAY = {"process", "pending", "sent", "unconfirmed"}


@tagged("post_install", "-at_install")
class TestPackageLedger(PackageCommon):
    """Whatever happens to messages: bought − used = left."""

    def test_bought_less_used_is_left(self):
        self.examples, seen = 0, set()

        @settings(
            max_examples=60,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],  # a shorter example would take minutes to find
        )
        @given(st.lists(STEP, min_size=4, max_size=14))
        def check(steps):
            self._begin()
            for step, *arguments in steps:
                getattr(self, f"_step_{step}")(*arguments)
                self._check()
            seen.update(self._all().mapped("state"))

        check()
        self.assertLessEqual(ON_ITS_WAY | {"outgoing", "error", "canceled"}, seen)

    def _begin(self):
        """A company of its own, with two messages and something to take from."""
        self.examples += 1
        self.company = self.env["res.company"].create(
            {"name": f"Any {self.examples}", "sms_prepaid": True}
        )
        self.gateway = self.env["sms.gateway"].create(
            {"name": "Any", "company_id": self.company.id}
        )
        self.taken_by_earlier = self.late = 0
        self._step_buy(5, False)
        self._step_queue([SHORT, TWO])

    def _all(self, *states):
        domain = Domain("company_id", "=", self.company.id)
        if states:
            domain &= Domain("state", "in", states)
        return self.env["sms.sms"].sudo().search(domain, order="id")

    def _packages(self):
        packages = self.env["sms.package"].with_context(active_test=False)
        return packages.search([("company_id", "=", self.company.id)], order="id")

    def _one(self, records, number):
        return records[number % len(records)] if records else records

    # -- what is always so -----------------------------------------------------------

    def _check(self):
        self.env.flush_all()
        self.env.invalidate_all()
        packages = self._packages()
        for package in packages:
            self.assertEqual(package.quantity - package.used, package.remaining)
            self.assertGreaterEqual(package.remaining, -self.late)
        kept = sum(
            sms.segments
            for sms in self._all()
            if sms.package_segments and self._keeps(sms)
        )
        used = sum(packages.mapped("used"))
        self.assertEqual(used, kept + self.taken_by_earlier)
        check = self.env["sms.package.check"].create({"package_ids": packages.ids})
        self.assertFalse(check.has_differences, check.words)
        waiting = self._all("outgoing")
        self.assertFalse(
            waiting.filtered(lambda sms: sms.package_segments and not self._keeps(sms))
        )

    def _keeps(self, sms):
        if sms.state == "error":
            return bool(sms.sent_at or sms.earlier_doubt)
        if sms.state == "outgoing":
            return sms.earlier_doubt
        return sms.state in ON_ITS_WAY

    # -- what may happen -------------------------------------------------------------

    def _step_queue(self, bodies):
        self._queue(*bodies)

    def _step_buy(self, quantity, is_gateways):
        self._package(quantity, gateway_id=is_gateways and self.gateway.id)

    def _step_raise(self, number, more):
        package = self._one(self._packages(), number)
        package.quantity += more

    def _step_archive(self, number):
        package = self._one(self._packages(), number)
        package.active = not package.active

    def _step_switch(self):
        self.company.sms_prepaid = not self.company.sms_prepaid

    def _step_send(self, verdict):
        self.verdict = verdict
        self._later(self._all("outgoing"))
        for way in self._ways():
            self.env["sms.sms"].sudo()._send_batch(way)

    def _ways(self):
        messages = self.env["sms.sms"].sudo()
        due = Domain("company_id", "=", self.company.id) & messages._due_domain()
        return [Way(self.company, self.gateway, due)]

    def _step_die(self, handed_over):
        """As a process that is killed before, or after, the provider is called."""
        messages = self.env["sms.sms"].sudo()
        (way,) = self._ways()
        adapter = self.gateway._adapter(self.company)
        claim = f"dead {len(self._all('process'))}"
        claimed = messages._claim(way, adapter, claim)
        going = claimed - claimed._hold_back_unpaid(self.gateway)
        if handed_over:
            claimed._mark_handed_over(claim, going._prepare_messages(), {}, adapter)

    def _step_recover(self):
        self._all("process").filtered("claim").claimed_until = "2020-01-01"
        self.env["sms.sms"].sudo()._recover_abandoned()

    def _step_repeat(self, number, verdict):
        """The provider does not send a reference twice, and is told it once more."""
        self.verdict = verdict
        self.gateway.rest_until = False
        sms = self._one(self._all("unconfirmed"), number)
        way = Way(self.company, self.gateway, Domain("id", "in", sms.ids))
        sms._send_batch(way)

    def _step_report(self, number, delivered):
        sms = self._one(self._all(), number)
        was = sms.state
        report = Report(sms._reference(), delivered)
        sms._apply_reports([report], self.gateway)
        if was == "outgoing" and sms.state == "sent":
            self.late += sms.package_segments

    def _step_was_sent(self, number):
        if sms := self._one(self._all("unconfirmed"), number):
            sms.action_was_sent()

    def _step_again_in_doubt(self, number):
        if sms := self._one(self._all("unconfirmed"), number):
            sms.action_send_doubtful_again()

    def _step_again(self, number):
        """What had failed at the phone has cost, and is counted with the earlier."""
        if sms := self._one(self._all("error", "canceled"), number):
            if sms.sent_at:
                self.taken_by_earlier += sms.package_segments
            sms.action_send_again()

    def _step_cancel(self, number):
        if sms := self._one(self._all("outgoing"), number):
            sms.action_cancel()
