"""The rows of the table: what is measured for each, and what is compared."""

from typing import NamedTuple

import bad_days
from common import Spread, clone, drop, inside, number
from fake_provider import Provider


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


def _queue(bench, side, source, name="", **parameters):
    """A database whose messages wait; made anew by each run."""
    name = f"queue_{name or side}"
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
        bench.reached(made == {many}),
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


# -- 7, 8, 9: bad days -----------------------------------------------------------------

IAP_ANSWER, KILLED_AFTER = 0.5, (0.3, 1.0)


def kills(bench):
    count = 500 if bench.quick else 5_000
    databases, books = bench.databases, bench.invoices
    queues = {
        "batches": _queue(bench, "odoo", databases.books("odoo", 2 * count), "batch"),
        "one a call": _queue(bench, "odoo", databases.twilio(2 * count), "single"),
        "kannel": _queue(
            bench, "ours", databases.books("ours", books), "kannel", kind="kannel"
        ),
        "smsapi": _queue(
            bench, "ours", databases.books("ours", books), "smsapi", kind="smsapi"
        ),
    }
    found = {}
    for label, name in queues.items():
        is_ours = label in ("kannel", "smsapi")
        side = bad_days.Side(
            bench,
            "ours" if is_ours else "odoo",
            name,
            count,
            label if is_ours else "",
        )
        settled = ("outgoing", "process")
        if label == "smsapi":
            settled += ("unconfirmed",)
        found[label] = bad_days.kills(
            bench,
            7,
            label,
            side,
            IAP_ANSWER if label == "batches" else 0.02,
            KILLED_AFTER,
            settled,
        )
        drop(name)
    _tell_kills(bench, count, found)


def _tell_kills(bench, count, found):
    times = found["kannel"]["kills"]
    what = f"`kill -9`, {times} times, {count:,} messages: sent twice"
    theirs = f"{found['batches']['twice']:,} (batches)"
    theirs += f", {found['one a call']['twice']:,} (one a call)"
    own = {label: found[label] for label in ("smsapi", "kannel")}
    twice = sum(one["twice"] for one in own.values())
    bench.line(7, what, theirs, twice, "", 0, bench.reached(not twice))
    lost = sum(one["lost"] + one["left"] for one in own.values())
    bench.line(
        7, "lost, or neither sent nor listed", "", lost, "", 0, bench.reached(not lost)
    )
    doubtful = own["smsapi"]["doubtful"]
    bench.line(
        7,
        "in doubt at the end, where our reference is honoured",
        "",
        doubtful,
        "",
        0,
        bench.reached(not doubtful),
    )
    doubtful = own["kannel"]["doubtful"]
    bench.line(
        7,
        "in doubt and listed, elsewhere",
        "",
        f"{doubtful:,} ({doubtful / times:.1f} a kill)",
        "",
        "≤ 16 a kill",
        bench.reached(doubtful <= 16 * times),
    )


def outage(bench):
    count, seconds = (200, 5) if bench.quick else (1_000, 20)
    theirs = _queue(bench, "odoo", bench.databases.books("odoo", bench.invoices))
    own = _queue(
        bench, "ours", bench.databases.books("ours", bench.invoices), kind="kannel"
    )
    sent, of, _twice = bad_days.outage(
        bench, bad_days.Side(bench, "odoo", theirs, count), seconds
    )
    mine, all_of, twice = bad_days.outage(
        bench, bad_days.Side(bench, "ours", own, count, "kannel"), seconds
    )
    bench.line(
        8,
        f"a provider down for the whole run ({seconds} s), then back: sent in the end",
        f"{sent:,} of {of:,}",
        f"{mine:,} of {all_of:,}",
        "",
        "all",
        bench.reached(mine == all_of and not twice),
    )
    _drop_queues()


