// The operators of comparisons, and what may stand on their right.
#include <doctest/doctest.h>

#include "tests/unit/filter/cases.h"

using bewit::filter::test::accepts;
using bewit::filter::test::rejects;

namespace {

constexpr auto no_operator =
    "expected a valid check operator: one of 'exists', '<=', '<', '>=', '>', '==', '=', '!=', 'glob', 'iglob', "
    "'contains', "
    "'icontains', 'bcontains', 'startswith', 'bstartswith', 'endswith', 'regex', 'intersects', 'in', 'pmatch'";
constexpr auto no_string =
    "expected a string value or a field with a valid transformer: 'val', 'tolower', 'toupper', 'b64', 'basename', "
    "'len', "
    "'join', 'concat', 'getopt'";
constexpr auto no_number =
    "expected a number value or a field with a valid transformer: 'val', 'tolower', 'toupper', 'b64', 'basename', "
    "'len', "
    "'join', 'concat', 'getopt'";
constexpr auto no_list =
    "expected a list, an identifier, or a field with a valid transformer: 'val', 'tolower', 'toupper', 'b64', "
    "'basename', "
    "'len', 'join', 'concat', 'getopt'";
constexpr auto close = "expected a ')' token";

}  // namespace

TEST_CASE("exists has no right side") {
    accepts({
        {"a.b exists"},
        {"a.b[1] exists"},
        {"a.b[1]exists", "a.b[1] exists"},
        {"len(a.b) exists"},
        {"len(a.b)exists", "len(a.b) exists"},
        {"(a.b exists)", "a.b exists"},
    });
    rejects({
        {"a.b ¦Exists", no_operator},
        {"a.b exists ¦something", "unexpected token after 'exists', expecting 'or', 'and'"},
        {"a.b exists¦x", "unexpected token after 'exists', expecting 'or', 'and'"},
        {"a.b exists ¦= 1", "unexpected token after 'exists', expecting 'or', 'and'"},
        {"a.b exists¦()", "unexpected token after 'exists', expecting 'or', 'and'"},
        {"a.bexists¦", no_operator},
    });
}

TEST_CASE("a comparison needs an operator") {
    rejects({
        {"a.b¦", no_operator},
        {"a.b ¦", no_operator},
        {"a.b ¦c", no_operator},
        {"a.b ¦and c", no_operator},
        {"(a.b¦)", no_operator},
        {"a.b¦, c", no_operator},
        {"a.b ¦unknown x", no_operator},
        {"a.b invalid ¦x", "unexpected token after 'valid', expecting 'or', 'and'"},
        {"a.b ¦! = x", no_operator},
        {"a.b <¦> x", no_number},
        {"a.b ¦CONTAINS x", no_operator},
        {"a.b ¦not in (x)", no_operator},
        {"a.b ¦'x'", no_operator},
        {"len(a.b)¦", no_operator},
    });
}

TEST_CASE("symbols need no blanks around them") {
    accepts({
        {"a.b=x", "a.b = x"},
        {"a.b =x", "a.b = x"},
        {"a.b= x", "a.b = x"},
        {"a.b = x"},
        {"a.b==x", "a.b == x"},
        {"a.b ==x", "a.b == x"},
        {"a.b == x"},
        {"a.b!=x", "a.b != x"},
        {"a.b !=x", "a.b != x"},
        {"a.b != x"},
        {"a.b<1", "a.b < 1"},
        {"a.b<=1", "a.b <= 1"},
        {"a.b>1", "a.b > 1"},
        {"a.b>=1", "a.b >= 1"},
        {"a.b\n=\n\tx", "a.b = x"},
        {"a.b = !x", "a.b = !x"},
        {"a.b =!x", "a.b = !x"},
        {"a.b != !x", "a.b != !x"},
    });
    rejects({
        {"a.b =¦", no_string},
        {"a.b = ¦", no_string},
        {"a.b ==¦", no_string},
        {"a.b !=¦", no_string},
        {"a.b ==¦=", no_string},
        {"a.b ==¦= x", no_string},
        {"a.b !=¦= x", no_string},
        {"a.b = ¦= x", no_string},
        {"a.b = ¦)", no_string},
        {"a.b = ¦(x)", no_string},
        {"a.b = ¦,", no_string},
        {"a.b = b ¦= 1", "unexpected token after 'b', expecting 'or', 'and'"},
    });
}

