#!/usr/bin/env python3
"""The kernel module on other kernels under emulation: the scenario raises its alerts, a second owner and who has no capability are refused, and
the module is loaded and unloaded while every CPU makes calls.

Usage: module.py BEWIT KERNELS NAME...; KERNELS as tests/vm/kernels.sh --module leaves it. Prints a table; exit status 1 when anything is wrong.
"""
from __future__ import annotations

import json
import pathlib
import re
import sys
import tempfile
import time

import matrix

ROUNDS, WATCHED = 20, 4
LIMIT = 600  # seconds; a machine that has more to do takes longer than a boot's limit


def guest(bewit: pathlib.Path, module: pathlib.Path) -> bytes:
    image = matrix.contents(bewit)
    image.copy("init", matrix.HERE / "guest/init-module")
    image.copy("bewit.ko", module)
    return image.pack()


def expect(serial: str, name: str, pattern: str) -> list[str]:
    text = matrix.shown(serial, name)
    return [] if text is not None and re.search(pattern, text) else [f"{name}: no {pattern!r} in {(text or '').strip()[-1000:]!r}"]


def judge(serial: str) -> tuple[list[str], str]:
    wrong, raised = matrix.judge_source(serial, "kmod")
    wrong += expect(serial, "insmod", r"\A\Z")
    wrong += expect(serial, "device", r"^crw------- ")
    wrong += expect(serial, "second", r"one owner at a time[\s\S]*exit status 1$")
    wrong += expect(serial, "rmmod-owned", "temporarily unavailable")
    wrong += expect(serial, "permission", "Operation not permitted")
    wrong += expect(serial, "rounds", rf"\A{ROUNDS} loaded and unloaded, {WATCHED} watched\n")
    wrong += expect(serial, "left", r"\A\Z")
    wrong += expect(serial, "kernel", r"\A\Z")
    try:
        if json.loads(matrix.shown(serial, "doctor") or "")["recommendation"] != "kmod":
            raise ValueError
    except ValueError:
        wrong.append(f"doctor does not recommend the module: {matrix.shown(serial, 'doctor')}")
    return wrong, f"{len(set(matrix.told(raised)) & set(matrix.rules()))}/{len(matrix.rules())}"


def main() -> int:
    bewit, kernels, names = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
    failed = 0
    print(f"{'kernel':<36} {'kmod':>6} {'seconds':>8}  result", flush=True)
    for name in names:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as directory:
            initramfs = pathlib.Path(directory, "initramfs.gz")
            initramfs.write_bytes(guest(bewit, kernels / name / "bewit.ko"))
            serial = matrix.boot(kernels / name / "vmlinuz", initramfs, LIMIT)
        wrong, cell = judge(serial)
        release = (kernels / name / "release").read_text(encoding="utf-8").strip()
        print(f"{release:<36} {cell:>6} {time.monotonic() - began:>8.0f}  {'FAILED' if wrong else 'ok'}", flush=True)
        if wrong:
            failed += 1
            print("  " + "\n  ".join(wrong), flush=True)
            pathlib.Path(kernels, name, "module-serial.log").write_text(serial, encoding="utf-8")
    print(f"{len(names) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
