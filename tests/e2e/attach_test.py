#!/usr/bin/env python3
"""`bewit attach`: processes that run already are watched, and let go of as they were."""
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import time
import unittest

import harness
from harness import BEWIT, PYTHON, TestCase, needs_root

RULES = """
- rule: secret read
  desc: a file is opened
  condition: evt.type in (open, openat) and fd.name = "%(secret)s"
  output: read by %%proc.name of %%proc.pname in thread %%thread.tid
  priority: WARNING
- rule: program started
  desc: an image
  condition: evt.type in (execve, execveat) and evt.res = SUCCESS and proc.name = %(program)s
  output: started %%proc.cmdline of %%proc.pname
  priority: NOTICE
"""


def status_of(pid, key):
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return re.search(rf"^{key}:\t(.*)$", text, re.MULTILINE).group(1)


def wait_until(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


class AttachCase(TestCase):
    def setUp(self):
        super().setUp()
        self.program = f"prog{os.getpid()}"
        self.rules = self.path("rules.yaml")
        self.alerts_file = self.path("alerts")
        pathlib.Path(self.path("secret")).write_text("secret", encoding="utf-8")
        pathlib.Path(self.rules).write_text(RULES % {"secret": self.path("secret"), "program": self.program}, encoding="utf-8")

    def start(self, words, **keywords):
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **keywords)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        process.kill()
        process.wait(20)
        for stream in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(OSError):
                stream.close()

    @contextlib.contextmanager
    def attached(self, pid, *options, prefix=()):
        """bewit, attached to `pid`; ended by SIGTERM if it still runs."""
        bewit = self.start([*prefix, BEWIT, "attach", "-r", self.rules, "--alerts", self.alerts_file, *(options or ("--pid", str(pid)))])
        wait_until(lambda: bewit.poll() is not None or all(status_of(task, "TracerPid") != "0" for task in os.listdir(f"/proc/{pid}/task")),
                   f"attached to {pid}")
        self.assertIsNone(bewit.poll(), bewit.stderr.read() if bewit.poll() is not None else "")
        tracer = int(status_of(pid, "TracerPid"))
        yield bewit
        if bewit.poll() is None:
            os.kill(tracer, signal.SIGTERM)
        self.assertEqual(bewit.wait(20), 0, bewit.stderr.read())

    @contextlib.contextmanager
    def watched_namespace(self):
        """A pid namespace that bewit is attached to; gives the words that enter it. Its first process must end as it would unwatched."""
        inside = self.start(["unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", "echo ready; read x; exit 7"])
        self.assertEqual(inside.stdout.readline(), "ready\n")
        init = int(pathlib.Path(f"/proc/{inside.pid}/task/{inside.pid}/children").read_text(encoding="utf-8").split()[0])
        enter = ["nsenter", "--target", str(init), "--pid", "--mount"]
        with self.attached(init, "--all", prefix=enter):
            yield enter
        inside.communicate("x\n")
        self.assertEqual(inside.returncode, 7)

    def alerts(self):
        if not os.path.exists(self.alerts_file):
            return []
        return [json.loads(line) for line in pathlib.Path(self.alerts_file).read_text(encoding="utf-8").splitlines()]

    def server(self):
        """A process of four threads that does what it is told, line by line."""
        code = ("import sys, threading, time, subprocess\n"
                "for _ in range(3): threading.Thread(target=lambda: [time.sleep(0.01) for _ in iter(int, 1)], daemon=True).start()\n"
                "print('ready', flush=True)\n"
                "for line in sys.stdin:\n"
                "    exec(line)\n"
                "    print('done', flush=True)\n"
                "sys.exit(7)\n")
        process = self.start([PYTHON, "-c", code])
        self.assertEqual(process.stdout.readline(), "ready\n")
        return process

    def tell(self, process, line):
        process.stdin.write(line + "\n")
        process.stdin.flush()
        self.assertEqual(process.stdout.readline(), "done\n")


