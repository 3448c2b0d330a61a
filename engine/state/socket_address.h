// Addresses as records carry them: sockaddr and socktuple parameters (engine/event/record.h; the layouts are those of
// `.scap`).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/event/descriptor.h"

namespace bewit::state {

// One address, or two: `source` and `destination` as the record has them. For a sockaddr only `destination` is filled.
struct SocketAddress {
    uint8_t family =
        0;  // AF_UNIX, AF_INET or AF_INET6 as it was written; IPv4-mapped endpoints below are IPv4 all the same
    event::Endpoint source, destination;
    uint64_t unix_source = 0, unix_destination = 0;
    std::string_view path;  // of a unix socket, in the record's memory

    bool is_inet() const { return family != 0 && path.data() == nullptr; }
};

// nullopt when absent, of another family or too short.
std::optional<SocketAddress> parse_socktuple(std::span<const std::byte> bytes);
std::optional<SocketAddress> parse_sockaddr(std::span<const std::byte> bytes);

// Where one end was written as an IPv4-mapped address and the other is the IPv6 wildcard, the wildcard becomes IPv4's:
// the socket speaks IPv4.
void agree_on_family(event::Endpoint& local, event::Endpoint& remote);

}  // namespace bewit::state
