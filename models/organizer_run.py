from odoo import api, fields, models
from odoo.fields import Domain

# which outcomes of a line a counter of its run counts
OUTCOMES_OF_COUNTER = {
    "going": ("draft",),
    "waiting": ("waiting",),
    "sent": ("sent", "delivered"),
    "delivered": ("delivered",),
    "failed": ("failed", "in_doubt"),
    "left_out": ("left_out", "cancelled"),
}


class OrganizerRun(models.Model):
    """One pass over candidates: who was told, and who was not and why.

    Made as a draft with its lines filled in; *Send* puts an SMS or an e-mail in the
    queue for each ticked line (``organizer_run_send.py``). A person may look at a draft
    and mend it (``organizer_run_review.py``); else it is written by the code of this
    add-on alone.
    """

    _name = "organizer.run"
    _description = "Sending"
    _order = "id desc"

    name = fields.Char("Title", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    basis = fields.Selection(
        selection=lambda self: self.env["organizer.basis"]._selection(),
        required=True,
        readonly=True,
    )
    channel = fields.Selection(
        [("sms", "SMS"), ("email", "E-mail")],
        required=True,
        readonly=True,
        default="sms",
    )
    template_id = fields.Many2one(
        "organizer.template", readonly=True, index="btree_not_null"
    )
    origin = fields.Selection(
        [
            ("compose", "Send SMS"),
            ("send_print", "Send & Print"),
            ("schedule", "Schedule"),
            ("posted", "Posted invoices"),
            ("fallback", "Other channel failed"),
            ("forecast", "Dry run"),
        ],
        "Started from",
        required=True,
        readonly=True,
        default="compose",
    )
    user_id = fields.Many2one("res.users", "Sent by", required=True, readonly=True)
    text = fields.Text(
        readonly=True, help="The text before its placeholders are filled"
    )
    state = fields.Selection(
        [
            ("preparing", "Being prepared"),
            ("draft", "Draft"),
            ("confirmed", "Being queued"),
            ("sending", "Being sent"),
            ("done", "Done"),
            ("lapsed", "Lapsed"),
        ],
        "Status",
        required=True,
        readonly=True,
        default="draft",
        index=True,
    )
    sent_on = fields.Datetime("Started", readonly=True)
    schedule_id = fields.Many2one(
        "organizer.schedule", readonly=True, index="btree_not_null", ondelete="set null"
    )
    slot = fields.Datetime(
        "For", readonly=True, help="The time that the schedule runs at."
    )
    position = fields.Integer(
        readonly=True, help="The last customer that it has come to."
    )
    line_ids = fields.One2many("organizer.run.line", "run_id", "Lines", readonly=True)

    _slot_once = models.UniqueIndex(
        "(schedule_id, slot, basis, channel, origin) WHERE origin <> 'forecast'",
        "This schedule has had its turn already.",
    )

    going_count = fields.Integer("Will get it", compute="_compute_counts")
    waiting_count = fields.Integer("Waiting", compute="_compute_counts")
    sent_count = fields.Integer("Sent", compute="_compute_counts")
    delivered_count = fields.Integer("Delivered", compute="_compute_counts")
    failed_count = fields.Integer("Failed", compute="_compute_counts")
    left_out_count = fields.Integer("Left out", compute="_compute_counts")
    removed_count = fields.Integer(
        "Removed",
        readonly=True,
        help="Left out too: their lines were removed after some months, since later "
        "ones say the same",
    )
    price = fields.Float("Total price", digits=(16, 4), compute="_compute_price")
    currency_id = fields.Many2one("res.currency", compute="_compute_price")
    is_test = fields.Boolean(compute="_compute_is_test")
    progress = fields.Integer(compute="_compute_progress", help="Of 100")
    progress_words = fields.Char("How far it is", compute="_compute_progress")

    # -- computed --------------------------------------------------------------------

    @api.depends("line_ids.outcome")
    def _compute_counts(self):
        groups = self.env["organizer.run.line"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "outcome"], ["__count"]
        )
        counts = {(run.id, outcome): count for run, outcome, count in groups}
        for run in self:
            for name, outcomes in OUTCOMES_OF_COUNTER.items():
                run[f"{name}_count"] = sum(
                    counts.get((run.id, outcome), 0) for outcome in outcomes
                )

    @api.depends("line_ids.outcome")
    def _compute_progress(self):
        for run in self:
            known = run.sent_count + run.failed_count
            everyone = known + run.waiting_count
            run.progress = 100 * known // everyone if everyone else 0
            run.progress_words = run._progress_words(known, everyone)

    def _progress_words(self, known, everyone):
        if self.state == "preparing":
            count = everyone + self.left_out_count + self.going_count
            return self.env._("%s looked at so far", count)
        return self.env._("%(known)s of %(all)s", known=known, all=everyone)

    @api.depends("line_ids.sms_ids.price", "line_ids.segments", "line_ids.selected")
    def _compute_price(self):
        prices = self._prices_of_sms()
        for run in self:
            run.price, run.currency_id = prices.get(run.id, (0, False))
            if run.channel == "sms" and run.going_count:
                gateway = self.env["sms.gateway"]._for_company(run.company_id)
                run.currency_id = run.currency_id or gateway.currency_id
                run.price += run._going_price()

    def _prices_of_sms(self):
        # sudo: the sum of a run that the user may read, whoever may read its messages
        groups = (
            self.env["sms.sms"]
            .sudo()
            ._read_group(
                [
                    ("run_line_id.run_id", "in", self.ids),
                    ("state", "not in", ("error", "canceled")),
                ],
                ["run_line_id.run_id", "currency_id"],
                ["price:sum"],
            )
        )
        prices = {}
        for run, currency, price in groups:
            total, into = prices.get(run.id, (0, currency))
            if into and currency != into:
                day = run.sent_on or fields.Datetime.now()
                price = currency._convert(price, into, run.company_id, day, round=False)
            prices[run.id] = (total + price, into)
        return prices

    def _going_price(self):
        """What the lines of a draft cost by the gateways that take their numbers; a
        query for each gateway."""
        gateways = self.env["sms.gateway"]
        left = Domain("run_id", "=", self._origin.id) & Domain("outcome", "=", "draft")
        total = 0
        for route in gateways._routes_of(self.company_id.id):
            # sudo: its prices are no secret
            gateway = gateways.sudo().browse(route.id)
            total += gateway._price_of_lines(left & route._numbers(), self)
            left &= ~route._numbers()
        return total

    @api.depends("line_ids.sms_ids.is_test")
    def _compute_is_test(self):
        # sudo: as for the price
        groups = (
            self.env["sms.sms"]
            .sudo()
            ._read_group(
                [("run_line_id.run_id", "in", self.ids), ("is_test", "=", True)],
                ["run_line_id.run_id"],
            )
        )
        tests = {run.id for (run,) in groups}
        for run in self:
            run.is_test = run.id in tests

    # -- buttons ---------------------------------------------------------------------

    def action_open_going(self):
        return self._open_lines(self.env._("Will get it"), "going")

    def action_open_waiting(self):
        return self._open_lines(self.env._("Waiting"), "waiting")

    def action_open_sent(self):
        return self._open_lines(self.env._("Sent"), "sent")

    def action_open_delivered(self):
        return self._open_lines(self.env._("Delivered"), "delivered")

    def action_open_failed(self):
        return self._open_lines(self.env._("Failed"), "failed")

    def action_open_left_out(self):
        return self._open_lines(self.env._("Left out"), "left_out")

    def _open_lines(self, title, counter):
        self.ensure_one()
        outcomes = list(OUTCOMES_OF_COUNTER[counter])
        return {
            "type": "ir.actions.act_window",
            "name": f"{self.name}: {title}",
            "res_model": "organizer.run.line",
            "view_mode": "list",
            "views": [(False, "list")],
            "domain": [("run_id", "=", self.id), ("outcome", "in", outcomes)],
        }
