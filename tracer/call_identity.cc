// x32 (arch/x86/entry/syscalls/syscall_64.tbl): calls have x86-64's numbers with a bit set, except for those whose
// structures differ, which have numbers of their own from 512 on.
#include "tracer/call_identity.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "tracer/multiplexer.h"

namespace bewit::tracer {
namespace {

constexpr uint32_t x32_bit = 0x4000'0000;  // __X32_SYSCALL_BIT
constexpr uint32_t first_own_number = 512;
constexpr std::array<std::string_view, 36> own_names = {
    "rt_sigaction",
    "rt_sigreturn",
    "ioctl",
    "readv",
    "writev",
    "recvfrom",
    "sendmsg",
    "recvmsg",
    "execve",
    "ptrace",
    "rt_sigpending",
    "rt_sigtimedwait",
    "rt_sigqueueinfo",
    "sigaltstack",
    "timer_create",
    "mq_notify",
    "kexec_load",
    "waitid",
    "set_robust_list",
    "get_robust_list",
    "vmsplice",
    "move_pages",
    "preadv",
    "pwritev",
    "rt_tgsigqueueinfo",
    "recvmmsg",
    "sendmmsg",
    "process_vm_readv",
    "process_vm_writev",
    "setsockopt",
    "getsockopt",
    "io_setup",
    "io_submit",
    "execveat",
    "preadv2",
    "pwritev2",
};

bool is_x32(const SyscallStop& stop) {
    // The highest bit is no number's (a foreign machine's call, or -1).
    return stop.abi == event::Abi::X86_64 && (stop.number & 0xc000'0000) == x32_bit;
}

std::optional<event::Kind> x32_kind(uint32_t number) {
    number &= ~x32_bit;
    if (number < first_own_number) return event::syscall_kind(event::Abi::X86_64, number);
    if (number - first_own_number >= own_names.size()) return {};
    const auto native = event::syscall_number(event::Abi::X86_64, own_names[number - first_own_number]);
    return native ? event::syscall_kind(event::Abi::X86_64, *native) : std::nullopt;
}

event::Kind unknown_kind() {
    static const event::Kind unknown = event::kind_of_capture_syscall_id(0);
    return unknown;
}

}  // namespace

event::Kind identify(SyscallStop& stop) {
    if (is_x32(stop)) return x32_kind(stop.number).value_or(unknown_kind());
    if (const auto carried = demultiplex(stop)) return *carried;
    return event::syscall_kind(stop.abi, stop.number).value_or(unknown_kind());
}

uint32_t number_in_table(const SyscallStop& stop) { return is_x32(stop) ? stop.number & ~x32_bit : stop.number; }

size_t word_size(const SyscallStop& stop) { return stop.abi == event::Abi::I386 || is_x32(stop) ? 4 : 8; }

}  // namespace bewit::tracer
