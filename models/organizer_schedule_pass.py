import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONCURRENCY_ERRORS
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# documents that are looked at in one transaction; a customer's are never torn apart
BATCH = 500
TROUBLE = "sms_organizer.mail_activity_trouble"


class OrganizerSchedule(models.Model):
    """A run, batch by batch.

    Each batch is a transaction of its own: its lines, their messages in the queue and
    the position that was reached. What is stopped goes on from there; two processes at
    it take turns, for the schedule's row is locked during a batch.
    """

    _inherit = "organizer.schedule"

    # -- entries ---------------------------------------------------------------------

    @api.model
    def _process(self):
        """What is due now (cron). It obeys the time budget and goes on next time."""
        # sudo: what is sent is sent in the name of each schedule's one in charge; the
        # rest is written by this add-on alone
        schedules = self.sudo()
        for step in (
            schedules._lapse_reviews,
            schedules._run_due,
            schedules._tell_posted,
            schedules._fall_back,
            schedules._send_forecasts,
        ):
            if not step():
                self._wake()  # the time is up, and there is more
                return

    @api.model
    def _run_due(self):
        """:return: False when the time is up"""
        now = fields.Datetime.now()
        due = self.search([("is_on", "=", True), ("next_run_on", "<=", now)])
        return all(schedule._despite_trouble(schedule._run_slot) for schedule in due)

    def _despite_trouble(self, step):
        """The trouble of one schedule is not the others'.

        :return: False when the time is up
        """
        try:
            return step()
        except CONCURRENCY_ERRORS:
            self._roll_back()
            return True  # another process is at it
        except Exception as error:
            if not self._can_commit():
                raise
            self._roll_back()
            if not isinstance(error, UserError):
                _logger.exception("Schedule %s (id %s) failed", self.name, self.id)
            self._report_trouble(str(error))
            self._commit()
            return True

    def _roll_back(self):
        if self._can_commit():
            self.env.cr.rollback()

    def _can_commit(self):
        """Not inside a test's transaction."""
        return self.env["account.move.send"]._can_commit()

    def _commit(self, processed=0):
        """:return: seconds left for this run"""
        if not self._can_commit():
            self.env.flush_all()
            return float("inf")
        # the commit is the point: a batch that was told stays told
        return self.env["ir.cron"]._commit_progress(processed)

    # -- one run ---------------------------------------------------------------------

    def _run_slot(self):
        """Everything that is due by the last time that it should have run: what was
        missed before is caught up with it, once.

        :return: False when the time is up
        """
        if not self._lock():
            return True
        now = fields.Datetime.now()
        if not self._is_due(now):
            return True
        slot = self._timetable().latest_until(now)
        mine = self._as_in_charge()
        mine._check_can_run()
        for basis, levels in mine._parts():
            if not mine._run_part(slot, basis, levels):
                return False
        if self._lock() and self._is_due(now):
            self._finish(slot)
        self._commit()
        return True

    def _lock(self):
        """Whether this transaction has the schedule for itself."""
        locked = self.try_lock_for_update(allow_referencing=True)
        self.invalidate_recordset()
        return bool(locked)

    def _finish(self, slot):
        self._close_left_behind(slot)
        self.next_run_on = self._timetable().next_after(slot)
        self._wake_at_next_run()

    def _as_in_charge(self):
        """As the one in charge sees it: with the rights and the companies that the run
        goes by."""
        user = self.user_id
        mine = self.with_user(user).with_company(self.company_id)
        return mine.with_context(
            allowed_company_ids=self.company_id.ids, lang=user.lang, tz=user.tz
        )

    def _check_can_run(self):
        """:raise UserError: with what is in the way, and the cure"""
        if problem := self.sudo()._problem():
            raise UserError(problem)

    def _problem(self):
        """What keeps it from running, in words; or None."""
        user = self.user_id
        if not user.active:
            return self.env._(
                "%s, who is in charge, has been archived. Put somebody else in charge.",
                user.name,
            )
        if not user.has_group("sms_organizer.group_sms_send"):
            return self.env._(
                "%s, who is in charge, may not send SMS any more. Put somebody else in "
                "charge.",
                user.name,
            )
        if self.company_id not in user.company_ids:
            return self.env._(
                "%(user)s, who is in charge, has no access to %(company)s any more. "
                "Put somebody else in charge.",
                user=user.name,
                company=self.company_id.name,
            )
        if not self.template_id.active:
            return self.env._(
                "The template “%s” has been archived. Choose another one.",
                self.template_id.name,
            )
        return None

    def _report_trouble(self, words):
        """One activity for the one in charge, as long as nobody has dealt with it."""
        schedule = self.sudo()
        if not schedule.activity_search([TROUBLE]):
            in_charge = schedule.user_id
            able = in_charge.active and not in_charge.share
            schedule.activity_schedule(
                TROUBLE,
                user_id=in_charge.id if able else schedule.create_uid.id,
                summary=self.env._("“%s” could not run", schedule.name),
                note=words,
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
        return [(name, tuple(levels)) for name, levels in parts.items()]

    def _basis_named(self, name):
        return self.env["organizer.basis"]._get(name).with_company(self.company_id)

    def _run_part(self, slot, basis, levels):
        """:return: False when the time is up"""
        run = self._run_of(slot, basis)
        if run.state != "preparing":
            return True  # another process has finished it
        candidates = self._candidate_ids(run, self._candidate_domain(basis, levels))
        while candidates:
            batch, candidates = self._split(candidates)
            if not self._next_batch(run, batch, levels):
                return True  # another process goes on with it
            if self._commit(len(batch)) <= 0:
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
        lines = run._add_lines(self._lines_for(run, documents, levels))
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
        if self.review and run._has_lines([("outcome", "=", "draft")]):
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
            run._begin(run._has_lines([("told", "=", True)]))
            run._settle_state()

    # -- reviews ---------------------------------------------------------------------

    @api.model
    def _lapse_reviews(self):
        """Drafts that nobody confirmed on their day."""
        now = fields.Datetime.now()
        drafts = self.env["organizer.run"].search(
            [
                ("state", "=", "draft"),
                ("origin", "=", "schedule"),
                ("slot", "<", now),
            ]
        )
        for run in drafts:
            schedule = run.schedule_id
            if schedule._local_date(run.slot) < schedule._local_date(now):
                run._lapse(self.env._("Nobody confirmed it on its day."))
        self._commit()
        return True
