// and, or, not, parentheses and macros' names.
#include <doctest/doctest.h>

#include "tests/unit/filter/cases.h"

using bewit::filter::test::accepts;
using bewit::filter::test::canonical;
using bewit::filter::test::rejects;

namespace {

constexpr auto after_and = "expected blank or '(' after 'and'";
constexpr auto after_or = "expected blank or '(' after 'or'";
constexpr auto close = "expected a ')' token";
constexpr auto primary = "expected a '(' token, a field check, or an identifier";

}  // namespace

TEST_CASE("a lone name is a macro") {
    accepts({
        {"a"},
        {"spawned_process"},
        {"Z9_"},
        {"a_"},
        {"x1"},
        {"exists"},
        {"in"},
        {"val"},
        {"tolower"},
        {"oneof"},
        {"(a)", "a"},
        {"((((((((((a))))))))))", "a"},
        {"( a )", "a"},
        {"(\n\ta\r\n)", "a"},
    });
    rejects({
        {"¦_a", primary},
        {"¦1a", primary},
        {"¦'a'", primary},
        {"¦.a", primary},
        {"¦*", primary},
        {"¦#a and b", primary},
        {"a¦-b", "unexpected token after 'a', expecting 'or', 'and'"},
        {"a¦.", "unexpected token after 'a', expecting 'or', 'and'"},
        {"a¦.1", "unexpected token after 'a', expecting 'or', 'and'"},
        {"a¦..b", "unexpected token after 'a', expecting 'or', 'and'"},
        {"a ¦b", "unexpected token after 'a', expecting 'or', 'and'"},
        {"a¦[1]", "unexpected token after 'a', expecting 'or', 'and'"},
        {"a ¦= b", "unexpected token after 'a', expecting 'or', 'and'"},
        {"macro ¦> 12", "unexpected token after 'macro', expecting 'or', 'and'"},
    });
}

TEST_CASE("an empty condition is an error") {
    rejects({
        {"¦", "filter input string is empty"},
        {" ¦", primary},
        {" \t\r\n\b¦", primary},
        {"(¦", primary},
        {"(¦)", primary},
        {"( ¦)", primary},
    });
}

TEST_CASE("and binds more tightly than or, not more tightly than and") {
    accepts({
        {"a and b", "(a and b)"},
        {"a and b and c", "(a and b and c)"},
        {"a or b", "(a or b)"},
        {"a or b or c", "(a or b or c)"},
        {"a and b or c", "((a and b) or c)"},
        {"a or b and c", "(a or (b and c))"},
        {"a or b and c or d", "(a or (b and c) or d)"},
        {"a and b or c and d", "((a and b) or (c and d))"},
        {"not a and b", "(not a and b)"},
        {"not a or b", "(not a or b)"},
        {"a and not b", "(a and not b)"},
        {"a or not b and c", "(a or (not b and c))"},
        {"(a or b) and c", "((a or b) and c)"},
        {"a and (b or c)", "(a and (b or c))"},
        {"(a and b) and c", "((a and b) and c)"},
        {"a or (b or c)", "(a or (b or c))"},
        {"a.b=1 or b.b=2 and c", "(a.b = 1 or (b.b = 2 and c))"},
    });
}

TEST_CASE("keywords need no blank before a parenthesis") {
    accepts({
        {"a and(b)", "(a and b)"},
        {"a or(b)", "(a or b)"},
        {"(a)and(b)and(c)", "(a and b and c)"},
        {"(a)or(b)or(c)", "(a or b or c)"},
        {"(a)and b", "(a and b)"},
        {"(a)or b", "(a or b)"},
        {"a and b and(c)", "(a and b and c)"},
        {"a and(b or c)", "(a and (b or c))"},
        {"a or(b and c)", "(a or (b and c))"},
        {"a and(b)or c", "((a and b) or c)"},
    });
    rejects({
        // Behind `or(` stands one pair of parentheses and no chain.
        {"a or(b)¦and c", "unexpected token after ')', expecting 'or', 'and'"},
    });
}

TEST_CASE("blanks of every kind stand between tokens") {
    accepts({
        {"a\nand\nb", "(a and b)"},
        {"a\tand\tb", "(a and b)"},
        {"a\band\bb", "(a and b)"},
        {"a\r\nor\r\nb", "(a or b)"},
        {"a   and \n\n  b", "(a and b)"},
        {"not\na", "not a"},
        {"not\t\r\n a", "not a"},
        {"not\va", "not a"},
        {"not\fa", "not a"},
        {"not \b a", "not a"},
    });
    rejects({
        {"a¦\vand b", "unexpected token after 'a', expecting 'or', 'and'"},
        {"a and¦\vb", after_and},
        {"a or¦\fb", after_or},
        {"not\b¦a", "unexpected token after 'not', expecting 'or', 'and'"},
        {"not \bnot ¦a", "unexpected token after 'not', expecting 'or', 'and'"},
        {"¦\va", primary},
        {"¦\xc2\xa0"
         "a",
         primary},
    });
}