class OneProcess(AttachCase):
    def test_what_it_and_its_children_do_is_seen_and_it_goes_on_when_left(self):
        server = self.server()
        with self.attached(server.pid):
            self.tell(server, f"open('{self.path('secret')}').read()")
            self.tell(server, f"t = threading.Thread(target=lambda: open('{self.path('secret')}').read()); t.start(); t.join()")
            self.tell(server, f"subprocess.run(['cat', '{self.path('secret')}'], stdout=subprocess.DEVNULL, check=True)")
        seen = [(alert["output_fields"]["proc.name"], alert["output_fields"]["proc.pname"] or "") for alert in self.alerts()]
        names = [name for name, _ in seen]
        self.assertEqual(len(seen), 3, seen)
        self.assertEqual(names[2], "cat")
        self.assertEqual(seen[2][1], names[0])
        for task in os.listdir(f"/proc/{server.pid}/task"):
            self.assertEqual(status_of(task, "TracerPid"), "0")
        self.tell(server, "time.sleep(0)")
        server.stdin.close()
        self.assertEqual(server.wait(20), 7)

    def test_bewit_ends_when_what_it_watches_has_ended(self):
        server = self.server()
        with self.attached(server.pid) as bewit:
            server.stdin.close()
            self.assertEqual(server.wait(20), 7)
            self.assertEqual(bewit.wait(20), 0)

    def test_a_stopped_process_stays_stopped(self):
        server = self.server()
        server.send_signal(signal.SIGSTOP)
        wait_until(lambda: status_of(server.pid, "State").startswith("T"), "stopped")
        with self.attached(server.pid):
            time.sleep(0.2)
            self.assertIn(status_of(server.pid, "State")[0], "Tt")
            server.send_signal(signal.SIGCONT)
            self.tell(server, "time.sleep(0)")
            server.send_signal(signal.SIGSTOP)
            wait_until(lambda: status_of(server.pid, "State")[0] in "Tt", "stopped again")
        time.sleep(0.2)
        self.assertEqual(status_of(server.pid, "State")[0], "T")
        server.send_signal(signal.SIGCONT)
        self.tell(server, "time.sleep(0)")

    def test_when_bewit_is_killed_the_workload_goes_on_or_goes_with_it_as_chosen(self):
        for policy, survives in (("continue", True), ("kill", False)):
            server = self.server()
            bewit = self.start([BEWIT, "attach", "-r", self.rules, "--pid", str(server.pid), "--on-failure", policy])
            wait_until(lambda: status_of(server.pid, "TracerPid") != "0", "attached")
            bewit.kill()
            bewit.wait(20)
            if survives:
                self.tell(server, "time.sleep(0)")
                server.stdin.close()
                self.assertEqual(server.wait(20), 7)
            else:
                self.assertEqual(server.wait(20), -signal.SIGKILL)

    def test_attaching_and_leaving_in_a_storm_of_threads_and_processes_changes_nothing(self):
        code = ("import threading, subprocess, time, sys\n"
                "end = time.monotonic() + 4; n = 0\n"
                "def busy():\n"
                "    for _ in range(20): open('/dev/null').close()\n"
                "while time.monotonic() < end:\n"
                "    threads = [threading.Thread(target=busy) for _ in range(8)]\n"
                "    [t.start() for t in threads]; [t.join() for t in threads]\n"
                "    if subprocess.run(['sh', '-c', 'exit 3']).returncode != 3: sys.exit(1)\n"
                "    n += 1\n"
                "sys.exit(0 if n else 2)\n")
        storm = self.start([PYTHON, "-c", code])
        rounds = 0
        while storm.poll() is None:
            bewit = self.start([BEWIT, "attach", "-r", self.rules, "--alerts", "/dev/null", "--pid", str(storm.pid)])
            time.sleep(0.3)
            bewit.terminate()
            status = bewit.wait(20)
            if storm.poll() is None:
                self.assertEqual(status, 0, bewit.stderr.read())
                rounds += 1
        self.assertEqual(storm.returncode, 0, storm.stderr.read())
        self.assertGreater(rounds, 1)


class Everything(AttachCase):
    @needs_root
    def test_all_sees_what_runs_and_what_comes_in_from_outside(self):
        program = self.named(self.program, "/bin/cat")
        with self.watched_namespace() as enter:
            # An exec session: a child of nobody here.
            session = self.start([*enter, program])
            wait_until(lambda: any(alert["rule"] == "program started" for alert in self.alerts()), "the session's program seen")
            session.communicate("")
            self.assertEqual(session.returncode, 0)
            subprocess.run([*enter, "sh", "-c", f"sleep 0.3; cat {self.path('secret')}"], check=True, stdout=subprocess.DEVNULL)
            wait_until(lambda: any(alert["rule"] == "secret read" for alert in self.alerts()), "the session's child seen")


class Refusals(AttachCase):
    def refused(self, *options, prefix=()):
        done = subprocess.run([*prefix, BEWIT, "attach", *options], capture_output=True, text=True, timeout=60, check=False)
        self.assertTrue(done.stderr.startswith("bewit: error: "), done.stderr)
        return done.returncode, done.stderr

    def test_usage(self):
        self.assertEqual(self.refused()[0], 2)
        self.assertEqual(self.refused("--all", "--pid", "1")[0], 2)

    def test_no_such_process(self):
        status, text = self.refused("--pid", "4194303")
        self.assertEqual(status, 1)
        self.assertIn("process 4194303: there is none", text)

    @needs_root
    def test_another_user_s_process(self):
        server = self.server()
        os.chmod(self.directory, 0o755)
        status, text = self.refused("--pid", str(server.pid), prefix=["setpriv", "--reuid=65534", "--clear-groups", "--bounding-set=-all"])
        self.assertEqual(status, 1)
        self.assertIn("it runs as user 0, bewit as 65534", text)
        self.tell(server, "time.sleep(0)")

    def test_a_process_that_is_traced_already(self):
        server = self.server()
        with self.attached(server.pid) as first:
            status, text = self.refused("--pid", str(server.pid))
            self.assertEqual(status, 1)
            self.assertIn(f"process {first.pid} traces it already", text)

    def test_bad_rules(self):
        pathlib.Path(self.path("bad.yaml")).write_text("- rule: x\n", encoding="utf-8")
        self.assertEqual(self.refused("--pid", str(os.getpid()), "-r", self.path("bad.yaml"))[0], 1)

    def test_what_cannot_be_watched_runs_on_where_that_is_chosen_and_bewit_stays(self):
        alerts = pathlib.Path(self.path("alerts"))
        sidecar = subprocess.Popen([BEWIT, "attach", "--pid", "4194303", "--on-error", "continue", "--alerts", str(alerts)], stderr=subprocess.PIPE, text=True)
        self.assertIn("runs unwatched: process 4194303: there is none", sidecar.stderr.readline())
        deadline = time.monotonic() + 30
        while "workload is not watched" not in (alerts.read_text(encoding="utf-8") if alerts.exists() else "") and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertEqual(json.loads(alerts.read_text(encoding="utf-8"))["rule"], "bewit internal: workload is not watched")
        self.assertIsNone(sidecar.poll())
        sidecar.terminate()
        self.assertEqual(sidecar.wait(timeout=30), 0)
        sidecar.stderr.close()


if __name__ == "__main__":
    unittest.main()
