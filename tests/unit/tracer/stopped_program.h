// A real process and its descendants under ptrace, without a loop: a test takes each stop when it wants to.
#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <vector>

#include "tracer/ptrace_request.h"
#include "tracer/wait_status.h"

namespace bewit::tracer::test {

class StoppedProgram {
public:
    // `body` runs in a child that is seized before it begins.
    explicit StoppedProgram(const std::function<void()>& body) {
        const pid_t child = fork();
        if (child == 0) {
            raise(SIGSTOP);
            body();
            _exit(0);
        }
        tid_ = static_cast<Tid>(child);
        threads_.push_back(child);
        int status = 0;
        REQUIRE(waitpid(child, &status, WUNTRACED) == child);
        REQUIRE(seize(tid_) == 0);
        kill(child, SIGCONT);
    }
    ~StoppedProgram() {
        for (const pid_t thread : threads_) kill(thread, SIGKILL);
        while (waitpid(-1, nullptr, __WALL) > 0) {
        }
    }
    StoppedProgram(const StoppedProgram&) = delete;
    StoppedProgram& operator=(const StoppedProgram&) = delete;

    // Of its first thread.
    Tid tid() const { return tid_; }

    // Takes the thread's next stops until one is of this kind.
    void run_to(Tid thread, StopKind kind, Resume how = Resume::Run) {
        WaitStatus stop = wait(thread);
        while (stop.kind != kind) {
            REQUIRE_FALSE(stop.gone());
            go_on(thread, how);
            stop = wait(thread);
        }
    }
    // To its next birth. The child stands at its own first stop when this returns.
    Tid run_to_birth(Tid thread) {
        run_to(thread, StopKind::CloneStop);
        const Tid child = event_message(thread).value();
        threads_.push_back(number_of(child));
        REQUIRE(wait(child).kind == StopKind::TrapStop);
        return child;
    }
    // To its next exec; its former tid.
    Tid run_to_exec(Tid thread) {
        run_to(thread, StopKind::ExecStop);
        const Tid former = event_message(thread).value();
        if (former != thread) std::erase(threads_, number_of(former));
        return former;
    }
    // The wait status with which it ends.
    int run_to_end(Tid thread) {
        while (!wait(thread).gone()) go_on(thread);
        std::erase(threads_, number_of(thread));
        return status_;
    }
    // Signals are kept from it.
    static void go_on(Tid thread, Resume how = Resume::Run) { resume(thread, how); }

private:
    WaitStatus wait(Tid thread) {
        REQUIRE(waitpid(number_of(thread), &status_, __WALL) == number_of(thread));
        return classify(status_);
    }

    Tid tid_ = Tid::None;
    std::vector<pid_t> threads_;  // that are there
    int status_ = 0;
};

}  // namespace bewit::tracer::test
