#!/usr/bin/env python3
"""A workload that cannot tell: each program says the same natively and under bewit. What differs is written here, and for readers in
docs/transparency.md. BEWIT_TRANSPARENCY=all adds what takes long (`./dev transparency`)."""
import pathlib
import re
import unittest

from transparency import ALL, MOST, TestCase, harness, has, program


# A signal that is ignored interrupts these (docs/transparency.md).
INTERRUPTED_BY_IGNORED = {
    f"{call}, {way}: {native} no error, handled 0": f"{call}, {way}: -1 EINTR, handled 0"
    for way in ("ignored", "default")
    for call, native in (("recv with a time limit", 3),)
}
NO_LISTENER = {"listener: installed": "listener: EBUSY"}
NO_SECOND_TRACER = {
    "PTRACE_TRACEME: done": "PTRACE_TRACEME: EPERM",
    "after PTRACE_TRACEME: stopped by 10, raw 0xa7f": "after PTRACE_TRACEME: killed by 10",
    "PTRACE_ATTACH: done": "PTRACE_ATTACH: EPERM",
    "PTRACE_SEIZE: done": "PTRACE_SEIZE: EPERM",
}


class Calls(TestCase):
    def test_what_signals_do_to_calls_that_wait(self):
        self.assert_same([program("restarts")], differences=INTERRUPTED_BY_IGNORED, ways=MOST)

    def test_what_a_parent_learns_of_its_children(self):
        self.assert_same([program("waits")], ways=MOST)

    def test_signals_masks_stacks_faults_and_timers(self):
        self.assert_same([program("signals")], ways=MOST)

    def test_threads_execs_and_births(self):
        self.assert_same([program("threads")])

    @unittest.skipUnless(ALL, "BEWIT_TRANSPARENCY is not all")
    def test_static_programs_and_those_of_another_library(self):
        for name in ("restarts", "waits", "signals", "threads"):
            for kind in ("static", "musl", "32"):
                if has(f"{name}_{kind}"):
                    with self.subTest(program=name, kind=kind):
                        self.assert_same([program(f"{name}_{kind}")], differences=INTERRUPTED_BY_IGNORED if name == "restarts" else None)


class Tools(TestCase):
    """What shares the kernel's means with bewit."""

    def test_sandboxes(self):
        self.assert_same([program("sandboxes")], differences={**NO_LISTENER, "strict: done": "strict: EINVAL"}, ways=("auto", "strict", "every call stops"))
        self.assert_same([program("sandboxes")], differences=NO_LISTENER, ways=("no seccomp",))

    def test_tracers(self):
        native = self.once([program("tracers")], timeout=60)
        if "EPERM" in native.stdout:
            self.skipTest("somebody on this machine traces the tests themselves")
        self.assert_same([program("tracers")], differences=NO_SECOND_TRACER, native=native)

    def test_core_dumps(self):
        if pathlib.Path("/proc/sys/kernel/core_pattern").read_text(encoding="utf-8") != "core\n":
            self.skipTest("core files are not written into the working directory here")
        self.assert_same([program("core")])
        self.assert_same([program("core"), "abort"], expected_status=134)


class View(TestCase):
    """What a process reads of itself. `bewit run` may take a capability from it, and its filter cannot be hidden."""

    DIFFERS = re.compile(r"TracerPid:|Seccomp(_filters)?:|PR_GET_SECCOMP:|Cap(Prm|Eff|Bnd):|not in the bounding set: 19")

    @classmethod
    def unchanged(cls, text):
        return "".join(line + "\n" for line in text.splitlines() if not cls.DIFFERS.search(line))

    def test_as_root(self):
        self.assert_same([program("self_view")], normalize=self.unchanged)

    @harness.needs_root
    def test_as_another_user(self):
        # Without CAP_SYS_ADMIN a filter takes no_new_privs, which this prefix has set already.
        nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set", "-all", "--inh-caps", "-all", "--no-new-privs"]
        self.assert_same([program("self_view")], normalize=self.unchanged, prefix=nobody)

    @harness.needs_root
    def test_changing_the_user_with_and_without_the_right_to_trace_others(self):
        self.assert_same([program("users")])
        self.assert_same([program("users")], prefix=["setpriv", "--bounding-set", "-sys_ptrace", "--inh-caps", "-sys_ptrace"])


if __name__ == "__main__":
    unittest.main()
