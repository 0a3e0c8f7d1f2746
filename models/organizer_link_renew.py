from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .one_at_a_time import wait_for

# of the context in which the new link is shown: it is stored nowhere
URL_KEY = "organizer_renewed_url"


class OrganizerLink(models.Model):
    """Revoking a link, and renewing it: another one in its place.

    Both are for SMS administrators. Who may send gives a customer a new link by sending
    a new message, which leaves the old one as it is.
    """

    _inherit = "organizer.link"

    renews_id = fields.Many2one(
        "organizer.link",
        "Instead of",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    renewed_by_id = fields.Many2one(
        "organizer.link",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    def action_revoke(self):
        """Close these links: their pages are not found from now on."""
        self._check_administers(
            self.env._("Only an SMS administrator may revoke a document link.")
        )
        # sudo: nobody may write links in another way than this
        self.sudo().write({"revoked": True})

    def action_renew(self):
        """Close this link, make another one in its place and show it, once."""
        self.ensure_one()
        self._check_administers(
            self.env._("Only an SMS administrator may renew a document link.")
        )
        issued = self.sudo()._renew()  # sudo: as above
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New link"),
            "res_model": "organizer.link.renewed",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "dialog_size": "medium",
                "default_link_id": issued.link_id,
                URL_KEY: issued.url,
            },
        }

    def _check_administers(self, refusal):
        if not self.env.user.has_group("sms_organizer.group_sms_administer"):
            raise AccessError(refusal)
        self.check_access("read")

    def _renew(self):
        """:return: :class:`IssuedLink` of the new one"""
        wait_for(self)
        if self.renewed_by_id:
            raise UserError(
                self.env._(
                    "This link has been renewed already. Renew the one that was made "
                    "in its place."
                )
            )
        if not self._has_page():
            raise UserError(
                self.env._(
                    "There is nothing that a new link could show: its document is not "
                    "posted any more, or its customer is part of another one."
                )
            )
        issued = self._make_again()
        new = self.browse(issued.link_id)
        new.renews_id = self
        self.write({"revoked": True, "renewed_by_id": new.id})
        return issued

    def _make_again(self):
        if self.move_id:
            return self._make(self.move_id)[self.move_id.id]
        return self._make_for_customers(self.partner_id, self.company_id)[
            self.partner_id.id
        ]
