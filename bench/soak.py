"""./dev/bench soak [--kind kannel|smsapi|serwersms] [--messages 20000] [--seed 1]

Two Odoo processes empty one outbox while one of them is killed (SIGKILL) every few
seconds, and the provider loses 1% of its answers and answers 429 to another 1%. In
the end the provider says what it accepted, by reference, and Odoo what it believes.

Prints a line for ``bench/README.md``; exits with 1 when one was sent twice, or lost.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "tests"))

from provider import Provider

QUEUE = """
company = env.ref("base.main_company")
env["sms.gateway"].search([]).active = False
env["sms.gateway"].create({
    "name": "Soak", "provider": %(kind)r, "company_id": company.id,
    "base_url": %(url)r, "local_network": True, "username": "user",
    "password": "secret", "test_mode": False,
})
env["sms.sms"].create([
    {"number": "+486%%08d" %% number, "body": "Invoice %%s" %% number,
     "company_id": company.id}
    for number in range(%(messages)s)
])
env.cr.commit()
"""

# As Odoo's scheduler does: a pass, and soon another one.
WORK = """
import time
while True:
    env["sms.sms"]._process_queue()
    env.cr.commit()
    time.sleep(0.2)
"""

STATES = """
env.cr.execute("SELECT COALESCE(state, ''), COUNT(*) FROM sms_sms GROUP BY 1")
import json
print("STATES", json.dumps(dict(env.cr.fetchall())))
"""

REFERENCES = """
for sms in env["sms.sms"].search([]):
    print("SMS", sms._reference(), sms.state)
"""


SHELL = ["odoo", "shell", "--no-http", "--log-level=error"]


def shell(script):
    """:return: what it prints, from Odoo's shell on the bench's database"""
    return subprocess.run(
        [*SHELL, "-d", os.environ["PGDATABASE"]],
        input=script,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


class Worker:
    def __init__(self):
        with tempfile.TemporaryFile("w+") as script:
            script.write(WORK)
            script.seek(0)
            self.process = subprocess.Popen(
                [*SHELL, "-d", os.environ["PGDATABASE"]],
                stdin=script,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def states():
    for line in shell(STATES).splitlines():
        if line.startswith("STATES"):
            return Counter(json.loads(line.partition(" ")[2]))
    raise RuntimeError("Odoo's shell says nothing")


def soak(options):
    chance = random.Random(options.seed)

    def choose():
        roll = chance.random()
        return "lose" if roll < 0.01 else "429" if roll < 0.02 else "accept"

    with Provider(delay=0.02) as provider:
        provider.choose = choose
        shell(
            QUEUE
            % {
                "kind": options.kind,
                "url": provider.url(options.kind),
                "messages": options.messages,
            }
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
    found = dict(
        line.split()[1:]
        for line in shell(REFERENCES).splitlines()
        if line.startswith("SMS ")
    )
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
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", default="kannel")
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pause", type=float, nargs=2, default=(2, 5))
    parser.add_argument("--limit", type=float, default=1800)
    sys.exit(not soak(parser.parse_args()))


if __name__ == "__main__":
    main()