def two_processes(bench):
    few, many = (100, 1_000) if bench.quick else (400, 4_000)
    theirs = _queue(bench, "odoo", bench.databases.twilio(bench.invoices))
    own = _queue(
        bench, "ours", bench.databases.books("ours", bench.invoices), kind="kannel"
    )
    found = {"odoo": {1: [], 2: []}, "ours": {1: [], 2: []}}
    for _round in range(bench.rounds):
        for processes in (1, 2):
            side = bad_days.Side(bench, "odoo", theirs, few)
            found["odoo"][processes].append(bad_days.together(side, processes, 0.02))
            side = bad_days.Side(bench, "ours", own, many, "kannel")
            found["ours"][processes].append(bad_days.together(side, processes, 0.02))
    ratios = {
        side: [
            two["rate"] / one["rate"]
            for one, two in zip(rounds[1], rounds[2], strict=True)
        ]
        for side, rounds in found.items()
    }
    write = number(2, " times")
    bench.line(
        9,
        "two processes, 20 ms a message: the speed of one",
        Spread(ratios["odoo"]).show(write),
        Spread(ratios["ours"]).show(write),
        "",
        "≥ 1.7 times",
        bench.reached(Spread(ratios["ours"]).mid >= 1.7),
    )
    for label, name in (
        ("errors that reached the log", "errors"),
        ("sent twice", "twice"),
    ):
        worst = {side: max(_figures(rounds[2], name)) for side, rounds in found.items()}
        bench.line(
            9,
            f"two processes: {label}",
            worst["odoo"],
            worst["ours"],
            "",
            0,
            bench.reached(not worst["ours"]),
        )
    retried = max(_figures(found["ours"][2], "retried"))
    bench.line(9, "two processes: steps taken again", "", retried, "", "", "")
    rates = {
        (side, count): Spread(_figures(rounds, "rate")).show(number(0))
        for side, counts in found.items()
        for count, rounds in counts.items()
    }
    bench.line(
        9,
        "messages a second, by one and by two",
        f"{rates['odoo', 1]}; {rates['odoo', 2]}",
        f"{rates['ours', 1]}; {rates['ours', 2]}",
        "",
        "",
        "",
    )
    _drop_queues()


# -- 10: lists -------------------------------------------------------------------------

INVOICES = "account.action_move_out_invoice_type"


def lists(bench):
    few, many = bench.invoices, 5 * bench.invoices
    found = {}
    for count in (few, many):
        source = bench.databases.lists(count)
        found[count] = _on_clone(source, "ours", "lists")
    measure = found[many][INVOICES]["open"]
    for action, moments in found[many].items():
        for moment, one in moments.items():
            before = found[few][action][moment]
            times = one["wall"] / measure["wall"]
            _tell_list(bench, action, moment, one, before, times)


def _tell_list(bench, action, moment, one, before, times):
    is_measure = action == INVOICES
    same = one["queries"] <= before["queries"]
    bench.line(
        10,
        f"{one['name']}, {moment}: {one['rows']} of {one['length']:,}",
        f"{one['wall'] * 1000:,.0f} ms" if is_measure else "",
        "" if is_measure else f"{one['wall'] * 1000:,.0f} ms",
        "" if is_measure else f"{times:.1f} times the invoices' list",
        "" if is_measure else "< 10 times",
        "" if is_measure else bench.reached(times < 10),
    )
    if not is_measure:
        bench.line(
            10,
            f"{one['name']}, {moment}: queries",
            "",
            f"{one['queries']} (of a fifth of the books: {before['queries']})",
            "",
            "the same",
            bench.reached(same),
        )


ROWS = {
    1: Row("composing with a link", compose_with_link),
    2: Row("composing without a link", compose_without_link),
    3: Row("one message a call", one_message_a_call),
    4: Row("batches", batches),
    5: Row("growth", growth),
    6: Row("debts", debts),
    10: Row("lists", lists, slow=True),
    7: Row("kills", kills, slow=True),
    8: Row("an outage", outage, slow=True),
    9: Row("two processes", two_processes, slow=True),
}
