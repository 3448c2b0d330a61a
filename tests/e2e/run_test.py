#!/usr/bin/env python3
"""`bewit run` as PID 1 and as a wrapper: exit statuses, signals, zombies, terminals, errors."""
import os
import pathlib
import select
import signal
import subprocess
import time
import unittest

import harness
from harness import BEWIT, TestCase, needs_root, run

PYTHON = harness.PYTHON


def start(command, *options, prefix=(), **keywords):
    keywords.setdefault("stdout", subprocess.PIPE)
    keywords.setdefault("stderr", subprocess.PIPE)
    return subprocess.Popen([*prefix, BEWIT, "run", "--alerts", "/dev/null", *options, "--", *command], text=True, **keywords)


def wait_for_state(pid, states):
    for _ in range(500):
        if pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(") ", 1)[1][0] in states:
            return
        time.sleep(0.02)
    raise AssertionError(f"process {pid} is not {states}")


class ExitStatus(TestCase):
    def test_every_exit_status_is_the_workload_s_own(self):
        for status in (0, 1, 2, 42, 124, 125, 126, 127, 128, 255):
            self.assertEqual(run(["sh", "-c", f"exit {status}"]).status, status)

    def test_death_by_a_signal_is_128_and_its_number(self):
        for number in (1, 2, 3, 6, 8, 9, 11, 13, 14, 15, 31, 34, 64):
            self.assertEqual(run(["sh", "-c", f"kill -{number} $$"]).status, 128 + number, f"signal {number}")

    def test_command_not_found_is_127(self):
        result = run(["no-such-command-anywhere"])
        self.assertEqual(result.status, 127)
        self.assertRegex(result.stderr, r"^bewit: error: .*no-such-command-anywhere.*\n$")

    def test_command_that_cannot_be_executed_is_126(self):
        self.assertEqual(run(["/etc/hostname"]).status, 126)
        self.assertEqual(run(["/tmp"]).status, 126)

    def test_what_prevents_the_start_is_125_and_one_sentence(self):
        bad = self.path("bad.yaml")
        with open(bad, "w", encoding="utf-8") as file:
            file.write("- rule: x\n  desc: x\n  condition: evt.type = open and nonsense.field = 1\n  output: x\n  priority: WARNING\n")
        cases = {
            ("-r", "/nowhere.yaml"): "nowhere.yaml",
            ("-r", bad): "nonsense.field",
            ("-c", "/nowhere.yaml"): "nowhere.yaml",
            ("--alerts", "/nowhere/alerts"): "/nowhere/alerts",
            ("--user", "someone"): "someone",
            ("--user", "-1"): "-1",
            ("--user", "4294967295"): "4294967295",
            ("--user", "18446744073709551616"): "18446744073709551616",
            ("--user", "1000:-1"): "1000:-1",
            ("--user", "+5"): "+5",
            ("--priority", "loud"): "loud",
        }
        for options, named in cases.items():
            done = subprocess.run([BEWIT, "run", *options, "--", "touch", self.path("started")], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 125, (options, done.stderr))
            self.assertTrue(done.stderr.startswith("bewit: error: "), done.stderr)
            self.assertIn(named, done.stderr)
            self.assertFalse(os.path.exists(self.path("started")))

    def test_no_command_and_unknown_options_are_125(self):
        for words in (["run"], ["run", "--"], ["run", "--no-such-option", "--", "true"]):
            done = subprocess.run([BEWIT, *words], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 125, done.stderr)

    def test_rules_that_leave_nothing_to_watch_for_are_told(self):
        empty = self.path("empty")
        os.mkdir(empty)
        for rules, options in (([empty], []), (["builtin"], ["-t", "no-such-tag"]), (["builtin"], ["-D", "*"])):
            done = subprocess.run([BEWIT, "run", "-r", *rules, *options, "--", "sh", "-c", "exit 7"], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr.splitlines()[-1]), (7, "bewit: warning: no rule is loaded and selected: nothing can raise an alert"))

    def test_what_bewit_cannot_say_changes_nothing(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            for options in (["--stats"], ["--stats=json"], ["-v", "--stats"]):
                done = subprocess.run([BEWIT, "run", *options, "--", "sh", "-c", "cat /etc/shadow; exit 7"], stderr=full, stdout=subprocess.DEVNULL,
                                      check=False, timeout=60)
                self.assertEqual(done.returncode, 7, options)

    def test_on_error_continue_runs_the_workload_and_says_so_as_an_alert(self):
        result = run(["sh", "-c", "echo works; exit 7"], rules=["/nowhere.yaml"], options=["--on-error", "continue"])
        self.assertEqual((result.status, result.stdout), (7, "works\n"))
        self.assertEqual(result.rules(), ["bewit internal: workload is not watched"])


class Transparency(TestCase):
    def test_the_workload_s_streams_environment_and_limits_are_its_own(self):
        code = ("import os, resource, signal, sys\n"
                "print(sorted(os.environ.items()), os.getcwd(), resource.getrlimit(resource.RLIMIT_NOFILE), os.umask(0))\n"
                "print([signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE, signal.SIGCHLD)])\n"
                "print(signal.pthread_sigmask(signal.SIG_BLOCK, []), sorted(os.listdir('/proc/self/fd')))\n"
                "print(sys.stdin.read(), file=sys.stderr)\n")
        native = subprocess.run([PYTHON, "-c", code], input="in", capture_output=True, text=True, check=True, cwd=self.directory)
        watched = subprocess.run([BEWIT, "run", "--", PYTHON, "-c", code], input="in", capture_output=True, text=True, check=True,
                                 cwd=self.directory)
        self.assertEqual((watched.stdout, watched.stderr), (native.stdout, native.stderr))

    def test_arguments_after_the_command_are_not_options_of_bewit(self):
        self.assertEqual(run(["echo", "-r", "--stats", "--", "x"]).stdout, "-r --stats -- x\n")
        done = subprocess.run([BEWIT, "run", "--alerts", "/dev/null", "echo", "-v", "--", "y"], capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout, "-v -- y\n")

    def test_an_ignored_signal_stays_ignored(self):
        done = subprocess.run([BEWIT, "run", "--", "sh", "-c", "grep SigIgn /proc/self/status"], capture_output=True, text=True, check=True,
                              preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN), restore_signals=True)
        self.assertEqual(int(done.stdout.split()[1], 16) & 1, 1)


    def test_the_cores_that_it_may_run_on_are_its_own(self):
        # Opens that stop again and again, and stay so: the tracer then shares a core with the program.
        rules = self.path("opens.yaml")
        with open(rules, "w", encoding="utf-8") as file:
            file.write('- rule: opens\n  desc: d\n  condition: evt.type in (open, openat) and fd.name startswith "/dev/nul/"\n  output: o\n  priority: INFO\n')
        result = run([str(harness.PROGRAMS / "affinity")], rules=[rules], options=["--interception", "strict"])
        self.assertEqual((result.status, result.stderr, result.alerts), (0, "", []))


