// Fields and transformer calls at the front of a text, as output templates have them.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/filter/parser.h"
#include "engine/filter/print.h"

using namespace bewit::filter;

namespace {

std::string longest(std::string_view text) {
    const auto prefix = parse_operand_prefix(text);
    if (!prefix) return "error: " + prefix.error().message;
    CHECK(prefix->operand->location.offset == 0);
    CHECK(prefix->operand->length == prefix->length);
    return std::string(text.substr(0, prefix->length));
}

// Every prefix that a caller tries, longest first.
std::vector<std::string> tries(std::string_view text) {
    std::vector<std::string> result;
    while (!text.empty()) {
        const auto prefix = parse_operand_prefix(text);
        if (!prefix) {
            FAIL_CHECK(prefix.error().message);
            break;
        }
        result.emplace_back(text.substr(0, prefix->length));
        CHECK(prefix->shorter < prefix->length);
        text = text.substr(0, prefix->shorter);
    }
    return result;
}

using Tries = std::vector<std::string>;

}  // namespace

TEST_CASE("the longest prefix that the grammar takes") {
    CHECK(longest("proc.name") == "proc.name");
    CHECK(longest("proc.name: x") == "proc.name");
    CHECK(longest("proc.name.") == "proc.name");
    CHECK(longest("proc.name..x") == "proc.name");
    CHECK(longest("proc.name_x") == "proc.name_x");
    CHECK(longest("proc.name=%fd.name") == "proc.name");
    CHECK(longest("proc.name)") == "proc.name");
    CHECK(longest("proc.name\xc3\xa9") == "proc.name");
    CHECK(longest("proc.aname[2] x") == "proc.aname[2]");
    CHECK(longest("proc.aname[2][3]") == "proc.aname[2]");
    CHECK(longest("evt.arg['x y'].") == "evt.arg['x y']");
    CHECK(longest("evt.arg.flags|") == "evt.arg.flags");
    CHECK(longest("tolower(proc.name)x") == "tolower(proc.name)");
    CHECK(longest("tolower( proc.name )") == "tolower( proc.name )");
    CHECK(longest("toupper(basename(fd.name)).") == "toupper(basename(fd.name))");
    CHECK(longest("join(\"%\", (a.b, c.d)) x") == "join(\"%\", (a.b, c.d))");
    CHECK(longest("getopt(proc.args, \"x\")[x]]") == "getopt(proc.args, \"x\")[x]");
}

TEST_CASE("a bracket that is none of an argument stays outside") {
    CHECK(longest("proc.name[") == "proc.name");
    CHECK(longest("proc.name[]") == "proc.name");
    CHECK(longest("proc.name[ 1]") == "proc.name");
    CHECK(longest("proc.name[1 ]") == "proc.name");
    CHECK(longest("proc.name[1") == "proc.name");
    CHECK(longest("proc.name['x]") == "proc.name");
    CHECK(longest("proc.name['\\q']") == "proc.name");
    CHECK(longest("len(fd.name)[") == "len(fd.name)");
    CHECK(longest("len(fd.name)[a b]") == "len(fd.name)");
    const auto prefix = parse_operand_prefix("proc.name[1");
    REQUIRE(prefix.has_value());
    CHECK_FALSE(std::get<FieldName>(prefix->operand->value).has_argument);
}

TEST_CASE("what begins with no operand is an error") {
    for (const char* text : {"", " ", "proc", "proc.", "proc..x", ".name", " proc.name", "1a.b", "_a.b", "(proc.name)",
                             "'x'", "5", "val(proc.name)", "Len(a.b)", "%a.b"}) {
        INFO(text);
        CHECK(longest(text) == "error: expected a field or a field transformer");
    }
    CHECK(longest("len(") ==
          "error: expected field transformer argument: field, transformer, quoted string, number, or transformer list");
    CHECK(longest("len(proc.name") == "error: expected a ')' token closing the transformer");
    CHECK(longest("len(proc.name[])") == "error: expected a valid field argument: a quoted string or a bare string");
    CHECK(longest("len('\\q')") == "error: unsupported string escape sequence: \\q");
    const auto missing = parse_operand_prefix("len(\nproc.name");
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().location == Location{14, 2, 10});
}

TEST_CASE("shorter prefixes lose the argument, then the name by bytes") {
    CHECK(tries("a.bc_1[x]y") == Tries{"a.bc_1[x]", "a.bc_1", "a.bc_", "a.bc", "a.b"});
    CHECK(tries("a.b.") == Tries{"a.b"});
    CHECK(tries("ab.c.de") == Tries{"ab.c.de", "ab.c.d", "ab.c"});
    CHECK(tries("proc.name.x") == Tries{"proc.name.x", "proc.name", "proc.nam", "proc.na", "proc.n"});
    CHECK(tries("len(a.b)[x]") == Tries{"len(a.b)[x]", "len(a.b)"});
    CHECK(tries("len(a.b)") == Tries{"len(a.b)"});
}

TEST_CASE("a caller that cuts by one byte comes to the same prefixes") {
    for (const std::string_view whole : {"a.bc_1[x]y", "proc.name.x_y[", "len(a.b)[x]z", "a.b['q']", "ab.c.de.f"}) {
        Tries by_byte;
        for (size_t size = whole.size(); size > 0; --size) {
            const auto prefix = parse_operand_prefix(whole.substr(0, size));
            if (!prefix) break;
            const std::string found(whole.substr(0, prefix->length));
            if (by_byte.empty() || by_byte.back() != found) by_byte.push_back(found);
        }
        CHECK(tries(whole) == by_byte);
    }
}

TEST_CASE("depth is limited in prefixes, too") {
    std::string nested = "a.b";
    for (int i = 0; i < 600; ++i) nested = "len(" + nested + ")";
    CHECK(longest(nested) == "error: exceeded max depth limit of 1000");
    CHECK_FALSE(parse_operand_prefix("a.b", {.max_depth = 2}).has_value());
    CHECK(parse_operand_prefix("a.b", {.max_depth = 3}).has_value());
}
