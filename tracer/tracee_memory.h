// The memory of a stopped thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/unique_fd.h"
#include "engine/event/kernel_types.h"

namespace bewit::tracer {

// Whether the kernel lets bewit look into every process: with CAP_SYS_PTRACE in the namespace that the workload runs
// in. Of this moment.
bool sees_all_memory();

// /proc/PID/mem of a process, opened while the kernel allowed it: it stays good for the same memory, whatever the
// process does to close itself (prctl(2), PR_SET_DUMPABLE; a change of its user).
using MemoryFile = std::shared_ptr<const UniqueFd>;
// Whose memory is read through `file` where everything else is refused: the thread that stands at a stop. Null:
// nobody's. Of the tracer's thread.
void use_memory_file(Tid tid, const UniqueFd* file);

// Reads with process_vm_readv(2); where that is refused, word by word with PTRACE_PEEKDATA, or through the file above.
// Only while the thread is stopped. Number of bytes that could be read, from the start.
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
