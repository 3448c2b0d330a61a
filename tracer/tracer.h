// Runs a command as PID 1 should and sees its syscalls: PTRACE_SEIZE, seccomp RET_TRACE, one tracer thread.
//
// The workload is a child. bewit forwards every signal, reaps every orphan, hands on the terminal and ends as the
// workload ended.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "engine/event/sink.h"
#include "engine/event/witness.h"
#include "engine/match/interest.h"

namespace bewit::tracer {

struct Options {
    std::vector<std::string> command;  // argv; command[0] is searched in PATH when it has no slash (execvp(3))
    bool seccomp = true;               // false: every syscall stops, setuid programs keep working
    bool deny_io_uring = false;
    bool runtime = false;  // where there is one: code inside the workload answers for calls that no rule cares about
    std::optional<uid_t> uid;  // for the workload, with `gid`
    std::optional<gid_t> gid;
    bool forward_signals = true;  // to the command; what the kernel sends to bewit alone is never passed on
    bool kill_on_exit =
        false;  // when the command ends, what it left behind is killed; else waited for (as PID 1 the kernel kills it)
    // The workload is killed when bewit is (PTRACE_O_EXITKILL). Else it runs on unwatched, except where bewit is PID 1
    // and the kernel ends all; there is no seccomp program and no runtime then, whatever is asked for above: without a
    // tracer, what stops would fail with ENOSYS (seccomp(2), RET_TRACE).
    bool die_with_tracer = true;
    // false: run the workload unwatched, with all of PID 1's duties. Else CAP_SYS_PTRACE is taken from it: with that,
    // any process of the container can write into bewit; and nothing that bewit traces can be traced by another one
    // anyway.
    bool trace = true;
};

// Why the command did not run. `exit_status` is 125, 126 or 127 (contract of `bewit run`).
struct StartError {
    int exit_status = 125;
    std::string message;  // one sentence that says what to do
};

struct Statistics {
    uint64_t stops = 0, syscall_entries = 0, syscall_exits = 0, events = 0, signals = 0, processes = 0;
    uint64_t threads = 0;        // every one that ever was, leaders of processes included
    uint64_t entry_only = 0;     // stops that ended at the entry: no rule could match
    uint64_t runtime_sites = 0;  // call sites that stop only where a rule may care
    uint64_t stop_time_ns = 0;   // spent between a stop and its resumption
};

// One line for people, without its end.
std::string to_text(const Statistics& statistics);

// One use: run() once, on the main thread, which then also calls the sink; forwarding signals uses a thread of its own.
//
// A signal that arrives before the workload exists is kept for it from the moment that Inheritance::take() was first
// called (tracer/inheritance.h), at the latest here in the constructor. bewit must have no other children on the main
// thread. After run() has begun, bewit's process is not dumpable.
class Tracer {
public:
    Tracer(Options options, const match::Interest& interest, event::Sink& sink, event::Witness& witness);
    ~Tracer();

    // Starts the command, watches it and all its descendants until the end; the wait status of the command
    // (waitpid(2)).
    tl::expected<int, StartError> run();

    // Whether the filter went in without no_new_privs (CAP_SYS_ADMIN), so that setuid programs keep working.
    bool privileged_filter() const;
    // CAP_SYS_PTRACE could not be taken from the workload's bounding set, since bewit lacks CAP_SETPCAP.
    bool workload_keeps_ptrace_capability() const;
    const Statistics& statistics() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// What the program itself should end with: the exit code, or 128 + N after signal N.
int exit_status_of(int wait_status);

}  // namespace bewit::tracer
