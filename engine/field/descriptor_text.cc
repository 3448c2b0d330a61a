#include "engine/field/descriptor_text.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

#include <fmt/format.h>

#include "engine/field/value.h"

namespace bewit::field {
namespace {

using event::Address;
using event::Descriptor;
using event::DescriptorType;
using event::Endpoint;
using event::L4Proto;

struct TypeName {
    DescriptorType type;
    char letter;
    std::string_view text;
};

constexpr TypeName type_names[] = {
    {DescriptorType::File, 'f', "file"},
    {DescriptorType::File2, 'f', "file"},
    {DescriptorType::Directory, 'd', "directory"},
    {DescriptorType::Ipv4, '4', "ipv4"},
    {DescriptorType::Ipv4Server, '4', "ipv4"},
    {DescriptorType::Ipv6, '6', "ipv6"},
    {DescriptorType::Ipv6Server, '6', "ipv6"},
    {DescriptorType::Unix, 'u', "unix"},
    {DescriptorType::Fifo, 'p', "pipe"},
    {DescriptorType::Event, 'e', "event"},
    {DescriptorType::Signal, 's', "signalfd"},
    {DescriptorType::EventPoll, 'l', "eventpoll"},
    {DescriptorType::Inotify, 'i', "inotify"},
    {DescriptorType::Timer, 't', "timerfd"},
    {DescriptorType::Netlink, 'n', "netlink"},
    {DescriptorType::Bpf, 'b', "bpf"},
    {DescriptorType::Userfault, 'u', "userfaultfd"},
    {DescriptorType::IoUring, 'r', "io_uring"},
    {DescriptorType::Memfd, 'm', "memfd"},
    {DescriptorType::Pidfd, 'P', "pidfd"},
    {DescriptorType::Unknown, 'o', "<NA>"},
    {DescriptorType::Unsupported, 'X', "<NA>"},
};

const TypeName& name_of_type(DescriptorType type) {
    static constexpr TypeName other{DescriptorType::Uninitialized, '?', "<NA>"};
    const auto* const found = std::ranges::find(type_names, type, &TypeName::type);
    return found != std::end(type_names) ? *found : other;
}

constexpr std::array<char, 256> make_letters() {
    std::array<char, 256> letters{};
    for (size_t i = 0; i < letters.size(); ++i) letters[i] = static_cast<char>(i);
    return letters;
}
constexpr std::array<char, 256> letters = make_letters();

L4Proto l4proto_of(const Descriptor& what) {
    if (!what.is_inet()) return L4Proto::NotApplicable;
    if (is_listener(what) || what.l4proto == L4Proto::Raw || what.role != Descriptor::Role::None) return what.l4proto;
    return L4Proto::NotApplicable;
}

Endpoint with_family(Endpoint endpoint, uint8_t family) {
    if (!endpoint.address.valid()) endpoint.address.family = family;
    return endpoint;
}

// Takes integers and addresses off the front of a parameter.
class Reader {
public:
    explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    bool has(size_t size) const { return bytes_.size() >= size; }

