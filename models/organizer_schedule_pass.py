from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from .organizer_run_line import NOT_TOLD
from .organizer_run_send import SETTLED_BY_ANOTHER
from .organizer_schedule_manners import BANK
from .organizer_schedule_trouble import TROUBLE

# documents that are looked at in one transaction; a customer's are never torn apart
BATCH = 1000
# transactions of one call of the scheduled action: what is left is for the next call,
# which begins with an empty memory
MOST_BATCHES = 20


class OrganizerSchedule(models.Model):
    """A run, batch by batch.

    Each batch is a transaction of its own: its lines, their messages in the queue and
    the position that was reached. What is stopped goes on from there; two processes at
    it take turns, for the schedule's row is locked during a batch.
    """

    _inherit = "organizer.schedule"

    # -- one run ---------------------------------------------------------------------

    def _run_slot(self):
        """Everything that is due by the last time that it should have run: what was
        missed before is caught up with it, once.

        :return: False when the time is up
        """
        self._commit()  # what another process has done by now is to be seen
        if not self._lock():
            return True
        now = fields.Datetime.now()
        if not self._is_due(now):
            return True
        slot = self._timetable().latest_until(now)
        mine = self._as_in_charge()
        mine._check_can_run()
        self._release_unsettled()
        for basis, levels in mine._parts():
            if not mine._run_part(slot, basis, levels):
                return False
        if self._lock() and self._is_due(now):
            self._finish(slot)
        self._commit()
        return True

    def _finish(self, slot):
        self._close_left_behind(slot)
        self.activity_unlink([TROUBLE])
        if self._basis()._is_late and not self._bank_refusal(self._basis()):
            of_company = self.search([("company_id", "=", self.company_id.id)])
            of_company.activity_unlink([BANK])
        self.next_run_on = self._timetable().next_after(slot)
        self._wake_at_next_run()

    def _release_unsettled(self):
        """What another line's message was to tell, or came in place of, and did not:
        it failed, or was cancelled."""
        lines = self.env["organizer.run.line"]
        since = fields.Datetime.now() - timedelta(days=self._catch_up() + 1)
        settled = lines.search(
            [
                ("schedule_id", "=", self.id),
                ("reason", "in", SETTLED_BY_ANOTHER),
                ("told", "=", True),
                ("made_on", ">=", since),
            ]
        )
        reached = lines.search(
            [
                ("run_id", "in", settled.run_id.ids),
                ("told", "=", True),
                ("outcome", "not in", NOT_TOLD),
            ]
        )
        known = {(one.run_id, one.commercial_partner_id) for one in reached}
        settled.filtered(
            lambda one: (one.run_id, one.commercial_partner_id) not in known
        ).told = False

    def _as_in_charge(self):
        """As the one in charge sees it: with the rights and the companies that the run
        goes by."""
        user = self.user_id
        mine = self.with_user(user).with_company(self.company_id)
        return mine.with_context(
            allowed_company_ids=self.company_id.ids, lang=user.lang, tz=user.tz
        )

    # -- parts -----------------------------------------------------------------------

    def _parts(self):
        """``[(name of a basis, levels), …]``: by which basis documents are judged may
        depend on the level. Levels are () where there are none."""
        if self.kind != "levels":
            return [(self.basis, ())]
        basis, parts = self._basis(), {}
        for level in self._levels():
            parts.setdefault(basis._basis_of_level(level), []).append(level)
        # what has waited longest comes first: a customer gets one message a day
        ordered = sorted(parts.items(), key=lambda part: max(part[1]), reverse=True)
        return [(name, tuple(levels)) for name, levels in ordered]

    def _basis_named(self, name):
        return self.env["organizer.basis"]._get(name).with_company(self.company_id)

    def _run_part(self, slot, basis, levels):
        """:return: False when the time is up"""
        run = self._run_of(slot, basis)
        if run.state != "preparing":
            return True  # another process has finished it
        candidates = self._candidate_ids(run, self._candidate_domain(basis, levels))
        for _batch in range(MOST_BATCHES):
            if not candidates:
                break
            batch, candidates = self._split(candidates)
            if not self._next_batch(run, batch, levels):
                return True  # another process goes on with it
            if self._commit(len(batch)) <= 0:
                return False
        if candidates:
            return False
        if self._lock() and run.state == "preparing":
            self._close(run)
        return True

    def _run_of(self, slot, basis, origin="schedule", template=None, state="preparing"):
        """The run for a slot, which is made where it is not there yet."""
        template = template or self.template_id
        channel = template.channel
        runs = self.env["organizer.run"].sudo()
        run = runs.search(
            [
                ("schedule_id", "=", self.id),
                ("slot", "=", slot),
                ("basis", "=", basis),
                ("channel", "=", channel),
                ("origin", "=", origin),
            ]
        )
        return run or self.env["organizer.run"]._draft(
            self.company_id,
            basis,
            template.text if channel == "sms" else template.subject,
            [],
            name=self.name,
            channel=channel,
            template_id=template.id,
            origin=origin,
            schedule_id=self.id,
            slot=slot,
            state=state,
        )

    def _candidate_ids(self, run, domain):
        """``[(customer id, document id), …]`` beyond the run's position, in order."""
        basis = self._basis_named(run.basis)
        documents = self.env[basis._basis_model]
        path = basis._customer_field()
        field = documents._fields.get(path)
        by_customer = bool(field and field.store and field.type == "many2one")
        query = documents._search(domain)
        own = SQL.identifier(query.table, "id")
        customer = SQL.identifier(query.table, path) if by_customer else own
        query.add_where(SQL("%s > %s", customer, run.position))
        query.order = SQL("%s, %s", customer, own)
        return self.env.execute_query(query.select(customer, own))

    def _split(self, candidates):
        """The next batch, with all documents of its last customer, and the rest."""
        end = min(BATCH, len(candidates))
        while end < len(candidates) and candidates[end][0] == candidates[end - 1][0]:
            end += 1
        return candidates[:end], candidates[end:]

    def _next_batch(self, run, batch, levels):
        """Make the lines of a batch, and queue their messages.

        :param list batch: see ``_candidate_ids``
        :return: False where another process has come as far already
        """
        if not self._lock():
            return False
        run.invalidate_recordset()
        if run.state != "preparing" or run.position >= batch[-1][0]:
            return False
        ids = [document for customer, document in batch if customer > run.position]
        basis = self._basis_named(run.basis)
        documents = self.env[basis._basis_model].browse(ids)
        values_list = self._lines_despite(
            run, documents, lambda some: self._lines_for(run, some, levels)
        )
        lines = run._add_lines(values_list)
        if waiting := lines.filtered(lambda line: line.reason == "bank"):
            self._ask_for_bank(waiting[0].why)
        if not self.review:
            run._send_lines(lines)
        run.position = batch[-1][0]
        self.env.flush_all()
        self.env.invalidate_all()
        return True

    def _close(self, run):
        """All candidates have their line."""
        if self.review and run._has_lines(self._mendable_domain()):
            run.state = "draft"
            run._ask_for_review()
        else:
            run._begin(run._has_lines([("told", "=", True)]))
            run._settle_state()

    def _close_left_behind(self, slot):
        """Runs of earlier slots that were never finished: what was missed is told by
        this one."""
        for run in self.env["organizer.run"].search(
            [
                ("schedule_id", "=", self.id),
                ("state", "=", "preparing"),
                ("origin", "=", "schedule"),
                ("slot", "<", slot),
            ]
        ):
            lines = run.line_ids.search(run._going_domain())
            words = self.env._("The run was not finished; the next one asks again.")
            lines.write({"reason": "lapsed", "why": words})
            run._begin(run._has_lines([("told", "=", True)]))
            run._settle_state()
