from odoo import api, fields, models


class OrganizerSchedule(models.Model):
    """Whether customers can open the links that it would send."""

    _inherit = "organizer.schedule"

    link_warning = fields.Char("About the link", compute="_compute_link_warning")

    @api.depends("template_id.text", "template_id.body", "company_id")
    def _compute_link_warning(self):
        links = self.env["organizer.link"]
        for schedule in self:
            template = schedule.template_id
            linked = template and "link" in template._names()
            company = schedule.company_id
            schedule.link_warning = linked and links._address_warning(company)
