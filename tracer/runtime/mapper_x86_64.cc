#include "tracer/runtime/mapper_x86_64.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include "tracer/ptrace_request.h"
#include "tracer/runtime/call_site_x86_64.h"
#include "tracer/runtime/remote_x86_64.h"

namespace bewit::tracer {
namespace {

constexpr uint64_t protection = PROT_READ | PROT_EXEC, flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
constexpr auto no_file = static_cast<unsigned long long>(-1);

}  // namespace

bool Mapper::begin(Tid tid, const user_regs_struct& registers, std::span<const std::byte> image, uint64_t near) {
    registers_ = registers;
    near_ = near;
    if (image.empty()) {
        order_ = {tid, {}};
        go_to_second();
        return true;
    }
    if (!replace_call(tid, registers, SYS_mmap, {code_.base(), image.size(), protection, flags, no_file, 0}))
        return false;
    order_ = {tid, image};
    resume(tid, Resume::ToSyscall);
    return true;
}

bool Mapper::left_call(int64_t result) {
    const Order order = order_;
    if (static_cast<uint64_t>(result) != code_.base() || !write_code(order.tid, code_.base(), order.image)) {
        order_ = {};
        repeat_call(order.tid, registers_);
        resume(order.tid, Resume::Run);
        return false;
    }
    order_.image = {};
    go_to_second();
    return true;
}

// By way of the image's own mmap(2), which no stop follows but that of the call to which it leads back.
void Mapper::go_to_second() {
    user_regs_struct registers = registers_;
    registers.rip = code_.mapping();
    registers.rbx = registers_.rip - syscall_size;
    registers.r12 = registers_.rdi;
    registers.r13 = registers_.rsi;
    registers.r14 = registers_.rdx;
    registers.r15 = registers_.r10;
    registers.rax = SYS_mmap;
    registers.orig_rax = no_call;
    registers.rdi = near_;
    registers.rsi = page;
    registers.rdx = protection;
    registers.r10 = flags;
    registers.r8 = no_file;
    registers.r9 = 0;
    set_registers(order_.tid, registers);
    resume(order_.tid, Resume::Run);
}

Mapper::Arrival Mapper::entered_call(const SyscallStop& stop) {
    // Where rules ask for mmap(2).
    if (stop.instruction_pointer == code_.mapped()) {
        resume(order_.tid, Resume::Run);
        return Arrival::Underway;
    }
    const Tid tid = order_.tid;
    order_ = {};
    user_regs_struct now{};
    const bool mapped = get_registers(tid, now) && now.rip == registers_.rip && now.rbp == near_;
    set_registers(tid, registers_);
    return mapped ? Arrival::Mapped : Arrival::Failed;
}

void Mapper::interrupted() {
    repeat_call(order_.tid, registers_);
    order_ = {};
}

}  // namespace bewit::tracer
