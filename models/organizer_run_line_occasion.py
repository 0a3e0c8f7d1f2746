from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import SQL

from .bulk import create_many
from .organizer_run_send import SETTLED_BY_ANOTHER


class OrganizerRunLine(models.Model):
    """The occasion: what happens once only, whatever crashes or clicks.

    A line takes its occasion when its message is put in the queue; the database lets
    one line have it. A line that was left out takes none, and so may be told later.
    """

    _inherit = "organizer.run.line"

    @api.model_create_multi
    def create(self, vals_list):
        self.browse().check_access("create")  # before it is asked what it is about
        for vals in vals_list:
            if not vals.get("occasion"):
                vals["occasion"] = self._occasion(vals)
        return super().create(vals_list)

    @api.model
    def _create_many(self, vals_list):
        """Lines of one run, none of them told yet; a few statements.

        :return: the lines, in this order
        """
        for vals in vals_list:
            vals["occasion"] = vals.get("occasion") or self._occasion(vals)
        partners = self.env["res.partner"].browse(
            vals.get("partner_id") for vals in vals_list
        )
        computed = {
            "commercial_partner_id": [one.commercial_partner_id.id for one in partners],
            "outcome": [self._outcome_of(vals) for vals in vals_list],
        }
        return create_many(self, vals_list, computed)

    @api.model
    def _outcome_of(self, vals):
        """What ``_compute_outcome`` says of a line that nothing was sent for."""
        going = vals.get("selected", True) and not vals.get("reason")
        return "draft" if going else "left_out"

    @api.model
    def _occasion(self, vals):
        """By hand the same may be told again, but once only in the same run."""
        return f"run,{vals['run_id']},{vals['res_model']},{vals['res_id']}"

    def _take_occasions(self):
        """Those of self that nobody was told of before; the others say so."""
        if not self:
            return self
        self.flush_recordset()
        try:
            ids = self._take_untold()
        except UniqueViolation as error:
            # another one takes it at this moment: begin again, and see it
            raise ConcurrencyError(str(error)) from error
        self.invalidate_recordset(["told", "planned_on"], flush=False)
        taken = self.filtered(lambda line: line.id in ids)
        late = self - taken
        if late:
            late.write({"reason": "already_told", "why": self._already_told_words()})
        return taken

    def _take_untold(self):
        """:return: the ids of those that took theirs"""
        self.env.cr.execute(
            SQL(
                """
                UPDATE organizer_run_line line
                   SET told = TRUE, planned_on = COALESCE(planned_on, %s)
                 WHERE id = ANY(%s) AND told IS NOT TRUE
                   AND NOT EXISTS (
                       SELECT FROM organizer_run_line other
                        WHERE other.company_id = line.company_id
                          AND other.occasion = line.occasion AND other.told)
             RETURNING id
                """,
                fields.Datetime.now(),
                self.ids,
            ),
            log_exceptions=False,
        )
        return {row[0] for row in self.env.cr.fetchall()}

    def _give_occasions_back(self):
        """What a schedule could not tell now, it may tell with its next run; so it may
        what the same message would have told."""
        mine = self.filtered("schedule_id")
        customers = mine.commercial_partner_id
        settled = self.search(
            [
                ("run_id", "in", mine.run_id.ids),
                ("commercial_partner_id", "in", customers.ids),
                ("reason", "in", SETTLED_BY_ANOTHER),
                ("told", "=", True),
            ]
        )
        by_run = {(line.run_id, line.commercial_partner_id) for line in mine}
        with_them = settled.filtered(
            lambda line: (line.run_id, line.commercial_partner_id) in by_run
        )
        (mine | with_them).told = False

    def _next_opening(self, moment):
        """When the message of a schedule may arrive: ``moment`` or later, naive UTC."""
        schedule = self.schedule_id
        if not schedule:
            return moment
        return schedule._opening(schedule._place(self._as_candidate()), moment)

    def _already_told_words(self):
        return self.env._("It was told already, by another message.")

    def _retake_occasions(self):
        """Before another attempt of messages whose occasion was given back.

        :raise UserError: where one of them was told by another message meanwhile
        """
        if late := self.filtered(lambda line: not line.told):
            taken = late._take_occasions()
            if taken != late:
                raise UserError(
                    self.env._(
                        "%s: it was told already, by another message.",
                        ", ".join((late - taken).mapped("partner_id.display_name")),
                    )
                )

    @api.model
    def _told_occasions(self, company, occasions):
        """Those of the occasions that are used up. One query."""
        told = self.sudo().search_fetch(
            [
                ("company_id", "=", company.id),
                ("occasion", "in", list(occasions)),
                ("told", "=", True),
            ],
            ["occasion"],
        )
        return set(told.mapped("occasion"))
