"""Databases, processes and figures: what every measurement needs."""

import hashlib
import json
import os
import platform
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from statistics import median

import psycopg2

BENCH = Path(__file__).resolve().parent
REPO = BENCH.parent
PREFIX = "sms_organizer_bench"
ADDONS = "account,sms,portal,phone_validation,contacts"
begin = time.monotonic()


def say(words):
    print(f"[{time.monotonic() - begin:4.0f} s] {words}", file=sys.stderr, flush=True)


# -- databases -------------------------------------------------------------------------


def sql(statement, *values, database="postgres"):
    connection = psycopg2.connect(dbname=database)
    connection.autocommit = True
    try:
        with connection.cursor() as cr:
            cr.execute(statement, values or None)
            return cr.fetchall() if cr.description else []
    finally:
        connection.close()


def name_of(name):
    return f"{PREFIX}_{name}"


def drop(name):
    sql(f'DROP DATABASE IF EXISTS "{name_of(name)}" WITH (FORCE)')


def drop_unmarked():
    """What is of one run alone, or unfinished: only what is kept has a mark."""
    rows = sql(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s) "
        "AND shobj_description(oid, 'pg_database') IS NULL",
        name_of(""),
    )
    for (database,) in rows:
        drop(database.removeprefix(name_of("")))


def clone(source, name):
    """:return: the name of the clone, in full"""
    drop(name)
    sql(f'CREATE DATABASE "{name_of(name)}" TEMPLATE "{name_of(source)}"')
    return name_of(name)


def odoo(name, *options, strict=True):
    """Odoo's command line, on one of the bench's databases; its log is its own.

    :param bool strict: an error in the log is a failure
    """
    command = ["odoo", "-d", name_of(name), *options, "--stop-after-init", "--no-http"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or (strict and " ERROR " in done.stderr):
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-4000:]}")


def _hash(*parts):
    content = "\n".join(map(str, parts))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _files(*names):
    return "".join((BENCH / name).read_text() for name in names)


class Databases:
    """What is made once and kept, each database with a mark of what it was made of.

    :param bool keep: take them as they are, whatever was changed since
    """

    def __init__(self, keep=False):
        self.keep = keep
        base = _hash(os.environ["BENCH_BASE"], ADDONS, _files("books.py"))
        odoos = _hash(base, _files("tasks_books.py"))
        self.marks = {
            "base": base,
            "odoo": odoos,
            "ours": _hash(odoos, os.environ["BENCH_ADDON"]),
        }

    def need(self, name, mark, make):
        """Make it, unless it is there and was made of the same."""
        rows = sql(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
            "WHERE datname = %s",
            name_of(name),
        )
        if rows and rows[0][0] and (self.keep or rows[0][0] == mark):
            return name
        say(f"Making the database {name} …")
        make()
        sql(f"COMMENT ON DATABASE \"{name_of(name)}\" IS '{mark}'")
        return name

    def base(self):
        def make():
            drop("base")
            odoo("base", "-i", ADDONS, "--without-demo=all")
            inside("books.make_pattern", "base")

        return self.need("base", self.marks["base"], make)

    def side(self, side):
        """Without invoices. ``side``: ``odoo`` or ``ours``"""

        def make():
            clone(self.base(), side)
            if side == "ours":
                odoo(side, "-i", "sms_organizer")
            inside(f"books.{side}", side)

        return self.need(side, self.marks[side], make)

    def books(self, side, invoices):
        """With so many invoices."""
        name = f"{side}_{invoices}"

        def make():
            clone(self.side(side), name)
            inside("books.fill", name, invoices=invoices)

        return self.need(name, self.marks[side], make)

    def lists(self, invoices):
        """Ours, with a message about each invoice, in all states."""
        name = f"lists_{invoices}"

        def make():
            clone(self.books("ours", invoices), name)
            inside("ours.fill_ledger", name)

        return self.need(name, self.marks["ours"], make)

    def twilio(self, invoices):
        """Odoo's, with its own provider that takes one message a call."""
        name = f"twilio_{invoices}"

        def make():
            clone(self.books("odoo", invoices), name)
            odoo(name, "-i", "sms_twilio")
            inside("books.twilio", name, root="")

        return self.need(name, self.marks["odoo"], make)


# -- processes -------------------------------------------------------------------------


class Failed(Exception):
    """A measurement came to nothing."""


_started = []
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(main):
    """Run a measurement. However it ends, it leaves no process, and no database but
    those with a mark. Ctrl-C ends it with one line, and exit code 130.
    """
    stopped = []

    def stop(number, _frame):
        stopped.append(number)
        _listen(signal.SIG_IGN)
        raise KeyboardInterrupt

    _listen(stop)
    try:
        main()
    except BaseException:
        # what goes wrong on the way out is of no interest
        if not stopped:
            raise
    finally:
        _listen(signal.SIG_IGN)
        _end_processes()
        drop_unmarked()
    if stopped:
        say("Stopped.")
        sys.exit(128 + stopped[0])


def _listen(handler):
    for number in ENDS:
        signal.signal(number, handler)


def _end_processes():
    for process in _started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def start(task, name, log="warn", stderr=None, **parameters):
    """Start ``bench/inside.py``; for what runs beside something else."""
    process = subprocess.Popen(
        [sys.executable, BENCH / "inside.py", task, name_of(name)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr or subprocess.PIPE,
        text=True,
        env={**os.environ, "BENCH_LOG": log},
        start_new_session=True,
    )
    _started[:] = [one for one in _started if one.poll() is None] + [process]
    process.stdin.write(json.dumps(parameters))
    process.stdin.close()
    process.stdin = None
    return process


def finish(process):
    """:return: what the task returned"""
    output, errors = process.communicate()
    for line in reversed(output.splitlines()):
        if line.startswith("RESULT "):
            return json.loads(line.removeprefix("RESULT "))
    raise Failed((errors or output)[-3000:])


def inside(task, name, **parameters):
    """Run a task of ``bench/tasks_*.py`` in a process of its own.

    :return: what it returned
    """
    return finish(start(task, name, **parameters))


# -- figures ---------------------------------------------------------------------------


class Spread:
    """Minimum, median and maximum of some rounds."""

    def __init__(self, values):
        self.values = sorted(values)
        self.low, self.mid, self.high = (
            self.values[0],
            median(self.values),
            self.values[-1],
        )

    def show(self, write):
        if len(self.values) == 1:
            return write(self.mid)
        return f"{write(self.low)}–**{write(self.mid)}**–{write(self.high)}"


def number(digits=1, unit=""):
    """:return: a function that writes a number"""

    def write(value):
        return f"{value:,.{digits}f}{unit}"

    return write


def machine():
    """Lines about what it was measured on."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next(
            line.partition(":")[2].strip()
            for line in file
            if line.startswith("model n")
        )
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(file.readline().split()[1]) / 2**20
    (postgres,) = sql("SHOW server_version")[0]
    release = subprocess.run(
        ["odoo", "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    return (
        f"{datetime.now():%Y-%m-%d %H:%M}, {cores} cores ({model}), {memory:.0f} GiB, "
        f"load {load:.1f} at the end; {release}, Python {platform.python_version()}, "
        f"PostgreSQL {postgres}"
    )
