#!/usr/bin/env python3
"""Other kernels under emulation: each boots with the static bewit, plays a scenario under eBPF and under ptrace, and must have raised the same alerts.

Usage: matrix.py BEWIT KERNELS NAME...; KERNELS as tests/vm/kernels.sh leaves it. Prints a table; exit status 1 when anything is wrong.
"""
from __future__ import annotations

import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from initramfs import Initramfs

HERE = pathlib.Path(__file__).resolve().parent
BOOT_LIMIT = 300  # seconds, under emulation
SOURCES = ("ebpf", "ptrace")


def rules() -> list[str]:
    return re.findall(r"^- rule: (.*)$", (HERE / "guest/rules.yaml").read_text(encoding="utf-8"), re.MULTILINE)


def contents(bewit: pathlib.Path) -> Initramfs:
    """All that a guest has but its first process."""
    busybox = pathlib.Path(shutil.which("busybox") or "/bin/busybox")
    image = Initramfs()
    for directory in ("bin", "dev", "etc", "proc", "sys", "tmp"):
        image.directory(directory)
    image.copy("bin/busybox", busybox)
    for applet in subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split():
        if applet != "busybox":
            image.link(f"bin/{applet}", "busybox")
    image.copy("bewit", bewit)
    for name in ("scenario", "rules.yaml"):
        image.copy(name, HERE / "guest" / name, 0o644)
    image.file("etc/passwd", b"root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n")
    image.file("etc/shadow", b"root:*:::::::\n", 0o600)
    image.file("etc/relative", b"\n")
    return image


def guest(bewit: pathlib.Path) -> bytes:
    image = contents(bewit)
    image.copy("init", HERE / "guest/init")
    return image.pack()


def boot(kernel: pathlib.Path, initramfs: pathlib.Path, limit: int = BOOT_LIMIT) -> str:
    """What the guest wrote on its serial line."""
    # Without cx16: this emulator corrupts flags after cmpxchg16b.
    command = ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max,-cx16", "-smp", "2", "-m", "512", "-nodefaults", "-no-user-config",
               "-display", "none", "-no-reboot", "-serial", "stdio", "-kernel", str(kernel), "-initrd", str(initramfs),
               "-append", "console=ttyS0 panic=-1 quiet"]
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=limit, check=False).stdout.decode(errors="replace")
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode(errors="replace")


def shown(serial: str, name: str) -> str | None:
    found = re.search(rf"^<<< {re.escape(name)}\n(.*?)^>>> {re.escape(name)}$", serial.replace("\r", ""), re.MULTILINE | re.DOTALL)
    return found.group(1) if found else None


def alerts(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def judge_source(serial: str, source: str) -> tuple[list[str], list[dict]]:
    status, raised, log = (shown(serial, f"{source}-{part}") for part in ("status", "alerts", "log"))
    if status is None or raised is None:
        return [f"{source}: the guest did not get that far"], []
    wrong = [] if status.strip() == "0" else [f"{source}: exit status {status.strip()}: {(log or '').strip()[-2000:]}"]
    seen = alerts(raised)
    counts = collections.Counter(alert["rule"] for alert in seen)
    wrong += [f"{source}: {rule}: {counts[rule]} alerts instead of 1" for rule in rules() if counts[rule] != 1]
    wrong += [f"{source}: {rule}: not expected" for rule in counts if rule not in rules()]
    if source != "ptrace" and not re.search(r"\b0 lost\b", log or ""):
        wrong.append(f"{source}: events were lost: {(log or '').strip()[-500:]}")
    return wrong, seen


def told(raised: list[dict]) -> dict[str, dict]:
    """The facts of each alert that do not depend on the source."""
    return {alert["rule"]: {key: value for key, value in alert["output_fields"].items() if key != "evt.time"} for alert in raised}


def judge_yama(doctor: str | None) -> list[str]:
    """Where Yama forbids all tracing, ptrace must be found not to work, by trying, and Yama be named."""
    try:
        ptrace = next(row for row in json.loads(doctor or "")["sources"] if row["source"] == "ptrace")
    except ValueError:
        return [f"doctor under Yama's ptrace_scope 3 says nothing that can be read: {doctor}"]
    if ptrace["works"] or "Yama" not in ptrace["reason"]:
        return [f"doctor under Yama's ptrace_scope 3: {ptrace}"]
    return []


def judge(serial: str) -> tuple[list[str], dict[str, str]]:
    wrong, cells, facts = [], {}, {}
    for source in SOURCES:
        found, raised = judge_source(serial, source)
        wrong += found
        facts[source] = told(raised)
        cells[source] = f"{len(set(facts[source]) & set(rules()))}/{len(rules())}"
    for rule in rules():
        sides = [facts[source].get(rule) for source in SOURCES]
        if None not in sides and sides[0] != sides[1]:
            wrong.append(f"{rule}: ebpf says {sides[0]}, ptrace {sides[1]}")
    doctor = shown(serial, "doctor")
    try:
        cells["doctor"] = json.loads(doctor or "")["recommendation"] or "none"
    except ValueError:
        cells["doctor"] = "?"
    if cells["doctor"] != "ebpf":
        wrong.append(f"doctor does not recommend eBPF: {doctor}")
    wrong += judge_yama(shown(serial, "doctor-yama"))
    kernel = shown(serial, "kernel")
    if kernel is None or kernel.strip():
        wrong.append(f"the kernel complains: {kernel}")
    return wrong, cells


def main() -> int:
    bewit, kernels, names = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
    failed = 0
    print(f"{'kernel':<36} {'ebpf':>6} {'ptrace':>7} {'doctor':>7} {'seconds':>8}  result", flush=True)
    with tempfile.TemporaryDirectory() as directory:
        initramfs = pathlib.Path(directory, "initramfs.gz")
        initramfs.write_bytes(guest(bewit))
        for name in names:
            began = time.monotonic()
            serial = boot(kernels / name / "vmlinuz", initramfs)
            wrong, cells = judge(serial)
            release = (kernels / name / "release").read_text(encoding="utf-8").strip()
            print(f"{release:<36} {cells['ebpf']:>6} {cells['ptrace']:>7} {cells['doctor']:>7} {time.monotonic() - began:>8.0f}  "
                  f"{'FAILED' if wrong else 'ok'}", flush=True)
            if wrong:
                failed += 1
                print("  " + "\n  ".join(wrong), flush=True)
                pathlib.Path(kernels, name, "serial.log").write_text(serial, encoding="utf-8")
    print(f"{len(names) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
