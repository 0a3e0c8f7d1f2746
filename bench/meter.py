"""What a piece of work takes: of the processor, of the database, of time and memory."""

import resource
import time

import psutil

from odoo.sql_db import Cursor


class Meter:
    """``with Meter(env) as meter: …``, then ``meter.figures(count)``.

    * ``cpu``: seconds of this process, all of its threads;
    * ``pg``: seconds of the database's process that serves ``env``; None where it is on
      another machine;
    * ``queries``: statements that were sent, savepoints among them;
    * ``wall``: seconds; ``rss``: growth of the resident memory, MB; ``peak``: that of
      its highest point.
    """

    def __init__(self, env):
        self.process = psutil.Process()
        self.backend = self._backend(env.cr)

    def _backend(self, cr):
        try:
            process = psutil.Process(cr._cnx.info.backend_pid)
            return process if "postgres" in process.name() else None
        except psutil.Error:
            return None

    def __enter__(self):
        self.queries = 0
        self.execute = execute = Cursor.execute

        def counted(cr, *args, **kwargs):
            self.queries += 1
            return execute(cr, *args, **kwargs)

        Cursor.execute = counted
        self.rss_before = self.process.memory_info().rss
        self.peak_before = _peak()
        self.pg_before = self._pg()
        self.cpu_before = time.process_time()
        self.begin = time.perf_counter()
        return self

    def __exit__(self, *_exception):
        self.wall = time.perf_counter() - self.begin
        self.cpu = time.process_time() - self.cpu_before
        pg = self._pg()
        self.pg = None if pg is None else pg - self.pg_before
        self.rss = self.process.memory_info().rss - self.rss_before
        self.peak = _peak() - self.peak_before
        Cursor.execute = self.execute

    def _pg(self):
        if self.backend is None:
            return None
        times = self.backend.cpu_times()
        return times.user + times.system

    def figures(self, count):
        """:param int count: of what it was done to; the first three are for each"""
        return {
            "count": count,
            "cpu": self.cpu / count,
            "pg": None if self.pg is None else self.pg / count,
            "queries": self.queries / count,
            "all_queries": self.queries,
            "wall": self.wall,
            "rate": count / self.wall,
            "rss": self.rss / 2**20,
            "peak": self.peak / 2**20,
        }


def forget_plans(env):
    """After a warm-up. PostgreSQL checks foreign keys by plans that a connection keeps;
    those of a warm-up are for tables that were empty yet, which they read from one end
    to the other. No database of a company's is like that."""
    env.cr.execute("DISCARD PLANS")


def _peak():
    """The most memory that this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
