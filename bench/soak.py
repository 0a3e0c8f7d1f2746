"""./dev/bench soak [--kind kannel|smsapi|serwersms] [--messages 20000] [--seed 1]

Two Odoo processes empty one outbox while one of them is killed (SIGKILL) every few
seconds, and the provider loses 1% of its answers and answers 429 to another 1%. In
the end the provider says what it accepted, by reference, and Odoo what it believes.

Prints a line for ``bench/README.md``; exits with 1 when one was sent twice, or lost.
"""

import os
import random
import signal
import sys
import time
from collections import Counter

from common import REPO, Databases, clone, drop, inside, name_of, run, sql, start
from options import options_of
from working import READY

sys.path.insert(0, str(REPO / "tests"))

from provider import Provider

NAME = "soak"


class Worker:
    def __init__(self):
        self.process = start("alone.work", NAME, stderr=sys.stderr)
        if self.process.stdout.readline().strip() != READY:
            sys.exit("A process does not begin to work")

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def states():
    statement = "SELECT COALESCE(state, ''), COUNT(*) FROM sms_sms GROUP BY 1"
    return Counter(dict(sql(statement, database=name_of(NAME))))


def soak(options):
    chance = random.Random(options.seed)

    def choose():
        roll = chance.random()
        return "lose" if roll < 0.01 else "429" if roll < 0.02 else "accept"

    with Provider(delay=0.02) as provider:
        provider.choose = choose
        inside(
            "alone.fill",
            NAME,
            kind=options.kind,
            url=provider.url(options.kind),
            messages=options.messages,
        )
        begin = time.monotonic()
        workers = [Worker(), Worker()]
        kills = 0
        done = 0
        try:
            # killing goes on as long as there is something to interrupt
            while (
                sum(provider.accepted.values()) < 0.95 * options.messages
                and time.monotonic() - begin < options.limit
            ):
                time.sleep(chance.uniform(*options.pause))
                victim = chance.randrange(2)
                workers[victim].kill()
                kills += 1
                workers[victim] = Worker()
                print(
                    f"{time.monotonic() - begin:5.0f} s  {kills} kills, "
                    f"{len(provider.accepted)} accepted",
                    file=sys.stderr,
                )
            while (found := states())["outgoing"] + found["process"] or (
                options.kind != "kannel" and found["unconfirmed"]
            ):
                time.sleep(5)
                if time.monotonic() - begin > options.limit:
                    break
            done = time.monotonic() - begin
        finally:
            for worker in workers:
                worker.kill()
        return report(options, provider, kills, done)


def report(options, provider, kills, seconds):
    found = inside("alone.states", NAME)
    by_state = Counter(found.values())
    sent = {ref for ref, state in found.items() if state in ("pending", "sent")}
    doubtful = {ref for ref, state in found.items() if state == "unconfirmed"}
    accepted = set(provider.accepted)
    # said to be sent, and was not; or gone from the ledger
    lost = (sent - accepted) | (accepted - set(found))
    # said not to be sent, and was
    hidden = accepted - sent - doubtful
    print(
        f"| {options.kind} | {len(found)} | {kills} | {len(accepted)} | {len(sent)} | "
        f"{len(doubtful)} ({len(doubtful & accepted)} of them accepted) | "
        f"{len(provider.twice)} | {len(lost)} | {len(hidden)} | {seconds:.0f} s |"
    )
    print(f"states: {dict(by_state)}", file=sys.stderr)
    left = set(found) - sent - doubtful
    numbers = [number for number, count in provider.numbers.items() if count > 1]
    return not (
        provider.twice
        or numbers
        or lost
        or hidden
        or left
        or len(found) != options.messages
    )


def main():
    options = options_of("soak")
    clone(Databases(options.keep).side("ours"), NAME)
    is_well = soak(options)
    drop(NAME)
    sys.exit(not is_well)


if __name__ == "__main__":
    run(main)
