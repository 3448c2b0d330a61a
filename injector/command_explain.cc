// `bewit explain`: what a rule, or the whole set, needs: event types, fields, the Interest, the seccomp program.
#include <fcntl.h>

#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/filter/print.h"
#include "injector/message.h"
#include "injector/options.h"
#include "injector/rule_setup.h"
#include "tracer/seccomp_filter.h"

namespace bewit {
namespace {

using nlohmann::json;

struct ExplainOptions {
    CommandLine line;
    std::string rule;
    std::string open;
    bool json = false;
};

std::string_view level_name(match::KindInterest::Level level) {
    switch (level) {
        case match::KindInterest::Level::Never: return "never";
        case match::KindInterest::Level::Tests: return "register test";
        case match::KindInterest::Level::Always: return "always";
    }
    return "";
}

std::string test_text(const match::RegisterTest& test) {
    const std::string half = fmt::format("arg{}{}", test.argument, test.high ? " >> 32" : "");
    const std::string left = test.mask == UINT32_MAX ? half : fmt::format("{} & {:#x}", half, test.mask);
    return fmt::format("{} {} {:#x}", left, test.equal ? "==" : "!=", test.value);
}

std::string clause_text(const match::Clause& clause) {
    std::string text;
    for (const match::RegisterTest& test : clause) text += (text.empty() ? "" : " and ") + test_text(test);
    return text;
}

json interest_json(const match::Interest& interest) {
    auto array = json::array();
    for (size_t i = 0; i < event::kind_count(); ++i) {
        const auto kind = static_cast<event::Kind>(i);
        const match::KindInterest& of = interest.of(kind);
        if (of.level == match::KindInterest::Level::Never) continue;
        auto clauses = json::array();
        for (const match::Clause& clause : of.clauses) clauses.push_back(clause_text(clause));
        array.push_back({{"event", std::string(event::kind_name(kind))},
                         {"stop", std::string(level_name(of.level))},
                         {"tests", std::move(clauses)},
                         {"for", of.for_rules ? "rules" : "state"},
                         {"exit", of.entry_is_enough ? "no" : "when a rule can still match"},
                         {"rules", of.rules}});
    }
    return array;
}

std::string cost_name(field::Cost cost) {
    switch (cost) {
        case field::Cost::Free: return "free";
        case field::Cost::State: return "state";
        case field::Cost::ProcRead: return "read of /proc";
        case field::Cost::UserMemory: return "read of the workload's memory";
    }
    return "";
}

std::string scope_name(field::Scope scope) {
    switch (scope) {
        case field::Scope::Constant: return "constant";
        case field::Scope::Container: return "container";
        case field::Scope::Process: return "process";
        case field::Scope::Descriptor: return "descriptor";
        case field::Scope::Event: return "event";
    }
    return "";
}

void collect_operand(const filter::Operand& operand, std::vector<field::Field>& fields) {
    if (const auto* name = std::get_if<filter::FieldName>(&operand.value)) {
        if (auto found = field::resolve(name->name, name->argument, name->has_argument)) fields.push_back(std::move(*found));
    } else if (const auto* call = std::get_if<filter::TransformerCall>(&operand.value)) {
        for (const auto& argument : call->arguments) collect_operand(*argument, fields);
    } else if (const auto* list = std::get_if<filter::OperandList>(&operand.value)) {
        for (const auto& item : list->items) collect_operand(*item, fields);
    }
}

void collect_fields(const filter::Expression& expression, std::vector<field::Field>& fields) {
    if (const auto* all = std::get_if<filter::And>(&expression.value)) {
        for (const auto& child : all->children) collect_fields(*child, fields);
    } else if (const auto* any = std::get_if<filter::Or>(&expression.value)) {
        for (const auto& child : any->children) collect_fields(*child, fields);
    } else if (const auto* negation = std::get_if<filter::Not>(&expression.value)) {
        collect_fields(*negation->child, fields);
    } else if (const auto* check = std::get_if<filter::Check>(&expression.value)) {
        collect_operand(*check->left, fields);
        for (const auto& right : check->right) collect_operand(*right, fields);
    }
}

json fields_json(const filter::Expression& expression) {
    std::vector<field::Field> fields;
    collect_fields(expression, fields);
    std::map<std::string, json> by_name;
    for (const field::Field& field : fields) {
        by_name[field.text] = {{"field", field.text}, {"scope", scope_name(field.definition->scope)}, {"cost", cost_name(field.definition->cost)}};
    }
    auto array = json::array();
    for (auto& [name, object] : by_name) array.push_back(std::move(object));
    return array;
}

json rule_json(const match::CompiledRule& compiled) {
    auto events = json::array();
    for (size_t i = 0; i < event::kind_count(); ++i) {
        if (compiled.kinds.test(i)) events.push_back(std::string(event::kind_name(static_cast<event::Kind>(i))));
    }
    return {{"rule", compiled.rule->name},
            {"priority", std::string(rule::priority_name(compiled.rule->priority))},
            {"condition", filter::print(*compiled.rule->resolved)},
            {"events", std::move(events)},
            {"fields", fields_json(*compiled.rule->resolved)}};
}

json explain_json(const RuleSetup& setup) {
    const match::Interest& interest = setup.rules->interest();
    const tracer::BpfProgram program = tracer::compile_filter(interest, {});
    auto rules = json::array();
    for (const match::CompiledRule& compiled : setup.rules->selected()) rules.push_back(rule_json(compiled));
    return {{"rules", std::move(rules)},
            {"interest", interest_json(interest)},
            {"seccomp", {{"instructions", program.size()}, {"listing", tracer::listing(program)}}}};
}

std::string joined(const json& array) {
    std::string text;
    for (const json& item : array) text += (text.empty() ? "" : ", ") + item.get<std::string>();
    return text;
}

void print_text(const json& object) {
    for (const json& rule : object["rules"]) {
        fmt::print("rule: {}\n  priority: {}\n  condition: {}\n  events: {}\n  fields:\n", rule["rule"].get<std::string>(),
                   rule["priority"].get<std::string>(), rule["condition"].get<std::string>(), joined(rule["events"]));
        for (const json& field : rule["fields"]) {
            fmt::print("    {:<28} {:<10} {}\n", field["field"].get<std::string>(), field["scope"].get<std::string>(), field["cost"].get<std::string>());
        }
    }
    fmt::print("interest: what stops, all else runs at native speed\n");
    for (const json& kind : object["interest"]) {
        fmt::print("  {:<18} {:<14} for {:<6} {}\n", kind["event"].get<std::string>(), kind["stop"].get<std::string>(),
                   kind["for"].get<std::string>(), joined(kind["tests"]));
    }
    fmt::print("seccomp program: {} instructions\n{}", object["seccomp"]["instructions"].get<size_t>(), object["seccomp"]["listing"].get<std::string>());
}

std::string unknown_rule(const std::string& name, const rule::RuleSet& set) {
    std::vector<std::string_view> names;
    for (const rule::Rule& rule : set.rules) {
        if (rule.name == name) return "";
        names.push_back(rule.name);
    }
    const std::string near = rule::nearest(name, names);
    return fmt::format("no rule is called '{}'{}", name, near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
}

// Whether opening a file of that name can be any rule's business.
int explain_open(const ExplainOptions& options, const match::Interest& interest) {
    const match::PathTest test = interest.open_names ? interest.open_names() : match::PathTest{};
    const bool asked = interest.open_names != nullptr;
    const auto may_match = [&](uint32_t flags) { return asked && test.may_match(options.open, flags, false); };
    const bool read = may_match(O_RDONLY), written = may_match(O_WRONLY | O_CREAT | O_TRUNC);
    if (options.json) {
        fmt::print("{}\n", json{{"name", options.open}, {"read", read}, {"write", written}}.dump(2, ' ', false, json::error_handler_t::replace));
        return 0;
    }
    const auto answer = [](bool may) { return may ? "a rule may match" : "no rule can match"; };
    fmt::print("opened for reading: {}\nopened for writing: {}\n", answer(read), answer(written));
    return 0;
}

int explain(const ExplainOptions& options) {
    auto configuration = read_configuration(options.line);
    if (!configuration) {
        error(configuration.error());
        return 1;
    }
    // The Interest of one rule is that of a set in which it is the only one.
    if (!options.rule.empty()) configuration->selection.only_rules = {options.rule};
    const auto setup = set_up_rules(*configuration);
    if (!setup->ok()) {
        error("the rules have errors; `bewit check` shows them all");
        return 1;
    }
    if (const std::string problem = options.rule.empty() ? "" : unknown_rule(options.rule, setup->set); !problem.empty()) {
        error(problem);
        return 1;
    }
    if (!options.open.empty()) return explain_open(options, setup->rules->interest());
    const json object = explain_json(*setup);
    if (options.json) {
        fmt::print("{}\n", object.dump(2, ' ', false, json::error_handler_t::replace));
    } else {
        print_text(object);
    }
    return 0;
}

}  // namespace

void add_explain(CLI::App& program, int& status) {
    auto options = std::make_shared<ExplainOptions>();
    CLI::App* command = program.add_subcommand("explain", "what a rule or rule set needs: events, fields, the Interest, the seccomp program");
    set_examples(*command,
                 "  bewit explain\n"
                 "  bewit explain -r falco_rules.yaml 'Read sensitive file untrusted'\n"
                 "  bewit explain --open /etc/shadow\n");
    add_rule_options(*command, options->line);
    command->add_option("RULE", options->rule, "a rule's name; all rules when it is left out");
    command->add_option("--open", options->open, "instead: whether opening the file of that absolute name can match a rule, whoever opens it");
    command->add_flag("--json", options->json, "one JSON object");
    command->callback([options, &status] { status = explain(*options); });
}

}  // namespace bewit
