"""What was put in the queue has used its occasion up, and was planned for at once."""


def migrate(cr, version):
    cr.execute(
        """
        ALTER TABLE organizer_run_line
            ADD COLUMN IF NOT EXISTS told boolean,
            ADD COLUMN IF NOT EXISTS planned_on timestamp,
            ADD COLUMN IF NOT EXISTS made_on timestamp
        """
    )
    cr.execute(
        "UPDATE organizer_run_line SET made_on = create_date WHERE made_on IS NULL"
    )
    cr.execute(
        """
        UPDATE organizer_run_line line
           SET told = TRUE, planned_on = COALESCE(run.sent_on, line.create_date)
          FROM organizer_run run
         WHERE run.id = line.run_id
           AND line.told IS NULL
           AND line.outcome NOT IN ('draft', 'left_out')
        """
    )
