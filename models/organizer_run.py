from odoo import api, fields, models
from odoo.exceptions import UserError

# which outcomes of a line a counter of its run counts
OUTCOMES_OF_COUNTER = {
    "waiting": ("waiting",),
    "sent": ("sent", "delivered"),
    "delivered": ("delivered",),
    "failed": ("failed", "in_doubt"),
    "left_out": ("left_out", "cancelled"),
}


class OrganizerRun(models.Model):
    """One pass over candidates: who was told, and who was not and why.

    Made as a draft with its lines filled in; *Send* puts an SMS or an e-mail in the
    queue for each ticked line. Written by the code of this add-on alone.
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
        [("compose", "Send SMS"), ("send_print", "Send & Print")],
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
        [("draft", "Draft"), ("sending", "Being sent"), ("done", "Done")],
        "Status",
        required=True,
        readonly=True,
        default="draft",
        index=True,
    )
    sent_on = fields.Datetime("Started", readonly=True)
    line_ids = fields.One2many("organizer.run.line", "run_id", "Lines", readonly=True)

    waiting_count = fields.Integer("Waiting", compute="_compute_counts")
    sent_count = fields.Integer("Sent", compute="_compute_counts")
    delivered_count = fields.Integer("Delivered", compute="_compute_counts")
    failed_count = fields.Integer("Failed", compute="_compute_counts")
    left_out_count = fields.Integer("Left out", compute="_compute_counts")
    price = fields.Float("Total price", digits=(16, 4), compute="_compute_price")
    currency_id = fields.Many2one("res.currency", compute="_compute_price")
    is_test = fields.Boolean(compute="_compute_is_test")

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

    @api.depends("line_ids.sms_ids.price")
    def _compute_price(self):
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
        self.price = 0
        self.currency_id = False
        for run, currency, price in groups:
            run.price = price
            run.currency_id = currency

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

    # -- the road --------------------------------------------------------------------

    @api.model
    def _draft(self, company, basis, text, lines, **values):
        """Make a draft.

        :param company: ``res.company`` in whose name it is sent
        :param str basis: name of a basis
        :param str text: with its placeholders, for the record
        :param list lines: values of ``organizer.run.line``, with the text filled in but
            for ``[link]``
        :param values: of ``organizer.run``: ``channel``, ``template_id``, ``origin``
        :return: the run, as superuser
        """
        basis_label = self.env["organizer.basis"]._get(basis)._basis_label()
        # sudo: runs are written by this add-on alone; the caller has checked that the
        # user may read what the lines are about
        return self.sudo().create(
            {
                "name": self._title(basis_label, lines),
                "company_id": company.id,
                "basis": basis,
                "user_id": self.env.uid,
                "text": text,
                "line_ids": [fields.Command.create(line) for line in lines],
                **values,
            }
        )

    def _title(self, label, lines):
        if len(lines) != 1:
            return self.env._(
                "%(basis)s, %(count)s recipients", basis=label, count=len(lines)
            )
        line = lines[0]
        about = self.env[line["res_model"]].browse(line["res_id"]).display_name
        return self.env._("%(basis)s, %(document)s", basis=label, document=about)

    def _send(self):
        """Queue a message for every ticked line. Nothing is handed over here.

        A constant number of queries, whatever the number of lines.
        """
        self.ensure_one()
        self.lock_for_update()
        if self.state != "draft":
            raise UserError(self.env._("“%s” has been sent already.", self.name))
        lines = self.line_ids.filtered(lambda line: line.selected and not line.reason)
        lines._queue()
        self.write(
            {
                "state": "sending" if lines else "done",
                "sent_on": fields.Datetime.now(),
            }
        )

    def _settle_state(self):
        """A run is done when none of its messages is on its way any more."""
        runs = self.filtered(lambda run: run.state != "draft")
        if not runs:
            return
        busy = runs._with_sms_on_their_way() | runs._with_emails_on_their_way()
        (runs & busy).filtered(lambda run: run.state == "done").state = "sending"
        (runs - busy).filtered(lambda run: run.state == "sending").state = "done"

    def _with_sms_on_their_way(self):
        groups = self.env["sms.sms"]._read_group(
            [
                ("run_line_id.run_id", "in", self.ids),
                ("state", "in", ("outgoing", "process")),
            ],
            ["run_line_id.run_id"],
        )
        return self.browse().union(*(run for (run,) in groups))

    def _with_emails_on_their_way(self):
        groups = self.env["organizer.run.line"]._read_group(
            [
                ("run_id", "in", self.ids),
                ("mail_state", "in", ("preparing", "waiting")),
            ],
            ["run_id"],
        )
        return self.browse().union(*(run for (run,) in groups))

    # -- buttons ---------------------------------------------------------------------

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

    def action_refresh(self):
        """Show the present state."""
        return {"type": "ir.actions.client", "tag": "soft_reload"}
