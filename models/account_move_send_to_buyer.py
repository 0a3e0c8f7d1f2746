from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .organizer_audience import BROKEN_DOMAIN


class AccountMove(models.Model):
    """The buttons of *Send to Buyer*."""

    _name = "account.move"
    _inherit = ["account.move", "organizer.channel.buttons"]

    _channel_buttons = {"action_send_sms": "sms", "action_send_email": "email"}
    _channel_columns = {"sms_delivery": "sms", "email_delivery": "email"}

    def action_send_email(self):
        """Open Send e-mail for the ticked invoices."""
        compose = self.env["organizer.compose"]
        self.check_access("read")
        company = compose._company_of(self)
        templates = self.env["organizer.template"]._on_offer("email", company)
        about = templates.filtered(lambda one: one.model == self._name)
        usual = about.filtered(lambda one: one.basis == compose._basis_for(self))
        if template := (usual or about)[:1]:
            return template._open_compose(self, company)
        raise UserError(
            self.env._(
                "There is no e-mail template about invoices. Add one in Organizer ▸ "
                "Message Templates."
            )
        )

    def action_edit_sms_phone(self):
        """Open the number of one invoice: nothing is sent by that."""
        self.ensure_one()
        self.check_access("write")
        return self.env["organizer.number"]._open_for(self)

    # -- send all --------------------------------------------------------------------

    @api.model
    def organizer_count_to_send(self, domain):
        """How many of a list *Send all by SMS* would tell.

        :param list domain: of the list
        """
        self.env["organizer.send_all"].check_access("create")
        return self.search_count(self._send_all_domain(domain) & self._sms_to_send())

    @api.model
    def organizer_send_all(self, domain):
        """Open *Send all by SMS* for what a list shows.

        :param list domain: of the list
        """
        wizard = self.env["organizer.send_all"]
        wizard.check_access("create")
        return wizard._open_for(domain)

    @api.model
    def _send_all_domain(self, domain, company=None):
        """The issued invoices of a list that nobody was told of by SMS, as far as is
        known. What the user may not read is not among what is found.

        :param list domain: as it came from the browser
        :param company: whose alone; None: all that the user has ticked
        :raise UserError: where it cannot be read
        """
        try:
            wanted = Domain(domain)
            wanted.validate(self)
        except BROKEN_DOMAIN as error:
            raise UserError(
                self.env._("The filter cannot be read: %s. Choose another one.", error)
            ) from error
        return (
            wanted
            & Domain("state", "=", "posted")
            & Domain("move_type", "in", self.get_sale_types(include_receipts=True))
            & Domain("company_id", "in", (company or self.env.companies).ids)
            & self._sms_untold()
        )
