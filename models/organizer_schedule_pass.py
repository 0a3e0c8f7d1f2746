import logging
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONCURRENCY_ERRORS
from odoo.tools import SQL, html2plaintext

from .organizer_run_line import NOT_TOLD
from .organizer_run_line_review import ADDRESS_REASONS
from .organizer_run_send import SETTLED_BY_ANOTHER
from .organizer_schedule_manners import BANK

_logger = logging.getLogger(__name__)

# documents that are looked at in one transaction; a customer's are never torn apart
BATCH = 500
# transactions of one call of the scheduled action: what is left is for the next call,
# which begins with an empty memory
MOST_BATCHES = 40
BEHIND = (*CONCURRENCY_ERRORS, UniqueViolation)
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
            schedules._queue_confirmed,
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
        except BEHIND:
            self._roll_back()
            return True  # another process is at it
        except Exception as error:
            if not self._can_commit():
                raise
            self._roll_back()
            if not isinstance(error, UserError):
                _logger.exception("Schedule %s (id %s) failed", self.name, self.id)
            self._report_despite_others(str(error))
            return True

    def _report_despite_others(self, words):
        try:
            self._report_trouble(words)
            self._commit()
        except BEHIND:
            self._roll_back()  # it is said the next time

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

    def _lock(self):
        """Whether this transaction has the schedule for itself."""
        locked = self.try_lock_for_update(allow_referencing=True)
        self.invalidate_recordset()
        return bool(locked)

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
        schedule = self.sudo().with_context(lang=self.user_id.lang)
        if known := schedule.activity_search([TROUBLE]):
            if words not in (html2plaintext(known[0].note or "") or ""):
                known[0].note = words
            return
        schedule.activity_schedule(
            TROUBLE,
            user_id=schedule._who_can_be_asked().id,
            summary=schedule.env._("“%s” could not run", schedule.name),
            note=words,
        )

    def _who_can_be_asked(self):
        """The one in charge, else who made it, else who administers; of those who are
        still there."""
        people = self.user_id | self.create_uid
        administers = self.env.ref("sms_organizer.group_sms_administer")
        people |= self.env["res.users"].search(
            [
                ("all_group_ids", "in", administers.ids),
                ("company_ids", "in", self.company_id.ids),
            ],
            limit=1,
        )
        root = self.env.ref("base.user_root")
        able = (people - root).filtered(lambda user: user.active and not user.share)
        return able[:1] or self.user_id

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

    # -- reviews ---------------------------------------------------------------------

    @api.model
    def _mendable_domain(self):
        """Lines that a person would send, or can mend so that they are."""
        return [
            ("selected", "=", True),
            "|",
            ("outcome", "=", "draft"),
            ("reason", "in", ADDRESS_REASONS),
        ]

    @api.model
    def _lapse_reviews(self):
        """Drafts that nobody confirmed on their day."""
        drafts = self.env["organizer.run"].search(
            [
                ("state", "=", "draft"),
                ("schedule_id", "!=", False),
                ("origin", "!=", "forecast"),
                ("slot", "<", fields.Datetime.now()),
            ]
        )
        for run in drafts.filtered(lambda run: run._is_over()):
            run.schedule_id._despite_trouble(run._lapse_unconfirmed)
        self._commit()
        return True

    @api.model
    def _queue_confirmed(self):
        """Big drafts that were confirmed, some lines at a time.

        :return: False when the time is up
        """
        runs = self.env["organizer.run"].search([("state", "=", "confirmed")])
        return all(
            run.schedule_id._despite_trouble(
                lambda run=run: run.schedule_id._queue_run(run)
            )
            for run in runs
        )

    def _queue_run(self, run):
        for _batch in range(MOST_BATCHES):
            if not self._lock():
                return True
            run.invalidate_recordset()
            if run.state != "confirmed":
                return True
            count = run._queue_confirmed()
            if self._commit(count) <= 0:
                return False
            if not count:
                return True
            self.env.invalidate_all()
        return False

    # -- one stops no other ----------------------------------------------------------

    def _lines_despite(self, run, documents, make_lines):
        """What ``make_lines`` makes of the documents. One that cannot be judged is left
        out with that reason, and stops no other."""
        try:
            with self.env.cr.savepoint():
                return make_lines(documents)
        except BEHIND:
            raise
        except Exception as error:
            if len(documents) == 1:
                _logger.warning("%s cannot be judged", documents, exc_info=True)
                return [self._unjudged(documents, error)]
        self.env.invalidate_all(flush=False)
        half = len(documents) // 2
        first = self._lines_despite(run, documents[:half], make_lines)
        second = self._lines_despite(run, documents[half:], make_lines)
        return self._once_for_each_customer(first + second)

    def _unjudged(self, document, error):
        if isinstance(error, AccessError):
            why = self.env._(
                "%s, who is in charge, may not see it.", self.env.user.display_name
            )
        else:
            why = self.env._("It could not be looked at: %s", error)
        # sudo: whose document it is, is said to who may see the line
        partner = self._basis()._recipients(document.sudo())[document.id]
        return {
            "partner_id": partner.id,
            "res_model": document._name,
            "res_id": document.id,
            "move_id": document.id if document._name == "account.move" else False,
            "reason": "unjudged",
            "why": why,
        }

    def _once_for_each_customer(self, values_list):
        """Those that were judged apart from each other know nothing of each other."""
        going = [values for values in values_list if not values["reason"]]
        # sudo: as above
        partners = self.env["res.partner"].sudo()
        seen = set()
        for values in going:
            customer = partners.browse(values["partner_id"]).commercial_partner_id
            if customer.id in seen:
                why = self.env._("A customer gets one message a day.")
                values |= {"reason": "too_recent", "why": why}
            seen.add(customer.id)
        return values_list
