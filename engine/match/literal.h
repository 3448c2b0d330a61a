// Literals of a condition, as the type of the left side wants them. Errors are Falco's sentences.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "engine/event/catalogue.h"
#include "engine/event/descriptor.h"

namespace bewit::match {

// A literal is at most this long, whatever its use.
inline constexpr size_t max_literal_size = 255;

struct Network {
    event::Address base;  // host bits cleared
    unsigned prefix = 0;  // bits

    // False for an address of the other family.
    bool contains(const event::Address& address) const;
    bool operator==(const Network&) const = default;
};

template <class T>
using Parsed = tl::expected<T, std::string>;

// Length and NUL bytes: what holds for a literal of any type.
Parsed<std::string_view> check_literal(std::string_view text, event::ParamType type);

// Decimal digits with an optional sign, cut to the width of the type: sign-extended when the type is signed. A port may
// also be the name of a service.
Parsed<uint64_t> parse_integer(std::string_view text, event::ParamType type);
Parsed<bool> parse_boolean(std::string_view text);
// IPv4 when there is a dot in it, else IPv6.
Parsed<event::Address> parse_address(std::string_view text);
// An address, a slash, the number of bits.
Parsed<Network> parse_network(std::string_view text);
// Hexadecimal digits, two a byte, to bytes.
Parsed<std::string> parse_hex(std::string_view text);

}  // namespace bewit::match
