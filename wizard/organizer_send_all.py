from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import split_every

# texts that the price is told by before there is a draft
SAMPLE = 50
# invoices whose lines are made at a time, and those of one draft, which a person waits
# for
BATCH = 1000
MOST = 10_000
# of the untold, those that can be
GOING = ("not_sent", "test")
PAID = ("paid", "in_payment", "reversed")
# who is told of an older invoice may wonder why
OLD = 90


class OrganizerSendAll(models.TransientModel):
    """*Send all by SMS*: by which template; then a draft, where all can be mended."""

    _name = "organizer.send_all"
    _inherit = "organizer.makes_run"
    _description = "Send all by SMS"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    # that of the list which it was opened from
    domain = fields.Json(readonly=True)
    template_id = fields.Many2one(
        "organizer.template",
        required=True,
        domain="[('channel', '=', 'sms'), ('model', '=', 'account.move'), "
        "('company_id', 'in', (False, company_id))]",
    )
    summary = fields.Char(related="template_id.summary")
    going_count = fields.Integer("Will get it", readonly=True)
    among_them = fields.Char("Among them", readonly=True)
    left_out = fields.Char("Left unticked", readonly=True)
    is_many = fields.Boolean(compute="_compute_is_many")
    most = fields.Integer("In one draft", compute="_compute_is_many")
    price = fields.Monetary(
        "Price, about",
        compute="_compute_price",
        help="From the texts of some of them. The draft has it exactly.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_price")

    # -- opening ---------------------------------------------------------------------

    @api.model
    def _open_for(self, domain):
        """
        :param list domain: of the list, as it came from the browser
        :raise UserError: where there is nothing to send, or for several companies
        """
        moves = self.env["account.move"]
        untold = moves._send_all_domain(domain)
        groups = moves._read_group(untold, ["company_id", "sms_delivery"], ["__count"])
        company = self._one_company(moves.company_id.union(*(one[0] for one in groups)))
        if company._organizer_channel_problem("sms"):
            return self.env["organizer.compose"]._open_off("sms")
        counts = {state: count for _company, state, count in groups}
        retried = moves.search_count(untold & moves._sms_to_retry())
        counts["failed"] = counts.get("failed", 0) - retried
        wizard = self.create(
            {
                "company_id": company.id,
                "domain": domain,
                "template_id": self._first_template(company).id,
                "going_count": sum(counts.get(state, 0) for state in GOING) + retried,
                "among_them": self._among_words(untold & moves._sms_to_send()),
                "left_out": self._left_out_words(counts),
            }
        )
        return wizard._open()

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send all by SMS"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "medium"},
        }

    def _one_company(self, companies):
        if not companies:
            raise UserError(
                self.env._(
                    "There is nothing to send: the list is empty, or each invoice in "
                    "it has been told by SMS. Tick those to be told again, and choose "
                    "Send SMS."
                )
            )
        if len(companies) > 1:
            raise UserError(
                self.env._(
                    "This list has invoices of several companies (%s). Leave one of "
                    "them ticked in the menu of companies.",
                    ", ".join(companies.mapped("name")),
                )
            )
        if not self.env["sms.gateway"]._routes_of(companies.id):
            raise UserError(self.env["organizer.basis"]._no_gateway_words(companies))
        return companies

    def _first_template(self, company):
        templates = self.env["organizer.template"]._on_offer("sms", company)
        about = templates.filtered(lambda one: one.model == "account.move")
        if not about:
            raise UserError(
                self.env._(
                    "There is no SMS template about invoices. Add one in Organizer ▸ "
                    "Message Templates."
                )
            )
        return (about.filtered(lambda one: one.basis == "invoice_issued") or about)[0]

    def _among_words(self, going):
        """What an accountant may not expect among those that get it: two queries

        :param Domain going: them
        """
        moves = self.env["account.move"]
        day = fields.Date.context_today(self) - timedelta(days=OLD)
        paid = moves.search_count(going & Domain("payment_state", "in", PAID))
        old = moves.search_count(going & Domain("invoice_date", "<", day))
        words = [
            paid and self.env._("%s paid or reversed already", paid),
            old
            and self.env._("%(count)s older than %(days)s days", count=old, days=OLD),
        ]
        return ", ".join(filter(None, words))

    def _left_out_words(self, counts):
        words = {
            "no_number": self.env._("%s without a number"),
            "failed": self.env._("%s that failed before"),
            "cancelled": self.env._("%s that were cancelled"),
            "opted_out": self.env._("%s whose owners opted out"),
        }
        return ", ".join(
            text % counts[state] for state, text in words.items() if counts.get(state)
        )

    # -- price -----------------------------------------------------------------------

    @api.depends("template_id")
    def _compute_price(self):
        for wizard in self:
            gateway = self.env["sms.gateway"]._for_company(wizard.company_id)
            wizard.currency_id = gateway.currency_id
            wizard.price = wizard._price_of_sample()

    def _price_of_sample(self):
        """What all of them cost, if they are like the first ones."""
        template = self.template_id.with_company(self.company_id)
        some = self._moves_to_send(SAMPLE) if template else ()
        if not some:
            return 0
        lines = template._run_lines(some)
        prices = self.env["sms.gateway"]._segment_price
        total = sum(
            line["segments"] * prices(self.company_id, line["number"], self.currency_id)
            for line in lines
            if not line["reason"]
        )
        return total / len(lines) * self.going_count

    @api.depends("going_count")
    def _compute_is_many(self):
        for wizard in self:
            wizard.is_many = wizard.going_count > MOST
            wizard.most = MOST

    def _moves_to_send(self, limit):
        moves = self.env["account.move"].with_company(self.company_id)
        domain = self._untold(moves) & moves._sms_to_send()
        return moves.search(domain, order="id", limit=limit)

    def _untold(self, moves):
        """Those of the list, of the company in whose name is sent."""
        return moves._send_all_domain(self.domain or [], self.company_id)

    def _moves(self):
        """Those that are to be told; and, as far as there is room, those that a person
        has to decide about."""
        going = self._moves_to_send(MOST)
        others = self._untold(going)
        others &= Domain("id", "not in", going.ids)
        if len(going) == MOST:
            return going
        return going | going.search(others, order="id", limit=MOST - len(going))

    # -- the draft -------------------------------------------------------------------

    def action_review(self):
        """Make the draft and open it."""
        return self._make_run_once()

    def _check_ready(self):
        # EXTENDS organizer_makes_run.py
        template = self.template_id
        template.check_access("read")
        if problem := self.company_id._organizer_channel_problem("sms"):
            raise UserError(problem)
        if (
            template.channel != "sms"
            or template.model != "account.move"
            or template.company_id
            not in (template.company_id.browse(), self.company_id)
        ):
            raise UserError(
                self.env._("Choose an SMS template about invoices of this company.")
            )

    def _make_run(self):
        """A draft with a line for each of them; some of them at a time."""
        moves = self._moves()
        if moves.company_id - self.company_id:
            raise UserError(
                self.env._("The invoices of a draft are of one company: open it again.")
            )
        template = self.template_id.with_company(self.company_id)
        run = self.env["organizer.run"]._draft(
            self.company_id,
            template.basis,
            template.text,
            [],
            name=self.env._("%s: send all by SMS", template.name),
            channel="sms",
            template_id=template.id,
            origin="send_to_buyer",
        )
        for ids in split_every(BATCH, moves.ids):
            some = moves.browse(ids)
            lines = run._as_first_messages(some, template._run_lines(some))
            run._add_lines(lines)
            self.env.invalidate_all()
        return run
