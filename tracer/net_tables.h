// The kernel's tables of sockets, /proc/TID/net/* (proc_pid_net(5)): the addresses of a socket, by its inode.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/event/descriptor.h"

namespace bewit::tracer {

struct NetTable {
    std::string_view path;  // below /proc/TID
    uint8_t family;         // AF_*
    event::L4Proto l4proto;
};

extern const std::array<NetTable, 8> net_tables;

// Looks for the socket in the table's text and fills in what the line says.
bool find_socket(const NetTable& table, std::string_view text, uint64_t inode, event::Descriptor& out);

// The type of an inet socket follows from its addresses and from whether it listens.
void set_inet_type(event::Descriptor& socket, bool listens);

}  // namespace bewit::tracer
