// Hands the signals that bewit gets on to the workload: a thread that waits for all of them with sigwaitinfo(2).
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <array>
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

// Whether a signal with this `info`, received by bewit, is to be passed on. What the kernel sent to the whole group of
// a terminal has reached the workload already, and so has what one of the workload sent to the group that it shares
// with bewit; what a timer or a child of bewit caused is its own affair.
bool is_forwarded(const siginfo_t& info, Grouping grouping);

// Needs every signal blocked in all threads (Inheritance::take()). Every method may be called from any thread.
class SignalForwarder {
public:
    // Forwards to process `target`, from signals that are pending already on.
    SignalForwarder(pid_t target, Grouping grouping);
    ~SignalForwarder();
    SignalForwarder(const SignalForwarder&) = delete;
    SignalForwarder& operator=(const SignalForwarder&) = delete;

    // The target has been reaped. From now on `receiver`, a thread of bewit that handles SIGCHLD, gets SIGCHLD until it
    // has called take() for what arrived.
    void target_gone(pid_t receiver);
    // The last signal that arrived after the target had gone, once; 0 if none.
    int take();

    // The target is stopped by a job control signal, or goes on. In a shared group bewit stops too, here or in its own
    // time, when it was itself asked to by the same signal within the last seconds: the shell waits to see it stop.
    void target_stopped(int signal);
    void target_continued();

    // The target gets `signal`, which process `sender` sent; 0 where that is not known. What the same one sends to
    // bewit at about that time was sent to the group that they share, and is not passed on: the target would get it
    // twice, and after a SIGCONT be stopped once more.
    void target_got(int signal, pid_t sender);

private:
    void forward_all();
    void forward(const siginfo_t& info);
    void stop_requested(int signal);
    void forget_requested_stop();
    bool target_has_its_own(const siginfo_t& info);
    void stop_with_target();

    const Grouping grouping_;
    std::atomic<pid_t> target_;
    std::atomic<pid_t> receiver_{0};
    std::atomic<int> for_the_rest_{0};
    struct Delivery {
        pid_t sender = 0;
        int64_t at_ms = 0;  // 0: there was none, or bewit's own of the same has been taken for it
        int64_t until_ms =
            0;  // not 0: bewit's own has been taken for the one that is pending, if it is delivered before that
    };
    std::mutex mutex_;        // guards what follows, to `got_`
    int stopped_by_ = 0;      // of the target; 0: it runs
    int requested_stop_ = 0;  // of bewit
    int64_t requested_at_ms_ = 0;
    std::array<Delivery, 65> got_{};  // the target's last one, by the signal's number
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

}  // namespace bewit::tracer
