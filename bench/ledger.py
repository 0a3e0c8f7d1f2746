"""./dev/bench ledger [--messages 5000000] [--invoices 500000]

A year's ledger beside a small one: the list, the pivot by month, the retention job and
the outbox. Prints Markdown for ``bench/README.md``, the plan of the outbox's claim
among it.
"""

from common import Databases, clone, inside, machine, run, say
from options import SMALL_LEDGER, options_of


def main():
    options = options_of("ledger")
    databases = Databases(options.keep)
    books = databases.books("ours", options.invoices)
    found = {}
    for count in (SMALL_LEDGER, options.messages):
        name = f"ledger_{count}"
        say(f"A ledger of {count:,} messages …")
        clone(books, name)
        inside("ledger.fill", name, messages=count)
        night = inside("ledger.sum_up", name)
        say("Measuring …")
        found[count] = {
            **inside("ledger.measure", name),
            "days summed up, first night": (night * 1000, 0),
        }
        found[count]["outbox"] = inside("ledger.outbox", name)
    print_table(found)
    print(machine())


def print_table(found):
    small, big = (found[count] for count in found)
    counts = [f"{count:,}" for count in found]
    plans = [one.pop("outbox") for one in (small, big)]
    print(f"| messages | {' | '.join(counts)} | queries |")
    print("| --- | ---: | ---: | ---: |")
    for what, (taken, queries) in big.items():
        print(f"| {what} | {small[what][0]:,.0f} ms | {taken:,.0f} ms | {queries} |")
    speeds = " | ".join(f"{one['speed']:,.0f}/s" for one in plans)
    print(f"| outbox, through the sandbox | {speeds} | |")
    print(f"\nThe outbox's claim among {counts[1]} messages:\n")
    print("```\n" + "\n".join(plans[1]["plan"]) + "\n```\n")


if __name__ == "__main__":
    run(main)
