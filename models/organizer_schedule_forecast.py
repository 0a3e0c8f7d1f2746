from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from . import clock
from .organizer_schedule_pass import BATCH
from .organizer_schedule_posted import STEP as POSTED

# of a dry run that is looked at on the screen
MOST = 20_000
# of one that goes by e-mail
MOST_MAILED = 300


class OrganizerSchedule(models.Model):
    """The dry run: a draft that nobody confirms, made by what makes the real one."""

    _inherit = "organizer.schedule"

    forecast_sent_on = fields.Date(readonly=True, copy=False)

    def action_forecast(self):
        """*Tomorrow's messages*: who would get what with the next run."""
        self.ensure_one()
        self.check_access("read")
        # who may not see what it is about does not see it in texts
        self._documents().with_env(self.env).check_access("read")
        self.env["organizer.debtor"].check_access("read")
        # in the name of the one in charge, whose rights the run goes by: who looks at
        # it sees lines of the company only, by the rules of the runs
        run = self.sudo()._forecast()
        return {
            "type": "ir.actions.act_window",
            "name": run.name,
            "res_model": "organizer.run",
            "res_id": run.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _forecast(self):
        """The dry run of the next run, as superuser."""
        now = fields.Datetime.now()
        slot = self.next_run_on or self._timetable().next_after(now)
        planned = {}
        for other in self._before(slot).filtered(lambda one: not one._problem()):
            other._dry_lines(max(other.next_run_on, now), planned)
        self._check_can_run()
        lines = self._dry_lines(max(slot, now), planned, most=MOST)
        runs = self.env["organizer.run"]
        return runs._draft(
            self.company_id,
            self.basis,
            self.template_id.text
            if self.channel == "sms"
            else self.template_id.subject,
            lines,
            name=self.env._("%s: dry run", self.name),
            channel=self.channel,
            template_id=self.template_id.id,
            origin="forecast",
            schedule_id=self.id,
            slot=slot,
        )

    def _before(self, slot):
        """Those whose turn comes before: a customer gets one message a day."""
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("is_on", "=", True),
                ("id", "!=", self.id),
                ("next_run_on", "<=", slot),
            ],
            order="next_run_on, sequence, id",
        )

    def _dry_lines(self, moment, planned, most=None):
        """Values of the lines as they would be made at a moment; nothing is written.

        :param dict planned: customer id → when it is told, to which those of this
            schedule are added
        :param int most: the most candidates that are shown
        """
        mine = clock.look_ahead(self._as_in_charge(), moment)
        lines = []
        for basis, levels, domain in mine._dry_parts():
            run = self.env["organizer.run"].new({"basis": basis, "slot": moment})
            left = mine._candidate_ids(run, domain)
            if most and len(left) > most:
                raise UserError(
                    self.env._(
                        "A dry run shows up to %(most)s candidates, and these are "
                        "%(count)s. Narrow the schedule to look at some of them.",
                        most=most,
                        count=len(left),
                    )
                )
            while left:
                batch, left = mine._split(left)
                ids = [document for _customer, document in batch]
                documents = mine._documents().browse(ids)
                made = mine._lines_despite(
                    run,
                    documents,
                    lambda some, run=run, levels=levels: mine._lines_for(
                        run, some, levels, planned
                    ),
                )
                self._note_planned(made, planned)
                lines += made
        return lines

    def _dry_parts(self):
        """``[(name of a basis, levels, domain), …]``"""
        parts = [
            (basis, levels, self._candidate_domain(basis, levels))
            for basis, levels in self._parts()
        ]
        if self._tells_at_once():
            parts.append((self.basis, (POSTED,), self._posted_domain()))
        return parts

    def _note_planned(self, lines, planned):
        going = [line for line in lines if not line["reason"]]
        partners = self.env["res.partner"].browse([one["partner_id"] for one in going])
        for line, partner in zip(going, partners, strict=True):
            customer = partner.commercial_partner_id.id
            planned[customer] = max(
                line["planned_on"], planned.get(customer, line["planned_on"])
            )

    # -- by e-mail -------------------------------------------------------------------

    @api.model
    def _send_forecasts(self):
        """The e-mail with tomorrow's messages, once a day and schedule, when there is a
        run tomorrow and none is left today.

        :return: False when the time is up
        """
        now = fields.Datetime.now()
        schedules = self.search(
            [
                ("is_on", "=", True),
                ("forecast_mail", "=", True),
                ("next_run_on", ">", now),
                ("next_run_on", "<=", now + timedelta(days=1, hours=12)),
            ]
        )
        able = schedules._switched_on()
        return all(one._despite_trouble(one._mail_forecast_once) for one in able)

    def _mail_forecast_once(self):
        today = self._local_date(fields.Datetime.now())
        if not self._lock() or self.forecast_sent_on == today:
            return True
        if self._local_date(self.next_run_on) != today + timedelta(days=1):
            return True
        self.forecast_sent_on = today
        self._mail_forecast(self._forecast())
        return self._commit(BATCH) > 0

    def _mail_forecast(self, run):
        """Send the dry run to the one in charge."""
        user = self.user_id
        mine = run.with_context(lang=user.lang, tz=user.tz)
        lines = mine.line_ids.sorted(lambda line: (bool(line.reason), line.id))
        body = self.env["ir.qweb"]._render(
            "sms_organizer.forecast_mail",
            {
                "run": mine,
                "lines": lines[:MOST_MAILED],
                "more": max(len(lines) - MOST_MAILED, 0),
                "url": f"{run.get_base_url()}/odoo/sms-history/{run.id}",
            },
            lang=user.lang,
        )
        subject = self.with_context(lang=user.lang).env._(
            "%(schedule)s: %(count)s messages tomorrow",
            schedule=self.with_context(lang=user.lang).name,
            count=run.going_count,
        )
        sender = self.company_id.email_formatted or user.email_formatted
        self.env["mail.mail"].create(
            {
                "subject": subject,
                "body_html": body,
                "email_from": sender,
                "email_to": user.email_formatted,
                "auto_delete": True,
            }
        )
