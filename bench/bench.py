#!/usr/bin/env python3
"""Whole workloads, native, under bewit in each mode, and under strace on the same syscalls: ratios of interleaved runs.

A ratio is a rate divided by the native rate of the same round: 1.0 is native speed, 0.5 is half of it. The median over the rounds is
printed with the lowest and the highest. Nothing here is comparable between machines, so the machine is printed first. The peer: strace -f
--seccomp-bpf, tracing what `bewit explain` says that bewit stops at, its output thrown away.
"""
import argparse
import json
import math
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

import chart
from workloads import ROOT, WORKLOADS, Missing

BEWIT = str(ROOT / "build-static" / "bewit")
STABLE = pathlib.Path(os.environ.get("BEWIT_UPSTREAM_RULES", ROOT.parent / "shared" / "upstream-rules")) / "falco_rules.yaml"


def stopped_syscalls(rules: str) -> list[str]:
    """What bewit stops at with these rules, by the kernel's names, so that strace is asked for the same."""
    explained = json.loads(subprocess.run([BEWIT, "explain", "--json", "-r", rules], capture_output=True, text=True, check=True).stdout)
    kinds = {entry["event"] for entry in explained["interest"]}
    listed = json.loads(subprocess.run([BEWIT, "syscalls", "--json"], capture_output=True, text=True, check=True).stdout)
    return [entry["name"] for entry in listed if entry["event"] in kinds]


def modes(rules: str) -> dict[str, list[str]]:
    bewit = [BEWIT, "run", "-q", "--alerts", "/dev/null", "-r", rules, "--interception"]
    result = {"native": [], "strict": [*bewit, "strict", "--"], "auto": [*bewit, "auto", "--"]}
    if shutil.which("strace"):
        result["strace"] = ["strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=" + ",".join(stopped_syscalls(rules))]
    return result


def stops(workload, prefix: list[str], seconds: float) -> dict:
    """One more run in this mode with bewit's own counters; empty where the workload printed nothing that can be read."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as counted:
        at = prefix.index("--")
        # The counters are bewit's stderr, which the workload's own output must not reach.
        shell = ["sh", "-c", 'file=$1; shift; exec "$@" 2>>"$file"', "sh", counted.name]
        workload.rate([*shell, *prefix[:at], "--stats=json", "--"], seconds)
        lines = [line for line in counted.read().splitlines() if line.startswith('{"events"')]
    return json.loads(lines[-1]) if lines else {}


def machine() -> str:
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if line.startswith("model name")), "?")
    return f"Linux {platform.release()}, {os.cpu_count()} x {model}"


def mean(values: list[float]) -> float:
    return math.exp(statistics.fmean(math.log(value) for value in values))


def measure(name: str, prefixes: dict[str, list[str]], rounds: int, seconds: float) -> dict[str, list[float]]:
    ratios = {mode: [] for mode in prefixes if mode != "native"}
    for _ in range(rounds):
        native = WORKLOADS[name].rate([], seconds)
        for mode in ratios:
            ratios[mode].append(WORKLOADS[name].rate(prefixes[mode], seconds) / native)
    return ratios


def main() -> int:
    parser = argparse.ArgumentParser(prog="dev bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="of each run (default: 2)")
    parser.add_argument("--rules", default=str(STABLE) if STABLE.exists() else "builtin", help="rule file (default: upstream's stable rules, else builtin)")
    parser.add_argument("--mode", action="append", metavar="MODE", help="only these of strict, auto, strace")
    parser.add_argument("--json", metavar="FILE", help="every ratio and the counters")
    parser.add_argument("--svg", metavar="FILE", help="the medians as a picture")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=", ".join(WORKLOADS))
    arguments = parser.parse_args()
    unknown = [name for name in arguments.workloads if name not in WORKLOADS]
    if unknown:
        parser.error(f"no such workload: {unknown[0]}")
    prefixes = {mode: prefix for mode, prefix in modes(arguments.rules).items() if not arguments.mode or mode in (*arguments.mode, "native")}
    compared = [mode for mode in prefixes if mode != "native"]
    print(f"machine: {machine()}\nrules: {pathlib.Path(arguments.rules).name}\n"
          f"rounds: {arguments.rounds}, {arguments.seconds:g} s each; rate against native: median (lowest to highest)\n")
    print(f"{'workload':<28}" + "".join(f"{mode:>22}" for mode in compared) + f"{'stops, µs a stop':>24}")
    results, counters = {}, {}
    for name in arguments.workloads or list(WORKLOADS):
        try:
            results[name] = measure(name, prefixes, arguments.rounds, arguments.seconds)
        except Missing as missing:
            print(f"{name:<28}  skipped: there is no {missing} here", flush=True)
            continue
        shown = "auto" if "auto" in prefixes else "strict"
        counters[name] = stops(WORKLOADS[name], prefixes[shown], arguments.seconds) if shown in prefixes else {}
        cells = (f"{statistics.median(r):.2f} ({min(r):.2f} to {max(r):.2f})" for r in results[name].values())
        counted = f"{counters[name]['stops']}, {counters[name]['microseconds_per_stop']:.1f}" if counters[name].get("stops") else ""
        print(f"{name:<28}" + "".join(f"{cell:>22}" for cell in cells) + f"{counted:>24}", flush=True)
    medians = {name: {mode: statistics.median(values) for mode, values in ratios.items()} for name, ratios in results.items()}
    if medians:
        print(f"{'geometric mean (worst)':<28}" + "".join(
            f"{f'{mean([m[mode] for m in medians.values()]):.2f} ({min(m[mode] for m in medians.values()):.2f})':>22}" for mode in compared))
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps({"machine": machine(), "rules": arguments.rules, "ratios": results, "counters": counters},
                                                           indent=2), encoding="utf-8")
    if arguments.svg:
        caption = f"{machine()}; {pathlib.Path(arguments.rules).name}; medians of {arguments.rounds} interleaved rounds"
        pathlib.Path(arguments.svg).write_text(chart.draw(medians, compared, caption), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
