#include "tracer/calls.h"

#include <errno.h>

#include <algorithm>
#include <string_view>

#include "tracer/guard.h"
#include "tracer/process_calls.h"
#include "tracer/registers.h"

namespace bewit::tracer {
namespace {

event::Kind kind_called(std::string_view name) {
    return event::find_kind(name).value_or(event::Kind{event::max_kinds});
}

template <size_t N>
std::array<event::Kind, N> kinds_called(const std::array<std::string_view, N>& names) {
    std::array<event::Kind, N> kinds{};
    std::ranges::transform(names, kinds.begin(), kind_called);
    return kinds;
}

// What bewit has no name for may be one of them, in an ABI that it has no table for.
constexpr std::array<std::string_view, 5> root_calls{"chroot", "pivot_root", "setns", "unshare", "unknown"};

uint32_t decide(const BpfProgram& filter, const SyscallInfo& info) {
    seccomp_data data{};
    data.nr = static_cast<int>(info.call.number & ~unknown_abi_bit);
    data.arch = info.audit_arch;
    data.instruction_pointer = info.call.instruction_pointer;
    for (size_t i = 0; i < info.call.arguments.size(); ++i) data.args[i] = info.call.arguments[i];
    return evaluate(filter, data);
}

}  // namespace

Calls::Calls(Workload& workload, std::optional<BpfProgram> software_filter)
    : workload_(workload),
      software_filter_(std::move(software_filter)),
      ptrace_(kind_called("ptrace")),
      births_(kinds_called(birth_calls)),
      execs_(kinds_called(exec_calls)),
      root_changes_(kinds_called(root_calls)) {}

PendingCall& Calls::acquire() {
    if (free_.empty()) {
        all_.push_back(std::make_unique<PendingCall>());
        free_.reserve(all_.capacity());
        free_.push_back(all_.back().get());
    }
    PendingCall& call = *free_.back();
    free_.pop_back();
    return call;
}

void Calls::release(Tracee& tracee) {
    if (tracee.call != nullptr) free_.push_back(tracee.call);
    tracee.call = nullptr;
    tracee.to_exit = false;
    tracee.forced = false;
}

Resume Calls::at_entry(Tracee& tracee, const SyscallInfo& info) {
    release(tracee);  // an execve that failed unseen leaves its own behind
    if (!software_filter_) return watch(tracee, info.call);

    const uint32_t decision = decide(*software_filter_, info);
    switch (decision & SECCOMP_RET_ACTION_FULL) {
        case SECCOMP_RET_TRACE:
            watch(tracee, info.call);
            break;
        case SECCOMP_RET_ERRNO:
            skip_call(tracee.tid, -static_cast<int64_t>(decision & SECCOMP_RET_DATA));
            break;
        default:
            break;
    }
    return Resume::ToSyscall;
}

Resume Calls::watch(Tracee& tracee, const SyscallStop& stop) {
    ++workload_.statistics.syscall_entries;
    PendingCall& call = acquire();
    const event::View view = workload_.decoder.enter(stop, call);
    tracee.call = &call;
    if (may_change_root(call.kind)) workload_.witness.share_root(false);
    if (tracee.stage == Tracee::Stage::SettingUp) {
        if (!is_exec(call.kind)) release(tracee);
        return Resume::Run;
    }
    tracee.forced = guard(stop) != Verdict::Pass;
    const bool wanted = tracee.forced || call.unreadable || workload_.sink.wants_exit(view);
    const bool told_by_entry = !tracee.forced && !call.unreadable && workload_.interest.of(call.kind).entry_is_enough;
    if (wanted && !told_by_entry) {
        tracee.to_exit = true;
        return Resume::ToSyscall;
    }
    ++workload_.statistics.entry_only;
    if (wanted) workload_.report(view);
    // The record of a successful exec has what its call said, whether or not a failed one is worth a stop.
    if (!is_exec(call.kind)) release(tracee);
    return Resume::Run;
}

void Calls::at_exit(Tracee& tracee, int64_t result) {
    if (!tracee.to_exit) return;
    ++workload_.statistics.syscall_exits;
    // A birth was told at its CloneStop; here only one that failed is news.
    if (result < 0 || !is_birth(tracee.call->kind)) {
        const event::View event = workload_.decoder.leave(*tracee.call, result);
        workload_.report(event);
        // A bad pointer fails with EFAULT; one that works for the kernel, and not for bewit, is another matter.
        if (tracee.call->unreadable && result >= 0) workload_.sink.on_unreadable(event);
        if (tracee.call->kind == ptrace_ && tracee.forced && result == -EPERM) workload_.sink.on_second_tracer(event);
    }
    release(tracee);
}

const PendingCall* Calls::pending_exec(const Tracee& tracee) const {
    return tracee.call != nullptr && is_exec(tracee.call->kind) ? tracee.call : nullptr;
}

}  // namespace bewit::tracer
