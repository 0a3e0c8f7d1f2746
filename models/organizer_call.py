from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .organizer_schedule_pass import BATCH, MOST_BATCHES

CALL = "mail.mail_activity_data_call"
# reasons for which no message of this channel will ever arrive
UNREACHABLE = (
    "no_number",
    "bad_number",
    "wrong_number",
    "no_email",
    "bad_email",
    "opted_out",
)
# outcomes of what may still reach, or has reached, a customer by the other channel
HOPEFUL = ("draft", "waiting", "sent", "delivered", "in_doubt", "cancelled")


class OrganizerRunLine(models.Model):
    """Whoever no message can reach is called: one activity for each customer."""

    _inherit = "organizer.run.line"

    call_planned = fields.Boolean(
        readonly=True, help="A call was planned, or one was there already."
    )

    _to_call_idx = models.Index(
        "(schedule_id, made_on) WHERE call_planned IS NOT TRUE "
        "AND outcome IN ('failed', 'left_out')"
    )

    @api.model
    def _to_call_domain(self, has_fallback):
        """Lines that reached nobody, by no channel.

        :param bool has_fallback: whether the other channel is tried as well
        """
        domain = Domain("call_planned", "!=", True)
        domain &= Domain("run_id.origin", "not in", ("forecast", "fallback"))
        domain &= Domain("run_id.state", "in", ("sending", "done"))
        left_out = Domain("outcome", "=", "left_out")
        domain &= Domain("outcome", "=", "failed") | (
            left_out & Domain("reason", "in", UNREACHABLE)
        )
        if has_fallback:
            hopeful = [("outcome", "in", HOPEFUL)]
            tried = Domain("fallback_tried", "=", True)
            tried &= Domain("fallback_ids", "not any", hopeful)
            domain &= tried | Domain("reason", "=", "opted_out")
        return domain

    def _plan_calls(self):
        """Plan a call to each customer of these lines, unless one is planned.

        A constant number of queries, whatever the number of lines of one run.

        :return: the activities
        """
        wanted = self._still_to_call()
        customers = wanted.commercial_partner_id
        uncalled = customers - customers._with_open_call()
        by_customer = wanted.grouped("commercial_partner_id")
        amounts = wanted._amounts_to_call_about()
        model_id = self.env["ir.model"]._get_id("res.partner")
        call = self.env.ref(CALL)
        # no e-mail for each: who is to call sees it on the list of activities
        activities = self.env["mail.activity"].with_context(
            mail_activity_quick_update=True
        )
        calls = activities.create(
            [
                {
                    "activity_type_id": call.id,
                    "res_model_id": model_id,
                    "res_id": customer.id,
                    "user_id": by_customer[customer]._who_calls().id,
                    "summary": self.env._("Call the customer"),
                    "note": by_customer[customer]._call_note(amounts),
                }
                for customer in uncalled
            ]
        )
        self.call_planned = True
        return calls

    def _still_to_call(self):
        """Those whose document is still open, and that nobody was called about."""
        wanted = self.browse()
        for (name, company), lines in self.grouped(
            lambda line: (line.run_id.basis, line.company_id)
        ).items():
            basis = self.env["organizer.basis"]._get(name).with_company(company)
            documents = lines._documents()
            refused = basis._refusals(documents)
            called = self.search(
                [
                    ("company_id", "=", company.id),
                    ("occasion", "in", lines.mapped("occasion")),
                    ("call_planned", "=", True),
                ]
            )
            occasions = set(called.mapped("occasion"))
            wanted |= lines.filtered(
                lambda line, documents=documents, refused=refused, known=occasions: (
                    line.res_id in documents._ids
                    and line.res_id not in refused
                    and line.occasion not in known
                    and line.commercial_partner_id
                )
            )
        return wanted

    def _who_calls(self):
        """The customer's salesperson, else the one in charge."""
        customer = self[:1].commercial_partner_id
        people = customer.user_id | self.schedule_id.user_id | self.run_id.user_id
        able = people.filtered(lambda user: user.active and not user.share)
        return able[:1] or self.env.user

    def _amounts_to_call_about(self):
        """``{line id: what is open, as text}``"""
        amounts = {}
        for (name, company), lines in self.grouped(
            lambda line: (line.run_id.basis, line.company_id)
        ).items():
            basis = self.env["organizer.basis"]._get(name).with_company(company)
            if not basis._basis_amounts:
                continue
            owed = basis._owed(lines._documents())
            for line in lines:
                open_now = owed.get(line.res_id, {}).get(basis._basis_amounts[0], {})
                amounts[line.id] = basis._format_amounts(
                    [
                        (amount, self.env["res.currency"].browse(int(currency)))
                        for currency, amount in open_now.items()
                    ]
                )
        return amounts

    def _call_note(self, amounts):
        """What it is about, how much is open, and why there is no message.

        :param dict amounts: line id → text
        """
        labels = dict(self.env["organizer.basis"]._selection())
        note = Markup()
        for line in self:
            about = line.move_id.name or labels.get(line.run_id.basis)
            first = ": ".join(filter(None, (about, amounts.get(line.id))))
            note += Markup("<p>%s<br/>%s</p>") % (first, line.explanation or "")
        return note


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _with_open_call(self):
        """Those of self that somebody is to call already. One query."""
        calls = self.env["mail.activity"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", self.env.ref(CALL).id),
            ]
        )
        return self.browse(calls.mapped("res_id"))


