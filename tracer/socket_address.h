// Socket addresses: from struct sockaddr (getsockname(2), a thread's memory) to what records carry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/event/descriptor.h"

namespace bewit::tracer {

// A struct sockaddr, taken apart. `path` points into the bytes that were given.
struct SocketAddress {
    uint8_t family = 0;        // AF_*; 0 when there is none (AF_UNSPEC)
    event::Endpoint endpoint;  // AF_INET and AF_INET6
    std::string_view path;     // AF_UNIX; an abstract name without its leading NUL
};

// Bytes that are too short for their family give family 0. IPv4-mapped IPv6 addresses become IPv4.
SocketAddress parse_socket_address(std::span<const std::byte> bytes);

// The parameter type `sockaddr` (`.scap` format): appends `u8 family` and, for AF_INET, AF_INET6 and AF_UNIX, the
// address. Nothing for other families.
void append_sockaddr(const SocketAddress& address, std::string& out);

// Who sent and who receives: the order of a tuple's halves.
enum class Direction : uint8_t { Outbound, Inbound };

// The parameter type `socktuple`: source and destination of an inet or unix socket. Nothing for other families, nor
// where neither end has an address. An IPv4 end beside an IPv6 one is written as an IPv4-mapped address. `named`, where
// it has a family, stands for the other end of a socket that is not connected.
void append_socktuple(const event::Descriptor& socket, const SocketAddress& named, Direction direction,
                      std::string& out);

}  // namespace bewit::tracer
