from odoo import fields, models
from odoo.exceptions import UserError


class OrganizerCompose(models.TransientModel):
    """*Save as template*: what was written here is on offer from now on."""

    _inherit = "organizer.compose"

    template_name = fields.Char("Name of the template")

    def action_name_template(self):
        """Ask for the name, in this window."""
        self.ensure_one()
        view = self.env.ref("sms_organizer.organizer_compose_view_form_template")
        return {
            **self._open(),
            "name": self.env._("Save as template"),
            "views": [(view.id, "form")],
            "context": {"dialog_size": "medium"},
        }

    def action_save_template(self):
        """Make the template and go on where the user was."""
        self.ensure_one()
        name = (self.template_name or "").strip()
        if not name:
            raise UserError(
                self.env._("Name of the template: enter one, to find it again by.")
            )
        template = self.env["organizer.template"].create(self._template_values(name))
        self.write({"template_id": template.id, "template_name": False})
        return self._open()

    def _template_values(self, name):
        return {
            "name": name,
            "company_id": self.company_id.id,
            "basis": self.basis,
            "channel": self.channel,
            "text": self.body,
            "subject": self.subject,
            "body": self.mail_body,
            "plain_letters": self.plain_letters,
            "attach_document": self.attach_document,
            "in_menu": True,
        }

    def action_back(self):
        """Close *Save as template* and go on where the user was."""
        self.ensure_one()
        return self._open()