TEST_CASE("words need a blank behind them") {
    accepts({
        {"a.b glob x"},
        {"a.b iglob x"},
        {"a.b contains x"},
        {"a.b icontains x"},
        {"a.b bcontains 48545450"},
        {"a.b startswith x"},
        {"a.b bstartswith 12ab001fc5"},
        {"a.b endswith x"},
        {"a.b regex x"},
        {"a.b\tcontains\tx", "a.b contains x"},
        {"a.b contains\n\nx", "a.b contains x"},
        {"a.b contains\bx", "a.b contains x"},
        {"a.b[1]contains x", "a.b[1] contains x"},
        {"a.b contains 'x'", "a.b contains x"},
        {"a.b contains contains", "a.b contains contains"},
        {"a.b startswith *"},
    });
    rejects({
        {"a.b ¦contains(x)", no_operator},
        {"a.b ¦contains'x'", no_operator},
        {"a.b ¦contains\vx", no_operator},
        {"a.b ¦startswithx", no_operator},
        {"a.b ¦bstartswithx", no_operator},
        {"a.b ¦endswithx", no_operator},
        {"a.b ¦containsx", no_operator},
        {"a.b ¦globx", no_operator},
        {"a.b ¦iglobx", no_operator},
        {"a.b ¦regexx", no_operator},
        {"a.b ¦bcontainsx", no_operator},
        {"a.b ¦contains", no_operator},
        {"a.b contains ¦", no_string},
        {"a.b contains ¦(x)", no_string},
        {"a.b startswith ¦(x)", no_string},
        {"a.b glob ¦=x", no_string},
        {"a.b contains x¦, y", "unexpected token after 'x', expecting 'or', 'and'"},
    });
}

TEST_CASE("list operators are taken by prefix") {
    accepts({
        {"a.b in (x)"},
        {"a.b in(x)", "a.b in (x)"},
        {"a.b in x"},
        {"a.b in y", "a.b in y"},
        {"a.b inabc", "a.b in abc"},
        {"a.b include", "a.b in clude"},
        {"a.b interval", "a.b in terval"},
        {"a.b intersects (x)"},
        {"a.b intersects(x)", "a.b intersects (x)"},
        {"a.b intersects x"},
        {"a.b intersectsx", "a.b intersects x"},
        {"a.b pmatch (x)"},
        {"a.b pmatch(x)", "a.b pmatch (x)"},
        {"a.b pmatchx", "a.b pmatch x"},
        {"a.b in and", "a.b in and"},
        {"a.b in in", "a.b in in"},
        {"a.b in x and c", "(a.b in x and c)"},
        {"a.b inval(c.d)", "a.b in val(c.d)"},
        {"a.b in intersects"},
        {"a.b in val", "a.b in val"},
    });
    rejects({
        {"a.b in¦", no_list},
        {"a.b in ¦", no_list},
        {"a.b intersects ¦", no_list},
        {"a.b pmatch¦", no_list},
        {"a.b in ¦)", no_list},
        {"a.b in ¦'x'", no_list},
        {"a.b in ¦\"x\"", no_list},
        {"a.b in ¦1", no_list},
        {"a.b in ¦/x", no_list},
        {"a.b in ¦= x", no_list},
        {"a.b in x¦, y", "unexpected token after 'x', expecting 'or', 'and'"},
        {"a.b in x¦.y", "unexpected token after 'x', expecting 'or', 'and'"},
        {"a.b in x¦-y", "unexpected token after 'x', expecting 'or', 'and'"},
        {"a.b inand ¦c", "unexpected token after 'and', expecting 'or', 'and'"},
        {"a.b in oneof ¦(x)", "unexpected token after 'oneof', expecting 'or', 'and'"},
        {"a.b intersects anyof ¦(x)", "unexpected token after 'anyof', expecting 'or', 'and'"},
        {"a.b pmatch allof ¦(x)", "unexpected token after 'allof', expecting 'or', 'and'"},
    });
}

