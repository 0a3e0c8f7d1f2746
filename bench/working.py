"""A process that empties an outbox until it is killed."""

import re
import sys
import time
from pathlib import Path

import psycopg2
import psycopg2.errors

READY = "READY"
# what a log says where two processes were in each other's way
IN_THE_WAY = re.compile(
    r"could not serialize access|could not obtain lock|deadlock detected"
)


def work_until_killed(env, gate=""):
    """
    :param str gate: path of a file that it waits for before it begins; empty: none
    """
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
            # as Odoo's scheduler does: it says so, and comes again
            env.cr.rollback()
            print(error, file=sys.stderr, flush=True)
        time.sleep(0.05)
