// The next wait status of any tracee, in an order that starves nobody.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <vector>

namespace bewit::tracer {

struct Waited {
    pid_t tid = 0;
    int status = 0;  // waitpid(2)
};

// Used on the tracer's thread only, with its children and tracees.
class StopQueue {
public:
    StopQueue();

    // Blocks until there is one. nullopt when a signal came (EINTR) or nothing is left to wait for: no_more() tells
    // which.
    std::optional<Waited> wait();
    // The next one that is there already.
    std::optional<Waited> poll();
    bool no_more() const { return no_more_; }
    // Whether something of this thread is still to be served: the kernel may know it no more.
    bool holds(pid_t tid) const;

private:
    std::optional<Waited> take(int flags);
    std::optional<Waited> next_of_sweep();
    void sweep();

    // Without the children and tracees of bewit's other threads, where that leaves the workload whole.
    int thread_flags_;
    std::vector<Waited> swept_;
    size_t next_ = 0;
    unsigned since_sweep_ = 0;
    bool no_more_ = false;
};

}  // namespace bewit::tracer
