// What waitpid(2) says about a traced thread: the classes of ptrace(2), "Stopped states", for tracees that were seized.
#pragma once

#include <linux/ptrace.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstdint>

namespace bewit::tracer {

enum class StopKind : uint8_t {
    Exited,          // gone, with an exit code
    Killed,          // gone, by `signal`
    SyscallStop,     // syscall-enter-stop or syscall-exit-stop (PTRACE_SYSCALL)
    SeccompStop,     // PTRACE_EVENT_SECCOMP: the call has not begun
    CloneStop,       // PTRACE_EVENT_FORK, _VFORK or _CLONE: the child exists
    ExecStop,        // PTRACE_EVENT_EXEC: the new image is in place
    GroupStop,       // stopped together with its process by `signal`; the thread must stay so
    TrapStop,        // PTRACE_EVENT_STOP otherwise: a new thread, PTRACE_INTERRUPT, the end of a group-stop
    SignalDelivery,  // `signal` is about to be delivered
    Other,           // nothing that was asked for
};

struct WaitStatus {
    StopKind kind;
    int signal = 0;

    bool gone() const { return kind == StopKind::Exited || kind == StopKind::Killed; }
};

constexpr bool is_stop_signal(int signal) {
    return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

// `status` as waitpid(2) gives it for a thread seized with PTRACE_O_TRACESYSGOOD.
constexpr WaitStatus classify(int status) {
    if (WIFEXITED(status)) return {StopKind::Exited};
    if (WIFSIGNALED(status)) return {StopKind::Killed, WTERMSIG(status)};
    if (!WIFSTOPPED(status)) return {StopKind::Other};
    const int signal = WSTOPSIG(status);
    switch (status >> 16) {
        case 0:
            if (signal == (SIGTRAP | 0x80)) return {StopKind::SyscallStop};
            return {StopKind::SignalDelivery, signal};
        case PTRACE_EVENT_SECCOMP:
            return {StopKind::SeccompStop};
        case PTRACE_EVENT_FORK:
        case PTRACE_EVENT_VFORK:
        case PTRACE_EVENT_CLONE:
            return {StopKind::CloneStop};
        case PTRACE_EVENT_EXEC:
            return {StopKind::ExecStop};
        case PTRACE_EVENT_STOP:
            if (is_stop_signal(signal)) return {StopKind::GroupStop, signal};
            return {StopKind::TrapStop};
        default:
            return {StopKind::Other};
    }
}

}  // namespace bewit::tracer
