// Fields, their arguments, transformers and what they take.
#include <doctest/doctest.h>

#include "tests/unit/filter/cases.h"

using bewit::filter::test::accepts;
using bewit::filter::test::rejects;

namespace {

constexpr auto no_argument = "expected a valid field argument: a quoted string or a bare string";
constexpr auto no_bracket = "expected a ']' token";
constexpr auto no_call_argument =
    "expected field transformer argument: field, transformer, quoted string, number, or transformer list";
constexpr auto no_list_item = "expected transformer list argument: field, transformer, quoted string, or number";
constexpr auto no_close = "expected a ')' token closing the transformer";

}  // namespace

TEST_CASE("a field is two names or more with dots between them") {
    accepts({
        {"a.b exists"},
        {"a.b.c.d exists"},
        {"proc.aname exists"},
        {"A1_.b_2 exists"},
        {"evt.type = open"},
        {"a.b = c.d", "a.b = c.d"},
        {"len.x exists"},
        {"tolower.x.y = z"},
        {"exists.in contains and"},
    });
    rejects({
        {"a¦. b exists", "unexpected token after 'a', expecting 'or', 'and'"},
        {"a ¦.b exists", "unexpected token after 'a', expecting 'or', 'and'"},
        {"a¦.1b exists", "unexpected token after 'a', expecting 'or', 'and'"},
        {"a¦._b exists", "unexpected token after 'a', expecting 'or', 'and'"},
        {"a¦..b exists", "unexpected token after 'a', expecting 'or', 'and'"},
        {"¦1a.b exists", "expected a '(' token, a field check, or an identifier"},
        {"¦_a.b exists", "expected a '(' token, a field check, or an identifier"},
        {"a¦-b.c exists", "unexpected token after 'a', expecting 'or', 'and'"},
    });
    CHECK(bewit::filter::test::canonical("a.b. exists").starts_with("error: expected a valid check operator"));
    CHECK(bewit::filter::test::canonical("a.b.1 exists").starts_with("error: expected a valid check operator"));
    CHECK(bewit::filter::test::canonical("a.b/c exists").starts_with("error: expected a valid check operator"));
    CHECK(bewit::filter::test::canonical("a.b-c exists").starts_with("error: expected a valid check operator"));
}

TEST_CASE("an argument stands in brackets, bare or quoted") {
    accepts({
        {"a.b[1] exists"},
        {"a.b[1234] = x"},
        {"a.b[key] = x"},
        {"a.b[c.d] = x"},
        {"a.b[/proc*] = x"},
        {"a.b[+0.25e+10] = x"},
        {"a.b[(x),{y}|z!@#$%^&*:;,.?] = x"},
        {"a.b[a=b] = x", "a.b[\"a=b\"] = x"},
        {"a.b[a\\b] = x", "a.b[\"a\\\\b\"] = x"},
        {"a.b[\"x\"] = y", "a.b[x] = y"},
        {"a.b['x'] = y", "a.b[x] = y"},
        {"a.b[''] = y", "a.b[\"\"] = y"},
        {"a.b[\"\"] = y"},
        {"a.b['x y'] = z", "a.b[\"x y\"] = z"},
        {"a.b['[x]'] = z", "a.b[\"[x]\"] = z"},
        {"a.b[']'] = z", "a.b[\"]\"] = z"},
        {"a.b[\"it's\"] = z"},
        {"a.b['say \"x\"'] = z", "a.b[\"say \\\"x\\\"\"] = z"},
        {"a.b[\"x\\ty\"] = z"},
        {"a.b['\\x41\\x00'] = z", "a.b[\"A\\x00\"] = z"},
        {"a.b[caf\xc3\xa9] = z"},
        {"a.b[x]= z", "a.b[x] = z"},
    });
    rejects({
        {"a.b[¦] = x", no_argument},
        {"a.b[¦", no_argument},
        {"a.b[¦ 1] = x", no_argument},
        {"a.b[¦[] = x", no_argument},
        {"a.b[¦'x] = y", no_argument},
        {"a.b[1¦ ] = x", no_bracket},
        {"a.b[1¦", no_bracket},
        {"a.b[x¦[] = y", no_bracket},
        {"a.b[x¦\"] = y", no_bracket},
        {"a.b[x¦'y'] = z", no_bracket},
        {"a.b['x'¦y] = z", no_bracket},
        {"a.b[''¦'] = z", no_bracket},
        {"a.b[x¦\xe9] = z", no_bracket},
        {"a.b['¦\\q'] = z", "unsupported string escape sequence: \\q"},
        {"a.b[\"¦\\'\"] = z", "invalid \\' escape in \"-quoted string"},
    });
    CHECK(bewit::filter::test::canonical("a.b [1] = x").starts_with("error: expected a valid check operator"));
    CHECK(bewit::filter::test::canonical("a.b[1][2] = x").starts_with("error: expected a valid check operator"));
    CHECK(bewit::filter::test::canonical("a.b] = x").starts_with("error: expected a valid check operator"));
    CHECK(bewit::filter::test::canonical("a.b[1]] = x").starts_with("error: expected a valid check operator"));
}

