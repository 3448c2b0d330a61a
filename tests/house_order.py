#!/usr/bin/env python3
"""The order of the house: no room includes what it may not know (docs/architecture.md)."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
MAY_USE = {
    "base": set(),
    "engine/event": set(),
    "engine/filter": set(),
    "engine/state": {"engine/event"},
    "engine/field": {"engine/event", "engine/state", "engine/filter"},
    "engine/rule": {"engine/filter", "engine/field"},
    "engine/match": {"engine/rule", "engine/field", "engine/filter", "engine/event", "engine/state"},
    "engine/alert": {"engine/field", "engine/rule", "engine/filter", "engine/event"},
    "engine/capture": {"engine/event", "engine/state"},
    "tracer": {"engine/event", "engine/match/interest.h"},
    "kernel": {"engine/event", "engine/match/interest.h"},
    "ebpf": {"engine/event", "engine/match/interest.h", "kernel"},
    "kmod": {"engine/event", "engine/match/interest.h", "kernel"},
    "injector": {"engine", "tracer", "kernel", "ebpf", "kmod"},
}
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)


def allowed(room: str, included: str) -> bool:
    return any(included == entry or included.startswith(entry + "/") for entry in MAY_USE[room] | {room, "base"})


def main() -> int:
    wrong = []
    for room in MAY_USE:
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix not in (".h", ".cc", ".c"):
                continue
            for included in INCLUDE.findall(path.read_text(encoding="utf-8")):
                if not allowed(room, included):
                    wrong.append(f"{path.relative_to(ROOT)} includes {included}, which {room} may not know")
    print("\n".join(wrong) or f"the order of the house holds in {len(MAY_USE)} rooms")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
