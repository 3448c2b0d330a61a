// `bewit run`: the ENTRYPOINT prefix. Everything that can fail for the user's reasons fails before the workload starts.
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "injector/exit_status.h"
#include "injector/message.h"
#include "injector/monitor.h"
#include "injector/options.h"
#include "injector/stats_report.h"
#include "tracer/inheritance.h"
#include "tracer/proc_witness.h"
#include "tracer/tracer.h"

namespace bewit {
namespace {

struct RunOptions {
    CommandLine line;
    std::string interception = "auto";
    std::string io_uring = "watch";
    std::string on_failure = "kill";
    std::string user;
    bool no_seccomp = false;
    bool forward_signals = true;
    bool kill_on_exit = false;
    std::string stats;  // text, json or nothing
};

// The number of a user or a group; the last one means "leave it as it is" to the kernel (setresuid(2)).
std::optional<uint32_t> parse_id(std::string_view text) {
    uint32_t id = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (failure != std::errc{} || end != text.data() + text.size() || id == UINT32_MAX) return std::nullopt;
    return id;
}

// `UID[:GID]`; the group is the user's number when it is not given.
bool parse_user(std::string_view text, tracer::Options& options) {
    const size_t colon = text.find(':');
    const std::optional<uint32_t> uid = parse_id(text.substr(0, colon));
    const std::optional<uint32_t> gid = colon == std::string_view::npos ? uid : parse_id(text.substr(colon + 1));
    options.uid = uid;
    options.gid = gid;
    return uid && gid;
}

class Run {
public:
    Run(RunOptions options, std::vector<std::string> command) : options_(std::move(options)) {
        tracing_.command = std::move(command);
    }

    int go() {
        if (!options_.user.empty() && !parse_user(options_.user, tracing_)) {
            return fail(fmt::format("--user {}: write numbers below 4294967295, UID or UID:GID", options_.user));
        }
        tracing_.seccomp = !options_.no_seccomp;
        tracing_.deny_io_uring = options_.io_uring == "deny";
        tracing_.kill_on_exit = options_.kill_on_exit;
        tracing_.runtime = options_.interception != "strict";
        tracing_.forward_signals = options_.forward_signals;
        choose_end();
        if (const auto prepared = monitor_.prepare(options_.line); !prepared) return fail(prepared.error());
        const int status = monitor_.ok() ? run_watched() : run_unwatched("its rules have errors");
        monitor_.close();
        if (statistics_) report_stats(options_.stats, *statistics_, monitor_);
        return status;
    }

private:
    static int fail(const std::string& message) {
        error(message);
        return cannot_start;
    }

    // What becomes of the workload when bewit dies.
    void choose_end() {
        if (options_.on_failure == "kill") return;
        if (getpid() == 1) {
            warning(
                "--on-failure continue: bewit is PID 1 here, and the kernel ends everything with it; the option does "
                "nothing");
            return;
        }
        if (!options_.no_seccomp)
            warning("--on-failure continue: every syscall stops, since a seccomp filter would outlive bewit");
        tracing_.die_with_tracer = false;
    }

    int run_watched() {
        tracer::ProcWitness witness;
        Pipeline& pipeline = monitor_.start(witness);
        tracer::Tracer tracer(tracing_, monitor_.interest(), pipeline, witness);
        const auto ended = tracer.run();
        if (!ended && ended.error().exit_status == cannot_start &&
            monitor_.configuration().on_error == OnError::Continue) {
            return run_unwatched(ended.error().message);
        }
        if (!ended) {
            error(ended.error().message);
            return ended.error().exit_status;
        }
        if (!options_.stats.empty()) statistics_ = tracer.statistics();
        return tracer::exit_status_of(*ended);
    }

    int run_unwatched(const std::string& reason) {
        monitor_.tell_unwatched(reason);
        struct Nothing final : event::Sink {
            bool wants_exit(const event::View&) override { return false; }
            void on_event(const event::View&) override {}
        } nothing;
        tracing_.trace = false;
        const match::Interest none;
        tracer::ProcWitness witness;
        tracer::Tracer tracer(tracing_, none, nothing, witness);
        const auto ended = tracer.run();
        if (ended) return tracer::exit_status_of(*ended);
        error(ended.error().message);
        return ended.error().exit_status;
    }

    RunOptions options_;
    tracer::Options tracing_;
    Monitor monitor_;
    std::optional<tracer::Statistics> statistics_;  // where they were asked for
};

}  // namespace

void add_run(CLI::App& program, int& status, const std::vector<std::string>& workload) {
    auto options = std::make_shared<RunOptions>();
    CLI::App* command =
        program.add_subcommand("run", "run a command, as PID 1 should, and watch it and all its descendants");
    set_examples(*command,
                 "  bewit run -- /docker-entrypoint.sh nginx -g 'daemon off;'\n"
                 "  bewit run -r falco_rules.yaml --alerts /var/log/alerts.json -- ./server --port 8080\n"
                 "  bewit run --user 1000:1000 --format text -- sh -c 'cat /etc/shadow; exit 42'\n",
                 "[--] COMMAND [ARG...]");
    add_rule_options(*command, options->line);
    add_alert_options(*command, options->line);
    command
        ->add_option("--interception", options->interception,
                     "auto, fast: opens that no rule cares about may be decided inside the workload; strict: nothing "
                     "is (default: auto)")
        ->check(CLI::IsMember({"auto", "strict", "fast"}));
    command
        ->add_option("--io-uring", options->io_uring,
                     "watch: io_uring is an event; deny: it answers ENOSYS (default: watch)")
        ->check(CLI::IsMember({"watch", "deny"}));
    command->add_flag("--no-seccomp", options->no_seccomp,
                      "stop at every syscall instead of using a seccomp filter: slow, but setuid programs keep working "
                      "without CAP_SYS_ADMIN");
    command
        ->add_option("--on-failure", options->on_failure,
                     "when bewit itself dies: kill the workload, or let it continue unwatched, which implies "
                     "--no-seccomp; as PID 1 it is always killed (default: kill)")
        ->check(CLI::IsMember({"kill", "continue"}));
    command->add_option("--user", options->user, "run the command as this user")
        ->check(empty_value, "")
        ->type_name("UID[:GID]");
    command->add_flag("--forward-signals,!--no-forward-signals", options->forward_signals,
                      "pass signals on to the command (default)");
    command->add_flag("--kill-on-exit", options->kill_on_exit,
                      "when the command ends, kill what it left behind instead of waiting for it");
    add_stats_option(*command, options->stats);
    command->callback([&workload, options, &status] {
        // From here on, signals are kept for the workload, and descriptors that bewit opens are bewit's.
        tracer::Inheritance::take();
        if (workload.empty()) {
            error("run: no command was given: write bewit run -- COMMAND [ARG...]");
            status = cannot_start;
            return;
        }
        status = Run(std::move(*options), workload).go();
    });
}

}  // namespace bewit