TEST_CASE("every transformer may stand on either side") {
    accepts({
        {"tolower(a.b) exists"},
        {"toupper(a.b) = x"},
        {"b64(a.b) contains x"},
        {"basename(a.b) in (x, y)"},
        {"len(a.b) > 5"},
        {"join(a.b) = x"},
        {"concat(a.b,c.d) = x"},
        {"getopt(a.b,\"x\") intersects (x)"},
        {"a.b = tolower(c.d)"},
        {"a.b != toupper(c.d)"},
        {"a.b contains b64(c.d)"},
        {"a.b glob basename(c.d)"},
        {"a.b > len(c.d)"},
        {"a.b in join(c.d)"},
        {"a.b pmatch concat(c.d)"},
        {"a.b intersects getopt(c.d)"},
        {"a.b startswith tolower(c.d)"},
        {"tolower(a.b) = toupper(c.d)"},
        {"(b64(a.b) exists)", "b64(a.b) exists"},
        {"not len(a.b) = 5"},
        {"len(a.b)=5", "len(a.b) = 5"},
    });
    rejects({
        {"len ¦(a.b) = 5", "unexpected token after 'len', expecting 'or', 'and'"},
        {"len\n¦(a.b) = 5", "unexpected token after 'len', expecting 'or', 'and'"},
        {"Len¦(a.b) = 5", "unexpected token after 'Len', expecting 'or', 'and'"},
        {"other¦(a.b) = 5", "unexpected token after 'other', expecting 'or', 'and'"},
        {"a.b = other¦(c.d)", "unexpected token after 'other', expecting 'or', 'and'"},
        {"a.b = len ¦(c.d)", "unexpected token after 'len', expecting 'or', 'and'"},
        {"a.b = b64or¦(c)", "unexpected token after 'b64or', expecting 'or', 'and'"},
        {"a.b = c.d.len¦(e.f)", "unexpected token after 'c.d.len', expecting 'or', 'and'"},
        {"len(a.b ¦= 5", no_close},
        {"len(a.b) = 5¦)", "unexpected token after '5', expecting 'or', 'and'"},
    });
}

