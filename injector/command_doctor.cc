// `bewit doctor`: which source of events works here, and why each other one does not.
#include <sys/wait.h>

#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "injector/doctor/cloud.h"
#include "injector/doctor/decision.h"
#include "injector/doctor/evidence.h"
#include "injector/doctor/trial.h"
#include "injector/exit_status.h"
#include "injector/options.h"

namespace bewit {
namespace {

using doctor::Evidence;
using doctor::SourceKind;

struct Finding {
    bool works = false;
    std::string reason;  // why it does not
};

struct Report {
    Evidence evidence;
    std::map<SourceKind, Finding> findings;
    std::optional<SourceKind> chosen;
    std::string command;
};

Report examine(bool ask_network) {
    Report report;
    report.evidence = doctor::look_around();
    for (const SourceKind kind : doctor::order) {
        Finding& finding = report.findings[kind];
        const auto tried = doctor::try_out(kind);
        finding.works = tried.has_value();
        if (tried) continue;
        finding.reason = tried.error();
        if (const auto known = doctor::obstacle(kind, report.evidence)) finding.reason += "; " + *known;
    }
    // After the trials, each of which forks: a request may start a thread.
    doctor::CloudQuestion question = doctor::cloud_question();
    question.ask = ask_network;
    doctor::find_cloud(question, report.evidence);
    report.chosen = doctor::choose([&](SourceKind kind) { return report.findings[kind].works; });
    report.command = doctor::command_line(report.chosen, report.evidence);
    return report;
}

std::string_view seccomp_word(unsigned mode) {
    return mode == 0 ? "no filter" : mode == 1 ? "strict mode" : "a filter";
}

void row(std::string_view name, const std::string& value) { fmt::print("  {:<12} {}\n", name, value); }

std::string modules_text(const Evidence& e) {
    if (!e.modules) return "none can be loaded";
    return fmt::format("{}; headers {}",
                       e.module_signatures ? "only with a trusted signature" : "without a signature too",
                       e.kernel_headers ? "are here" : "are not here");
}

std::string yama_text(const Evidence& e) { return e.yama ? fmt::format("ptrace_scope {}", *e.yama) : "absent"; }

nlohmann::json sources_json(const Report& report) {
    nlohmann::json sources = nlohmann::json::array();
    for (const SourceKind kind : doctor::order) {
        const Finding& finding = report.findings.at(kind);
        nlohmann::json row = {{"source", doctor::name(kind)}, {"works", finding.works}};
        if (!finding.works) row["reason"] = finding.reason;
        sources.push_back(std::move(row));
    }
    return sources;
}

nlohmann::json evidence_json(const Evidence& e) {
    nlohmann::json yama;
    if (e.yama) yama = *e.yama;
    return {{"kernel", e.kernel},
            {"architecture", e.architecture},
            {"uid", e.uid},
            {"capabilities", fmt::format("{:016x}", e.capabilities)},
            {"btf", e.btf},
            {"lockdown", e.lockdown},
            {"modules", e.modules},
            {"module_signatures", e.module_signatures},
            {"kernel_headers", e.kernel_headers},
            {"seccomp", seccomp_word(e.seccomp)},
            {"yama", yama},
            {"cgroup", e.cgroup},
            {"container", e.container},
            {"vendor", e.vendor},
            {"cloud", e.cloud},
            {"cloud_origin", e.cloud_origin}};
}

nlohmann::json to_json(const Report& report) {
    nlohmann::json recommendation;
    if (report.chosen) recommendation = doctor::name(*report.chosen);
    return {{"sources", sources_json(report)},
            {"recommendation", recommendation},
            {"command", report.command},
            {"evidence", evidence_json(report.evidence)}};
}

void print_evidence(const Evidence& e) {
    fmt::print("\nThis machine:\n");
    row("kernel", fmt::format("{} {}, {}", e.kernel, e.architecture, e.btf ? "with BTF" : "without BTF"));
    row("modules", modules_text(e));
    row("lockdown", e.lockdown);
    row("privileges", fmt::format("uid {}, capabilities {:016x}", e.uid, e.capabilities));
    row("seccomp", std::string(seccomp_word(e.seccomp)));
    row("Yama", yama_text(e));
    row("cgroups", e.cgroup == 0 ? "none" : fmt::format("version {}", e.cgroup));
    row("container", e.container ? "yes" : "no");
    row("cloud", e.cloud.empty() ? "none that is known" : fmt::format("{} ({})", e.cloud, e.cloud_origin));
}

void print(const Report& report) {
    fmt::print("What works here, by trying:\n");
    for (const SourceKind kind : doctor::order) {
        const Finding& finding = report.findings.at(kind);
        row(doctor::name(kind), finding.works ? "works" : "no: " + finding.reason);
    }
    print_evidence(report.evidence);
    if (report.chosen) {
        fmt::print("\nRecommended: {}, {}\n", doctor::name(*report.chosen),
                   doctor::sees_whole_machine(*report.chosen) ? "for the whole machine"
                                                              : "for one workload and what it starts");
    } else {
        fmt::print("\nNo source works here. A workload can be run, unwatched:\n");
    }
    fmt::print("\n  {}\n", report.command);
}

}  // namespace

void add_doctor(CLI::App& program, int& status) {
    auto json = std::make_shared<bool>(false);
    auto offline = std::make_shared<bool>(false);
    CLI::App* command =
        program.add_subcommand("doctor", "which source of events works here, and why each other one does not");
    set_examples(*command,
                 "  bewit doctor                                     tries each, and ends with a command line\n");
    command->add_flag("--json", *json, "one JSON object");
    command->add_flag("--offline", *offline, "do not ask the cloud's metadata service");
    command->callback([json, offline, &status] {
        const Report report = examine(!*offline);
        if (*json) {
            fmt::print("{}\n", to_json(report).dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
        } else {
            print(report);
        }
        status = report.chosen ? 0 : failed;
    });
}

}  // namespace bewit
