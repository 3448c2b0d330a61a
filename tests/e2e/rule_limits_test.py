#!/usr/bin/env python3
"""Whatever the rules, `bewit check` and `bewit run` answer: with a verdict or an error that has its place, in seconds of CPU time and less than a gigabyte."""
from __future__ import annotations

import os
import subprocess
import unittest

from harness import BEWIT, TestCase

# As the build says (meson.build): a build that is not optimized, or has sanitizers, gets a fifth, and what grows with the square still shows.
FAST = os.environ.get("BEWIT_BUILD", "optimized") == "optimized"
SANITIZED = os.environ.get("BEWIT_BUILD") == "sanitized"
CPU_SECONDS = 60 if SANITIZED else 10 if FAST else 25
MEMORY_MIB = 1000


def size(count: int) -> int:
    return count if FAST else count // 5


def rule(condition: str, *, name: str = "r", output: str = "x", more: str = "") -> str:
    return f"- rule: {name}\n  desc: d\n  condition: {condition}\n  output: {output}\n  priority: INFO\n{more}"


def numbered(pattern: str, count: int, separator: str = ", ") -> str:
    return separator.join(pattern.format(i) for i in range(count))


class Limits(TestCase):
    """Each case says what comes back: `good`, or words of the error."""

    def measured(self, words: list[str]) -> tuple[int, str]:
        """Exit status and what was said, after time and memory were looked at."""
        said = self.path("said")
        with open(said, "wb") as out:
            process = subprocess.Popen([BEWIT, *words], stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        cpu, memory = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
        self.assertLess(cpu, CPU_SECONDS, f"{words[0]} took {cpu:.1f} s of CPU time")
        if not SANITIZED:
            self.assertLess(memory, MEMORY_MIB, f"{words[0]} took {memory:.0f} MiB")
        self.assertLess(os.path.getsize(said), 2_000_000, f"{words[0]} says too much")
        with open(said, encoding="utf-8", errors="replace") as file:
            return process.returncode, file.read()

    def answers(self, text: str, expected: str = "good", *, run: bool = True) -> None:
        path = self.path("rules.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        status, said = self.measured(["check", path])
        if expected == "good":
            self.assertEqual(status, 0, said[:2000])
        else:
            self.assertEqual(status, 1, said[:2000])
            self.assertIn(expected, said)
            self.assertRegex(said, rf"{path}:\d+:\d+: error: ", "the error has its place")
        if not run:
            return
        status, said = self.measured(["run", "-q", "-r", path, "--alerts", self.path("alerts"), "--", "/bin/true"])
        self.assertEqual(status, 0 if expected == "good" else 125, said[:2000])

    # ---- long conditions

    def test_half_a_million_operands(self):
        self.answers(rule(numbered("proc.name=a{}", size(500_000), " or ")))

    def test_half_a_million_negated_operands_about_files(self):
        self.answers(rule(numbered("not fd.name=a{}", size(400_000), " and ")))

    def test_as_many_fields(self):
        self.answers(rule(numbered("proc.env[A{}]=x", size(300_000), " or ")))

    def test_as_many_tests_of_flags(self):
        self.answers(rule(numbered("not evt.arg.flags in (O_CREAT, a{})", size(250_000), " and ")), run=False)

    def test_a_condition_of_each_kind_of_event(self):
        kinds = [line.split()[0] for line in subprocess.run([BEWIT, "events"], capture_output=True, text=True, check=True).stdout.splitlines() if line]
        each = " or ".join(f"(evt.type={kind} and proc.name=a)" for kind in kinds if kind.islower())
        self.answers(rule(f"{each} or " + numbered("proc.name=a{}", size(300_000), " or ")))

    def test_more_than_can_be_compiled(self):
        self.answers(rule(numbered("a.b=c", 900_000, " or ")), "too many parts", run=False)

    # ---- lists

    def test_a_list_of_a_million_items(self):
        items = numbered("a{}", size(1_000_000))
        for condition in ("proc.name in (l)", "fd.name startswith anyof (l)", "proc.aname intersects (l)"):
            with self.subTest(condition):
                self.answers(f"- list: l\n  items: [{items}]\n" + rule(condition), run="in" in condition.split())

    def test_a_million_paths(self):
        paths = numbered("/{0}/a{0}", size(700_000))
        self.answers(rule(f"evt.type in (open, openat) and fd.name pmatch ({paths})"))

    def test_a_million_numbers_and_addresses(self):
        self.answers(rule(f"evt.type in (dup2, dup3) and fd.num in ({numbered('{}', size(1_000_000))})"), run=False)
        self.answers(rule(f"evt.arg.domain in ({numbered('{}', size(1_000_000))})"), run=False)

    def test_a_million_values_that_are_names_of_fields(self):
        self.answers(rule(f"proc.name in ({numbered('proc.name{}', size(600_000))})"), run=False)
        self.answers(rule("proc.name in (" + "proc.name, " * size(600_000) + "a)"), run=False)

    def test_lists_that_grow(self):
        doubling = "- list: l0\n  items: [a, b, c, d]\n" + "".join(
            f"- list: l{i}\n  items: [{', '.join([f'l{i + 1}'] * 4)}]\n" for i in range(1, 14)) + "- list: l14\n  items: [a, b, c, d]\n"
        self.answers(doubling + rule("proc.name in (l1)"), "The condition grows to more than")

    def test_lists_whose_names_are_no_words(self):
        lists = "".join(f"- list: \"l {i}\"\n  items: [a{i}]\n" for i in range(100_000))
        self.answers(lists + rule("proc.name in (" + numbered('"l {}"', 50_000) + ")"), "names with blanks or commas", run=False)

    # ---- regular expressions

    def test_regular_expressions_that_multiply(self):
        self.answers(rule('proc.name regex "((((a{1,100}){1,100}){1,100}){1,100}){1,100}"'), "invalid regular expression")
        self.answers(rule('proc.name regex "' + "(" * 200_000 + "a" + ")" * 200_000 + '"'), "filter parameter too long", run=False)
        self.answers(rule('proc.name regex "' + "[^a]" * 300_000 + '"'), "filter parameter too long", run=False)

    def test_very_many_regular_expressions(self):
        self.answers(rule(numbered('proc.name regex "(a{{1,30}}){{30}}{}"', 100_000, " or ")), "the regular expressions of all rules together are too large", run=False)

    # ---- nesting

    def test_deep_nesting(self):
        self.answers(rule("(" * 10_000 + "proc.name=a" + ")" * 10_000), "exceeded max depth limit")
        self.answers(rule("not(" * 10_000 + "proc.name=a" + ")" * 10_000), "exceeded max depth limit")
        self.answers(rule("not " * 10_000 + "proc.name=a"))
        self.answers(rule("tolower(" * 10_000 + "proc.name" + ")" * 10_000 + "=a"), "exceeded max depth limit", run=False)

    def test_macros_in_macros(self):
        chain = "".join(f"- macro: m{i}\n  condition: (m{i - 1} or fd.name=b{i})\n" for i in range(1, 10_000))
        self.answers("- macro: m0\n  condition: proc.name=a\n" + chain + rule("m9999"), "error: LOAD_ERR")
        doubling = "".join(f"- macro: m{i}\n  condition: (m{i - 1} or m{i - 1})\n" for i in range(1, 40))
        self.answers("- macro: m0\n  condition: proc.name=a\n" + doubling + rule("m39"), "grows to more than", run=False)
        big = f"- macro: m0\n  condition: {numbered('proc.name=a{}', 200_000, ' or ')}\n"
        negated = "".join(f"- macro: m{i}\n  condition: not (not m{i - 1} and not fd.name=b{i})\n" for i in range(1, 300))
        self.answers(big + negated + rule("m299"), "Conditions have more than", run=False)

    def test_deep_yaml(self):
        self.answers("[" * 10_000, "nested more than", run=False)
        self.answers("[" * 10_000_000, "brackets are open", run=False)
        self.answers("- " * 10_000 + "a\n", "nested more than", run=False)

    def test_aliases_that_multiply(self):
        bomb = "- list: a0\n  items: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"- list: a{i}\n  items: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 30))
        self.answers(bomb, "sequence value is not scalar", run=False)
        self.answers(f"- list: a\n  items: &a [{numbered('x{}', 100_000)}]\n" + "".join(
            f"- list: a{i}\n  items: *a\n" for i in range(50_000)), "aliases expand", run=False)
        self.answers("- list: a\n  items: [&a " + "x" * 1_000_000 + "]\n- list: b\n  items: [" + "*a, " * 500_000 + "*a]\n", "aliases expand", run=False)
        keys = ", ".join(f"k{i}: 1" for i in range(100_000))
        self.answers(f"- &r {{rule: a, {keys}}}\n" + "- *r\n" * 100_000, "error: LOAD_ERR", run=False)

    # ---- many rules

    def test_many_rules(self):
        self.answers("".join(rule("proc.name=a", name=f"r{i}") for i in range(size(60_000))))
        self.answers("".join(rule(f"evt.type=open and fd.name=a{i}", name=f"r{i}", output='"%proc.name %fd.name %user.name"') for i in range(size(60_000))), run=False)

    def test_many_changes_of_one_rule(self):
        for key, value in (("condition", "or proc.name=b"), ("output", "'%proc.name'")):
            change = f"- rule: r\n  {key}: {value}\n  override:\n    {key}: append\n"
            self.answers(rule("proc.name=a") + change * size(100_000 if key == "condition" else 10_000), run=False)

    def test_exceptions(self):
        exceptions = "".join(f"  - name: e{i}\n    fields: proc.name\n    values: [{numbered('a{}', 1000)}]\n" for i in range(size(1000)))
        self.answers(rule("proc.name=a", more="  exceptions:\n" + exceptions), run=False)
        rows = "".join(f"    - [[a{j}], b]\n" for j in range(600))
        exceptions = "".join(f"  - name: e{i}\n    fields: [proc.name, proc.pname]\n    comps: [in, =]\n    values:\n{rows}" for i in range(1000))
        self.answers(rule("proc.name=a", more="  exceptions:\n" + exceptions), "The condition grows to more than", run=False)

    def test_warnings_without_end(self):
        self.answers("".join(rule("proc.name=a", name=f"r{i}", more="  foo: 1\n") for i in range(size(60_000))), run=False)
        self.answers(rule(numbered("proc.name=proc.name{}", 1, " or ") + " or " + " or ".join(["proc.name=proc.pid"] * size(200_000))), run=False)
        self.answers("- rule: a\n" + "".join(f"  k{i}: 1\n" for i in range(size(300_000))) + "  desc: d\n  condition: proc.name=a\n  output: x\n  priority: INFO\n", run=False)

    # ---- long texts

    def test_long_names(self):
        self.answers(rule("proc." + "a" * size(10_000_000) + "=1"), "nonexistent field", run=False)
        self.answers(rule("proc" + ".a" * size(5_000_000) + "=1"), "nonexistent field", run=False)
        self.answers(rule("m" * 20_000) + "".join(f"- macro: {'m' * 20_000}{i}\n  condition: proc.name=a\n" for i in range(300)), "Undefined macro", run=False)
        self.answers(rule("proc.name=a", more="  tags: [" + numbered("t{}", size(700_000)) + "]\n"), run=False)

    def test_outputs(self):
        self.answers(rule("proc.name=a", output='"' + "%proc.name " * 900_000 + '"'), "the output prints more than", run=False)
        self.answers(rule("proc.name=a", output='"' + "%60000proc.name " * 1000 + '"'), "the output prints more than", run=False)
        self.answers(rule("proc.name=a", output='"%proc.' + "a" * size(3_000_000) + '"'), "nonexistent field", run=False)
        self.answers(rule("proc.name=a", output='"%proc.name.' + "a" * size(3_000_000) + '"'), run=False)
        self.answers(rule("proc.name=a", output="'" + "%container.info " * size(600_000) + "'"), run=False)
        self.answers(rule("proc.name=a", output="'%" + "tolower(" * 10_000 + "proc.name" + ")" * 10_000 + "'"), "exceeded max depth limit", run=False)


if __name__ == "__main__":
    unittest.main()
