// A thread that stands at a syscall: what PTRACE_GET_SYSCALL_INFO (ptrace(2), Linux 5.3) says, the same for every
// architecture.
#pragma once

#include <array>
#include <cstdint>

#include "engine/event/kernel_types.h"
#include "engine/event/syscalls.h"

namespace bewit::tracer {

struct SyscallStop {
    Tid tid = Tid::None;
    event::Abi abi = event::Abi::X86_64;
    uint32_t number = 0;  // of that ABI, as the thread asked for it
    std::array<uint64_t, 6> arguments{};
    uint64_t instruction_pointer = 0;
    uint64_t stack_pointer = 0;
};

}  // namespace bewit::tracer
