#!/usr/bin/env python3
"""Names and rules: rows C1 to C4 of docs/security.md."""
import json
import os
import pathlib
import shutil
import stat
import subprocess
import unittest

import evasion
from evasion import TestCase, WAYS, program
import harness
from harness import BEWIT, needs_root


class Links(TestCase):
    """C1: a name that leads through symbolic links to another one."""

    MODES = ((), ("--no-seccomp",), ("--interception", "strict"))
    # Opens 3000 plain names at one place first, which the runtime then takes over.
    HEAT = """
import os, sys
for name in [sys.argv[0]] * 3000 + sys.argv[1:]:
    os.close(os.open(name, os.O_RDONLY))
"""

    def setUp(self):
        super().setUp()
        self.rules = self.rule_file(evasion.MARKED.format(name="/etc/marked-file").replace("endswith", "=").replace("/etc/marked-file", self.marked))
        self.show("given=%bewit.path.given")
        os.mkdir(self.path("below"))
        os.symlink(self.path("below"), self.path("elsewhere"))

    def opened(self, name, options, cwd=None):
        result = harness.run(["/bin/cat", name], rules=[self.rules], options=options, cwd=cwd or self.directory)
        self.assertEqual((result.status, result.stdout, result.rules()), (0, "x", ["Marked file opened"]), (name, options, result.stderr))
        return result.alerts[0]

    def test_c1_a_rule_holds_for_the_name_that_the_kernel_resolved(self):
        os.symlink("/", self.path("root"))
        os.symlink(self.marked, self.path("link"))
        os.symlink("link", self.path("chain"))
        names = [self.path("root") + self.marked, "/proc/self/root" + self.marked, self.path("link"), "chain", "elsewhere/../marked-file",
                 f"/proc/self/cwd/{os.path.basename(self.marked)}"]
        os.rmdir(self.path("below"))
        os.unlink(self.path("elsewhere"))
        os.makedirs(self.path("a/b"))
        os.symlink("a/b", self.path("elsewhere"))
        os.symlink("../marked-file", self.path("a/marked-file"))
        for options in self.MODES:
            for name in names:
                alert = self.opened(name, options)
                fields = alert["output_fields"]
                self.assertEqual((fields["fd.name"], fields["bewit.path.real"]), (self.marked, self.marked), name)
                given = name if name.startswith("/") else os.path.normpath(f"{self.directory}/{name}")
                if given != self.marked:
                    self.assertEqual(fields["bewit.path.given"], given)
                    self.assertIn(f"bewit_path_given={given}", alert["output"])

    def test_c1_a_name_that_leads_nowhere_else_is_as_falco_has_it(self):
        for options in self.MODES:
            alert = self.opened("../" + os.path.basename(self.directory) + "/./marked-file", options)
            self.assertEqual((alert["output_fields"]["fd.name"], alert["output_fields"]["bewit.path.given"]), (self.marked, None))
            self.assertNotIn("bewit_path_given", alert["output"])

    def test_c1_what_is_made_by_way_of_a_link(self):
        self.add_rule("Written below", f"evt.type in (open, openat) and evt.is_open_write = true and fd.num >= 0 and fd.directory = {self.path('below')}", "x=%fd.name")
        for options in self.MODES:
            result = harness.run(["/bin/sh", "-c", "echo x >> elsewhere/new"], rules=[self.rules], options=options, cwd=self.directory)
            self.assertEqual((result.status, result.rules()), (0, ["Written below"]), result.stderr)
            self.assertEqual(result.alerts[0]["output_fields"]["fd.name"], self.path("below/new"))
            os.unlink(self.path("below/new"))

    def test_c1_at_a_place_that_stops_no_more(self):
        os.symlink(self.marked, self.path("link"))
        for options in ((), ("--interception", "strict")):
            result = harness.run([harness.PYTHON, "-c", self.HEAT.replace("sys.argv[0]", "'/etc/hostname'"), self.path("link"), self.marked], rules=[self.rules], options=options)
            self.assertEqual((result.status, result.rules()), (0, ["Marked file opened"] * 2), result.stderr)

    @needs_root
    def test_c1_from_another_root(self):
        for options in self.MODES:
            result = harness.run([harness.PYTHON, "-c", "import os, sys; os.chroot(sys.argv[1]); os.chdir('/'); os.open('/marked-file', os.O_RDONLY)", self.directory],
                                 rules=[self.rules], options=options)
            self.assertEqual((result.status, result.rules()), (0, ["Marked file opened"]), (options, result.stderr))
            self.assertEqual(result.alerts[0]["output_fields"]["bewit.path.given"], "/marked-file")

    @needs_root
    def test_c1_behind_mounts_of_its_own(self):
        # `link` is in `below` for whoever has those mounts only.
        os.mkdir(self.path("hidden"))
        os.symlink(self.marked, self.path("hidden/link"))
        inside = f"mount --bind hidden below && cat {self.path('below/link')}"
        clone = f"""
import ctypes, os, signal, sys
if ctypes.CDLL(None).syscall(56, 0x20000 | signal.SIGCHLD, 0, 0, 0, 0) == 0:
    os.execvp("sh", ["sh", "-c", "mount --make-rprivate / && {inside}"])
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""
        for options in self.MODES:
            for command in (["unshare", "--mount", "sh", "-c", inside], [harness.PYTHON, "-c", clone]):
                result = harness.run(command, rules=[self.rules], options=options, cwd=self.directory)
                self.assertEqual((result.status, result.stdout, result.rules()), (0, "x", ["Marked file opened"]), (options, command, result.stderr))

    def test_c1_by_the_rules_of_openat2(self):
        # openat2(2), RESOLVE_IN_ROOT: what looks absolute begins at the descriptor.
        script = """
