from odoo import models


class OrganizerBasisFreeText(models.AbstractModel):
    _name = "organizer.basis.free_text"
    _inherit = "organizer.basis"
    _description = "Basis: free text to a customer"

    _basis_sequence = 90
    _basis_model = "res.partner"

    def _basis_label(self):
        return self.env._("Free text")

    def _labels(self):
        return {
            "customer": self.env._("Customer"),
            "company": self.env._("Your company"),
        }

    def _values_in_lang(self, documents):
        company = self.env.company.name
        return {
            partner.id: {"customer": partner.name or "", "company": company}
            for partner in documents
        }

    def _company(self, document):
        # a customer may be shared by all companies: it is told by the one that sends
        return self.env.company
