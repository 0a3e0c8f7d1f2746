from odoo import api, fields, models

# the fields that show in an entry of a gear menu
SHOWN = {"active", "basis", "in_menu", "name", "channel"}


class OrganizerTemplate(models.Model):
    """A template as an action in the gear menu of what it is about."""

    _inherit = "organizer.template"

    in_menu = fields.Boolean(
        "In the gear menu",
        help="Offer it, under its name, in the gear menu of the invoices, customers or "
        "debtors that it is about.",
    )
    action_ids = fields.One2many(
        "ir.actions.server",
        "organizer_template_id",
        groups="base.group_system",
        copy=False,
    )

    @api.model_create_multi
    def create(self, vals_list):
        templates = super().create(vals_list)
        templates.filtered("in_menu")._set_actions()
        return templates

    def write(self, vals):
        result = super().write(vals)
        if SHOWN & set(vals):
            self._set_actions()
        return result

    def copy_data(self, default=None):
        # EXTENDS 'base': a copy is told from its original, and is its company's own
        vals_list = super().copy_data(default)
        for template, vals in zip(self, vals_list, strict=True):
            vals["in_menu"] = False
            if "name" not in (default or {}):
                vals["name"] = self.env._("%s (copy)", template.name)
            if "company_id" not in (default or {}):
                vals["company_id"] = self.env.company.id
        return vals_list

    def unlink(self):
        self._delete_actions()
        return super().unlink()

    def _set_actions(self):
        """Make the gear menus offer what they should."""
        self._delete_actions()
        for template in self.filtered(lambda one: one.in_menu and one.active):
            # sudo: only administrators write actions. What these do is fixed here, and
            # does not depend on what a person writes into the template
            actions = self.env["ir.actions.server"].sudo()
            for action in actions.create(template._action_values()):
                template._name_action(action)

    def _delete_actions(self):
        self.sudo().action_ids.unlink()  # sudo: as above

    def _action_values(self):
        models = self.env["ir.model"].sudo()  # sudo: which models there are
        return [
            {
                "name": self._menu_name(),
                "organizer_template_id": self.id,
                "model_id": models._get_id(model),
                "binding_model_id": models._get_id(model),
                "binding_view_types": "list,kanban,form",
                "group_ids": [
                    fields.Command.link(self.env.ref("sms_organizer.group_sms_send").id)
                ],
                "state": "code",
                "code": f'action = env["organizer.template"].browse({int(self.id)})'
                "._open_compose(records)",
            }
            for model in self._basis()._basis_menus
        ]

    def _name_action(self, action):
        for lang, _name in self.env["res.lang"].get_installed():
            in_lang = self.with_context(lang=lang)
            action.with_context(lang=lang).name = in_lang._menu_name()

    def _menu_name(self):
        """An e-mail says so: often there is an SMS of the same name."""
        if self.channel == "email":
            return self.env._("%s (e-mail)", self.name)
        return self.name
