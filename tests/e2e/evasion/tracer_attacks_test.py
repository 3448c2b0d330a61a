#!/usr/bin/env python3
"""Attacks on the tracer itself: rows A1 to A12 of docs/security.md."""
import json
import os
import re
import select
import signal
import subprocess
import time
import unittest

import evasion
from evasion import TestCase, WAYS, program
import harness
from harness import BEWIT, needs_root


class OutOfSight(TestCase):
    def test_a1_a_filter_that_would_answer_before_the_tracer_is_refused_and_told(self):
        self.add_rule("Listener refused", "evt.type = seccomp and evt.rawres = -16")
        for options in WAYS:
            result = self.attack("shadowing_filter", self.marked, options=options)
            self.assertEqual((result.status, result.stdout), (0, "EBUSY\nEBUSY\nEBUSY\nEBUSY\n"), result.stderr)
            self.assertEqual(result.rules(), ["Listener refused"] * 4 + ["Marked file opened"])

    def test_a2_a_child_that_asks_not_to_be_traced_is_traced_and_the_wish_is_told(self):
        self.add_rule("Untraced child wished for", "evt.type = clone and evt.rawres > 0 and proc.name = untraced_child")
        for options in WAYS:
            result = self.attack("untraced_child", self.marked, options=options)
            self.assertEqual((result.status, result.stdout), (0, "clone3 ENOSYS\n" + "traced\n" * 4), result.stderr)
            self.assertEqual(len(result.of("Marked file opened")), 4)
            self.assertEqual(len(result.of("Untraced child wished for")), 4)

    def test_a3_a_call_by_another_abi_s_number_is_told_as_what_it_is(self):
        for options in WAYS:
            result = self.attack("foreign_abi", self.marked, options=options)
            self.assertEqual(result.status, 0, result.stderr)
            ways = result.stdout.splitlines()
            opened = result.of("Marked file opened")
            self.assertEqual(len(opened), len(ways), (ways, result.alerts))
            self.assertEqual([alert["output_fields"]["evt.type"] for alert in opened], [way.split()[1] for way in ways])
            self.assertEqual({alert["output_fields"]["fd.name"] for alert in opened}, {self.marked} if ways else set())

    @unittest.skipUnless(evasion.has("i386_open"), "no compiler for 32 bits")
    def test_a3_a_program_of_32_bits_is_told_as_any_other(self):
        native = subprocess.run([program("i386_open"), self.marked], check=False)
        if native.returncode != 0:
            self.skipTest("this kernel runs no programs of 32 bits")
        for options in WAYS:
            result = self.attack("i386_open", self.marked, options=options)
            self.assertEqual(result.status, 0, result.stderr)
            self.assert_alert(result, "Marked file opened", proc__name="i386_open", evt__type="open", fd__name=self.marked)

    def test_a6_five_hundred_filters_change_no_verdict(self):
        result = self.attack("many_filters", self.marked)
        self.assertEqual((result.status, result.stdout), (0, "ENOMEM\n"), result.stderr)
        self.assert_alert(result, "Marked file opened", proc__name="many_filters")

    def test_a7_every_odd_process_is_itself(self):
        self.add_rule("Born", "evt.type in (clone, fork, vfork) and evt.rawres = 0 and proc.name = odd_processes", "pid=%proc.pid")
        for options in WAYS:
            for way in ("exec-from-thread", "exec-over-threads", "leader-gone", "vfork-exec", "shared-memory", "shared-files", "parent-s-child"):
                result = self.attack("odd_processes", way, self.marked, options=options)
                self.assertEqual(result.status, 0, (way, result.stderr))
                self.assertEqual(len(result.of("Marked file opened")), 1, (way, result.rules()))
                fields = self.assert_alert(result, "Marked file opened", fd__name=self.marked)["output_fields"]
                self.assertEqual(os.path.basename(fields["proc.exepath"]), "odd_processes", way)
                if way in ("shared-memory", "shared-files", "parent-s-child"):
                    self.assertIn(fields["proc.pid"], [alert["output_fields"]["proc.pid"] for alert in result.of("Born")], way)

    def test_a8_stops_and_a_debugger_s_signals_are_the_program_s_own_and_hide_nothing(self):
        native = subprocess.run([program("job_control"), self.marked], capture_output=True, text=True, check=False)
        self.assertEqual((native.returncode, native.stdout), (0, "7\n"), native.stderr)
        for options in (*WAYS, ("--interception", "strict")):
            result = self.attack("job_control", self.marked, options=options)
            self.assertEqual((result.status, result.stdout, result.rules()), (0, "7\n", ["Marked file opened"] * 7), (options, result.stderr))

    def test_a10_a11_a_second_tracer_fails_and_is_told(self):
        self.add_rule("Traced", "evt.type = ptrace", "request=%evt.arg.request result=%evt.rawres")
        for options in WAYS:
            result = self.attack("second_tracer", options=options)
            self.assertEqual((result.status, result.stdout),
                             (0, "PTRACE_TRACEME EPERM\nPTRACE_ATTACH EPERM\nPTRACE_SEIZE EPERM\nsuspended EPERM\n"), result.stderr)
            requests = [alert["output_fields"]["evt.arg.request"] for alert in result.of("Traced")]
            self.assertEqual(requests, ["PTRACE_TRACEME", "PTRACE_ATTACH", "PTRACE_SEIZE", "PTRACE_SEIZE"])

    def test_a10_why_it_fails_is_said_once_whatever_the_rules_ask_for(self):
        for options in WAYS:
            result = self.attack("second_tracer", options=options)
            self.assertEqual(result.alerts, [])
            self.assertRegex(result.stderr, r"^bewit: warning: thread \d+ wanted a process to be traced and got EPERM: [^\n]*\n$")
            self.assertEqual(self.attack("second_tracer", options=["-q", *options]).stderr, "")
            self.assertEqual(self.attack("doors", options=options).stderr, "")


