from odoo import api, fields, models
from odoo.tools import format_time

from .organizer_schedule import DAYS


class OrganizerSchedule(models.Model):
    """A sentence that says what a schedule does, written from its fields."""

    _inherit = "organizer.schedule"

    sentence = fields.Char("What it does", compute="_compute_sentence")
    levels_words = fields.Char("In words", compute="_compute_levels_words")
    problem = fields.Char(compute="_compute_problem")

    @api.depends("levels", "template_id")
    def _compute_levels_words(self):
        for schedule in self:
            try:
                levels = schedule._levels()
            except ValueError:
                levels = ()  # said when it is saved
            schedule.levels_words = ", ".join(schedule._in_words(levels))

    def _in_words(self, levels):
        basis = self._basis()
        words = basis._levels_words(levels)
        if self._tells_at_once():
            words.insert(0, self.env._("as soon as it is posted"))
        return words

    @api.depends("user_id", "template_id", "company_id")
    def _compute_problem(self):
        for schedule in self:
            known = schedule.user_id and schedule.template_id and schedule.company_id
            # sudo: users are not readable by everyone who may see schedules
            schedule.problem = schedule.sudo()._problem() if known else False

    @api.depends(
        "hour",
        "tz",
        "every",
        "month_day",
        *DAYS,
        "levels",
        "as_soon_as_posted",
        "template_id",
        "channel",
        "repeat_days",
        "amount_from",
        "amount_to",
        "days_from",
        "days_to",
        "category_ids",
        "excluded_category_ids",
        "review",
    )
    def _compute_sentence(self):
        for schedule in self:
            schedule.sentence = (
                schedule._in_a_sentence() if schedule.template_id else False
            )

    def _in_a_sentence(self):
        parts = [
            self.env._(
                "%(when)s, %(who)s get “%(template)s” by %(channel)s",
                when=self._when_words(),
                who=self._who_words(),
                template=self.template_id.name,
                channel=dict(self._fields["channel"]._description_selection(self.env))[
                    self.channel
                ],
            )
        ]
        if self.kind == "repeat":
            parts.append(self.env._("at most every %s days", max(self.repeat_days, 1)))
        elif self.levels_words:
            parts.append(self.levels_words)
        if self.review:
            parts.append(self.env._("once somebody has confirmed it"))
        return ", ".join(parts) + "."

    def _when_words(self):
        minutes = round(self.hour * 60) % (24 * 60)
        moment = fields.Datetime.now().replace(
            hour=minutes // 60, minute=minutes % 60, second=0
        )
        at = format_time(self.env, moment.time(), time_format="HH:mm")
        if self.every == "month":
            return self.env._(
                "On day %(day)s of the month at %(time)s",
                day=self.month_day,
                time=at,
            )
        if self.every == "weekdays":
            return self.env._(
                "On %(days)s at %(time)s", days=self._weekday_words(), time=at
            )
        return self.env._("Every day at %s", at)

    def _weekday_words(self):
        chosen = [day for day in DAYS if self[day]]
        if chosen == list(DAYS[:5]):
            return self.env._("working days")
        return ", ".join(
            self._fields[day]._description_string(self.env) for day in chosen
        )

    def _who_words(self):
        """Customers, and what of the conditions fits in a sentence."""
        words = [self.env._("customers")]
        if groups := self.category_ids or self.template_id.category_ids:
            names = ", ".join(groups.mapped("name"))
            words = [self.env._("customers of %s", names)]
        template = self.template_id
        if least := max(self.amount_from, template.amount_from):
            owner = self if self.amount_from == least else template
            basis = self._basis()
            words.append(
                self.env._(
                    "%(amount)s %(least)s or more",
                    amount=(self.amount_label or "").lower(),
                    least=basis._format_amount(least, owner.currency_id),
                )
            )
        if self.kind == "repeat" and (days := max(self.days_from, template.days_from)):
            words.append(self.env._("%s days overdue or more", days))
        return ", ".join(words)
