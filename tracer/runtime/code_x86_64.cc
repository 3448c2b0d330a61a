#include "tracer/runtime/code_x86_64.h"

#include <errno.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>

#include "tracer/runtime/call_site_x86_64.h"
#include "tracer/runtime/open_layout.h"
#include "tracer/runtime/remote_x86_64.h"
#include "tracer/tracee_memory.h"

extern "C" {
// tracer/runtime/open_x86_64.S
extern const std::byte bewit_runtime_begin[], bewit_runtime_framed[], bewit_runtime_kept[], bewit_runtime_reads[],
    bewit_runtime_read[], bewit_runtime_trusted[], bewit_runtime_left[], bewit_runtime_ask[], bewit_runtime_asking[],
    bewit_runtime_asked[], bewit_runtime_mapping[], bewit_runtime_mapped[], bewit_runtime_end[];
}

namespace bewit::tracer {
namespace {

constexpr bool has_error_of_its_own(int64_t result) {
    return result < 0 && result > -64 && (BEWIT_ERRORS_OF_ITS_OWN >> -result & 1) != 0;
}
static_assert(has_error_of_its_own(-EPERM) && has_error_of_its_own(-E2BIG) && has_error_of_its_own(-EAGAIN) &&
              has_error_of_its_own(-EXDEV) && has_error_of_its_own(-EINVAL) && has_error_of_its_own(-ENOSYS) &&
              has_error_of_its_own(-ELOOP) && !has_error_of_its_own(-EEXIST));

void ask(user_regs_struct& registers, uint64_t behind) {
    registers.rip = behind - syscall_size;
    registers.rax = SYS_openat;
    registers.orig_rax = no_call;
}

}  // namespace

std::vector<std::byte> RuntimeCode::bytes() { return {bewit_runtime_begin, bewit_runtime_end}; }

uint64_t RuntimeCode::at(const std::byte* label) const {
    return base_ + static_cast<uint64_t>(label - bewit_runtime_begin);
}

uint64_t RuntimeCode::trusted() const { return at(bewit_runtime_trusted); }
uint64_t RuntimeCode::mapping() const { return at(bewit_runtime_mapping); }
uint64_t RuntimeCode::mapped() const { return at(bewit_runtime_mapped); }
uint64_t RuntimeCode::ask_address() const { return at(bewit_runtime_ask); }

bool RuntimeCode::is_inside(uint64_t pointer) const { return pointer >= base_ && pointer < at(bewit_runtime_end); }

bool RuntimeCode::reads_name(uint64_t pointer) const {
    return pointer >= at(bewit_runtime_reads) && pointer < at(bewit_runtime_read);
}

bool RuntimeCode::leave(Tid tid, user_regs_struct& registers) const {
    const uint64_t pointer = registers.rip;
    if (pointer < at(bewit_runtime_kept)) {
        if (pointer >= at(bewit_runtime_framed)) registers.rsp += BEWIT_FRAME;
        registers.rip = registers.rcx - jump_offset;
        return true;
    }
    if (pointer == at(bewit_runtime_left) || pointer == at(bewit_runtime_asked)) {
        registers.rip = registers.rcx;
        return true;
    }
    if (pointer >= at(bewit_runtime_asking)) {
        ask(registers, registers.rcx);
        return true;
    }
    std::array<uint64_t, 8> kept{};
    if (read_memory(tid, registers.rsp + BEWIT_FRAME_KEPT, std::as_writable_bytes(std::span(kept))) != sizeof kept)
        return false;
    const uint64_t behind = kept[0];
    registers.r9 = kept[1];
    registers.r8 = kept[2];
    registers.rbx = kept[3];
    registers.r10 = kept[4];
    registers.rdx = kept[5];
    registers.rsi = kept[6];
    registers.rdi = kept[7];
    registers.rcx = behind;
    registers.rsp += BEWIT_FRAME;
    if (pointer < at(bewit_runtime_trusted)) {
        registers.rip = behind - jump_offset;
        registers.orig_rax = no_call;
    } else if (pointer < at(bewit_runtime_ask) && !has_error_of_its_own(static_cast<int64_t>(registers.rax))) {
        // The kernel restarts or interrupts this call as it would have the other (signal(7)).
        registers.rip = behind;
        if (registers.orig_rax == SYS_openat2) registers.orig_rax = SYS_openat;
    } else {
        ask(registers, behind);
    }
    return true;
}

bool RuntimeCode::leave_trampoline(Tid tid, std::span<const uint64_t> near, user_regs_struct& registers) {
    if (std::ranges::none_of(near, [&](uint64_t first) { return registers.rip - first < page; })) return false;
    const uint64_t slot = registers.rip - registers.rip % trampoline_size;
    std::array<std::byte, trampoline_size> code{};
    if (read_memory(tid, slot, code) != code.size()) return false;
    registers.rip = behind_call(code) - jump_offset;
    return true;
}

}  // namespace bewit::tracer
