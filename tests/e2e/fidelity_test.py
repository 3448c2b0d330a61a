#!/usr/bin/env python3
"""The same program seen through ptrace (`bewit run`) and from the kernel (`bewit host`): the same events with the same parameters.

What may differ is written down here, and for readers in docs/sources.md.
"""
import difflib
import os
import pathlib
import re
import subprocess
import unittest

import harness
from harness import BEWIT, PROGRAMS
from host_test import HostCase

RULES = """
- rule: everything
  desc: every event of one program, and of what it starts
  condition: proc.name in (all_calls, renamed) or proc.pname = all_calls
  output: >
    %thread.tid %evt.type %evt.args %fd.name %fd.type %fd.directory %proc.name %proc.exepath %proc.cmdline %proc.cwd %proc.pname %user.uid
    %proc.is_exe_writable %proc.env[BEWIT_TEST] %user.loginuid %proc.tty %thread.cap_effective %evt.res %evt.category
  priority: INFO
"""

ABSENT = {None, "<NA>", "NULL", ""}
# Values that no two runs share, or that the two sources measure at different moments.
VOLATILE = {"vm_size", "vm_rss", "vm_swap", "pgft_maj", "pgft_min", "exe_ino_ctime", "exe_ino_mtime", "ino", "vpgid", "pgid", "source", "peer"}
# `run` takes CAP_SYS_PTRACE from its workload; and for it the first process has no parent.
OF_THE_WAY_IT_IS_STARTED = {"cap_inheritable", "cap_permitted", "cap_effective", "thread.cap_effective", "env", "fdlimit"}
# The kernel names a reaper only where children are left behind.
# A vforked child is gone when its parent goes on; what is behind each descriptor of a poll is asked of /proc, when the program may be gone.
OF_THE_SOURCE = {("procexit", "reaper_tid"), ("vfork", "res"), ("poll", "fds"), ("ppoll", "fds")}
# A signal that is ignored is delivered only under ptrace; one that kills at once is delivered as SIGKILL.
NOT_COMPARED = {"signaldeliver"}


def parameters(text):
    return dict(part.split("=", 1) for part in re.split(r" (?=[a-z0-9_]+=)", text or "") if "=" in part)


class Event:
    def __init__(self, alert):
        fields = alert["output_fields"]
        self.tid = fields["thread.tid"]
        self.type = fields["evt.type"]
        self.values = {name: value for name, value in fields.items() if name not in ("evt.args", "evt.time", "thread.tid") and "container" not in name
                       and not name.startswith("k8s")}
        self.values.update(parameters(fields["evt.args"]))

    def normalized(self, threads):
        def plain(value):
            if not isinstance(value, str):
                return value
            value = re.sub(r"\b\d+\b", lambda number: threads.get(int(number[0]), number[0]), value)
            value = re.sub(r"[0-9a-f]+->[0-9a-f]+( |$)", r"UNIX\1", value)   # inodes of unix sockets
            value = re.sub(r"(127\.0\.0\.1|0\.0\.0\.0|::1):\d{4,}", r"\1:PORT", value)  # chosen by the kernel
            return re.sub(r"pipe:\[\d+\]", "pipe", value)
        return {name: plain(value) for name, value in self.values.items()}


def by_thread(alerts):
    """The events of each thread, threads in the order of their first event, and names for their numbers."""
    threads = {}
    for event in map(Event, alerts):
        if event.type not in NOT_COMPARED:
            threads.setdefault(event.tid, []).append(event)
    return list(threads.values()), {tid: f"T{position}" for position, tid in enumerate(threads)}


def differs(kind, name, traced, seen):
    if traced == seen or name in VOLATILE or name in OF_THE_WAY_IT_IS_STARTED or (kind, name) in OF_THE_SOURCE:
        return False
    if name in ("ptid", "proc.pname") and traced in (*ABSENT, "0") or name == "proc.cwd" and traced == "/":
        return False
    # From the kernel more can be told.
    return traced not in ABSENT


class Fidelity(HostCase):
    def test_every_kind_of_call_is_told_alike(self):
        rules, place = self.path("rules.yaml"), self.path("place")
        pathlib.Path(rules).write_text(RULES, encoding="utf-8")
        os.mkdir(place)
        command = ["setarch", "-R", str(PROGRAMS / "all_calls"), place]
        environment = {"BEWIT_TEST": "value"}
        traced = harness.run(command, rules=[rules], env=environment)
        self.assertEqual(traced.status, 0, traced.stderr)
        with self.host(rules):
            subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL, env={**os.environ, **environment})
        first, first_names = by_thread(traced.alerts)
        second, second_names = by_thread(self.alerts())
        self.assertGreater(sum(map(len, first)), 300)
        self.assertEqual(len(first), len(second), "threads")
        problems = []
        for one, other in zip(first, second):
            one_types, other_types = [event.type for event in one], [event.type for event in other]
            problems += [line for line in difflib.unified_diff(one_types, other_types, "ptrace", "kernel", lineterm="", n=1)]
            if one_types != other_types:
                continue
            for traced_event, seen_event in zip(one, other):
                seen = seen_event.normalized(second_names)
                for name, value in traced_event.normalized(first_names).items():
                    if differs(traced_event.type, name, value, seen.get(name)):
                        problems.append(f"{traced_event.type} {name}: ptrace {value!r}, kernel {seen.get(name)!r}")
        self.assertEqual(problems, [], "\n" + "\n".join(problems))


if __name__ == "__main__":
    unittest.main()
