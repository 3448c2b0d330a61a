#!/usr/bin/env python3
"""Doors around the table of system calls: rows D1 to D4 of docs/security.md."""
import os
import pathlib
import unittest

from evasion import TestCase, WAYS
import attach_test
import harness


class Rings(TestCase):
    def setUp(self):
        super().setUp()
        self.add_rule("Ring", "evt.type = io_uring_setup", "result=%evt.rawres")

    def test_d1_watched_every_ring_is_told_also_one_that_is_given_away(self):
        for options in WAYS:
            result = self.attack("ring", self.marked, options=options)
            self.assertEqual(result.status, 0, result.stderr)
            if result.stdout.startswith("no ring"):
                self.skipTest("this kernel has no io_uring")
            self.assertEqual(result.stdout, "own ring opened\ngiven ring opened\n")
            self.assertEqual(result.rules(), ["Ring", "Ring"])

    def test_d1_denied_there_is_none_and_programs_fall_back_to_what_is_seen(self):
        for options in WAYS:
            result = self.attack("ring", self.marked, options=(*options, "--io-uring", "deny"))
            self.assertEqual((result.status, result.stdout), (0, "no ring: ENOSYS\n"), result.stderr)
            self.assertIn("Marked file opened", result.rules())


class Files(TestCase):
    """Programs that are no file, or not the one that they seem (D2)."""

    def run_python(self, code, **keywords):
        return harness.run([harness.PYTHON, "-c", code], rules=[self.rules], **keywords)

    def setUp(self):
        super().setUp()
        self.rules = self.rule_file("- rule: ran\n  desc: d\n  priority: INFO\n  condition: evt.type in (execve, execveat) and evt.rawres = 0\n"
                                    "  output: exe=%proc.exe path=%proc.exepath line=%proc.cmdline name=%proc.name memfd=%proc.is_exe_from_memfd\n")

    def last(self, result):
        self.assertEqual(result.status, 0, result.stderr)
        return result.alerts[-1]["output_fields"]

    def test_d2_a_file_without_a_name(self):
        code = (f"import os\nfd = os.open({self.directory!r}, os.O_TMPFILE | os.O_RDWR, 0o755)\nos.write(fd, open('/bin/true', 'rb').read())\n"
                "readable = os.open(f'/proc/self/fd/{fd}', os.O_RDONLY)\nos.close(fd)\nos.execv(f'/proc/self/fd/{readable}', ['x'])")
        fields = self.last(self.run_python(code))
        self.assertRegex(fields["proc.exepath"], rf"^{self.directory}/#\d+$")

    def test_d2_a_file_that_is_gone_has_the_name_that_it_had(self):
        code = (f"import os, shutil\nshutil.copy('/bin/true', {self.path('gone')!r})\nfd = os.open({self.path('gone')!r}, os.O_RDONLY)\n"
                f"os.remove({self.path('gone')!r})\nos.execv(f'/proc/self/fd/{{fd}}', ['x'])")
        self.assertEqual(self.last(self.run_python(code))["proc.exepath"], self.path("gone"))

    def test_d2_memory_that_calls_itself_a_program(self):
        code = ("import os\nfd = os.memfd_create('/usr/sbin/sshd')\nos.write(fd, open('/bin/true', 'rb').read())\n"
                "os.execve(fd, ['/usr/sbin/sshd', '-D'], {})")
        fields = self.last(self.run_python(code))
        self.assertEqual((fields["proc.is_exe_from_memfd"], fields["proc.exe"]), (True, "/usr/sbin/sshd"))
        self.assertTrue(fields["proc.exepath"].startswith("memfd:") or fields["proc.exepath"].startswith("/memfd:"), fields)

    def test_d2_the_loader_of_a_program_is_not_the_program(self):
        loader = "/lib64/ld-linux-x86-64.so.2"
        if not os.path.exists(loader):
            self.skipTest("no loader of that name here")
        hidden = self.named("hidden", "/bin/true")
        fields = self.last(harness.run([loader, hidden], rules=[self.rules]))
        self.assertEqual((fields["proc.exepath"], fields["proc.cmdline"]), (os.path.realpath(loader), f"{os.path.basename(loader)[:15]} {hidden}"))

    def test_d2_a_chain_of_interpreters(self):
        for name, interpreter in (("first", "/bin/sh"), ("second", self.path("first"))):
            pathlib.Path(self.path(name)).write_text(f"#!{interpreter}\n", encoding="utf-8")
            os.chmod(self.path(name), 0o755)
        fields = self.last(harness.run([self.path("second"), "word"], rules=[self.rules]))
        self.assertEqual(fields["proc.exepath"], os.path.realpath("/bin/sh"))
        self.assertIn(f"{self.path('first')} {self.path('second')} word", fields["proc.cmdline"])


class Sessions(attach_test.AttachCase):
    """Shells that come in from outside, as ECS Exec and kubectl exec make them (D3)."""

    @harness.needs_root
    def test_d3_a_shell_that_is_nobody_s_child_is_told_and_so_is_what_hides_behind_it(self):
        shell = self.named(self.program, "/bin/sh")
        with self.watched_namespace() as enter:
            session = self.start([*enter, shell])
            attach_test.wait_until(lambda: any(alert["rule"] == "program started" for alert in self.alerts()), "the shell told")
            # Its own session, and no parent that is left: nothing ties it to the shell any more.
            hidden = f"(setsid sh -c 'sleep 0.5; cat {self.path('secret')} >{self.path('copy')}' &)"
            session.stdin.write(hidden + "\nexit 3\n")
            session.stdin.flush()
            self.assertEqual(session.wait(20), 3)
            attach_test.wait_until(lambda: any(alert["rule"] == "secret read" for alert in self.alerts()), "what the shell left behind told")
        self.assertEqual(pathlib.Path(self.path("copy")).read_text(encoding="utf-8"), "secret")


class Surroundings(TestCase):
    CALLS = ["fsopen", "fsmount", "open_tree", "move_mount", "mount", "umount2", "pivot_root", "unshare", "setns", "bpf", "keyctl", "add_key", "socket",
             "init_module", "finit_module", "delete_module", "process_vm_writev", "perf_event_open", "userfaultfd"]

    def test_d4_every_call_that_changes_the_surroundings_is_an_event_also_where_it_fails(self):
        self.rules = self.rule_file(f"- rule: door\n  desc: d\n  priority: INFO\n  condition: evt.type in ({', '.join(self.CALLS)}) and proc.name = doors\n"
                                    "  output: t=%evt.type a=%evt.args\n"
                                    "- rule: memory\n  desc: d\n  priority: INFO\n  condition: evt.type = openat and proc.name = doors and fd.name glob /proc/*/mem\n"
                                    "    and evt.is_open_write = true\n  output: n=%fd.name\n")
        for options in WAYS:
            result = self.attack("doors", options=options)
            self.assertEqual(result.status, 0, result.stderr)
            told = [alert["output_fields"] for alert in result.of("door")]
            self.assertEqual([fields["evt.type"] for fields in told], self.CALLS)
            self.assertIn("AF_ALG", told[self.CALLS.index("socket")]["evt.args"])
            self.assertGreaterEqual(len(result.of("memory")), 1)


if __name__ == "__main__":
    unittest.main()
