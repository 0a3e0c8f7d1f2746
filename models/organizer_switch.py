from odoo import api, fields, models


class ResCompany(models.Model):
    """The switches of Settings ▸ SMS Organizer.

    A channel is on or off for the whole database: a group that every user has or
    nobody, so that menus and buttons go with it. What a company does by itself is its
    own. Everything is off until an administrator switches it on.
    """

    _inherit = "res.company"

    organizer_auto_invoice_issued = fields.Boolean("Tell about issued invoices")
    organizer_auto_invoice_due_soon = fields.Boolean("Remind before the due date")
    organizer_auto_invoice_overdue = fields.Boolean("Remind of overdue invoices")
    organizer_auto_customer_debt = fields.Boolean("Tell customers what they owe")
    organizer_auto_customer_overdue_debt = fields.Boolean("Remind of overdue debts")
    organizer_send_window = fields.Boolean("Mind the hours of the recipient")

    # -- channels --------------------------------------------------------------------

    @api.model
    def _organizer_channel_is_on(self, channel):
        """:param str channel: ``"sms"`` or ``"email"``"""
        group = f"sms_organizer.group_organizer_{channel}"
        xmlids = self.env["ir.model.data"]
        group_id = xmlids._xmlid_to_res_id(group, raise_if_not_found=False)
        everyone = xmlids._xmlid_to_res_id("base.group_user")
        groups = self.env["res.groups"]._get_group_definitions()
        return group_id in groups.get_superset_ids([everyone])

    @api.model
    def _organizer_channel_problem(self, channel):
        """Why nothing goes by a channel, with the cure; None where it is on.

        :param str channel: ``"sms"`` or ``"email"``
        """
        if self._organizer_channel_is_on(channel):
            return None
        if channel == "email":
            return self.env._(
                "E-mail is switched off. An administrator turns on “Mail client” in "
                "Settings ▸ SMS Organizer."
            )
        return self.env._(
            "SMS are switched off. An administrator turns on “Calls, SMS, meetings and "
            "planned interactions” in Settings ▸ SMS Organizer."
        )

    @api.model
    def _organizer_set_channel(self, channel, is_on):
        """Switch a channel on or off; what waited for it goes."""
        # sudo: the caller has the right to change the settings, or is a script
        everyone = self.env.ref("base.group_user").sudo()
        group = self.env.ref(f"sms_organizer.group_organizer_{channel}").sudo()
        if is_on:
            everyone._apply_group(group)
            self._organizer_release(channel)
        else:
            everyone._remove_group(group)

    @api.model
    def _organizer_release(self, channel):
        """A channel was switched on: what waited for it goes, and schedules run."""
        # sudo: the queues belong to no user
        if channel == "sms":
            self.env["sms.sms"].sudo()._release("switch")
        else:
            self.env["mail.mail"].sudo()._release_by_switch()
        self.env["organizer.schedule"]._wake()

    # -- what goes by itself ---------------------------------------------------------

    def _organizer_auto_problem(self, basis):
        """Why the schedules of a basis do not run, with the cure; None where they do.

        The bases of other add-ons have no switch.

        :param str basis: name of a basis
        """
        field = self._fields.get(f"organizer_auto_{basis}")
        # sudo: the switch holds, whoever may see the company
        if not field or self.sudo()[field.name]:
            return None
        return self.env._(
            "These automatic messages are switched off. An administrator turns on "
            "“%(switch)s” in Settings ▸ SMS Organizer.",
            switch=field._description_string(self.env),
        )
