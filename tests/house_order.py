#!/usr/bin/env python3
"""The order of the house: no room includes what the table of docs/architecture.md does not let it use, and the table names every room."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
TABLE = ROOT / "docs" / "architecture.md"
# | `room/` | what it is | `room/`, `room/`, the Interest |
ROW = re.compile(r"^\| `([^`|]+)` \| .* \| ([^|]*) \|$", re.MULTILINE)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*["<]([^">]+)[">]', re.MULTILINE)
SPOKEN = {"the Interest": "engine/match/interest.h"}
# They may look into every room, and no room may look into them.
OUTSIDE = ("bench/", "examples/", "tests/")
# In no room: it may include nothing of the house.
LOOSE = "engine/fmt_body.cc"


def rooms() -> dict[str, set[str]]:
    """Each room with the folders and files that it may use beside its own."""
    table: dict[str, set[str]] = {}
    for room, uses in ROW.findall(TABLE.read_text(encoding="utf-8")):
        words = [word.strip() for word in uses.split(",")]
        if words == ["everything"]:
            table[room] = set(table)
        elif words == ["nothing"]:
            table[room] = {"base/"} - {room}
        else:
            table[room] = {"base/"} | {SPOKEN.get(word) or word.strip("`") for word in words}
    return table


def disorder_of_table(table: dict[str, set[str]]) -> list[str]:
    order = list(table)
    wrong = []
    for room, uses in table.items():
        if not (ROOT / room).is_dir():
            wrong.append(f"{room} is in {TABLE.name}, and nowhere else")
        for used in uses - set(SPOKEN.values()):
            if used not in table:
                wrong.append(f"{room} may use {used}, which is no room of {TABLE.name}")
            elif order.index(used) >= order.index(room):
                wrong.append(f"{room} may use {used}, which comes below it")
    return wrong


def sources() -> list[str]:
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "*.h", "*.cc", "*.c", "*.S"], check=True, capture_output=True, text=True)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


def disorder_of(name: str, table: dict[str, set[str]], house: tuple[str, ...]) -> list[str]:
    room = next((room for room in table if name.startswith(room)), None)
    if room is None and name != LOOSE:
        return [f"{name} is in no room of {TABLE.name}"]
    may_use = table[room] | {room} if room is not None else set()
    folders, files = tuple(use for use in may_use if use.endswith("/")), {use for use in may_use if not use.endswith("/")}
    included = INCLUDE.findall((ROOT / name).read_text(encoding="utf-8"))
    return [f"{name} includes {file}, which {room or name} may not know" for file in included
            if file.startswith((*house, *OUTSIDE, ".")) and file not in files and not file.startswith(folders)]


def main() -> int:
    table = rooms()
    house = tuple({room.split("/", 1)[0] + "/" for room in table})
    wrong = disorder_of_table(table)
    for name in sources():
        if not name.startswith(OUTSIDE):
            wrong += disorder_of(name, table, house)
    print("\n".join(wrong) or f"the order of the house holds in {len(table)} rooms")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
