from odoo import fields, models

from ..tools.timetable import LevelsError


class OrganizerSchedule(models.Model):
    """What is switched off in the settings does not run, and says so. When it is
    switched on again, it goes on as after a standstill."""

    _inherit = "organizer.schedule"

    minds_hours = fields.Boolean(related="company_id.organizer_send_window")

    def _switch_problem(self):
        """The switch that keeps it from running, in words; or None."""
        company = self.company_id
        if problem := company._organizer_channel_problem(self.channel):
            return problem
        problems = [company._organizer_auto_problem(one) for one in self._bases()]
        return problems[0] if all(problems) else None

    def _bases(self):
        """The names of the bases that it tells by, its own first."""
        try:
            levels = self._levels()
        except LevelsError:
            levels = ()  # said when it is saved
        basis = self._basis()
        if not levels or self._tells_at_once():
            return [self.basis]
        return list(dict.fromkeys(basis._basis_of_level(one) for one in levels))

    def _switched_on(self):
        """Those of self that may run."""
        return self.filtered(lambda one: not one._switch_problem())

    def _problem(self):
        # EXTENDS 'sms_organizer'
        return super()._problem() or self._switch_problem()

    def _parts(self):
        # EXTENDS 'sms_organizer': what is due soon may be on, what is overdue off
        company = self.company_id
        return [
            (basis, levels)
            for basis, levels in super()._parts()
            if not company._organizer_auto_problem(basis)
        ]

    def _reasons_to_rest(self, lines):
        # EXTENDS 'sms_organizer': what waits while its kind is switched off
        reasons = super()._reasons_to_rest(lines)
        if self and not self.review:
            for basis, some in lines.grouped(lambda one: one.run_id.basis).items():
                if words := self.company_id._organizer_auto_problem(basis):
                    reasons = dict.fromkeys(some._ids, words) | reasons
        return reasons

    def _opening(self, place, moment):
        # EXTENDS 'sms_organizer'
        # sudo: the switch holds, whoever may see the company
        if not self.company_id.sudo().organizer_send_window:
            return moment
        return super()._opening(place, moment)
