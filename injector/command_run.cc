// `bewit run`: the ENTRYPOINT prefix. Everything that can fail for the user's reasons fails before the workload starts.
#include <unistd.h>

#include <chrono>

#include <fmt/format.h>

#include "injector/alert_queue.h"
#include "injector/container_facts.h"
#include "injector/message.h"
#include "injector/options.h"
#include "injector/pipeline.h"
#include "injector/rule_setup.h"
#include "injector/text_file.h"
#include "tracer/inheritance.h"
#include "tracer/proc_witness.h"
#include "tracer/tracer.h"

namespace bewit {
namespace {

constexpr int cannot_start = 125;
constexpr auto drain_limit = std::chrono::seconds(5);

struct RunOptions {
    CommandLine line;
    std::string interception = "auto";
    std::string io_uring = "watch";
    std::string user;
    bool no_seccomp = false;
    bool forward_signals = true;
    bool kill_on_exit = false;
    bool stats = false;
};

// `UID[:GID]`; the group is the user's number when it is not given.
bool parse_user(const std::string& text, tracer::Options& options) {
    unsigned uid = 0, gid = 0;
    int used = 0;
    const int fields = std::sscanf(text.c_str(), "%u%n:%u%n", &uid, &used, &gid, &used);
    if (fields < 1 || static_cast<size_t>(used) != text.size()) return false;
    options.uid = uid;
    options.gid = fields == 2 ? gid : uid;
    return true;
}

std::string host_name() {
    char name[256] = {};
    return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

tl::expected<std::vector<std::unique_ptr<AlertSink>>, std::string> open_sinks(const Configuration& configuration) {
    std::vector<std::unique_ptr<AlertSink>> sinks;
    for (const std::string& destination : configuration.alerts) {
        auto sink = open_alert_sink(destination);
        if (!sink) return tl::unexpected(sink.error());
        sinks.push_back(std::move(*sink));
    }
    return sinks;
}

std::string errors_of(const RuleSetup& setup) {
    std::string text;
    for (const rule::LoadResult& result : setup.results) {
        for (const rule::Diagnostic& diagnostic : result.errors) text += rule::to_text(diagnostic) + "\n";
    }
    return text;
}

alert::Alert unwatched_alert(const std::string& reason) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    alert::Alert alert;
    alert.time_ns = static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
    alert.rule = "bewit internal: workload is not watched";
    alert.priority = rule::Priority::Critical;
    alert.source = "internal";
    alert.message = "The workload runs unwatched: " + reason;
    alert.output_fields = {{"evt.time", alert.time_ns}, {"reason", reason}};
    alert.hostname = host_name();
    alert.uuid = alert::new_uuid(alert.time_ns);
    return alert;
}

class Run {
public:
    Run(RunOptions options, std::vector<std::string> command) : options_(std::move(options)) { tracing_.command = std::move(command); }

    int go() {
        if (const int failure = prepare(); failure != 0) return failure;
        auto sinks = open_sinks(configuration_);
        if (!sinks) return fail(sinks.error());
        AlertQueue alerts(std::move(*sinks), {.format = configuration_.format, .capacity = configuration_.queue_capacity});
        const int status = setup_->ok() ? run_watched(alerts) : run_unwatched(alerts, "its rules have errors");
        alerts.close(drain_limit);
        if (const uint64_t dropped = alerts.counts().dropped; dropped != 0) warning(fmt::format("{} alerts could not be delivered", dropped));
        return status;
    }

private:
    static int fail(const std::string& message) {
        error(message);
        return cannot_start;
    }

    // Configuration, options and rules. 0, or the exit status.
    int prepare() {
        auto configuration = read_configuration(options_.line);
        if (!configuration) return fail(configuration.error());
        configuration_ = std::move(*configuration);
        for (const std::string& text : configuration_.warnings) warning(text);
        if (!options_.user.empty() && !parse_user(options_.user, tracing_)) {
            return fail(fmt::format("--user {}: write numbers, UID or UID:GID", options_.user));
        }
        tracing_.seccomp = !options_.no_seccomp;
        tracing_.deny_io_uring = options_.io_uring == "deny";
        tracing_.kill_on_exit = options_.kill_on_exit;
        tracing_.forward_signals = options_.forward_signals;
        setup_ = set_up_rules(configuration_);
        for (const rule::LoadResult& result : setup_->results) {
            for (const rule::Diagnostic& diagnostic : result.warnings) note(rule::to_text(diagnostic));
        }
        if (setup_->ok() || configuration_.on_error == OnError::Continue) return 0;
        return fail("the rules have errors, nothing was started; `bewit check` shows them all\n" + errors_of(*setup_));
    }

