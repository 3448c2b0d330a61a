#!/usr/bin/env python3
"""Time of check, time of use: rows B1, B2 and B4 of docs/security.md. BEWIT_RACE_TRIES=100000 is what it asks for.

Every try is compared: the program knows what the kernel did, and bewit reports in the same order.
"""
import os
import pathlib
import shutil
import unittest

from evasion import TestCase, TRIES, WAYS, program
import harness

RULE = "- rule: {name}\n  desc: d\n  condition: {condition}\n  output: {output}\n  priority: INFO\n"


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

    def race(self, way, options, condition, output, tries=TRIES):
        """The program's lines, and the output fields of each alert."""
        rules = self.rule_file(RULE.format(name="r", condition=condition, output=output))
        result = harness.run([program("races"), way, self.directory, str(tries)], rules=[rules], timeout=1800,
                             options=["-o", "outputs_queue.capacity=1000000", "-o", "append_output=[]", *options])
        self.assertEqual((result.status, result.stderr), (0, ""))
        for left in ("link", "socket-b"):
            pathlib.Path(self.path(left)).unlink(missing_ok=True)
        lines = result.stdout.splitlines()
        self.assertEqual(len(lines[0]), tries)
        return lines, [alert["output_fields"] for alert in result.alerts]

    def compare(self, what, options, truth, reported, raced):
        """`raced`: how often what the call was given had changed by the time that the kernel looked, as far as that is known."""
        self.assertEqual(len(reported), len(truth))
        wrong = sum(one != other for one, other in zip(reported, truth))
        print(f"{what} {' '.join(options)}: {len(truth)} tries, {truth.count('b')} marked, changed meanwhile {raced}, {wrong} wrong reports", flush=True)
        self.assertEqual(wrong, 0)
        self.assertGreater(min(truth.count("a"), truth.count("b")), 0)

    def check_opens(self, way, marked, other):
        letters = {self.path(marked): "b", self.path(other): "a"}
        for options in (*WAYS, ("--interception", "strict")):
            with self.subTest(options=options):
                condition = f"evt.type in (open, openat) and fd.num >= 0 and bewit.path.real in ({', '.join(letters)})"
                lines, alerts = self.race(way, options, condition, "f=%fd.name r=%bewit.path.real")
                reported = "".join(letters[fields["bewit.path.real"]] for fields in alerts)
                raced = sum(fields["fd.name"] != fields["bewit.path.real"] for fields in alerts) if way != "link" else "unknown"
                self.compare(way, options, lines[0], reported, raced)

    def test_b1_a_name_that_changes_meanwhile_is_told_as_what_was_opened(self):
        self.check_opens("open", "file-b", "file-a")

    def test_b4_a_symbolic_link_that_changes_meanwhile(self):
        self.check_opens("link", "file-e/name", "file-d/name")

    def test_b4_a_directory_s_descriptor_that_changes_meanwhile(self):
        self.check_opens("dirfd", "file-e/name", "file-d/name")

    def test_b1_a_program_and_its_argument_that_change_meanwhile(self):
        for options in WAYS:
            with self.subTest(options=options):
                condition = f"evt.type = execve and evt.rawres = 0 and proc.exepath startswith {self.path('run-')}"
                lines, alerts = self.race("exec", options, condition, "p=%proc.exepath a=%proc.args n=%proc.name")
                self.compare("program", options, lines[0], "".join(fields["proc.exepath"][-1] for fields in alerts), "unknown")
                self.compare("argument", options, lines[1], "".join(fields["proc.args"] for fields in alerts), "unknown")

    def test_b1_an_address_that_changes_meanwhile(self):
        for way in ("tcp", "udp"):
            for options in WAYS:
                with self.subTest(way=way, options=options):
                    condition = "evt.type = connect and evt.rawres = 0 and fd.sip = 127.0.0.1"
                    lines, alerts = self.race(way, options, condition, "p=%fd.sport a=%evt.arg.addr")
                    reported = "".join("ab"[int(fields["fd.sport"]) % 2] for fields in alerts)
                    raced = sum(not fields["evt.arg.addr"].endswith(f":{fields['fd.sport']}") for fields in alerts)
                    self.compare(way, options, lines[0], reported, raced)

    def test_b2_what_changes_while_the_call_waits_is_told_as_it_was(self):
        tries = TRIES // 10
        for options in WAYS:
            with self.subTest(options=options):
                condition = f"evt.type in (open, openat) and fd.num >= 0 and fd.name startswith {self.path('fifo-')} and evt.is_open_read = true"
                lines, alerts = self.race("fifo", options, condition, "n=%fd.name", tries)
                self.assertEqual((lines[0], "".join(fields["fd.name"][-1] for fields in alerts)), ("b" * tries, "b" * tries))
                condition = f"evt.type = connect and evt.rawres = 0 and fd.name contains {self.path('socket-')}"
                lines, alerts = self.race("unix", options, condition, "n=%fd.name", tries)
                # One more at its beginning fills the queue.
                self.assertEqual((lines[0], [fields["fd.name"][-1] for fields in alerts]), ("b" * tries, ["b"] * (tries + 1)))


if __name__ == "__main__":
    unittest.main()
