// A stop of the whole job (Ctrl-Z) needs care. bewit blocks the stop signals; the workload gets them itself, may tidy
// the terminal first, and stops. Only then bewit stops too, so that the shell sees the job stopped when it really is. A
// stop that nobody asked bewit for is the workload's own affair: if bewit stopped with it, nothing in the workload
// could wake it again.
#include "tracer/signal_forwarder.h"

#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstring>

#include "tracer/confinement.h"
#include "tracer/inheritance.h"
#include "tracer/proc_status.h"
#include "tracer/wait_status.h"

namespace bewit::tracer {
namespace {

// Wakes the thread when it is to end; its number does not matter, since `ending_` is looked at first.
constexpr int wake_signal = SIGUSR1;
constexpr int64_t stop_request_holds_ms = 2000;
// What was sent to the whole group reaches the target a moment before or after bewit. Seen by bewit it is only when the
// target has been given it.
constexpr int64_t delivery_holds_ms = 500;
constexpr int delivery_takes_ms = 50, delivery_takes_ms_of_a_tracee = 1000;
constexpr auto retry_interval = std::chrono::milliseconds(1);

// SIGCHLD tells bewit of its own children. The kernel never lets SIGKILL and SIGSTOP wait.
constexpr SignalBits forwarded_signals = ~(signal_bit(SIGCHLD) | signal_bit(SIGKILL) | signal_bit(SIGSTOP));

int64_t now_ms() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

// What a terminal sends to its session's leader or foreground group.
bool comes_from_a_terminal(int signal) {
    return signal == SIGHUP || signal == SIGCONT || signal == SIGINT || signal == SIGQUIT || signal == SIGWINCH ||
           is_stop_signal(signal);
}

// To make a thread, the C library unblocks its own signals, 32 and 33, in the thread that asks and in the new one.
void block_all_signals() { set_signal_mask(~SignalBits{0}); }

// Whether bewit traces the process. From outside of the pid namespace a sender is 0.
bool is_watched(pid_t pid) {
    const std::optional<ProcStatus> status = pid == 0 ? std::nullopt : read_proc_status(Tid{pid});
    return status && raw(status->tracer) == getpid();
}

}  // namespace

bool is_forwarded(const siginfo_t& info, Grouping grouping) {
    switch (info.si_code) {
        case SI_KERNEL:
            return grouping == Grouping::OwnGroup && comes_from_a_terminal(info.si_signo);
        case SI_USER:
        case SI_TKILL:
        case SI_QUEUE:
            if (info.si_pid == getpid()) return false;
            // What the workload sends to the group that it shares with bewit has reached it already. Anybody else may
            // have meant bewit alone, a script in the same group for example.
            return grouping == Grouping::OwnGroup || !is_watched(info.si_pid);
        default:
            return false;
    }
}

SignalForwarder::SignalForwarder(pid_t target, Grouping grouping)
    : grouping_(grouping), target_(target), thread_([this] {
          confine_thread(Errand::Signalling);
          forward_all();
      }) {
    block_all_signals();
}

SignalForwarder::~SignalForwarder() {
    ending_ = true;
    pthread_kill(thread_.native_handle(), wake_signal);
    thread_.join();
}

void SignalForwarder::target_gone(pid_t receiver) {
    receiver_ = receiver;
    target_ = 0;
}

int SignalForwarder::take() { return for_the_rest_.exchange(0); }

void SignalForwarder::target_stopped(int signal) {
    const std::lock_guard lock(mutex_);
    stopped_by_ = signal;
    stop_with_target();
}

void SignalForwarder::target_continued() {
    const std::lock_guard lock(mutex_);
    stopped_by_ = 0;
}

void SignalForwarder::forget_requested_stop() {
    const std::lock_guard lock(mutex_);
    requested_stop_ = 0;
}

void SignalForwarder::target_got(int signal, pid_t sender) {
    const std::lock_guard lock(mutex_);
    Delivery& got = got_.at(static_cast<size_t>(signal));
    const int64_t now = now_ms();
    got = {.sender = sender, .at_ms = now < got.until_ms ? 0 : now};
}

void SignalForwarder::stop_requested(int signal) {
    const std::lock_guard lock(mutex_);
    requested_stop_ = signal;
    requested_at_ms_ = now_ms();
    stop_with_target();
}

// With the mutex held. Which of the two is told first is chance.
void SignalForwarder::stop_with_target() {
    if (requested_stop_ == 0 || requested_stop_ != stopped_by_ || now_ms() - requested_at_ms_ > stop_request_holds_ms)
        return;
    requested_stop_ = 0;
    kill(getpid(), SIGSTOP);  // bewit blocks the others
}

// Of what kill(2) sent: whether the target has been given the same, or is about to.
bool SignalForwarder::target_has_its_own(const siginfo_t& info) {
    const int64_t arrived_ms = now_ms();
    for (int waited_ms = 0;; ++waited_ms) {
        const pid_t target = target_;
        const std::optional<ProcStatus> status = target == 0 ? std::nullopt : read_proc_status(Tid{target});
        if (!status) return false;
        bool may_be_in_hand = false;  // of the tracer, which has not looked yet
        {
            const std::lock_guard lock(mutex_);
            Delivery& got = got_.at(static_cast<size_t>(info.si_signo));
            if (got.at_ms != 0 && got.at_ms >= arrived_ms - delivery_holds_ms &&
                (got.sender == info.si_pid || got.sender == 0)) {
                got.at_ms = 0;
                return true;
            }
            const bool is_pending = (status->pending & signal_bit(info.si_signo)) != 0;
            if (is_pending && info.si_signo < SIGRTMIN) {  // of the others, several may be
                got.until_ms = now_ms() + delivery_holds_ms;
                return true;
            }
            may_be_in_hand = is_pending || (status->state == 't' && stopped_by_ == 0);
        }
        if (waited_ms >= (may_be_in_hand ? delivery_takes_ms_of_a_tracee : delivery_takes_ms)) return false;
        std::this_thread::sleep_for(retry_interval);
    }
}

void SignalForwarder::forward_all() {
    block_all_signals();
    while (true) {
        siginfo_t info{};
        const long signal = syscall(SYS_rt_sigtimedwait, &forwarded_signals, &info, nullptr, sizeof forwarded_signals);
        if (ending_) return;
        if (signal < 0) continue;
        if (grouping_ == Grouping::SharedGroup && is_stop_signal(info.si_signo)) stop_requested(info.si_signo);
        if (info.si_signo == SIGCONT) forget_requested_stop();
        if (!is_forwarded(info, grouping_)) continue;
        if (grouping_ == Grouping::SharedGroup && info.si_code == SI_USER && target_has_its_own(info)) continue;
        forward(info);
    }
}

void SignalForwarder::forward(const siginfo_t& info) {
    if (const pid_t target = target_; target != 0) {
        // A value travels with it. The kernel lets nobody claim si_code SI_USER for another: kill(2) makes that.
        siginfo_t copy = info;
        if (info.si_code != SI_QUEUE || syscall(SYS_rt_sigqueueinfo, target, info.si_signo, &copy) != 0)
            kill(target, info.si_signo);
        return;
    }
    for_the_rest_ = info.si_signo;
    // The receiver may be just about to wait: it is told until it has looked.
    while (for_the_rest_ != 0 && !ending_) {
        syscall(SYS_tgkill, getpid(), receiver_.load(), SIGCHLD);
        std::this_thread::sleep_for(retry_interval);
    }
}

}  // namespace bewit::tracer
