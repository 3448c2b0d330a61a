#!/usr/bin/env python3
"""`bewit host`: what happens anywhere on the machine raises alerts. The programs are loaded for these tests only, and are gone afterwards."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import unittest

import harness
from harness import BEWIT, PYTHON, STABLE, TestCase, needs_root, needs_upstream

LIMIT = 30


def has_ebpf():
    version = json.loads(subprocess.run([BEWIT, "version", "--json"], capture_output=True, text=True, check=True).stdout)
    return "ebpf" in version["sources"]


needs_ebpf = unittest.skipUnless(has_ebpf(), "this build has no eBPF source")
needs_btf = unittest.skipUnless(os.path.exists("/sys/kernel/btf/vmlinux"), "this kernel has no BTF")


@needs_root
@needs_ebpf
@needs_btf
class HostCase(TestCase):
    @contextlib.contextmanager
    def host(self, rules, *options):
        """`bewit host` that watches; ended by SIGTERM. Gives its standard error afterwards, as `errors`."""
        self.alerts_file = self.path("alerts")
        log = open(self.path("log"), "w+", encoding="utf-8")
        self.addCleanup(log.close)
        bewit = subprocess.Popen([BEWIT, "host", "-v", "--source", "ebpf", "--stats=json", "-r", rules, "--alerts", self.alerts_file, *options], stderr=log)
        try:
            self.wait_until(lambda: "is watched by eBPF" in self.log() or bewit.poll() is not None, "watching")
            if bewit.poll() is not None:
                if "Operation not permitted" in self.log():
                    self.skipTest("loading BPF programs is not permitted here")
                self.fail(self.log())
            yield bewit
        finally:
            if bewit.poll() is None:
                bewit.send_signal(signal.SIGTERM)
            try:
                status = bewit.wait(LIMIT)
            except subprocess.TimeoutExpired:
                bewit.kill()
                raise
        self.assertEqual(status, 0, self.log())

    def log(self):
        return pathlib.Path(self.path("log")).read_text(encoding="utf-8")

    def alerts(self):
        if not os.path.exists(self.alerts_file):
            return []
        return [json.loads(line) for line in pathlib.Path(self.alerts_file).read_text(encoding="utf-8").splitlines()]

    def wait_until(self, condition, what):
        end = time.monotonic() + LIMIT
        while not condition():
            self.assertLess(time.monotonic(), end, f"not in time: {what}\n{self.log()}")
            time.sleep(0.02)

    def wait_for_alert(self, rule, **fields):
        wanted = {key.replace("__", "."): value for key, value in fields.items()}
        found = []

        def seen():
            found[:] = [alert for alert in self.alerts() if alert["rule"] == rule and
                        all(alert["output_fields"].get(key) == value for key, value in wanted.items())]
            return bool(found)

        self.wait_until(seen, f"{rule} {wanted}, among {[(a['rule'], a['output_fields']) for a in self.alerts()][-5:]}")
        return found[0]

    def write_rules(self, condition, output, name="wanted"):
        path = self.path(f"{name}.yaml")
        pathlib.Path(path).write_text(
            f"- rule: {name}\n  desc: a test's\n  condition: {json.dumps(condition)}\n  output: {json.dumps(output)}\n  priority: INFO\n",
            encoding="utf-8")
        return path


class Stable(HostCase):
    @needs_upstream
    def test_a_sensitive_file_read_anywhere_raises_upstreams_alert(self):
        reader = self.named("odd-reader", "/bin/cat")
        with self.host(STABLE):
            subprocess.run([reader, "/etc/shadow"], stdout=subprocess.DEVNULL, check=True)
            alert = self.wait_for_alert("Read sensitive file untrusted", proc__name="odd-reader")
        fields = alert["output_fields"]
        self.assertEqual(fields["fd.name"], "/etc/shadow")
        self.assertEqual(fields["proc.exepath"], reader)
        self.assertEqual(fields["proc.cmdline"], "odd-reader /etc/shadow")
        self.assertEqual(fields["container.id"], "host")
        stats = json.loads(self.log().splitlines()[-1])
        self.assertLessEqual({"events", "lost", "unreadable", "not_remembered", "alerts", "matches"}, set(stats))
        self.assertGreaterEqual(stats["matches"]["Read sensitive file untrusted"], 1)

    @needs_upstream
    def test_a_machine_at_work_raises_nothing(self):
        with self.host(STABLE):
            for _ in range(20):
                subprocess.run(["sh", "-c", f"ls -l {self.directory} | cat; echo x > {self.path('x')}; rm {self.path('x')}"],
                               stdout=subprocess.DEVNULL, check=True)
        mine = [alert for alert in self.alerts() if self.directory in json.dumps(alert)]
        self.assertEqual(mine, [])


class Evidence(HostCase):
    def test_a_process_that_is_gone_is_told_of_as_it_was(self):
        program = self.named("short-lived")
        with self.host(self.write_rules("evt.type = execve and evt.res = SUCCESS and proc.name = short-lived",
                                        "%proc.exepath %proc.cmdline %proc.pname %proc.cwd %proc.aname[2] %user.uid")):
            subprocess.run(["/bin/sh", "-c", f"cd {self.directory}; {program} one two & wait"], check=True)
            fields = self.wait_for_alert("wanted")["output_fields"]
        self.assertEqual(fields["proc.exepath"], program)
        self.assertEqual(fields["proc.cmdline"], "short-lived one two")
        self.assertEqual(fields["proc.cwd"].rstrip("/"), self.directory)
        self.assertEqual(fields["user.uid"], 0)

    def test_a_relative_name_is_resolved_though_the_reader_is_gone(self):
        secret = self.path("secret")
        pathlib.Path(secret).write_text("x", encoding="utf-8")
        with self.host(self.write_rules(f"evt.type in (open, openat) and evt.is_open_read=true and fd.name = {secret}", "%fd.name %fd.nameraw")):
            subprocess.run(["/bin/cat", "secret"], cwd=self.directory, stdout=subprocess.DEVNULL, check=True)
            fields = self.wait_for_alert("wanted")["output_fields"]
        self.assertEqual(fields["fd.nameraw"], "secret")

    def test_a_connection_is_told_by_both_ends(self):
        listener = socket.socket()
        self.addCleanup(listener.close)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        port = listener.getsockname()[1]
        with self.host(self.write_rules(f"evt.type = connect and fd.sport = {port}", "%fd.name %fd.sip %fd.l4proto %proc.name")):
            subprocess.run([PYTHON, "-c", f"import socket; socket.create_connection(('127.0.0.1', {port}))"], check=True)
            fields = self.wait_for_alert("wanted")["output_fields"]
        self.assertEqual(fields["fd.sip"], "127.0.0.1")
        self.assertEqual(fields["fd.l4proto"], "tcp")
        self.assertTrue(fields["fd.name"].endswith(f"->127.0.0.1:{port}"), fields["fd.name"])

    def test_flags_and_modes_are_those_that_rules_know(self):
        made = self.path("made")
        with self.host(self.write_rules(f"evt.type in (open, openat) and evt.is_open_write=true and fd.name = {made}",
                                        "%evt.arg.flags %evt.arg.mode %evt.res")):
            os.close(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o640))
            fields = self.wait_for_alert("wanted")["output_fields"]
        self.assertIn("O_CREAT", fields["evt.arg.flags"])
        self.assertIn("O_WRONLY", fields["evt.arg.flags"])
        self.assertEqual(fields["evt.res"], "SUCCESS")


class Life(HostCase):
    def test_nothing_stays_loaded(self):
        if shutil.which("bpftool") is None and not os.path.exists("/usr/sbin/bpftool"):
            self.skipTest("bpftool is not here")

        def programs_of(pid):
            listed = json.loads(subprocess.run(["/usr/sbin/bpftool", "-j", "prog"], capture_output=True, text=True, check=True).stdout)
            return [one for one in listed if any(user["pid"] == pid for user in one.get("pids", []))]

        with self.host(self.write_rules("evt.type = openat and fd.name = /nowhere", "x")) as bewit:
            pid = bewit.pid
        self.assertEqual(programs_of(pid), [])
        self.assertIn('"lost":0,', self.log())

    def test_rules_with_errors_start_nothing(self):
        broken = self.path("broken.yaml")
        pathlib.Path(broken).write_text("- rule: broken\n  condition: evt.nonsense = 1\n  desc: x\n  output: x\n  priority: INFO\n", encoding="utf-8")
        done = subprocess.run([BEWIT, "host", "-r", broken], capture_output=True, text=True, timeout=LIMIT, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("broken.yaml", done.stderr)


class Permission(TestCase):
    @needs_ebpf
    def test_who_may_not_load_programs_is_told_so(self):
        prefix = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"] if os.geteuid() == 0 else []
        done = subprocess.run([*prefix, BEWIT, "host"], capture_output=True, text=True, timeout=LIMIT, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "by eBPF: .*(not permitted|Permission denied)")


if __name__ == "__main__":
    unittest.main()
