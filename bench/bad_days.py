"""Rows 7, 8 and 9: kills, a provider that is down, two processes at one outbox."""

import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from common import Failed, clone, drop, inside, name_of, number, say, sql, start
from fake_provider import Provider
from working import IN_THE_WAY, READY, RETRIED

# how long a side may take to come to an end
PATIENCE = 420


class Side:
    """An outbox with a queue, and who empties it.

    :param str side: ``odoo`` or ``ours``
    :param str kind: of the provider, for ours
    """

    def __init__(self, bench, side, source, count, kind=""):
        self.side, self.name = side, f"days_{side}"
        self.parameters = {"kind": kind} if kind else {}
        self.source = source
        clone(source, self.name)
        sql(
            "DELETE FROM sms_sms WHERE id NOT IN "
            "(SELECT id FROM sms_sms WHERE state = 'outgoing' ORDER BY id LIMIT %s)",
            count,
            database=name_of(self.name),
        )
        self.count = self.waiting()
        self.workers = []
        # closed with the side itself
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        for worker in list(self.workers):
            self.kill(worker)
        drop(self.name)
        self.log.close()

    def waiting(self, states=("outgoing",)):
        rows = sql(
            "SELECT COUNT(*) FROM sms_sms WHERE state = ANY(%s)",
            list(states),
            database=name_of(self.name),
        )
        return rows[0][0]

    def begin(self, provider, gate=""):
        """Start a process that works; it is past its own start then."""
        worker = start(
            f"{self.side}.work",
            self.name,
            stderr=self.log,
            root=provider.root,
            gate=gate,
            **self.parameters,
        )
        if worker.stdout.readline().strip() != READY:
            raise Failed(self.said()[-3000:])
        self.workers.append(worker)
        return worker

    def kill(self, worker):
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        self.workers.remove(worker)

    def said(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read()

    def wait(self, provider, states, limit=PATIENCE):
        """Until nothing is in these states any more, or nothing more comes."""
        end = time.monotonic() + limit
        while self.waiting(states) and time.monotonic() < end:
            time.sleep(1)


# -- 7: kills --------------------------------------------------------------------------


def kills(bench, key, label, side, delay, pause, settled):
    """
    :param tuple pause: seconds that a process works before it is killed
    :param tuple settled: states that are left by the end
    :return: the figures of :func:`tell`
    """
    chance = random.Random(1)
    times = 5 if bench.quick else 20
    with side, Provider(delay=delay) as provider:
        for _kill in range(times):
            worker = side.begin(provider)
            time.sleep(chance.uniform(*pause))
            side.kill(worker)
        side.begin(provider)
        side.wait(provider, settled)
        accepted = provider.accepted()["references"]
        more = sum(times - 1 for times in accepted.values())
        say(f"  {label}: {times} kills, {len(accepted)} accepted, {more} twice")
        if side.side == "odoo":
            return {"twice": more, "kills": times, "never": side.count - len(accepted)}
        states = inside("ours.states", side.name)
    sent = {one for one, state in states.items() if state in ("pending", "sent")}
    doubtful = {one for one, state in states.items() if state == "unconfirmed"}
    known = set(accepted)
    return {
        "twice": more,
        "kills": times,
        # said to be sent and never accepted, or accepted and in no list
        "lost": len(sent - known) + len(known - sent - doubtful),
        "doubtful": len(doubtful),
        "left": len(set(states) - sent - doubtful),
    }


# -- 8: down ---------------------------------------------------------------------------


def outage(bench, side, seconds):
    """:return: how many were sent in the end, of how many"""
    provider = Provider()
    provider.start()
    provider.stop()  # its port is known, and nobody answers there
    with side:
        side.begin(provider)
        time.sleep(seconds)
        provider.start()
        try:
            side.wait(provider, ("outgoing", "process"), limit=180)
            accepted = provider.accepted()["references"]
        finally:
            provider.stop()
    return len(accepted), side.count, sum(times - 1 for times in accepted.values())


# -- 9: two at one outbox --------------------------------------------------------------


def together(side, processes, delay):
    """:return: messages a second, errors that reached the log, steps that were taken
    again (ours alone says it), sent twice"""
    with (
        side,
        Provider(delay=delay) as provider,
        tempfile.TemporaryDirectory() as folder,
    ):
        gate = Path(folder) / "gate"
        for _process in range(processes):
            side.begin(provider, gate=str(gate))
        gate.touch()
        begin = time.perf_counter()
        while (count := provider.count()) < side.count:
            time.sleep(0.02)
            if time.perf_counter() - begin > PATIENCE:
                break
        seconds = time.perf_counter() - begin
        time.sleep(1)  # for what would come twice
        accepted = provider.accepted()["references"]
        said = side.said()
    if errors := IN_THE_WAY.findall(said):
        say(f"  {side.side}, {processes} at once, in the log: {errors[0]}")
        if side.side == "ours":
            print(said, file=sys.stderr)
    return {
        "rate": count / seconds,
        "errors": len(IN_THE_WAY.findall(said)),
        "retried": said.count(RETRIED),
        "twice": sum(times - 1 for times in accepted.values()),
    }


write_count = number(0)
