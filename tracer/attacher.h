// Watches processes that run already: the sidecar in a shared pid namespace. PTRACE_SEIZE of every thread, without a
// filter: a seccomp program that asks a tracer cannot be taken out again, and without a tracer it answers ENOSYS
// (seccomp(2), SECCOMP_RET_TRACE), so nothing is ever put into a process that bewit did not start. Each syscall stops,
// and the Interest's program is asked in bewit instead.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "engine/event/sink.h"
#include "engine/event/witness.h"
#include "engine/match/interest.h"
#include "tracer/tracer.h"

namespace bewit::tracer {

struct AttachOptions {
    std::vector<Pid> pids;  // processes, with all their threads; any thread's number names its process
    bool all =
        false;  // every process that is visible, but for bewit's own and the kernel's, and those that appear later
    bool die_with_tracer =
        false;  // what is watched is killed when bewit is (PTRACE_O_EXITKILL); else it runs on unwatched
};

// One use: run() once, on the main thread, which then also calls the sink. bewit must have no children.
class Attacher {
public:
    // `unwatched` is told of a process, in a sentence, that could not be seized while the others were: once each.
    using Unwatched = std::function<void(Pid pid, const std::string& why)>;
    Attacher(AttachOptions options, const match::Interest& interest, event::Sink& sink, event::Witness& witness,
             Unwatched unwatched);
    ~Attacher();

    // Until SIGTERM, SIGINT, SIGHUP or SIGQUIT, and then lets go of everything, which runs on as if nothing had been;
    // or, unless `all`, until the last process has ended. The error says which process cannot be watched and why:
    // nothing was changed.
    //
    // A call that was waiting when its thread was seized is interrupted as by SIGSTOP and SIGCONT: most go on by
    // themselves, a few return EINTR (signal(7), "Interruption of system calls and library functions by stop signals").
    tl::expected<void, StartError> run();

    const Statistics& statistics() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bewit::tracer
