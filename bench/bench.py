#!/usr/bin/env python3
"""Whole workloads, native, under bewit, and under strace on the same syscalls: ratios of interleaved runs.

Usage: bench.py [--rounds N] [--seconds S] [--json FILE] [WORKLOAD ...]

A ratio is a rate divided by the native rate of the same round: 1.0 is native speed, 0.5 is half of it. The median over the rounds is
printed with the lowest and the highest. Nothing here is comparable between machines, so the machine is printed first. Peers: strace -f
--seccomp-bpf, tracing what `bewit explain` says that bewit stops at, its output thrown away.
"""
import argparse
import json
import os
import pathlib
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BEWIT = str(ROOT / "build-static" / "bewit")
LOOP = str(ROOT / "build" / "bench" / "syscall_loop")
STABLE = pathlib.Path(os.environ.get("BEWIT_UPSTREAM_RULES", ROOT.parent / "shared" / "upstream-rules")) / "falco_rules.yaml"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"no server on port {port}")


class Nginx:
    """nginx with one worker serving a small file to wrk."""

    def __init__(self, keep_alive: bool):
        self.keep_alive = keep_alive

    def rate(self, prefix: list[str], seconds: float) -> float:
        with tempfile.TemporaryDirectory() as directory:
            os.chmod(directory, 0o755)
            port = free_port()
            pathlib.Path(directory, "index.html").write_text("x" * 612, encoding="utf-8")
            timeout = 60 if self.keep_alive else 0
            pathlib.Path(directory, "nginx.conf").write_text(
                f"daemon off; worker_processes 1; pid {directory}/pid; error_log /dev/null; events {{ worker_connections 512; }}\n"
                f"http {{ access_log off; keepalive_timeout {timeout}; keepalive_requests 1000000000;\n"
                f" client_body_temp_path {directory}/a; proxy_temp_path {directory}/b; fastcgi_temp_path {directory}/c;\n"
                f" uwsgi_temp_path {directory}/d; scgi_temp_path {directory}/e;\n"
                f" server {{ listen 127.0.0.1:{port}; root {directory}; }} }}\n", encoding="utf-8")
            server = subprocess.Popen([*prefix, "nginx", "-c", f"{directory}/nginx.conf"], stderr=subprocess.DEVNULL)
            try:
                wait_for(port)
                done = subprocess.run(["wrk", "-t1", "-c16", f"-d{seconds:.0f}s", f"http://127.0.0.1:{port}/index.html"],
                                      capture_output=True, text=True, check=True)
            finally:
                pid = int(pathlib.Path(directory, "pid").read_text(encoding="utf-8"))
                os.kill(pid, 15)
                server.wait(30)
        return float(re.search(r"Requests/sec:\s*([\d.]+)", done.stdout).group(1))


class Redis:
    def rate(self, prefix: list[str], seconds: float) -> float:
        port = free_port()
        server = subprocess.Popen([*prefix, "redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", "/tmp"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(port)
            count = int(40000 * seconds)
            done = subprocess.run(["redis-benchmark", "-p", str(port), "-t", "set", "-n", str(count), "-c", "16", "--csv"],
                                  capture_output=True, text=True, check=True)
        finally:
            subprocess.run(["redis-cli", "-p", str(port), "shutdown", "nosave"], capture_output=True, check=False)
            server.wait(30)
        return float(re.search(r'"SET","([\d.]+)"', done.stdout).group(1))


class Loop:
    """One kind of syscall in a loop: its own clock, so that start-up does not count."""

    def __init__(self, kind: str, per_second: int):
        self.kind, self.per_second = kind, per_second

    def rate(self, prefix: list[str], seconds: float) -> float:
        done = subprocess.run([*prefix, LOOP, self.kind, str(max(100, int(self.per_second * seconds)))], capture_output=True, text=True,
                              check=True)
        return 1e9 / float(done.stdout)


class Command:
    """A command run again and again: runs a second, start-up included."""

    def __init__(self, words: list[str]):
        self.words = words

    def rate(self, prefix: list[str], seconds: float) -> float:
        end, count, start = time.monotonic() + seconds, 0, time.monotonic()
        while count == 0 or time.monotonic() < end:
            subprocess.run([*prefix, *self.words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
            count += 1
        return count / (time.monotonic() - start)


WORKLOADS = {
    "nginx-keep-alive": Nginx(True),
    "nginx-connection-a-request": Nginx(False),
    "redis-set": Redis(),
    "open-close": Loop("open", 4000),
    "getppid": Loop("getppid", 200000),
    "fork": Loop("fork", 1000),
    "thread": Loop("thread", 4000),
    "find": Command(["find", "/usr/share", "-maxdepth", "4"]),
    "true": Command(["true"]),
}


def stopped_syscalls() -> list[str]:
    """What bewit stops at with the stable rules, by the kernel's names, so that strace is asked for the same."""
    rules = ["-r", str(STABLE)] if STABLE.exists() else []
    explained = json.loads(subprocess.run([BEWIT, "explain", "--json", *rules], capture_output=True, text=True, check=True).stdout)
    kinds = {entry["event"] for entry in explained["interest"]}
    listed = json.loads(subprocess.run([BEWIT, "syscalls", "--json"], capture_output=True, text=True, check=True).stdout)
    return [entry["name"] for entry in listed if entry["event"] in kinds]


def modes() -> dict[str, list[str]]:
    rules = str(STABLE) if STABLE.exists() else "builtin"
    result = {
        "native": [],
        "bewit, stable rules": [BEWIT, "run", "-q", "--alerts", "/dev/null", "-r", rules, "--"],
        "bewit, built-in rules": [BEWIT, "run", "-q", "--alerts", "/dev/null", "-r", "builtin", "--"],
    }
    if shutil.which("strace"):
        result["strace --seccomp-bpf"] = ["strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=" + ",".join(stopped_syscalls())]
    return result


def machine() -> str:
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if line.startswith("model name")), "?")
    return f"{platform.release()}, {os.cpu_count()} x {model}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--json")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=", ".join(WORKLOADS))
    arguments = parser.parse_args()
    if not pathlib.Path(BEWIT).exists():
        subprocess.run([str(ROOT / "dev"), "build", "--static"], check=True)
    chosen = arguments.workloads or list(WORKLOADS)
    prefixes = modes()
    print(f"machine: {machine()}\nrounds: {arguments.rounds}, {arguments.seconds:g} s each; rate against native: median (lowest to highest)\n")
    print(f"{'workload':<28}" + "".join(f"{mode:>28}" for mode in prefixes if mode != "native"))
    results = {}
    for name in chosen:
        ratios = {mode: [] for mode in prefixes if mode != "native"}
        for _ in range(arguments.rounds):
            native = WORKLOADS[name].rate([], arguments.seconds)
            for mode in ratios:
                ratios[mode].append(WORKLOADS[name].rate(prefixes[mode], arguments.seconds) / native)
        results[name] = ratios
        cells = (f"{statistics.median(r):.2f} ({min(r):.2f} to {max(r):.2f})" for r in ratios.values())
        print(f"{name:<28}" + "".join(f"{cell:>28}" for cell in cells), flush=True)
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps({"machine": machine(), "ratios": results}, indent=2), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
