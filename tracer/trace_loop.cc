// One thread, one loop: wait, look, let go. No stop is answered by looking at other tracees, so that the cost of a stop
// does not grow with the workload.
//
// A tracee can be killed at any moment, by its own kind or by the kernel. Every request about it may therefore fail,
// which is no error: its end comes through waitpid(2) like everything else. The one case that needs thought is
// execve(2) by a thread that does not lead its group: the leader dies, and the caller turns up under the leader's tid
// (Lineage::lost_exec, StopQueue::sweep).
#include "tracer/trace_loop.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "tracer/ignored_signal.h"
#include "tracer/ptrace_request.h"
#include "tracer/registers.h"
#include "tracer/seccomp_filter.h"
#include "tracer/wait_status.h"

namespace bewit::tracer {
namespace {

uint64_t monotonic_ns() { return nanoseconds_of(CLOCK_MONOTONIC); }

bool asks_for_signals(const match::Interest& interest) {
    const auto kind = event::find_kind("signaldeliver");
    return kind && interest.of(*kind).level != match::KindInterest::Level::Never;
}

// While the command is gone and others are waited for, SIGCHLD interrupts waitpid(2) so that signals to bewit get
// through to them. Only then: every stop of a tracee raises one.
void interrupt_waits(bool on) {
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    if (on) action.sa_handler = [](int) {};
    sigaction(SIGCHLD, &action, nullptr);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    pthread_sigmask(on ? SIG_UNBLOCK : SIG_BLOCK, &child, nullptr);
}

}  // namespace

TraceLoop::TraceLoop(Workload& workload, Spawned& spawned, SignalForwarder* forwarder, Settings settings,
                     std::optional<BpfProgram> software_filter)
    : workload_(workload),
      spawned_(&spawned),
      forwarder_(forwarder),
      settings_(settings),
      calls_(workload, std::move(software_filter)),
      lineage_(workload, calls_),
      is_init_(getpid() == 1),
      signals_wanted_(asks_for_signals(workload.interest)) {
    lineage_.add_entrypoint(static_cast<Tid>(spawned.pid()));
    placement_.emplace();
}

TraceLoop::TraceLoop(Workload& workload, Attachment& attachment, BpfProgram software_filter)
    : workload_(workload),
      attachment_(&attachment),
      settings_{.seccomp = false},
      calls_(workload, std::move(software_filter)),
      lineage_(workload, calls_),
      is_init_(false),
      signals_wanted_(asks_for_signals(workload.interest)) {}

TraceLoop::~TraceLoop() {
    if (status_) interrupt_waits(false);
}

int TraceLoop::run() {
    while (!done()) {
        if (const std::optional<Waited> waited = next()) {
            handle(*waited);
        } else if (stops_.no_more()) {
            break;
        }
        if (status_) pass_on_to_the_rest();
    }
    // What is there already is still told; init does not wait for more.
    for (size_t left = workload_.tracees.size(); left > 0; --left) {
        const std::optional<Waited> waited = stops_.poll();
        if (!waited) break;
        handle(*waited);
    }
    return status_.value_or(0);
}

tl::expected<void, StartError> TraceLoop::run_attached() {
    tl::expected<void, StartError> begun = attachment_->begin(lineage_);
    leaving_ = !begun;
    while (!stops_.no_more() || (!leaving_ && attachment_->stays())) {
        if (stops_.no_more()) attachment_->rest();
        if (const std::optional<Waited> waited = next()) handle(*waited);
        if (leaving_ || !attachment_->ticked()) continue;
        if (kernel_too_old_) begun = tl::unexpected(explain_old_kernel());
        leaving_ = kernel_too_old_ || attachment_->asked_to_leave();
        leaving_ ? attachment_->leave() : attachment_->look(lineage_);
    }
    return begun;
}

// Where it stands: every stop can be left (ptrace(2), PTRACE_DETACH). A thread that turns up only now goes, too.
void TraceLoop::let_go(const Waited& waited) {
    const WaitStatus stop = classify(waited.status);
    detach(Tid{waited.tid}, stop.kind == StopKind::SignalDelivery ? stop.signal : 0);
    if (Tracee* tracee = workload_.tracees.find(Tid{waited.tid}); tracee != nullptr) lineage_.forget(*tracee);
}

bool TraceLoop::done() const { return status_ && (is_init_ || workload_.tracees.size() == 0); }

std::optional<Waited> TraceLoop::next() {
    if (!lineage_.any_parked()) return stops_.wait();
    if (const std::optional<Waited> waited = stops_.poll()) return waited;
    settle(lineage_.settle_parked());
    return std::nullopt;
}

void TraceLoop::handle(const Waited& waited) {
    const Tid tid{waited.tid};
    Tracee* tracee = workload_.tracees.find(tid);
    if (classify(waited.status).gone()) return ended(tid, tracee, waited.status);

    if (leaving_) return let_go(waited);

    const uint64_t begin = monotonic_ns();
    ++workload_.statistics.stops;
    if (killing_) {
        kill(waited.tid, SIGKILL);
    } else if (tracee == nullptr) {
        lineage_.park(tid, waited.status);
    } else {
        if (tracee->stage == Tracee::Stage::Announced) lineage_.arrived(*tracee);
        if (tracee->stage == Tracee::Stage::Found) lineage_.appeared(*tracee);
        if (placement_) placement_->stopped(tid, tracee->is_leader() && tracee->others == 0, begin);
        dispatch(*tracee, waited.status);
    }
    workload_.statistics.stop_time_ns += monotonic_ns() - begin;
}

void TraceLoop::settle(Tracee& child) { dispatch(child, child.parked_status); }

void TraceLoop::dispatch(Tracee& tracee, int status) {
    lineage_.use_memory_of(tracee);
    const WaitStatus stop = classify(status);
    if (stop.kind != StopKind::ExecStop) {
        const Tid former = lineage_.lost_exec(tracee);
        if (former != Tid::None && !stops_.holds(number_of(former))) lineage_.executed(tracee, former);
    }
    if (entrypoint_stopped_ && stop.kind != StopKind::GroupStop && tracee.tid == workload_.entrypoint)
        entrypoint_goes_on();
    switch (stop.kind) {
        case StopKind::SeccompStop:
            return seccomp_stop(tracee);
        case StopKind::SyscallStop:
            return syscall_stop(tracee);
        case StopKind::CloneStop: {
            if (placement_ && placement_->holds(tracee.tid))
                placement_->born(event_message(tracee.tid).value_or(Tid::None));
            Tracee* child = lineage_.born(tracee);
            go_on(tracee);
            if (child != nullptr) settle(*child);
            return;
        }
        case StopKind::ExecStop:
            return exec_stop(tracee, event_message(tracee.tid).value_or(tracee.tid));
        case StopKind::GroupStop:
            return group_stop(tracee, stop.signal);
        case StopKind::SignalDelivery:
            return signal_delivery(tracee, stop.signal);
        case StopKind::TrapStop:
        case StopKind::Exited:
        case StopKind::Killed:
        case StopKind::Other:
            return go_on(tracee);
    }
}

void TraceLoop::go_on(Tracee& tracee, int signal) {
    const bool to_syscall = !settings_.seccomp || tracee.to_exit || tracee.waits_since_ns != 0;
    resume(tracee.tid, to_syscall ? Resume::ToSyscall : Resume::Run, signal);
}

void TraceLoop::seccomp_stop(Tracee& tracee) {
    SyscallInfo info;
    if (!syscall_info(tracee.tid, info)) return go_on(tracee);
    // Another phase: the leader was killed by an execve, whose caller now stands under its tid at an ExecStop of its
    // own. It will be told.
    if (info.phase != SyscallInfo::Phase::Seccomp) return;
    if (!is_own_reason(info.trace_data)) {
        skip_call(tracee.tid, -ENOSYS);
        return go_on(tracee);
    }
    if (placement_) placement_->entering(info.call, monotonic_ns);
    if (settings_.runtime != nullptr && settings_.runtime->at_entry(tracee, workload_.tracees, info.call)) return;
    const Resume how = calls_.at_entry(tracee, info);
    resume(tracee.tid, tracee.waits_since_ns != 0 ? Resume::ToSyscall : how);
}

void TraceLoop::syscall_stop(Tracee& tracee) {
    SyscallInfo info;
    if (!syscall_info(tracee.tid, info)) {
        kernel_too_old_ = kernel_too_old_ || errno == EIO;
        return go_on(tracee);
    }
    switch (info.phase) {
        case SyscallInfo::Phase::Entry:
            if (placement_) placement_->entering(info.call, monotonic_ns);
            if (!settings_.seccomp) calls_.at_entry(tracee, info);
            return go_on(tracee);
        case SyscallInfo::Phase::Exit:
            if (info.result != -EINTR) tracee.waits_since_ns = 0;
            if (settings_.runtime != nullptr && settings_.runtime->at_exit(tracee, workload_.tracees, info.result))
                return;
            calls_.at_exit(tracee, info.result);
            return go_on(tracee);
        case SyscallInfo::Phase::Seccomp:
        case SyscallInfo::Phase::None:
            return;
    }
}

void TraceLoop::exec_stop(Tracee& tracee, Tid former) {
    if (tracee.stage == Tracee::Stage::SettingUp) {
        started_ = true;
        spawned_->read_messages();
        check_kernel(tracee.tid);
    }
    if (settings_.runtime != nullptr) settings_.runtime->ended(tracee.tid, &tracee);
    lineage_.executed(tracee, former);
    go_on(tracee);
}

void TraceLoop::check_kernel(Tid tid) {
    SyscallInfo info;
    if (syscall_info(tid, info) || errno == ESRCH) return;
    kernel_too_old_ = true;
    kill(number_of(tid), SIGKILL);
}

void TraceLoop::group_stop(Tracee& tracee, int signal) {
    tracee.waits_since_ns = 0;
    resume(tracee.tid, Resume::Listen);
    if (tracee.tid != workload_.entrypoint || forwarder_ == nullptr) return;
    entrypoint_stopped_ = true;
    forwarder_->target_stopped(signal);
}

void TraceLoop::entrypoint_goes_on() {
    entrypoint_stopped_ = false;
    forwarder_->target_continued();
}

void TraceLoop::signal_delivery(Tracee& tracee, int signal) {
    if (settings_.runtime != nullptr && settings_.runtime->at_signal(tracee, workload_.tracees, signal)) return;
    ++workload_.statistics.signals;
    siginfo_t info{};
    const bool may_be_bewit_s_too = forwarder_ != nullptr && leader_of(tracee.pid) == workload_.entrypoint;
    if ((signals_wanted_ || may_be_bewit_s_too) && signal_info(tracee.tid, info)) {
        if (may_be_bewit_s_too && info.si_code == SI_USER) forwarder_->target_got(signal, info.si_pid);
        if (signals_wanted_) workload_.report(workload_.decoder.signal_delivered(tracee.tid, Tid{info.si_pid}, signal));
    }
    tracee.waits_since_ns = undo_interruption(tracee.tid, signal, tracee.waits_since_ns, monotonic_ns());
    go_on(tracee, signal);
}

void TraceLoop::ended(Tid tid, Tracee* tracee, int status) {
    if (placement_) placement_->ended(tid);
    if (settings_.runtime != nullptr) settings_.runtime->ended(tid, tracee);
    lineage_.ended(tid, tracee, status);
    if (!status_ && spawned_ != nullptr && number_of(tid) == spawned_->pid()) entrypoint_ended(status);
}

void TraceLoop::entrypoint_ended(int status) {
    status_ = status;
    spawned_->take_terminal_back();
    if (is_init_) return;
    interrupt_waits(true);
    if (forwarder_ != nullptr) forwarder_->target_gone(gettid());
    if (settings_.kill_on_exit) kill_the_rest();
}

void TraceLoop::kill_the_rest() {
    killing_ = true;
    workload_.tracees.for_each([](const Tracee& tracee) { kill(number_of(tracee.tid), SIGKILL); });
}

void TraceLoop::pass_on_to_the_rest() {
    const int signal = forwarder_ == nullptr ? 0 : forwarder_->take();
    if (signal == 0) return;
    workload_.tracees.for_each([signal](const Tracee& tracee) {
        if (tracee.is_leader()) kill(number_of(tracee.tid), signal);
    });
}

}  // namespace bewit::tracer
