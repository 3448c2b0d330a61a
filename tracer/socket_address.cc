#include "tracer/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace bewit::tracer {
namespace {

constexpr std::array<uint8_t, 12> ipv4_mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// True when there were enough bytes.
template <typename Sockaddr>
bool copy_as(std::span<const std::byte> bytes, Sockaddr& address) {
    if (bytes.size() < sizeof address) return false;
    std::memcpy(&address, bytes.data(), sizeof address);
    return true;
}

event::Address ipv6_address(const in6_addr& from) {
    event::Address address;
    if (std::equal(ipv4_mapped.begin(), ipv4_mapped.end(), from.s6_addr)) {
        address.family = AF_INET;
        std::copy_n(from.s6_addr + ipv4_mapped.size(), 4, address.bytes.begin());
    } else {
        address.family = AF_INET6;
        std::copy_n(from.s6_addr, address.bytes.size(), address.bytes.begin());
    }
    return address;
}

std::string_view unix_path(std::span<const std::byte> bytes) {
    constexpr size_t start = offsetof(sockaddr_un, sun_path);
    if (bytes.size() <= start) return {};
    std::string_view path(reinterpret_cast<const char*>(bytes.data()) + start, bytes.size() - start);
    if (path.front() == '\0') path.remove_prefix(1);
    return path.substr(0, path.find('\0'));
}

template <typename Integer>
void append_integer(std::string& out, Integer value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void append_bytes(std::string& out, std::span<const uint8_t> bytes) {
    out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

// 4 bytes, or 16 when `wide`.
void append_ip(std::string& out, const event::Address& address, bool wide) {
    const std::span<const uint8_t> bytes(address.bytes);
    if (!wide) return append_bytes(out, bytes.first(4));
    // The unspecified address is the same in both families.
    if (address.family != AF_INET || address.any()) return append_bytes(out, bytes);
    append_bytes(out, ipv4_mapped);
    append_bytes(out, bytes.first(4));
}

void append_endpoint(std::string& out, const event::Endpoint& endpoint, bool wide) {
    append_ip(out, endpoint.address, wide);
    append_integer(out, endpoint.port);
}

void append_family(std::string& out, uint8_t family) { out.push_back(static_cast<char>(family)); }

// Whether an end keeps a tuple from being one of IPv4.
bool is_wide(const event::Endpoint& endpoint) { return endpoint.address.family == AF_INET6 && !endpoint.address.any(); }

void append_inet_tuple(const event::Endpoint& local, const event::Endpoint& remote, Direction direction,
                       std::string& out) {
    if (!local.address.valid() && !remote.address.valid()) return;
    const bool narrow = local.address.family == AF_INET || remote.address.family == AF_INET;
    const bool wide = is_wide(local) || is_wide(remote) || !narrow;
    const bool outbound = direction == Direction::Outbound;
    append_family(out, wide ? AF_INET6 : AF_INET);
    append_endpoint(out, outbound ? local : remote, wide);
    append_endpoint(out, outbound ? remote : local, wide);
}

void append_unix_tuple(const event::Descriptor& socket, std::string_view path, Direction direction, std::string& out) {
    // Falco's order: what the data goes to stands first.
    const bool outbound = direction == Direction::Outbound;
    append_family(out, AF_UNIX);
    append_integer(out, outbound ? socket.unix_peer : socket.unix_source);
    append_integer(out, outbound ? socket.unix_source : socket.unix_peer);
    out.append(path);
    out.push_back('\0');
}

}  // namespace

SocketAddress parse_socket_address(std::span<const std::byte> bytes) {
    sa_family_t family = AF_UNSPEC;
    if (!copy_as(bytes, family)) return {};
    SocketAddress address{.family = static_cast<uint8_t>(family), .endpoint = {}, .path = {}};
    if (family == AF_INET) {
        sockaddr_in inet;
        if (!copy_as(bytes, inet)) return {};
        address.endpoint.address.family = AF_INET;
        std::memcpy(address.endpoint.address.bytes.data(), &inet.sin_addr, sizeof inet.sin_addr);
        address.endpoint.port = ntohs(inet.sin_port);
    } else if (family == AF_INET6) {
        // Older programs leave sin6_scope_id out (ipv6(7)).
        sockaddr_in6 inet{};
        if (bytes.size() < offsetof(sockaddr_in6, sin6_scope_id)) return {};
        std::memcpy(&inet, bytes.data(), std::min(bytes.size(), sizeof inet));
        address.endpoint.address = ipv6_address(inet.sin6_addr);
        address.endpoint.port = ntohs(inet.sin6_port);
    } else if (family == AF_UNIX) {
        address.path = unix_path(bytes);
    }
    return address;
}

void append_sockaddr(const SocketAddress& address, std::string& out) {
    if (address.family == AF_UNIX) {
        append_family(out, AF_UNIX);
        out.append(address.path);
        out.push_back('\0');
    } else if (address.family == AF_INET || address.family == AF_INET6) {
        append_family(out, address.endpoint.address.family);
        append_endpoint(out, address.endpoint, address.endpoint.address.family == AF_INET6);
    }
}

void append_socktuple(const event::Descriptor& socket, const SocketAddress& named, Direction direction,
                      std::string& out) {
    if (socket.socket_family == AF_UNIX) {
        append_unix_tuple(socket, named.path.empty() ? std::string_view(socket.name) : named.path, direction, out);
    } else if (socket.socket_family == AF_INET || socket.socket_family == AF_INET6) {
        append_inet_tuple(socket.local, named.endpoint.address.valid() ? named.endpoint : socket.remote, direction,
                          out);
    }
}

}  // namespace bewit::tracer
