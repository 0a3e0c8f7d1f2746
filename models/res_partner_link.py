from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.ondelete(at_uninstall=True)
    def _unlink_links(self):
        """A customer's links lead nowhere without it; an invoice's stay, with it."""
        self._own_links().unlink()

    def _close_links(self):
        self._own_links().revoked = True

    def _own_links(self):
        """Those to all that is open of them, not to one invoice."""
        # sudo: links are written by this add-on alone
        links = self.env["organizer.link"].sudo()
        return links.search([("partner_id", "in", self.ids), ("move_id", "=", False)])
