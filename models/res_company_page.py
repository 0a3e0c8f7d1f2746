import base64

from odoo import models
from odoo.tools.image import image_data_uri, image_process

LOGO_BYTES = 12_000  # as base64; with it a page of many documents stays below 50 kB
LOGO_SIZES = ((240, 112), (120, 56))  # px: twice what is shown, for sharp phones


class ResCompany(models.Model):
    """What the pages behind links say of the seller."""

    _inherit = "res.company"

    def _document_lang(self, partner):
        """The code of an installed language: the customer's, the seller's …"""
        self.ensure_one()
        langs = (partner.lang, self.partner_id.lang, "en_US")
        installed = dict(self.env["res.lang"].get_installed())
        return next(
            (lang for lang in langs if lang in installed), next(iter(installed))
        )

    def _document_seller_values(self):
        self.ensure_one()
        return {
            "seller": self.name,
            # what a preview in a chat shows, to whoever looks on: no amount, no name
            "title": self.env._("A document from %s", self.name),
            "description": self.env._("For the recipient of the message."),
            "logo": self._document_logo(),
            "phone": self.phone,
            "phone_link": "".join(c for c in self.phone or "" if c in "+0123456789"),
            "email": self.email,
        }

    def _document_logo(self):
        """Return the logo as a small data URI, or nothing."""
        if self.uses_default_logo or not self.logo:
            return None
        for size in LOGO_SIZES:
            try:
                raw = image_process(base64.b64decode(self.logo), size=size)
            except (OSError, ValueError):
                return None  # the name stands beside it anyway
            encoded = base64.b64encode(raw)
            if len(encoded) <= LOGO_BYTES:
                return image_data_uri(encoded)
        return None