class Threads(TestCase):
    def test_the_end_of_the_last_other_thread_is_no_program_that_was_run(self):
        for name in ("plain", "secret"):
            pathlib.Path(self.path(name)).touch()
        rules = self.path("rules.yaml")
        with open(rules, "w", encoding="utf-8") as file:
            file.write("- rule: secret\n  desc: d\n  output: o\n  priority: WARNING\n"
                       f"  condition: evt.type in (open, openat) and fd.name = {self.path('secret')}\n"
                       "- rule: ran\n  desc: d\n  output: o\n  priority: WARNING\n"
                       "  condition: evt.type in (execve, execveat) and proc.name = last_thread\n")
        for mode in ("strict", "auto"):
            result = run([str(harness.PROGRAMS / "last_thread"), self.path("plain"), self.path("secret"), "1500"], rules=[rules],
                         options=["--interception", mode])
            self.assertEqual((result.status, len(result.of("secret")), len(result.of("ran"))), (0, 6000, 1), mode)


class Limits(TestCase):
    """A workload that leaves bewit no thread."""

    USER = 64321  # whose processes are those of the test alone

    @needs_root
    def test_no_process_to_be_had_loses_no_alert_and_no_exit_status(self):
        os.chmod(self.directory, 0o777)
        for name in ("plain", "secret"):
            pathlib.Path(self.path(name)).touch()
        rules = self.path("rules.yaml")
        with open(rules, "w", encoding="utf-8") as file:
            file.write("- rule: secret\n  desc: d\n  output: o\n  priority: WARNING\n"
                       f"  condition: evt.type in (open, openat) and fd.name = {self.path('secret')}\n")
        prefix = ["setpriv", f"--reuid={self.USER}", f"--regid={self.USER}", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "prlimit", "--nproc=20"]
        for options in ([], ["-o", "program_output.enabled=true", "-o", f"program_output.program=cat >> {self.path('written')}"]):
            result = run([str(harness.PROGRAMS / "crowd"), self.path("plain"), self.path("secret")], rules=[rules], prefix=prefix, options=options)
            self.assertEqual((result.status, result.stdout, result.rules()), (7, "full\n", ["secret"]), result.stderr)
            self.assertEqual(result.stderr, "")
        self.assertEqual(len(pathlib.Path(self.path("written")).read_text(encoding="utf-8").splitlines()), 1)


