// `bewit explain`: what a rule, or the whole set, needs; or whether the open of a file can be any rule's business.
#include <fcntl.h>

#include <optional>

#include <fmt/format.h>

#include "injector/exit_status.h"
#include "injector/explain_report.h"
#include "injector/message.h"
#include "injector/options.h"
#include "injector/rule_setup.h"

namespace bewit {
namespace {

using nlohmann::json;

struct ExplainOptions {
    CommandLine line;
    std::string rule;
    std::optional<std::string> open;
    bool json = false;
};

std::string unknown_rule(const std::string& name, const rule::RuleSet& set) {
    std::vector<std::string_view> names;
    for (const rule::Rule& rule : set.rules) {
        if (rule.name == name) return "";
        names.push_back(rule.name);
    }
    const std::string near = rule::nearest(name, names);
    return fmt::format(
        "no rule is called '{}'{}", name,
        near.empty() ? "; `bewit explain` without a name shows all" : fmt::format("; did you mean '{}'?", near));
}

std::string printed(const json& object) { return object.dump(2, ' ', false, json::error_handler_t::replace); }

bool is_for_rules(const match::Interest& interest, std::string_view call) {
    const auto kind = event::find_kind(call);
    return kind && interest.of(*kind).for_rules;
}

// Whether opening a file of that name can be any rule's business. Of openat2 and creat no rule's name is asked.
int explain_open(const std::string& name, bool as_json, const match::Interest& interest) {
    const match::PathTest test = interest.open_names ? interest.open_names({}) : match::PathTest{};
    const bool asked = is_for_rules(interest, "open") || is_for_rules(interest, "openat");
    const auto may_match = [&](uint32_t flags) { return asked && test.may_match(name, flags, false); };
    const json answers = {{"name", name},
                          {"read", may_match(O_RDONLY)},
                          {"write", may_match(O_WRONLY | O_CREAT | O_TRUNC)},
                          {"openat2", is_for_rules(interest, "openat2")},
                          {"creat", is_for_rules(interest, "creat")}};
    if (as_json) {
        fmt::print("{}\n", printed(answers));
        return 0;
    }
    const auto answer = [&](const char* key) {
        return answers[key].get<bool>() ? "a rule may match" : "no rule can match";
    };
    fmt::print(
        "opened for reading: {}\nopened for writing: {}\nby openat2(2), whatever the name: {}\nby creat(2), whatever "
        "the name: {}\n",
        answer("read"), answer("write"), answer("openat2"), answer("creat"));
    return 0;
}

int explain(const ExplainOptions& options) {
    if (options.open && !options.open->starts_with('/')) {
        error(fmt::format("--open '{}': write an absolute name", *options.open));
        return usage_error;
    }
    auto configuration = read_configuration(options.line);
    if (!configuration) {
        error(configuration.error());
        return failed;
    }
    // The Interest of one rule is that of a set in which it is the only one.
    if (!options.rule.empty()) configuration->selection.only_rules = {options.rule};
    const auto setup = set_up_rules(*configuration);
    if (!setup->ok()) {
        error("the rules have errors\n" + errors_of(*setup));
        return failed;
    }
    if (const std::string problem = options.rule.empty() ? "" : unknown_rule(options.rule, setup->set);
        !problem.empty()) {
        error(problem);
        return failed;
    }
    if (options.open) return explain_open(*options.open, options.json, setup->rules->interest());
    const json object = explain_json(*setup);
    fmt::print("{}", options.json ? printed(object) + "\n" : explain_text(object));
    return 0;
}

}  // namespace

void add_explain(CLI::App& program, int& status) {
    auto options = std::make_shared<ExplainOptions>();
    CLI::App* command = program.add_subcommand(
        "explain", "what a rule or rule set needs: events, fields, the Interest, the seccomp program");
    set_examples(*command,
                 "  bewit explain\n"
                 "  bewit explain -r falco_rules.yaml 'Read sensitive file untrusted'\n"
                 "  bewit explain --open /etc/shadow\n");
    add_rule_options(*command, options->line);
    command->add_option("RULE", options->rule, "a rule's name; all rules when it is left out");
    command->add_option("--open", options->open,
                        "instead: whether opening the file of that absolute name can match a rule, whoever opens it");
    command->add_flag("--json", options->json, "one JSON object");
    command->callback([options, &status] { status = explain(*options); });
}

}  // namespace bewit
