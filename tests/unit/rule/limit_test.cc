// Files that nobody would write: they end in an error or are read, within bounds of time, memory and stack.
#include "engine/rule/load_limits.h"
#include "tests/unit/rule/loading.h"

namespace bewit::rule {

std::string repeated(std::string_view piece, size_t times) {
    std::string text;
    text.reserve(piece.size() * times);
    for (size_t i = 0; i < times; ++i) text += piece;
    return text;
}

std::string n(size_t number) {
    return std::to_string(number);
}

LoadResult loaded(const std::string& yaml) {
    Loader loader;
    return loader.add("f", yaml);
}

std::string error_message(const std::string& yaml) {
    const LoadResult result = loaded(yaml);
    return result.errors.size() == 1 ? result.errors[0].message : "(" + n(result.errors.size()) + " errors)";
}

TEST_CASE("YAML that is nested too deeply is an error, however it is nested") {
    std::string indented;
    for (size_t i = 0; i < 5'000; ++i) indented += std::string(i, ' ') + "-\n";
    const std::string deep[] = {
        "- list: a\n  items: " + repeated("[", 10'000) + repeated("]", 10'000) + "\n",
        "- " + repeated("{a: ", 10'000) + repeated("}", 10'000) + "\n",
        repeated("[", 99'000),
        repeated("- ", 10'000) + "x\n",
        repeated("? ", 10'000) + "x\n",
        repeated("[{a: ", 10'000),
        indented,
    };
    for (const std::string& yaml : deep) {
        const LoadResult result = loaded(yaml);
        REQUIRE(result.errors.size() == 1);
        CHECK(result.errors[0].code == Code::ErrYamlParse);
        CHECK(result.errors[0].message == "nested more than 100 levels deep");
    }
    CHECK(error_message(repeated("[", 1'000'000)) == "more than 100000 brackets are open");
    CHECK(loaded("- x: " + repeated("[", 98) + repeated("]", 98) + "\n").ok);
}

TEST_CASE("brackets in many conditions are no flood") {
    std::string yaml;
    for (size_t i = 0; i < 2'000; ++i)
        yaml += "- macro: m" + n(i) + "\n  condition: a.b contains \"" + repeated("[", 100) + "\"\n";
    CHECK(loaded(yaml).ok);
}

TEST_CASE("a list of a million items is read and used") {
    std::string yaml = "- list: l\n  items:\n";
    for (size_t i = 0; i < 1'000'000; ++i) yaml += "  - i" + n(i) + "\n";
    Loader loader;
    const LoadResult result = loader.add("f", yaml + rule_with("r", "proc.name in (l)"));
    CHECK(result.ok);
    CHECK(list_named(loader, "l").items.size() == 1'000'000);
    REQUIRE(rule_named(loader, "r").resolved != nullptr);
    CHECK(std::get<filter::Check>(rule_named(loader, "r").resolved->value).right.size() == 1'000'000);
}

TEST_CASE("a file that is too large is an error") {
    CHECK(loaded(std::string(16u << 20, '\n')).ok);
    CHECK(error_message(std::string((16u << 20) + 1, '\n')) == "The file is larger than 16 MiB");
}

TEST_CASE("aliases that unfold without end are an error") {
    const std::string laughs =
        "- a: &a [x, x, x, x, x, x, x, x, x, x]\n- b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
        "- c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n- d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n";
    CHECK(loaded(laughs).ok);
    CHECK(error_message(laughs + "- list: l\n  items: *d\n") == "sequence value is not scalar");
    CHECK(error_message(laughs + rule_with("r", "evt.type = open") +
                        "  exceptions: [{name: e, fields: [proc.name], values: *d}]\n") ==
          "Fields and values lists must have equal length");

    std::string wide = "- list: l\n  items: &i [" + repeated("x, ", 1'000) + "x]\n";
    for (size_t i = 0; i < 10'000; ++i) wide += "- list: l" + n(i) + "\n  items: *i\n";
    CHECK(error_message(wide) == "The file's aliases expand to more than 8000000 values or 256 MiB");

    std::string long_text = "- macro: m\n  condition: &c a.b = " + std::string(1u << 20, 'x') + "\n";
    for (size_t i = 0; i < 300; ++i) long_text += "- macro: m" + n(i) + "\n  condition: *c\n";
    CHECK(error_message(long_text) == "The file's aliases expand to more than 8000000 values or 256 MiB");
}

TEST_CASE("a node that is its own descendant is read as far as it makes sense") {
    CHECK(error_message("- list: l\n  items: &i [*i]\n") == "sequence value is not scalar");
    CHECK(error_message("- &i [*i]\n") == "Unexpected element type. Each element should be a yaml associative array.");
    CHECK(error_message("&d [*d]\n") == "Unexpected element type. Each element should be a yaml associative array.");
    CHECK(error_message(rule_with("r", "evt.type = open") + "  exceptions: &e [*e]\n") ==
          "Rule exception must be a mapping");
    CHECK(error_message(rule_with("r", "evt.type = open") +
                        "  exceptions: [{name: e, fields: [proc.name], values: &v [*v, [a]]}]\n") ==
          "Fields and values lists must have equal length");
    CHECK(loaded("- &i {rulez: *i}\n").ok);
}

TEST_CASE("lists that hold each other are an error when they grow too large") {
    // Each is put into the next one in the text: ten times larger every time.
    std::string nested;
    for (size_t i = 0; i < 12; ++i)
        nested += "- list: l" + n(i) + "\n  items: [" + repeated("l" + n(i + 1) + ", ", 9) + "x]\n";
    CHECK(error_message(nested + rule_with("r", "a.b in (l0)")) ==
          "The condition grows to more than 32 MiB once its lists are resolved");

    // The same without any text: what grows is the work.
    std::string empty;
    for (size_t i = 0; i < 30; ++i) empty += "- list: l" + n(i) + "\n  items: [l" + n(i + 1) + ", l" + n(i + 1) + "]\n";
    empty += "- list: l30\n  items: []\n";
    CHECK(error_message(empty + rule_with("r", "a.b in (l0)")) ==
          "The condition grows to more than 32 MiB once its lists are resolved");

    // One level is resolved in the list itself.
    const std::string large = "- list: large\n  items: [" + repeated("x, ", 9'999) + "x]\n";
    CHECK(error_message(large + "- list: square\n  items: [" + repeated("large, ", 9'999) + "x]\n") ==
          "Lists grow to more than 16000000 items or 256 MiB once the lists in them are resolved");
}

TEST_CASE("a chain of a hundred thousand lists is no recursion") {
    std::string chain;
    for (size_t i = 0; i < 100'000; ++i) chain += "- list: l" + n(i) + "\n  items: [l" + n(i + 1) + "]\n";
    Loader loader;
    const LoadResult result = loader.add("f", chain + rule_with("r", "a.b in (l0)"));
    CHECK(result.ok);
    CHECK(printed(rule_named(loader, "r")) == "a.b in (l100000)");
}

TEST_CASE("many large conditions are an error before they fill the memory") {
    std::string yaml = "- list: l\n  items: [" + repeated("x, ", 300'000) + "x]\n";
    for (size_t i = 0; i < 400; ++i) yaml += "- macro: m" + n(i) + "\n  condition: a.b in (l)\n";
    CHECK(error_message(yaml) == "Conditions have more than 8000000 nodes together");
}

TEST_CASE("macros that hold each other are an error when they grow too large or too deep") {
    std::string doubling = "- macro: m0\n  condition: a.b = 1\n";
    for (size_t i = 1; i < 40; ++i) {
        doubling += "- macro: m" + n(i) + "\n  condition: m" + n(i - 1) + " or m" + n(i - 1) + "\n";
    }
    CHECK(error_message(doubling) == "The condition grows to more than 2000000 nodes once its macros are resolved");

    std::string deep = "- macro: m0\n  condition: a.b = 1\n";
    for (size_t i = 1; i < 100'000; ++i) deep += "- macro: m" + n(i) + "\n  condition: not m" + n(i - 1) + "\n";
    const char* too_deep =
        "The condition is nested more than 2000 levels deep, or in more than 500 macros, once its macros are resolved";
    CHECK(error_message(deep) == std::string(too_deep));

    // Forwards: every macro was defined before, and now names the next one.
    std::string forward, again;
    for (size_t i = 0; i < 20'000; ++i) {
        forward += "- macro: m" + n(i) + "\n  condition: a.b = 1\n";
        again += "- macro: m" + n(i) + "\n  condition: m" + n(i + 1) + "\n";
    }
    CHECK(error_message(forward + "- macro: m20000\n  condition: a.b = 1\n" + again) == std::string(too_deep));
}

TEST_CASE("a chain of macros that adds no level is read, however long") {
    std::string chain = "- macro: m0\n  condition: a.b = 1\n";
    for (size_t i = 1; i < 20'000; ++i) chain += "- macro: m" + n(i) + "\n  condition: m" + n(i - 1) + "\n";
    Loader loader;
    CHECK(loader.add("f", chain + rule_with("r", "m19999")).ok);
    CHECK(printed(rule_named(loader, "r")) == "a.b = 1");
}

TEST_CASE("a condition that is nested too deeply is the parser's error") {
    const LoadResult result = loaded("- macro: m\n  condition: \"" + repeated("(", 100'000) + "\"\n");
    REQUIRE(result.errors.size() == 1);
    CHECK(result.errors[0].message == "exceeded max depth limit of 1000");
}

TEST_CASE("bytes that are no text do no harm") {
    std::string zeroes("- list: a\n  items: [\0, x]\n", 26);
    loaded(zeroes);
    loaded("\xff\xfe- list: a\n");
    loaded(std::string("\xfe\xff\0-\0 \0l", 9));
    loaded("- macro: m\n  condition: \"a.b = \\x00\"\n");
    Loader loader;
    const LoadResult result = loader.add("f", "- rule: \"a\\0b\"\n  enabled: no\n");
    REQUIRE(result.errors.size() == 1);
    CHECK(result.errors[0].context[1].name == std::string("a\0b", 3));
}

TEST_CASE("ten megabytes of rules are read") {
    std::string yaml;
    for (size_t i = 0; yaml.size() < 10'000'000; ++i)
        yaml += rule_with("rule " + n(i), "evt.type = open and fd.name startswith /etc/" + n(i));
    Loader loader;
    CHECK(loader.add("f", yaml).ok);
    CHECK(loader.rules().rules.size() > 80'000);
}

}  // namespace bewit::rule
