from lxml import etree

from odoo import api, models


class OrganizerChannelButtons(models.AbstractModel):
    """Buttons that show while a channel is on, for who has the right that they name.

    Views say both by an element around the button; those of a list allow for none.
    """

    _name = "organizer.channel.buttons"
    _description = "Buttons of a channel"

    # name of a button: channel
    _channel_buttons = {}

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        # EXTENDS 'base'
        arch, view = super()._get_view(view_id, view_type, **options)
        for button in list(arch.iter("button")):
            if channel := self._channel_buttons.get(button.get("name")):
                self._only_while_on(button, channel)
        return arch, view

    def _only_while_on(self, button, channel):
        group = f"sms_organizer.group_organizer_{channel}"
        around = etree.Element("t", groups=group)
        button.getparent().replace(button, around)
        around.append(button)
