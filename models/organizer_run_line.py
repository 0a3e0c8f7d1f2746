from odoo import api, fields, models

from odoo.addons.sms.tools.sms_tools import sms_content_to_rendered_html

from ..tools import placeholders


class OrganizerRunLine(models.Model):
    """One candidate of a run: told, or left out and why."""

    _name = "organizer.run.line"
    _description = "Line of a sending"
    _order = "run_id desc, id"
    _rec_name = "partner_id"

    run_id = fields.Many2one(
        "organizer.run", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="run_id.company_id", store=True, index=True, string="Company"
    )
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    move_id = fields.Many2one(
        "account.move", "Document", readonly=True, index="btree_not_null"
    )
    occasion = fields.Char(
        required=True,
        readonly=True,
        help="What may happen once only; two lines never share it.",
    )
    amount_due = fields.Float(
        readonly=True, help="What was open on the document when the text was filled in."
    )
    number = fields.Char("SMS number", readonly=True)
    text = fields.Text(readonly=True)
    selected = fields.Boolean("Send", default=True, readonly=True)
    reason = fields.Selection(
        [
            ("no_gateway", "No SMS gateway"),
            ("no_number", "No mobile number"),
            ("bad_number", "The number takes no SMS"),
            ("opted_out", "Opted out"),
            ("not_sale", "Not a customer's invoice"),
            ("not_posted", "Not posted"),
            ("paid", "Nothing to pay"),
            ("credited", "Credited"),
            ("disputed", "Disputed"),
            ("not_overdue", "Not overdue"),
            ("unticked", "Left out by hand"),
        ],
        "Why not",
        readonly=True,
    )
    why = fields.Char("Reason", readonly=True)
    sms_ids = fields.One2many("sms.sms", "run_line_id", "SMS", readonly=True)
    outcome = fields.Selection(
        [
            ("draft", "Draft"),
            ("waiting", "Waiting"),
            ("sent", "Sent"),
            ("delivered", "Delivered"),
            ("failed", "Failed"),
            ("in_doubt", "In doubt"),
            ("cancelled", "Cancelled"),
            ("left_out", "Left out"),
        ],
        compute="_compute_outcome",
        store=True,
        index=True,
    )
    explanation = fields.Char(compute="_compute_explanation")

    _occasion_unique = models.Constraint(
        "UNIQUE (company_id, occasion)", "This has been told already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        moves = self.env["account.move"].browse(
            [vals["move_id"] for vals in vals_list if vals.get("move_id")]
        )
        amounts = {move.id: move.amount_residual for move in moves}
        for vals in vals_list:
            vals.setdefault("occasion", self._occasion(vals))
            vals.setdefault("amount_due", amounts.get(vals.get("move_id"), 0))
        return super().create(vals_list)

    @api.model
    def _occasion(self, vals):
        """By hand the same may be told again, but once only in the same run."""
        if vals.get("move_id"):
            return f"run,{vals['run_id']},account.move,{vals['move_id']}"
        return f"run,{vals['run_id']},res.partner,{vals['partner_id']}"

    @api.depends("sms_ids.state", "reason", "selected", "run_id.state")
    def _compute_outcome(self):
        outcomes = {
            "outgoing": "waiting",
            "process": "waiting",
            "pending": "sent",
            "sent": "delivered",
            "error": "failed",
            "unconfirmed": "in_doubt",
            "canceled": "cancelled",
        }
        for line in self:
            if line.sms_ids:
                line.outcome = outcomes[line.sms_ids.state]
            elif line.reason or not line.selected:
                line.outcome = "left_out"
            else:
                line.outcome = "draft"

    @api.depends("why", "sms_ids.failure_reason", "sms_ids.failure_type")
    def _compute_explanation(self):
        # sudo: the reason of a line that the user may read
        for line in self.sudo():
            line.explanation = line.why or line.sms_ids._failure_words()

    def _queue(self):
        """Compose the last bit, the link, and put an SMS in the queue for each line."""
        if not self:
            return
        linked = self.filtered(lambda line: "link" in placeholders.names(line.text))
        links = self.env["organizer.link"]._make(linked.move_id) if linked else {}
        values_list = [line._sms_values(links.get(line.move_id.id)) for line in self]
        notes = self._post_notes([values["body"] for values in values_list])
        for values, note in zip(values_list, notes, strict=True):
            values["mail_message_id"] = note.id
        self.env["sms.sms"].create(values_list)._notify_chatter()

    def _sms_values(self, link):
        """:param link: ``IssuedLink`` of the document, or None"""
        document = self.move_id or self.partner_id
        return {
            "body": placeholders.render(self.text, {"link": link.url if link else ""}),
            "number": self.number,
            "partner_id": self.partner_id.id,
            "company_id": self.run_id.company_id.id,
            "user_id": self.run_id.user_id.id,
            "res_model": document._name,
            "res_id": document.id,
            "move_id": self.move_id.id,
            "run_line_id": self.id,
            "link_id": link.link_id if link else False,
        }

    def _post_notes(self, bodies):
        """A note on the chatter of each document, in one go.

        :return: list of ``mail.message`` in the order of self
        """
        notes = {}
        by_model = self.grouped(
            lambda line: "move_id" if line.move_id else "partner_id"
        )
        html = {
            line.id: sms_content_to_rendered_html(body)
            for line, body in zip(self, bodies, strict=True)
        }
        author = self.run_id.user_id[:1].partner_id
        for name, lines in by_model.items():
            posted = lines[name]._message_log_batch(
                bodies={line[name].id: html[line.id] for line in lines},
                author_id=author.id,
                message_type="sms",
            )
            by_document = {note.res_id: note for note in posted}
            notes.update({line.id: by_document[line[name].id] for line in lines})
        return [notes[line.id] for line in self]

    def _reasons_not_to_send(self):
        """What has come in between since the message was queued.

        :return: ``{line id: why in words}`` for those who must not be told any more
        """
        reasons = {}
        for run, lines in self.grouped("run_id").items():
            basis = self.env["organizer.basis"]._get(run.basis)
            name = "move_id" if basis._basis_model == "account.move" else "partner_id"
            refusals = basis._refusals(lines[name])
            stopped = basis._stopped_numbers(lines.mapped("number"))
            for line in lines:
                refusal = refusals.get(line[name].id) or stopped.get(line.number)
                if not line[name]:
                    reasons[line.id] = self.env._("The document was deleted.")
                elif refusal:
                    reasons[line.id] = refusal[1]
                elif outdated := line._why_outdated(basis):
                    reasons[line.id] = outdated
        return reasons

    def _why_outdated(self, basis):
        """Why the text is not true any more: partly paid since it was filled in."""
        move = self.move_id
        currency = move.currency_id
        if not move or not currency.compare_amounts(
            self.amount_due, move.amount_residual
        ):
            return False
        lang = basis._lang(basis._recipients(move)[move.id])
        in_lang = basis.with_context(lang=lang)
        named = in_lang._format_amount(self.amount_due, currency)
        return named in (self.text or "") and self.env._(
            "Its text names %(named)s, and %(due)s is open by now.",
            named=named,
            due=basis._format_amount(move.amount_residual, currency),
        )

    def action_open_sms(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sms.sms",
            "res_id": self.sms_ids.id,
            "view_mode": "form",
            "views": [(self.env.ref("sms_organizer.sms_message_view_form").id, "form")],
        }
