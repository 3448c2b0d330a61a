#include "tracer/proc_status.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <string_view>

#include "base/unique_fd.h"

namespace bewit::tracer {
namespace {

// The number after `name`, which stands at the start of a line; -1 when it is not there.
int64_t number_of(std::string_view text, std::string_view name) {
    // Past the first line, which holds a name that the thread chose itself.
    for (size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        if (text.substr(at + 1).starts_with(name)) return strtoll(text.data() + at + 1 + name.size(), nullptr, 10);
    }
    return -1;
}

// The hexadecimal number after `name`; 0 when it is not there.
uint64_t signals_of(std::string_view text, std::string_view name) {
    const size_t at = text.find(name);
    return at == std::string_view::npos ? 0 : strtoull(text.data() + at + name.size(), nullptr, 16);
}

// The letter after "State:".
char state_of(std::string_view text) {
    constexpr std::string_view label = "\nState:\t";
    const size_t at = text.find(label);
    return at + label.size() < text.size() && at != std::string_view::npos ? text[at + label.size()] : '?';
}

}  // namespace

std::optional<ProcStatus> read_proc_status(Tid tid) {
    std::array<char, 32> path{};
    snprintf(path.data(), path.size(), "/proc/%lld/status", static_cast<long long>(raw(tid)));
    const UniqueFd fd(open(path.data(), O_RDONLY | O_CLOEXEC));
    if (!fd) return std::nullopt;
    std::array<char, 4096> buffer;
    const ssize_t size = read(fd.get(), buffer.data(), buffer.size() - 1);
    if (size <= 0) return std::nullopt;
    buffer[static_cast<size_t>(size)] = '\0';
    const std::string_view text(buffer.data(), static_cast<size_t>(size));
    return ProcStatus{.pid = static_cast<Pid>(number_of(text, "Tgid:")),
                      .parent = static_cast<Pid>(number_of(text, "PPid:")),
                      .tracer = static_cast<Pid>(number_of(text, "TracerPid:")),
                      .seccomp = static_cast<int>(number_of(text, "Seccomp:")),
                      .uid = static_cast<uint32_t>(number_of(text, "Uid:")),
                      .ignored = signals_of(text, "\nSigIgn:"),
                      .caught = signals_of(text, "\nSigCgt:"),
                      .pending = signals_of(text, "\nShdPnd:"),
                      .state = state_of(text)};
}

}  // namespace bewit::tracer