@unittest.skipUnless(evasion.has("use_runtime"), "there is no runtime for this architecture")
class RuntimeAbuse(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.add_rule("Program run", "evt.type = execve and proc.name = true")

    def test_a12_from_the_runtime_s_instruction_only_openat2_is_not_seen(self):
        # What code inside the process gains by the runtime is this one call, as docs/security.md says: openat2, and nothing else.
        result = self.attack("use_runtime", "/dev/null", self.marked)
        self.assertEqual((result.status, result.stdout), (0, "openat2 1\nopenat 1\nexecve 1\n"), result.stderr)
        self.assertEqual(result.rules(), ["Marked file opened", "Program run"])

    def test_a12_strict_has_no_such_instruction(self):
        result = self.attack("use_runtime", "/dev/null", self.marked, options=("--interception", "strict"))
        self.assertEqual((result.status, result.stdout, result.rules()), (0, "no runtime\n", []), result.stderr)


class Tampering(TestCase):
    # Root as containers have it, with the capability that bewit takes away from the workload.
    CONTAINER = ["unshare", "--pid", "--fork", "--mount-proc", "setpriv", "--bounding-set",
                 "-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot,+sys_ptrace"]

    def check(self, result):
        self.assertEqual(result.status, 0, result.stderr)
        lines = result.stdout.splitlines()
        self.assertEqual(len(lines), 18, lines)
        for line in lines:
            self.assertRegex(line, r" (EPERM|EACCES)$")
        self.assertEqual(result.rules(), ["Marked file opened"])

    @needs_root
    def test_a5_nothing_of_bewit_can_be_read_written_or_limited_as_root(self):
        script = f"{program('tamper')} 1 && cat {self.marked} > /dev/null"
        for options in WAYS:
            self.check(harness.run(["sh", "-c", script], rules=[self.rules], prefix=self.CONTAINER, options=options))

    def test_a5_nor_by_a_process_of_its_own_user(self):
        prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"] \
            if os.geteuid() == 0 else []
        script = f"{program('tamper')} $PPID && cat {self.marked} > /dev/null"
        self.check(harness.run(["sh", "-c", script], rules=[self.rules], prefix=prefix))

    def test_a5_threads_beside_the_tracer_are_held_to_what_they_are_there_for(self):
        # Forwarding signals, and writing alerts, of which there must have been one.
        script = f"cat {self.marked}; sleep 0.3; for t in /proc/$1/task/*; do grep Seccomp: $t/status; done"
        result = harness.run(["/bin/sh", "-c", f"{script.replace('$1', '$PPID')}"], rules=[self.rules], options=("--no-seccomp",))
        self.assertEqual(result.status, 0, result.stderr)
        modes = re.findall(r"Seccomp:\s+(\d)", result.stdout)
        self.assertEqual((modes[:1], sorted(set(modes[1:]))), (["0"], ["2"]), result.stdout)
        self.assertGreaterEqual(len(modes), 3)

    def test_a5_no_descriptor_of_bewit_reaches_the_workload(self):
        result = harness.run(["sh", "-c", "ls -l /proc/$$/fd"], rules=[self.rules])
        self.assertNotIn("seccomp", result.stdout)
        self.assertNotIn("/proc", result.stdout.replace(" /proc/", ""))
        result = harness.run([harness.PYTHON, "-c", "import os; print(sorted(int(f) for f in os.listdir('/proc/self/fd')))"], rules=[self.rules])
        # The pipe that the alerts go to was open before bewit: it is inherited, as a shell would have it. The last is the directory's own.
        self.assertLessEqual(len(result.stdout.split(",")), 5, result.stdout)


class Death(TestCase):
    def start(self, script):
        reading, writing = os.pipe()
        process = subprocess.Popen([BEWIT, "run", "-r", self.rules, "--alerts", f"fd:{writing}", "--", "sh", "-c", script],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[writing], text=True, start_new_session=True)
        os.close(writing)
        self.addCleanup(os.close, reading)
        return process, reading

    def test_a4_a_workload_that_kills_bewit_dies_with_it(self):
        process, _ = self.start(f"echo $$; sleep 60 & kill -9 $PPID; sleep 5; cat {self.marked}; touch {self.path('survived')}")
        workload = int(process.stdout.readline())
        self.assertEqual(process.wait(20), -signal.SIGKILL)
        for _ in range(200):
            if not os.path.exists(f"/proc/{workload}"):
                break
            time.sleep(0.05)
        else:
            self.fail("the workload outlived its watcher")
        self.assertFalse(os.path.exists(self.path("survived")))
        process.communicate()

    def test_a4_a_workload_that_stops_bewit_does_nothing_unseen_meanwhile(self):
        process, alerts = self.start(f"kill -STOP $PPID; cat {self.marked} > /dev/null; echo done")
        time.sleep(1)
        self.assertIsNone(process.poll())
        self.assertEqual(select.select([process.stdout], [], [], 0)[0], [])
        os.kill(process.pid, signal.SIGCONT)
        self.assertEqual(process.wait(20), 0)
        self.assertIn(b"Marked file opened", os.read(alerts, 65536))
        process.communicate()


class Flood(TestCase):
    def test_a9_a_flood_of_alerts_is_bounded_in_memory_and_what_is_dropped_is_counted(self):
        threads, each = 64, 150
        blocked = self.path("blocked")
        os.mkfifo(blocked)
        holder = os.open(blocked, os.O_RDWR)  # read by nobody: the sink hangs as soon as the pipe is full
        self.addCleanup(os.close, holder)
        done = subprocess.run([BEWIT, "run", "-r", self.rules, "--alerts", blocked, "-o", "outputs_queue.capacity=100", "--stats", "--",
                               program("flood"), self.marked, str(threads), str(each)], capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        delivered, dropped = (int(word) for word in
                              re.search(r"(\d+) alerts delivered, (\d+) dropped", done.stderr).groups())
        self.assertRegex(done.stderr, r"warning: \d+ alerts could not be delivered")
        self.assertIn(f"{threads * each} x Marked file opened", done.stderr)
        self.assertGreater(dropped, threads * each - 1000)
        self.assertLess(delivered, 1000)


class HiddenNames(TestCase):
    """A name that cannot be read, or not be made whole, is the kernel's own, or an alert that says so."""

    # What Docker gives a container, and so what bewit has there.
    NO_PTRACE = ["setpriv", "--bounding-set", "-sys_ptrace", "--inh-caps", "-all"]

    def hide(self, way: str, prefix: tuple[str, ...] = (), mode: str = "strict") -> harness.Result:
        result = self.attack("hidden_names", way, self.marked, prefix=prefix, options=["--interception", mode])
        self.assertEqual(result.status, 0, result.stderr)
        return result

    def test_memory_that_nobody_else_may_read_is_not_to_be_had(self):
        self.add_rule("Secret memory", "evt.type = memfd_secret")
        result = self.hide("secret")
        self.assertEqual((result.stdout, result.rules()), ("refused\n", ["Secret memory"]))

    def test_a_directory_of_a_thread_s_own_or_with_a_name_beyond_all_limits(self):
        for way in ("own", "orphaned", "deep"):
            for mode in ("strict", "auto"):
                result = self.hide(way, mode=mode)
                self.assertEqual((result.stdout, result.rules()), ("opened\n", ["Marked file opened"]), way)

    @needs_root
    def test_without_the_right_to_trace_others(self):
        for way in ("undumpable", "worker"):
            result = self.hide(way, prefix=tuple(self.NO_PTRACE))
            self.assertEqual((result.stdout, result.rules()), ("opened\n", ["Marked file opened"]), way)

    @needs_root
    def test_what_nobody_can_look_at_when_it_has_been_opened_is_told(self):
        closed = "import ctypes, os, sys; ctypes.CDLL(None).prctl(4, 0, 0, 0, 0); os.chdir(sys.argv[1]); os.open('marked-file', os.O_RDONLY)"
        for mode in ("strict", "auto"):
            result = harness.run([harness.PYTHON, "-c", closed, self.directory], rules=[self.rules], prefix=self.NO_PTRACE, options=["--interception", mode, "--stats=json", "-q"])
            self.assertEqual((result.status, result.rules()), (0, ["bewit internal: unreadable"]), result.stderr)
            self.assertEqual(json.loads(result.stderr)["unreadable"], 1)

    @needs_root
    def test_a_program_that_nobody_may_read_is_told_as_that(self):
        # Executable and no more, for a user without any capability: the one case that is left (docs/security.md).
        closed = self.named("closed", program("hidden_names"))
        os.chmod(closed, 0o111)
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]
        for options in WAYS:
            result = harness.run([closed, "undumpable", self.marked], rules=[self.rules], prefix=nobody, options=["--stats=json", "-q", *options])
            self.assertEqual((result.status, result.stdout), (0, "opened\n"), result.stderr)
            told = result.of("bewit internal: unreadable")
            self.assertEqual(len(told), 1, result.alerts)
            self.assertEqual(told[0]["output_fields"]["evt.type"], "openat")
            self.assertGreaterEqual(json.loads(result.stderr)["unreadable"], 1)

    @needs_root
    def test_another_user_without_the_right_to_trace_others(self):
        command = ["sh", "-c", f"cd {self.directory}; read line < marked-file; exec 3< {self.marked}"]
        result = harness.run(command, rules=[self.rules], prefix=self.NO_PTRACE, options=["--user", "65534:65534"])
        self.assertEqual(result.rules(), ["Marked file opened"] * 2, result.stderr)
        for alert in result.alerts:
            self.assertIn("exe=/usr/bin/dash", alert["output"])


if __name__ == "__main__":
    unittest.main()
