#include "tracer/proc_status.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <array>

#include "base/unique_fd.h"
#include "tracer/proc_text.h"

namespace bewit::tracer {

std::optional<ProcStatus> read_proc_status(Tid tid) {
    std::array<char, 32> path{};
    snprintf(path.data(), path.size(), "/proc/%lld/status", static_cast<long long>(raw(tid)));
    const UniqueFd fd(open(path.data(), O_RDONLY | O_CLOEXEC));
    if (!fd) return std::nullopt;
    std::array<char, 4096> buffer;
    const ssize_t size = read(fd.get(), buffer.data(), buffer.size());
    if (size <= 0) return std::nullopt;
    const StatusText status = parse_status({buffer.data(), static_cast<size_t>(size)});
    return ProcStatus{.pid = static_cast<Pid>(status.group),
                      .parent = static_cast<Pid>(status.parent),
                      .tracer = static_cast<Pid>(status.tracer),
                      .seccomp = static_cast<int>(status.seccomp),
                      .uid = status.real_uid,
                      .ignored = status.signals_ignored,
                      .caught = status.signals_caught,
                      .pending = status.signals_pending,
                      .state = status.state};
}

}  // namespace bewit::tracer
