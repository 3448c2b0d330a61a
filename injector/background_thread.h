// Threads beside the one that traces.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <system_error>
#include <thread>
#include <utility>

#include "tracer/confinement.h"

namespace bewit {

// While it lives, its thread and those that are started by it take no signals: those are for the workload, and SIGPIPE
// of a sink stays an error of write(2).
class SignalsBlocked {
public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

// Starts `body` on a thread that takes no signals, confined unless it or a thread that it starts is to run programs
// (tracer/confinement.h). False where the system gives none (RLIMIT_NPROC, pids.max), which a workload can bring about:
// nothing was started, and `thread` is as before.
template <typename Body>
bool start_thread(std::thread& thread, Body body, bool runs_programs = false) {
    const SignalsBlocked none;
    try {
        thread = std::thread([body = std::move(body), runs_programs] {
            if (!runs_programs) tracer::confine_thread(tracer::Errand::Computing);
            body();
        });
    } catch (const std::system_error&) {
        return false;
    }
    return true;
}

}  // namespace bewit