    template <class Integer>
    Integer take() {
        Integer value{};
        std::memcpy(&value, bytes_.data(), sizeof(value));
        bytes_ = bytes_.subspan(sizeof(value));
        return value;
    }
    Endpoint take_endpoint(uint8_t family, size_t size) {
        Endpoint endpoint;
        endpoint.address.family = family;
        std::memcpy(endpoint.address.bytes.data(), bytes_.data(), size);
        bytes_ = bytes_.subspan(size);
        endpoint.port = take<uint16_t>();
        return endpoint;
    }
    std::string_view rest() const {
        const std::string_view text(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
        return text.substr(0, text.find('\0'));
    }

private:
    std::span<const std::byte> bytes_;
};

// ::ffff:a.b.c.d is a.b.c.d, and :: is 0.0.0.0.
bool unmap(Endpoint& endpoint) {
    constexpr std::array<uint8_t, 12> prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    const auto& bytes = endpoint.address.bytes;
    if (!endpoint.address.any() && !std::equal(prefix.begin(), prefix.end(), bytes.begin())) return false;
    Address plain;
    plain.family = AF_INET;
    std::copy(bytes.begin() + prefix.size(), bytes.end(), plain.bytes.begin());
    endpoint.address = plain;
    return true;
}

void unmap(Connection& connection) {
    Connection plain = connection;
    if (unmap(plain.client) && unmap(plain.server)) connection = plain;
}

size_t address_size(uint8_t family) { return family == AF_INET ? 4 : 16; }

void append_unix_tuple(uint64_t source, uint64_t peer, std::string_view path, std::string& out) {
    fmt::format_to(std::back_inserter(out), "{:x}->{:x} {}", source, peer, path);
}

void append_inet_tuple(Reader& reader, uint8_t family, std::string& out) {
    const size_t size = address_size(family);
    if (!reader.has(2 * (size + sizeof(uint16_t)))) {
        out += family == AF_INET ? "INVALID IPv4" : "INVALID IPv6";
        return;
    }
    Connection connection;
    connection.client = reader.take_endpoint(family, size);
    connection.server = reader.take_endpoint(family, size);
    if (family == AF_INET6) unmap(connection);
    append_connection(connection, out);
}

}  // namespace

std::string_view type_text(DescriptorType type) { return name_of_type(type).text; }
char type_letter(DescriptorType type) { return name_of_type(type).letter; }
std::string_view letter_text(char letter) { return {&letters[static_cast<uint8_t>(letter)], 1}; }

std::string_view l4proto_text(const Descriptor& what) {
    switch (l4proto_of(what)) {
        case L4Proto::Tcp:
            return "tcp";
        case L4Proto::Udp:
            return "udp";
        case L4Proto::Icmp:
            return "icmp";
        case L4Proto::Raw:
            return "raw";
        default:
            return "<NA>";
    }
}

char l4proto_letter(const Descriptor& what) {
    const std::string_view text = l4proto_text(what);
    return text.starts_with('<') ? '\0' : text.front();
}

bool is_listener(const Descriptor& what) {
    return what.type == DescriptorType::Ipv4Server || what.type == DescriptorType::Ipv6Server;
}

Connection connection_of(const Descriptor& what) {
    const bool v6 = what.type == DescriptorType::Ipv6 || what.type == DescriptorType::Ipv6Server;
    const uint8_t family = v6 ? AF_INET6 : AF_INET;
    const Endpoint local = with_family(what.local, family), remote = with_family(what.remote, family);
    if (is_listener(what)) return {local, local};
    if (what.role == Descriptor::Role::Server) return {remote, local};
    return {local, remote};
}

void append_endpoint(const Endpoint& endpoint, std::string& out) {
    append_address(endpoint.address, out);
    fmt::format_to(std::back_inserter(out), ":{}", endpoint.port);
}

void append_connection(const Connection& connection, std::string& out) {
    append_endpoint(connection.client, out);
    out += "->";
    append_endpoint(connection.server, out);
}

std::string_view name_of(const Descriptor& what, std::string& storage) {
    if (what.is_inet() && what.name.empty()) {
        storage.clear();
        const Connection connection = connection_of(what);
        if (is_listener(what)) {
            append_endpoint(connection.server, storage);
        } else if (what.local.address.valid() || what.remote.address.valid()) {
            append_connection(connection, storage);
        }
        return storage;
    }
    const bool paired = what.unix_source != 0 || what.unix_peer != 0 || what.connected;
    if (what.type == DescriptorType::Unix && paired) {
        storage.clear();
        append_unix_tuple(what.unix_source, what.unix_peer, what.name, storage);
        return storage;
    }
    return what.name;
}

void append_socket_tuple(std::span<const std::byte> bytes, std::string& out) {
    Reader reader(bytes);
    if (!reader.has(1)) {
        out += "NULL";
        return;
    }
    const uint8_t family = reader.take<uint8_t>();
    if (family == AF_INET || family == AF_INET6) {
        append_inet_tuple(reader, family, out);
    } else if (family != AF_UNIX) {
        fmt::format_to(std::back_inserter(out), "family {}", family);
    } else if (!reader.has(2 * sizeof(uint64_t))) {
        out += "INVALID PATH";
    } else {
        const uint64_t source = reader.take<uint64_t>();
        const uint64_t peer = reader.take<uint64_t>();
        append_unix_tuple(source, peer, reader.rest(), out);
    }
}

void append_socket_address(std::span<const std::byte> bytes, std::string& out) {
    Reader reader(bytes);
    if (!reader.has(1)) {
        out += "<NA>";
        return;
    }
    const uint8_t family = reader.take<uint8_t>();
    if (family == AF_UNIX) {
        out += reader.rest();
    } else if (family != AF_INET && family != AF_INET6) {
        fmt::format_to(std::back_inserter(out), "family {}", family);
    } else if (!reader.has(address_size(family) + sizeof(uint16_t))) {
        out += family == AF_INET ? "INVALID IPv4" : "INVALID IPv6";
    } else {
        append_endpoint(reader.take_endpoint(family, address_size(family)), out);
    }
}

}  // namespace bewit::field
