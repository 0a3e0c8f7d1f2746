import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..tools.timetable import HIGHEST, LOWEST, MOST, LevelsError, parse_levels
from . import clock

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class OrganizerSchedule(models.Model):
    """A template that is sent by itself: when, to whom, and with what manners.

    When it runs is in ``organizer_schedule_time.py``, the sentence that says what it
    does in ``organizer_schedule_words.py``. The scheduled action
    (``organizer_schedule_cron.py``) goes through each run in batches
    (``organizer_schedule_pass.py``; as soon as posted: ``…_posted.py``), makes its
    lines (``…_lines.py``: who is told, and who is not and why) with good manners
    (``…_manners.py``: not at night, not too often), waits for a review
    (``…_review.py``), turns to the other channel (``…_fallback.py``), and survives what
    goes wrong (``…_trouble.py``). ``…_next.py`` looks ahead for a document,
    ``…_forecast.py`` for a whole run.
    """

    _name = "organizer.schedule"
    _inherit = ["organizer.audience", "mail.thread", "mail.activity.mixin"]
    _description = "Scheduled sending"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=100,
        help="Where two are for the same customer on the same day, the first one tells "
        "it.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="cascade",
    )
    is_on = fields.Boolean("On", tracking=True, copy=False)
    on_since = fields.Datetime(readonly=True, copy=False)
    user_id = fields.Many2one(
        "res.users",
        "In charge",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        tracking=True,
        help="Messages are sent in this person's name and with this person's rights; "
        "who is asked when something stands in the way.",
    )
    channel = fields.Selection(
        [("sms", "SMS"), ("email", "E-mail")], required=True, default="sms"
    )
    template_id = fields.Many2one(
        "organizer.template",
        required=True,
        ondelete="restrict",
        index=True,
        tracking=True,
        domain="[('channel', '=', channel), ('basis', 'in', schedulable), "
        "('company_id', 'in', (False, company_id))]",
    )
    schedulable = fields.Json(compute="_compute_schedulable")
    basis = fields.Selection(related="template_id.basis")
    kind = fields.Selection(
        [("levels", "Days since a date"), ("repeat", "Every so many days")],
        compute="_compute_kind",
    )

    # when
    hour = fields.Float(
        "Time", default=10, required=True, help="At this time of day, in its time zone"
    )
    tz = fields.Selection(
        lambda self: [(name, name) for name in pytz.common_timezones],
        "Time zone",
        required=True,
        default=lambda self: clock.zone_of(self.env.company),
    )
    every = fields.Selection(
        [
            ("day", "Every day"),
            ("weekdays", "On chosen days of the week"),
            ("month", "Once a month"),
        ],
        "How often",
        required=True,
        default="day",
    )
    monday = fields.Boolean(default=True)
    tuesday = fields.Boolean(default=True)
    wednesday = fields.Boolean(default=True)
    thursday = fields.Boolean(default=True)
    friday = fields.Boolean(default=True)
    saturday = fields.Boolean()
    sunday = fields.Boolean()
    month_day = fields.Integer(
        "Day of the month",
        default=1,
        help="In a shorter month, its last day",
    )

    # about what
    levels = fields.Char(
        "Days",
        compute="_compute_levels",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Days since the date, with commas; below 0 before it: -3, 0, 7, 14",
    )
    as_soon_as_posted = fields.Boolean(
        "As soon as posted", help="Tell about an invoice when it is posted"
    )
    repeat_days = fields.Integer("Repeat every", default=7)

    # who it is for, beside what is in organizer_audience.py: narrower than the template
    category_ids = fields.Many2many(
        "res.partner.category",
        "organizer_schedule_category_rel",
        string="Customer groups",
        help="Customers of one of these groups, or of one below it",
    )
    excluded_category_ids = fields.Many2many(
        "res.partner.category",
        "organizer_schedule_excluded_category_rel",
        string="But not",
        help="Customers of these groups are left out",
    )
    journal_ids = fields.Many2many(
        "account.journal",
        string="Journals",
        domain="[('type', '=', 'sale'), ('company_id', '=', company_id)]",
    )
    user_ids = fields.Many2many(
        "res.users", string="Salespeople", domain="[('share', '=', False)]"
    )

    # manners and sense
    window = fields.Selection(
        [
            ("country", "As is the custom in the recipient's country"),
            ("own", "Between these hours, Monday to Friday, no holidays"),
            ("any", "At any time"),
        ],
        "Hours",
        required=True,
        default="country",
        help="The recipient's time. What falls outside waits for the next opening.",
    )
    window_from = fields.Float("From", default=9)
    window_to = fields.Float("To", default=19)
    days_between = fields.Integer(
        "Days between",
        compute="_compute_days_between",
        store=True,
        readonly=False,
        precompute=True,
        help="A customer gets one message a day at the most, of all schedules, and the "
        "next one no sooner than after so many days.",
    )
    catch_up_days = fields.Integer(
        "Catch up",
        default=7,
        help="What could not be told on its day is told up to so many days later.",
    )
    review = fields.Boolean(
        "Wait for review",
        help="Nothing is sent before somebody has looked at it and confirmed it, on "
        "the same day.",
    )
    fallback_template_id = fields.Many2one(
        "organizer.template",
        "If it fails",
        ondelete="restrict",
        domain="[('channel', '!=', channel), ('basis', '=', basis), "
        "('company_id', 'in', (False, company_id))]",
        help="Who could not be reached is told by the other channel, with this "
        "template.",
    )
    forecast_mail = fields.Boolean(
        "E-mail with tomorrow's messages",
        help="Each day, who would get what tomorrow, and who would not and why, to the "
        "one in charge",
    )

    run_ids = fields.One2many("organizer.run", "schedule_id", "Sendings", readonly=True)
    run_count = fields.Integer("Runs", compute="_compute_run_count")

    # -- computed --------------------------------------------------------------------

    @api.depends("channel")
    def _compute_schedulable(self):
        bases = [name for name, _label in self.env["organizer.basis"]._selection()]
        kinds = {name: self._kind_of(name) for name in bases}
        self.schedulable = [name for name in bases if kinds[name]]

    @api.model
    def _kind_of(self, basis):
        return basis and self.env["organizer.basis"]._get(basis)._schedule_kind

    @api.depends("basis")
    def _compute_kind(self):
        for schedule in self:
            schedule.kind = schedule._kind_of(schedule.basis) or False

    @api.depends("basis")
    def _compute_levels(self):
        usual = {
            "invoice_issued": "0",
            "invoice_due_soon": "-3, 0",
            "invoice_overdue": "7, 14, 30",
        }
        for schedule in self:
            if not schedule.levels or schedule.levels in usual.values():
                schedule.levels = usual.get(schedule.basis, "0")

    @api.depends("basis")
    def _compute_days_between(self):
        """News of each invoice may come every day; claims should not."""
        for schedule in self:
            schedule.days_between = 1 if schedule.basis == "invoice_issued" else 3

    def _compute_run_count(self):
        groups = self.env["organizer.run"]._read_group(
            self._runs_domain(), ["schedule_id"], ["__count"]
        )
        counts = {schedule.id: count for schedule, count in groups}
        for schedule in self:
            schedule.run_count = counts.get(schedule.id, 0)

    def _runs_domain(self):
        return [("schedule_id", "in", self.ids), ("origin", "!=", "forecast")]

    @api.onchange("channel")
    def _onchange_channel(self):
        if self.template_id.channel != self.channel:
            self.template_id = False

    # -- what is wrong ---------------------------------------------------------------

    def _levels(self):
        """Days, in their order; () where there are none."""
        if self.kind != "levels" or not (self.levels or "").strip():
            return ()
        levels = parse_levels(self.levels)
        if self._tells_at_once():  # which is its level 0
            return tuple(level for level in levels if level)
        return levels

    def _catch_up(self):
        """Days after its own on which a level may be told: those of *Catch up*, and
        those on which the schedule does not run."""
        gap = 1
        if self.every == "month":
            gap = 31
        elif self.every == "weekdays":
            days = [number for number, day in enumerate(DAYS) if self[day]]
            following = [*days[1:], *(day + 7 for day in days[:1])]
            gap = max(
                (later - day for day, later in zip(days, following, strict=True)),
                default=1,
            )
        return self.catch_up_days + gap - 1

    @api.constrains("levels", "template_id", "as_soon_as_posted")
    def _check_levels(self):
        for schedule in self.filtered(lambda one: one.kind == "levels"):
            try:
                levels = schedule._levels()
            except LevelsError as error:
                raise ValidationError(self._levels_words(error)) from error
            if not levels and not schedule._tells_at_once():
                raise ValidationError(
                    self.env._("Days: enter at least one number, for instance 7.")
                )
            if problem := schedule._basis()._levels_problem(levels):
                raise ValidationError(self.env._("Days: %s", problem))

    @api.model
    def _levels_words(self, error):
        """The words of :class:`..tools.timetable.LevelsError`."""
        words = {
            "not_a_number": self.env._(
                "Days: “%(part)s” is not a whole number of days. Write them with "
                "commas, for instance -3, 0, 7, 14."
            ),
            "out_of_range": self.env._(
                "Days: “%(part)s” is too far away. Enter %(low)s to %(high)s."
            ),
            "too_many": self.env._(
                "Days: these are %(part)s. Enter %(most)s at the most."
            ),
        }
        values = {"part": error.part, "low": LOWEST, "high": HIGHEST, "most": MOST}
        return words[error.code] % values

    def _tells_at_once(self):
        return self.as_soon_as_posted and self.basis == "invoice_issued"

    @api.constrains("channel", "template_id", "company_id", "fallback_template_id")
    def _check_template(self):
        self._check_domain()
        for schedule in self:
            template, fallback = schedule.template_id, schedule.fallback_template_id
            if template.channel != schedule.channel:
                raise ValidationError(
                    self.env._(
                        "Template: “%s” is of another channel. Choose one of the "
                        "channel above.",
                        template.name,
                    )
                )
            if not schedule.kind:
                raise ValidationError(
                    self.env._(
                        "Template: “%s” is about nothing that comes by itself. Choose "
                        "one about invoices or debts.",
                        template.name,
                    )
                )
            for one in template | fallback:
                if one.company_id not in (one.company_id.browse(), schedule.company_id):
                    raise ValidationError(
                        self.env._(
                            "Template: “%(template)s” belongs to %(owner)s.",
                            template=one.name,
                            owner=one.company_id.name,
                        )
                    )
            if fallback and (
                fallback.channel == schedule.channel or fallback.basis != template.basis
            ):
                raise ValidationError(
                    self.env._(
                        "If it fails: “%s” has to be of the other channel, and about "
                        "the same.",
                        fallback.name,
                    )
                )

    @api.constrains(
        "hour",
        "every",
        "month_day",
        "repeat_days",
        "days_between",
        "catch_up_days",
        "window",
        "window_from",
        "window_to",
        *DAYS,
    )
    def _check_times(self):
        for schedule in self:
            if problem := schedule._time_problem():
                raise ValidationError(problem)

    def _time_problem(self):
        if not 0 <= round(60 * self.hour) < 24 * 60:
            return self.env._("Time: enter one from 00:00 to 23:59.")
        if self.every == "weekdays" and not any(self[day] for day in DAYS):
            return self.env._("How often: choose at least one day of the week.")
        if not 1 <= self.month_day <= 31:
            return self.env._("Day of the month: enter one from 1 to 31.")
        if self.kind == "repeat" and not 1 <= self.repeat_days <= 365:
            return self.env._("Repeat every: enter 1 to 365 days.")
        if not 0 <= self.days_between <= 365:
            return self.env._("Days between: enter 0 to 365 days.")
        if not 0 <= self.catch_up_days <= 365:
            return self.env._("Catch up: enter 0 to 365 days.")
        first, last = (round(60 * hour) for hour in (self.window_from, self.window_to))
        if self.window == "own" and not 0 <= first < last <= 24 * 60:
            return self.env._("Hours: the first one has to be before the last one.")
        return None

    # -- rights ----------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        me = self.env.user
        self._check_in_charge([vals.get("user_id", me.id) for vals in vals_list])
        schedules = super().create(vals_list)
        schedules._note_switched()
        return schedules

    def write(self, vals):
        if "user_id" in vals:
            self._check_in_charge([vals["user_id"]])
        was_on = self.filtered("is_on")
        result = super().write(vals)
        if "is_on" in vals:
            (self - was_on)._note_switched()
            # sudo: runs are written by this add-on alone
            for schedule in was_on.filtered(lambda one: not one.is_on).sudo():
                schedule._close_left_behind(fields.Datetime.now())
        if vals.get("is_on") or (
            set(vals) & {"hour", "tz", "every", "month_day", *DAYS}
        ):
            self._wake_at_next_run()
        return result

    def _check_in_charge(self, user_ids):
        """Nobody lends themselves another one's rights."""
        me = self.env.user
        if self.env.su or me.has_group("sms_organizer.group_sms_administer"):
            return
        if set(user_ids) - {me.id}:
            raise AccessError(
                self.env._(
                    "In charge: only who may administer SMS puts somebody else in "
                    "charge. Choose yourself."
                )
            )

    def _note_switched(self):
        self.filtered("is_on").on_since = fields.Datetime.now()

    @api.ondelete(at_uninstall=False)
    def _unlink_unused(self):
        if any(self.mapped("run_count")):
            raise UserError(
                self.env._(
                    "What was sent refers to this schedule. Switch it off, or archive "
                    "it, instead of deleting it."
                )
            )

    def copy_data(self, default=None):
        # EXTENDS 'base'
        vals_list = super().copy_data(default)
        for schedule, vals in zip(self, vals_list, strict=True):
            if "name" not in (default or {}):
                vals["name"] = self.env._("%s (copy)", schedule.name)
            if "user_id" not in (default or {}):
                vals["user_id"] = self.env.uid
        return vals_list

    # -- buttons ---------------------------------------------------------------------

    def action_open_runs(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sms_organizer.action_organizer_run"
        )
        return {**action, "domain": self._runs_domain()}