TEST_CASE("lists hold strings, quoted or bare, and may be empty") {
    accepts({
        {"a.b in ()"},
        {"a.b in ( )", "a.b in ()"},
        {"a.b in()", "a.b in ()"},
        {"a.b pmatch ()"},
        {"a.b intersects ()"},
        {"a.b in (x, y)"},
        {"a.b in (x,y,z)", "a.b in (x, y, z)"},
        {"a.b in ( x , y )", "a.b in (x, y)"},
        {"a.b in (\nx,\n\ty\n)", "a.b in (x, y)"},
        {"a.b in ('x', \"y\", z)", "a.b in (x, y, z)"},
        {"a.b in (1, 0x2, -3, 4.5)", "a.b in (1, 0x2, -3, 4.5)"},
        {"a.b in ('')", "a.b in (\"\")"},
        {"a.b in ('', \"\")", "a.b in (\"\", \"\")"},
        {"a.b in (c.d, e)", "a.b in (c.d, e)"},
        {"a.b in (and, or, not)"},
        {"a.b in (x, x)", "a.b in (x, x)"},
        {"a.b in (/etc/passwd, /dev/null, *.log)"},
        {"a.b in ('x y', 'a,b', '(')", "a.b in (\"x y\", \"a,b\", \"(\")"},
    });
    rejects({
        {"a.b in (¦", close},
        {"a.b in (x¦", close},
        {"a.b in (x ¦", close},
        {"a.b in (x, ¦", "expected a string value"},
        {"a.b in (x,¦)", "expected a string value"},
        {"a.b in (x, ¦)", "expected a string value"},
        {"a.b in (¦,)", close},
        {"a.b in (¦, x)", close},
        {"a.b in (x,¦, y)", "expected a string value"},
        {"a.b in (x ¦y)", close},
        {"a.b in (¦(x))", close},
        {"a.b in (x, ¦(y))", "expected a string value"},
        {"a.b in (x¦=y)", close},
        {"a.b in (¦=)", close},
        {"a.b in (tolower¦(c.d))", close},
        {"a.b in (val¦(c.d))", close},
        {"a.b in (x, tolower¦(c.d))", close},
        {"a.b in (x)¦)", "unexpected token after ')', expecting 'or', 'and'"},
        {"a.b in (x) ¦y", "unexpected token after ')', expecting 'or', 'and'"},
        {"a.b in (¦'x)", close},
        {"a.b in ('x'¦'y')", close},
        {"a.b in (x, ¦'y)", "expected a string value"},
    });
}

TEST_CASE("an escape that is wrong makes no empty list") {
    rejects({
        {"a.b in (\"¦\\q\")", "unsupported string escape sequence: \\q"},
        {"a.b in (x, '¦\\q')", "unsupported string escape sequence: \\q"},
    });
}