    int run_watched(AlertQueue& alerts) {
        const match::Interest& interest = setup_->rules->interest();
        tracer::ProcWitness witness;
        state::State state(witness, interest.facts);
        state.container() = find_container(configuration_);
        state.users().load_passwd(read_text_file("/etc/passwd").value_or(""));
        state.users().load_group(read_text_file("/etc/group").value_or(""));
        Pipeline pipeline(state, *setup_->rules, alerts,
                          {.hostname = host_name(), .outputs = std::move(setup_->outputs), .static_fields = configuration_.static_fields,
                           .tags = configuration_.include_tags});
        tracer::Tracer tracer(tracing_, interest, pipeline, witness);
        const auto ended = tracer.run();
        if (!ended && ended.error().exit_status == cannot_start && configuration_.on_error == OnError::Continue) {
            return run_unwatched(alerts, ended.error().message);
        }
        if (!ended) {
            error(ended.error().message);
            return ended.error().exit_status;
        }
        if (options_.stats) report(tracer, pipeline, alerts);
        return tracer::exit_status_of(*ended);
    }

    int run_unwatched(AlertQueue& alerts, const std::string& reason) {
        warning("the workload runs unwatched: " + reason);
        alerts.push(unwatched_alert(reason));
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

    void report(const tracer::Tracer& tracer, const Pipeline& pipeline, const AlertQueue& alerts) const {
        const tracer::Statistics& s = tracer.statistics();
        const double per_stop = s.stops == 0 ? 0.0 : static_cast<double>(s.stop_time_ns) / static_cast<double>(s.stops) / 1000.0;
        std::string text = fmt::format(
            "bewit: {} events, {} stops ({} entries of which {} needed no exit, {} exits, {} signals), {:.1f} us a stop, {} processes, {} threads, "
            "{} unreadable strings, {} alerts delivered, {} dropped\n",
            s.events, s.stops, s.syscall_entries, s.entry_only, s.syscall_exits, s.signals, per_stop, s.processes, s.threads, s.unreadable,
            alerts.counts().delivered, alerts.counts().dropped);
        for (const match::CompiledRule& rule : setup_->rules->selected()) {
            if (const uint64_t count = pipeline.matches()[rule.index]; count != 0) text += fmt::format("bewit:   {} x {}\n", count, rule.rule->name);
        }
        fmt::print(stderr, "{}", text);
    }

    RunOptions options_;
    tracer::Options tracing_;
    Configuration configuration_;
    std::unique_ptr<RuleSetup> setup_;
};

}  // namespace

void add_run(CLI::App& program, int& status, const std::vector<std::string>& workload) {
    auto options = std::make_shared<RunOptions>();
    CLI::App* command = program.add_subcommand("run", "run a command, as PID 1 should, and watch it and all its descendants");
    set_examples(*command,
                 "  bewit run -- /docker-entrypoint.sh nginx -g 'daemon off;'\n"
                 "  bewit run -r falco_rules.yaml --alerts /var/log/alerts.json -- ./server --port 8080\n"
                 "  bewit run --user 1000:1000 --format text -- sh -c 'cat /etc/shadow; exit 42'\n");
    add_rule_options(*command, options->line);
    add_alert_options(*command, options->line);
    command->add_option("--interception", options->interception, "what may be recorded inside the workload (default: auto)")
        ->check(CLI::IsMember({"auto", "strict", "fast"}));
    command->add_option("--io-uring", options->io_uring, "watch: io_uring is an event; deny: it answers ENOSYS (default: watch)")
        ->check(CLI::IsMember({"watch", "deny"}));
    command->add_flag("--no-seccomp", options->no_seccomp,
                      "stop at every syscall instead of using a seccomp filter: slow, but setuid programs keep working without CAP_SYS_ADMIN");
    command->add_option("--user", options->user, "run the command as this user")->type_name("UID[:GID]");
    command->add_flag("--forward-signals,!--no-forward-signals", options->forward_signals, "pass signals on to the command (default)");
    command->add_flag("--kill-on-exit", options->kill_on_exit, "when the command ends, kill what it left behind instead of waiting for it");
    command->add_flag("--stats", options->stats, "a summary on stderr at the end");
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
