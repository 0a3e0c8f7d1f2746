from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.organizer_link_renew import URL_KEY


class OrganizerLinkRenewed(models.TransientModel):
    """The link that was made in place of another one: it can be read here, and never
    again. It is in the open window alone, not in the database."""

    _name = "organizer.link.renewed"
    _description = "Renewed document link"

    link_id = fields.Many2one("organizer.link", "Document link", required=True)
    url = fields.Char("New link", compute="_compute_url")

    @api.depends_context(URL_KEY)
    def _compute_url(self):
        self.url = self.env.context.get(URL_KEY)

    def action_send(self):
        """Open *Send SMS* with the link in its text."""
        self.ensure_one()
        self.check_access("write")
        link = self.link_id
        if not self.url:
            raise UserError(
                self.env._(
                    "The new link was shown once, and is not kept. Renew it again, or "
                    "send a new message."
                )
            )
        action = self.env["organizer.compose"]._open_for(
            link.move_id or link.partner_id, company=link.company_id
        )
        if action["res_model"] == "organizer.compose" and action.get("res_id"):
            compose = self.env["organizer.compose"].browse(action["res_id"])
            compose.write({"template_id": False, "body": self._text()})
        return action

    def _text(self):
        """What the customer reads, in its language."""
        link = self.link_id
        lang = link.company_id.sudo()._document_lang(link.partner_id)
        return self.with_context(lang=lang).env._(
            "%(company)s: here is your new link. %(url)s",
            company=link.company_id.name,
            url=self.url,
        )
