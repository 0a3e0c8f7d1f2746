import contextlib
import importlib.util
import io
import os
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BENCH = Path(__file__).resolve().parents[2] / "bench"

KNOWN = """
import hosts, options, rows
assert list(hosts.ROUNDS) == list(options.HOSTS)
assert sorted(rows.ROWS) == list(options.ROWS)
"""
# A measurement whose process would work for a minute; no database is asked.
LONG = """
import pathlib, sys, time
import common

def main():
    try:
        process = common.start("nothing", "nowhere", stderr=sys.stderr)
        print(process.stdout.readline().strip(), flush=True)
        process.wait()
    finally:
        raise ValueError("on the way out")

common.BENCH = pathlib.Path(sys.argv[1])
common.drop_unmarked = lambda: print("dropped", flush=True)
common.run(main)
"""
WORKER = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"


def load(name):
    spec = importlib.util.spec_from_file_location(f"bench_{name}", BENCH / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestBenchOptions(unittest.TestCase):
    """What is wrong is refused before anything is made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.options = load("options")

    def asked(self, line):
        name, *arguments = line.split()
        return self.options.options_of(name, arguments)

    def ended(self, line):
        """:return: the exit code, and what was said"""
        said = io.StringIO()
        with (
            contextlib.redirect_stderr(said),
            contextlib.redirect_stdout(said),
            self.assertRaises(SystemExit) as end,
        ):
            self.asked(line)
        return end.exception.code, said.getvalue()

    def test_wrong_ones(self):
        for line, named in (
            ("table --rows 99", "99: some of 1,2,3"),
            ("table --rows x", "--rows"),
            ("table --rows 1,,2", "--rows"),
            ("table --rounds -1", "-1: a whole number from 1 is"),
            ("table --rounds 0", "--rounds"),
            ("table --invoices 0", "0: a whole number from 100 is"),
            ("table --invoices -5", "--invoices"),
            ("table --invoices many", "--invoices"),
            ("hosts --only jobs2,foo", "some of cron1,cron2,jobs2,jobs4"),
            ("hosts --messages 0", "--messages"),
            ("hosts --answer nan", "--answer"),
            ("soak --kind twilio", "--kind"),
            ("soak --messages -1", "--messages"),
            ("soak --pause 0 5", "--pause"),
            ("soak --limit inf", "--limit"),
            ("pool --messages 0", "--messages"),
            ("pool --answer x", "--answer"),
            ("ledger --messages 10000", "10000: a whole number from 10,001 is"),
            ("ledger --invoices 0", "--invoices"),
            ("install --invoices 0", "--invoices"),
            ("install --before no-such-commit", "git knows no such commit"),
            ("install --rounds 3", "--rounds"),
        ):
            with self.subTest(line):
                code, said = self.ended(line)
                self.assertEqual(code, 2)
                self.assertIn(named, said)

    def test_right_ones(self):
        self.assertEqual(self.asked("table --rows 5,1,5").rows, [5, 1])
        quick, all_of_it = self.asked("table --quick"), self.asked("table")
        self.assertEqual((quick.rounds, all_of_it.rounds), (1, 3))
        self.assertEqual((quick.invoices, all_of_it.invoices), (1_000, 10_000))
        self.assertEqual(self.asked("table --quick --invoices 500").invoices, 500)
        self.assertEqual(self.asked("hosts").only, ["cron1", "cron2", "jobs2", "jobs4"])
        self.assertEqual(self.asked("soak --pause 0.5 1").pause, [0.5, 1])
        self.assertTrue(self.asked("ledger --messages 20000 --keep").keep)

    def test_help_of_each(self):
        for name in self.options.MEASUREMENTS:
            with self.subTest(name):
                code, said = self.ended(f"{name} --help")
                self.assertEqual(code, 0)
                self.assertIn(f"usage: ./dev/bench {name}", said)
                self.assertIn("--messages" if name == "pool" else "--", said)

    def test_known_names(self):
        told = subprocess.run(
            [sys.executable, "-c", KNOWN],
            env={**os.environ, "PYTHONPATH": str(BENCH)},
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(told.stderr, "")


class TestBenchStopped(unittest.TestCase):
    def stop(self, number):
        """:return: the measurement after the signal, id of the process it started"""
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        folder = temporary.name
        Path(folder, "inside.py").write_text(WORKER, encoding="utf-8")
        measurement = subprocess.Popen(
            [sys.executable, "-c", LONG, folder],
            env={**os.environ, "PYTHONPATH": str(BENCH)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(measurement.kill)
        worker = int(measurement.stdout.readline())
        measurement.send_signal(number)
        self.output, self.errors = measurement.communicate(timeout=30)
        return measurement, worker

    def test_ends_quietly(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(number):
                measurement, worker = self.stop(number)
                self.assertEqual(measurement.returncode, code)
                self.assertRegex(self.errors, r"\A\[ +\d+ s\] Stopped\.\n\Z")
                self.assertEqual(self.output, "dropped\n")
                with self.assertRaises(ProcessLookupError):
                    os.kill(worker, 0)
