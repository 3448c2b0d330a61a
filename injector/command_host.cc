// `bewit host`: the whole machine, from the kernel.
#include <dirent.h>
#include <signal.h>
#include <time.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

#include "base/clock.h"
#include "injector/doctor/decision.h"
#include "injector/drop_report.h"
#include "injector/exit_status.h"
#include "injector/kernel_source.h"
#include "injector/message.h"
#include "injector/monitor.h"
#include "injector/options.h"
#include "injector/stats_report.h"
#include "tracer/proc_witness.h"

namespace bewit {
namespace {

constexpr int poll_ms = 20;

std::atomic<bool> stop_requested = false;

void request_stop(int) { stop_requested = true; }

void stop_on_signals() {
    struct sigaction action {};
    action.sa_handler = request_stop;
    for (const int signal : ending_signals) sigaction(signal, &action, nullptr);
}

struct HostCommand {
    CommandLine line;
    std::string source = "auto";
    size_t ring_mib = 8;
    std::string stats;  // text, json or nothing
};

int fail(const std::string& message) {
    error(message);
    return failed;
}

// Calls `visit` with the number of every process there is.
template <typename Visit>
void for_each_process(Visit visit) {
    DIR* proc = opendir("/proc");
    if (proc == nullptr) return;
    while (const dirent* entry = readdir(proc)) {
        const char* name = entry->d_name;
        const char* end = name + std::strlen(name);
        int64_t pid = 0;
        if (const auto [stop, bad] = std::from_chars(name, end, pid); bad == std::errc() && stop == end)
            visit(Tid{pid});
    }
    closedir(proc);
}

std::string_view spoken(doctor::SourceKind kind) {
    return kind == doctor::SourceKind::Kmod ? "the kernel module" : "eBPF";
}

class Host {
public:
    explicit Host(const HostCommand& options) : options_(options) {}

    int go() {
        if (const auto prepared = monitor_.prepare(options_.line); !prepared) return fail(prepared.error());
        if (!monitor_.ok()) return monitor_.give_up("the rules have errors");
        if (const std::string why = open_source(); !why.empty()) return monitor_.give_up(why);
        stop_on_signals();
        Pipeline& pipeline = monitor_.start(source_->witness(), Monitor::Scope::Host);
        // Whoever runs already; what they do from now on waits in the ring.
        for_each_process([&](Tid leader) { monitor_.introduce(leader); });
        note(fmt::format("the whole machine is watched by {}", spoken(kind_)));
        const int status = watch(pipeline);
        if (const auto notice = drops_.finish(source_->counters())) tell(*notice);
        monitor_.close();
        report_stats(options_.stats, statistics(pipeline), monitor_);
        return status;
    }

private:
    // The source that was asked for, or the first that works, in the order that `bewit doctor` recommends. Else why
    // there is none.
    std::string open_source() {
        std::string why;
        const auto opens = [&](doctor::SourceKind kind) {
            if (!doctor::sees_whole_machine(kind)) return false;
            if (options_.source != "auto" && options_.source != doctor::name(kind)) return false;
            auto opened = open_kernel_source(kind, monitor_.interest(), proc_, {.ring_bytes = options_.ring_mib << 20});
            if (!opened) {
                why += fmt::format("\nby {}: {}", spoken(kind), opened.error().message);
                // What keeps a module from being loaded explains nothing where it is.
                const bool present = kind == doctor::SourceKind::Kmod && opened.error().error != ENOENT;
                if (const auto known = doctor::obstacle(kind, doctor::look_around()); known && !present)
                    why += "\n" + *known;
                return false;
            }
            kind_ = kind;
            source_ = std::move(*opened);
            return true;
        };
        if (doctor::choose(opens)) return "";
        return fmt::format("the machine cannot be watched{}\n`bewit doctor` tells what works here", why);
    }

    int watch(Pipeline& pipeline) {
        uint64_t looked_ns = nanoseconds_of(CLOCK_MONOTONIC);
        while (!stop_requested) {
            if (const int read = source_->read(pipeline, poll_ms); read < 0) {
                return fail(fmt::format("the ring of events cannot be read: {}", std::strerror(-read)));
            }
            const uint64_t now = nanoseconds_of(CLOCK_MONOTONIC);
            if (now - looked_ns < nanoseconds_per_second) continue;
            looked_ns = now;
            if (const auto notice = drops_.update(source_->counters(), now)) tell(*notice);
        }
        source_->read(pipeline, 0);
        return 0;
    }

    void tell(const DropNotice& notice) { monitor_.tell("syscall event drop", notice.sentence, notice.fields); }

    KernelStatistics statistics(const Pipeline& pipeline) const {
        const bewit_counters counters = source_->counters();
        return {.events = pipeline.events(),
                .lost = lost_events(counters),
                .unreadable = counters.drops[BEWIT_DROP_PAGE_FAULT],
                .not_remembered = counters.drops[BEWIT_DROP_SCRATCH]};
    }

    const HostCommand& options_;
    Monitor monitor_;
    tracer::ProcWitness proc_;
    doctor::SourceKind kind_ = doctor::SourceKind::Ebpf;
    std::unique_ptr<kernel::Source> source_;
    DropReport drops_;
};

}  // namespace

void add_host(CLI::App& program, int& status) {
    auto options = std::make_shared<HostCommand>();
    CLI::App* command = program.add_subcommand("host", "watch the whole machine, from the kernel");
    set_examples(*command,
                 "  bewit host                                       every process of this machine, with the rules "
                 "inside the program\n"
                 "  bewit host -r falco_rules.yaml --source ebpf     upstream's rules, by eBPF or not at all\n");
    add_rule_options(*command, options->line);
    add_alert_options(*command, options->line);
    command->add_option("--source", options->source, "where events come from (default: auto, the best that works here)")
        ->check(CLI::IsMember({"auto", "ebpf", "kmod"}));
    command->add_option("--ring", options->ring_mib, "room for events that wait, in MiB: a power of two (default: 8)")
        ->check(CLI::IsMember({"1", "2", "4", "8", "16", "32", "64", "128", "256", "512"}))
        ->type_name("MIB");
    add_stats_option(*command, options->stats);
    command->callback([options, &status] { status = Host(*options).go(); });
}

}  // namespace bewit
