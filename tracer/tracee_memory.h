// The memory of a stopped thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "engine/event/kernel_types.h"

namespace bewit::tracer {

// Reads with process_vm_readv(2), and word by word with PTRACE_PEEKDATA where that is refused (the thread changed its uid and bewit lacks
// CAP_SYS_PTRACE). Both only while the thread is stopped. Number of bytes that could be read, from the start.
size_t read_memory(Tid tid, uint64_t address, std::span<std::byte> out);

struct StringRead {
    bool readable = false;   // at least the first byte, or the NUL
    bool truncated = false;  // no NUL within `limit`, or the next page cannot be read
};
// A NUL-terminated string of at most `limit` bytes, page by page, into `out` (without the NUL).
StringRead read_string(Tid tid, uint64_t address, size_t limit, std::string& out);

// Writes; true when all of it was written.
bool write_memory(Tid tid, uint64_t address, std::span<const std::byte> bytes);

}  // namespace bewit::tracer
