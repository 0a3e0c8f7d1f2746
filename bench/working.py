"""A process that empties an outbox until it is killed."""

import logging
import re
import sys
import time
from pathlib import Path

import psycopg2
import psycopg2.errors

READY = "READY"
# what the process says when a step is taken again
RETRIED = "STEP TAKEN AGAIN"
# what a log says where two processes were in each other's way
IN_THE_WAY = re.compile(
    r"could not serialize access|could not obtain lock|deadlock detected"
)


class Logged(logging.Handler):
    """Knows the last error that Odoo's cursor has logged: it logs a statement that
    failed, and raises the same."""

    error = None

    def emit(self, record):
        if record.args:
            self.error = record.args[-1]


def work_until_killed(env, gate=""):
    """
    :param str gate: path of a file that it waits for before it begins; empty: none
    """
    logged = Logged(logging.ERROR)
    logging.getLogger("odoo.sql_db").addHandler(logged)
    # what is read once is read before
    env["sms.sms"].search([], limit=1).read()
    env.cr.commit()
    print(READY, flush=True)
    while gate and not Path(gate).exists():
        time.sleep(0.005)
    while True:
        try:
            env["sms.sms"]._process_queue()
            env.cr.commit()
        except psycopg2.errors.OperationalError as error:
            # as Odoo's scheduler does: it says so, and comes again; each error counts
            # once, though the scheduler would log it a second time
            env.cr.rollback()
            if error is not logged.error:
                print(error, file=sys.stderr, flush=True)
        time.sleep(0.05)
