from odoo import fields, models
from odoo.tools import html_escape

from ..tools.phone import country_prefix


class OrganizerHeard(models.AbstractModel):
    """After the retention period what a customer told us goes; what it meant stays."""

    _inherit = "organizer.heard"

    is_anonymous = fields.Boolean(
        "Anonymous",
        readonly=True,
        help="Number and text were removed after the retention period.",
    )

    def _known_before(self, before, limit):
        return self.search(
            [(self._heard_at, "<", before), ("is_anonymous", "!=", True)],
            limit=limit,
            order=f"{self._heard_at}, id",
        )

    def _make_anonymous(self):
        """Remove number and text: here, in the chatter, from activities, also from what
        the chatter says of those that are done."""
        removed = self.env._("[removed after the retention period]")
        notes = self.note_ids | self._notes_of_activities()
        notes.write({"body": f"<p>{html_escape(removed)}</p>"})
        self._remove_texts(removed)
        for prefix, heard in self.grouped(
            lambda one: one.number and country_prefix(one.number)
        ).items():
            heard.write({"number": prefix, "is_anonymous": True})
        for activity in self.activity_id:
            self._tell_in_activity(activity)

    def _remove_texts(self, removed):
        """:param str removed: what stands in place of a text"""
        self.filtered("text").text = removed


class OrganizerAnswer(models.Model):
    _inherit = "organizer.answer"

    def _remove_texts(self, removed):
        # EXTENDS 'organizer.heard'
        wrong = self.filtered(lambda answer: answer.kind == "wrong_number")
        wrong.outcome = removed  # it names the number
        self.reference = False
        return super()._remove_texts(removed)
