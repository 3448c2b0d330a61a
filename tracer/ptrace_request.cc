// The C library's ptrace() and its <sys/ptrace.h> disagree between versions on struct ptrace_syscall_info; the system
// call and the kernel's own header do not.
#include "tracer/ptrace_request.h"

#include <errno.h>
#include <linux/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

namespace bewit::tracer {
namespace {

// No PTRACE_O_TRACEEXIT: the wait status says all that a record needs, and a stop costs.
constexpr unsigned long tracee_options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                                         PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESECCOMP;

long request(unsigned number, Tid tid, unsigned long address, unsigned long data) {
    return syscall(SYS_ptrace, number, number_of(tid), address, data);
}

unsigned long as_word(void* pointer) { return reinterpret_cast<unsigned long>(pointer); }

void set_abi(SyscallStop& call, uint32_t audit_arch) {
    const std::optional<event::Abi> abi = abi_of(audit_arch);
    call.abi = abi.value_or(event::native_abi());
    if (!abi) call.number |= unknown_abi_bit;
}

template <typename Entry>
void set_call(SyscallInfo& info, Tid tid, const ptrace_syscall_info& kernel, const Entry& entry) {
    info.call.tid = tid;
    info.call.number = static_cast<uint32_t>(entry.nr);
    std::copy(std::begin(entry.args), std::end(entry.args), info.call.arguments.begin());
    info.call.instruction_pointer = kernel.instruction_pointer;
    info.call.stack_pointer = kernel.stack_pointer;
    set_abi(info.call, kernel.arch);
}

}  // namespace

std::optional<event::Abi> abi_of(uint32_t audit_arch) {
    constexpr event::Abi abis[] = {event::Abi::X86_64, event::Abi::I386, event::Abi::Aarch64};
    const auto* found = std::ranges::find(abis, audit_arch, event::audit_arch);
    return found == std::end(abis) ? std::nullopt : std::optional(*found);
}

int seize(Tid tid, OnTracerDeath on_death) {
    const unsigned long options = tracee_options | (on_death == OnTracerDeath::Kill ? PTRACE_O_EXITKILL : 0ul);
    return request(PTRACE_SEIZE, tid, 0, options) == 0 ? 0 : errno;
}

bool detach(Tid tid, int signal) { return request(PTRACE_DETACH, tid, 0, static_cast<unsigned long>(signal)) == 0; }

bool interrupt(Tid tid) { return request(PTRACE_INTERRUPT, tid, 0, 0) == 0; }

bool resume(Tid tid, Resume how, int signal) {
    constexpr unsigned requests[] = {PTRACE_CONT, PTRACE_SYSCALL, PTRACE_LISTEN};
    return request(requests[static_cast<size_t>(how)], tid, 0, static_cast<unsigned long>(signal)) == 0;
}

std::optional<Tid> event_message(Tid tid) {
    unsigned long message = 0;
    if (request(PTRACE_GETEVENTMSG, tid, 0, as_word(&message)) != 0) return std::nullopt;
    return static_cast<Tid>(message);
}

bool syscall_info(Tid tid, SyscallInfo& info) {
    ptrace_syscall_info kernel;
    if (request(PTRACE_GET_SYSCALL_INFO, tid, sizeof kernel, as_word(&kernel)) <= 0) return false;
    info.audit_arch = kernel.arch;
    switch (kernel.op) {
        case PTRACE_SYSCALL_INFO_ENTRY:
            info.phase = SyscallInfo::Phase::Entry;
            set_call(info, tid, kernel, kernel.entry);
            break;
        case PTRACE_SYSCALL_INFO_SECCOMP:
            info.phase = SyscallInfo::Phase::Seccomp;
            info.trace_data = kernel.seccomp.ret_data;
            set_call(info, tid, kernel, kernel.seccomp);
            break;
        case PTRACE_SYSCALL_INFO_EXIT:
            info.phase = SyscallInfo::Phase::Exit;
            info.result = kernel.exit.rval;
            break;
        default:
            info.phase = SyscallInfo::Phase::None;
            break;
    }
    return true;
}

bool signal_info(Tid tid, siginfo_t& info) { return request(PTRACE_GETSIGINFO, tid, 0, as_word(&info)) == 0; }

}  // namespace bewit::tracer
