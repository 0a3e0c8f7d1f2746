"""One person at a time, where two press the same button."""

from odoo.tools import SQL


def wait_for(record):
    """Make a second click wait for the first one, and then be repeated by Odoo.

    It sees then what the first one did, and can say so; ``lock_for_update`` would
    refuse it at once, in words about locks.
    """
    record.flush_recordset()
    record.env.cr.execute(
        SQL(
            "SELECT id FROM %s WHERE id = %s FOR UPDATE",
            SQL.identifier(record._table),
            record.id,
        ),
        log_exceptions=False,
    )