TEST_CASE("transformers take fields, transformers, numbers, quoted strings and lists") {
    accepts({
        {"len( a.b ) = 1", "len(a.b) = 1"},
        {"len(\n\ta.b\n) = 1", "len(a.b) = 1"},
        {"concat(a.b , c.d) = x", "concat(a.b,c.d) = x"},
        {"concat(a.b, 'x', \"y\", 5, 0xff, -1.5e+3) = z", "concat(a.b,\"x\",\"y\",5,0xff,-1.5e+3) = z"},
        {"concat('') = z", "concat(\"\") = z"},
        {"concat('5') = z", "concat(\"5\") = z"},
        {"concat(5) = z"},
        {"len(a.b[1]) = 1"},
        {"len(a.b['x y']) = 1", "len(a.b[\"x y\"]) = 1"},
        {"tolower(toupper(b64(a.b))) = x"},
        {"tolower( toupper( a.b ) ) = x", "tolower(toupper(a.b)) = x"},
        {"join('-', (a.b, c.d)) = x", "join(\"-\",(a.b,c.d)) = x"},
        {"join(\"-\",()) = x"},
        {"join(\"-\", ( )) = x", "join(\"-\",()) = x"},
        {"join(\"-\", ( a.b , len(c.d), 'x', 5, 0x1 )) = y", "join(\"-\",(a.b,len(c.d),\"x\",5,0x1)) = y"},
        {"join(\"-\",(join(\"+\",(a.b)))) = x"},
        {"join(a.b,c.d) = x"},
        {"concat((a.b),(c.d)) = x"},
        {"getopt(a.b,\"nt:\")[t] = x"},
        {"getopt(a.b,\"nt:\")['t'] = x", "getopt(a.b,\"nt:\")[t] = x"},
        {"getopt(a.b,\"nt:\")[\"\"] = x"},
        {"len(getopt(a.b,\"x\")[x]) = 1"},
        {"len(a.b)[x] = 1"},
        {"a.b = getopt(c.d,\"x\")[x]"},
        {"concat('a\\'b') = x", "concat(\"a'b\") = x"},
    });
    rejects({
        {"len(¦) = 1", no_call_argument},
        {"len(¦", no_call_argument},
        {"len( ¦", no_call_argument},
        {"len(¦x) = 1", no_call_argument},
        {"len(¦x.1) = 1", no_call_argument},
        {"len(¦/etc) = 1", no_call_argument},
        {"len(¦'x) = 1", no_call_argument},
        {"len(¦val(a.b)) = 1", no_call_argument},
        {"len(¦other(a.b)) = 1", no_call_argument},
        {"len(¦,a.b) = 1", no_call_argument},
        {"len(a.b,¦) = 1", no_call_argument},
        {"len(a.b,¦,c.d) = 1", no_call_argument},
        {"len(a.b, ¦x) = 1", no_call_argument},
        {"len(a.b¦", no_close},
        {"len(a.b ¦c.d) = 1", no_close},
        {"len(a.b ¦[1]) = 1", no_close},
        {"len(a.b¦; = 1", no_close},
        {"len(0¦x) = 1", no_close},
        {"len(1¦e5) = 1", no_close},
        {"len(a.b¦.) = 1", no_close},
        {"len('x'¦x) = 1", no_close},
        {"len(a.b[¦]) = 1", no_argument},
        {"len(a.b[1)¦ = 1", no_bracket},
        {"len(a.b)[¦] = 1", no_argument},
        {"len(a.b)[x¦ = 1", no_bracket},
        {"join('-', (¦,)) = x", no_list_item},
        {"join('-', (¦,a.b)) = x", no_list_item},
        {"join('-', (a.b,¦)) = x", no_list_item},
        {"join('-', (a.b,¦,c.d)) = x", no_list_item},
        {"join('-', (¦(a.b))) = x", no_list_item},
        {"join('-', (¦x)) = x", no_list_item},
        {"join('-', (¦val(a.b))) = x", no_list_item},
        {"join('-', (¦'x)) = x", no_list_item},
        {"join('-', (a.b ¦c.d)) = x", "expected ')'"},
        {"join('-', (a.b¦", "expected ')'"},
        {"join('-', (a.b) ¦= x", no_close},
        {"concat('¦\\q') = x", "unsupported string escape sequence: \\q"},
        {"concat(('¦\\q')) = x", "unsupported string escape sequence: \\q"},
    });
}

TEST_CASE("val takes one field, on the right side only") {
    accepts({
        {"a.b = val(c.d)"},
        {"a.b=val(c.d)", "a.b = val(c.d)"},
        {"a.b = val( c.d )", "a.b = val(c.d)"},
        {"a.b = val(c.d[1])"},
        {"a.b = val(c.d)[x]"},
        {"a.b != val(c.d)"},
        {"a.b contains val(c.d)"},
        {"a.b regex val(c.d)"},
        {"a.b >= val(c.d)"},
        {"a.b in val(c.d)"},
        {"a.b intersects val(c.d)"},
        {"a.b pmatch val(c.d)"},
        {"a.b = val", "a.b = val"},
        {"a.b = values"},
        {"tolower(a.b) = val(c.d) and e", "(tolower(a.b) = val(c.d) and e)"},
    });
    rejects({
        {"val¦(a.b) exists", "unexpected token after 'val', expecting 'or', 'and'"},
        {"a.b = val(¦)", "expected a field within 'val' transformer"},
        {"a.b = val(¦", "expected a field within 'val' transformer"},
        {"a.b = val(¦x)", "expected a field within 'val' transformer"},
        {"a.b = val(¦'x')", "expected a field within 'val' transformer"},
        {"a.b = val(¦5)", "expected a field within 'val' transformer"},
        {"a.b = val(¦val(c.d))", "expected a field within 'val' transformer"},
        {"a.b = val(¦toupper(c.d))", "expected a field within 'val' transformer"},
        {"a.b = val(c.d¦", no_close},
        {"a.b = val(c.d¦, e.f)", no_close},
        {"a.b = val(c.d ¦[1])", no_close},
        {"a.b = val(c.d)[¦]", no_argument},
        {"a.b = val ¦(c.d)", "unexpected token after 'val', expecting 'or', 'and'"},
        {"a.b = val(c.d) ¦x", "unexpected token after ')', expecting 'or', 'and'"},
        {"a.b = val(c.d)[x]¦y", "unexpected token after ']', expecting 'or', 'and'"},
    });
}
