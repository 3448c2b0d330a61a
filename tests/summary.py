#!/usr/bin/env python3
"""Adds up the last `meson test` of each build directory: one line, `bewit: N passed, N failed, N skipped`."""
import json
import pathlib
import sys

passed = failed = skipped = 0
for directory in sys.argv[1:]:
    log = pathlib.Path(directory, "meson-logs", "testlog.json")
    if not log.exists():
        failed += 1
        continue
    for line in log.read_text(encoding="utf-8").splitlines():
        result = json.loads(line)["result"]
        if result == "OK":
            passed += 1
        elif result == "SKIP":
            skipped += 1
        else:
            failed += 1
print(f"bewit: {passed} passed, {failed} failed, {skipped} skipped", flush=True)
sys.exit(1 if failed else 0)
