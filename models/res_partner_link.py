from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.ondelete(at_uninstall=True)
    def _unlink_links(self):
        """A customer's links lead nowhere without it; an invoice's stay, with it."""
        # sudo: links are written by this add-on alone
        links = self.env["organizer.link"].sudo()
        domain = [("partner_id", "in", self.ids), ("move_id", "=", False)]
        links.search(domain).unlink()
