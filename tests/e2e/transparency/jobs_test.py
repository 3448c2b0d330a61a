#!/usr/bin/env python3
"""Job control: a shell under bewit, and bewit as a job of a shell, on a terminal. What is shown is compared, and how it ends."""
import os
import unittest

from terminal import PROMPT, Terminal, normalized
from transparency import MOST, TestCase

READY = PROMPT + "$"
STATUS = r"status \d+\r\n" + READY
SHELLS = {"bash": ["bash", "--norc", "--noprofile", "--noediting", "-i"], "dash": ["dash", "-i"]}
STOP, INTERRUPT, QUIT, END = "\x1a", "\x03", "\x1c", "\x04"

# What is typed, and what is waited for.
SESSION = [
    ("echo started\n", READY),
    ("sleep 300\n", "sleep 300"),
    (STOP, READY),
    ("jobs\n", READY),
    ("bg\n", READY),
    ("jobs\n", READY),
    ("fg\n", "sleep 300\r\n"),
    (INTERRUPT, READY),
    ("echo status $?\n", READY),
    ("cat\n", "cat\r\n"),
    ("typed\n", "typed\r\ntyped\r\n"),
    (STOP, READY),
    ("fg\n", "cat\r\n"),
    ("again\n", "again\r\nagain\r\n"),
    (END, READY),
    ("cat & sleep 0.3\n", READY),  # SIGTTIN
    ("jobs\n", READY),
    ("kill -9 %1; sleep 0.3\n", READY),
    ("jobs\n", READY),
    ("stty tostop\n", READY),
    ("echo in the background > /dev/tty & sleep 0.3\n", READY),  # SIGTTOU
    ("jobs\n", READY),
    ("fg\n", READY),
    ("stty -tostop\n", READY),
    ("sleep 300 | cat\n", "cat\r\n"),
    (STOP, READY),
    ("kill -9 %%; sleep 0.3\n", READY),
    ("jobs\n", READY),
    ("sh -c 'kill -TTOU $$; echo on'\n", READY),
    ("fg; echo status $?\n", STATUS),
    ("sh -c 'kill -STOP $$; echo woken'\n", READY),
    ("fg; echo status $?\n", STATUS),
    (QUIT, r"\^\\"),
    ("echo still here\n", READY),
    ("exit 5\n", "exit"),
]

# `./job` is a program, or bewit with it.
JOB = [
    ("./job\n", r"job\r\n"),
    ("one\n", r"one\r\none\r\n"),
    (STOP, READY),
    ("jobs\n", READY),
    ("fg\n", r"job\r\n"),
    ("two\n", r"two\r\ntwo\r\n"),
    (STOP, READY),
    ("bg; sleep 0.5\n", READY),  # it reads, and is stopped by SIGTTIN
    ("jobs\n", READY),
    ("fg\n", r"job\r\n"),
    ("three\n", r"three\r\nthree\r\n"),
    (INTERRUPT, READY),
    ("echo status $?\n", READY),
    ("./job & sleep 0.7\n", READY),
    ("jobs\n", READY),
    ("fg\n", r"job\r\n"),
    ("four\n", r"four\r\nfour\r\n"),
    (QUIT, READY),
    ("echo status $?\n", READY),
    ("./job\n", r"job\r\n"),
    (END, READY),
    ("echo status $?\n", READY),
    ("exit 6\n", "exit"),
]


class Jobs(TestCase):
    def play(self, command, steps):
        os.makedirs(self.place, exist_ok=True)
        terminal = Terminal(command, self.place)
        terminal.play(steps)
        shown, status = terminal.close()
        return normalized(shown), status

    def assert_same_session(self, natively, watched):
        """On a busy machine a shell may tell of a job one prompt earlier or later: what is compared is played again then."""
        for _ in range(3):
            wanted, found = natively(), watched()
            if wanted == found:
                return
        self.assertEqual(found, wanted)

    def test_a_shell_under_bewit(self):
        for name, shell in SHELLS.items():
            for way in MOST:
                with self.subTest(shell=name, way=way):
                    self.assert_same_session(lambda: self.play(shell, SESSION), lambda: self.play([*self.wrapper(way), *shell], SESSION))

    def job(self, command):
        path = os.path.join(self.place, "job")
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nulimit -c 0\nexec " + " ".join(f"'{word}'" for word in command) + "\n")
        os.chmod(path, 0o755)
        return self.play(SHELLS["bash"], JOB)

    def native_job(self):
        # bewit exits with 128 and the signal's number, and does not die of the signal: the shell says nothing.
        shown, status = self.job(["cat"])
        self.assertIn("^C\nready> echo status $?\nstatus 130", shown)
        return shown.replace("^C\nready", "^Cready").replace("^\\Quit\nready", "^\\ready"), status

    def test_bewit_as_a_job_of_a_shell(self):
        os.makedirs(self.place)
        for way in MOST:
            with self.subTest(way=way):
                self.assert_same_session(self.native_job, lambda: self.job([*self.wrapper(way), "cat"]))


if __name__ == "__main__":
    unittest.main()
