"""Lines of a sending say what they are about: an invoice, a customer, or what another
basis is about."""


def migrate(cr, version):
    cr.execute(
        """
        ALTER TABLE organizer_run_line
            ADD COLUMN IF NOT EXISTS res_model varchar,
            ADD COLUMN IF NOT EXISTS res_id integer
        """
    )
    cr.execute(
        """
        UPDATE organizer_run_line
           SET res_model = CASE WHEN move_id IS NULL THEN 'res.partner'
                                ELSE 'account.move' END,
               res_id = COALESCE(move_id, partner_id, 0)
         WHERE res_model IS NULL
        """
    )
