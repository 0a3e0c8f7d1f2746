"""./dev/bench: the table of issue 9, both sides in one run.

Every figure is taken in a process of its own, on a fresh clone of a database that both
sides share the books of; the sides take turns, round by round.
"""

from common import Databases, Spread, machine, number, run, say
from options import options_of
from rows import ROWS

# what the goals of issue 9 are about: books of this size, rounds at least
GOAL_INVOICES, GOAL_ROUNDS = 10_000, 3


def main():
    options = options_of("table")
    bench = Bench(options)
    for key, row in ROWS.items():
        if key in options.rows if options.rows else not (options.quick and row.slow):
            say(f"Row {key}: {row.what} …")
            row.measure(bench)
    bench.print()


class Bench:
    """What the rows have at hand, and the lines that they leave."""

    def __init__(self, options):
        self.options = options
        self.invoices = options.invoices
        self.rounds = options.rounds
        self.quick = options.quick
        self.databases = Databases(options.keep)
        self.lines = []
        self.is_goal_size = (
            not options.quick
            and options.invoices == GOAL_INVOICES
            and options.rounds >= GOAL_ROUNDS
        )

    def reached(self, is_reached):
        """The verdict. Smaller books, or fewer rounds, say nothing of the goal's."""
        words = "reached" if is_reached else "**not reached**"
        return words if self.is_goal_size else f"{words} at this size"

    def take_turns(self, odoo, ours, rounds=None):
        """:param odoo: function that measures a round; so is ``ours``
        :return: their results, lists in the order of the rounds
        """
        theirs, own = [], []
        for round_number in range(rounds or self.rounds):
            # who begins changes with each round
            for found, measure in sorted(
                [(theirs, odoo), (own, ours)],
                key=lambda one: (one[0] is own) != bool(round_number % 2),
            ):
                found.append(measure())
        return theirs, own

    def compare(
        self, row, what, odoo, ours, write=None, goal=None, more_is_better=False
    ):
        """A line of the table.

        :param list odoo: figures of the rounds; so is ``ours``
        :param float goal: how many times as good ours is to be
        """
        write = write or number(2)
        theirs, own = Spread(odoo), Spread(ours)
        if more_is_better:
            ratio = own.mid / theirs.mid if theirs.mid else float("inf")
        else:
            ratio = theirs.mid / own.mid if own.mid else float("inf")
        verdict = "" if goal is None else self.reached(ratio >= goal)
        wanted = "" if goal is None else f"≥ {goal:g} times"
        self.line(
            row,
            what,
            theirs.show(write),
            own.show(write),
            f"{ratio:,.1f} times",
            wanted,
            verdict,
        )

    def limit(self, row, what, odoo, ours, write, most, ratio=""):
        """A line with a bound for ours."""
        theirs = Spread(odoo).show(write) if odoo else "–"
        own = Spread(ours)
        wanted = f"≤ {most:g}"
        verdict = self.reached(own.mid <= most)
        self.line(row, what, theirs, own.show(write), ratio, wanted, verdict)

    def line(self, *cells):
        self.lines.append(cells)
        say("  " + " | ".join(map(str, cells)))

    def print(self):
        options = self.options
        print(
            f"{options.invoices:,} invoices, two a customer; "
            f"{options.rounds} round{'s' * (options.rounds > 1)}: minimum–**median**–"
            "maximum." + (" QUICK: smaller numbers." if options.quick else "")
        )
        print(machine() + ".\n")
        head = ("#", "work", "Odoo's `sms`", "ours", "ratio", "goal", "")
        print(f"| {' | '.join(head)} |")
        print("|" + " --- |" * len(head))
        for cells in self.lines:
            print(f"| {' | '.join(map(str, cells))} |")


if __name__ == "__main__":
    run(main)
