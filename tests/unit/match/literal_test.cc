#include "engine/match/literal.h"

#include <doctest/doctest.h>

#include "engine/match/services.h"

using namespace bewit::match;
using bewit::event::ParamType;

TEST_CASE("integers are decimal digits with an optional sign") {
    CHECK(parse_integer("42", ParamType::Int64) == 42u);
    CHECK(parse_integer("+42", ParamType::Int64) == 42u);
    CHECK(static_cast<int64_t>(*parse_integer("-1", ParamType::Int64)) == -1);
    CHECK(parse_integer("0x10", ParamType::Int64).error() == "0x10 is not a valid number");
    CHECK(parse_integer("1.5", ParamType::Int64).error() == "1.5 is not a valid number");
    CHECK_FALSE(parse_integer("", ParamType::Int64));
    CHECK_FALSE(parse_integer("-", ParamType::Int64));
}

TEST_CASE("integers are cut to the width and sign of their type") {
    CHECK(parse_integer("-1", ParamType::Uint32) == 0xffffffffu);
    CHECK(parse_integer("257", ParamType::Uint8) == 1u);
    CHECK(static_cast<int64_t>(*parse_integer("200", ParamType::Int8)) == -56);
    CHECK(parse_integer("-1", ParamType::Uint64) == UINT64_MAX);
    CHECK(parse_integer("99999999999999999999999", ParamType::Uint64) == UINT64_MAX);
}

TEST_CASE("a port is a number or the name of a service") {
    CHECK(parse_integer("443", ParamType::Port) == 443u);
    CHECK(parse_integer("https", ParamType::Port) == 443u);
    CHECK(parse_integer("", ParamType::Port) == 0u);
    CHECK(parse_integer("no-such-service", ParamType::Port).error() == "unrecognized protocol no-such-service");
    CHECK(service_port("domain") == 53);
}

TEST_CASE("truth values are true and false, nothing else") {
    CHECK(parse_boolean("true") == true);
    CHECK(parse_boolean("false") == false);
    CHECK(parse_boolean("yes").error() == "filter error: unrecognized boolean value yes");
}

TEST_CASE("an address with a dot is IPv4, any other IPv6") {
    CHECK(parse_address("192.0.2.1")->bytes[3] == 1);
    CHECK(parse_address("2001:db8::1")->bytes[15] == 1);
    CHECK(parse_address("::ffff:1.2.3.4").error() == "unrecognized IPv4 address ::ffff:1.2.3.4");
    CHECK(parse_address("localhost").error() == "unrecognized IPv6 address localhost");
    // Descriptors hold mapped addresses as IPv4.
    CHECK(parse_address("::ffff:102:304") == parse_address("1.2.3.4"));
}

TEST_CASE("a network has a length and holds its addresses only") {
    const Network ten = *parse_network("10.1.2.3/8");
    CHECK(ten.contains(*parse_address("10.255.0.1")));
    CHECK_FALSE(ten.contains(*parse_address("11.0.0.1")));
    CHECK_FALSE(ten.contains(*parse_address("a00::1")));
    CHECK(parse_network("0.0.0.0/0")->contains(*parse_address("255.1.2.3")));
    CHECK(parse_network("10.0.0.129/25")->contains(*parse_address("10.0.0.200")));
    CHECK_FALSE(parse_network("10.0.0.129/25")->contains(*parse_address("10.0.0.1")));
    CHECK(parse_network("2001:db8::/32")->contains(*parse_address("2001:db8:1::5")));
    CHECK(parse_network("10.0.0.0").error() == "unrecognized IP network 10.0.0.0");
    CHECK(parse_network("10.0.0.0/33").error() == "invalid netmask 33");
    CHECK(parse_network("fe80::/129").error() == "invalid netmask 129");
}

TEST_CASE("hexadecimal text has two digits a byte") {
    CHECK(parse_hex("cafeBABE") == std::string("\xca\xfe\xba\xbe"));
    const std::string refusal = "filter error: bcontains and bstartswith operator support hex strings only";
    CHECK(parse_hex("abc").error() == refusal);
    CHECK(parse_hex("zz").error() == refusal);
}

TEST_CASE("a literal has at most 255 bytes and no NUL") {
    const std::string longest(255, 'x');
    CHECK(check_literal(longest, ParamType::CharBuf));
    CHECK(check_literal(longest + 'x', ParamType::CharBuf).error() ==
          "filter parameter too long (used=256, available=256):" + longest + 'x');
    CHECK(check_literal(longest + 'x', ParamType::ByteBuf).error() == "filter parameter too long (byte buf)");
    CHECK(check_literal(std::string_view("a\0b", 3), ParamType::CharBuf).error() ==
          "filter error: filter value cannot contain a NUL byte (\\x00)");
}
