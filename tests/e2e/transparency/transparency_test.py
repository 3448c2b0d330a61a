#!/usr/bin/env python3
"""A workload that cannot tell: each program says the same natively and under bewit. What differs is written here, and for readers in
docs/transparency.md. BEWIT_TRANSPARENCY=all adds what takes long (`./dev transparency`)."""
import os
import unittest

from transparency import TestCase, WAYS, has, program

ALL = os.environ.get("BEWIT_TRANSPARENCY") == "all"
FEW = ("auto", "every call stops")

# A signal that is ignored interrupts these (docs/transparency.md).
INTERRUPTED_BY_IGNORED = {
    f"{call}, {way}: {native} no error, handled 0": f"{call}, {way}: -1 EINTR, handled 0"
    for way in ("ignored", "default")
    for call, native in (("recv with a time limit", 3), ("epoll_wait with a time limit", 1), ("semop with a time limit", 0), ("io_getevents", 0))
}


class Calls(TestCase):
    def test_what_signals_do_to_calls_that_wait(self):
        self.assert_same([program("restarts")], differences=INTERRUPTED_BY_IGNORED, ways=tuple(WAYS) if ALL else FEW)

    def test_what_a_parent_learns_of_its_children(self):
        self.assert_same([program("waits")])

    @unittest.skipUnless(ALL, "BEWIT_TRANSPARENCY is not all")
    def test_static_programs_and_those_of_another_library(self):
        for name in ("restarts", "waits"):
            for kind in ("static", "musl"):
                if has(f"{name}_{kind}"):
                    self.assert_same([program(f"{name}_{kind}")], differences=INTERRUPTED_BY_IGNORED if name == "restarts" else None, ways=FEW)


if __name__ == "__main__":
    unittest.main()
