#!/usr/bin/env python3
"""`bewit run --on-failure`: what becomes of the workload when bewit itself dies (docs/security.md)."""
import os
import pathlib
import select
import signal
import subprocess
import time
import unittest

import harness
from harness import BEWIT, TestCase, needs_root

# Says its number, lives through the end of bewit in the middle of its calls, and afterwards does what programs do: open, fork, execute, make threads.
WORKLOAD = """
import os, subprocess, sys, threading, time
print(os.getpid(), flush=True)
while not os.path.exists(sys.argv[1]): open("/etc/passwd").close()
lines = []
thread = threading.Thread(target=lambda: lines.append(open("/etc/passwd").read(1) != ""))
thread.start()
thread.join()
lines.append(subprocess.run(["/bin/sh", "-c", "cat /etc/passwd > /dev/null && exit 5"]).returncode == 5)
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
open(sys.argv[2], "w").write(f"{lines} {status['TracerPid'].strip()} {status['Seccomp'].strip()}")
"""
UNWATCHED = "[True, True] 0 0"
MEMORY = pathlib.Path("/sys/fs/cgroup/memory")


def is_alive(pid: int) -> bool:
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(") ", 1)[1][0] != "Z"
    except OSError:
        return False


class OnFailure(TestCase):
    POLICIES = {"kill": False, "continue": True, None: False}

    def start(self, policy: str | None, *words: str, prefix=(), alerts=("/dev/null",)) -> tuple[subprocess.Popen, int]:
        """bewit with the workload, which has begun, and its number."""
        for name in ("go", "done"):
            pathlib.Path(self.path(name)).unlink(missing_ok=True)
        options = [] if policy is None else ["--on-failure", policy]
        command = words or (harness.PYTHON, "-c", WORKLOAD, self.path("go"), self.path("done"))
        process = subprocess.Popen([*prefix, BEWIT, "run", "--alerts", *alerts, *options, "--", *command], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.addCleanup(lambda: (process.stdout.close(), process.stderr.close()))
        self.assertTrue(select.select([process.stdout], [], [], 30)[0])
        return process, int(process.stdout.readline())

    def check(self, survives: bool, workload: int, wanted: str = UNWATCHED) -> None:
        pathlib.Path(self.path("go")).touch()
        for _ in range(1000):
            if not is_alive(workload):
                break
            time.sleep(0.02)
        else:
            os.kill(workload, signal.SIGKILL)
            self.fail("the workload hangs")
        done = pathlib.Path(self.path("done"))
        self.assertEqual(done.read_text(encoding="utf-8") if done.exists() else None, wanted if survives else None)

    def test_killed_from_outside(self):
        for policy, survives in self.POLICIES.items():
            for _ in range(5):  # each time at another point of the workload's calls
                with self.subTest(policy=policy):
                    process, workload = self.start(policy)
                    time.sleep(0.05)
                    process.kill()
                    self.assertEqual(process.wait(20), -signal.SIGKILL)
                    self.check(survives, workload)

    def test_killed_by_the_workload(self):
        for policy, survives in self.POLICIES.items():
            with self.subTest(policy=policy):
                process, workload = self.start(policy, "sh", "-c", f"echo $$; kill -9 $PPID; sleep 1; cat /etc/passwd > /dev/null && echo on > {self.path('done')}")
                self.assertEqual(process.wait(20), -signal.SIGKILL)
                self.check(survives, workload, "on\n")

    @needs_root
    @unittest.skipUnless((MEMORY / "memory.limit_in_bytes").exists(), "no memory control groups of the first version here")
    def test_killed_for_want_of_memory(self):
        # Long alerts that nobody takes fill it; the workload itself is outside of the limit.
        rules, fifo = self.path("rules.yaml"), self.path("fifo")
        pathlib.Path(rules).write_text("- rule: r\n  desc: d\n  output: run %proc.cmdline\n  priority: INFO\n"
                                       "  condition: evt.type in (open, openat) and fd.name = /etc/passwd\n", encoding="utf-8")
        os.mkfifo(fifo)
        holder = os.open(fifo, os.O_RDWR)
        self.addCleanup(os.close, holder)
        for policy, survives in self.POLICIES.items():
            with self.subTest(policy=policy):
                group = MEMORY / f"bewit-test-{os.getpid()}-{policy}"
                group.mkdir()
                enter = lambda place: ["sh", "-c", f'echo $$ > {place}/cgroup.procs; exec "$@"', "sh"]
                process = None
                try:
                    (group / "memory.limit_in_bytes").write_text("48M", encoding="utf-8")
                    process, workload = self.start(policy, *enter(MEMORY), harness.PYTHON, "-c", WORKLOAD, self.path("go"), self.path("done"), "x" * 3000,
                                                   alerts=(fifo, "-r", rules, "-o", "outputs_queue.capacity=1000000"), prefix=enter(group))
                    self.assertEqual(process.wait(60), -signal.SIGKILL)
                    self.assertRegex((group / "memory.oom_control").read_text(encoding="utf-8"), r"oom_kill [1-9]")
                    self.check(survives, workload)
                finally:
                    if process is not None and process.poll() is None:
                        process.kill()
                        process.wait()
                    time.sleep(0.1)
                    group.rmdir()

    @needs_root
    def test_as_pid_1_the_kernel_ends_everything_and_the_option_says_so(self):
        process, _ = self.start("continue", prefix=["unshare", "--pid", "--fork", "--mount-proc"])
        bewit = int(pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8"))
        workload = int(pathlib.Path(f"/proc/{bewit}/task/{bewit}/children").read_text(encoding="utf-8"))
        # The filter is there as ever: nothing is given up for what cannot be had.
        self.assertIn("Seccomp:\t2\n", pathlib.Path(f"/proc/{workload}/status").read_text(encoding="utf-8"))
        os.kill(bewit, signal.SIGKILL)
        process.wait(20)
        self.check(False, workload)
        self.assertIn("bewit is PID 1", process.stderr.read())

    def test_watched_as_ever_until_then(self):
        for options in ([], ["--interception", "strict"], ["--no-seccomp"]):
            result = harness.run(["sh", "-c", "cat /etc/shadow > /dev/null; exit 6"], options=["--on-failure", "continue", "-q", *options])
            self.assertEqual((result.status, result.stderr), (6, ""))
            if os.geteuid() == 0:
                self.assertEqual(result.rules(), ["Read of password files"])
        result = harness.run(["grep", "Seccomp:", "/proc/self/status"], options=["--on-failure", "continue"])
        self.assertEqual(result.stdout, "Seccomp:\t0\n")


if __name__ == "__main__":
    unittest.main()
