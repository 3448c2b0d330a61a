#include "tracer/ignored_signal.h"

#include <signal.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/event/syscalls.h"
#include "tracer/inheritance.h"
#include "tracer/proc_status.h"
#include "tracer/registers.h"

namespace bewit::tracer {
namespace {

struct Wait {
    std::string_view name;
    int limit;       // the argument that limits the time; -1: none
    bool is_number;  // milliseconds, endless where negative; else a pointer, endless where null
};
constexpr Wait waits[] = {
    {"epoll_wait", 3, true},        {"epoll_pwait", 3, true},    {"epoll_pwait2", 3, false},
    {"semop", -1, false},           {"semtimedop", 3, false},    {"rt_sigtimedwait", 2, false},
    {"io_getevents", 4, false},     {"io_pgetevents", 4, false}, {"rt_sigtimedwait_time64", 2, false},
    {"semtimedop_time64", 3, false}};

// ipc(2) of i386: the first argument is the call, the last its time limit (sys/ipc.h, SEMOP and SEMTIMEDOP of the kernel).
bool is_endless_ipc(const InterruptedCall& call) {
    const uint64_t which = call.arguments[0] & 0xffff;
    return which == 1 || (which == 4 && call.arguments[5] == 0);
}

bool is_endless(const InterruptedCall& call) {
    const std::string_view name = event::syscall_name(call.abi, call.number);
    if (name == "ipc") return is_endless_ipc(call);
    const auto* wait = std::ranges::find(waits, name, &Wait::name);
    if (wait == std::end(waits)) return false;
    if (wait->limit < 0) return true;
    const uint64_t limit = call.arguments[static_cast<size_t>(wait->limit)];
    return wait->is_number ? static_cast<int32_t>(limit) < 0 : limit == 0;
}

bool is_ignored(Tid tid, int signal) {
    const std::optional<ProcStatus> status = read_proc_status(tid);
    if (!status) return false;
    const SignalBits bit = signal_bit(signal);
    const bool by_default = signal == SIGCHLD || signal == SIGURG || signal == SIGWINCH;
    return (status->ignored & bit) != 0 || (by_default && (status->caught & bit) == 0);
}

}  // namespace

void undo_interruption(Tid tid, int signal) {
    InterruptedCall call;
    if (signal != SIGCONT && interrupted_call(tid, call) && is_endless(call) && is_ignored(tid, signal))
        restart_unless_handled(tid);
}

}  // namespace bewit::tracer
