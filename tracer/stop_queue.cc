// waitpid(2) reports the youngest tracee first. A few threads that stop all the time could thus keep an older one
// waiting for ever, so every so often all that is there is taken at once and served in turn before the kernel is asked
// again.
#include "tracer/stop_queue.h"

#include <errno.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "tracer/wait_status.h"

namespace bewit::tracer {
namespace {

constexpr unsigned stops_between_sweeps = 32;

// Orphans become children of the main thread (kernel/exit.c, find_alive_thread).
int flags_of_this_thread() { return gettid() == getpid() ? __WNOTHREAD : 0; }

}  // namespace

StopQueue::StopQueue() : thread_flags_(flags_of_this_thread()) {}

std::optional<Waited> StopQueue::take(int flags) {
    Waited waited;
    waited.tid = waitpid(-1, &waited.status, __WALL | thread_flags_ | flags);
    if (waited.tid > 0) return waited;
    no_more_ = waited.tid < 0 && errno == ECHILD;
    return std::nullopt;
}

std::optional<Waited> StopQueue::next_of_sweep() {
    if (next_ == swept_.size()) return std::nullopt;
    return swept_[next_++];
}

void StopQueue::sweep() {
    since_sweep_ = 0;
    swept_.clear();
    next_ = 0;
    for (;;) {
        const std::optional<Waited> waited = take(WNOHANG);
        if (!waited) return;
        const Waited& now = *waited;
        // A thread that has executed a program under its leader's tid: what the leader stopped for is void, and so are
        // requests about it.
        if (classify(now.status).kind == StopKind::ExecStop) {
            std::erase_if(swept_, [&](const Waited& earlier) { return earlier.tid == now.tid; });
        }
        swept_.push_back(now);
    }
}

bool StopQueue::holds(pid_t tid) const {
    return std::any_of(swept_.begin() + static_cast<ptrdiff_t>(next_), swept_.end(),
                       [tid](const Waited& waited) { return waited.tid == tid; });
}

std::optional<Waited> StopQueue::poll() {
    if (const auto waited = next_of_sweep()) return waited;
    return take(WNOHANG);
}

std::optional<Waited> StopQueue::wait() {
    if (const auto waited = next_of_sweep()) return waited;
    if (++since_sweep_ >= stops_between_sweeps) {
        sweep();
        if (const auto waited = next_of_sweep()) return waited;
    }
    return take(0);
}

}  // namespace bewit::tracer
