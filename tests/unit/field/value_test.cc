#include <sys/socket.h>

#include <doctest/doctest.h>

#include "engine/field/value.h"

namespace bewit::field {
namespace {

using event::PrintFormat;

std::string text(const Value& value, PrintFormat format = PrintFormat::None) {
    std::string out;
    append_text(value, format, out);
    return out;
}

event::Address v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
    event::Address address;
    address.family = AF_INET;
    address.bytes = {a, b, c, d};
    return address;
}

TEST_CASE("integers print by their format") {
    CHECK(text(Value::of_int(-5), PrintFormat::Dec) == "-5");
    CHECK(text(Value::of_int(-5), PrintFormat::Id) == "-5");
    CHECK(text(Value::of_uint(UINT64_MAX), PrintFormat::Dec) == "18446744073709551615");
    CHECK(text(Value::of_uint(0xabc), PrintFormat::Hex) == "ABC");
    CHECK(text(Value::of_uint(0644), PrintFormat::Oct) == "0644");
    CHECK(text(Value::of_uint(42), PrintFormat::TenPad) == "000000042");
    CHECK(text(Value::of_int(-1), PrintFormat::Hex) == "FFFFFFFFFFFFFFFF");
    CHECK(text(Value::of_uint(7)) == "7");
}

TEST_CASE("other values print as Falco prints them") {
    CHECK(text(Value::of_bool(true)) == "true");
    CHECK(text(Value::of_bool(false)) == "false");
    CHECK(text(Value::of_double(12.345)) == "12.3");
    CHECK(text(Value::of_text("a\nb")) == "a\nb");
    CHECK(text(Value::of_bytes(std::string_view("a\0\xff\n~", 5))) == "a...~");
    CHECK(text(Value{}).empty());
}

TEST_CASE("addresses print dotted or with colons") {
    CHECK(text(Value::of_address(v4(192, 0, 2, 1))) == "192.0.2.1");
    event::Address v6;
    v6.family = AF_INET6;
    v6.bytes = {0x20, 0x01, 0x0d, 0xb8};
    v6.bytes[15] = 1;
    CHECK(text(Value::of_address(v6)) == "2001:db8::1");
    CHECK(text(Value::of_address({})).empty());
}

TEST_CASE("lists print in parentheses") {
    const Value items[] = {Value::of_text("file"), Value::of_text("ipv4")};
    CHECK(text(Value::of_list(items)) == "(file,ipv4)");
    CHECK(text(Value::of_list({})) == "()");
    const Value numbers[] = {Value::of_uint(8), Value::of_uint(9)};
    CHECK(text(Value::of_list(numbers), PrintFormat::Oct) == "(010,011)");
}

TEST_CASE("text is appended to what is there") {
    std::string out = "x=";
    append_text(Value::of_uint(1), PrintFormat::Dec, out);
    CHECK(out == "x=1");
}

}  // namespace
}  // namespace bewit::field