class Signals(TestCase):
    FORWARDED = [n for n in range(1, 65) if n not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD, 32, 33)]

    def test_every_signal_reaches_the_workload(self):
        code = ("import signal, sys, time\ngot = []\n"
                "for n in range(1, 65):\n"
                "    if n not in (9, 17, 19, 32, 33): signal.signal(n, lambda number, frame: (print(number, flush=True)))\n"
                "print('ready', flush=True)\n"
                "while True: time.sleep(1)\n")
        process = start([PYTHON, "-c", code], start_new_session=True)
        self.assertEqual(process.stdout.readline(), "ready\n")
        stop_signals = {signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
        for number in self.FORWARDED:
            if number in stop_signals:
                continue
            os.kill(process.pid, number)
            self.assertEqual(process.stdout.readline(), f"{number}\n")
        process.kill()
        process.communicate()

    @needs_root
    def test_as_pid_1_the_same_and_stop_signals_too(self):
        code = ("import signal, time\n"
                "for n in (1, 2, 3, 10, 12, 15, 20, 21, 22, 28, 40): signal.signal(n, lambda number, frame: print(number, flush=True))\n"
                "print('ready', flush=True)\n"
                "while True: time.sleep(1)\n")
        process = subprocess.Popen(["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", BEWIT, "run", "--alerts", "/dev/null", "--",
                                    PYTHON, "-c", code], stdout=subprocess.PIPE, text=True)
        self.assertEqual(process.stdout.readline(), "ready\n")
        children = open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="utf-8").read().split()
        bewit = int(children[0])
        for number in (1, 2, 3, 10, 12, 15, 20, 21, 22, 28, 40):
            os.kill(bewit, number)
            self.assertEqual(process.stdout.readline(), f"{number}\n")
        process.kill()
        process.communicate()

    def test_what_is_sent_to_the_group_of_both_reaches_the_workload_once(self):
        code = ("import os, signal, time\n"
                "for n in (signal.SIGCONT, signal.SIGUSR1): signal.signal(n, lambda number, frame: os.write(1, b'%d\\n' % number))\n"
                "os.write(1, b'ready\\n')\n"
                "while True: time.sleep(0.01)\n")
        process = start([PYTHON, "-c", code], preexec_fn=os.setpgrp)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), "ready\n")
        for stop in [signal.SIGTSTP, signal.SIGSTOP, None, signal.SIGTTIN] * 4:
            if stop is not None:
                os.killpg(process.pid, stop)
                wait_for_state(process.pid, "Tt")
            os.killpg(process.pid, signal.SIGCONT)
            self.assertEqual(process.stdout.readline(), f"{signal.SIGCONT:d}\n")
            time.sleep(0.15)
            self.assertEqual(select.select([process.stdout], [], [], 0)[0], [], stop)
        # What is sent to bewit alone gets through all the same, and what the group got before it does not count for it.
        for _ in range(3):
            os.killpg(process.pid, signal.SIGUSR1)
            self.assertEqual(process.stdout.readline(), f"{signal.SIGUSR1:d}\n")
            time.sleep(0.15)
            os.kill(process.pid, signal.SIGUSR1)
            self.assertEqual(process.stdout.readline(), f"{signal.SIGUSR1:d}\n")
        self.assertEqual(select.select([process.stdout], [], [], 0.2)[0], [])

    def test_sigterm_ends_a_server_gracefully(self):
        process = start(["sh", "-c", "trap 'echo bye; exit 9' TERM; echo ready; while :; do sleep 0.05; done"])
        self.assertEqual(process.stdout.readline(), "ready\n")
        process.terminate()
        output, _ = process.communicate(timeout=20)
        self.assertEqual((process.returncode, output), (9, "bye\n"))

    def test_a_signal_that_kills_the_workload_gives_its_status(self):
        process = start(["sleep", "60"])
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, 143)

    def test_killing_bewit_kills_the_workload(self):
        process = start(["sh", "-c", "echo $$; exec sleep 60"])
        workload = int(process.stdout.readline())
        process.kill()
        process.communicate()
        for _ in range(100):
            if not os.path.exists(f"/proc/{workload}"):
                return
            time.sleep(0.05)
        self.fail("the workload outlived its watcher")


