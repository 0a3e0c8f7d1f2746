from odoo import api, fields, models

KINDS = [
    ("paid", "Paid"),
    ("promise", "Promise"),
    ("question", "Question"),
    ("wrong_number", "Wrong number"),
]


class OrganizerAnswer(models.Model):
    """What a customer told us on the page behind a link.

    What can be said there is in ``organizer_link_answer.py``, its forms are in
    ``organizer_link_form.py``, and what came in with them is read in
    ``organizer_link_entered.py``; how an answer is taken in, once, is in
    ``organizer_answer_receive.py``; what it does, in ``organizer_answer_act.py`` and
    ``organizer_answer_number.py``; and who is told, in ``organizer_answer_chatter.py``.
    """

    _name = "organizer.answer"
    _inherit = "organizer.heard"
    _description = "Answer of a customer"
    _order = "answered_at desc, id desc"
    _heard_at = "answered_at"

    link_id = fields.Many2one(
        "organizer.link",
        "Document link",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    # the same twice, by two processes at a time, would be the same number twice
    ordinal = fields.Integer(
        "Number on the link", readonly=True, help="1 for the first answer of a link"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    # cascade: what a person said goes with the person
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The one who owes; none for a receipt of nobody in particular",
    )
    contact_id = fields.Many2one(
        "res.partner",
        "Told to",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Whom the message with the link was for",
    )
    move_ids = fields.Many2many("account.move", string="Invoices", readonly=True)
    is_about_all = fields.Boolean(
        "About all", readonly=True, help="About all that was open then"
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    date = fields.Date(
        "Day", readonly=True, help="When it was paid, or when it is promised to be"
    )
    reference = fields.Char(readonly=True, help="What the customer says of its payment")
    text = fields.Text("Question", readonly=True)
    number = fields.Char(
        "SMS number", readonly=True, help="Where the message with the link had gone"
    )
    answered_at = fields.Datetime("Answered", required=True, readonly=True, index=True)
    lang = fields.Char("Language", readonly=True, help="That the page was in")
    broken_on = fields.Date(
        "Broken promise",
        readonly=True,
        help="The day that had been promised before, and was not kept",
    )
    in_a_row = fields.Integer(
        "Promises in a row",
        readonly=True,
        help="How often payment was promised on the page while the same was overdue",
    )
    outcome = fields.Char(
        "What was done", readonly=True, help="In the words of the company's language"
    )
    note_ids = fields.Many2many("mail.message", string="Notes", readonly=True)
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null"
    )

    _once_on_link = models.UniqueIndex("(link_id, ordinal) WHERE link_id IS NOT NULL")
    _customer_idx = models.Index("(company_id, partner_id, kind, id)")
    _lately_idx = models.Index("(company_id, partner_id, answered_at)")

    @api.depends("kind", "partner_id")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for answer in self:
            parts = kinds.get(answer.kind), answer.partner_id.display_name
            answer.display_name = ": ".join(filter(None, parts))

    # -- buttons ---------------------------------------------------------------------

    def action_open_partner(self):
        self.ensure_one()
        return self.partner_id._get_records_action()

    def action_open_moves(self):
        self.ensure_one()
        return self.move_ids._get_records_action(name=self.env._("Invoices"))


class ResPartner(models.Model):
    """What a customer has told us on the page."""

    _inherit = "res.partner"

    organizer_answer_ids = fields.One2many(
        "organizer.answer",
        "partner_id",
        "Answers on the page",
        readonly=True,
        groups="sms_organizer.group_sms_send",
    )
    organizer_answer_count = fields.Integer(
        "Answers",
        compute="_compute_organizer_answer_count",
        groups="sms_organizer.group_sms_send",
    )

    def _compute_organizer_answer_count(self):
        counts = self._count_with_contacts("organizer.answer")
        for partner in self:
            partner.organizer_answer_count = counts[partner]

    def action_open_organizer_answers(self):
        self.ensure_one()
        self.env["organizer.answer"].check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sms_organizer.action_organizer_answer"
            ),
            "domain": [("partner_id", "child_of", self.id)],
        }


class AccountMove(models.Model):
    _inherit = "account.move"

    organizer_answer_ids = fields.Many2many(
        "organizer.answer",
        string="Answers on the page",
        readonly=True,
        copy=False,
        groups="sms_organizer.group_sms_send",
    )
