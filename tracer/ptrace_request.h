// ptrace(2) with types. Each call works on a thread that stands in a ptrace-stop, unless it says otherwise. A call that
// fails means that the thread has been killed meanwhile (ESRCH), which any thread may be at any time: its end is
// reported by waitpid(2), so callers go on.
#pragma once

#include <signal.h>

#include <cstdint>
#include <optional>

#include "engine/event/kernel_types.h"
#include "tracer/syscall_stop.h"

namespace bewit::tracer {

enum class Resume : uint8_t {
    Run,        // until the next stop that is not a syscall's (PTRACE_CONT)
    ToSyscall,  // until the next entry or exit of a syscall (PTRACE_SYSCALL)
    Listen,     // stays stopped, but its end of the group-stop is told (PTRACE_LISTEN)
};

// A foreign ABI that event::Abi does not have (32-bit Arm) is shown as the native one, with this bit in the number: one
// that no table has.
constexpr uint32_t unknown_abi_bit = 0x8000'0000;

struct SyscallInfo {
    enum class Phase : uint8_t { None, Entry, Exit, Seccomp };
    Phase phase = Phase::None;
    uint32_t audit_arch = 0;  // AUDIT_ARCH_*; valid in every phase
    SyscallStop call;         // Entry and Seccomp
    uint32_t trace_data = 0;  // Seccomp: of the RET_TRACE
    int64_t result = 0;       // Exit: negative errno on failure
};

// nullopt for an ABI that bewit has no table for.
std::optional<event::Abi> abi_of(uint32_t audit_arch);

enum class OnTracerDeath : uint8_t { Kill, Release };  // PTRACE_O_EXITKILL, or not

// On a running thread, with the options of a tracee of bewit (PTRACE_O_*): 0 or errno. Its children get the same.
int seize(Tid tid, OnTracerDeath on_death = OnTracerDeath::Kill);
// Out of any stop, which ends; `signal` as in resume(). A group-stop goes on without the tracer.
bool detach(Tid tid, int signal = 0);
// On a running thread: it soon reports a TrapStop.
bool interrupt(Tid tid);
// `signal` 0: none is delivered. Kept siginfo when it is the one that the stop reported.
bool resume(Tid tid, Resume how, int signal = 0);
// The child's tid at a CloneStop, the caller's former tid at an ExecStop.
std::optional<Tid> event_message(Tid tid);
// False when the thread is gone, or the kernel is older than Linux 5.3.
bool syscall_info(Tid tid, SyscallInfo& info);
// What came with the signal at a SignalDelivery.
bool signal_info(Tid tid, siginfo_t& info);

}  // namespace bewit::tracer
