// IANA's special-purpose address registries (RFC 6890): what is not globally reachable is not public.
#include "injector/http/reach.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace bewit::http {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

struct Network {
    uint32_t prefix;
    unsigned length;
    bool holds(const address_v4& v4) const { return length == 0 || ((v4.to_uint() ^ prefix) >> (32 - length)) == 0; }
};

constexpr std::array<Network, 15> special = {{
    {0x00000000, 8},   // this network
    {0x0a000000, 8},   // private
    {0x64400000, 10},  // carrier-grade NAT
    {0x7f000000, 8},   // loopback
    {0xa9fe0000, 16},  // link-local
    {0xac100000, 12},  // private
    {0xc0000000, 24},  // IETF
    {0xc0000200, 24},  // documentation
    {0xc0586300, 24},  // 6to4 relay
    {0xc0a80000, 16},  // private
    {0xc6120000, 15},  // benchmarking
    {0xc6336400, 24},  // documentation
    {0xcb007100, 24},  // documentation
    {0xe0000000, 4},   // multicast
    {0xf0000000, 4},   // reserved, broadcast
}};

bool is_public(const address_v4& v4) {
    return std::none_of(special.begin(), special.end(), [&](const Network& network) { return network.holds(v4); });
}

bool is_local(const address_v4& v4) { return special[3].holds(v4) || special[4].holds(v4); }

// 2000::/3 is what is global; the embedded ones were taken out before. 2001:db8::/32 is for documentation.
bool is_public(const address_v6& v6) {
    const auto bytes = v6.to_bytes();
    const bool documentation = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0d && bytes[3] == 0xb8;
    return (bytes[0] & 0xe0) == 0x20 && !documentation;
}

// fd00:ec2::/32 is the IPv6 side of Amazon's link-local services.
bool is_local(const address_v6& v6) {
    const auto bytes = v6.to_bytes();
    return v6.is_loopback() || v6.is_link_local() ||
           (bytes[0] == 0xfd && bytes[1] == 0x00 && bytes[2] == 0x0e && bytes[3] == 0xc2);
}

address_v4 v4_at(const address_v6::bytes_type& bytes, size_t offset) {
    return address_v4({bytes[offset], bytes[offset + 1], bytes[offset + 2], bytes[offset + 3]});
}

// The IPv4 address that an IPv6 address only carries; the address itself otherwise.
address unwrapped(const address& given) {
    if (!given.is_v6()) return given;
    const auto bytes = given.to_v6().to_bytes();
    const auto zeros = [&](size_t from, size_t to) {
        return std::all_of(bytes.begin() + static_cast<ptrdiff_t>(from), bytes.begin() + static_cast<ptrdiff_t>(to),
                           [](unsigned char b) { return b == 0; });
    };
    if (zeros(0, 10) && bytes[10] == 0xff && bytes[11] == 0xff) return v4_at(bytes, 12);  // ::ffff:a.b.c.d
    if (bytes[0] == 0x00 && bytes[1] == 0x64 && bytes[2] == 0xff && bytes[3] == 0x9b && zeros(4, 12))
        return v4_at(bytes, 12);                                       // 64:ff9b::a.b.c.d
    if (bytes[0] == 0x20 && bytes[1] == 0x02) return v4_at(bytes, 2);  // 6to4
    return given;
}

}  // namespace

bool may_reach(Reach reach, const address& given) {
    if (reach == Reach::Anywhere) return true;
    const address plain = unwrapped(given);
    if (reach == Reach::Public) return plain.is_v4() ? is_public(plain.to_v4()) : is_public(plain.to_v6());
    return plain.is_v4() ? is_local(plain.to_v4()) : is_local(plain.to_v6());
}

}  // namespace bewit::http
