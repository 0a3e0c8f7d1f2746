from odoo import models
from odoo.fields import Domain


class OrganizerBasisFreeText(models.AbstractModel):
    _name = "organizer.basis.free_text"
    _inherit = "organizer.basis.customer"
    _description = "Basis: free text to a customer"

    _basis_sequence = 90
    _basis_is_free = True

    def _basis_label(self):
        return self.env._("Free text to a customer")

    def _domain(self):
        """Those who have been invoiced."""
        return super()._domain() & Domain("customer_rank", ">", 0)