import ctypes, os, struct, sys
directory = os.open(sys.argv[1], os.O_RDONLY)
how = struct.pack("QQQ", os.O_RDONLY, 0, 0x10)
sys.exit(ctypes.CDLL(None).syscall(437, directory, b"/marked-file", how, len(how)) < 0)
"""
        for options in self.MODES:
            result = harness.run([harness.PYTHON, "-c", script, self.directory], rules=[self.rules], options=options)
            self.assertEqual((result.status, result.rules()), (0, ["Marked file opened"]), (options, result.stderr))

    def test_c1_the_first_rule_that_holds_is_the_given_name_s(self):
        os.symlink(self.marked, self.path("link"))
        self.add_rule("Given", f"evt.type in (open, openat) and fd.num >= 0 and fd.name = {self.path('link')}")
        result = harness.run(["/bin/cat", self.path("link")], rules=[self.rules])
        self.assertEqual(result.rules(), ["Given"])
        result = harness.run(["/bin/cat", self.path("link")], rules=[self.rules], options=("-o", "rule_matching=all"))
        self.assertEqual(sorted(result.rules()), ["Given", "Marked file opened"])


class Disguises(TestCase):
    def test_c2_the_kernel_s_own_word_of_a_program_stands_beside_what_it_says_of_itself(self):
        trusted = self.named("sshd", program("disguise"))
        self.show("command=%proc.cmdline exe=%proc.exe inode=%proc.exe_ino")
        for options in WAYS:
            result = harness.run([trusted, self.marked], rules=[self.rules], options=options)
            self.assertEqual(result.status, 0, result.stderr)
            fields = self.assert_alert(result, "Marked file opened", fd__name=self.marked)["output_fields"]
            # What it calls itself from then on is its name, as everywhere (prctl(2)); its command line is the one that it was run with.
            self.assertEqual((fields["proc.name"], fields["proc.exepath"], fields["proc.exe_ino"]), ("nginx", trusted, os.stat(trusted).st_ino))
            self.assertEqual((fields["proc.exe"], fields["proc.cmdline"]), (trusted, f"nginx {self.marked}"))

    def test_c2_ancestors_that_have_names_only(self):
        # The chain is of copies with trusted names; where they came from is told for each of them.
        rules = self.rule_file("- rule: chain\n  desc: d\n  priority: INFO\n  condition: evt.type in (open, openat) and fd.num >= 0 and fd.name endswith /marked-file\n"
                               "  output: a=%proc.aname[1] b=%proc.aname[2] c=%proc.aexepath[1] d=%proc.aexepath[2]\n")
        inner, outer = self.named("sshd", "/bin/dash"), self.named("cron", "/bin/dash")
        result = harness.run([outer, "-c", f"{inner} -c 'cat {self.marked}; true'; true"], rules=[rules])
        fields = result.of("chain")[0]["output_fields"]
        self.assertEqual([fields[name] for name in ("proc.aname[1]", "proc.aname[2]", "proc.aexepath[1]", "proc.aexepath[2]")],
                         ["sshd", "cron", inner, outer])


class Twins(TestCase):
    def twin(self, way, options=(), rules=None, **keywords):
        result = harness.run([program("twins"), way, self.marked], rules=rules or [self.rules], options=options, **keywords)
        self.assertEqual((result.status, result.stdout), (0, "done\n"), (way, result.stderr))
        return result

    def test_c3_every_way_to_open_a_file_is_told_with_its_name(self):
        for options in WAYS:
            for way, kind in (("openat2", "openat2"), ("creat", "creat"), ("handle", "open_by_handle_at"), ("path-descriptor", "openat")):
                if way == "handle" and os.geteuid() != 0:
                    continue
                result = self.twin(way, options)
                opened = [alert["output_fields"] for alert in result.of("Marked file opened")]
                self.assertIn((kind, self.marked), [(fields["evt.type"], fields["bewit.path.real"]) for fields in opened], way)

    def test_c3_a_program_run_by_its_descriptor(self):
        shutil.copy("/bin/true", self.marked)
        os.chmod(self.marked, 0o755)
        self.add_rule("Run", "evt.type in (execve, execveat) and evt.rawres = 0 and proc.exepath endswith /marked-file", "type=%evt.type exe=%proc.exe")
        for options in WAYS:
            result = harness.run([program("twins"), "execveat", self.marked], rules=[self.rules], options=options)
            self.assertEqual((result.status, result.stdout, len(result.of("Run"))), (0, "", 1), result.stderr)

    def test_c3_a_setuid_bit_set_by_the_younger_call(self):
        for options in WAYS:
            for way in ("fchmodat2", "fchmodat2-empty"):
                os.chmod(self.marked, 0o644)
                result = self.twin(way, options, rules=["builtin"])
                self.assertTrue(os.stat(self.marked).st_mode & stat.S_ISUID)
                self.assertIn("Setuid or setgid bit set", result.rules())

    def test_c3_a_message_sent_in_company(self):
        self.add_rule("Sent", "evt.type in (sendto, sendmsg, sendmmsg) and fd.sip = 127.0.0.9 and fd.sport = 4444", "type=%evt.type")
        for options in WAYS:
            for way in ("sendmsg", "sendmmsg"):
                result = self.twin(way, options)
                self.assertEqual([alert["output_fields"]["evt.type"] for alert in result.of("Sent")], [way])

    def test_c3_a_connection_as_standard_input_however_it_came_there(self):
        for options in WAYS:
            for way in ("dup2", "dup3", "fcntl", "pidfd_getfd", "message"):
                result = self.twin(way, options, rules=["builtin"], stdin="")
                self.assertIn("Shell on a network connection", result.rules(), way)
                if way in ("dup2", "dup3", "fcntl"):
                    self.assertIn("Reverse shell", result.rules(), way)


class Strings(TestCase):
    """B3: what lies at the edge of what can be read, or is longer than what is."""

    OPEN = """
