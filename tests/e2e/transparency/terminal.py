"""A shell on a pseudo-terminal, fed line by line: what it shows is compared."""
from __future__ import annotations

import os
import re
import select
import subprocess
import time

PROMPT = "ready> "


class Terminal:
    """`command` leads a session of its own and has the terminal; `close()` says what it showed and how it ended."""

    def __init__(self, command: list[str], cwd: str) -> None:
        self.master, slave = os.openpty()
        self.process = subprocess.Popen(["setsid", "--ctty", "--wait", *command], stdin=slave, stdout=slave, stderr=slave, cwd=cwd, close_fds=True,
                                        env={**os.environ, "PS1": PROMPT, "ENV": "", "TERM": "dumb", "HISTFILE": "/dev/null", "LC_ALL": "C"})
        os.close(slave)
        self.shown = ""

    def _read(self, seconds: float) -> bool:
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.shown += data.decode(errors="backslashreplace")
        return bool(data)

    def expect(self, pattern: str, seconds: float = 30) -> None:
        """Until something is shown since the last send that matches."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.shown[self.mark:], re.MULTILINE):
            if time.monotonic() > end or (not self._read(0.2) and self.process.poll() is not None):
                raise AssertionError(f"no {pattern!r} in {self.shown[self.mark:]!r} after\n{self.shown}")

    mark = 0
    SIGNALS = ("\x1a", "\x03")

    def _wait_for_a_job(self) -> None:
        """Until the foreground is a program that the shell has executed: what is typed before may meet the shell itself."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            group = os.tcgetpgrp(self.master)
            try:
                with open(f"/proc/{group}/comm", encoding="utf-8") as file:
                    if group != self.shell and file.read() != self.shell_name:
                        return
            except OSError:
                pass
            time.sleep(0.01)
        raise AssertionError(f"no job in the foreground after\n{self.shown}")

    def send(self, text: str) -> None:
        if text in self.SIGNALS:
            self._wait_for_a_job()
            time.sleep(0.05)
        self.mark = len(self.shown)
        os.write(self.master, text.encode())

    def play(self, steps: list[tuple[str, str]]) -> None:
        """From the first prompt on. Each step: what is typed, and what is waited for then."""
        self.expect(PROMPT + "$")
        self.shell = os.tcgetpgrp(self.master)
        with open(f"/proc/{self.shell}/comm", encoding="utf-8") as file:
            self.shell_name = file.read()
        for typed, awaited in steps:
            self.send(typed)
            self.expect(awaited)

    def close(self) -> tuple[str, int]:
        end = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < end:
            self._read(0.1)
        while self._read(0.1):
            pass
        os.close(self.master)
        if self.process.poll() is None:
            self.process.kill()
            raise AssertionError(f"the shell does not end after\n{self.shown}")
        return self.shown, self.process.returncode


def normalized(text: str) -> str:
    """Without process numbers, ends of lines, and what hangs on which of two processes was killed last."""
    text = re.sub(r"\[(\d)\] \d+", r"[\1] PID", text.replace("\r", ""))
    return re.sub(r"\[(\d)\][+ ] +Killed", r"[\1]+ Killed", text)
