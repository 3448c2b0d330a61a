#include "engine/match/literal.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <limits>
#include <optional>

#include "engine/match/services.h"
#include "engine/match/value_class.h"

namespace bewit::match {
namespace {

using event::Address;
using event::ParamType;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<int> hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return std::nullopt;
}

// The digits as a number, the largest one where they are too many; nullopt when there is anything else in `text` or
// nothing at all.
std::optional<uint64_t> decimal(std::string_view text) {
    if (text.empty()) return std::nullopt;
    uint64_t value = 0;
    for (const char c : text) {
        if (!is_digit(c)) return std::nullopt;
        if (__builtin_mul_overflow(value, uint64_t{10}, &value) ||
            __builtin_add_overflow(value, static_cast<uint64_t>(c - '0'), &value)) {
            return std::numeric_limits<uint64_t>::max();
        }
    }
    return value;
}

std::optional<uint64_t> signed_decimal(std::string_view text) {
    const bool negative = !text.empty() && text.front() == '-';
    if (negative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
    const std::optional<uint64_t> magnitude = decimal(text);
    if (!magnitude) return std::nullopt;
    return negative ? ~*magnitude + 1 : *magnitude;
}

uint64_t fit(uint64_t value, ParamType type) {
    const unsigned spare = 64 - width_of(type);
    if (spare == 0) return value;
    if (class_of(type) == ValueClass::Signed) {
        return static_cast<uint64_t>(static_cast<int64_t>(value << spare) >> spare);
    }
    return value << spare >> spare;
}

Parsed<uint64_t> parse_port(std::string_view text) {
    if (text.empty()) return 0;
    // Like stoi(3): digits count up to the first byte that is none.
    const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
    if (end != text.begin()) {
        return decimal(text.substr(0, static_cast<size_t>(end - text.begin()))).value_or(0) & 0xffff;
    }
    if (const std::optional<uint16_t> port = service_port(text)) return *port;
    return tl::unexpected(fmt::format("unrecognized protocol {}", text));
}

// inet_pton(3) wants a final NUL.
bool to_address(int family, std::string_view text, uint8_t* out) {
    const std::string terminated(text);
    return inet_pton(family, terminated.c_str(), out) == 1;
}

// What IPv6 writes as ::ffff:a.b.c.d is IPv4, as in descriptors.
Address unmapped(const Address& address) {
    static constexpr std::array<uint8_t, 12> prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (!std::equal(prefix.begin(), prefix.end(), address.bytes.begin())) return address;
    Address result;
    result.family = AF_INET;
    std::copy(address.bytes.begin() + 12, address.bytes.end(), result.bytes.begin());
    return result;
}

void clear_host_bits(Address& address, unsigned prefix) {
    for (unsigned i = 0; i < address.bytes.size(); ++i) {
        const unsigned kept = prefix > i * 8 ? std::min(prefix - i * 8, 8U) : 0;
        address.bytes[i] = static_cast<uint8_t>(address.bytes[i] & (0xff00U >> kept));
    }
}

}  // namespace

bool Network::contains(const Address& address) const {
    if (address.family != base.family) return false;
    Address masked = address;
    clear_host_bits(masked, prefix);
    return masked.bytes == base.bytes;
}

Parsed<std::string_view> check_literal(std::string_view text, ParamType type) {
    if (text.size() > max_literal_size) {
        if (class_of(type) == ValueClass::Bytes)
            return tl::unexpected(std::string("filter parameter too long (byte buf)"));
        return tl::unexpected(fmt::format("filter parameter too long (used={}, available={}):{}", text.size(),
                                          max_literal_size + 1, text));
    }
    if (text.find('\0') != std::string_view::npos) {
        return tl::unexpected(std::string("filter error: filter value cannot contain a NUL byte (\\x00)"));
    }
    return text;
}

Parsed<uint64_t> parse_integer(std::string_view text, ParamType type) {
    if (type == ParamType::Port) return parse_port(text);
    if (const std::optional<uint64_t> value = signed_decimal(text)) return fit(*value, type);
    return tl::unexpected(fmt::format("{} is not a valid number", text));
}

Parsed<bool> parse_boolean(std::string_view text) {
    if (text == "true") return true;
    if (text == "false") return false;
    return tl::unexpected(fmt::format("filter error: unrecognized boolean value {}", text));
}

Parsed<Address> parse_address(std::string_view text) {
    Address address;
    if (text.find('.') != std::string_view::npos) {
        address.family = AF_INET;
        if (to_address(AF_INET, text, address.bytes.data())) return address;
        return tl::unexpected(fmt::format("unrecognized IPv4 address {}", text));
    }
    address.family = AF_INET6;
    if (to_address(AF_INET6, text, address.bytes.data())) return unmapped(address);
    return tl::unexpected(fmt::format("unrecognized IPv6 address {}", text));
}

Parsed<Network> parse_network(std::string_view text) {
    const size_t slash = text.find('/');
    if (slash == std::string_view::npos) return tl::unexpected(fmt::format("unrecognized IP network {}", text));
    Network network;
    const std::string_view base = text.substr(0, slash);
    network.base.family = base.find('.') != std::string_view::npos ? AF_INET : AF_INET6;
    if (!to_address(network.base.family, base, network.base.bytes.data())) {
        return tl::unexpected(fmt::format("unrecognized IP network {}", text));
    }
    const std::string_view length = text.substr(slash + 1);
    const std::optional<uint64_t> prefix = decimal(length);
    if (!prefix || *prefix > (network.base.family == AF_INET ? 32U : 128U)) {
        return tl::unexpected(fmt::format("invalid netmask {}", length));
    }
    network.prefix = static_cast<unsigned>(*prefix);
    clear_host_bits(network.base, network.prefix);
    return network;
}

Parsed<std::string> parse_hex(std::string_view text) {
    const auto refused =
        tl::unexpected(std::string("filter error: bcontains and bstartswith operator support hex strings only"));
    if (text.size() % 2 != 0) return refused;
    std::string bytes;
    for (size_t i = 0; i < text.size(); i += 2) {
        const std::optional<int> high = hex_digit(text[i]);
        const std::optional<int> low = hex_digit(text[i + 1]);
        if (!high || !low) return refused;
        bytes.push_back(static_cast<char>(*high * 16 + *low));
    }
    return bytes;
}

}  // namespace bewit::match
