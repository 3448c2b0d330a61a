#!/usr/bin/env python3
"""The commands that run nothing: check, explain, fields, events, syscalls, version, help."""
import json
import os
import re
import subprocess
import unittest

import harness
from harness import BEWIT, INCUBATING, SANDBOX, STABLE, TestCase, needs_upstream


def bewit(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run([BEWIT, *words], capture_output=True, text=True, check=False, timeout=60)


RULE = "- rule: {name}\n  desc: d\n  condition: {condition}\n  output: {output}\n  priority: WARNING\n"


class Check(TestCase):
    def file(self, text: str) -> str:
        path = self.path("rules.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_the_built_in_rules_are_valid_without_a_warning(self):
        done = bewit("check", "builtin")
        self.assertEqual((done.returncode, done.stdout), (0, "builtin: Ok\n"))

    def test_a_bad_field_is_told_with_place_and_remedy(self):
        path = self.file(RULE.format(name="x", condition="evt.type = open and proc.nam = sh", output="o"))
        done = bewit("check", path)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{path}:3:34: error: ", done.stdout)
        self.assertIn("proc.name", done.stdout)

    def test_a_bad_output_is_told(self):
        path = self.file(RULE.format(name="x", condition="evt.type = open", output="file %nonsense.field"))
        done = bewit("check", path)
        self.assertEqual(done.returncode, 1)
        self.assertIn("LOAD_ERR_COMPILE_OUTPUT", done.stdout)

    def test_every_condition_that_is_refused_has_a_remedy(self):
        for condition in ("evt.type = open and", "evt.type = open or", "evt.arg[x = 1", "proc.args[ = 1", "proc.name = 'abc", "(evt.type = open", "evt.type open",
                          "proc.name in (a, b", "proc.name = ", "a.b and)", "evt.type=open or or x", "proc.name exists x", "fd.lport > abc", "proc.pid = 1.5",
                          "fd.ip = 1.2.3", "fd.ip = host", "fd.net = 1.2.3.4", "fd.net in (1.2.3.4/40)", "evt.is_open_read = maybe", "val(proc.name",
                          "toupper(proc.name", "proc.nme = a", "evt.type in (opn)", "proc.aname[a] = b", "proc.name pmatch", "proc.name = a b",
                          "proc.name startswith", "proc.pid startswith 3", "fd.sip endswith 3", "proc.name[1] = a", "proc.name bcontains 00",
                          "evt.buffer > 1", "proc.aname[99999999999999999999] = x", "toupper() = A", "proc.name regex '[a'", "proc.name && x"):
            path = self.file(RULE.format(name="x", condition=f'"{condition}"', output="o"))
            done = bewit("check", path)
            self.assertEqual(done.returncode, 1, condition)
            error, *rest = done.stdout.rstrip("\n").split("\n")[1:]
            self.assertRegex(error, f"\\A{path}:3:[0-9]+: error: ", condition)
            self.assertTrue("; " in error or re.match("  [a-z]", rest[-1]) and not rest[-1].startswith("  in "), done.stdout)
            result, = json.loads(bewit("check", "--json", path).stdout)["falco_load_results"]
            self.assertTrue("; " in error or result["errors"][0]["remedy"], condition)

    def test_every_output_that_is_refused_has_a_remedy(self):
        for output in ("%", "%(", "%toupper(proc.name x", "%toupper()", "%foo bar"):
            done = bewit("check", self.file(RULE.format(name="x", condition="evt.type = open", output=f'"{output}"')))
            self.assertEqual(done.returncode, 1, output)
            self.assertRegex(done.stdout.splitlines()[-1], r"\A  [a-z]", done.stdout)

    def test_names_that_stand_for_no_rule_file(self):
        self.assertIn("an empty name is no file", bewit("check", "").stderr)
        self.assertEqual(bewit("check", "").returncode, 2)
        empty = self.path("empty")
        os.mkdir(empty)
        done = bewit("check", empty)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"error: check: {empty} holds no rule file", done.stderr)
        done = bewit("check", "builtin", empty)
        self.assertEqual(done.returncode, 0)
        self.assertIn(f"warning: check: {empty} holds no rule file", done.stderr)

    def test_json_has_falco_s_shape(self):
        path = self.file(RULE.format(name="x", condition="evt.type = open and nonsense", output="o"))
        results = json.loads(bewit("check", "--json", path).stdout)["falco_load_results"]
        self.assertEqual([r["successful"] for r in results], [False])
        error = results[0]["errors"][0]
        self.assertLessEqual({"code", "codedesc", "message", "context"}, set(error))
        self.assertEqual(error["context"]["locations"][0]["position"]["name"], path)

    def test_every_file_is_judged_and_usage_is_2(self):
        good = self.file(RULE.format(name="x", condition="evt.type = open", output="o"))
        done = bewit("check", "/nowhere.yaml", good)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{good}: Ok", done.stdout)
        self.assertIn("/nowhere.yaml: Invalid", done.stdout)
        self.assertEqual(bewit("check").returncode, 2)
        self.assertEqual(bewit("check", "--no-such-option").returncode, 2)

    def test_every_problem_of_a_file_is_told_and_json_has_falco_s_one(self):
        conditions = ("evt.type = open and proc.nam = sh", "evt.type = open", "evt.type = open and nothing_of_the_kind", "evt.type = open and")
        path = self.file("".join(RULE.format(name=f"r{i}", condition=c, output="o") for i, c in enumerate(conditions)))
        lines = [line for line in bewit("check", path).stdout.splitlines() if ": error: " in line]
        self.assertEqual([line.split(":")[1] for line in lines], ["13", "18", "3"], lines)
        self.assertEqual(len(json.loads(bewit("check", "--json", path).stdout)["falco_load_results"][0]["errors"]), 1)
        path = self.file("".join(RULE.format(name=f"r{i}", condition=conditions[0], output="o") for i in range(3)) + "- rule: x\n- macro: y\n")
        lines = [line for line in bewit("check", path).stdout.splitlines() if ": error: " in line]
        self.assertEqual(len(lines), 2, lines)
        path = self.file("".join(RULE.format(name=f"r{i}", condition=conditions[0], output="o") for i in range(3)))
        self.assertEqual(bewit("check", path).stdout.count(": error: "), 3)

    def test_a_directory_without_rule_files_checks_nothing(self):
        done = bewit("check", self.directory)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("holds no rule file", done.stderr)

    def test_syntax_prints_the_canonical_form(self):
        done = bewit("check", "--syntax", "--condition", "a.b=1 and  not (c.d   in (x,y) or e)")
        self.assertEqual((done.returncode, done.stdout), (0, "(a.b = 1 and not (c.d in (x, y) or e))\n"))
        done = bewit("check", "--syntax", "--condition", "a.b = ")
        self.assertEqual(done.returncode, 1)
        self.assertIn("condition:1:", done.stderr)
        refused = json.loads(bewit("check", "--syntax", "--json", "--condition", "a.b =").stdout)
        self.assertFalse(refused["valid"])
        self.assertTrue(refused["remedy"])


class Selection(TestCase):
    def said(self, *options: str) -> str:
        done = bewit("run", *options, "--", "true")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def test_what_selects_nothing_is_told(self):
        self.assertEqual(self.said("-D", "Read of*", "-T", "T1105", "-t", "container"), "")
        self.assertIn("warning: no rule is called 'Read off*'", self.said("-D", "Read off*"))
        for option in ("-T", "-t"):
            self.assertIn("warning: no rule has the tag 'nothing'", self.said(option, "nothing"))
        self.assertIn("warning: no rule is loaded and selected", self.said("-t", "nothing"))

    def test_a_directory_without_rule_files_is_named(self):
        self.assertIn(f"warning: {self.directory} has no rule file", self.said("-r", self.directory))
        self.assertEqual(self.said("-r", "builtin"), "")

    def test_an_empty_name_is_no_file(self):
        done = bewit("run", "-r", "", "--", "true")
        self.assertEqual(done.returncode, 125)
        self.assertIn("--rules: an empty name is no file", done.stderr)

    def test_that_every_call_stops_is_a_warning(self):
        self.assertIn("warning: --on-failure continue: every syscall stops", self.said("--on-failure", "continue"))


class Explain(TestCase):
    def test_a_rule_that_is_not_there(self):
        self.assertIn("did you mean 'Read of password files'?", bewit("explain", "Read of passwd files").stderr)
        self.assertIn("`bewit explain` without a name shows all", bewit("explain", "quite another").stderr)

    def test_it_tells_what_stops_and_the_program(self):
        done = bewit("explain", "--json", "Read of password files")
        self.assertEqual(done.returncode, 0, done.stderr)
        explained = json.loads(done.stdout)
        self.assertEqual([r["rule"] for r in explained["rules"]], ["Read of password files"])
        self.assertIn("openat", explained["rules"][0]["events"])
        stops = {entry["event"]: entry for entry in explained["interest"] if entry["for"] == "rules"}
        self.assertEqual(stops["openat"]["stop"], "register test")
        self.assertNotIn("connect", stops)
        self.assertGreater(explained["seccomp"]["instructions"], 5)

    @needs_upstream
    def test_upstream_s_sets(self):
        for files in ([STABLE], [STABLE, INCUBATING, SANDBOX]):
            explained = json.loads(bewit("explain", "--json", *[word for file in files for word in ("-r", file)]).stdout)
            stops = {entry["event"]: entry["stop"] for entry in explained["interest"]}
            self.assertEqual(stops["socket"], "register test")
            self.assertEqual(stops["ptrace"], "register test")
            self.assertEqual(stops["execve"], "always")
            self.assertNotIn("read", stops)
            self.assertNotIn("close", stops)

    def test_an_option_s_value_is_one_word_and_the_rule_comes_behind_it(self):
        done = bewit("explain", "-r", "builtin", "Read of password files")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_it_tells_whether_a_file_is_any_rule_s_business(self):
        rule = "Read of password files"
        for name, read in (("/etc/shadow", True), ("/etc/sudoers.d/x", True), ("/etc/hostname", False), ("/srv/../etc/shadow", True)):
            answer = json.loads(bewit("explain", "--json", "--open", name, rule).stdout)
            self.assertEqual((answer["read"], answer["write"]), (read, name == "/srv/../etc/shadow"), name)
            self.assertEqual((answer["openat2"], answer["creat"]), (True, False), name)
        for name in ("", "etc/shadow"):
            self.assertEqual(bewit("explain", "--open", name, rule).returncode, 2)

    def test_an_unknown_rule_is_told_with_the_nearest(self):
        done = bewit("explain", "Read of pasword files")
        self.assertEqual(done.returncode, 1)
        self.assertIn("did you mean 'Read of password files'?", done.stderr)


class Catalogues(TestCase):
    def test_fields_events_and_syscalls_are_listed(self):
        for command, name in (("fields", "proc.name"), ("events", "openat"), ("syscalls", "execve")):
            listed = json.loads(bewit(command, "--json").stdout)
            self.assertIn(name, [entry["name"] for entry in listed])
            self.assertTrue(bewit(command, "--markdown").stdout.startswith("| "))
            self.assertIn(name, bewit(command).stdout)

    def test_every_field_of_the_reference_exists(self):
        reference = harness.SOURCE_ROOT.parent / "shared" / "reference" / "fields.json"
        if not reference.exists():
            self.skipTest("the reference is not here")
        wanted = {entry["name"] for entry in json.loads(reference.read_text(encoding="utf-8")) if entry["name"] != "NA"}
        self.assertEqual(wanted - {entry["name"] for entry in json.loads(bewit("fields", "--json").stdout)}, set())

    def test_version(self):
        version = json.loads(bewit("version", "--json").stdout)
        self.assertLessEqual({"version", "commit", "engine_version", "architecture", "sources"}, set(version))
        self.assertIn("engine version: 0.63.0", bewit("version").stdout)
        self.assertEqual(bewit("--version").stdout, bewit("version").stdout)


class Help(TestCase):
    def test_examples_come_first(self):
        for words in ((), ("run",), ("check",), ("explain",), ("fields",)):
            done = bewit(*words, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertTrue(done.stdout.startswith("Examples:\n  bewit "), done.stdout[:80])

    def test_usage_errors_are_2(self):
        for words in ((), ("no-such-command",), ("fields", "--no-such-option"), ("explain", "a", "b", "c")):
            done = bewit(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertRegex(done.stderr, r"\Abewit: error: .*; `bewit.* --help` shows how it is used\n\Z")
        self.assertIn("'no-such-command'", bewit("no-such-command").stderr)
        self.assertIn("did you mean 'check'?", bewit("chek").stderr)
        self.assertIn("no option is called '--bogus'", bewit("--bogus").stderr)
        for words, said in (("--pid", "abc"), "'abc' is no process number"), (("--pid", "0"), "'0' is no"), (("--pid", "1", "--all"), "leave out --pid"):
            done = bewit("attach", *words)
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr)
        self.assertEqual(bewit("run", "--format", "xml", "--", "true").returncode, 125)

    def test_words_that_nothing_takes_and_values_that_are_missing_are_named(self):
        for words, said in ((("run", "--fromat", "json"), "no option is called '--fromat': did you mean '--format'?"),
                            (("host", "-x"), "no option is called '-x'"),
                            (("attach", "12"), "nothing takes the word '12'"),
                            (("run", "-r"), "--rules needs a value: SRC"),
                            (("run", "--user"), "--user needs a value: UID[:GID]"),
                            (("run", "--no-seccomp=x"), "--no-seccomp = x: the option takes no such value"),
                            (("host", "--ring", "x"), "--ring: x not in {1,2,4")):
            done = bewit(*words)
            self.assertEqual(done.returncode, 125 if words[0] == "run" else 2, words)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertTrue(done.stderr.startswith(f"bewit: error: {said}"), done.stderr)

    def test_an_empty_value_is_not_as_if_the_option_were_not_there(self):
        for option in ("--user", "--config", "--priority"):
            done = bewit("run", option, "", "--", "true")
            self.assertEqual(done.returncode, 125, option)
            self.assertIn(f"{option}: the value is empty", done.stderr)

    def test_help_is_a_command_too(self):
        self.assertEqual(bewit("help").stdout, bewit("--help").stdout)
        self.assertEqual(bewit("help", "run", "--", "false").stdout, bewit("run", "--help").stdout)

    def test_a_value_that_is_hardly_meant_as_the_command(self):
        done = bewit("run", "--stats", "json", "--", "true")
        self.assertEqual(done.returncode, 125)
        self.assertIn("--stats=json", done.stderr)

    def test_run_shows_where_the_command_stands(self):
        self.assertIn("Usage: bewit run [OPTIONS] [--] COMMAND [ARG...]", bewit("run", "--help").stdout)


class Doctor(TestCase):
    def doctor(self, *prefix: str) -> dict:
        done = subprocess.run([*prefix, BEWIT, "doctor", "--offline", "--json"], capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def test_one_source_is_recommended_and_each_that_does_not_work_has_a_reason(self):
        report = self.doctor()
        self.assertEqual([row["source"] for row in report["sources"]], ["kmod", "ebpf", "ptrace"])
        works = [row["source"] for row in report["sources"] if row["works"]]
        self.assertEqual(report["recommendation"], works[0])
        self.assertTrue(all(row["reason"] for row in report["sources"] if not row["works"]))

    @harness.needs_root
    def test_without_privileges_it_is_ptrace_and_the_capability_is_named(self):
        report = self.doctor("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all")
        self.assertEqual(report["recommendation"], "ptrace")
        self.assertEqual(report["command"], "bewit run -- COMMAND")
        ebpf = next(row for row in report["sources"] if row["source"] == "ebpf")
        self.assertFalse(ebpf["works"])
        if report["evidence"]["btf"]:
            self.assertRegex(ebpf["reason"], "CAP_BPF|without its eBPF source")

    def test_the_text_ends_with_the_command_line(self):
        done = bewit("doctor", "--offline")
        self.assertRegex(done.stdout.rstrip().splitlines()[-1], r"^  (sudo )?bewit (host --source \w+|run -- COMMAND)$")


if __name__ == "__main__":
    unittest.main()
