"""What the tests of attacks share: rules that name one file, and the programs."""
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import harness  # noqa: E402

PROGRAMS = pathlib.Path(os.environ.get("BEWIT_TEST_PROGRAMS", harness.SOURCE_ROOT / "build" / "tests" / "e2e")) / "evasion"
# How often a race is tried. docs/security.md has 100000; a run of the whole suite has less time.
TRIES = int(os.environ.get("BEWIT_RACE_TRIES", "3000"))
# Both ways to trace; the slow one must be as hard to get around.
WAYS = ((), ("--no-seccomp",))

MARKED = """
- rule: Marked file opened
  desc: x
  condition: evt.type in (open, openat, openat2, creat, open_by_handle_at) and fd.num >= 0 and fd.name endswith {name}
  output: file=%fd.name real=%bewit.path.real name=%proc.name pid=%proc.pid exe=%proc.exepath parent=%proc.pname result=%evt.res
    type=%evt.type
  priority: WARNING
"""


def program(name: str) -> str:
    return str(PROGRAMS / name)


class TestCase(harness.TestCase):
    """A test with a file whose opening raises `Marked file opened`."""

    def setUp(self) -> None:
        super().setUp()
        os.chmod(self.directory, 0o755)
        self.marked = self.path("marked-file")
        pathlib.Path(self.marked).write_text("x", encoding="utf-8")
        self.rules = self.rule_file(MARKED.format(name="/marked-file"))

    def rule_file(self, text: str, name: str = "rules.yaml") -> str:
        path = self.path(name)
        pathlib.Path(path).write_text(text, encoding="utf-8")
        return path

    def add_rule(self, name: str, condition: str, output: str = "x") -> None:
        with open(self.rules, "a", encoding="utf-8") as file:
            file.write(f"\n- rule: {name}\n  desc: x\n  condition: {condition}\n  output: {output}\n  priority: WARNING\n")

    def show(self, fields: str) -> None:
        """Adds to the output of `Marked file opened`."""
        text = pathlib.Path(self.rules).read_text(encoding="utf-8")
        self.rule_file(text.replace("file=%fd.name", f"{fields} file=%fd.name"))

    def attack(self, name: str, *arguments: str, **keywords) -> harness.Result:
        return harness.run([program(name), *arguments], rules=[self.rules], **keywords)


def has(name: str) -> bool:
    return os.path.exists(program(name))


def which(name: str) -> bool:
    return shutil.which(name) is not None
