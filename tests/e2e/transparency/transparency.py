"""Runs a program natively and under bewit, in every way that bewit has, and compares what can be seen of it: output, byte for byte, and status."""
from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import harness  # noqa: E402

PROGRAMS = pathlib.Path(os.environ.get("BEWIT_TEST_PROGRAMS", harness.SOURCE_ROOT / "build" / "tests" / "e2e")) / "transparency"

# Every call and every signal stops, at its entry and at its exit, and nothing matches.
EVERYTHING = """
- rule: every call
  desc: asks for the result of every call
  condition: evt.num > 0 and evt.rawres = -4095
  output: x
  priority: INFO
- rule: every signal
  desc: asks for every signal
  condition: evt.type = signaldeliver and evt.arg.sig = SIGNONE
  output: x
  priority: INFO
"""

# Name, options. EVERYTHING stands for the rule file above.
WAYS = {
    "auto": ["-r", "builtin"],
    "strict": ["-r", "builtin", "--interception", "strict"],
    "every call stops": ["-r", "EVERYTHING", "--interception", "strict"],
    "no seccomp": ["-r", "builtin", "--no-seccomp"],
}
# What takes long is done on request only (`./dev transparency`).
ALL = os.environ.get("BEWIT_TRANSPARENCY") == "all"
MOST = tuple(WAYS) if ALL else ("auto", "every call stops")


def shell_status(status: int) -> int:
    """As a shell says it: bewit cannot die of its workload's signal for it."""
    return 128 - status if status < 0 else status


class TestCase(harness.TestCase):
    """`place` is the directory that the program runs in; it is empty at the start of each run."""

    def setUp(self) -> None:
        super().setUp()
        os.chmod(self.directory, 0o755)
        self.place = self.path("place")
        self.everything = self.path("everything.yaml")
        pathlib.Path(self.everything).write_text(EVERYTHING, encoding="utf-8")

    def wrapper(self, way: str) -> list[str]:
        options = [self.everything if word == "EVERYTHING" else word for word in WAYS[way]]
        return [harness.BEWIT, "run", "-q", "--alerts", "/dev/null", *options, "--"]

    def once(self, command: list[str], *, timeout: float, **keywords) -> subprocess.CompletedProcess:
        shutil.rmtree(self.place, ignore_errors=True)
        os.mkdir(self.place)
        os.chmod(self.place, 0o777)
        keywords.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run(command, capture_output=True, text=True, errors="backslashreplace", cwd=self.place, timeout=timeout, check=False, **keywords)

    def assert_same(self, command: list[str], *, prefix: list[str] | tuple[str, ...] = (), ways=tuple(WAYS), timeout: float = 120, normalize=None,
                    expected_status: int | None = 0, differences: dict[str, str] | None = None,
                    native: subprocess.CompletedProcess | None = None, **keywords) -> str:
        """`prefix` goes before the program, and before bewit. `differences`: lines of the native output, and what they are under bewit. `native`: a native run
        that was made before."""
        normalize = normalize or (lambda text: text)
        native = native or self.once([*prefix, *command], timeout=timeout, **keywords)
        if expected_status is not None:
            self.assertEqual(shell_status(native.returncode), expected_status, f"natively: {native.stdout}{native.stderr}")
        wanted = normalize(native.stdout)
        for line, other in (differences or {}).items():
            self.assertIn(line + "\n", wanted)
            wanted = wanted.replace(line + "\n", other + "\n" if other else "")
        for way in ways:
            with self.subTest(way=way):
                watched = self.once([*prefix, *self.wrapper(way), *command], timeout=timeout, **keywords)
                self.assertEqual(normalize(watched.stdout), wanted, watched.stderr)
                self.assertEqual((watched.returncode, watched.stderr), (shell_status(native.returncode), native.stderr))
        return native.stdout


def program(name: str) -> str:
    return str(PROGRAMS / name)


def has(name: str) -> bool:
    return os.path.exists(program(name))
