from odoo import fields, models
from odoo.tools import html_escape

from ..tools.phone import country_prefix


class OrganizerAnswer(models.Model):
    """After the retention period what a customer wrote goes; what it meant stays."""

    _inherit = "organizer.answer"

    is_anonymous = fields.Boolean(
        "Anonymous",
        readonly=True,
        help="Number and text were removed after the retention period.",
    )

    def _known_before(self, before, limit):
        return self.search(
            [("answered_at", "<", before), ("is_anonymous", "!=", True)],
            limit=limit,
            order="answered_at, id",
        )

    def _make_anonymous(self):
        """Remove number, reference and text: here, in the chatter, from activities."""
        removed = self.env._("[removed after the retention period]")
        notes = self.note_ids | self._notes_of_activities()
        notes.write({"body": f"<p>{html_escape(removed)}</p>"})
        wrong = self.filtered(lambda answer: answer.kind == "wrong_number")
        wrong.outcome = removed  # it names the number
        self.filtered("text").text = removed
        for prefix, answers in self.grouped(
            lambda answer: country_prefix(answer.number) if answer.number else False
        ).items():
            answers.write({"number": prefix, "reference": False, "is_anonymous": True})
        for activity in self.activity_id:
            self._tell_in_activity(activity)
