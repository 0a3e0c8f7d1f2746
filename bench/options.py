"""python bench/options.py NAME ARGS…: what a measurement may be told.

``./dev/bench`` asks here before it sets anything up, and each measurement again; so
nothing but Python itself is needed. Helps, and refuses wrong options, as argparse does:
exit code 0 or 2.
"""

import argparse
import ast
import math
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent
ROWS = range(1, 11)
HOSTS = ("cron1", "cron2", "jobs2", "jobs4")
KINDS = ("kannel", "smsapi", "serwersms")
# ledger's small one, which the other is compared with
SMALL_LEDGER = 10_000
# twenty warm up, and some rows make half of them messages
FEWEST_INVOICES = 100

# -- values ----------------------------------------------------------------------------


def whole(least=1):
    """:return: a function that reads a whole number, ``least`` or more"""

    def read(text):
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(
                f"{text}: a whole number from {least:,} is needed"
            )
        return value

    return read


def seconds(text):
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text}: seconds are needed, more than 0")
    return value


def some_of(known):
    """:return: a function that reads a list of these, with commas between"""
    names = {str(one): one for one in known}

    def read(text):
        chosen = [one.strip() for one in text.split(",")]
        if not names.keys() >= set(chosen):
            raise argparse.ArgumentTypeError(
                f"{text}: some of {','.join(names)} are needed, with commas between"
            )
        return [names[one] for one in dict.fromkeys(chosen)]

    return read


def commit(text):
    named = ["rev-parse", "--verify", "--quiet", "--end-of-options", text + "^{commit}"]
    asked = ["git", "-C", BENCH, *named]
    if subprocess.run(asked, check=False, capture_output=True).returncode:
        raise argparse.ArgumentTypeError(f"{text}: git knows no such commit")
    return text


# -- measurements ----------------------------------------------------------------------


def table(add):
    add("--quick", action="store_true", help="smaller: under three minutes")
    add("--rows", type=some_of(ROWS), metavar="1,2,5", help="these alone")
    add(
        "--invoices", type=whole(FEWEST_INVOICES), help="instead of 10,000, or of 1,000"
    )
    add("--rounds", type=whole(), help="instead of 3, or of 1")


def soak(add):
    add("--kind", choices=KINDS, default="kannel")
    add("--messages", type=whole(), default=20_000)
    add("--seed", type=int, default=1)
    add("--pause", type=seconds, nargs=2, default=(2, 5), help="seconds between kills")
    add("--limit", type=seconds, default=1800, help="seconds in all")


def pool(add):
    add("--messages", type=whole(), default=2000)
    add("--answer", type=seconds, default=0.05, help="seconds")


def hosts(add):
    add("--messages", type=whole(), default=5000)
    add("--answer", type=seconds, default=0.05, help="seconds")
    add("--only", type=some_of(HOSTS), default=[*HOSTS], help="rounds, by name")


def ledger(add):
    add("--messages", type=whole(SMALL_LEDGER + 1), default=5_000_000)
    add("--invoices", type=whole(), default=500_000)


def install(add):
    add("--invoices", type=whole(), default=500_000)
    add("--before", type=commit, metavar="COMMIT")


MEASUREMENTS = {
    function.__name__: function
    for function in (table, soak, pool, hosts, ledger, install)
}


def options_of(name, arguments=None):
    """
    :param arguments: those of the command line, if None
    :raise SystemExit: help was asked for, or something is not understood
    """
    about = ast.get_docstring(ast.parse((BENCH / f"{name}.py").read_text("utf-8")))
    parser = argparse.ArgumentParser(
        prog=f"./dev/bench {name}",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    MEASUREMENTS[name](parser.add_argument)
    if name != "hosts":
        parser.add_argument("--keep", action="store_true", help="databases as they are")
    options = parser.parse_args(arguments)
    if name == "table":
        options.invoices = options.invoices or (1_000 if options.quick else 10_000)
        options.rounds = options.rounds or (1 if options.quick else 3)
    return options


if __name__ == "__main__":
    options_of(sys.argv[1], sys.argv[2:])
