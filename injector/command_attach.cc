// `bewit attach`: the sidecar, for processes that run already.
#include <charconv>

#include <fmt/format.h>

#include "injector/exit_status.h"
#include "injector/message.h"
#include "injector/monitor.h"
#include "injector/options.h"
#include "injector/stats_report.h"
#include "tracer/attacher.h"
#include "tracer/proc_witness.h"

namespace bewit {
namespace {

struct AttachCommand {
    CommandLine line;
    std::vector<int64_t> pids;
    bool all = false;
    std::string on_failure = "continue";
    std::string stats;  // text, json or nothing
};

// Empty, or what is wrong with it.
std::string process_number(const std::string& text) {
    int32_t number = 0;
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = bad == std::errc() && end == text.data() + text.size() && number > 0;
    return whole ? "" : fmt::format("'{}' is no process number", text);
}

int fail(const std::string& message) {
    error(message);
    return failed;
}

int attach(const AttachCommand& options) {
    if (options.pids.empty() == !options.all) {
        error(options.all ? "attach: --all watches every process already: leave out --pid"
                          : "attach: say what to watch: --pid PID, repeatable, or --all");
        return usage_error;
    }
    Monitor monitor;
    if (const auto prepared = monitor.prepare(options.line); !prepared) return fail(prepared.error());
    if (!monitor.ok()) return monitor.give_up("its rules have errors");

    tracer::AttachOptions tracing;
    tracing.all = options.all;
    tracing.die_with_tracer = options.on_failure == "kill";
    for (const int64_t pid : options.pids) tracing.pids.push_back(Pid{pid});
    tracer::ProcWitness witness;
    Pipeline& pipeline = monitor.start(witness);
    tracer::Attacher attacher(std::move(tracing), monitor.interest(), pipeline, witness,
                              [&](Pid pid, const std::string& why) {
                                  warning("not watched: " + why);
                                  monitor.tell("process is not watched", "A process cannot be watched: " + why,
                                               {{"pid", std::to_string(raw(pid))}, {"reason", why}});
                              });
    const auto ended = attacher.run();
    if (!ended) return monitor.give_up(ended.error().message);
    monitor.close();
    report_stats(options.stats, attacher.statistics(), monitor);
    return 0;
}

}  // namespace

void add_attach(CLI::App& program, int& status) {
    auto options = std::make_shared<AttachCommand>();
    CLI::App* command = program.add_subcommand("attach", "watch processes that run already, and what they start");
    set_examples(
        *command,
        "  bewit attach --all                               a sidecar: everything in a shared pid namespace, exec "
        "sessions too\n"
        "  bewit attach --pid 7 -r falco_rules.yaml         one process with all its threads and what it starts\n");
    add_rule_options(*command, options->line);
    add_alert_options(*command, options->line);
    command->add_option("--pid", options->pids, "a process to watch, with all its threads; repeatable")
        ->check(process_number, "")
        ->type_name("PID");
    command->add_flag("--all", options->all, "every process that is visible from here, and every one that appears");
    command
        ->add_option("--on-failure", options->on_failure,
                     "when bewit itself dies: what it watches runs on unwatched, or is killed (default: continue)")
        ->check(CLI::IsMember({"kill", "continue"}));
    add_stats_option(*command, options->stats);
    command->callback([options, &status] { status = attach(*options); });
}

}  // namespace bewit
