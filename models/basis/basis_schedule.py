from datetime import timedelta

from odoo import models
from odoo.fields import Domain

from ...tools import timetable
from .organizer_basis import PREFIX


class OrganizerBasis(models.AbstractModel):
    """When a schedule tells about the documents of this basis.

    A *level* is a number of days since a date of the document, below 0 before it.
    """

    _inherit = "organizer.basis"

    # "levels": some days before or after a date; "repeat": every so many days; or ""
    _schedule_kind = ""
    # the date that levels are counted from
    _level_field = ""
    # whether it claims what is past its due date
    _is_late = False

    # whether it reminds of a debt: who is not to be reminded is not, by itself
    _is_reminder = False

    def _basis_name(self):
        return self._name.removeprefix(PREFIX)

    def _level_words(self, level):
        """A level in words, for instance *3 days before it is due*."""
        return str(level)

    def _levels_words(self, levels):
        """Several of them in words, as short as can be: list of parts."""
        return [self._level_words(level) for level in levels]

    def _levels_problem(self, levels):
        """What is wrong with these levels, in words, or None.

        :param tuple levels: days, in their order
        """
        return

    def _basis_of_level(self, level):
        """The name of the basis by which documents are judged at a level."""
        return self._basis_name()

    def _schedule_refusals(self, documents):
        """``{document id: (reason, why)}`` for those that a schedule does not tell
        about, though a person may."""
        return {}

    def _days_late(self, documents):
        """``{document id: days since it was due}`` for a basis that claims."""
        return {}

    def _meant_domain(self):
        """The documents that any level may be about some day."""
        return self._wide_domain()

    def _told_domain(self):
        """Those of them that are not disputed."""
        return self._meant_domain()

    def _reached_domain(self, mine, levels, catch_up):
        """The documents that have reached one of ``mine`` and none above it, no more
        than ``catch_up`` days ago.

        :param tuple levels: all of the schedule, ``mine`` among them
        """
        today, ranges = self._today(), []
        for level in mine:
            reached = today - timedelta(days=level)
            domain = Domain(self._level_field, "<=", reached)
            domain &= Domain(self._level_field, ">=", reached - timedelta(catch_up))
            above = timetable.following(levels, level)
            if above is not None:
                domain &= Domain(self._level_field, ">", today - timedelta(days=above))
            ranges.append(domain)
        return Domain.OR(ranges)

    def _days_since(self, document):
        """Days since the date that levels are counted from."""
        since = document[self._level_field]
        return (self._today() - since).days if since else 0
