"""Runs programs under bewit for end-to-end tests: in namespaces of their own, alerts read from a pipe of their own.

BEWIT names the program; BEWIT_UPSTREAM_RULES the folder of upstream's rule files (tests that need it are skipped without it).
"""
from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

SOURCE_ROOT = pathlib.Path(__file__).resolve().parents[2]
BEWIT = os.path.abspath(os.environ.get("BEWIT", SOURCE_ROOT / "build" / "bewit"))
PROGRAMS = pathlib.Path(os.environ.get("BEWIT_TEST_PROGRAMS", SOURCE_ROOT / "build" / "tests" / "e2e"))
UPSTREAM = pathlib.Path(os.environ.get("BEWIT_UPSTREAM_RULES", SOURCE_ROOT.parent / "shared" / "upstream-rules"))
STABLE, INCUBATING, SANDBOX = (str(UPSTREAM / f"falco{name}_rules.yaml") for name in ("", "-incubating", "-sandbox"))

# An interpreter that every user may run.
PYTHON = shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable

# A container that bewit is told of, so that rules with `container.id != host` speak.
IN_CONTAINER = ["-o", "container.id=0123456789ab", "-o", "container.name=under-test", "-o", "container.image=registry.test/app:1.0"]

# A shell that starts the tests in its background, or nohup(1), has these ignored, and so would every workload.
signal.signal(signal.SIGQUIT, signal.SIG_DFL)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)

needs_upstream = unittest.skipUnless(UPSTREAM.is_dir(), "upstream's rule files are not here")
needs_root = unittest.skipUnless(os.geteuid() == 0, "needs root")


@dataclasses.dataclass
class Result:
    status: int
    stdout: str
    stderr: str
    alerts: list[dict]

    def rules(self) -> list[str]:
        return [alert["rule"] for alert in self.alerts]

    def of(self, rule: str) -> list[dict]:
        return [alert for alert in self.alerts if alert["rule"] == rule]


def run(command: list[str], *, rules: list[str] | tuple[str, ...] = ("builtin",), options: list[str] | tuple[str, ...] = (),
        prefix: list[str] | tuple[str, ...] = (), stdin: str | None = None, timeout: float = 60, cwd: str | None = None,
        env: dict[str, str] | None = None, alerts: bool = True) -> Result:
    """Runs `bewit run` with `command`; `prefix` goes before bewit (unshare, setpriv, ...)."""
    reading, writing = os.pipe()
    words = [*prefix, BEWIT, "run"]
    for rule in rules:
        words += ["-r", rule]
    if alerts:
        words += ["--alerts", f"fd:{writing}"]
    words += [*options, "--", *command]
    found: list[bytes] = []

    def read() -> None:
        with os.fdopen(reading, "rb") as pipe:
            found.append(pipe.read())

    thread = threading.Thread(target=read)
    thread.start()
    try:
        done = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=timeout, cwd=cwd, check=False,
                              env={**os.environ, **(env or {})}, pass_fds=[writing], errors="replace")
    finally:
        os.close(writing)
    thread.join(timeout)
    parsed = [json.loads(line) for line in found[0].decode("utf-8").splitlines()] if found else []
    return Result(done.returncode, done.stdout, done.stderr, parsed)


class TestCase(unittest.TestCase):
    """A test with a directory of its own, and programs that go by another name."""

    maxDiff = None

    def setUp(self) -> None:
        self.directory = tempfile.mkdtemp(prefix="bewit-test-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def path(self, name: str) -> str:
        return os.path.join(self.directory, name)

    def named(self, name: str, program: str = "/bin/true") -> str:
        """A copy of `program` that is called `name`."""
        path = self.path(name)
        shutil.copy(shutil.which(program) or program, path)
        return path

    def assert_alert(self, result: Result, rule: str, **fields: object) -> dict:
        """`rule` fired and one of its alerts has these fields (`proc_name` stands for `proc.name`, `__` for a dot elsewhere)."""
        candidates = result.of(rule)
        self.assertTrue(candidates, f"no alert '{rule}' among {result.rules()}\nstderr: {result.stderr}")
        wanted = {key.replace("__", "."): value for key, value in fields.items()}
        for alert in candidates:
            if all(alert["output_fields"].get(key) == value for key, value in wanted.items()):
                return alert
        self.fail(f"'{rule}' fired, but with {candidates[0]['output_fields']} instead of {wanted}")


def namespaces(*, network: bool = True, addresses: tuple[str, ...] = ()) -> list[str]:
    """A prefix that gives a mount, pid and (by default) network namespace, in which bewit is PID 1."""
    setup = "ip link set lo up; " + "".join(f"ip addr add {address} dev lo; " for address in addresses) if network else ""
    kinds = ["--mount", "--pid", "--fork", "--mount-proc"] + (["--net"] if network else [])
    return ["unshare", *kinds, "sh", "-c", setup + 'exec "$@"', "sh"]
