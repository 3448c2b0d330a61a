// The shape of trees; clone, equal and print on them.
#include <doctest/doctest.h>

#include "engine/filter/parser.h"
#include "engine/filter/print.h"

using namespace bewit::filter;

namespace {

ExpressionPtr parsed(std::string_view text) {
    auto tree = parse(text);
    REQUIRE_MESSAGE(tree.has_value(), std::string(text));
    return std::move(*tree);
}

const Check& check_of(const Expression& expression) {
    const auto* check = std::get_if<Check>(&expression.value);
    REQUIRE(check != nullptr);
    return *check;
}

const Literal& literal_of(const OperandPtr& operand) {
    const auto* literal = std::get_if<Literal>(&operand->value);
    REQUIRE(literal != nullptr);
    return *literal;
}

constexpr std::string_view all_nodes =
    "not (a or b) and c.d[x] = oneof (1, 'y z') or tolower(e.f) in g and h.i == val(j.k[\"l m\"])[n] or "
    "join(\"-\",(o.p,len(q.r),\"s\",5,0x6)) exists and t.u > -7 and v.w >= 0xff";

}  // namespace

TEST_CASE("operators are spelled as in conditions") {
    for (const char* op : {"=", "!=", "glob", "iglob", "contains", "icontains", "bcontains", "startswith",
                           "bstartswith", "endswith", "regex", "in", "intersects", "pmatch"}) {
        const auto tree = parsed(std::string("a.b ") + op + " x");
        CHECK(text(check_of(*tree).op) == op);
        CHECK(print_operator(check_of(*tree)) == op);
    }
    for (const char* op : {"<", "<=", ">", ">="}) {
        const auto tree = parsed(std::string("a.b ") + op + " 5");
        CHECK(text(check_of(*tree).op) == op);
    }
    const auto exists = parsed("a.b exists");
    CHECK(check_of(*exists).op == Operator::Exists);
    CHECK(text(Operator::Exists) == "exists");
    CHECK(text(Modifier::None) == "");
    CHECK(text(Modifier::OneOf) == "oneof");
    CHECK(text(Modifier::AnyOf) == "anyof");
    CHECK(text(Modifier::AllOf) == "allof");
    CHECK(text(Transformer::Val) == "val");
}

TEST_CASE("transformers are spelled as in conditions") {
    for (const char* name : {"tolower", "toupper", "b64", "basename", "len", "join", "concat", "getopt"}) {
        const auto tree = parsed(std::string(name) + "(a.b) exists");
        CHECK(text(std::get<TransformerCall>(check_of(*tree).left->value).transformer) == name);
    }
}

TEST_CASE("== is Equal, and remembered for print") {
    const auto one = parsed("a.b = x");
    const auto two = parsed("a.b == x");
    CHECK(check_of(*two).op == Operator::Equal);
    CHECK(check_of(*two).double_equals);
    CHECK_FALSE(check_of(*one).double_equals);
    CHECK(equal(*one, *two));
    CHECK(print(*clone(*two)) == "a.b == x");
    CHECK(print_operator(check_of(*parsed("a.b == oneof (x)"))) == "== oneof");
    CHECK(print_operator(check_of(*parsed("a.b != anyof x"))) == "!= anyof");
}

TEST_CASE("exists has nothing on the right") {
    const auto tree = parsed("a.b exists");
    CHECK(check_of(*tree).right.empty());
    CHECK_FALSE(check_of(*tree).list);
}

TEST_CASE("lists are told from single words") {
    const auto list = parsed("a.b in (x)");
    CHECK(check_of(*list).list);
    CHECK(check_of(*list).right.size() == 1);
    const auto word = parsed("a.b in x");
    CHECK_FALSE(check_of(*word).list);
    CHECK(literal_of(check_of(*word).right.at(0)).value == "x");
    const auto empty = parsed("a.b in ()");
    CHECK(check_of(*empty).list);
    CHECK(check_of(*empty).right.empty());
    const auto modified = parsed("a.b startswith anyof (x, y)");
    CHECK(check_of(*modified).op == Operator::StartsWith);
    CHECK(check_of(*modified).modifier == Modifier::AnyOf);
    CHECK(check_of(*modified).list);
    const auto modified_word = parsed("a.b = allof x");
    CHECK(check_of(*modified_word).modifier == Modifier::AllOf);
    CHECK_FALSE(check_of(*modified_word).list);
    CHECK_FALSE(equal(*list, *word));
}

TEST_CASE("a modifier given up leaves no trace") {
    const auto tree = parsed("(a.b = oneof)");
    CHECK(check_of(*tree).modifier == Modifier::None);
    CHECK(literal_of(check_of(*tree).right.at(0)).value == "oneof");
}

TEST_CASE("literals know how they were written") {
    using Form = Literal::Form;
    const auto list = parsed("a.b in (x, 'y', \"z\", 5)");
    const auto& items = check_of(*list).right;
    CHECK(literal_of(items.at(0)).form == Form::Bare);
    CHECK(literal_of(items.at(1)).form == Form::Quoted);
    CHECK(literal_of(items.at(2)).form == Form::Quoted);
    CHECK(literal_of(items.at(3)).form == Form::Bare);
    const auto number = parsed("a.b > -5");
    CHECK(literal_of(check_of(*number).right.at(0)).form == Form::Number);
    CHECK(literal_of(check_of(*number).right.at(0)).value == "-5");
    const auto hex = parsed("a.b > 0x1F");
    CHECK(literal_of(check_of(*hex).right.at(0)).form == Form::Hex);
    CHECK(literal_of(check_of(*hex).right.at(0)).value == "0x1F");
    const auto word = parsed("a.b = 0x1F");
    CHECK(literal_of(check_of(*word).right.at(0)).form == Form::Bare);
}

