from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class OrganizerByTemplate(models.TransientModel):
    """*SMS by template*, *E-mail by template*: which one; then everyone it is for."""

    _name = "organizer.by_template"
    _description = "Send by template"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    channel = fields.Selection(
        [("sms", "SMS"), ("email", "E-mail")], required=True, readonly=True
    )
    template_id = fields.Many2one(
        "organizer.template",
        required=True,
        domain="[('channel', '=', channel), ('model', '=', 'res.partner'), "
        "('basis', '!=', 'free_text'), ('company_id', 'in', (False, company_id))]",
    )
    summary = fields.Char(related="template_id.summary")
    # customers that were ticked: none stands for all
    customer_ids = fields.Json(readonly=True)
    count = fields.Integer("Customers", compute="_compute_count")

    @api.depends("template_id")
    def _compute_count(self):
        for wizard in self:
            wizard.count = 0
            if wizard.template_id:
                wizard.count = len(wizard._customers())

    def _customers(self):
        """Who has such a debt now and whom the template is for; of those ticked."""
        template = self.template_id.with_company(self.company_id)
        domain = template._matching()
        domain = Domain.FALSE if domain is None else domain
        if self.customer_ids:
            domain &= Domain("id", "in", self.customer_ids)
        return self.env["res.partner"].search(domain)

    @api.model
    def _open_for(self, channel, debtors):
        """Ask which template, where there is a choice."""
        companies = debtors.company_id
        if len(companies) > 1:
            raise UserError(
                self.env._(
                    "What you ticked belongs to several companies (%s). Tick those of "
                    "one company at a time.",
                    ", ".join(companies.mapped("name")),
                )
            )
        company = companies or self.env.company
        if company._organizer_channel_problem(channel):
            return self.env["organizer.compose"]._open_off(channel)
        templates = self.env["organizer.template"]._on_offer(channel, company)
        templates = templates.filtered(
            lambda one: one.model == "res.partner" and one.basis != "free_text"
        )
        if not templates:
            raise UserError(
                self.env._(
                    "There is no template about debts on this channel. Add one in "
                    "Organizer ▸ Message Templates."
                )
            )
        overdue = templates.filtered(lambda one: one.basis == "customer_overdue_debt")
        wizard = self.create(
            {
                "company_id": company.id,
                "channel": channel,
                "template_id": (overdue or templates)[0].id,
                "customer_ids": debtors.partner_id.ids,
            }
        )
        if len(templates) == 1:
            return wizard.action_continue()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("E-mail by template")
            if channel == "email"
            else self.env._("SMS by template"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "medium"},
        }

    def action_continue(self):
        """Open *Send SMS* or *Send e-mail* with everyone it is for."""
        self.ensure_one()
        customers = self._customers()
        if not customers:
            raise UserError(
                self.env._(
                    "“%s” is for nobody at the moment.", self.template_id.display_name
                )
            )
        return self.template_id._open_compose(customers, self.company_id)
