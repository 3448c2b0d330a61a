#!/usr/bin/env python3
"""Doors around the table of system calls: rows D1 to D4 of the threat model (docs/security.md)."""
import unittest

import evasion
from evasion import TestCase, WAYS
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


if __name__ == "__main__":
    unittest.main()
