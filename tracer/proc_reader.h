// Files of /proc/TID, read with one buffer that is allocated once (proc(5)).
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "engine/event/kernel_types.h"

namespace bewit::tracer {

// Keeps /proc open, so that it stays bewit's own whatever is mounted later. Not thread-safe. `name` is a path below
// /proc/TID, of at most 40 bytes.
//
// What the kernel refuses to bewit's own user it is asked as the thread's (setfsuid(2), of this thread alone): so
// ptrace(2) has it, "Ptrace access mode checking", PTRACE_MODE_FSCREDS. That is enough where bewit may change its user,
// as root in a container may, but lacks CAP_SYS_PTRACE.
class ProcReader {
public:
    ProcReader();

    // The text of a file that the kernel writes whole (not of one like maps, which it gives in parts), cut at `limit`
    // (at most buffer_size). Valid until the next call. nullopt when it cannot be read.
    std::optional<std::string_view> read(Tid tid, std::string_view name, size_t limit = buffer_size);
    // Where the link leads; false when it cannot be read.
    bool link(Tid tid, std::string_view name, std::string& target);
    // Opened as openat(2) does, close-on-exec.
    UniqueFd open(Tid tid, std::string_view name, int flags);
    // Following links.
    bool status(Tid tid, std::string_view name, struct stat& out);

    static constexpr size_t buffer_size = 32768;

private:
    using Path = std::array<char, 64>;
    static Path path_of(Tid tid, std::string_view name);
    // What `attempt` returns, a system call's result: of the second attempt where the first was refused.
    template <typename Attempt>
    ssize_t as_owner_if_refused(Tid tid, Attempt attempt);

    UniqueFd proc_;
    std::string buffer_;
};

// A whole file that the kernel gives in parts, from where it stands, into `out`, which keeps its memory.
void read_all(int fd, std::string& out);

}  // namespace bewit::tracer
