from odoo import api, fields, models
from odoo.tools import SQL

# after so many days, lines that say nothing new are removed
REPEATED_DAYS = 90
BATCH = 10_000


class OrganizerRunLine(models.Model):
    """Who is left out night after night for the same reason: the last line stays."""

    _inherit = "organizer.run.line"

    @api.autovacuum
    def _gc_repeated(self):
        """Remove old lines of schedules that a later one says again; their runs keep
        the number."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=REPEATED_DAYS)
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH repeated AS (
                    SELECT line.id, line.run_id
                      FROM organizer_run_line line
                      JOIN organizer_run run ON run.id = line.run_id
                     WHERE run.origin = 'schedule'
                       AND run.create_date < %(limit)s
                       AND line.outcome = 'left_out'
                       AND line.told IS NOT TRUE
                       AND NOT EXISTS (
                           SELECT FROM organizer_run_line next
                            WHERE next.fallback_of_id = line.id)
                       AND EXISTS (
                           SELECT FROM organizer_run_line later
                            WHERE later.res_model = line.res_model
                              AND later.res_id = line.res_id
                              AND later.schedule_id = line.schedule_id
                              AND later.reason = line.reason
                              AND later.id > line.id)
                     LIMIT %(batch)s
                ), kept AS (
                    UPDATE organizer_run run
                       SET removed_count = COALESCE(removed_count, 0) + sums.count
                      FROM (SELECT run_id, COUNT(*) FROM repeated GROUP BY run_id) sums
                     WHERE run.id = sums.run_id
                )
                DELETE FROM organizer_run_line line
                      USING repeated
                      WHERE line.id = repeated.id
                """,
                limit=limit,
                batch=BATCH,
            )
        )
        done = self.env.cr.rowcount
        self.env.invalidate_all(flush=False)
        return done, int(done == BATCH)
