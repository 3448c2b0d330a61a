// Where nodes and errors are in the text.
#include <doctest/doctest.h>

#include "engine/filter/parser.h"

using namespace bewit::filter;

namespace {

ExpressionPtr parsed(std::string_view text) {
    auto tree = parse(text);
    REQUIRE_MESSAGE(tree.has_value(), std::string(text));
    return std::move(*tree);
}

template <class Node>
const Node& as(const Expression& expression) {
    const auto* node = std::get_if<Node>(&expression.value);
    REQUIRE(node != nullptr);
    return *node;
}

Location error_location(std::string_view text) {
    const auto tree = parse(text);
    REQUIRE_FALSE(tree.has_value());
    return tree.error().location;
}

std::string_view covered(std::string_view text, const Operand& operand) {
    return text.substr(operand.location.offset, operand.length);
}

bool is(Location location, uint32_t offset, uint32_t line, uint32_t column) {
    CHECK(location.offset == offset);
    CHECK(location.line == line);
    CHECK(location.column == column);
    return location == Location{offset, line, column};
}

}  // namespace

TEST_CASE("expressions begin with their first token") {
    const auto tree = parsed("  a and\n (b or\n  not c)");
    CHECK(is(tree->location, 2, 1, 3));
    const auto& all = as<And>(*tree);
    CHECK(is(all.children[0]->location, 2, 1, 3));
    CHECK(is(all.children[1]->location, 10, 2, 3));
    const auto& any = as<Or>(*all.children[1]);
    CHECK(is(any.children[0]->location, 10, 2, 3));
    CHECK(is(any.children[1]->location, 17, 3, 3));
    CHECK(is(as<Not>(*any.children[1]).child->location, 21, 3, 7));
}

TEST_CASE("a chain that begins with a parenthesis begins there") {
    const auto tree = parsed(" (a or b) and c");
    CHECK(is(tree->location, 1, 1, 2));
    CHECK(is(as<And>(*tree).children[0]->location, 2, 1, 3));
}

TEST_CASE("comparisons know their field, their operator and every value") {
    const std::string_view text = "a.b[1]\n  in (x, 'y z',\n\"w\")";
    const auto tree = parsed(text);
    CHECK(is(tree->location, 0, 1, 1));
    const auto& check = as<Check>(*tree);
    CHECK(covered(text, *check.left) == "a.b[1]");
    CHECK(is(check.op_location, 9, 2, 3));
    REQUIRE(check.right.size() == 3);
    CHECK(is(check.right[0]->location, 13, 2, 7));
    CHECK(covered(text, *check.right[0]) == "x");
    CHECK(is(check.right[1]->location, 16, 2, 10));
    CHECK(covered(text, *check.right[1]) == "'y z'");
    CHECK(is(check.right[2]->location, 23, 3, 1));
    CHECK(covered(text, *check.right[2]) == "\"w\"");
}

TEST_CASE("a modifier does not move what follows it") {
    const std::string_view text = "a.b =\n oneof\n  x";
    const auto tree = parsed(text);
    const auto& check = as<Check>(*tree);
    CHECK(is(check.op_location, 4, 1, 5));
    CHECK(is(check.right[0]->location, 15, 3, 3));
    // Here the modifier is tried, given up and read again as a word.
    const std::string_view word = "a.b =\n oneof\n and c";
    const auto again = parsed(word);
    const auto& all = as<And>(*again);
    CHECK(is(as<Check>(*all.children[0]).right[0]->location, 7, 2, 2));
    CHECK(is(all.children[1]->location, 18, 3, 6));
}

TEST_CASE("transformer calls cover their text from name to bracket") {
    const std::string_view text = "getopt( proc.args , \"nt:\" )[t] = join(\"-\", ( a.b, len(c.d) ))";
    const auto tree = parsed(text);
    const auto& check = as<Check>(*tree);
    CHECK(covered(text, *check.left) == "getopt( proc.args , \"nt:\" )[t]");
    const auto& getopt = std::get<TransformerCall>(check.left->value);
    CHECK(covered(text, *getopt.arguments[0]) == "proc.args");
    CHECK(covered(text, *getopt.arguments[1]) == "\"nt:\"");
    CHECK(covered(text, *check.right[0]) == "join(\"-\", ( a.b, len(c.d) ))");
    const auto& join = std::get<TransformerCall>(check.right[0]->value);
    CHECK(covered(text, *join.arguments[1]) == "( a.b, len(c.d) )");
    CHECK(covered(text, *std::get<OperandList>(join.arguments[1]->value).items[1]) == "len(c.d)");
    CHECK(is(join.arguments[0]->location, 38, 1, 39));
}

TEST_CASE("val covers its text from name to bracket") {
    const std::string_view text = "a.b = val( c.d )[x] and e";
    const auto tree = parsed(text);
    const auto& check = as<Check>(*as<And>(*tree).children[0]);
    CHECK(covered(text, *check.right[0]) == "val( c.d )[x]");
    CHECK(covered(text, *std::get<TransformerCall>(check.right[0]->value).arguments[0]) == "c.d");
}

TEST_CASE("lines end with LF, CR LF or CR") {
    CHECK(is(error_location("a and\nb c"), 8, 2, 3));
    CHECK(is(error_location("a and\r\nb c"), 9, 2, 3));
    CHECK(is(error_location("a and\rb c"), 8, 2, 3));
    CHECK(is(error_location("a and\n\r\n\r\rb c"), 12, 5, 3));
    CHECK(is(error_location("a and\n"), 6, 2, 1));
    CHECK(is(error_location("a and\r"), 6, 2, 1));
}

TEST_CASE("columns count bytes") { CHECK(is(error_location("a.b = \xc3\xa9\xc3\xa9 x"), 11, 1, 12)); }

TEST_CASE("errors in escapes are at the backslash") {
    CHECK(is(error_location("a.b in (x,\n 'y\nz\\q')"), 16, 3, 2));
    CHECK(is(error_location("a.b['x\\q'] = 1"), 6, 1, 7));
}

TEST_CASE("what is missing at the end is missing there") {
    CHECK(is(error_location(""), 0, 1, 1));
    CHECK(is(error_location("(a\n"), 3, 2, 1));
    CHECK(is(error_location("a.b ="), 5, 1, 6));
}
