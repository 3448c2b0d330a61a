// PTRACE_POKEUSER speaks the 64-bit layout whatever the tracee runs, since it follows the tracer's own ABI. A call's
// number stands in orig_rax.
#include <errno.h>
#include <linux/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <unistd.h>

#include <cstddef>

#include "tracer/registers.h"

namespace bewit::tracer {
namespace {

bool poke(Tid tid, size_t offset, uint64_t value) {
    return syscall(SYS_ptrace, PTRACE_POKEUSR, number_of(tid), offset, value) == 0;
}

bool peek(Tid tid, size_t offset, uint64_t& value) {
    return syscall(SYS_ptrace, PTRACE_PEEKUSR, number_of(tid), offset, &value) == 0;
}

constexpr uint64_t code_segment_of_32_bits = 0x23;  // __USER32_CS
constexpr int64_t restart_if_no_handler = -514;     // ERESTARTNOHAND, which the kernel keeps to itself (linux/errno.h)

size_t first_argument_offset(event::Abi abi) {
    return abi == event::Abi::I386 ? offsetof(user_regs_struct, rbx) : offsetof(user_regs_struct, rdi);
}

}  // namespace

bool skip_call(Tid tid, int64_t result) {
    return poke(tid, offsetof(user_regs_struct, orig_rax), static_cast<uint64_t>(-1)) &&
           poke(tid, offsetof(user_regs_struct, rax), static_cast<uint64_t>(result));
}

bool set_first_argument(Tid tid, event::Abi abi, uint64_t value) {
    return poke(tid, first_argument_offset(abi), value);
}

bool current_call(Tid tid, event::Abi abi, CurrentCall& out) {
    uint64_t number = 0;
    if (!peek(tid, offsetof(user_regs_struct, orig_rax), number)) return false;
    out.number = static_cast<uint32_t>(number);
    return peek(tid, first_argument_offset(abi), out.first_argument);
}

// What the call itself returned still stands in rax; what becomes of it is decided behind this stop, by the kernel's
// own codes for it (arch/x86/kernel/signal.c, arch_do_signal_or_restart).
bool interrupted_call(Tid tid, InterruptedCall& out) {
    user_regs_struct registers;
    if (syscall(SYS_ptrace, PTRACE_GETREGS, number_of(tid), 0, &registers) != 0) return false;
    if (static_cast<int64_t>(registers.orig_rax) < 0 || static_cast<int64_t>(registers.rax) != -EINTR) return false;
    out.number = static_cast<uint32_t>(registers.orig_rax);
    if (registers.cs == code_segment_of_32_bits) {
        out.abi = event::Abi::I386;
        out.arguments = {registers.rbx, registers.rcx, registers.rdx, registers.rsi, registers.rdi, registers.rbp};
    } else {
        out.abi = event::Abi::X86_64;
        out.arguments = {registers.rdi, registers.rsi, registers.rdx, registers.r10, registers.r8, registers.r9};
    }
    return true;
}

bool set_interrupted_result(Tid tid, int64_t result) {
    return poke(tid, offsetof(user_regs_struct, rax), static_cast<uint64_t>(result));
}

bool restart_unless_handled(Tid tid) { return set_interrupted_result(tid, restart_if_no_handler); }

}  // namespace bewit::tracer