import ctypes, mmap, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
name = sys.argv[1].encode()
pages = libc.mmap(None, ctypes.c_size_t(3 * 4096), 3, 0x22, -1, 0)
end = pages + 2 * 4096
libc.mprotect(ctypes.c_void_p(end), ctypes.c_size_t(4096), 0)
ctypes.memmove(end - len(name) - 1, name + b"\\0", len(name) + 1)
sys.exit(libc.open(ctypes.c_void_p(end - len(name) - 1), 0) < 0)
"""

    def test_b3_a_name_that_ends_with_the_last_page(self):
        self.show("cut=%bewit.truncated")
        longest = self.directory + "/." * ((4095 - len(self.marked)) // 2) + "/marked-file"
        for options in WAYS:
            for name, cut in ((self.marked, False), (longest, None)):
                result = harness.run([harness.PYTHON, "-c", self.OPEN, name], rules=[self.rules], options=options)
                self.assertEqual((result.status, result.rules()), (0, ["Marked file opened"]), result.stderr)
                self.assertEqual(result.alerts[0]["output_fields"]["bewit.path.real"], self.marked)
                if cut is not None:
                    self.assertEqual(result.alerts[0]["output_fields"]["bewit.truncated"], cut)

    def test_b3_arguments_and_an_environment_longer_than_what_is_kept(self):
        self.add_rule("Ran", "evt.type = execve and evt.rawres = 0 and proc.name = true and proc.args startswith first and proc.exepath exists", "args=%proc.args cut=%bewit.truncated")
        many = [f"{number}=" + "v" * 1000 for number in range(1000)]
        for options in WAYS:
            for argument in ("x" * 131071, "x" * 4096, "x" * 4000, ""):
                result = harness.run([harness.PYTHON, "-c", "import os, sys; os.execve('/bin/true', ['true', 'first', 'x' * int(sys.argv[1])], dict(v.split('=') for v in sys.argv[2:]))",
                                      str(len(argument)), *many], rules=[self.rules], options=options)
                self.assertEqual((result.status, result.rules()), (0, ["Ran"]), result.stderr)
                fields = result.alerts[0]["output_fields"]
                # What is behind the first 4096 bytes is not there for rules, which the event says.
                self.assertEqual(fields["proc.args"], ("first " + argument)[:len(fields["proc.args"])])
                self.assertEqual(fields["bewit.truncated"], len(argument) > 4000)


class Characters(TestCase):
    # A line's end, a terminal's commands, what is no UTF-8, and what only looks like the end of a string.
    ODD = b"a\nb\r\x1b[31m\x07\xff\xc3(\xe2\x80\xae\"}\\\x7f\xc2\x9b\t"

    def setUp(self):
        super().setUp()
        self.file = os.fsencode(self.directory) + b"/" + self.ODD + b"/marked-file"
        os.mkdir(os.path.dirname(self.file))
        pathlib.Path(os.fsdecode(self.file)).write_text("x", encoding="utf-8")
        self.show("command=%proc.cmdline")

    def output(self, form):
        # What cat says of its own goes elsewhere: an alert may come between two pieces of it.
        done = subprocess.run([BEWIT, "run", "-r", self.rules, "--format", form, "--", "/bin/sh", "-c", 'exec /bin/cat "$@" 2>/dev/null', "sh", self.file, b"/nowhere/" + self.ODD],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, env={**os.environ, "LC_ALL": "C"})
        return [line for line in done.stderr.split(b"\n") if line]

    def test_c4_json_is_one_line_valid_and_plain(self):
        lines = [line for line in self.output("json") if line.startswith(b"{")]
        self.assertEqual(len(lines), 1, lines)
        self.assertFalse(any(byte < 0x20 or byte == 0x7f for byte in lines[0]), lines)
        alert = json.loads(lines[0].decode("utf-8"))
        self.assertEqual(alert["rule"], "Marked file opened")
        self.assertTrue(alert["output_fields"]["fd.name"].startswith(self.directory + "/a"))
        self.assertIn("marked-file", alert["output_fields"]["proc.cmdline"])

    def test_c4_text_is_one_line_and_does_nothing_to_a_terminal(self):
        lines = [line for line in self.output("text") if b"Warning" in line]
        self.assertEqual(len(lines), 1, lines)
        self.assertIn(b"marked-file", lines[0])
        text = lines[0].decode("utf-8")
        self.assertFalse([character for character in text if ord(character) < 0x20 or 0x7f <= ord(character) < 0xa0], text)


if __name__ == "__main__":
    unittest.main()
