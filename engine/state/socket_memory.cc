#include "engine/state/socket_memory.h"

#include <algorithm>

namespace bewit::state {

uint64_t SocketMemory::key(const event::Descriptor& descriptor, Pid pid, Fd fd) {
    // The highest bit tells the two kinds of key apart, and makes neither of them 0.
    constexpr uint64_t by_descriptor = uint64_t{1} << 63;
    constexpr uint64_t by_inode = uint64_t{1} << 62;
    if (descriptor.inode != 0) return by_inode | (descriptor.inode & (by_inode - 1));
    const auto process = static_cast<uint64_t>(raw(pid)) & 0x3fffffff;
    return by_descriptor | process << 32 | static_cast<uint32_t>(raw(fd));
}

const RememberedSocket* SocketMemory::find(uint64_t key) {
    Entry* entry = entry_of(key);
    if (entry == nullptr) return nullptr;
    entry->used = ++clock_;
    return &entry->socket;
}

RememberedSocket& SocketMemory::remember(uint64_t key) {
    Entry* entry = entry_of(key);
    if (entry == nullptr) {
        Entry* set = set_of(key);
        entry = std::min_element(set, set + ways, [](const Entry& a, const Entry& b) { return a.used < b.used; });
        *entry = {};
        entry->key = key;
    }
    entry->used = ++clock_;
    return entry->socket;
}

void SocketMemory::forget(uint64_t key) {
    if (Entry* entry = entry_of(key)) *entry = {};
}

SocketMemory::Entry* SocketMemory::entry_of(uint64_t key) {
    Entry* set = set_of(key);
    Entry* found = std::find_if(set, set + ways, [key](const Entry& entry) { return entry.key == key; });
    return found == set + ways ? nullptr : found;
}

}  // namespace bewit::state
