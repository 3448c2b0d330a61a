// The Interest as a seccomp program: the ABI is looked at first, then a balanced tree over its numbers, then register
// tests. Calls that no rule and no state asks for are allowed whatever their arguments, so that the kernel's
// per-syscall allow cache keeps them (kernel/seccomp.c, seccomp_cache_check_allow).
//
// What the tracer itself must see or refuse, whatever the rules say (docs/security.md, rows A1, A2 and A5):
// - clone with CLONE_UNTRACED stops (RET_TRACE); the tracer takes the flag away.
// - clone3 answers ENOSYS (RET_ERRNO). Its flags lie in memory, where another thread can change them between a stop and
//   the call, so that no stop can vouch for them. glibc, musl and Go fall back to clone; it is also what the default
//   profiles of Docker and containerd answer.
// - seccomp with NEW_LISTENER stops; the tracer refuses it.
// - prlimit64 that sets another process's limits stops; the tracer refuses it where that process is bewit.
// - ptrace that asks for a tracer or to be one stops; the tracer looks at what comes of it.
// - io_uring_setup answers ENOSYS, when it is denied.
// - chroot, pivot_root, setns and unshare stop: names may lead elsewhere from then on (tracer/name_witness.h).
// - sched_getaffinity and sched_setaffinity stop, where the tracer steers the cores of others.
//
// Births and successful execs reach the tracer as ptrace events (PTRACE_EVENT_FORK, _VFORK, _CLONE, _EXEC) without the
// filter's help. fork, vfork, clone, execve and execveat therefore stop only where a rule asks for them: then their
// failures are seen too.
#pragma once

#include <cstdint>

#include "engine/event/syscalls.h"
#include "engine/match/interest.h"
#include "tracer/bpf_program.h"

namespace bewit::tracer {

struct FilterOptions {
    bool deny_io_uring = false;  // io_uring_setup answers ENOSYS
    // Not 0: openat2 passes where it is made by the instruction before this address (tracer/runtime/runtime.h), and all
    // the sealing calls stop (tracer/sealing_calls.h). Of the native ABI.
    uint64_t trusted_address = 0;
    bool watch_affinity = false;  // sched_getaffinity and sched_setaffinity stop, for tracer/placement.h
};

// The data of RET_TRACE (PTRACE_GETEVENTMSG, or `seccomp.ret_data` of PTRACE_GET_SYSCALL_INFO): why the call stops, one
// of these. Numbers that programs hardly choose for RET_TRACE of their own.
enum class TraceReason : uint16_t {
    AskedByInterest = 0xbe71,  // a rule or the state may want it
    AskedByTracer,  // CLONE_UNTRACED, NEW_LISTENER, another's limits, another tracer, affinity; whether the Interest
                    // asks too was not looked at
    NotInTable,     // a number or an ABI that bewit has no table for, x32 included
};

// Whether the data is one of these. Else a program of the workload's own stops the call: the kernel takes the data of
// the one that was installed last. Untraced, such a call fails with ENOSYS (seccomp(2)).
constexpr bool is_own_reason(uint32_t data) {
    return data >= static_cast<uint32_t>(TraceReason::AskedByInterest) &&
           data <= static_cast<uint32_t>(TraceReason::NotInTable);
}

// RET_TRACE for what the Interest asks for and for what the tracer itself must see; RET_ALLOW for the rest; RET_TRACE
// for every call of the x32 ABI and for numbers above the table, which then are decoded as what they are.
//
// Always within the kernel's limit of 4096 instructions: register tests that do not fit are left out, which only means
// more stops.
BpfProgram compile_filter(const match::Interest& interest, const FilterOptions& options);
// The same for programs of another machine's native ABI.
BpfProgram compile_filter(const match::Interest& interest, const FilterOptions& options, event::Abi native);

}  // namespace bewit::tracer
