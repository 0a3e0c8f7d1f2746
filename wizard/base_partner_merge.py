from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # EXTENDS 'base': whoever has the link of a customer that is merged away would
        # see what the other one owes
        src_partners._close_links()
        return super()._update_foreign_keys(src_partners, dst_partner)
