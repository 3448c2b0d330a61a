// A process to look at.
#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "engine/event/kernel_types.h"

namespace bewit::tracer::test {

// A child that runs `body` and then waits to be looked at.
class Child {
public:
    explicit Child(const std::function<void()>& body) {
        int ready[2];
        REQUIRE(pipe(ready) == 0);
        pid_ = fork();
        if (pid_ == 0) {
            body();
            REQUIRE(write(ready[1], "!", 1) == 1);
            for (;;) pause();
        }
        close(ready[1]);
        char byte;
        REQUIRE(read(ready[0], &byte, 1) == 1);
        close(ready[0]);
    }
    ~Child() {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    Tid tid() const { return static_cast<Tid>(pid_); }

private:
    pid_t pid_;
};

}  // namespace bewit::tracer::test
