from odoo import fields, models
from odoo.exceptions import AccessError

from ..models.one_at_a_time import wait_for


class OrganizerMakesRun(models.AbstractModel):
    """A window that makes one run, however often its button is clicked.

    A model that inherits it has ``company_id``, in whose name is sent.
    """

    _name = "organizer.makes_run"
    _description = "Window that makes a run"

    run_id = fields.Many2one("organizer.run", readonly=True)

    def _check_ready(self):
        """
        :raise UserError: where something is missing; it says what, and what to do
        """
        raise NotImplementedError

    def _make_run(self):
        """:return: ``organizer.run``"""
        raise NotImplementedError

    def _make_run_once(self):
        """Make the run and open it. A second click opens the same."""
        self.ensure_one()
        self.check_access("write")
        wait_for(self)
        self.invalidate_recordset(["run_id"], flush=False)
        if not self.run_id:
            self._check_company()
            self._check_ready()
            self.run_id = self._make_run()
        return {
            "type": "ir.actions.act_window",
            "res_model": "organizer.run",
            "res_id": self.run_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _check_company(self):
        if self.company_id not in self.env.companies:
            raise AccessError(
                self.env._("You may not send in the name of this company.")
            )
