// Macros: names, visibility, and what they become in conditions.
#include "tests/unit/rule/loading.h"

namespace bewit::rule {

TEST_CASE("names of macros that no condition can refer to are warned about") {
    for (const char* name : {"a", "A_1", "x__", "if"}) {
        CAPTURE(name);
        Loader loader;
        CHECK(loader.add("f", "- macro: " + std::string(name) + "\n  condition: a.b = 1\n").warnings.size() == 1);
    }
    for (const char* name : {"1a", "_a", "a-b", "a b", "ä"}) {
        CAPTURE(name);
        Loader loader;
        const LoadResult result = loader.add("f", "- macro: " + std::string(name) + "\n  condition: a.b = 1\n");
        CHECK(result.ok);
        REQUIRE(result.warnings.size() == 2);
        CHECK(result.warnings[0].code == Code::InvalidMacroName);
        CHECK(result.warnings[0].message ==
              "Macro has an invalid name. Macro names should match a regular expression: ([a-zA-Z]+[a-zA-Z0-9_]*)");
    }
}

TEST_CASE("a macro is one operand of what stands around it, whatever is in it") {
    Loader loader;
    load(loader,
         {"- macro: m\n  condition: a.b = 1 or a.b = 2\n" + rule_with("r", "m and not m") + rule_with("s", "m")});
    CHECK(printed(rule_named(loader, "r")) == "((a.b = 1 or a.b = 2) and not (a.b = 1 or a.b = 2))");
    CHECK(printed(rule_named(loader, "s")) == "(a.b = 1 or a.b = 2)");
}

TEST_CASE("rules see every macro, also those that come later") {
    Loader loader;
    load(loader, {rule_with("r", "m") + "- macro: m\n  condition: a.b = 1\n"});
    CHECK(printed(rule_named(loader, "r")) == "a.b = 1");
}

TEST_CASE("a file must be valid with those before it: a macro of a later file is not there yet") {
    Loader loader;
    const LoadResult result = loader.add("one", rule_with("r", "m"));
    REQUIRE(result.errors.size() == 1);
    CHECK(result.errors[0].message == "Undefined macro 'm' used in filter.");
    load(loader, {"- macro: m\n  condition: a.b = 1\n"});
    CHECK(printed(rule_named(loader, "r")) == "a.b = 1");
}

TEST_CASE("a macro sees only macros that were defined before it was last changed") {
    const ErrorCase cases[] = {
        {"one that comes later is not there",
         "- macro: a\n  condition: c.d = 1 and b\n- macro: b\n  condition: c.d = 2\n", Code::ErrValidate,
         "Undefined macro 'b' used in filter.", 2, 26},
        {"it does not see itself", "- macro: a\n  condition: a\n", Code::ErrValidate,
         "Undefined macro 'a' used in filter.", 2, 14},
        {"redefined, it sees itself, and that is a loop",
         "- macro: a\n  condition: c.d = 1\n- macro: a\n  condition: not a\n", Code::ErrValidate,
         "reference loop in macro 'a'", 4, 18},
        {"a loop over another one is found",
         "- macro: a\n  condition: c.d = 1\n- macro: b\n  condition: c.d = 2 or a\n- macro: a\n  condition: b\n",
         Code::ErrValidate, "reference loop in macro 'b'", 6, 14},
        {"a loop is told before what is undefined",
         "- macro: a\n  condition: c.d = 1\n- macro: a\n  condition: nobody or a or c.d = 1\n", Code::ErrValidate,
         "reference loop in macro 'a'", 4, 24},
        {"of several undefined macros the first is told", "- macro: a\n  condition: c.d = 1 and (no or nay)\n",
         Code::ErrValidate, "Undefined macro 'no' used in filter.", 2, 27},
        {"in rules too",
         "- rule: r\n  desc: d\n  condition: evt.type = open and not nobody\n  output: o\n  priority: INFO\n",
         Code::ErrValidate, "Undefined macro 'nobody' used in filter.", 3, 38},
    };
    for (const ErrorCase& expected : cases) check_error(expected);
}

TEST_CASE("redefined, a macro sees what was defined in between") {
    Loader loader;
    load(loader, {"- macro: a\n  condition: c.d = 1\n- macro: user\n  condition: a\n- macro: b\n  condition: c.d = "
                  "2\n- macro: a\n  condition: not b\n"});
    CHECK(printed(macro_named(loader, "a")) == "not c.d = 2");
    CHECK(printed(macro_named(loader, "user")) == "not c.d = 2");
    CHECK(loader.rules().macros[0].name == "a");
}

TEST_CASE("an undefined macro is told once it is reached through one that was redefined") {
    // `a` sees `b`, whose own `c` comes after a's last change: a cannot see it, though b does after its append.
    check_error({"in the way of the one that reaches for it",
                 "- macro: a\n  condition: x.y = 1\n- macro: b\n  condition: x.y = 2\n- macro: a\n  condition: b\n- "
                 "macro: c\n  condition: x.y = 3\n"
                 "- macro: b\n  condition: or c\n  override: {condition: append}\n",
                 Code::ErrValidate, "Undefined macro 'c' used in filter.", 10, 17});
}

TEST_CASE("what a later file changes reaches everything that uses it") {
    Loader loader;
    load(loader, {"- macro: a\n  condition: c.d = 1\n- macro: b\n  condition: not a\n" +
                      rule_with("r", "b and x.y = 1") + rule_with("s", "x.y = 2"),
                  "- macro: a\n  condition: c.d = 2\n"});
    CHECK(printed(macro_named(loader, "b")) == "not c.d = 2");
    CHECK(printed(rule_named(loader, "r")) == "(not c.d = 2 and x.y = 1)");
    CHECK(printed(rule_named(loader, "s")) == "x.y = 2");
    load(loader, {"- macro: a\n  condition: or c.d = 3\n  override: {condition: append}\n"});
    CHECK(printed(rule_named(loader, "r")) == "(not (c.d = 2 or c.d = 3) and x.y = 1)");
}

TEST_CASE("what a file does not touch keeps its tree") {
    Loader loader;
    load(loader, {"- macro: a\n  condition: c.d = 1\n" + rule_with("r", "a")});
    const auto* macro = macro_named(loader, "a").compiled.get();
    const auto* rule = rule_named(loader, "r").resolved.get();
    load(loader, {"- list: l\n  items: [x]\n- macro: b\n  condition: a\n" + rule_with("s", "b")});
    CHECK(macro_named(loader, "a").compiled.get() == macro);
    CHECK(rule_named(loader, "r").resolved.get() == rule);
}

TEST_CASE("macros that nothing refers to are told") {
    const WarningCase cases[] = {
        {"an unused macro is told",
         "- macro: m\n  condition: a.b = 1\n",
         {Code::UnusedMacro},
         "Macro not referred to by any other rule/macro"},
        {"another macro's use counts",
         "- macro: m\n  condition: a.b = 1\n- macro: n\n  condition: m\n",
         {Code::UnusedMacro},
         "Macro not referred to by any other rule/macro"},
        {"a rule's use counts, and through it all that it leads to",
         "- macro: m\n  condition: a.b = 1\n- macro: n\n  condition: m\n- rule: r\n  desc: d\n  condition: n\n  "
         "output: o\n  priority: INFO\n",
         {},
         ""},
    };
    for (const WarningCase& expected : cases) check_warnings(expected);
}

}  // namespace bewit::rule
