// The number that the kernel acts on is a register set of its own (NT_ARM_SYSTEM_CALL); x8 is only where the program
// put it. The result goes to x0, which the kernel leaves alone when the number is -1 (arch/arm64/kernel/syscall.c).
#include <elf.h>
#include <linux/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <unistd.h>

#include <cstring>

#include "tracer/registers.h"

namespace bewit::tracer {
namespace {

bool transfer(unsigned request, Tid tid, unsigned long set, void* data, size_t size) {
    iovec area{data, size};
    return syscall(SYS_ptrace, request, number_of(tid), set, &area) == 0;
}

// The first register of the set is the first argument and the result. A 32-bit thread has a smaller set, of 32-bit
// registers.
bool set_x0(Tid tid, uint64_t value) {
    user_regs_struct registers;
    iovec area{&registers, sizeof registers};
    if (syscall(SYS_ptrace, PTRACE_GETREGSET, number_of(tid), NT_PRSTATUS, &area) != 0) return false;
    const size_t width = area.iov_len < sizeof registers ? sizeof(uint32_t) : sizeof(uint64_t);
    memcpy(&registers, &value, width);
    return transfer(PTRACE_SETREGSET, tid, NT_PRSTATUS, &registers, area.iov_len);
}

}  // namespace

bool skip_call(Tid tid, int64_t result) {
    int number = -1;
    return transfer(PTRACE_SETREGSET, tid, NT_ARM_SYSTEM_CALL, &number, sizeof number) &&
           set_x0(tid, static_cast<uint64_t>(result));
}

bool set_first_argument(Tid tid, event::Abi, uint64_t value) { return set_x0(tid, value); }

bool current_call(Tid tid, event::Abi, CurrentCall& out) {
    user_regs_struct registers;
    if (!transfer(PTRACE_GETREGSET, tid, NT_PRSTATUS, &registers, sizeof registers)) return false;
    out.number = static_cast<uint32_t>(registers.regs[8]);
    out.first_argument = registers.regs[0];
    return true;
}

bool interrupted_call(Tid, InterruptedCall&) { return false; }

bool restart_unless_handled(Tid) { return false; }

bool set_interrupted_result(Tid, int64_t) { return false; }

}  // namespace bewit::tracer
