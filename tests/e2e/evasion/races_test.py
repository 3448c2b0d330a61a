#!/usr/bin/env python3
"""Time of check, time of use: rows B1, B2 and B4 of the threat model (docs/security.md). BEWIT_RACE_TRIES=100000 is what it asks for."""
import json
import os
import pathlib
import shutil
import unittest

import evasion
from evasion import TestCase, TRIES, WAYS, program
import harness


class Races(TestCase):
    def setUp(self):
        super().setUp()
        for name in ("file-d", "file-e"):
            os.mkdir(self.path(name))
        for name in ("file-a", "file-b", "file-d/name", "file-e/name"):
            pathlib.Path(self.path(name)).touch()
        for letter in "ab":
            shutil.copy(program("which"), self.path(f"run-{letter}"))
            os.mkfifo(self.path(f"fifo-{letter}"))
        self.rules = self.rule_file("")

    def race(self, way, options, tries=TRIES):
        """Lines of the program, and how often each rule matched."""
        command = [program("races"), way, self.directory, str(tries)]
        result = harness.run(command, rules=[self.rules], alerts=False, timeout=900,
                             options=["--alerts", "/dev/null", "--stats=json", "-q", "-o", "rule_matching=all", *options])
        self.assertEqual(result.status, 0, result.stderr)
        for left in ("link", "socket-b"):
            pathlib.Path(self.path(left)).unlink(missing_ok=True)
        found = {words[0]: tuple(map(int, words[1:])) for words in map(str.split, result.stdout.splitlines()) if not words[0].isdigit()}
        return found, json.loads(result.stderr.splitlines()[-1])["matches"]

    def check_opens(self, way, marked, other):
        self.add_rule("marked", f"evt.type in (open, openat) and fd.num >= 0 and bewit.path.real = {self.path(marked)}")
        self.add_rule("other", f"evt.type in (open, openat) and fd.num >= 0 and bewit.path.real = {self.path(other)}")
        for options in (*WAYS, ("--interception", "strict")):
            with self.subTest(options=options):
                found, matches = self.race(way, options)
                self.assertEqual((matches.get("marked", 0), matches.get("other", 0)), found[way])
                self.assertGreater(min(found[way]), 0)

    def test_b1_a_name_that_changes_meanwhile_is_told_as_what_was_opened(self):
        self.check_opens("open", "file-b", "file-a")

    def test_b4_a_symbolic_link_that_changes_meanwhile(self):
        self.check_opens("link", "file-e/name", "file-d/name")

    def test_b4_a_directory_s_descriptor_that_changes_meanwhile(self):
        self.check_opens("dirfd", "file-e/name", "file-d/name")

    def test_b1_a_program_and_its_argument_that_change_meanwhile(self):
        for letter, name in (("b", "marked"), ("a", "other")):
            self.add_rule(name, f"evt.type = execve and evt.rawres = 0 and proc.exepath = {self.path('run-' + letter)}")
            self.add_rule("with " + name, f"evt.type = execve and evt.rawres = 0 and proc.exepath startswith {self.path('run-')} and proc.args = {letter}")
        for options in WAYS:
            with self.subTest(options=options):
                found, matches = self.race("exec", options)
                self.assertEqual((matches.get("marked", 0), matches.get("other", 0)), found["exec"])
                self.assertEqual((matches.get("with marked", 0), matches.get("with other", 0)), found["argument"])
                self.assertGreater(min(found["exec"] + found["argument"]), 0)

    def test_b1_an_address_that_changes_meanwhile(self):
        # The ports are those of the program's own servers: the first pair that is free.
        self.add_rule("marked", "evt.type = connect and evt.rawres = 0 and fd.sip = 127.0.0.1 and fd.sport in (20001, 20003, 20005, 20007)")
        self.add_rule("other", "evt.type = connect and evt.rawres = 0 and fd.sip = 127.0.0.1 and fd.sport in (20000, 20002, 20004, 20006)")
        for way in ("tcp", "udp"):
            for options in WAYS:
                with self.subTest(way=way, options=options):
                    found, matches = self.race(way, options)
                    self.assertEqual((matches.get("marked", 0), matches.get("other", 0)), found["connect"])
                    self.assertGreater(min(found["connect"]), 0)

    def test_b2_what_changes_while_the_call_waits_is_told_as_it_was(self):
        for letter, name in (("b", "marked"), ("a", "other")):
            self.add_rule(name, f"evt.type in (open, openat) and fd.num >= 0 and fd.name = {self.path('fifo-' + letter)} and evt.is_open_read = true")
            self.add_rule("connected to " + name, f"evt.type = connect and fd.name contains {self.path('socket-' + letter)}")
        for options in WAYS:
            with self.subTest(options=options):
                tries = TRIES // 10
                found, matches = self.race("fifo", options, tries)
                self.assertEqual((found["fifo"], matches.get("marked"), matches.get("other")), ((tries, 0), tries, None))
                found, matches = self.race("unix", options, tries)
                self.assertEqual((found["unix"], matches.get("connected to marked"), matches.get("connected to other")), ((tries, 0), tries + 1, None))


if __name__ == "__main__":
    unittest.main()
