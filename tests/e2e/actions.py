"""Small programs for workloads, and places for them to act in, which nothing outside notices."""
from __future__ import annotations

import harness

PYTHON = harness.PYTHON
SYSCALL = "import ctypes; call = ctypes.CDLL(None, use_errno=True).syscall\n"


def python(code: str) -> list[str]:
    return [PYTHON, "-c", code]


def connect_to(address: str, port: int) -> str:
    """A connection to that address of the machine's own, which answers there."""
    return f"import socket\nlistener = socket.create_server(('{address}', {port}))\nsocket.create_connection(('{address}', {port}))\n"


def with_hosts(test: harness.TestCase, line: str) -> list[str]:
    """A prefix: `line` is all that /etc/hosts says, and its address is this machine's."""
    with open(test.path("hosts"), "w", encoding="utf-8") as file:
        file.write(line + "\n")
    return [*harness.namespaces(addresses=(line.split()[0] + "/24",)), "sh", "-c", f'mount --bind {test.path("hosts")} /etc/hosts && exec "$@"', "sh"]


def instead_of(*folders: str, make: str = "true") -> list[str]:
    """A prefix: these folders are empty ones of their own, in which the commands `make` are run first."""
    mounts = " && ".join(f"mount -t tmpfs none {folder}" for folder in folders)
    return ["unshare", "--mount", "sh", "-c", f'{mounts} && {make} && exec "$@"', "sh"]