TEST_CASE("a keyword is taken wherever the text goes on with it") {
    accepts({
        {"a.b existsand c", "(a.b exists and c)"},
        {"a.b existsor c", "(a.b exists or c)"},
        {"a.b existsand(c)", "(a.b exists and c)"},
        {"a.b in (c)and d", "(a.b in (c) and d)"},
        {"a.b = 'c'and d", "(a.b = c and d)"},
        {"a.b = \"c\"or(d)", "(a.b = c or d)"},
        {"a.b > 5and c", "(a.b > 5 and c)"},
        {"a.b > 5or(c)", "(a.b > 5 or c)"},
        {"a.b = len(c.d)and e", "(a.b = len(c.d) and e)"},
        {"a.b = len(c.d)[x]or e", "(a.b = len(c.d)[x] or e)"},
    });
    rejects({
        {"a and¦b", after_and},
        {"a or¦b", after_or},
        {"a and¦", after_and},
        {"a or¦", after_or},
        {"a or¦der", after_or},
        {"a and¦roid", after_and},
        {"a and¦not b", after_and},
        {"(a)and¦not(b)", after_and},
        {"(a)or¦not(b)", after_or},
        {"a and¦or b", after_and},
        {"a and ¦", primary},
        {"a or ¦", primary},
        {"aand ¦b", "unexpected token after 'aand', expecting 'or', 'and'"},
        {"aor ¦b", "unexpected token after 'aor', expecting 'or', 'and'"},
        {"anot ¦b", "unexpected token after 'anot', expecting 'or', 'and'"},
        {"a ¦not b", "unexpected token after 'a', expecting 'or', 'and'"},
        {"a ¦notb", "unexpected token after 'a', expecting 'or', 'and'"},
        {"a ¦AND b", "unexpected token after 'a', expecting 'or', 'and'"},
        {"a ¦Or b", "unexpected token after 'a', expecting 'or', 'and'"},
    });
}

TEST_CASE("keywords are names where a keyword cannot stand") {
    accepts({
        {"and"},
        {"or"},
        {"and and and", "(and and and)"},
        {"or or or", "(or or or)"},
        {"a and or", "(a and or)"},
        {"a and and", "(a and and)"},
        {"a and notb", "(a and notb)"},
        {"a or notb", "(a or notb)"},
        {"notz and a and b", "(notz and a and b)"},
        {"macro and and_macro", "(macro and and_macro)"},
        {"macro and or_macro", "(macro and or_macro)"},
        {"macro or not_macro", "(macro or not_macro)"},
        {"order or android", "(order or android)"},
        {"and.or = not", "and.or = not"},
        {"not.a exists", "not.a exists"},
        {"a.b = and", "a.b = and"},
        {"a.b = or or c", "(a.b = or or c)"},
    });
    // With a blank behind it, `not` negates.
    CHECK(canonical("not") == "(not)");
    CHECK(canonical("(not)") == "(not)");
    CHECK(canonical("not not") == "not (not)");
    CHECK(canonical("a and not") == "(a and (not))");
    CHECK(canonical("not\b and a") == "((not) and a)");
    CHECK(canonical("(not) or not (not) and a") == "((not) or (not (not) and a))");
    rejects({
        {"not ¦", primary},
        {"a and not ¦", primary},
        {"and ¦a", "unexpected token after 'and', expecting 'or', 'and'"},
        {"or ¦a", "unexpected token after 'or', expecting 'or', 'and'"},
        {"a.b = c and¦.d = e", after_and},
    });
}

TEST_CASE("a chain of nots counts by its parity") {
    accepts({
        {"not a"},
        {"not not a", "a"},
        {"not not not a", "not a"},
        {"not(a)", "not a"},
        {"not (a)", "not a"},
        {"not not(a)", "a"},
        {"not not not(a)", "not a"},
        {"not(not(a))", "not (not a)"},
        {"not (not (a))", "not (not a)"},
        {"not(not(not a))", "not (not (not a))"},
        {"not not not not not(not not(not not_macro))", "not (not not_macro)"},
        {"(not not a)", "a"},
        {"not (a or b)", "not (a or b)"},
        {"not(a and b)", "not (a and b)"},
        {"not(a)and(not(b))", "(not a and not b)"},
        {"not a.b = 1", "not a.b = 1"},
        {"not a.b exists", "not a.b exists"},
        {"not( a )", "not a"},
        {"a and not not(b or c)", "(a and (b or c))"},
    });
    rejects({
        {"not (¦)", primary},
        {"not(¦)", primary},
        {"not(a¦", close},
        {"not (¦", primary},
        {"not not ¦=", primary},
        {"not¦!a", "unexpected token after 'not', expecting 'or', 'and'"},
        {"notnot¦(a)", "unexpected token after 'notnot', expecting 'or', 'and'"},
    });
}

TEST_CASE("parentheses must match") {
    rejects({
        {"(a¦", close},
        {"(a ¦", close},
        {"((a)¦", close},
        {"(a ¦b)", close},
        {"(a and b¦", close},
        {"a and(b¦", close},
        {"a or(b ¦", close},
        {"a¦)", "unexpected token after 'a', expecting 'or', 'and'"},
        {"(a)¦)", "unexpected token after ')', expecting 'or', 'and'"},
        {"(a) ¦(b)", "unexpected token after ')', expecting 'or', 'and'"},
        {"a¦(b)", "unexpected token after 'a', expecting 'or', 'and'"},
        {"a and (¦)", primary},
        {"(a.b = 1¦", close},
        {"(a¦, b)", close},
    });
}
