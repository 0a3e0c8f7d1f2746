import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

DEV = Path(__file__).resolve().parents[2] / "dev"


class TestVirtualEnvironment(unittest.TestCase):
    """Which one the scripts in dev/ use, and that nobody loses it."""

    def setUp(self):
        super().setUp()
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name).resolve()

    def bash(self, commands, **variables):
        """Run them where the functions of dev/lib are."""
        return subprocess.run(
            ["bash", "-c", f". {DEV}/lib/setup.sh; {commands}"],
            env={**os.environ, "SMSO_STATE": str(self.folder), **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    def hash_with(self, python):
        found = self.bash("PY=$PYTHON; python_hash", PYTHON=str(python))
        self.assertEqual(found.stderr, "")
        return found.stdout

    def test_another_path_to_the_same_python(self):
        shim = self.folder / "python3"
        shim.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', encoding="utf-8")
        shim.chmod(0o755)
        base = os.path.realpath(sys.executable)
        self.assertEqual(self.hash_with(shim), self.hash_with(base))

    def test_another_version(self):
        other = self.folder / "python3"
        other.write_text("#!/bin/sh\necho 3.12.99 /usr\n", encoding="utf-8")
        other.chmod(0o755)
        self.assertNotEqual(self.hash_with(other), self.hash_with(sys.executable))

    def test_is_not_taken_from_a_running_odoo(self):
        python = self.folder / "venv" / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.symlink_to("/bin/sleep")
        server = subprocess.Popen([python, "60"])
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        found = self.bash(
            "prepare_state; set_up_python; exit 77",
            PYTHON=os.path.realpath(sys.executable),
        )
        self.assertEqual(found.returncode, 1)
        self.assertIn(f"{self.folder}/venv has to be made anew", found.stderr)
        self.assertIn(f"(process {server.pid})", found.stderr)
        self.assertIn("./dev/stop", found.stderr)
        self.assertTrue(python.is_symlink())
