#include "tracer/ignored_signal.h"

#include <errno.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include "engine/event/syscalls.h"
#include "tracer/inheritance.h"
#include "tracer/proc_status.h"
#include "tracer/registers.h"
#include "tracer/tracee_memory.h"

namespace bewit::tracer {
namespace {

constexpr uint64_t endless = std::numeric_limits<uint64_t>::max();

enum class Limit : uint8_t {
    None,
    Milliseconds,  // an int, endless where negative
    Time,          // a pointer to the ABI's timespec, endless where null
    WideTime,      // to one of 64 bits in every ABI
};

struct Wait {
    std::string_view name;
    Limit limit;
    uint8_t argument;  // that holds the limit
    int64_t at_limit;  // what the call returns then
};
constexpr Wait waits[] = {
    {"epoll_wait", Limit::Milliseconds, 3, 0},
    {"epoll_pwait", Limit::Milliseconds, 3, 0},
    {"epoll_pwait2", Limit::WideTime, 3, 0},
    {"semop", Limit::None, 0, 0},
    {"semtimedop", Limit::Time, 3, -EAGAIN},
    {"semtimedop_time64", Limit::WideTime, 3, -EAGAIN},
    {"rt_sigtimedwait", Limit::Time, 2, -EAGAIN},
    {"rt_sigtimedwait_time64", Limit::WideTime, 2, -EAGAIN},
    {"io_getevents", Limit::Time, 4, 0},
    {"io_pgetevents", Limit::Time, 4, 0},
    {"io_pgetevents_time64", Limit::WideTime, 4, 0},
};

// ipc(2) of i386: the first argument is the call (SEMOP and SEMTIMEDOP, linux/ipc.h), the last its time limit.
constexpr Wait carried_semop{"semop", Limit::None, 0, 0};
constexpr Wait carried_semtimedop{"semtimedop", Limit::Time, 5, -EAGAIN};

const Wait* find_wait(const InterruptedCall& call) {
    const std::string_view name = event::syscall_name(call.abi, call.number);
    if (name == "ipc") {
        const uint64_t which = call.arguments[0] & 0xffff;
        return which == 1 ? &carried_semop : which == 4 ? &carried_semtimedop : nullptr;
    }
    const auto* wait = std::ranges::find(waits, name, &Wait::name);
    return wait == std::end(waits) ? nullptr : wait;
}

uint64_t nanoseconds(int64_t seconds, int64_t rest) {
    constexpr int64_t second = 1'000'000'000;
    if (seconds < 0 || rest < 0) return 0;
    return seconds > std::numeric_limits<int64_t>::max() / second - 1 ? endless
                                                                      : static_cast<uint64_t>(seconds * second + rest);
}

template <typename Number>
std::optional<uint64_t> read_time(Tid tid, uint64_t address) {
    std::array<Number, 2> time{};
    const auto bytes = std::as_writable_bytes(std::span(time));
    if (read_memory(tid, address, bytes) != bytes.size()) return std::nullopt;
    return nanoseconds(time[0], time[1]);
}

std::optional<uint64_t> limit_ns(Tid tid, const InterruptedCall& call, const Wait& wait) {
    const uint64_t argument = call.arguments[wait.argument];
    switch (wait.limit) {
        case Limit::None:
            return endless;
        case Limit::Milliseconds: {
            const auto milliseconds = static_cast<int32_t>(argument);
            return milliseconds < 0 ? endless : uint64_t{1'000'000} * static_cast<uint32_t>(milliseconds);
        }
        case Limit::Time:
            if (argument == 0) return endless;
            return call.abi == event::Abi::I386 ? read_time<int32_t>(tid, argument) : read_time<int64_t>(tid, argument);
        case Limit::WideTime:
            return argument == 0 ? endless : read_time<int64_t>(tid, argument);
    }
    return std::nullopt;
}

bool is_ignored(Tid tid, int signal) {
    const std::optional<ProcStatus> status = read_proc_status(tid);
    if (!status) return false;
    const SignalBits bit = signal_bit(signal);
    const bool by_default = signal == SIGCHLD || signal == SIGURG || signal == SIGWINCH;
    return (status->ignored & bit) != 0 || (by_default && (status->caught & bit) == 0);
}

}  // namespace

uint64_t undo_interruption(Tid tid, int signal, uint64_t since_ns, uint64_t now_ns) {
    InterruptedCall call;
    if (signal == SIGCONT || !interrupted_call(tid, call)) return 0;
    const Wait* wait = find_wait(call);
    if (wait == nullptr || !is_ignored(tid, signal)) return 0;
    const std::optional<uint64_t> limit = limit_ns(tid, call, *wait);
    if (!limit) return 0;
    if (*limit != endless && since_ns != 0 && now_ns - since_ns >= *limit) {
        set_interrupted_result(tid, wait->at_limit);
        return 0;
    }
    if (!restart_unless_handled(tid) || *limit == endless) return 0;
    return since_ns == 0 ? now_ns : since_ns;
}

}  // namespace bewit::tracer
