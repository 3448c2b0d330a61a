// What a file descriptor refers to, as far as rules can ask.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace bewit::event {

// Numbers are those of `.scap` captures.
enum class DescriptorType : int8_t {
    Unknown = -1,
    Uninitialized = 0,
    File = 1,
    Directory = 2,
    Ipv4 = 3,
    Ipv6 = 4,
    Ipv4Server = 5,
    Ipv6Server = 6,
    Fifo = 7,
    Unix = 8,
    Event = 9,
    Unsupported = 10,
    Signal = 11,
    EventPoll = 12,
    Inotify = 13,
    Timer = 14,
    Netlink = 15,
    File2 = 16,
    Bpf = 17,
    Userfault = 18,
    IoUring = 19,
    Memfd = 20,
    Pidfd = 21,
};

enum class L4Proto : uint8_t { Unknown = 0, NotApplicable = 1, Tcp = 2, Udp = 3, Icmp = 4, Raw = 5 };

// An address of family AF_INET (bytes 0 to 3) or AF_INET6, network byte order. family 0 means that there is none.
// IPv4-mapped IPv6 addresses are stored as IPv4.
struct Address {
    uint8_t family = 0;
    std::array<uint8_t, 16> bytes{};

    bool valid() const { return family != 0; }
    bool any() const { return bytes == std::array<uint8_t, 16>{}; }
    bool operator==(const Address&) const = default;
};

struct Endpoint {
    Address address;
    uint16_t port = 0;  // host byte order
    bool operator==(const Endpoint&) const = default;
};

struct Descriptor {
    // Which end of a connection this process is; decided by bind, accept and connect.
    enum class Role : uint8_t { None, Client, Server };

    DescriptorType type = DescriptorType::Unknown;
    L4Proto l4proto = L4Proto::Unknown;
    Role role = Role::None;
    bool connected = false;
    // The kernel's own word rather than what the process said.
    bool from_kernel = false;
    std::string name;      // absolute path, unix socket path, "anon_inode:[eventfd]", ...; empty for inet sockets
    std::string name_raw;  // as the program gave it, where known
    Endpoint local, remote;
    uint64_t unix_source = 0, unix_peer = 0;
    uint32_t open_flags = 0;  // Falco's encoding
    uint32_t device = 0;
    uint64_t inode = 0;
    uint8_t socket_family = 0;  // AF_*; 0 unless a socket

    bool is_inet() const {
        return type == DescriptorType::Ipv4 || type == DescriptorType::Ipv6 || type == DescriptorType::Ipv4Server ||
               type == DescriptorType::Ipv6Server;
    }
};

// What an anonymous inode is, by the kernel's name for it: what follows "anon_inode:" in /proc/PID/fd.
DescriptorType anonymous_type(std::string_view name);

}  // namespace bewit::event
