// Registers and code of a thread that stands in a ptrace-stop. Every call is false when the thread is gone or refuses.
#pragma once

#include <sys/user.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/event/kernel_types.h"

namespace bewit::tracer {

constexpr uint64_t syscall_size = 2;                           // of the instruction
constexpr auto no_call = static_cast<unsigned long long>(-1);  // orig_rax: none is made at this entry, none restarted

bool get_registers(Tid tid, user_regs_struct& out);
bool set_registers(Tid tid, const user_regs_struct& registers);

// At the entry of a call: another one is made in its place, with `registers` for the rest; the thread stops at its
// exit.
bool replace_call(Tid tid, user_regs_struct registers, uint64_t number, std::initializer_list<uint64_t> arguments);
// At the exit of such a call: the one that was replaced is to be made anew, with the registers it had.
bool repeat_call(Tid tid, user_regs_struct registers);

// Also where the thread itself may only read: private memory is copied for it (PTRACE_POKEDATA, /proc/PID/mem).
bool write_code(Tid tid, uint64_t address, std::span<const std::byte> bytes);

}  // namespace bewit::tracer
