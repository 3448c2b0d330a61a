// Hands the signals that bewit gets on to the workload: a thread that waits for all of them with sigwaitinfo(2).
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>

namespace bewit::tracer {

// How bewit and the workload's first process stand to each other.
enum class Grouping : uint8_t {
    OwnGroup,     // the workload has a process group of its own: bewit is PID 1 or leads the session
    SharedGroup,  // both are in one group, as the shell made it
};

// Whether a signal with this `info`, received by bewit, is to be passed on. What the kernel sent to the whole group of a terminal has
// reached the workload already, and so has what one of the workload sent to the group that it shares with bewit; what a timer or a child of bewit caused is its own affair.
bool is_forwarded(const siginfo_t& info, Grouping grouping);

// Needs every signal blocked in all threads (Inheritance::take()). Every method may be called from any thread.
class SignalForwarder {
public:
    // Forwards to process `target`, from signals that are pending already on.
    SignalForwarder(pid_t target, Grouping grouping);
    ~SignalForwarder();
    SignalForwarder(const SignalForwarder&) = delete;
    SignalForwarder& operator=(const SignalForwarder&) = delete;

    // The target has been reaped. From now on `receiver`, a thread of bewit that handles SIGCHLD, gets SIGCHLD until it has called take() for
    // what arrived.
    void target_gone(pid_t receiver);
    // The last signal that arrived after the target had gone, once; 0 if none.
    int take();

    // The target is stopped by a job control signal, or goes on. In a shared group bewit stops too, here or in its own time, when it was itself
    // asked to by the same signal within the last seconds: the shell waits to see it stop.
    void target_stopped(int signal);
    void target_continued();

private:
    void forward_all();
    void forward(const siginfo_t& info);
    void stop_requested(int signal);
    bool target_has_its_own();
    void stop_with_target();

    const Grouping grouping_;
    std::atomic<pid_t> target_;
    std::atomic<pid_t> receiver_{0};
    std::atomic<int> for_the_rest_{0};
    std::mutex stop_mutex_;          // guards the four below
    int stopped_by_ = 0;             // of the target; 0: it runs
    int requested_stop_ = 0;         // of bewit
    int64_t requested_at_ms_ = 0;
    int64_t continued_at_ms_ = 0;    // of the target; 0: a SIGCONT that bewit got has been taken for the same
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

}  // namespace bewit::tracer
