#!/usr/bin/env python3
"""The order of the house: no room includes what the table of docs/architecture.md does not let it use."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
TABLE = ROOT / "docs" / "architecture.md"
# | `room/` | what it is | `room/`, `room/`, the Interest |
ROW = re.compile(r"^\| `([a-z/]+)/` \| .* \| ([^|]*) \|$", re.MULTILINE)
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
SPOKEN = {"the Interest": "engine/match/interest.h"}


def rooms() -> dict[str, set[str]]:
    """Each room with the folders and files that it may use beside its own."""
    table: dict[str, set[str]] = {}
    for room, uses in ROW.findall(TABLE.read_text(encoding="utf-8")):
        words = [word.strip() for word in uses.split(",")]
        if words == ["everything"]:
            table[room] = {""}
        elif words == ["nothing"]:
            table[room] = {"base/"} - {room + "/"}
        else:
            table[room] = {"base/"} | {SPOKEN.get(word) or word.strip("`") for word in words}
    return table


def main() -> int:
    wrong = []
    table = rooms()
    for folder in ("base", "engine", "tracer", "kernel", "ebpf", "kmod", "injector"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in (".h", ".cc", ".c"):
                continue
            name = str(path.relative_to(ROOT))
            room = next((room for room in table if name.startswith(room + "/")), None)
            if room is None:
                if folder != "engine" or path.parent != ROOT / folder:
                    wrong.append(f"{name} is in no room of {TABLE.name}")
                continue
            for included in INCLUDE.findall(path.read_text(encoding="utf-8")):
                if not included.startswith(tuple(table[room] | {room + "/"})):
                    wrong.append(f"{name} includes {included}, which {room} may not know")
    for room, uses in table.items():
        wrong += [f"{room} may use {used}, which comes below it" for used in uses
                  if used.rstrip("/") in table and list(table).index(used.rstrip("/")) >= list(table).index(room)]
    print("\n".join(wrong) or f"the order of the house holds in {len(table)} rooms")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
