// Puts the parts together: what was inherited, the child, the forwarder, and one of two loops.
#include "tracer/tracer.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "tracer/command_search.h"
#include "tracer/inheritance.h"
#include "tracer/init_loop.h"
#include "tracer/placement.h"
#include "tracer/ptrace_request.h"
#include "tracer/runtime/runtime.h"
#include "tracer/seccomp_filter.h"
#include "tracer/signal_forwarder.h"
#include "tracer/spawn.h"
#include "tracer/start_failure.h"
#include "tracer/trace_loop.h"

namespace bewit::tracer {
namespace {

constexpr int death_by_signal = 128;

StartError no_command() { return {125, "no command was given"}; }

}  // namespace

struct Tracer::Impl {
    Impl(Options options, const match::Interest& interest, event::Sink& sink, event::Witness& witness)
        : options(std::move(options)),
          inheritance(Inheritance::take()),
          interest(interest),
          sink(sink),
          witness(witness) {
        if (!this->options.die_with_tracer) this->options.seccomp = false;
    }

    tl::expected<int, StartError> run() {
        if (options.command.empty()) return tl::unexpected(no_command());
        if (options.trace && options.seccomp && options.runtime) runtime = Runtime::create(interest);
        const BpfProgram filter = options.trace ? compile_filter(interest, filter_options()) : BpfProgram{};
        if (getpid() != 1 && (options.trace || options.kill_on_exit)) prctl(PR_SET_CHILD_SUBREAPER, 1);

        candidates = command_candidates(options.command[0], getenv("PATH"));
        auto child = spawn(options, candidates, options.seccomp ? filter : BpfProgram{}, inheritance);
        if (!child) return tl::unexpected(child.error());
        return options.trace ? watch(*child, filter) : run_unwatched(*child);
    }

    FilterOptions filter_options() const {
        return {.deny_io_uring = options.deny_io_uring,
                .trusted_address = runtime == nullptr ? 0 : runtime->trusted_address(),
                .watch_affinity = Placement::possible()};
    }

    tl::expected<int, StartError> watch(Spawned& child, const BpfProgram& filter) {
        const Tid tid{child.pid()};
        if (const int error = seize(tid, options.die_with_tracer ? OnTracerDeath::Kill : OnTracerDeath::Release);
            error != 0)
            return give_up(child, explain_seize_failure(error, tid));
        // Nobody of the same user may look into bewit or write into it (ptrace(2), "Ptrace access mode checking").
        prctl(PR_SET_DUMPABLE, 0);
        std::unique_ptr<SignalForwarder> forwarder;
        if (const int error = start_forwarding(child, forwarder); error != 0)
            return give_up(child, explain_system_failure("making a thread", error));
        // Its next syscalls are to stop: it must stop once first.
        if (!options.seccomp) interrupt(tid);
        child.release();

        Workload workload{.interest = interest, .sink = sink, .witness = witness, .statistics = statistics};
        witness.share_root(true);
        TraceLoop loop(workload, child, forwarder.get(),
                       {.seccomp = options.seccomp, .kill_on_exit = options.kill_on_exit, .runtime = runtime.get()},
                       options.seccomp ? std::nullopt : std::optional(filter));
        const int status = loop.run();
        if (runtime != nullptr) statistics.runtime_sites = runtime->sites();
        if (loop.kernel_too_old()) return tl::unexpected(explain_old_kernel());
        return result(child, loop.started(), status);
    }

    tl::expected<int, StartError> run_unwatched(Spawned& child) {
        std::unique_ptr<SignalForwarder> forwarder;
        if (const int error = start_forwarding(child, forwarder); error != 0)
            return give_up(child, explain_system_failure("making a thread", error));
        child.release();
        child.read_messages();
        const int status = run_init_loop(child, forwarder.get(), options.kill_on_exit);
        return result(child, !child.failure(), status);
    }

    // 0 or errno. Before the child is let go, so that it has done nothing where there is no thread to be had
    // (RLIMIT_NPROC, pids.max).
    int start_forwarding(const Spawned& child, std::unique_ptr<SignalForwarder>& forwarder) const {
        if (!options.forward_signals) {
            inheritance.restore_mask();
            return 0;
        }
        try {
            forwarder = std::make_unique<SignalForwarder>(child.pid(), child.grouping());
        } catch (const std::system_error& failure) {
            return failure.code().value();
        }
        return 0;
    }

    // Of a child that was not let go.
    static tl::unexpected<StartError> give_up(const Spawned& child, StartError why) {
        kill(child.pid(), SIGKILL);
        waitpid(child.pid(), nullptr, __WALL);
        return tl::unexpected(std::move(why));
    }

    tl::expected<int, StartError> result(Spawned& child, bool started, int status) {
        if (!started) child.read_messages();
        no_new_privileges = child.no_new_privileges();
        kept_ptrace_capability = child.kept_ptrace_capability();
        if (const std::optional<ChildFailure>& failure = child.failure())
            return tl::unexpected(explain_child_failure(*failure, options, candidates));
        return status;
    }

    Options options;
    const Inheritance& inheritance;
    const match::Interest& interest;
    event::Sink& sink;
    event::Witness& witness;
    Statistics statistics;
    std::unique_ptr<Runtime> runtime;
    std::vector<std::string> candidates;
    bool no_new_privileges = false;
    bool kept_ptrace_capability = false;
};

Tracer::Tracer(Options options, const match::Interest& interest, event::Sink& sink, event::Witness& witness)
    : impl_(std::make_unique<Impl>(std::move(options), interest, sink, witness)) {}

Tracer::~Tracer() = default;

tl::expected<int, StartError> Tracer::run() { return impl_->run(); }

bool Tracer::privileged_filter() const {
    return impl_->options.trace && impl_->options.seccomp && !impl_->no_new_privileges;
}

bool Tracer::workload_keeps_ptrace_capability() const { return impl_->kept_ptrace_capability; }

const Statistics& Tracer::statistics() const { return impl_->statistics; }

std::string to_text(const Statistics& s) {
    const double per_stop =
        s.stops == 0 ? 0.0 : static_cast<double>(s.stop_time_ns) / static_cast<double>(s.stops) / 1000.0;
    return fmt::format(
        "{} events, {} stops ({} entries of which {} needed no exit, {} exits, {} signals), {:.1f} us a stop, {} "
        "processes, {} threads",
        s.events, s.stops, s.syscall_entries, s.entry_only, s.syscall_exits, s.signals, per_stop, s.processes,
        s.threads);
}

int exit_status_of(int wait_status) {
    if (WIFSIGNALED(wait_status)) return death_by_signal + WTERMSIG(wait_status);
    return WEXITSTATUS(wait_status);
}

}  // namespace bewit::tracer
