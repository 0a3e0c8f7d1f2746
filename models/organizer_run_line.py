from odoo import api, fields, models
from odoo.tools import SQL, format_datetime, html2plaintext

from ..tools import placeholders
from .bulk import plan_anew

# outcome of a line by the state of its e-mail
MAIL_OUTCOMES = {
    "preparing": "waiting",
    "waiting": "waiting",
    "sent": "sent",
    "failed": "failed",
    "cancelled": "cancelled",
}

# outcomes of what does not count as a message
NOT_TOLD = ("left_out", "cancelled", "failed")


class OrganizerRunLine(models.Model):
    """One candidate of a run: told, or left out and why.

    Once only: ``organizer_run_line_occasion.py``. By e-mail:
    ``organizer_run_line_mail.py``. In a draft: ``organizer_run_line_review.py``. In the
    chatter: ``organizer_run_line_note.py``.
    """

    _name = "organizer.run.line"
    _description = "Line of a sending"
    _order = "id"
    _rec_name = "partner_id"

    run_id = fields.Many2one(
        "organizer.run", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="run_id.company_id", store=True, index=True, string="Company"
    )
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    move_id = fields.Many2one(
        "account.move", "Invoice", readonly=True, index="btree_not_null"
    )
    # what it is about: an invoice, a customer, or what another basis is about
    # what of a customer is limited to one message a day, is so for all of its contacts
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        store=True,
        index="btree_not_null",
        string="Customer entity",
    )
    schedule_id = fields.Many2one(related="run_id.schedule_id", store=True, index=True)
    made_on = fields.Datetime(
        "Made", readonly=True, default=lambda self: fields.Datetime.now()
    )
    step = fields.Char(
        readonly=True,
        help="Which of a schedule's messages: days since a date, the date of a "
        "repetition, or “posted”.",
    )
    fallback_of_id = fields.Many2one(
        "organizer.run.line",
        "Instead of",
        readonly=True,
        index="btree_not_null",
        help="What could not reach this customer",
    )
    fallback_tried = fields.Boolean(readonly=True)
    fallback_ids = fields.One2many("organizer.run.line", "fallback_of_id", "Then")
    planned_on = fields.Datetime(
        "Planned", readonly=True, help="It does not leave before."
    )
    res_model = fields.Char("Document model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Told about", model_field="res_model", required=True, readonly=True
    )
    occasion = fields.Char(
        required=True,
        readonly=True,
        help="What may happen once only; two lines that were told never share it.",
    )
    told = fields.Boolean(
        readonly=True,
        help="The occasion is used up: the message was put in the queue, or is not to "
        "be sent any more.",
    )
    amounts = fields.Json(
        readonly=True,
        help="What was open when the text was filled in, as the text says it.",
    )
    number = fields.Char("SMS number", readonly=True)
    text = fields.Text(readonly=True)
    selected = fields.Boolean("Send", default=True, readonly=True)
    reason = fields.Selection(
        [
            ("no_gateway", "No SMS gateway"),
            ("no_number", "No mobile number"),
            ("bad_number", "The number takes no SMS"),
            ("no_email", "No e-mail address"),
            ("bad_email", "Not an e-mail address"),
            ("no_template", "No template"),
            ("opted_out", "Opted out"),
            ("wrong_number", "Not the customer's number"),
            ("too_long", "Text too long"),
            ("no_value", "A placeholder without a value"),
            ("not_sale", "Not a customer's invoice"),
            ("not_posted", "Not posted"),
            ("paid", "Nothing to pay"),
            ("credited", "Credited"),
            ("disputed", "Disputed"),
            ("not_overdue", "Not overdue"),
            ("not_due_soon", "Not due soon"),
            ("unticked", "Left out by hand"),
            ("outside", "Outside the amounts"),
            ("excluded", "Gets no reminders"),
            ("internal", "One of us"),
            ("paused", "Paused"),
            ("promised", "Promised to pay"),
            ("too_recent", "Too recent"),
            ("too_early", "Too early"),
            ("bank", "Bank not up to date"),
            ("superseded", "Superseded"),
            ("together", "Told together"),
            ("already_told", "Already told"),
            ("lapsed", "Not confirmed"),
            ("changed", "Changed meanwhile"),
            ("unjudged", "Could not be looked at"),
            ("switched_off", "Switched off"),
        ],
        "Why not",
        readonly=True,
    )
    why = fields.Char("Reason", readonly=True)
    segments = fields.Integer(readonly=True, help="SMS that it takes")
    sms_ids = fields.One2many("sms.sms", "run_line_id", "SMS", readonly=True)
    outcome = fields.Selection(
        [
            ("draft", "To be sent"),
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
    channel = fields.Selection(related="run_id.channel")
    step_words = fields.Char("Which", compute="_compute_step_words")

    _occasion_once = models.UniqueIndex(
        "(company_id, occasion) WHERE told", "This has been told already."
    )
    _told_idx = models.Index(
        "(company_id, commercial_partner_id, planned_on) WHERE told"
    )
    _document_idx = models.Index("(res_model, res_id)")
    _unreached_idx = models.Index(
        "(schedule_id, made_on) WHERE fallback_tried IS NOT TRUE "
        "AND outcome IN ('failed', 'left_out')"
    )

    @api.depends("sms_ids.state", "mail_state", "reason", "selected")
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
            elif line.mail_state:
                line.outcome = MAIL_OUTCOMES[line.mail_state]
            elif line.reason or not line.selected:
                line.outcome = "left_out"
            else:
                line.outcome = "draft"

    @api.depends(
        "why",
        "sms_ids.failure_reason",
        "sms_ids.failure_type",
        "mail_failure",
        "outcome",
        "planned_on",
    )
    def _compute_explanation(self):
        # sudo: the reason of a line that the user may read
        for line in self.sudo():
            words = line.mail_failure or line.sms_ids._failure_words()
            line.explanation = line.why or words or line._waiting_words()

    def _waiting_words(self):
        """When what waits leaves, where that is not now."""
        if self.outcome not in ("waiting", "draft") or not self._not_before():
            return False
        return self.env._(
            "Leaves on %s.",
            format_datetime(self.env, self.planned_on, dt_format="short"),
        )

    @api.depends("step")
    def _compute_step_words(self):
        bases = self.env["organizer.basis"]
        for line in self:
            step, words = line.step or "", False
            if step == "posted":
                words = self.env._("as soon as it is posted")
            elif step.lstrip("-").isdigit():
                words = bases._get(line.run_id.basis)._level_words(int(step))
            line.step_words = words

    def action_open_run(self):
        self.ensure_one()
        return self.run_id._get_records_action()

    def _queue(self):
        """Compose the last bit, the link, and put a message in the queue for each."""
        plan_anew(self.env.cr, len(self))
        by_email = self.filtered(lambda line: line.run_id.channel == "email")
        by_email._queue_emails()
        (self - by_email)._queue_sms()

    def _queue_sms(self):
        if not self:
            return
        links = self._make_links(lambda line: placeholders.names(line.text))
        links = self._pasted_links() | links
        values_list = [line._sms_values(links.get(line.id)) for line in self]
        notes = self._post_notes([values["body"] for values in values_list])
        for values, note in zip(values_list, notes, strict=True):
            values["mail_message_id"] = note.id
        self.env["sms.sms"]._create_many(values_list)._notify_chatter()
        self._note_queued()

    def _note_queued(self):
        """What ``_compute_outcome`` says of lines whose SMS was put in the queue."""
        self.env.cr.execute(
            SQL(
                "UPDATE organizer_run_line SET outcome = 'waiting' WHERE id = ANY(%s)",
                self.ids,
            )
        )
        self.env.remove_to_compute(self._fields["outcome"], self)
        self.invalidate_recordset(["outcome", "sms_ids"], flush=False)

    def _make_links(self, names_of):
        """To the invoice that a line is about, or to all that is open of its customer.

        :param names_of: function of a line: the placeholders that are left in its text
        :return: ``{line id: IssuedLink}``
        """
        linked = self.filtered(lambda line: "link" in names_of(line))
        links = self.env["organizer.link"]
        about_invoice = linked.filtered("move_id")
        by_move = links._make(about_invoice.move_id) if about_invoice else {}
        made = {line.id: by_move[line.move_id.id] for line in about_invoice}
        for run, lines in (linked - about_invoice).grouped("run_id").items():
            basis = self.env["organizer.basis"]._get(run.basis)
            if basis._links_to_customer():
                customers = lines._documents()
                issued = links._make_for_customers(customers, run.company_id)
                made |= {
                    line.id: issued[line.res_id]
                    for line in lines
                    if line.res_id in issued
                }
        return made

    def _pasted_links(self):
        """The links that stand in the texts as they are, of those that were renewed.

        :return: ``{line id: IssuedLink}``, without their addresses
        """
        texts = {line.id: line.text for line in self if line.text}
        return self.env["organizer.link"]._find_in(texts)

    def _sms_values(self, link):
        """:param link: ``IssuedLink`` of what it is about, or None"""
        return {
            "body": placeholders.render(self.text, {"link": link.url if link else ""}),
            "number": self.number,
            "partner_id": self.partner_id.id,
            "company_id": self.run_id.company_id.id,
            "next_attempt_at": self._not_before(),
            "user_id": self.run_id.user_id.id,
            "res_model": self.res_model,
            "res_id": self.res_id,
            "move_id": self.move_id.id,
            "run_line_id": self.id,
            "link_id": link.link_id if link else False,
        }

    def _not_before(self):
        """When it may leave; False for at once."""
        later = self.planned_on and self.planned_on > fields.Datetime.now()
        return later and self.planned_on

    def _documents(self):
        """The documents of lines of one model, those that are left of them."""
        model = self[:1].res_model
        if not model:
            return self.browse()
        return self.env[model].browse(self.mapped("res_id")).exists()

    def _reasons_not_to_send(self):
        """What has come in between since the message was queued.

        :return: ``{line id: why in words}`` for those who must not be told any more
        """
        reasons = {}
        kinds = self.run_id.grouped(
            lambda run: (run.basis, run.company_id, run.channel)
        )
        by_run = self.grouped("run_id")
        for (name, company, channel), runs in kinds.items():
            lines = self.browse().union(*(by_run[run] for run in runs))
            basis = self.env["organizer.basis"]._get(name).with_company(company)
            documents = lines._documents()
            existing = set(documents._ids)
            refusals = basis._refusals(documents)
            outdated = lines._outdated(basis, documents)
            stopped = (
                basis._stopped_emails(lines.mapped("email"))
                if channel == "email"
                else basis._stopped_numbers(lines.mapped("number"))
            )
            for line in lines:
                address = (line.email or line.number or "").split(",")[0]
                refusal = refusals.get(line.res_id) or stopped.get(address)
                if line.res_id not in existing:
                    reasons[line.id] = self.env._("The document was deleted.")
                elif refusal:
                    reasons[line.id] = refusal[1]
                elif line.id in outdated:
                    reasons[line.id] = outdated[line.id]
        for schedule, lines in self.grouped("schedule_id").items():
            reasons = schedule._reasons_to_rest(lines) | reasons
        return reasons

    def _outdated(self, basis, documents):
        """Why a text is not true any more: less is open than it names.

        :return: ``{line id: why in words}``
        """
        # a copy each time that it is read
        told = {line: amounts for line in self if (amounts := line.amounts)}
        ids = {line.res_id for line in told}
        wanted = documents.filtered(lambda document: document.id in ids)
        names = set().union(*told.values())
        owed = basis._owed(wanted, names) if wanted else {}
        return {
            line.id: words
            for line, amounts in told.items()
            if (words := line._why_outdated(basis, amounts, owed.get(line.res_id, {})))
        }

    def _why_outdated(self, basis, amounts, owed):
        """
        :param dict amounts: what its text names, see ``amounts``
        :param dict owed: what is open now, see ``organizer.basis._owed``
        """
        text = " ".join(
            (self.text or "", self.subject or "", html2plaintext(self.body or ""))
        )
        for name, told in amounts.items():
            now = owed.get(name, {})
            if told["text"] in text and self._is_less(now, told["owed"]):
                currencies = self.env["res.currency"].browse(map(int, told["owed"]))
                return self.env._(
                    "Its text names %(named)s, and %(due)s is open by now.",
                    named=told["text"],
                    due=basis._format_amounts(
                        [(now.get(str(one.id), 0), one) for one in currencies]
                    ),
                )
        return False

    @api.model
    def _is_less(self, now, told):
        """Whether less is open in any currency than was told."""
        currencies = self.env["res.currency"].browse(map(int, told))
        return any(
            one.compare_amounts(now.get(str(one.id), 0), told[str(one.id)]) < 0
            for one in currencies
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
