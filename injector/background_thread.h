// Threads beside the one that traces.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <system_error>
#include <thread>
#include <utility>

namespace bewit {

// Starts `body` on a thread that takes no signals: those are for the workload, and SIGPIPE of a sink stays an error of write(2). False where the
// system gives none (RLIMIT_NPROC, pids.max), which a workload can bring about: nothing was started, and `thread` is as before.
template <typename Body>
bool start_thread(std::thread& thread, Body body) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = true;
    try {
        thread = std::thread(std::move(body));
    } catch (const std::system_error&) {
        started = false;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return started;
}

}  // namespace bewit
