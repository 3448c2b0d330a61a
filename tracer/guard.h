// Calls that would take a thread out of the tracer's sight, and what is done about them (docs/security.md, rows A1, A2
// and A5).
#pragma once

#include <sys/ptrace.h>

#include <array>
#include <cstdint>

#include "tracer/syscall_stop.h"

namespace bewit::tracer {

// Of ptrace(2): those that ask for a tracer, or to be one.
inline constexpr std::array<uint32_t, 3> tracing_requests{PTRACE_TRACEME, PTRACE_ATTACH, PTRACE_SEIZE};

enum class Verdict : uint8_t {
    Pass,     // nothing to do with them
    Watched,  // the call goes on as it is, and its end is looked at
    Changed,  // the call goes on without what it may not have
    Refused,  // the call is not made
};

// At a call's entry, before it is let go. All other verdicts are events whatever the rules say.
//   clone(2) with CLONE_UNTRACED: goes on without that flag;
//   clone3(2): ENOSYS, for the reasons that tracer/seccomp_filter.h gives; it stops only in ABIs that the filter has no
//   table for; seccomp(2) with SECCOMP_FILTER_FLAG_NEW_LISTENER: EBUSY, as if there were a listener already. Its
//   verdicts would come before the tracer's; prlimit64(2) that sets a limit of bewit: EPERM. The kernel lets a process
//   of the same user do it, and without descriptors, memory or file size bewit would see less, or nothing. ptrace(2)
//   that asks for a tracer or to be one: goes on, and fails with EPERM where bewit is the tracer.
// The x32 ABI and 32-bit Arm, which have no table, are guarded too.
Verdict guard(const SyscallStop& stop);

}  // namespace bewit::tracer