TEST_CASE("order comparisons take numbers") {
    accepts({
        {"a.b > 1000"},
        {"a.b < 0"},
        {"a.b < +1"},
        {"a.b >= -1"},
        {"a.b <= 0x12345"},
        {"a.b <= 0XaB00AB"},
        {"a.b > 1.2"},
        {"a.b > 1."},
        {"a.b < -1.25"},
        {"a.b > -0.1222e+10"},
        {"a.b > 1E-3"},
        {"a.b > 1.e+3"},
        {"a.b > 00012"},
        {"a.b > 99999999999999999999999999"},
        {"a.b > 5 and c", "(a.b > 5 and c)"},
        {"a.b >val(c.d)", "a.b > val(c.d)"},
        {"a.b <= len(c.d)"},
    });
    rejects({
        {"a.b >¦", no_number},
        {"a.b > ¦", no_number},
        {"a.b <=¦", no_number},
        {"a.b > ¦x", no_number},
        {"a.b > ¦'5'", no_number},
        {"a.b < ¦\"5\"", no_number},
        {"a.b > ¦.5", no_number},
        {"a.b > ¦!5", no_number},
        {"a.b > ¦+", no_number},
        {"a.b > ¦+-5", no_number},
        {"a.b > ¦- 5", no_number},
        {"a.b > ¦(5)", no_number},
        {"a.b > ¦oneof (1)", no_number},
        {"a.b <= ¦anyof (1, 2)", no_number},
        {"a.b > ¦c.d", no_number},
        {"a.b =< ¦5", "unexpected token after '<', expecting 'or', 'and'"},
        {"a.b >¦> 5", no_number},
        {"a.b <¦> 5", no_number},
        {"a.b > ¦= 5", no_number},
        {"a.b > 0¦x", "unexpected token after '0', expecting 'or', 'and'"},
        {"a.b > 0¦xg", "unexpected token after '0', expecting 'or', 'and'"},
        {"a.b > 0xAAA¦.1", "unexpected token after '0xAAA', expecting 'or', 'and'"},
        {"a.b > 0xA¦G", "unexpected token after '0xA', expecting 'or', 'and'"},
        {"a.b > +0¦x1", "unexpected token after '+0', expecting 'or', 'and'"},
        {"a.b > 1¦e5", "unexpected token after '1', expecting 'or', 'and'"},
        {"a.b > 1¦e+x", "unexpected token after '1', expecting 'or', 'and'"},
        {"a.b > 1¦e+", "unexpected token after '1', expecting 'or', 'and'"},
        {"a.b > 1.5¦e5", "unexpected token after '1.5', expecting 'or', 'and'"},
        {"a.b > 1.2¦.3", "unexpected token after '1.2', expecting 'or', 'and'"},
        {"a.b >= 0¦aaaa", "unexpected token after '0', expecting 'or', 'and'"},
        {"a.b > 1¦,2", "unexpected token after '1', expecting 'or', 'and'"},
        {"a.b > 1e+5¦e+5", "unexpected token after '1e+5', expecting 'or', 'and'"},
    });
}

TEST_CASE("a modifier makes a list operator of a string operator") {
    accepts({
        {"a.b = oneof (x, y)"},
        {"a.b = anyof (x, y)"},
        {"a.b = allof (x, y)"},
        {"a.b == oneof (x)"},
        {"a.b != oneof (x)"},
        {"a.b != allof x"},
        {"a.b = oneof ()"},
        {"a.b contains oneof ()"},
        {"a.b = oneof\t(x)", "a.b = oneof (x)"},
        {"a.b =\noneof\n( x )", "a.b = oneof (x)"},
        {"a.b = oneof x"},
        {"a.b = oneof oneof"},
        {"a.b == anyof anyof"},
        {"a.b = oneof order"},
        {"a.b = oneof android"},
        {"a.b = oneof notes"},
        {"a.b = oneof or1"},
        {"a.b = oneof exists"},
        {"a.b glob oneof (x*, *y)"},
        {"a.b iglob allof (x*)"},
        {"a.b contains anyof (x, y)"},
        {"a.b icontains anyof (x, y)"},
        {"a.b bcontains oneof (00, ff)"},
        {"a.b startswith anyof (/proc/, /sys/)"},
        {"a.b bstartswith allof (00)"},
        {"a.b endswith allof (.so, .so.1)"},
        {"a.b regex anyof ('a.*', b)", "a.b regex anyof (a.*, b)"},
        {"a.b contains  oneof  (x)", "a.b contains oneof (x)"},
        {"a.b[0] == oneof (x, y)", "a.b[0] == oneof (x, y)"},
        {"tolower(a.b) != anyof (/X, /Y)"},
        {"a.b = oneof (x) and c", "(a.b = oneof (x) and c)"},
        {"a.b = oneof (x)and c", "(a.b = oneof (x) and c)"},
        {"a.b = oneof x or c", "(a.b = oneof x or c)"},
        {"not a.b = oneof (x)"},
        {"(a.b = oneof (x))", "a.b = oneof (x)"},
    });
    rejects({
        {"a.b = oneof (x,¦)", "expected a string value"},
        {"a.b = oneof (¦,x)", close},
        {"a.b = oneof (x,¦,y)", "expected a string value"},
        {"a.b = oneof (x, y¦", close},
        {"a.b = oneof (len¦(c.d))", close},
        {"a.b = oneof (x) ¦y", "unexpected token after ')', expecting 'or', 'and'"},
        {"a.b = oneof val¦(c.d)", "unexpected token after 'val', expecting 'or', 'and'"},
        {"a.b = oneof len¦(c.d)", "unexpected token after 'len', expecting 'or', 'and'"},
        {"a.b = oneof anyof ¦(x)", "unexpected token after 'anyof', expecting 'or', 'and'"},
        {"a.b = oneof x¦.y", "unexpected token after 'x', expecting 'or', 'and'"},
    });
}

