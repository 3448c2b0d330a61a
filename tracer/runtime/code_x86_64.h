// The code of open_x86_64.S at its address in a process: where its parts are, and how a thread that stands in it
// leaves.
#pragma once

#include <sys/user.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/event/kernel_types.h"

namespace bewit::tracer {

class RuntimeCode {
public:
    explicit RuntimeCode(uint64_t base) : base_(base) {}

    // The code, as it is to be put at `base`.
    static std::vector<std::byte> bytes();
    uint64_t base() const { return base_; }
    // Behind the one instruction whose openat2(2) passes.
    uint64_t trusted() const;
    // Where mmap(2) is made with what is in the registers; then, with its result in rbp, openat(2) by the `syscall` at
    // the address in rbx, with the arguments in r12 to r15. And behind the instruction that makes the first.
    uint64_t mapping() const, mapped() const;

    bool is_inside(uint64_t pointer) const;
    // A fault here is one that the call would find.
    bool reads_name(uint64_t pointer) const;
    // The call is made by the kernel's own way, which finds the fault.
    uint64_t ask_address() const;

    // From wherever in the code to the call, not yet made, or to the instruction behind it: what a signal handler, an
    // unwinder or longjmp(3) then finds is what it would find without the runtime. False when the thread is gone.
    bool leave(Tid tid, user_regs_struct& registers) const;
    // The same for a thread in a trampoline on one of the pages `near`. False when it is in none.
    static bool leave_trampoline(Tid tid, std::span<const uint64_t> near, user_regs_struct& registers);

private:
    uint64_t at(const std::byte* label) const;

    uint64_t base_;
};

}  // namespace bewit::tracer
