// Addresses are printed as the words of memory that hold them, in the machine's own byte order; ports as numbers.
#include "tracer/net_tables.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "tracer/socket_address.h"

namespace bewit::tracer {

const std::array<NetTable, 8> net_tables = {{
    {"net/tcp", AF_INET, event::L4Proto::Tcp},
    {"net/tcp6", AF_INET6, event::L4Proto::Tcp},
    {"net/udp", AF_INET, event::L4Proto::Udp},
    {"net/udp6", AF_INET6, event::L4Proto::Udp},
    {"net/unix", AF_UNIX, event::L4Proto::NotApplicable},
    {"net/raw", AF_INET, event::L4Proto::Raw},
    {"net/raw6", AF_INET6, event::L4Proto::Raw},
    {"net/netlink", AF_NETLINK, event::L4Proto::Unknown},
}};

namespace {

// Columns, from 0.
constexpr size_t inet_local = 1, inet_remote = 2, inet_state = 3, inet_inode = 9;
constexpr size_t unix_state = 5, unix_inode = 6, unix_path = 7;
constexpr size_t netlink_inode = 9;
constexpr std::string_view unix_connected = "03";  // SS_CONNECTED
constexpr std::string_view listening_state = "0A";

// From the column to the end of the line.
std::string_view from_column(std::string_view line, size_t number) {
    for (;; --number) {
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        if (number == 0 || line.empty()) return line;
        line.remove_prefix(std::min(line.find(' '), line.size()));
    }
}

std::string_view column(std::string_view line, size_t number) {
    const std::string_view rest = from_column(line, number);
    return rest.substr(0, rest.find(' '));
}

template <typename Integer>
Integer number(std::string_view digits, int base) {
    Integer value{};
    std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    return value;
}

// "0100007F:1F90", or four words before the colon.
event::Endpoint parse_endpoint(std::string_view text, uint8_t family) {
    const size_t colon = text.find(':');
    const std::string_view words = text.substr(0, colon);
    const auto port =
        number<uint16_t>(colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1), 16);
    std::array<uint32_t, 4> address{};
    for (size_t i = 0; i < address.size() && 8 * (i + 1) <= words.size(); ++i) {
        address[i] = number<uint32_t>(words.substr(8 * i, 8), 16);
    }
    if (family == AF_INET) {
        event::Endpoint endpoint{.address = {.family = AF_INET}, .port = port};
        std::memcpy(endpoint.address.bytes.data(), address.data(), 4);
        return endpoint;
    }
    sockaddr_in6 wide{};
    wide.sin6_family = AF_INET6;
    wide.sin6_port = htons(port);
    std::memcpy(&wide.sin6_addr, address.data(), sizeof address);
    return parse_socket_address(std::as_bytes(std::span(&wide, 1))).endpoint;
}

void fill_inet(const NetTable& table, std::string_view line, event::Descriptor& out) {
    out.local = parse_endpoint(column(line, inet_local), table.family);
    out.remote = parse_endpoint(column(line, inet_remote), table.family);
    out.connected = out.remote.port != 0;
    if (!out.connected) out.remote = {};
    const bool listens = table.l4proto == event::L4Proto::Tcp && column(line, inet_state) == listening_state;
    set_inet_type(out, listens);
}

void fill_unix(std::string_view line, event::Descriptor& out) {
    out.type = event::DescriptorType::Unix;
    out.unix_source = out.inode;
    std::string_view path = from_column(line, unix_path);
    // An abstract name stands behind an @.
    if (path.starts_with('@')) path.remove_prefix(1);
    out.name.assign(path);
    out.connected = column(line, unix_state) == unix_connected;
}

size_t inode_column(uint8_t family) {
    if (family == AF_UNIX) return unix_inode;
    return family == AF_NETLINK ? netlink_inode : inet_inode;
}

}  // namespace

bool find_socket(const NetTable& table, std::string_view text, uint64_t inode, event::Descriptor& out) {
    if (inode == 0) return false;
    const size_t position = inode_column(table.family);
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (number<uint64_t>(column(line, position), 10) != inode) continue;
        out.socket_family = table.family;
        out.l4proto = table.l4proto;
        if (table.family == AF_UNIX)
            fill_unix(line, out);
        else if (table.family == AF_NETLINK)
            out.type = event::DescriptorType::Netlink;
        else
            fill_inet(table, line, out);
        return true;
    }
    return false;
}

void set_inet_type(event::Descriptor& socket, bool listens) {
    using event::DescriptorType;
    // What a program asked for as IPv6 is IPv4 when that is what travels.
    const event::Endpoint& telling = socket.remote.address.valid() ? socket.remote : socket.local;
    const bool narrow =
        telling.address.family == AF_INET || (!telling.address.valid() && socket.socket_family == AF_INET);
    if (narrow)
        socket.type = listens ? DescriptorType::Ipv4Server : DescriptorType::Ipv4;
    else
        socket.type = listens ? DescriptorType::Ipv6Server : DescriptorType::Ipv6;
}

}  // namespace bewit::tracer
