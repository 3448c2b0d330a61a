// Bare and quoted strings.
#include <doctest/doctest.h>

#include <string>

#include "engine/filter/characters.h"
#include "engine/filter/parser.h"
#include "engine/filter/quoting.h"
#include "tests/unit/filter/cases.h"

using namespace std::string_literals;
using namespace bewit::filter;
using test::accepts;
using test::rejects;

namespace {

constexpr auto no_string =
    "expected a string value or a field with a valid transformer: 'val', 'tolower', 'toupper', 'b64', 'basename', "
    "'len', "
    "'join', 'concat', 'getopt'";

// The value that `a.b = ...` compares with.
std::string value_of(const std::string& right) {
    const auto tree = parse("a.b = " + right);
    if (!tree) return "error: " + tree.error().message;
    return std::get<Literal>(std::get<Check>((*tree)->value).right.at(0)->value).value;
}

}  // namespace

TEST_CASE("bare strings go on to a blank, a quote, a parenthesis, a comma or =") {
    accepts({
        {"a.b = x"},
        {"a.b = 0a!@#456:/.;!$%^&*[]{}|"},
        {"a.b = *.log"},
        {"a.b = ../../etc/passwd"},
        {"a.b = 5"},
        {"a.b = 0x10"},
        {"a.b = -1.5e+3"},
        {"a.b = <NA>"},
        {"a.b = a<b"},
        {"a.b = a!b"},
        {"a.b = \xc3\xa9t\xc3\xa9"},
        {"a.b = \xe2\x82\xac"},
        {"a.b = \xf0\x9f\x98\x80"},
        {"a.b = c:\\x", "a.b = \"c:\\\\x\""},
        {"a.b = \\", "a.b = \"\\x5c\""},
        {"a.b = \\n", "a.b = \"\\\\n\""},
        {"a.b = x\by", "a.b = \"x\\by\""},
        {"a.b = x\x01", "a.b = \"x\\x01\""},
        {"a.b = x\x7f", "a.b = \"x\\x7f\""},
    });
    rejects({
        {"a.b = x¦,", "unexpected token after 'x', expecting 'or', 'and'"},
        {"a.b = x¦=", "unexpected token after 'x', expecting 'or', 'and'"},
        {"a.b = x¦(y)", "unexpected token after 'x', expecting 'or', 'and'"},
        {"a.b = x¦'y'", "unexpected token after 'x', expecting 'or', 'and'"},
        {"a.b = x¦\"y\"", "unexpected token after 'x', expecting 'or', 'and'"},
        {"a.b = x ¦y", "unexpected token after 'x', expecting 'or', 'and'"},
        {"a.b = x¦\vy", "unexpected token after 'x', expecting 'or', 'and'"},
        {"a.b = x¦\fy", "unexpected token after 'x', expecting 'or', 'and'"},
        {"a.b=/var/lo¦);g/httpd.log", "unexpected token after '/var/lo', expecting 'or', 'and'"},
    });
}

TEST_CASE("bare strings end where UTF-8 does") {
    rejects({
        {"a.b = caf¦\xe9", "unexpected token after 'caf', expecting 'or', 'and'"},
        {"a.b = ¦\xff", no_string},
        {"a.b = x¦\x80", "unexpected token after 'x', expecting 'or', 'and'"},
        {"a.b = x¦\xc3", "unexpected token after 'x', expecting 'or', 'and'"},
        {"a.b = x¦\xe2\x82", "unexpected token after 'x', expecting 'or', 'and'"},
        {"a.b = x¦\xf0\x9f\x98", "unexpected token after 'x', expecting 'or', 'and'"},
    });
    CHECK(value_of("'caf\xe9'") == "caf\xe9");
    CHECK(test::canonical("a.b = 'caf\xe9'") == "a.b = \"caf\\xe9\"");
    CHECK(test::canonical("a.b = 'caf\xe9' and x") == "(a.b = \"caf\\xe9\" and x)");
}

