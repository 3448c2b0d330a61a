#include "decoded_run.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "tracer/proc_witness.h"

namespace bewit::tracer::test {
namespace {

std::vector<std::byte> copy(const event::View& view) { return {view.bytes().begin(), view.bytes().end()}; }

event::Abi abi_of(uint32_t arch) {
    for (const event::Abi abi : {event::Abi::X86_64, event::Abi::I386, event::Abi::Aarch64}) {
        if (event::audit_arch(abi) == arch) return abi;
    }
    return event::native_abi();
}

// Nothing but PTRACE_GET_SYSCALL_INFO tells an entry from an exit.
struct Info {
    struct __ptrace_syscall_info data {};
    explicit Info(pid_t tid) { REQUIRE(ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof data, &data) > 0); }
    bool is_entry() const { return data.op == PTRACE_SYSCALL_INFO_ENTRY; }
    SyscallStop stop(pid_t tid) const {
        SyscallStop stop;
        stop.tid = static_cast<Tid>(tid);
        stop.abi = abi_of(data.arch);
        stop.number = static_cast<uint32_t>(data.entry.nr);
        for (size_t i = 0; i < stop.arguments.size(); ++i) stop.arguments[i] = data.entry.args[i];
        return stop;
    }
};

}  // namespace

DecodedRun::DecodedRun(const std::function<void()>& body, uint32_t facts) {
    const auto interest = std::make_unique<match::Interest>();
    interest->facts = facts;
    ProcWitness witness;
    Decoder decoder(*interest, witness);
    PendingCall pending;
    std::vector<std::byte> entry;

    const pid_t child = fork();
    if (child == 0) {
        raise(SIGSTOP);
        body();
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, WUNTRACED) == child);
    REQUIRE(ptrace(PTRACE_SEIZE, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC) == 0);
    kill(child, SIGCONT);
    while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
        int signal = 0;
        if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
            const Info info(child);
            if (info.is_entry()) {
                entry = copy(decoder.enter(info.stop(child), pending));
            } else if (!entry.empty()) {
                const std::vector<std::byte> exit = copy(decoder.leave(pending, info.data.exit.rval));
                calls_.push_back(
                    {std::string(event::kind_name(pending.kind)), entry, exit, pending.truncated, pending.stop.tid});
            }
        } else if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
            executed_ = copy(decoder.executed(static_cast<Tid>(child), Tid{77}, &pending));
        } else if (status >> 16 == 0 && WSTOPSIG(status) != SIGCONT) {
            signal = WSTOPSIG(status);
        }
        ptrace(PTRACE_SYSCALL, child, nullptr, signal);
    }
}

const DecodedCall& DecodedRun::call(std::string_view name, size_t n) const {
    for (const DecodedCall& one : calls_) {
        if (one.name == name && n-- == 0) return one;
    }
    FAIL("the child made no such call: ", name);
    return calls_.front();
}

event::View DecodedRun::executed() const {
    const auto view = event::View::parse(executed_);
    REQUIRE(view);
    return *view;
}

}  // namespace bewit::tracer::test
