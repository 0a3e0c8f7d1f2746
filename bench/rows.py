"""The rows of the table: what is measured for each, and what is compared."""

from typing import NamedTuple

from common import Spread, clone, drop, inside, number
from provider import Provider


class Row(NamedTuple):
    what: str
    measure: object  # function of a Bench
    slow: bool = False  # left out of --quick


def _figures(results, name):
    return [result[name] for result in results]


def _on_clone(source, side, task, **parameters):
    """Measure on a clone of its own; the clone is dropped."""
    name = f"round_{side}"
    clone(source, name)
    try:
        return inside(f"{side}.{task}", name, **parameters)
    finally:
        drop(name)


# -- 1, 2: composing -------------------------------------------------------------------


def _compose(bench, key, link, cpu_goal, query_goal):
    count = bench.invoices
    sources = {side: bench.databases.books(side, count) for side in ("odoo", "ours")}

    def measure(side):
        return _on_clone(sources[side], side, "compose", link=link, count=count)

    odoo, ours = bench.take_turns(lambda: measure("odoo"), lambda: measure("ours"))
    what = "compose with a link" if link else "compose without a link"

    def compare(label, name, write, goal):
        bench.compare(
            key,
            f"{what}: {label}",
            _figures(odoo, name),
            _figures(ours, name),
            write,
            goal,
        )

    ms = lambda value: f"{value * 1000:.2f} ms"
    compare("CPU an invoice", "cpu", ms, cpu_goal)
    compare("queries an invoice", "queries", number(3), query_goal)
    if all(one["pg"] is not None for one in odoo + ours):
        compare("PostgreSQL's CPU an invoice", "pg", ms, None)
    compare("seconds in all", "wall", number(1, " s"), None)


def compose_with_link(bench):
    _compose(bench, 1, "Bench link", 20, 100)


def compose_without_link(bench):
    _compose(bench, 2, "", 4, 12)


# -- 3, 4: handing over ----------------------------------------------------------------


def _queue(bench, side, source, **parameters):
    """A database whose messages wait; made anew by each run."""
    name = f"queue_{side}"
    clone(source, name)
    inside(f"{side}.fill_queue", name, root="http://127.0.0.1:9", **parameters)
    return name


def one_message_a_call(bench):
    theirs = _queue(bench, "odoo", bench.databases.twilio(bench.invoices))
    own = _queue(
        bench, "ours", bench.databases.books("ours", bench.invoices), kind="kannel"
    )
    few, many = (100, 1_000) if bench.quick else (400, 5_000)
    with Provider(delay=0.02) as provider:

        def odoo():
            return _on_clone(theirs, "odoo", "hand_over", root=provider.root, count=few)

        def ours():
            return _on_clone(
                own, "ours", "hand_over", root=provider.root, kind="kannel", count=many
            )

        odoo, ours = bench.take_turns(odoo, ours)
    _compare_rates(bench, 3, "one message a call, 20 ms", odoo, ours, 12)
    bench.limit(
        3,
        "one message a call: queries a message",
        _figures(odoo, "queries"),
        _figures(ours, "queries"),
        number(2),
        0.15,
    )
    _drop_queues()


def batches(bench):
    theirs = _queue(bench, "odoo", bench.databases.books("odoo", bench.invoices))
    own = _queue(
        bench, "ours", bench.databases.books("ours", bench.invoices), kind="iap"
    )
    most = bench.invoices // 2
    with Provider() as provider:

        def odoo():
            return _on_clone(
                theirs, "odoo", "hand_over", root=provider.root, count=most
            )

        def ours():
            return _on_clone(
                own, "ours", "hand_over", root=provider.root, kind="iap", count=most
            )

        odoo, ours = bench.take_turns(odoo, ours)
    _compare_rates(bench, 4, "batches (Odoo's own service)", odoo, ours, 4)
    bench.compare(
        4,
        "batches: queries a message",
        _figures(odoo, "queries"),
        _figures(ours, "queries"),
        number(3),
    )
    _drop_queues()


def _compare_rates(bench, key, what, odoo, ours, goal):
    bench.compare(
        key,
        f"{what}: messages a second",
        _figures(odoo, "rate"),
        _figures(ours, "rate"),
        number(0),
        goal,
        more_is_better=True,
    )


def _drop_queues():
    for side in ("odoo", "ours"):
        drop(f"queue_{side}")


# -- 5: growth -------------------------------------------------------------------------


def growth(bench):
    few, many = bench.invoices, 5 * bench.invoices
    sources = {count: bench.databases.books("ours", count) for count in (few, many)}

    def measure(count):
        return _on_clone(
            sources[count], "ours", "compose", link="Bench link", count=count
        )

    small, big = bench.take_turns(lambda: measure(few), lambda: measure(many))
    cpu = [b["cpu"] / s["cpu"] for s, b in zip(small, big, strict=True)]
    bench.limit(
        5, f"CPU an invoice, {many:,} to {few:,}", [], cpu, number(2, " times"), 1.1
    )
    peak = [b["peak"] - s["peak"] for s, b in zip(small, big, strict=True)]
    bench.limit(5, f"memory, {many:,} above {few:,}", [], peak, number(0, " MB"), 30)
    made = {result["made"] for result in big}
    bench.line(
        5, f"messages in one call of {many:,}", "", f"{min(made):,}", "", f"{many:,}",
        "reached" if made == {many} else "**not reached**",
    )  # fmt: skip


# -- 6: debts --------------------------------------------------------------------------


def debts(bench):
    sources = {
        side: bench.databases.books(side, bench.invoices) for side in ("odoo", "ours")
    }

    def measure(side):
        return _on_clone(sources[side], side, "debts")

    odoo, ours = bench.take_turns(lambda: measure("odoo"), lambda: measure("ours"))
    same = {(one["rows"], one["total"]) for one in odoo + ours}
    if len(same) > 1:
        raise SystemExit(f"The sides do not agree on what is owed: {same}")
    bench.limit(
        6,
        "debts of all customers: queries",
        _figures(odoo, "all_queries"),
        _figures(ours, "all_queries"),
        number(0),
        3,
    )
    bench.compare(
        6,
        "debts of all customers: time",
        _figures(odoo, "wall"),
        _figures(ours, "wall"),
        number(3, " s"),
        30,
    )
    queries = [Spread(_figures(side, "more_queries")).mid for side in (odoo, ours)]
    bench.compare(
        6,
        "the same, with `total_invoiced` ({:,.0f} queries); with due dates, days and "
        "numbers ({:,.0f})".format(*queries),
        _figures(odoo, "more_wall"),
        _figures(ours, "more_wall"),
        number(3, " s"),
    )


ROWS = {
    1: Row("composing with a link", compose_with_link),
    2: Row("composing without a link", compose_without_link),
    3: Row("one message a call", one_message_a_call),
    4: Row("batches", batches),
    5: Row("growth", growth),
    6: Row("debts", debts),
}
