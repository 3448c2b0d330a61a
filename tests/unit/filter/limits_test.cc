// Depth, size and time: whatever the text is, there is an answer, and soon.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "engine/filter/parser.h"
#include "engine/filter/print.h"
#include "tests/unit/filter/cases.h"

using namespace bewit::filter;
using test::canonical;

namespace {

std::string repeat(std::string_view part, size_t count) {
    std::string out;
    out.reserve(part.size() * count);
    for (size_t i = 0; i < count; ++i) out += part;
    return out;
}

// The smallest limit that the text fits in, so the depth that it reaches plus one.
uint32_t needed_depth(std::string_view text) {
    uint32_t depth = 1;
    while (!parse(text, {.max_depth = depth}).has_value()) {
        ++depth;
        REQUIRE(depth < 500);
    }
    return depth;
}

// A text fifty times as long may take fifty times the time, and ten times that on a machine that is busy with other
// things. A quadratic parser would take 2,500 times the time, a second or more.
void check_linear(const std::string& open, std::string_view part, const std::string& close, bool valid) {
    using Clock = std::chrono::steady_clock;
    const auto seconds = [&](size_t count) {
        const std::string text = open + repeat(part, count) + close;
        auto best = Clock::duration::max();
        for (int round = 0; round < 2; ++round) {
            const auto start = Clock::now();
            const auto tree = parse(text);
            best = std::min(best, Clock::now() - start);
            REQUIRE(tree.has_value() == valid);
        }
        return std::chrono::duration<double>(best).count();
    };
    INFO("part: ", std::string(part));
    const double small = seconds(1'000);
    const double large = seconds(50'000);
    CHECK(large < small * 50 * 10 + 0.05);
}

}  // namespace

TEST_CASE("depth counts as Falco counts it") {
    // or, and, not, check
    CHECK(needed_depth("a") == 5);
    CHECK(needed_depth("not a") == 5);
    CHECK(needed_depth("a and b or c") == 5);
    // + condition
    CHECK(needed_depth("a.b exists") == 6);
    // + condition, string, transformer
    CHECK(needed_depth("a.b = x") == 8);
    CHECK(needed_depth("a.b > 5") == 8);
    // + condition, list, element
    CHECK(needed_depth("a.b in (x)") == 7 + 1);
    CHECK(needed_depth("a.b in ()") == 7 + 1);
    CHECK(needed_depth("a.b = oneof (x)") == 7 + 1);
    CHECK(needed_depth("a.b = oneof x") == 7);
    CHECK(needed_depth("a.b in x") == 8);
    // + call, argument, field
    CHECK(needed_depth("len(a.b) exists") == 8);
    CHECK(needed_depth("len(len(a.b)) exists") == 10);
    CHECK(needed_depth("len(5) exists") == 7);
    // An item of a list opens no level of its own.
    CHECK(needed_depth("len((a.b)) exists") == 8);
    CHECK(needed_depth("len((len(a.b))) exists") == 10);
    CHECK(needed_depth("a.b = val(c.d)") == 9);
    CHECK(needed_depth("a.b = len(c.d)") == 11);
}

TEST_CASE("parentheses cost five levels, three behind and, two behind or, four behind not") {
    CHECK(needed_depth("(a)") == 10);
    CHECK(needed_depth("((a))") == 15);
    CHECK(needed_depth("not(a)") == 9);
    CHECK(needed_depth("not(not(a))") == 13);
    CHECK(needed_depth("a and(b)") == 8);
    CHECK(needed_depth("a and(b and(c))") == 11);
    CHECK(needed_depth("a or(b)") == 7);
    CHECK(needed_depth("a or(b or(c))") == 9);
    CHECK(needed_depth("a or (b or (c))") == 15);
}

TEST_CASE("the limit is 1000 unless told otherwise") {
    // 5 * 198 + 5 = 995; 199 pairs of parentheses reach 1000.
    CHECK(canonical(repeat("(", 198) + "a" + repeat(")", 198)) == "a");
    CHECK(canonical(repeat("(", 199) + "a" + repeat(")", 199)) == "a");
    CHECK(canonical(repeat("(", 200) + "a" + repeat(")", 200)) == "error: exceeded max depth limit of 1000");
    const auto few = parse("(a)", {.max_depth = 9});
    REQUIRE_FALSE(few.has_value());
    CHECK(few.error().message == "exceeded max depth limit of 9");
    CHECK(few.error().location.offset == 1);
    CHECK(parse("(a)", {.max_depth = 10}).has_value());
    CHECK_FALSE(parse("a", {.max_depth = 0}).has_value());
}

TEST_CASE("no nesting overflows the stack") {
    const std::string too_deep = "error: exceeded max depth limit of 1000";
    for (const char* open :
         {"(", "not(", "a and(", "a or(", "a or (", "not (", "a and not (", "len(", "join((a.b,len("}) {
        INFO(open);
        CHECK(canonical(repeat(open, 10'000)) == too_deep);
        CHECK(canonical(repeat(open, 1'000'000)) == too_deep);
    }
    CHECK(canonical(repeat("(", 10'000) + "a" + repeat(")", 10'000)) == too_deep);
}

TEST_CASE("a chain is no nesting, however long") {
    CHECK(canonical(repeat("not ", 1'000'000) + "a") == "a");
    CHECK(canonical(repeat("not ", 1'000'001) + "a") == "not a");
    CHECK(canonical(repeat("not ", 1'000'000)).starts_with("error: expected a '('"));
    const auto all = parse(repeat("a and ", 100'000) + "a");
    REQUIRE(all.has_value());
    CHECK(std::get<And>((*all)->value).children.size() == 100'001);
    const auto any = parse(repeat("a.b = x or ", 100'000) + "a");
    REQUIRE(any.has_value());
    CHECK(std::get<Or>((*any)->value).children.size() == 100'001);
}

TEST_CASE("the deepest trees can be cloned, compared, printed and destroyed") {
    constexpr ParseOptions deep = {.max_depth = 10'000};
    for (const char* open : {"a or(", "a and(", "not(", "a or not(", "a and not(b or("}) {
        const size_t closing = std::string_view(open).ends_with("b or(") ? 2 : 1;
        const size_t count = 999 / closing;
        const auto tree = parse(repeat(open, count) + "a" + repeat(")", count * closing), deep);
        REQUIRE(tree.has_value());
        const auto copy = clone(**tree);
        CHECK(equal(**tree, *copy));
        const std::string text = print(*copy);
        const auto again = parse(text, deep);
        REQUIRE(again.has_value());
        CHECK(equal(**tree, **again));
    }
    std::string nested = "a.b";
    for (int i = 0; i < 490; ++i) nested = "len(" + nested + ")";
    CHECK(canonical(nested + " = 1") == nested + " = 1");
}

TEST_CASE("a list of a million items") {
    std::string text = "a.b in (";
    for (int i = 0; i < 1'000'000; ++i) text += "item" + std::to_string(i) + ", ";
    text += "'the last')";
    const auto tree = parse(text);
    REQUIRE(tree.has_value());
    const auto& items = std::get<Check>((*tree)->value).right;
    REQUIRE(items.size() == 1'000'001);
    CHECK(std::get<Literal>(items[999'999]->value).value == "item999999");
    CHECK(std::get<Literal>(items.back()->value).value == "the last");
    CHECK(items.back()->location.offset == text.size() - 11);
}

TEST_CASE("time grows with the length of the text and not faster") {
    check_linear("a.b in (x", ", y", ")", true);
    check_linear("a.b in (x", ",\ny", ")", true);
    check_linear("a.b in (x", ", 'y \\\\ z'", ")", true);
    check_linear("a", " and b", "", true);
    check_linear("a", "\nor b", "", true);
    check_linear("", "not ", "a", true);
    check_linear("a", " and b.c = oneof", "", true);
    check_linear("a", " and b.c = oneof ()", "", true);
    check_linear("a", " and\nb.c\n=\noneof\n", "", true);
    check_linear("a.b = ", "x", "", true);
    check_linear("a.b = '", "\\x41", "'", true);
    check_linear("a.b[", "x", "] exists", true);
    check_linear("a", ".b", " exists", true);
    check_linear("concat(a.b", ", 'x'", ") exists", true);
    check_linear("concat((a.b", ", len(c.d)", ")) exists", true);
    check_linear("a", " ", "", true);
    check_linear("a", "\n", "", true);
    // Errors at the end, and quotes that never close.
    check_linear("a.b in (x", ", y", "", false);
    check_linear("a.b = \"", "x' ", "", false);
    check_linear("a", " and a.b = ''", " '", false);
    check_linear("a", "\nand a.b in ('x')", " in", false);
    check_linear("a.b > ", "1", "x", false);
}

TEST_CASE("a prefix of a long text costs what the prefix costs") {
    using Clock = std::chrono::steady_clock;
    const std::string text = "proc.name " + repeat("%proc.name and more\n", 1'000'000);
    const auto start = Clock::now();
    for (int i = 0; i < 10'000; ++i) REQUIRE(parse_operand_prefix(text).has_value());
    // 20 MB read 10,000 times would take a minute at the least.
    CHECK(std::chrono::duration<double>(Clock::now() - start).count() < 5);
}
