// What is remembered of sockets from one event to the next: `fd.name_changed`, `fd.connected` and the ends' roles need
// it, and the kernel does not tell it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/event/descriptor.h"
#include "engine/event/kernel_types.h"

namespace bewit::state {

struct RememberedSocket {
    event::Descriptor::Role role = event::Descriptor::Role::None;
    bool connected = false;
    event::Endpoint local, remote;
    uint64_t unix_name = 0;  // hash of a unix socket's path and ends
};

// A fixed number of sockets; the one that was not used for longest gives way. A socket is known by its inode, so that
// dup(2) and fork(2) need not be seen; where the witness has none, by process and descriptor.
class SocketMemory {
public:
    SocketMemory() : entries_(sets * ways) {}

    static uint64_t key(const event::Descriptor& descriptor, Pid pid, Fd fd);
    // nullptr when nothing is remembered. Valid until the next remember().
    const RememberedSocket* find(uint64_t key);
    // The entry of the socket, empty if it is new.
    RememberedSocket& remember(uint64_t key);
    void forget(uint64_t key);

private:
    static constexpr size_t sets = 1024;
    static constexpr size_t ways = 4;

    struct Entry {
        uint64_t key = 0;   // 0: free
        uint64_t used = 0;  // the larger, the later
        RememberedSocket socket;
    };

    Entry* set_of(uint64_t key) { return entries_.data() + (key % sets) * ways; }
    Entry* entry_of(uint64_t key);

    std::vector<Entry> entries_;
    uint64_t clock_ = 0;
};

}  // namespace bewit::state