@needs_root
class Pid1(TestCase):
    NAMESPACE = ["unshare", "--pid", "--fork", "--mount-proc"]

    def test_orphans_are_reaped(self):
        code = ("import os, subprocess, time\n"
                "for _ in range(50): subprocess.run(['sh', '-c', '(sleep 0.05 &) ; true'])\n"
                "time.sleep(0.5)\n"
                "states = [open(f'/proc/{p}/stat').read().split(') ')[1][0] for p in os.listdir('/proc') if p.isdigit()]\n"
                "print(states.count('Z'))\n")
        result = run([PYTHON, "-c", code], prefix=self.NAMESPACE)
        self.assertEqual((result.status, result.stdout), (0, "0\n"))

    def test_it_ends_when_the_workload_ends_and_leaves_nothing(self):
        begin = time.monotonic()
        result = run(["sh", "-c", "sleep 60 & exit 4"], prefix=self.NAMESPACE)
        self.assertEqual(result.status, 4)
        self.assertLess(time.monotonic() - begin, 20)

    def test_kill_on_exit_outside_of_pid_1(self):
        begin = time.monotonic()
        result = run(["sh", "-c", "sleep 60 > /dev/null 2>&1 & exit 4"], options=["--kill-on-exit"])
        self.assertEqual(result.status, 4)
        self.assertLess(time.monotonic() - begin, 20)

    def test_the_terminal_belongs_to_the_workload(self):
        script = self.path("script")
        with open(script, "w", encoding="utf-8") as file:
            file.write("import os, sys\nprint(os.tcgetpgrp(0) == os.getpgrp(), os.isatty(1))\n")
        done = subprocess.run(["script", "-qec", f"unshare --pid --fork --mount-proc {BEWIT} run --alerts /dev/null -- {PYTHON} {script}",
                               "/dev/null"], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, timeout=30)
        self.assertIn("True True", done.stdout)


@needs_root
class Unprivileged(TestCase):
    def test_in_an_empty_root_as_nobody_without_capabilities_read_only(self):
        static = os.environ.get("BEWIT_STATIC", str(harness.SOURCE_ROOT / "build-static" / "bewit"))
        if not os.path.exists(static):
            self.skipTest("the static program is not built")
        root = self.path("root")
        os.mkdir(root)
        subprocess.run(["cp", static, f"{root}/bewit"], check=True)
        subprocess.run(["cp", str(harness.PROGRAMS / "static_probe"), f"{root}/probe"], check=True)
        os.chmod(self.directory, 0o755)
        script = (f"mount --bind {root} {root} && mount -o remount,bind,ro {root} && "
                  f"exec {harness.PROGRAMS / 'drop_and_run'} {root} 65534 /bewit run --format text -- /probe")
        done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--uts", "--ipc", "--net", "sh", "-c", script],
                              capture_output=True, text=True, check=False, timeout=30)
        self.assertEqual((done.returncode, done.stdout), (17, "probe as 65534\n"), done.stderr)

    def test_another_user(self):
        result = run(["id", "-u"], options=["--user", "65534:65533"])
        self.assertEqual(result.stdout, "65534\n")
        result = run(["id", "-g"], options=["--user", "65534:65533"])
        self.assertEqual(result.stdout, "65533\n")

    def test_setuid_programs_keep_working_with_cap_sys_admin(self):
        result = run(["grep", "NoNewPrivs", "/proc/self/status"])
        self.assertEqual(result.stdout.split(), ["NoNewPrivs:", "0"])

    def test_without_seccomp_the_same_alerts(self):
        for options in ((), ("--no-seccomp",)):
            result = run(["sh", "-c", "cat /etc/shadow > /dev/null; exit 6"], options=options)
            self.assertEqual((result.status, result.rules()), (6, ["Read of password files"]))


if __name__ == "__main__":
    unittest.main()
