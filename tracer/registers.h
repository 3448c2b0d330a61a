// The registers of a thread that stands at a syscall, as far as the tracer must change or know them. One implementation
// per architecture (registers_x86_64.cc, registers_aarch64.cc). Every call is false when the thread is gone.
#pragma once

#include <array>
#include <cstdint>

#include "engine/event/kernel_types.h"
#include "engine/event/syscalls.h"

namespace bewit::tracer {

// At the entry: the call is not made and returns `result` (seccomp(2), SECCOMP_RET_TRACE; ptrace(2),
// syscall-enter-stop).
bool skip_call(Tid tid, int64_t result);

// At the entry: gives the call another first argument.
bool set_first_argument(Tid tid, event::Abi abi, uint64_t value);

// In an event stop within a call: its number and its first argument, which PTRACE_GET_SYSCALL_INFO does not tell there.
struct CurrentCall {
    uint32_t number = 0;
    uint64_t first_argument = 0;
};
bool current_call(Tid tid, event::Abi abi, CurrentCall& out);

// Before a signal is delivered: the call that it interrupted, where that would return EINTR and nothing else. False
// elsewhere, and on arm64, whose kernel has settled by then what becomes of the call.
struct InterruptedCall {
    event::Abi abi = event::Abi::X86_64;
    uint32_t number = 0;
    std::array<uint64_t, 6> arguments{};
};
bool interrupted_call(Tid tid, InterruptedCall& out);

// There: the call is made again if no handler runs before the thread goes on; if one does, it returns EINTR.
bool restart_unless_handled(Tid tid);
// There: the call returns this instead of EINTR.
bool set_interrupted_result(Tid tid, int64_t result);

}  // namespace bewit::tracer
