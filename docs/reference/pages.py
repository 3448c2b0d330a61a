#!/usr/bin/env python3
"""Writes the pages of this folder from what the program lists: pages.py BEWIT writes them, pages.py BEWIT --check says which are stale."""
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
PAGES = {
    "fields": ("fields", "Fields", "What conditions and outputs may use. The names are Falco's; `bewit.*`, `ecs.*` are bewit's own. An argument stands in brackets\n"
               "(`proc.aname[2]`) or, where it is a word, after a dot (`evt.arg.flags`). A field has no value on an event to which it does not apply: every comparison\n"
               "with it is then false, and an output prints `<NA>`."),
    "events": ("events", "Events", "The types that `evt.type` may name, with their parameters (`evt.arg.NAME`, `evt.rawarg.NAME`). A syscall without parameters here is an event\n"
               "by its name alone."),
    "rule-keys": ("keys", "Keys of rule files", "What the items of a rule file may say. `override`: what a later item of the same name may do to the key."),
}


def text_of(program: str, page: str) -> str:
    command, title, about = PAGES[page]
    table = subprocess.run([program, command, "--markdown"], capture_output=True, text=True, check=True).stdout
    return f"# {title}\n\n<!-- Written by pages.py from `bewit {command} --markdown`. -->\n\n{about}\n\n{table}"


def main() -> int:
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    stale = []
    for page in PAGES:
        path, text = HERE / f"{page}.md", text_of(sys.argv[1], page)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path.name)
        if len(sys.argv) == 2:
            path.write_text(text, encoding="utf-8")
    if len(sys.argv) == 2:
        return 0
    if stale:
        print(f"stale, to be written anew by docs/reference/pages.py: {', '.join(stale)}", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
