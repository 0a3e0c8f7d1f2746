"""./dev/bench install [--invoices 500000] [--before COMMIT]

What installing takes on a database that has been in use, beside an empty one; and, with
``--before``, upgrading from an earlier commit of the add-on. Prints Markdown for
``bench/README.md``.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import (
    REPO,
    Databases,
    clone,
    drop,
    inside,
    machine,
    name_of,
    odoo,
    run,
    say,
    sql,
)
from options import options_of


def main():
    options = options_of("install")
    databases = Databases(options.keep)
    rows = []
    for invoices in (0, options.invoices):
        name = f"install_{invoices}"
        clone(databases.base(), name)
        if invoices:
            say(f"Books of {invoices:,} invoices …")
            inside("books.fill", name, invoices=invoices)
        say("Installing …")
        rows.append(("installing", invoices, taken(odoo, name, "-i", "sms_organizer")))
        say(numbers(name))
    if options.before:
        rows += upgrade(options)
    print("| | invoices | seconds |\n| --- | ---: | ---: |")
    for what, invoices, seconds in rows:
        print(f"| {what} | {invoices:,} | {seconds:,.0f} |")
    print(machine())


def taken(work, *arguments):
    begin = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - begin


def numbers(name):
    [(all_, told)] = sql(
        "SELECT COUNT(*), COUNT(sms_phone) FROM account_move WHERE state = 'posted'",
        database=name_of(name),
    )
    return f"{told:,} of {all_:,} invoices have a number"


def upgrade(options):
    """The books with the add-on as it was, then upgraded."""
    name = "install_before"
    say(f"As of {options.before}, with {options.invoices:,} invoices …")
    clone("base", name)
    inside("books.fill", name, invoices=options.invoices)
    with tempfile.TemporaryDirectory() as folder:
        before = Path(folder, "sms_organizer")
        before.mkdir()
        archive = subprocess.run(
            ["git", "-C", REPO, "archive", options.before],
            check=True,
            capture_output=True,
        )
        subprocess.run(["tar", "x", "-C", before], input=archive.stdout, check=True)
        odoo_as_it_was(name, folder)
    say("Upgrading …")
    seconds = taken(odoo, name, "-u", "sms_organizer")
    say(numbers(name))
    drop(name)
    return [(f"upgrading from {options.before}", options.invoices, seconds)]


def odoo_as_it_was(name, folder):
    conf = Path(os.environ["ODOO_RC"]).read_text(encoding="utf-8")
    own = next(line for line in conf.splitlines() if line.startswith("addons_path"))
    paths = own.partition("=")[2].strip().split(",")
    kept = [path for path in paths if not Path(path, "sms_organizer").exists()]
    if len(kept) == len(paths):
        sys.exit("This Odoo does not find the add-on by its addons_path.")
    # what is of today alone is not there, and Odoo says so
    paths = ",".join([*kept, folder])
    odoo(name, "-i", "sms_organizer", "--addons-path", paths, strict=False)


if __name__ == "__main__":
    run(main)
