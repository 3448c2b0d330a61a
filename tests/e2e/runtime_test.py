#!/usr/bin/env python3
"""The runtime inside the workload: calls that no rule cares about no longer stop, and nothing else is different."""
import json
import os
import platform
import subprocess
import unittest

import harness
from harness import BEWIT, TestCase, run

HOT_OPENS = str(harness.PROGRAMS / "hot_opens")


@unittest.skipUnless(platform.machine() == "x86_64", "there is no runtime for this architecture")
class Runtime(TestCase):
    def setUp(self) -> None:
        super().setUp()
        for name in ("plain", "secret"):
            with open(self.path(name), "w", encoding="utf-8") as file:
                file.write(name + "\n")
        os.symlink("plain", self.path("link"))
        os.mkfifo(self.path("fifo"))
        self.rules = self.path("rules.yaml")
        with open(self.rules, "w", encoding="utf-8") as file:
            file.write("- rule: secret\n  desc: d\n  output: o\n  priority: WARNING\n"
                       f"  condition: evt.type in (open, openat, openat2) and fd.name = {self.path('secret')}\n")

    def hot_opens(self, mode: str) -> tuple[harness.Result, dict]:
        result = run([HOT_OPENS, self.directory], rules=[self.rules], options=["--interception", mode, "--stats=json", "-q"])
        lines = result.stderr.splitlines()
        self.assertEqual((result.status, result.stdout, len(lines)), (0, "secret\nright\n", 1), result.stderr)
        return result, json.loads(lines[0])

    def test_hot_opens_are_right_and_seen_in_every_mode(self):
        native = subprocess.run([HOT_OPENS, self.directory], capture_output=True, text=True, check=True)
        self.assertEqual((native.stdout, native.stderr), ("secret\nright\n", ""))
        strict, counted_strict = self.hot_opens("strict")
        self.assertEqual(strict.rules(), ["secret"] * 7)
        self.assertEqual(counted_strict["runtime_sites"], 0)
        for mode in ("auto", "fast"):
            result, counted = self.hot_opens(mode)
            self.assertEqual(result.rules(), strict.rules())
            self.assertGreaterEqual(counted["runtime_sites"], 2)
            self.assertLess(counted["stops"], counted_strict["stops"] * 0.7)

    def test_relative_names_are_right_and_seen_in_every_mode(self):
        os.mkdir(self.path("sub"))
        with open(self.path("sub/plain"), "w", encoding="utf-8") as file:
            file.write("sub\n")
        os.remove(self.path("link"))
        os.symlink("secret", self.path("link"))
        command = [str(harness.PROGRAMS / "relative_opens"), self.directory]
        native = subprocess.run(command, capture_output=True, text=True, check=True)
        self.assertEqual((native.stdout, native.stderr), ("right\n", ""))
        counted = {}
        for mode in ("strict", "auto"):
            result = run(command, rules=[self.rules], options=["--interception", mode, "--stats=json", "-q"])
            self.assertEqual((result.status, result.stdout), (0, "right\n"), result.stderr)
            counted[mode] = json.loads(result.stderr)
            self.assertEqual(len(result.of("secret")), 13, mode)
        self.assertEqual(counted["strict"]["runtime_sites"], 0)
        self.assertLess(counted["auto"]["stops"], counted["strict"]["stops"] * 0.4)

    def test_no_event_of_many_threads_is_lost_or_told_twice(self):
        # BEWIT_STORM_CALLS=10000000 takes a minute.
        calls = int(os.environ.get("BEWIT_STORM_CALLS", "200000"))
        for mode in ("strict", "auto") if calls <= 1000000 else ("auto",):
            result = run([str(harness.PROGRAMS / "open_storm"), self.directory, "64", str(calls)], rules=[self.rules],
                         options=["--interception", mode, "--stats=json", "-q"], timeout=600)
            self.assertEqual((result.status, result.stdout), (0, f"{calls - calls // 1000} {calls // 1000}\n"), result.stderr)
            self.assertEqual(len(result.of("secret")), calls // 1000)
            self.assertEqual(json.loads(result.stderr)["runtime_sites"] > 0, mode == "auto")

    def test_syscall_user_dispatch_traps_what_it_traps_natively_and_as_what_it_is(self):
        command = [str(harness.PROGRAMS / "dispatch"), self.path("plain"), self.path("secret")]
        native = subprocess.run(command, capture_output=True, text=True, check=True)
        if native.stdout == "no dispatch\n":
            self.skipTest("this kernel has no Syscall User Dispatch")
        self.assertEqual(len(native.stdout.splitlines()), 5)
        for mode in ("strict", "auto"):
            # What finds the runtime there is enough for it to be in the way.
            result = run(command, rules=[self.rules], options=["--interception", mode, "--stats=json", "-q"])
            self.assertEqual((result.status, result.stdout), (0, native.stdout), mode)
            self.assertEqual(result.rules(), ["secret"] * 5, mode)
            self.assertEqual(json.loads(result.stderr)["runtime_sites"] > 0, mode == "auto", mode)

    def test_a_name_that_changes_while_it_is_opened_is_the_one_that_was_looked_at(self):
        # Between boring names at a site that is hot, every interesting one is seen: none is lost, none told twice.
        code = ("import os, sys\n"
                "plain, secret = sys.argv[1:]\n"
                "for i in range(30000):\n"
                "    os.close(os.open(secret if i % 1000 == 999 else plain, os.O_RDONLY))\n")
        for mode in ("strict", "auto"):
            result = run([harness.PYTHON, "-c", code, self.path("plain"), self.path("secret")], rules=[self.rules], options=["--interception", mode])
            self.assertEqual((result.status, len(result.of("secret"))), (0, 30), mode)

    def test_rules_that_want_every_open_get_every_open(self):
        with open(self.rules, "w", encoding="utf-8") as file:
            file.write("- rule: all\n  desc: d\n  output: o\n  priority: WARNING\n"
                       "  condition: evt.type in (open, openat) and proc.name = hot_opens and evt.arg.flags contains O_CREAT\n")
        told = []
        for mode in ("strict", "auto"):
            result = run([HOT_OPENS, self.directory], rules=[self.rules], options=["--interception", mode])
            self.assertEqual((result.status, result.stdout), (0, "secret\nright\n"))
            told.append(len(result.of("all")))
        self.assertEqual(told[0], told[1])
        self.assertGreaterEqual(told[0], 2)


if __name__ == "__main__":
    unittest.main()