TEST_CASE("a modifier that no list follows is a word to compare with") {
    accepts({
        {"a.b = oneof"},
        {"a.b = anyof"},
        {"a.b == allof"},
        {"a.b contains oneof"},
        {"a.b = 'oneof'", "a.b = oneof"},
        {"a.b=oneof", "a.b = oneof"},
        {"a.b = oneof_x"},
        {"a.b = oneofx"},
        {"a.b = oneof.x"},
        {"a.b = oneof and c", "(a.b = oneof and c)"},
        {"a.b = oneof or c", "(a.b = oneof or c)"},
        {"a.b = oneof and(c)", "(a.b = oneof and c)"},
        {"a.b = anyof and a.b = allof", "(a.b = anyof and a.b = allof)"},
        {"a.b = oneof and a.b = anyof (x)", "(a.b = oneof and a.b = anyof (x))"},
        {"(a.b = oneof)", "a.b = oneof"},
        {"(a.b = oneof ) and c", "(a.b = oneof and c)"},
        {"a.b = oneof\nand c", "(a.b = oneof and c)"},
    });
    rejects({
        {"a.b = oneof¦(x)", "unexpected token after 'oneof', expecting 'or', 'and'"},
        {"a.b =oneof ¦(x)", "unexpected token after 'oneof', expecting 'or', 'and'"},
        {"a.b ==oneof ¦(x)", "unexpected token after 'oneof', expecting 'or', 'and'"},
        {"a.b !=anyof ¦(x)", "unexpected token after 'anyof', expecting 'or', 'and'"},
        {"a.b==oneof¦(x)", "unexpected token after 'oneof', expecting 'or', 'and'"},
        {"a.b contains oneof¦(x)", "unexpected token after 'oneof', expecting 'or', 'and'"},
        {"a.b = ONEOF ¦(x)", "unexpected token after 'ONEOF', expecting 'or', 'and'"},
        {"a.b = oneofx ¦(x)", "unexpected token after 'oneofx', expecting 'or', 'and'"},
        {"a.b = oneof ¦'x'", "unexpected token after 'oneof', expecting 'or', 'and'"},
        {"a.b = oneof ¦1", "unexpected token after 'oneof', expecting 'or', 'and'"},
        {"a.b = oneof ¦_x", "unexpected token after 'oneof', expecting 'or', 'and'"},
        {"a.b = oneof ¦not", "unexpected token after 'oneof', expecting 'or', 'and'"},
        {"a.b = oneof ¦not c", "unexpected token after 'oneof', expecting 'or', 'and'"},
        // An underscore ends a keyword here and only here.
        {"a.b = oneof or¦_less", "expected blank or '(' after 'or'"},
        {"a.b = oneof and¦_more", "expected blank or '(' after 'and'"},
        {"a.b = oneof ¦not_this", "unexpected token after 'oneof', expecting 'or', 'and'"},
        {"a.b = oneof or¦.x", "expected blank or '(' after 'or'"},
    });
}