class OrganizerRun(models.Model):
    _inherit = "organizer.run"

    to_call_count = fields.Integer("To be called", compute="_compute_to_call_count")

    def _to_call_domain(self):
        lines = self.env["organizer.run.line"]
        has_fallback = bool(self.schedule_id._fallback_now())
        run = Domain("run_id", "=", self._origin.id)
        return run & lines._to_call_domain(has_fallback)

    @api.depends("line_ids.outcome", "line_ids.call_planned")
    def _compute_to_call_count(self):
        for run in self:
            # sudo: of lines that the user may read; the schedule says what comes next
            mine = run.sudo()
            lines = mine.line_ids.browse()
            run.to_call_count = lines.search_count(mine._to_call_domain())

    def action_plan_calls(self):
        """*Plan calls*: to everyone whom no message of this run can reach."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("sms_organizer.group_sms_send"):
            raise AccessError(self.env._("Planning calls takes the right “SMS: send”."))
        if problem := self.company_id._organizer_channel_problem("sms"):
            raise UserError(problem)
        # sudo: who may send need not have the right to write customers; an activity
        # is all that is made
        run = self.sudo()
        lines = run.line_ids.search(run._to_call_domain(), limit=BATCH)
        if not lines:
            raise UserError(
                self.env._("Everyone was reached, or a call is planned already.")
            )
        calls = lines._plan_calls()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Calls planned: %s", len(calls)),
                "next": self._reload(),
            },
        }


class OrganizerSchedule(models.Model):
    _inherit = "organizer.schedule"

    call_unreached = fields.Boolean(
        "Call who cannot be reached",
        help="Whoever no message can reach is to be called: an activity on the "
        "customer, for its salesperson or else the one in charge.",
    )

    def _fallback_now(self):
        """The template of the other channel, where that is switched on."""
        switch = self.env["res.company"]._organizer_channel_is_on
        return self.fallback_template_id.filtered(lambda one: switch(one.channel))

    @api.model
    def _plan_calls(self):
        """:return: False when the time is up"""
        if self.env["res.company"]._organizer_channel_problem("sms"):
            return True  # calls go with that switch, whatever the channel
        schedules = self.search([("is_on", "=", True), ("call_unreached", "=", True)])
        able = schedules._switched_on()
        return all(one._despite_trouble(one._plan_calls_now) for one in able)

    def _plan_calls_now(self):
        self._commit()  # what another process has done by now is to be seen
        lines = self.env["organizer.run.line"]
        since = fields.Datetime.now() - timedelta(days=max(self.catch_up_days, 1))
        domain = lines._to_call_domain(bool(self._fallback_now()))
        domain &= Domain("schedule_id", "=", self.id)
        domain &= Domain("made_on", ">=", since) | Domain("planned_on", ">=", since)
        for _batch in range(MOST_BATCHES):
            if not self._lock():
                return True
            batch = lines.search(domain, order="id", limit=BATCH)
            if not batch:
                return True
            batch.with_context(lang=self.user_id.lang)._plan_calls()
            if self._commit(len(batch)) <= 0:
                return False
            self.env.invalidate_all()
        return False
