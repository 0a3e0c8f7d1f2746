from lxml import etree

from odoo import api, models


class OrganizerChannelButtons(models.AbstractModel):
    """Buttons that show while a channel is on, for who has the right that they name.

    Views say both by an element around the button; those of a list allow for none.
    """

    _name = "organizer.channel.buttons"
    _description = "Buttons of a channel"

    # name of a button: channel; and the same of columns
    _channel_buttons = {}
    _channel_columns = {}

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        # EXTENDS 'base'
        arch, view = super()._get_view(view_id, view_type, **options)
        for button in list(arch.iter("button")):
            if channel := self._channel_buttons.get(button.get("name")):
                self._only_while_on(button, channel)
        for column in list(arch.iter("field") if self._channel_columns else ()):
            if channel := self._channel_columns.get(column.get("name")):
                self._only_while_on(column, channel)
        return arch, view

    def _only_while_on(self, node, channel):
        group = f"sms_organizer.group_organizer_{channel}"
        around = etree.Element("t", groups=group)
        node.getparent().replace(node, around)
        around.append(node)