TEST_CASE("arguments may be absent, empty or unquoted") {
    const auto field_of = [](const Expression& tree) { return std::get<FieldName>(check_of(tree).left->value); };
    const auto none = parsed("a.b exists");
    CHECK_FALSE(field_of(*none).has_argument);
    const auto empty = parsed("a.b[''] exists");
    CHECK(field_of(*empty).has_argument);
    CHECK(field_of(*empty).argument.empty());
    CHECK_FALSE(equal(*none, *empty));
    const auto quoted = parsed("a.b['x\\ty'] exists");
    CHECK(field_of(*quoted).name == "a.b");
    CHECK(field_of(*quoted).argument == "x\ty");
    const auto call = parsed("getopt(a.b, 'x')[x] exists");
    const auto& getopt = std::get<TransformerCall>(check_of(*call).left->value);
    CHECK(getopt.has_argument);
    CHECK(getopt.argument == "x");
    CHECK_FALSE(equal(*call, *parsed("getopt(a.b, 'x') exists")));
    CHECK_FALSE(equal(*call, *parsed("getopt(a.b, 'x')[y] exists")));
}

TEST_CASE("chains are flat, parentheses keep their own") {
    CHECK(std::get<And>(parsed("a and b and c and d")->value).children.size() == 4);
    CHECK(std::get<Or>(parsed("a or b or c or d")->value).children.size() == 4);
    CHECK(std::get<And>(parsed("(a and b) and c")->value).children.size() == 2);
    CHECK(std::holds_alternative<Identifier>(parsed("((a))")->value));
    CHECK(std::holds_alternative<Identifier>(parsed("not not ((a))")->value));
}

TEST_CASE("a clone is equal, has the same places and prints the same") {
    const auto tree = parsed(all_nodes);
    const auto copy = clone(*tree);
    CHECK(equal(*tree, *copy));
    CHECK(print(*tree) == print(*copy));
    const auto& first = std::get<And>(std::get<Or>(copy->value).children.at(0)->value);
    CHECK(copy->location == tree->location);
    CHECK(first.children.at(1)->location == Location{17, 1, 18});
    const auto& check = check_of(*first.children.at(1));
    CHECK(check.op_location == Location{24, 1, 25});
    CHECK(check.left->location == Location{17, 1, 18});
    CHECK(check.left->length == 6);
}

TEST_CASE("the canonical form of every node") {
    CHECK(print(*parsed(all_nodes)) ==
          "((not (a or b) and c.d[x] = oneof (1, \"y z\")) or (tolower(e.f) in g and h.i == val(j.k[\"l m\"])[n]) or "
          "(join(\"-\",(o.p,len(q.r),\"s\",5,0x6)) exists and t.u > -7 and v.w >= 0xff))");
}

TEST_CASE("operands print alone") {
    const auto tree = parsed("join(\"-\", (a.b['x y'], 5)) = 'z w'");
    CHECK(print(*check_of(*tree).left) == "join(\"-\",(a.b[\"x y\"],5))");
    CHECK(print(*check_of(*tree).right.at(0)) == "\"z w\"");
}

TEST_CASE("equal sees every difference but place and quoting") {
    const char* distinct[] = {
        "a",
        "b",
        "not a",
        "not (not a)",
        "a and b",
        "b and a",
        "a or b",
        "a and b and c",
        "(a and b) and c",
        "a.b exists",
        "a.c exists",
        "a.b[1] exists",
        "a.b[2] exists",
        "a.b = x",
        "a.b = y",
        "a.b != x",
        "a.b = oneof x",
        "a.b = anyof x",
        "a.b = oneof (x)",
        "a.b in x",
        "a.b in (x)",
        "a.b in (x, y)",
        "a.b in (y, x)",
        "a.b in ()",
        "a.b pmatch (x)",
        "a.b = val(c.d)",
        "a.b = len(c.d)",
        "a.b = len(c.d)[1]",
        "a.b = \"len(c.d)\"",
        "a.b > 5",
        "a.b > 6",
        "a.b = concat(c.d,5)",
        "a.b = concat(c.d,'5')",
        "a.b = concat(c.d,(c.d))",
        "a.b = concat(c.d)",
        "a.b = c.d",
    };
    for (const char* left : distinct) {
        for (const char* right : distinct) {
            INFO(left, " | ", right);
            CHECK(equal(*parsed(left), *parsed(right)) == (std::string_view(left) == right));
        }
    }
    CHECK(equal(*parsed("a.b = x"), *parsed("  a.b='x'")));
    CHECK(equal(*parsed("a.b in (x,y)"), *parsed("a.b in ( \"x\" , 'y' )")));
    CHECK(equal(*parsed("a.b[x] exists"), *parsed("a.b['x'] exists")));
}
