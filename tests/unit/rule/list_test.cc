// Lists: names, order, lists within lists, and what they become in conditions.
#include "tests/unit/rule/loading.h"

namespace bewit::rule {

// The condition of a rule under lists, in canonical form.
std::string resolved(const std::string& lists, const std::string& condition) {
    Loader loader;
    load(loader, {lists + rule_with("r", "\"" + condition + "\"")});
    return printed(rule_named(loader, "r"));
}

std::string resolved_text(const std::string& lists, const std::string& condition) {
    Loader loader;
    load(loader, {lists + rule_with("r", "\"" + condition + "\"")});
    return rule_named(loader, "r").resolved_text;
}

TEST_CASE("names of lists that no bare word can have are warned about, and work") {
    for (const char* name : {"a-b", "1", "a.b", "ä", "a[0]"}) {
        CAPTURE(name);
        Loader loader;
        const LoadResult result = loader.add("f", "- list: \"" + std::string(name) + "\"\n  items: []\n");
        CHECK(result.warnings.size() == 1);  // unused
    }
    for (const char* name : {"a b", "a,b", "a(b", "a)", "a=b", "it's", "a\\\"b", "a\\tb"}) {
        CAPTURE(name);
        Loader loader;
        const LoadResult result = loader.add("f", "- list: \"" + std::string(name) + "\"\n  items: []\n");
        CHECK(result.ok);
        REQUIRE(result.warnings.size() == 2);
        CHECK(result.warnings[0].code == Code::InvalidListName);
        CHECK(result.warnings[0].message ==
              "List has an invalid name. List names should match a regular expression: ([^()\"'[:space:]=,]+)");
    }
    CHECK(resolved("- list: a b\n  items: [x, y]\n", "proc.name in (a b)") == "proc.name in (x, y)");
}

TEST_CASE("a list's name as a word of a condition gives way to its items") {
    const std::string lists = "- list: l\n  items: [x, y]\n- list: e\n  items: []\n- list: one\n  items: [x]\n";
    struct {
        const char* truth;
        const char* condition;
        const char* text;
    } const cases[] = {
        {"blanks stand on both sides", "proc.name in (l)", "proc.name in ( x, y )"},
        {"blanks that stood there are eaten", "proc.name in (  l \\t )", "proc.name in ( x, y )"},
        {"a list stands among words", "proc.name in (a,l,b)", "proc.name in (a, x, y ,b)"},
        {"line feeds are blanks", "proc.name in (a,\\nl\\n)", "proc.name in (a, x, y )"},
        {"an equals sign ends a word", "proc.name=one and a.b = 1", "proc.name= x and a.b = 1"},
        {"a part of a word is no word", "proc.name in (ll, l2, l-, xl)", "proc.name in (ll, l2, l-, xl)"},
        {"quotes do not protect, where blanks stand in them", "proc.name = ' l '", "proc.name = ' x, y '"},
        {"quotes end no word", "proc.name in ('l', \\\"l\\\")", "proc.name in ('l', \"l\")"},
        {"a bare list behind an operator works for one word", "proc.name in one", "proc.name in x "},
        {"the same list may stand twice", "proc.name in (l) or proc.pname in (l)",
         "proc.name in ( x, y ) or proc.pname in ( x, y )"},
        {"an empty list leaves nothing", "proc.name in (e)", "proc.name in (  )"},
        {"an empty list takes the comma on its left", "proc.name in (a, e)", "proc.name in (a  )"},
        {"or else the one on its right", "proc.name in (e, a)", "proc.name in (   a)"},
        {"but not both", "proc.name in (a, e, b)", "proc.name in (a  , b)"},
        {"two empty lists take two commas", "proc.name in (e, e, a)", "proc.name in (   a)"},
        {"a list at the end", "proc.name = one", "proc.name = x "},
    };
    for (const auto& c : cases) {
        CAPTURE(std::string(c.truth));
        CHECK(resolved_text(lists, c.condition) == std::string(c.text));
    }
}

TEST_CASE("items with blanks are quoted, others are taken as they are") {
    const std::string lists = "- list: l\n  items: [a b, '\"c d\"', \"'e f'\", g]\n";
    CHECK(resolved_text(lists, "proc.name in (l)") == "proc.name in ( \"a b\", \"c d\", 'e f', g )");
    CHECK(resolved(lists, "proc.name in (l)") == "proc.name in (\"a b\", \"c d\", \"e f\", g)");
}

TEST_CASE("lists have no order in conditions: one that comes later, even in a later file, counts") {
    Loader loader;
    load(loader, {rule_with("r", "proc.name in (l)") + "- macro: m\n  condition: proc.pname in (l)\n"});
    CHECK(printed(rule_named(loader, "r")) == "proc.name in (l)");
    load(loader, {"- list: l\n  items: [x]\n"});
    CHECK(printed(rule_named(loader, "r")) == "proc.name in (x)");
    CHECK(printed(macro_named(loader, "m")) == "proc.pname in (x)");
    load(loader, {"- list: l\n  items: [y]\n  override: {items: append}\n"});
    CHECK(printed(rule_named(loader, "r")) == "proc.name in (x, y)");
    load(loader, {"- list: l\n  items: [z]\n"});
    CHECK(printed(rule_named(loader, "r")) == "proc.name in (z)");
}

TEST_CASE("a list in a list is replaced if it was defined before the outer one was last changed, by one level") {
    const std::string inner = "- list: inner\n  items: [x]\n";
    const std::string outer = "- list: outer\n  items: [inner, y]\n";
    CHECK(resolved(inner + outer, "proc.name in (outer)") == "proc.name in (x, y)");
    // Later, it is caught in the text.
    CHECK(resolved(outer + inner, "proc.name in (outer)") == "proc.name in (x, y)");
    // One level: what the inner list names stays, as it comes before the outer one and its turn in the text is over.
    const std::string innermost = "- list: innermost\n  items: [w]\n";
    CHECK(resolved(innermost + "- list: inner\n  items: [innermost]\n" + outer, "proc.name in (outer)") ==
          "proc.name in (innermost, y)");
    // In the order of their definition, the text catches all.
    CHECK(resolved(outer + "- list: inner\n  items: [innermost]\n" + innermost, "proc.name in (outer)") ==
          "proc.name in (w, y)");
}

TEST_CASE("an append makes lists visible that were defined after the outer one") {
    Loader loader;
    load(loader,
         {"- list: outer\n  items: [inner]\n- list: inner\n  items: [innermost]\n- list: innermost\n  items: [x]\n" +
          rule_with("r", "proc.name in (outer)")});
    CHECK(printed(rule_named(loader, "r")) == "proc.name in (x)");
    load(loader, {"- list: outer\n  items: [y]\n  override: {items: append}\n"});
    CHECK(printed(rule_named(loader, "r")) == "proc.name in (x, y)");
}

TEST_CASE("a list that names itself is not put into itself without end") {
    CHECK(resolved("- list: l\n  items: [l, a]\n", "proc.name in (l)") == "proc.name in (l, a)");
    // Redefined, it sees itself, once.
    Loader loader;
    load(loader, {"- list: l\n  items: [x]\n- list: l\n  items: [l, a]\n" + rule_with("r", "proc.name in (l)")});
    CHECK(printed(rule_named(loader, "r")) == "proc.name in (l, a, a)");
}

TEST_CASE("a redefinition of a list keeps its place in the order") {
    Loader loader;
    load(loader, {"- list: a\n  items: [x]\n- list: b\n  items: [y]\n- list: a\n  items: [z]\n"});
    REQUIRE(loader.rules().lists.size() == 2);
    CHECK(loader.rules().lists[0].name == "a");
    CHECK(loader.rules().lists[0].items == std::vector<std::string>{"z"});
    CHECK(loader.rules().lists[0].visibility > loader.rules().lists[1].visibility);
    CHECK(loader.rules().lists[0].order == 0);
}

TEST_CASE("lists that nothing refers to are told, after every file") {
    const WarningCase cases[] = {
        {"an unused list is told",
         "- list: l\n  items: [a]\n",
         {Code::UnusedList},
         "List not referred to by any other rule/macro"},
        {"a rule's use counts",
         "- list: l\n  items: [a]\n- rule: r\n  desc: d\n  condition: proc.name in (l)\n  output: o\n  priority: "
         "INFO\n",
         {},
         ""},
        {"an unused macro's use counts",
         "- list: l\n  items: [a]\n- macro: m\n  condition: proc.name in (l)\n",
         {Code::UnusedMacro},
         "Macro not referred to by any other rule/macro"},
        {"another list's use counts",
         "- list: l\n  items: [a]\n- list: k\n  items: [l]\n",
         {Code::UnusedList},
         "List not referred to by any other rule/macro"},
        {"a use in an exception counts",
         "- list: l\n  items: [a]\n- rule: r\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: INFO\n"
         "  exceptions: [{name: e, fields: proc.name, values: [l]}]\n",
         {},
         ""},
    };
    for (const WarningCase& expected : cases) check_warnings(expected);
    Loader loader;
    load(loader, {"- list: l\n  items: [a]\n"});
    CHECK_FALSE(list_named(loader, "l").used);
    const LoadResult again = loader.add("two", "- list: k\n  items: [l]\n");
    CHECK(again.warnings.size() == 1);
    CHECK(list_named(loader, "l").used);
    CHECK_FALSE(list_named(loader, "k").used);
}

TEST_CASE("unused lists and macros are told only if everything compiled") {
    Loader loader;
    const LoadResult result = loader.add("f", "- list: l\n  items: [a]\n- macro: m\n  condition: nobody\n");
    CHECK_FALSE(result.ok);
    CHECK(result.warnings.empty());
}

}  // namespace bewit::rule