TEST_CASE("utf8_length is that of a well-formed sequence, else 0") {
    CHECK(utf8_length("") == 0);
    CHECK(utf8_length("a\x80") == 1);
    CHECK(utf8_length("\0"s) == 1);
    CHECK(utf8_length("\xc3\xa9x") == 2);
    CHECK(utf8_length("\xe2\x82\xac") == 3);
    CHECK(utf8_length("\xed\x9f\xbf") == 3);
    CHECK(utf8_length("\xf0\x90\x80\x80") == 4);
    CHECK(utf8_length("\xf4\x8f\xbf\xbf") == 4);
    for (const char* broken :
         {"\x80", "\xbf", "\xc0\xaf", "\xc1\xbf", "\xc3", "\xc3x", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe2\x82",
          "\xe2\x82x", "\xf0\x8f\xbf\xbf", "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
        INFO(std::string(broken));
        CHECK(utf8_length(broken) == 0);
    }
}

TEST_CASE("quoted strings take everything between their quotes") {
    CHECK(value_of("''") == "");
    CHECK(value_of("\"\"") == "");
    CHECK(value_of("'x'") == "x");
    CHECK(value_of("\"x y\"") == "x y");
    CHECK(value_of("'a\nb'") == "a\nb");
    CHECK(value_of("'(a, b) = [c]'") == "(a, b) = [c]");
    CHECK(value_of("'say \"x\"'") == "say \"x\"");
    CHECK(value_of("\"it's\"") == "it's");
    CHECK(value_of("' and '") == " and ");
    CHECK(value_of("'len(a.b)'") == "len(a.b)");
    CHECK(value_of("'\x01\x7f'") == "\x01\x7f");
}

TEST_CASE("escapes in quoted strings") {
    CHECK(value_of(R"("\b\f\n\r\t")") == "\b\f\n\r\t");
    CHECK(value_of(R"("a\\b")") == "a\\b");
    CHECK(value_of(R"("a\/b")") == "a/b");
    CHECK(value_of(R"("a\"b")") == "a\"b");
    CHECK(value_of(R"('a\'b')") == "a'b");
    CHECK(value_of(R"("\x41\x7e\x0a")") == "A~\n");
    CHECK(value_of(R"("\xAb\xff")") == "\xab\xff");
    CHECK(value_of(R"("a\x00b")") == "a\0b"s);
    CHECK(value_of(R"("bad escape \ ")") == "bad escape \\");
    CHECK(value_of(R"("a\ b")") == "a\\b");
    CHECK(value_of(R"("\\\\")") == "error: "s + no_string);
    CHECK(value_of(R"("\\\\ ")") == "\\\\ ");
    CHECK(value_of(R"("\\n")") == "\\n");
    CHECK(value_of(R"("\\\"")") == "\\\"");
    CHECK(value_of(R"('\\\'')") == "\\'");
    rejects({
        {R"(a.b = "¦\q")", "unsupported string escape sequence: \\q"},
        {R"(a.b = "x¦\0")", "unsupported string escape sequence: \\0"},
        {R"(a.b = "x¦\a")", "unsupported string escape sequence: \\a"},
        {R"(a.b = "x¦\u0041")", "unsupported string escape sequence: \\u"},
        {R"(a.b = "x¦\N")", "unsupported string escape sequence: \\N"},
        {R"(a.b = "\n¦\[")", "unsupported string escape sequence: \\["},
        {R"(a.b = "¦\'")", "invalid \\' escape in \"-quoted string"},
        {R"(a.b = '¦\"')", "invalid \\\" escape in '-quoted string"},
        {R"(a.b = "¦\x")", "truncated hex char escape sequence"},
        {R"(a.b = "¦\x4")", "truncated hex char escape sequence"},
        {R"(a.b = "¦\x4g")", "invalid hex char escape sequence: 4g"},
        {R"(a.b = "¦\xg4")", "invalid hex char escape sequence: g4"},
        {R"(a.b = "¦\x+4")", "invalid hex char escape sequence: +4"},
        {R"(a.b = "¦\x 4")", "invalid hex char escape sequence:  4"},
        {R"(a.b = "¦\x0x41")", "invalid hex char escape sequence: 0x"},
    });
    rejects({{"a.b = \"¦\\\n\"", "unsupported string escape sequence: \\\n"}});
}

TEST_CASE("a quote that a backslash stands before does not end a string, whatever stands before the backslash") {
    rejects({
        {R"(a.b = ¦"a\\")", no_string},
        {R"(a.b = ¦"\")", no_string},
        {R"(a.b = ¦"a\\\")", no_string},
        {R"(a.b = ¦'a\\')", no_string},
        {R"(a.b = ¦")", no_string},
        {R"(a.b = ¦')", no_string},
        {R"(a.b = ¦"x)", no_string},
        {R"(a.b = ¦'x")", no_string},
        {R"(a.b = ¦"')", no_string},
        {R"(a.b = ¦'x and c)", no_string},
        {R"(a.b = "x"¦")", "unexpected token after 'x', expecting 'or', 'and'"},
        {R"(a.b = "x y"¦z)", "unexpected token after 'x y', expecting 'or', 'and'"},
        {R"(a.b = 'x' ¦'y')", "unexpected token after 'x', expecting 'or', 'and'"},
        {R"(a.b = ''¦x)", "unexpected token after '', expecting 'or', 'and'"},
    });
    // What looks like the end of the first string is in its middle.
    CHECK(value_of(R"("a\\"b")") == "a\\\"b");
    CHECK(value_of(R"("a\\" or a.b = "b")") ==
          "error: unexpected token after 'a\\\" or a.b = ', expecting 'or', 'and'");
}

TEST_CASE("a NUL byte can be in a bare string, and in a quoted one as an escape") {
    CHECK(value_of("x\0y"s) == "x\0y"s);
    CHECK(value_of("'x\0y'"s) == "error: "s + no_string);
    CHECK(value_of("'x\\x00y'") == "x\0y"s);
    CHECK(test::canonical("a.b = x\0y"s) == "a.b = \"x\\x00y\"");
    CHECK(test::canonical("a\0"s) == "error: unexpected token after 'a', expecting 'or', 'and'");
    CHECK(test::canonical("\0"s) == "error: expected a '(' token, a field check, or an identifier");
}

TEST_CASE("quote() gives back any value through unescape()") {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    for (const std::string& value : {""s, "x"s, "a b"s, "\\"s, "\\\\"s, "a\\"s, "\\\""s, "\""s, "'"s, "\\ "s, " \\"s,
                                     "\\x41"s, "\xe9"s, "\xc3\xa9"s, "\xed\xa0\x80"s, "\n\\"s, all, all + "\\"}) {
        const std::string text = quote(value);
        INFO(text);
        CHECK(value_of(text) == value);
        for (const char c : text) CHECK((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
    }
}

TEST_CASE("values keep their quotes only where they need them") {
    for (const char* plain : {"x", "/a/b", "a.b", "<NA>", "*", "[x]", "\xc3\xa9", "-1", "a:b;c"})
        CHECK(plain_string(plain));
    for (const char* quoted :
         {"", " ", "a b", "a\tb", "a\vb", "a'b", "a\"b", "a(b", "a)b", "a,b", "a=b", "a\\b", "\x01", "\x7f", "\xe9"}) {
        INFO(quoted);
        CHECK_FALSE(plain_string(quoted));
    }
    for (const char* plain : {"1", "/proc*", "(x)", "a,b", "\xc3\xa9"}) CHECK(plain_argument(plain));
    for (const char* quoted : {"", " ", "[", "]", "a'b", "a\"b", "a=b", "a\\b", "\x01", "\xe9"}) {
        INFO(quoted);
        CHECK_FALSE(plain_argument(quoted));
    }
}
